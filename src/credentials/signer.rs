//! Credentials that mint and sign JSON Web Tokens: [`ConnectedAppAuth`], [`UnifiedAccessTokenAuth`].

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use ring::rand::{SecureRandom, SystemRandom};
use ring::{hmac, rsa, signature};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Map, Value, json};

use super::{Mint, Proof, SignIn};
use crate::secret::Secret;
use crate::{Error, Result};

/// How long a token is valid. Tableau accepts at most ten minutes; five tolerate a clock difference.
const LIFETIME: SignedDuration = SignedDuration::from_mins(5);

/// Mints and signs JSON Web Tokens.
#[derive(Clone)]
pub(super) struct Signer {
    /// The name of the credentials' type.
    type_name: &'static str,
    issuer: String,
    user: String,
    /// The claim that names the user.
    user_claim: String,
    header: Value,
    /// The claims that are the same in each token.
    claims: Map<String, Value>,
    key: Key,
}

#[derive(Clone)]
enum Key {
    Hs256(hmac::Key),
    Rs256(Arc<rsa::KeyPair>),
}

impl Signer {
    #[inline]
    pub(super) fn user(&self) -> &str {
        &self.user
    }

    /// Returns a new token. `now` is the time of the server's clock.
    #[inline]
    pub(super) fn mint(&self, now: Timestamp) -> Result<String> {
        let random = SystemRandom::new();
        let no_random = |_| {
            Error::config(
                "the system has no random numbers for the id of a JSON Web Token".to_owned(),
            )
        };
        let mut id = [0; 16];
        random.fill(&mut id).map_err(no_random)?;
        let mut claims = self.claims.clone();
        let expires_at = now.checked_add(LIFETIME).unwrap_or(now);
        claims.insert(self.user_claim.clone(), json!(self.user));
        claims.insert("iss".to_owned(), json!(self.issuer));
        claims.insert("exp".to_owned(), json!(expires_at.as_second()));
        claims.insert("jti".to_owned(), json!(BASE64_URL_SAFE_NO_PAD.encode(id)));
        if matches!(self.key, Key::Rs256(_)) {
            claims.insert("iat".to_owned(), json!(now.as_second()));
        }
        let encode = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(&self.header), encode(&Value::Object(claims)));
        let signature = match &self.key {
            Key::Hs256(key) => hmac::sign(key, signed.as_bytes()).as_ref().to_vec(),
            Key::Rs256(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                let padding = &signature::RSA_PKCS1_SHA256;
                key.sign(padding, &random, signed.as_bytes(), &mut signature).map_err(no_random)?;
                signature
            }
        };
        Ok(format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)))
    }

    #[inline]
    pub(super) fn debug<'a, 'b>(&self, f: &'a mut fmt::Formatter<'b>) -> fmt::DebugStruct<'a, 'b> {
        let mut out = f.debug_struct(self.type_name);
        out.field("issuer", &self.issuer).field("user", &self.user);
        out
    }

    #[inline]
    fn into_sign_in(self, unified: bool) -> SignIn {
        let (jwt, mint) = (Secret::new(""), Some(Mint::Signer(Arc::new(self))));
        SignIn::new(Proof::Jwt { jwt, unified, mint })
    }
}

fn scope_list<S: Into<String>>(scopes: impl IntoIterator<Item = S>) -> Value {
    Value::Array(scopes.into_iter().map(|scope| Value::String(scope.into())).collect())
}

/// A connected app with direct trust. A JSON Web Token is minted for each sign-in, also when the
/// session is renewed.
///
/// The token names the user and the scopes of the operations that the session may call;
/// [`scopes_of`](crate::scopes_of) lists them for the methods that a program uses. The token is valid
/// for five minutes from the time in the server's `Date` header, or from local time if the server
/// has sent none.
///
/// ```no_run
/// # use tableau_server_client as tsc;
/// # fn f() -> tsc::Result<()> {
/// let server = tsc::Server::new("https://tableau.example.com")?;
/// let scopes = tsc::scopes_of(["Workbooks::list", "Workbooks::download"])?;
/// let auth = tsc::ConnectedAppAuth::new("CLIENT-ID", "SECRET-ID", "SECRET", "USERNAME", scopes);
/// let session = server.sign_in(&auth.site("SITE"))?;
/// # Ok(())
/// # }
/// ```
///
/// REST: [Sign In](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_authentication.htm#sign_in), with a JWT since API 3.14.
#[derive(Clone)]
pub struct ConnectedAppAuth(pub(super) SignIn);

impl ConnectedAppAuth {
    /// Signs in as `user`, to the default site, with a secret of the connected app `client_id`.
    pub fn new<S: Into<String>>(
        client_id: impl Into<String>,
        secret_id: impl Into<String>,
        secret: impl Into<Secret>,
        user: impl Into<String>,
        scopes: impl IntoIterator<Item = S>,
    ) -> ConnectedAppAuth {
        let issuer = client_id.into();
        let kid: String = secret_id.into();
        let signer = Signer {
            type_name: "ConnectedAppAuth",
            header: json!({"alg": "HS256", "typ": "JWT", "kid": kid, "iss": issuer}),
            issuer,
            user: user.into(),
            user_claim: "sub".to_owned(),
            claims: Map::from_iter([
                ("aud".to_owned(), json!("tableau")),
                ("scp".to_owned(), scope_list(scopes)),
            ]),
            key: Key::Hs256(hmac::Key::new(hmac::HMAC_SHA256, secret.into().reveal().as_bytes())),
        };
        ConnectedAppAuth(signer.into_sign_in(false))
    }
}

