//! The table of routes, and how a request finds its handler.

use std::fmt;

use super::api_error::ApiError;
use super::context::Context;
use super::encoding::decode;
use super::response::Response;
use super::server_state::ServerState;
use super::version::Version;

/// What a handler returns.
pub(super) type ApiResult = Result<Response, ApiError>;

/// The methods that routes have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        })
    }
}

/// An operation: what it is called with, since when, and what carries it out.
#[derive(Clone, Copy)]
pub(super) struct Route {
    pub(super) method: Method,
    /// Below `/api/{version}/`, or below `/api/-/` where `json`. `{…}` stands for a segment.
    pub(super) path: &'static str,
    pub(super) since: Version,
    pub(super) run: fn(&mut ServerState, &Context<'_>) -> ApiResult,
    /// Whether it is answered without a session.
    pub(super) open: bool,
    /// Whether it belongs to the family without a version in the path.
    pub(super) unversioned: bool,
}

impl Route {
    pub(super) const fn new(
        method: Method,
        path: &'static str,
        major: u16,
        minor: u16,
        run: fn(&mut ServerState, &Context<'_>) -> ApiResult,
    ) -> Route {
        Route { method, path, since: Version(major, minor), run, open: false, unversioned: false }
    }

    pub(super) const fn open(mut self) -> Route {
        self.open = true;
        self
    }

    pub(super) const fn unversioned(mut self) -> Route {
        self.unversioned = true;
        self
    }

    /// The segment below the site that names a kind of thing; empty where the route is about none.
    pub(super) fn kind(&self) -> &'static str {
        self.path
            .strip_prefix("sites/{site}/")
            .and_then(|below| below.split('/').next())
            .unwrap_or_default()
    }

    /// What the placeholders stand for, if the path is this route's.
    fn matches(&self, segments: &[String]) -> Option<Vec<String>> {
        let mut wanted = self.path.split('/');
        let mut params = Vec::new();
        for given in segments {
            let wanted = wanted.next()?;
            if wanted.starts_with('{') {
                if given.is_empty() {
                    return None;
                }
                params.push(given.clone());
            } else if wanted != given
                && !(wanted == "serverinfo" && given.eq_ignore_ascii_case(wanted))
            {
                return None;
            }
        }
        wanted.next().is_none().then_some(params)
    }
}

/// A route that was found.
pub(super) struct Found {
    pub(super) route: Route,
    pub(super) version: Version,
    pub(super) params: Vec<String>,
}

/// Finds the route for a method and a path, or says why there is none.
pub(super) fn find(
    routes: &[Route],
    method: &str,
    path: &str,
    newest: Version,
) -> Result<Found, ApiError> {
    let unknown = || ApiError::http(404, format!("The resource '{path}' is not known."));
    let below = path.strip_prefix("/api/").ok_or_else(unknown)?;
    let (named, rest) = below.split_once('/').ok_or_else(unknown)?;
    let unversioned = named == "-";
    let version = if unversioned || named == "exp" {
        newest
    } else {
        let version = Version::read(named).filter(|v| (Version::OLDEST..=newest).contains(v));
        version.ok_or_else(|| {
            ApiError::not_found("404001", format!("The API version '{named}' is not spoken here."))
        })?
    };
    let segments: Vec<String> = rest
        .split('/')
        .map(|segment| decode(segment, false).filter(|segment| !segment.contains('\0')))
        .collect::<Option<_>>()
        .ok_or_else(|| ApiError::malformed("The path is not properly percent-encoded."))?;
    let mut other_methods = false;
    for route in routes.iter().filter(|route| route.unversioned == unversioned) {
        // An operation that is newer than the version asked for is not there at all.
        let Some(params) = route.matches(&segments).filter(|_| route.since <= version) else {
            continue;
        };
        if route.method.to_string() == method {
            return Ok(Found { route: *route, version, params });
        }
        other_methods = true;
    }
    Err(if other_methods {
        ApiError::http(405, format!("The method {method} is not allowed for '{path}'."))
    } else {
        unknown()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing(_: &mut ServerState, _: &Context<'_>) -> ApiResult {
        Ok(Response::no_content())
    }

    #[test]
    fn finding() {
        let routes = [
            Route::new(Method::Get, "serverinfo", 2, 4, nothing).open(),
            Route::new(Method::Get, "sites/{site}/views/{view}", 3, 0, nothing),
            Route::new(Method::Get, "search", 3, 16, nothing).unversioned(),
        ];
        let find = |method, path| find(&routes, method, path, Version(3, 4));
        let status = |method, path| {
            find(method, path).map(|_| (200, "")).unwrap_or_else(|r| (r.status, r.code))
        };
        assert_eq!(status("GET", "/api/2.4/serverInfo"), (200, ""));
        assert_eq!(status("POST", "/api/2.4/serverinfo"), (405, "405000"));
        assert_eq!(status("GET", "/api/3.5/serverinfo"), (404, "404001"));
        assert_eq!(status("GET", "/api/x/serverinfo"), (404, "404001"));
        assert_eq!(status("GET", "/api/2.4/sites/s/views/v"), (404, "404003"));
        assert_eq!(status("GET", "/api/3.0/sites/s/views/"), (404, "404003"));
        assert_eq!(status("GET", "/api/3.0/sites/s/../views/v"), (404, "404003"));
        assert_eq!(status("GET", "/api/3.0/sites/s/views/%ff"), (400, "400000"));
        assert_eq!(status("GET", "/elsewhere"), (404, "404003"));
        // The version asked for is not one of the unversioned family's.
        assert_eq!(status("GET", "/api/3.0/search"), (404, "404003"));
        assert_eq!(find("GET", "/api/3.4/sites/a%2Fb/views/c").unwrap().params, ["a/b", "c"]);
    }
}
