//! [`ConnectedApp`]: verifies JSON Web Tokens, and checks the scopes of the sessions they open.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use ring::hmac;
use serde_json::Value;

use super::prelude::*;
use crate::operation::Scope;
use crate::scopes::{OPERATIONS, Row};

/// The maximum time until a token expires.
const MAX_LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// A connected app with direct trust.
#[derive(Clone)]
pub(super) struct ConnectedApp {
    pub(super) client_id: String,
    pub(super) name: String,
    pub(super) enabled: bool,
    /// The ids of the projects that it is limited to; empty for all projects.
    pub(super) projects: Vec<String>,
    pub(super) domain_safelist: Option<String>,
    pub(super) unrestricted_embedding: bool,
    pub(super) created: Timestamp,
    pub(super) secrets: Vec<AppSecret>,
}

/// A secret of a connected app.
#[derive(Clone)]
pub(super) struct AppSecret {
    pub(super) id: String,
    pub(super) value: String,
    pub(super) created: Timestamp,
}

/// The connected apps of a site. A site has this state as soon as it has had an app.
#[derive(Default)]
pub(super) struct ConnectedApps(pub(super) Vec<ConnectedApp>);

impl ConnectedApp {
    /// An enabled app for all projects, without secrets.
    pub(super) fn new(client_id: String, name: String, created: Timestamp) -> ConnectedApp {
        ConnectedApp {
            client_id,
            name,
            enabled: true,
            projects: Vec::new(),
            domain_safelist: None,
            unrestricted_embedding: false,
            created,
            secrets: Vec::new(),
        }
    }
}

/// Whom a token signs in, and what the session may do.
pub(super) struct Verified {
    pub(super) user: String,
    pub(super) scopes: Vec<String>,
}

/// The error for a refused token. Tableau states the reason as a number.
pub(super) fn sign_in_error(number: impl fmt::Display) -> ApiError {
    let detail = format!("Error signing in to Tableau Server ({number})");
    ApiError::new(401, "401001", "Signin Error", detail)
}

/// The parts of a token.
pub(super) struct Jwt<'t> {
    header: Value,
    pub(super) claims: Value,
    /// The signed part: the header and the claims.
    pub(super) signed: &'t str,
    /// Empty, which no key verifies, if it cannot be decoded.
    pub(super) signature: Vec<u8>,
}

impl<'t> Jwt<'t> {
    pub(super) fn parse(jwt: &'t str, algorithm: &str) -> Result<Jwt<'t>> {
        let decoded = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).ok();
        let json = |text| decoded(text).and_then(|json| serde_json::from_slice(&json).ok());
        let (signed, signature) = jwt.rsplit_once('.').ok_or_else(|| sign_in_error(10083))?;
        let (header, claims) = signed.split_once('.').ok_or_else(|| sign_in_error(10083))?;
        let header: Value = json(header).ok_or_else(|| sign_in_error(10083))?;
        match header["alg"].as_str() {
            Some(used) if used == algorithm => {}
            Some("none") => return Err(sign_in_error(10098)),
            _ => return Err(sign_in_error(10083)),
        }
        let claims = json(claims).ok_or_else(|| sign_in_error(10084))?;
        Ok(Jwt { header, claims, signed, signature: decoded(signature).unwrap_or_default() })
    }
}

/// Verifies a token for the site with that content URL, and records that it was used.
pub(super) fn verify(state: &mut ServerState, content_url: &str, jwt: &str) -> Result<Verified> {
    let site = state.site_at(content_url).ok_or_else(ApiError::sign_in)?;
    let ConnectedApps(apps) = site.state().ok_or_else(ApiError::sign_in)?;
    let Jwt { header, claims, signed, signature } = Jwt::parse(jwt, "HS256")?;
    let mut of_issuer =
        apps.iter().filter(|app| app.enabled && claims["iss"] == *app.client_id).peekable();
    if of_issuer.peek().is_none() {
        return Err(sign_in_error(126));
    }
    let secret = of_issuer
        .flat_map(|app| &app.secrets)
        .find(|secret| header["kid"] == *secret.id)
        .ok_or_else(|| sign_in_error(127))?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.value.as_bytes());
    hmac::verify(&key, signed.as_bytes(), &signature).map_err(|_| sign_in_error(10084))?;
    let expires = claims["exp"].as_i64().ok_or_else(|| sign_in_error(10084))?;
    if claims["aud"] != "tableau" {
        return Err(sign_in_error(10084));
    }
    if expires.saturating_sub(state.clock.now().as_second()) > MAX_LIFETIME.as_secs() {
        return Err(sign_in_error(16));
    }
    accept(state, &claims, "sub")
}

