//! Credentials: [`TableauAuth`], [`PersonalAccessTokenAuth`], [`JwtAuth`], [`ConnectedAppAuth`],
//! [`UnifiedAccessTokenAuth`].

mod signer;

use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Map, Value};

use self::signer::Signer;
pub use self::signer::{ConnectedAppAuth, UnifiedAccessTokenAuth};
use crate::ids::UserId;
use crate::secret::Secret;
use crate::xml::Out;
use crate::{Error, Result};

/// Credentials to sign in with.
///
/// The trait is sealed: the credentials that the REST API knows are [`TableauAuth`],
/// [`PersonalAccessTokenAuth`], [`JwtAuth`], [`ConnectedAppAuth`] and [`UnifiedAccessTokenAuth`]. It
/// is object-safe, so that a program can choose at run time and pass a `&dyn Credentials`.
pub trait Credentials: sealed::Sealed + Send + Sync {}

mod sealed {
    pub trait Sealed {
        fn sign_in(&self) -> super::SignIn;
    }
}

/// A copy of the credentials, which the session keeps to sign in again.
#[derive(Clone)]
pub struct SignIn {
    proof: Proof,
    site: String,
    impersonate: Option<UserId>,
}

#[derive(Clone)]
enum Proof {
    Password { name: String, password: Secret },
    Token { name: String, secret: Secret },
    Jwt { jwt: Secret, unified: bool, mint: Option<Mint> },
}

/// The source of the next JSON Web Token.
#[derive(Clone)]
enum Mint {
    Caller(Arc<dyn Fn() -> Result<String> + Send + Sync>),
    Signer(Arc<Signer>),
}

impl SignIn {
    /// Returns the copy that a session keeps.
    pub(crate) fn of<C: Credentials + ?Sized>(credentials: &C) -> SignIn {
        credentials.sign_in()
    }

    #[inline]
    fn new(proof: Proof) -> SignIn {
        SignIn { proof, site: String::new(), impersonate: None }
    }

    /// Whether the credentials can be used a second time.
    #[inline]
    pub(crate) fn can_renew(&self) -> bool {
        !matches!(self.proof, Proof::Jwt { mint: None, .. })
    }

    /// The same credentials for the next sign-in, to this site, with a newly minted JSON Web Token.
    /// `now` is the time of the server's clock.
    #[inline]
    pub(crate) fn renewed(&self, site: &str, now: Timestamp) -> Result<SignIn> {
        let mut next = SignIn { site: site.to_owned(), ..self.clone() };
        if let Proof::Jwt { jwt, mint: Some(mint), .. } = &mut next.proof {
            *jwt = Secret::new(match mint {
                Mint::Caller(mint) => mint()?,
                Mint::Signer(signer) => signer.mint(now)?,
            });
        }
        Ok(next)
    }

    /// The credentials for the first sign-in. `now` is the time of the server's clock.
    #[inline]
    pub(crate) fn for_first_sign_in(self, now: Timestamp) -> Result<SignIn> {
        match &self.proof {
            Proof::Jwt { mint: Some(Mint::Signer(_)), .. } => self.renewed(&self.site, now),
            _ => Ok(self),
        }
    }

    /// The content URL of the site to sign in to.
    #[inline]
    pub(crate) fn site(&self) -> &str {
        &self.site
    }

    /// Whether the credentials are a JSON Web Token, whose scopes limit the session.
    #[inline]
    pub(crate) fn is_jwt(&self) -> bool {
        matches!(self.proof, Proof::Jwt { .. })
    }

    /// The name of the personal access token, if the credentials are one.
    #[inline]
    pub(crate) fn token_name(&self) -> Option<&str> {
        match &self.proof {
            Proof::Token { name, .. } => Some(name),
            _ => None,
        }
    }

