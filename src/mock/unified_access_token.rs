//! [`UnifiedAccessTokens`]: verifies the unified access tokens of Tableau Cloud.

use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use rustls::pki_types::SubjectPublicKeyInfoDer;
use rustls::pki_types::pem::PemObject;

use super::connected_app::{Jwt, Verified, accept};
use super::prelude::*;

/// The maximum length of a token in bytes.
const MAX_LENGTH: usize = 8192;

/// The identifier of RSA in a public key.
const RSA: &[u8] = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";

/// A configuration of unified access tokens in Tableau Cloud Manager.
#[derive(Clone)]
pub(super) struct UnifiedAccessTokens {
    pub(super) issuer: String,
    pub(super) tenant_id: String,
    /// The claim that names the user.
    pub(super) user_claim: String,
    /// In PEM.
    pub(super) public_key: String,
}

impl UnifiedAccessTokens {
    /// The key as a PKCS#1 `RSAPublicKey`, or why it cannot be used.
    pub(super) fn key(&self) -> std::result::Result<Vec<u8>, String> {
        let key = SubjectPublicKeyInfoDer::from_pem_slice(self.public_key.as_bytes());
        let key = key.map_err(|why| format!("it is not a public key in PEM: {why}"))?;
        // A sequence and a bit string of RSA keys from 2048 to 8192 bits have lengths of two bytes.
        let wrapped = match &key[..] {
            [0x30, 0x82, _, _, rest @ ..] => rest.strip_prefix(RSA),
            _ => None,
        };
        match wrapped {
            Some([0x03, 0x82, _, _, 0x00, key @ ..]) => Ok(key.to_vec()),
            _ => Err("it is not an RSA key of at least 2048 bits".to_owned()),
        }
    }
}

/// Verifies a token, and records that it was used. Tableau gives no reason for refusing it.
pub(super) fn verify(state: &mut ServerState, token: &str) -> Result<Verified> {
    let error = ApiError::sign_in;
    if token.len() > MAX_LENGTH {
        return Err(error());
    }
    let jwt = Jwt::parse(token, "RS256").map_err(|_| error())?;
    let claims = &jwt.claims;
    let is_issuer = |known: &&UnifiedAccessTokens| claims["iss"] == *known.issuer;
    let known = state.unified_access_tokens.iter().find(is_issuer).ok_or_else(error)?;
    let key = known.key().map_err(|_| error())?;
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key)
        .verify(jwt.signed.as_bytes(), &jwt.signature)
        .map_err(|_| error())?;
    let is_issued = claims["iat"].as_i64().is_some_and(|at| at <= state.clock.now().as_second());
    if claims["https://tableau.com/tenantId"] != *known.tenant_id || !is_issued {
        return Err(error());
    }
    let user_claim = known.user_claim.clone();
    accept(state, claims, &user_claim).map_err(|_| error())
}