/// Checks the claims that all tokens have, and records that the token was used.
pub(super) fn accept(
    state: &mut ServerState,
    claims: &Value,
    user_claim: &str,
) -> Result<Verified> {
    if claims["exp"].as_i64().is_none_or(|expires| expires <= state.clock.now().as_second()) {
        return Err(sign_in_error(10084));
    }
    let scopes = match &claims["scp"] {
        Value::Null => return Err(sign_in_error(10099)),
        Value::Array(scopes) => scopes.iter().map(|scope| scope.as_str().map(str::to_owned)),
        _ => return Err(sign_in_error(10097)),
    };
    let scopes = scopes.collect::<Option<_>>().ok_or_else(|| sign_in_error(10097))?;
    let user = claims[user_claim].as_str().unwrap_or_default().to_owned();
    let is_user =
        |site: &Site| site.by_name("users", &user).is_some_and(|known| known.name() == user);
    if !state.sites.values().any(is_user) {
        return Err(sign_in_error(5));
    }
    let id = claims["jti"].as_str().ok_or_else(|| sign_in_error(10094))?;
    if !state.used_jwt_ids.insert(id.to_owned()) {
        return Err(sign_in_error(10091));
    }
    Ok(Verified { user, scopes })
}

/// Refuses a request of a session that lacks the scope of the operation. Operations whose scope is
/// unknown are allowed.
pub(super) fn check_scope(scopes: &[String], method: &str, path: &str) -> Result<()> {
    let Some(operation) = operation(method, path) else { return Ok(()) };
    if operation.scope.is_among(scopes) {
        return Ok(());
    }
    let title = operation.title;
    let detail = match operation.scope {
        Scope::Named(needed) => format!("{title} needs the scope {needed}."),
        _ => format!("{title} is not available with a JSON Web Token."),
    };
    Err(ApiError::new(401, "401002", "Unauthorized Access", detail))
}

/// The declared operation of a request. If several paths match, the one with the fewest placeholders
/// is meant.
fn operation(method: &str, path: &str) -> Option<&'static Row> {
    let fits = |row: &&Row| row.method == method && is_path(row.path, path);
    OPERATIONS.iter().filter(fits).min_by_key(|row| row.path.matches('{').count())
}

fn is_path(template: &str, path: &str) -> bool {
    let below = |path| Some(str::split_once(str::strip_prefix(path, "/api/")?, '/')?.1);
    let path = if template.starts_with('/') { Some(path) } else { below(path) };
    let Some(path) = path else { return false };
    let same = |(expected, given): (&str, &str)| expected.starts_with('{') || expected == given;
    template.split('/').count() == path.split('/').count()
        && template.split('/').zip(path.split('/')).all(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_scope_of_a_request() {
        let scope = |method, path| operation(method, path).map(|operation| operation.scope);
        let path = "/api/3.24/sites/s/groups/g";
        assert_eq!(scope("DELETE", path), Some(Scope::Named("tableau:groups:delete")));
        assert_eq!(scope("POST", "/api/3.24/auth/signin"), Some(Scope::Unknown));
        assert_eq!(scope("POST", "/api/metadata/graphql"), Some(Scope::Unknown));
        assert_eq!(scope("GET", "/elsewhere"), None);
    }

    #[test]
    fn refuses_a_request_without_its_scope() {
        let check = |scope: &str, method, path| check_scope(&[scope.to_owned()], method, path);
        let path = "/api/3.24/sites/s/groups/g";
        assert_eq!(check("tableau:groups:*", "DELETE", path), Ok(()));
        assert_eq!(check("tableau:groups:read", "POST", "/api/3.24/auth/signout"), Ok(()));
        let error = check("tableau:groups:read", "DELETE", path).unwrap_err();
        assert_eq!((error.status, error.code), (401, "401002"));
        assert!(error.detail.contains("tableau:groups:delete"), "{}", error.detail);
        let path = "/api/3.24/sites/s/site-oidc-configuration";
        assert_eq!(check("tableau:*:*", "GET", path).unwrap_err().code, "401002");
    }
}