/// Unified access tokens of Tableau Cloud. A token is minted for each sign-in, also when the session
/// is renewed, and signed with the private key of a configuration in Tableau Cloud Manager.
///
/// REST: [Sign In](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_authentication.htm#sign_in), Tableau Cloud only.
#[derive(Clone)]
pub struct UnifiedAccessTokenAuth(pub(super) SignIn);

impl UnifiedAccessTokenAuth {
    /// Signs in as `user`. `issuer` is the issuer of the configuration, and `private_key` an RSA key
    /// in PEM (PKCS#8 or PKCS#1) of at least 2048 bits.
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) if `private_key` is not such a key.
    pub fn new<S: Into<String>>(
        issuer: impl Into<String>,
        tenant_id: impl Into<String>,
        private_key: impl Into<Secret>,
        user: impl Into<String>,
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<UnifiedAccessTokenAuth> {
        let tenant_id: String = tenant_id.into();
        let signer = Signer {
            type_name: "UnifiedAccessTokenAuth",
            header: json!({"alg": "RS256", "typ": "JWT"}),
            issuer: issuer.into(),
            user: user.into(),
            user_claim: "email".to_owned(),
            claims: Map::from_iter([
                ("https://tableau.com/tenantId".to_owned(), json!(tenant_id)),
                ("scp".to_owned(), scope_list(scopes)),
            ]),
            key: Key::Rs256(Arc::new(rsa_key(private_key.into().reveal())?)),
        };
        Ok(UnifiedAccessTokenAuth(signer.into_sign_in(true)))
    }

    /// The claim that names the user, as set in the configuration. Default: `email`.
    #[must_use]
    pub fn user_claim(mut self, claim: impl Into<String>) -> UnifiedAccessTokenAuth {
        if let Proof::Jwt { mint: Some(Mint::Signer(signer)), .. } = &mut self.0.proof {
            Arc::make_mut(signer).user_claim = claim.into();
        }
        self
    }
}

#[inline]
fn rsa_key(pem: &str) -> Result<rsa::KeyPair> {
    let invalid = |why: String| {
        Error::config(format!(
            "the private key of the unified access token cannot be used: {why}; it must be an RSA \
             key in PEM (PKCS#8 or PKCS#1) of at least 2048 bits"
        ))
    };
    // The parser's own error may quote the key.
    let key = PrivateKeyDer::from_pem_slice(pem.as_bytes())
        .map_err(|_| invalid("it is not a private key in PEM".to_owned()))?;
    let pair = match &key {
        PrivateKeyDer::Pkcs1(key) => rsa::KeyPair::from_der(key.secret_pkcs1_der()),
        PrivateKeyDer::Pkcs8(key) => rsa::KeyPair::from_pkcs8(key.secret_pkcs8_der()),
        _ => return Err(invalid("it is not an RSA key".to_owned())),
    };
    pair.map_err(|why| invalid(why.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minted(sign_in: &SignIn, now: Timestamp) -> (String, Value, Value) {
        let jwt = sign_in.renewed("", now).unwrap().secret().reveal().to_owned();
        let part = |index: usize| {
            let text = BASE64_URL_SAFE_NO_PAD.decode(jwt.split('.').nth(index).unwrap()).unwrap();
            serde_json::from_slice(&text).unwrap()
        };
        (jwt.clone(), part(0), part(1))
    }

    #[test]
    fn connected_app_signs_the_documented_claims() {
        let auth = ConnectedAppAuth::new("CLIENT", "KID", "hush", "me@example.com", ["a:b", "c:d"]);
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        let (jwt, header, mut claims) = minted(&auth.0, now);
        assert_eq!(header, json!({"alg": "HS256", "typ": "JWT", "kid": "KID", "iss": "CLIENT"}));
        let id = claims.as_object_mut().unwrap().remove("jti").unwrap();
        assert_eq!(
            claims,
            json!({"aud": "tableau", "sub": "me@example.com", "scp": ["a:b", "c:d"],
                   "iss": "CLIENT", "exp": 1_700_000_300})
        );
        let (signed, signature) = jwt.rsplit_once('.').unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"hush");
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
        hmac::verify(&key, signed.as_bytes(), &signature).unwrap();
        assert_ne!(minted(&auth.0, now).2["jti"], id);
        assert!(!format!("{auth:?}").contains("hush"), "{auth:?}");
    }

    #[test]
    fn unified_access_token_is_signed_with_the_private_key() {
        let pem = include_str!("../../tests/it/uat-test-key.pem");
        let auth = UnifiedAccessTokenAuth::new("ISS", "TENANT", pem, "me", ["a:b"]).unwrap();
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        let (jwt, header, mut claims) = minted(&auth.user_claim("name").0, now);
        assert_eq!(header, json!({"alg": "RS256", "typ": "JWT"}));
        claims.as_object_mut().unwrap().remove("jti").unwrap();
        assert_eq!(
            claims,
            json!({"https://tableau.com/tenantId": "TENANT", "name": "me", "scp": ["a:b"],
                   "iss": "ISS", "iat": 1_700_000_000, "exp": 1_700_000_300})
        );
        let (signed, signature) = jwt.rsplit_once('.').unwrap();
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
        let key = rsa_key(pem).unwrap();
        signature::UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, key.public())
            .verify(signed.as_bytes(), &signature)
            .unwrap();
    }

    #[test]
    fn refuses_a_private_key_that_is_not_rsa_without_quoting_it() {
        for pem in ["hush", "-----BEGIN PRIVATE KEY-----\naHVzaA==\n-----END PRIVATE KEY-----\n"] {
            let error = UnifiedAccessTokenAuth::new("I", "T", pem, "me", ["a:b"]).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Config);
            let text = format!("{error} {error:?}");
            assert!(!text.contains("hush") && !text.contains("aHVz"), "{text}");
        }
    }
}