    /// The name of the user who signs in, if the credentials contain one: the user name of a
    /// password, or the claim `sub` of a JSON Web Token. Not yet verified by the server.
    #[inline]
    pub(crate) fn user_name(&self) -> Option<String> {
        if self.impersonate.is_some() {
            return None;
        }
        match &self.proof {
            Proof::Password { name, .. } => Some(name.clone()),
            Proof::Token { .. } => None,
            Proof::Jwt { mint: Some(Mint::Signer(signer)), .. } => Some(signer.user().to_owned()),
            Proof::Jwt { jwt, .. } => Some(claim(jwt, "sub")?.as_str()?.to_owned()),
        }
    }

    /// The scopes of the JSON Web Token, if the credentials are one that can be read.
    #[inline]
    pub(crate) fn scopes(&self) -> Option<Vec<String>> {
        let Proof::Jwt { jwt, .. } = &self.proof else { return None };
        serde_json::from_value(claim(jwt, "scp")?).ok()
    }

    /// The request to `auth/signin`.
    ///
    /// # Errors
    ///
    /// [`Input`](crate::ErrorKind::Input) if the site cannot be a content URL, or if a value
    /// contains a character that XML does not allow.
    #[inline]
    pub(crate) fn request(&self) -> Result<String> {
        let mut out = Out::new();
        out.element("tsRequest", |out| {
            out.element("credentials", |out| {
                match &self.proof {
                    Proof::Password { name, password } => {
                        out.attribute("name", name);
                        out.attribute("password", password.reveal());
                    }
                    Proof::Token { name, secret } => {
                        out.attribute("personalAccessTokenName", name);
                        out.attribute("personalAccessTokenSecret", secret.reveal());
                    }
                    Proof::Jwt { jwt, unified, .. } => {
                        out.attribute("jwt", jwt.reveal());
                        out.attribute("isUat", if *unified { "true" } else { "false" });
                    }
                }
                out.element("site", |out| out.attribute("contentUrl", &self.site));
                if let Some(user) = &self.impersonate {
                    out.element("user", |out| out.attribute("id", user.as_str()));
                }
            });
        });
        out.finish()
            .and_then(|request| check_content_url(&self.site).map(|()| request))
            .map_err(|error| error.doing(format!("signing in {self:?}")))
    }

    /// The secret, to be redacted in messages.
    #[inline]
    pub(crate) fn secret(&self) -> &Secret {
        match &self.proof {
            Proof::Password { password, .. } => password,
            Proof::Token { secret, .. } => secret,
            Proof::Jwt { jwt, .. } => jwt,
        }
    }
}

/// A claim of a JSON Web Token, if the token can be read.
#[inline]
fn claim(jwt: &Secret, name: &str) -> Option<Value> {
    let payload = BASE64_URL_SAFE_NO_PAD.decode(jwt.reveal().split('.').nth(1)?).ok()?;
    let mut claims: Map<String, Value> = serde_json::from_slice(&payload).ok()?;
    claims.remove(name)
}

/// Rejects a string that cannot be the content URL of a site.
#[inline]
pub(crate) fn check_content_url(site: &str) -> Result<()> {
    let is_invalid = |c: char| c.is_whitespace() || "/\\:#?%".contains(c);
    let Some(invalid) = site.chars().find(|c| is_invalid(*c)) else { return Ok(()) };
    let advice = match content_url_in(site) {
        Some(content_url) => format!("use {content_url:?}"),
        None => "use the part after /site/ in the browser's address, or leave it empty for the \
                 default site"
            .to_owned(),
    };
    Err(Error::input(format!(
        "the site {site:?} is not a content URL, because it contains {invalid:?}: {advice}"
    )))
}

/// The content URL in an address copied from a browser: what follows `/site/`, or `/t/` in the
/// address of a view.
#[inline]
fn content_url_in(address: &str) -> Option<&str> {
    let after = |start: &str| address.split_once(start).map(|(_, rest)| rest);
    let rest = after("/site/").or(after("/t/")).or(address.strip_prefix("site/"))?;
    let content_url = rest.split(['/', '?', '#']).next()?;
    (!content_url.is_empty() && check_content_url(content_url).is_ok()).then_some(content_url)
}

