//! [`ConnectedApp`]: verifies JSON Web Tokens, and checks the scopes of the sessions they open.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use ring::hmac;
use serde_json::Value;

use super::prelude::*;

/// The maximum time until a token expires.
const MAX_LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// The operations that the library declares, with the scope that each needs.
const OPERATIONS: &str = include_str!("../../docs/coverage.md");

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

/// A refused token. Tableau gives the reason as a number.
pub(super) fn refused(number: impl fmt::Display) -> ApiError {
    let detail = format!("Error signing in to Tableau Server ({number})");
    ApiError::new(401, "401001", "Signin Error", detail)
}

/// Verifies a token for the site with that content URL, and records that it was used.
pub(super) fn verify(state: &mut ServerState, content_url: &str, jwt: &str) -> Result<Verified> {
    let site = state.site_at(content_url).ok_or_else(ApiError::sign_in)?;
    let ConnectedApps(apps) = site.state().ok_or_else(ApiError::sign_in)?;
    let parts: Vec<&str> = jwt.split('.').collect();
    let [header, payload, signature] = parts[..] else { return Err(refused(10083)) };
    let decoded = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).ok();
    let json = |text| decoded(text).and_then(|json| serde_json::from_slice::<Value>(&json).ok());
    let header = json(header).ok_or_else(|| refused(10083))?;
    match header["alg"].as_str() {
        Some("HS256") => {}
        Some("none") => return Err(refused(10098)),
        _ => return Err(refused(10083)),
    }
    let claims = json(payload).ok_or_else(|| refused(10084))?;

    let mut of_issuer =
        apps.iter().filter(|app| app.enabled && claims["iss"] == *app.client_id).peekable();
    if of_issuer.peek().is_none() {
        return Err(refused(126));
    }
    let secret = of_issuer
        .flat_map(|app| &app.secrets)
        .find(|secret| header["kid"] == *secret.id)
        .ok_or_else(|| refused(127))?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.value.as_bytes());
    let signed = jwt.rsplit_once('.').map_or("", |(signed, _)| signed);
    decoded(signature)
        .and_then(|signature| hmac::verify(&key, signed.as_bytes(), &signature).ok())
        .ok_or_else(|| refused(10084))?;

    let now = state.clock.now().as_second();
    let expires = claims["exp"].as_i64().ok_or_else(|| refused(10084))?;
    if claims["aud"] != "tableau" || expires <= now {
        return Err(refused(10084));
    }
    if expires.saturating_sub(now) > MAX_LIFETIME.as_secs() {
        return Err(refused(16));
    }
    let scopes = match &claims["scp"] {
        Value::Null => return Err(refused(10099)),
        Value::Array(scopes) => scopes.iter().map(|scope| scope.as_str().map(str::to_owned)),
        _ => return Err(refused(10097)),
    };
    let scopes = scopes.collect::<Option<_>>().ok_or_else(|| refused(10097))?;
    let user = claims["sub"].as_str().unwrap_or_default().to_owned();
    let is_user =
        |site: &Site| site.by_name("users", &user).is_some_and(|known| known.name() == user);
    if !state.sites.values().any(is_user) {
        return Err(refused(5));
    }
    let id = claims["jti"].as_str().ok_or_else(|| refused(10094))?;
    if !state.used_jwt_ids.insert(id.to_owned()) {
        return Err(refused(10091));
    }
    Ok(Verified { user, scopes })
}

/// Refuses a request of a session that lacks the scope of the operation. Operations whose scope is
/// unknown are allowed.
pub(super) fn check_scope(scopes: &[String], method: &str, path: &str) -> Result<()> {
    let Some((title, needed)) = scope_of(method, path) else { return Ok(()) };
    let detail = match needed.trim_matches('`') {
        // Every scope allows signing out.
        "unknown" | "tableau:*:*" => return Ok(()),
        "not available" => format!("{title} is not available with a JSON Web Token."),
        needed if scopes.iter().any(|scope| includes(scope, needed)) => return Ok(()),
        needed => format!("{title} needs the scope {needed}."),
    };
    Err(ApiError::new(401, "401002", "Unauthorized Access", detail))
}

/// Whether a scope is the needed one, its group (`tableau:tasks` includes `tableau:tasks:read`), or
/// has wildcards for it (`tableau:tasks:*`).
fn includes(scope: &str, needed: &str) -> bool {
    let mut needed = needed.split(':');
    let is_next = |part| needed.next().is_some_and(|needed| part == "*" || part == needed);
    scope.contains(':') && scope.split(':').all(is_next)
}

/// The title of an operation and its scope, as in the table. If several paths match, the one with
/// the fewest placeholders is meant.
fn scope_of(method: &str, path: &str) -> Option<(&'static str, &'static str)> {
    let matching = OPERATIONS.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| [")?.split(" | ");
        let (title, request) = (cells.next()?.split(']').next()?, cells.next()?);
        let (known, template) = request.trim_matches('`').split_once(' ')?;
        let scope = cells.nth(1)?;
        (known == method && is_path(template, path)).then_some((template, title, scope))
    });
    let (_, title, scope) = matching.min_by_key(|(template, ..)| template.matches('{').count())?;
    Some((title, scope))
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
        let scope = |method, path| scope_of(method, path).map(|(_, scope)| scope);
        let path = "/api/3.24/sites/s/groups/g";
        assert_eq!(scope("DELETE", path), Some("`tableau:groups:delete`"));
        assert_eq!(scope("POST", "/api/3.24/auth/signin"), Some("unknown"));
        assert_eq!(scope("POST", "/api/metadata/graphql"), Some("unknown"));
        assert_eq!(scope("GET", "/elsewhere"), None);
        let check = |scope: &str| check_scope(&[scope.to_owned()], "DELETE", path);
        for enough in ["tableau:groups:delete", "tableau:groups", "tableau:groups:*", "tableau:*:*"]
        {
            assert_eq!(check(enough), Ok(()), "{enough}");
        }
        for other in ["tableau", "tableau:groups:read", "tableau:group", "tableau:groups:delete:x"]
        {
            let refused = check(other).unwrap_err();
            assert_eq!((refused.status, refused.code), (401, "401002"));
            assert!(refused.detail.contains("tableau:groups:delete"), "{}", refused.detail);
        }
    }
}