impl fmt::Debug for SignIn {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = match &self.proof {
            Proof::Password { name, .. } => {
                let mut out = f.debug_struct("TableauAuth");
                out.field("name", name);
                out
            }
            Proof::Token { name, .. } => {
                let mut out = f.debug_struct("PersonalAccessTokenAuth");
                out.field("token_name", name);
                out
            }
            Proof::Jwt { mint: Some(Mint::Signer(signer)), .. } => signer.debug(f),
            Proof::Jwt { unified, mint, .. } => {
                let mut out = f.debug_struct("JwtAuth");
                out.field("unified_access_token", unified).field("renews", &mint.is_some());
                out
            }
        };
        out.field("site", &self.site);
        if let Some(user) = &self.impersonate {
            out.field("impersonate", &user.as_str());
        }
        out.finish_non_exhaustive()
    }
}

macro_rules! credentials {
    ($($Name:ident),+) => {$(
        impl $Name {
            /// The site to sign in to, by its content URL: the part after `/site/` in the
            /// browser's address. Default: the default site, whose content URL is empty.
            #[must_use]
            pub fn site(mut self, content_url: impl Into<String>) -> Self {
                self.0.site = content_url.into();
                self
            }
        }

        impl sealed::Sealed for $Name {
            #[inline]
            fn sign_in(&self) -> SignIn {
                self.0.clone()
            }
        }

        impl Credentials for $Name {}

        /// Shows names and sites, but no secret.
        impl fmt::Debug for $Name {
            #[inline]
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

macro_rules! impersonate {
    ($($Name:ident),+) => {$(
        impl $Name {
            /// Signs in as another user; only server administrators may do this. Default: the user
            /// of the credentials.
            ///
            /// Personal access tokens can impersonate since API 3.11.
            #[must_use]
            pub fn impersonate(mut self, user: impl Into<UserId>) -> Self {
                self.0.impersonate = Some(user.into());
                self
            }
        }
    )+};
}

credentials!(
    TableauAuth,
    PersonalAccessTokenAuth,
    JwtAuth,
    ConnectedAppAuth,
    UnifiedAccessTokenAuth
);
impersonate!(TableauAuth, PersonalAccessTokenAuth, JwtAuth);

/// A user name and a password. Tableau Cloud with multi-factor authentication refuses them: use
/// [`PersonalAccessTokenAuth`] there.
///
/// REST: [Sign In](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_authentication.htm#sign_in), API 1.0.
#[derive(Clone)]
pub struct TableauAuth(SignIn);

impl TableauAuth {
    /// Signs in with a name and a password, to the default site.
    pub fn new(name: impl Into<String>, password: impl Into<String>) -> TableauAuth {
        let password = Secret::new(password);
        TableauAuth(SignIn::new(Proof::Password { name: name.into(), password }))
    }
}

/// A personal access token, which a user creates on the account page.
///
/// Tableau keeps **one session per token**: a second sign-in with the same token, even to another
/// site, ends the first session.
///
/// REST: [Sign In](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_authentication.htm#sign_in), with a token since API 3.6.
#[derive(Clone)]
#[doc(alias = "sign_in_with_personal_access_token")]
pub struct PersonalAccessTokenAuth(SignIn);

impl PersonalAccessTokenAuth {
    /// Signs in with a token's name and its secret, to the default site.
    pub fn new(name: impl Into<String>, secret: impl Into<String>) -> PersonalAccessTokenAuth {
        let secret = Secret::new(secret);
        PersonalAccessTokenAuth(SignIn::new(Proof::Token { name: name.into(), secret }))
    }
}

/// A JSON Web Token of a connected app, or a unified access token, that the caller mints.
///
/// [`ConnectedAppAuth`] and [`UnifiedAccessTokenAuth`] mint the tokens themselves. A token is valid
/// for at most ten minutes, and usually for one sign-in. A session that is renewed after it expires
/// needs [`renew_with`](JwtAuth::renew_with).
///
/// REST: [Sign In](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_authentication.htm#sign_in), with a JWT since API 3.14.
#[derive(Clone)]
#[doc(alias = "sign_in_with_json_web_token")]
pub struct JwtAuth(SignIn);

impl JwtAuth {
    /// Signs in with an encoded token (`eyJ…`), to the default site.
    pub fn new(jwt: impl Into<String>) -> JwtAuth {
        JwtAuth(SignIn::new(Proof::Jwt { jwt: Secret::new(jwt), unified: false, mint: None }))
    }

    /// Whether the token is a unified access token, created in Tableau Cloud Manager. Default:
    /// `false`.
    #[must_use]
    #[inline]
    pub fn unified_access_token(mut self, yes: bool) -> JwtAuth {
        if let Proof::Jwt { unified, .. } = &mut self.0.proof {
            *unified = yes;
        }
        self
    }

    /// Mints a new token when the session is renewed. Default: the session is not renewed. If the
    /// function fails, the request fails with its error.
    ///
    /// The function runs on the thread whose request found the session expired. No timeout or
    /// [`CancellationToken`](crate::CancellationToken) ends it, so limit what it waits for. If it
    /// sends a request over the session that it renews, that call is an error. Such a request on
    /// another thread waits for the renewal, so the function must not wait for that thread.
    #[must_use]
    pub fn renew_with(
        mut self,
        mint: impl Fn() -> Result<String> + Send + Sync + 'static,
    ) -> JwtAuth {
        if let Proof::Jwt { mint: slot, .. } = &mut self.0.proof {
            *slot = Some(Mint::Caller(Arc::new(mint)));
        }
        self
    }
}

/// Reads credentials from the environment: `TABLEAU_TOKEN_NAME` and `TABLEAU_TOKEN_VALUE`, or
/// `TABLEAU_USERNAME` and `TABLEAU_PASSWORD`, or `TABLEAU_JWT`; and the content URL of the site
/// from `TABLEAU_SITE` (the default site if unset or empty).
///
/// ```no_run
/// # use tableau_server_client as tsc;
/// # fn f() -> tsc::Result<()> {
/// let server = tsc::Server::new("https://tableau.example.com")?;
/// let session = server.sign_in(&*tsc::credentials_from_env()?)?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`Config`](crate::ErrorKind::Config) if none of them are set, if one of a pair is missing, or if
/// several kinds are set. The message names the variables.
#[inline]
pub fn credentials_from_env() -> Result<Box<dyn Credentials>> {
    from_variables(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

fn from_variables(get: impl Fn(&str) -> Option<String>) -> Result<Box<dyn Credentials>> {
    let pair = |first: &str, second: &str| match (get(first), get(second)) {
        (Some(first), Some(second)) => Ok(Some((first, second))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(Error::config(format!("{first} is set, but {second} is not"))),
        (None, Some(_)) => Err(Error::config(format!("{second} is set, but {first} is not"))),
    };
    let site = get("TABLEAU_SITE").unwrap_or_default();
    let token = pair("TABLEAU_TOKEN_NAME", "TABLEAU_TOKEN_VALUE")?;
    let password = pair("TABLEAU_USERNAME", "TABLEAU_PASSWORD")?;
    match (token, password, get("TABLEAU_JWT")) {
        (Some((name, secret)), None, None) => {
            Ok(Box::new(PersonalAccessTokenAuth::new(name, secret).site(site)))
        }
        (None, Some((name, password)), None) => {
            Ok(Box::new(TableauAuth::new(name, password).site(site)))
        }
        (None, None, Some(jwt)) => Ok(Box::new(JwtAuth::new(jwt).site(site))),
        (None, None, None) => Err(Error::config(
            "no credentials in the environment: set TABLEAU_TOKEN_NAME and TABLEAU_TOKEN_VALUE, or \
             TABLEAU_USERNAME and TABLEAU_PASSWORD, or TABLEAU_JWT",
        )),
        _ => Err(Error::config(
            "several kinds of credentials in the environment: set only one of TABLEAU_TOKEN_NAME, \
             TABLEAU_USERNAME and TABLEAU_JWT",
        )),
    }
}

#[cfg(test)]
mod tests;
