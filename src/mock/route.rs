//! The table of routes, and how a request finds its handler.

use std::borrow::Cow;
use std::fmt;

use super::api_error::ApiError;
use super::context::Context;
use super::encoding::decode;
use super::response::Response;
use super::server_state::ServerState;
use super::version::Version;

/// A request method.
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

/// Carries out a request.
pub(super) type Handler = fn(&mut ServerState, &Context<'_>) -> Result<Response, ApiError>;

/// An operation: its method and path, its first API version, and its handler.
#[derive(Clone, Debug)]
pub(super) struct Route {
    pub(super) method: Method,
    /// Below the site; with a leading `/` below `/api/{version}`, or below `/api/-` or, for
    /// `/metadata/…`, below `/api` if `unversioned`. `{…}` matches one segment.
    pub(super) path: Cow<'static, str>,
    pub(super) since: Version,
    pub(super) run: Handler,
    /// Whether it needs no session.
    pub(super) open: bool,
    pub(super) unversioned: bool,
}

/// Makes a list of routes, one a line: method, first API version, path, handler.
macro_rules! routes {
    ($($method:ident ($major:literal, $minor:literal) $path:literal => $run:expr;)*) => {
        vec![$(Route::new(Method::$method, $path, $major, $minor, $run)),*]
    };
}
pub(super) use routes;

impl Route {
    pub(super) fn new(
        method: Method,
        path: impl Into<Cow<'static, str>>,
        major: u16,
        minor: u16,
        run: Handler,
    ) -> Route {
        let (path, since) = (path.into(), Version(major, minor));
        Route { method, path, since, run, open: false, unversioned: false }
    }

    pub(super) fn open(self) -> Route {
        Route { open: true, ..self }
    }

    pub(super) fn unversioned(self) -> Route {
        Route { unversioned: true, ..self }
    }

    pub(super) fn is_below_site(&self) -> bool {
        !self.path.starts_with('/')
    }

    /// The values of the placeholders, first the site's if the route is below a site; `None` if
    /// the path is another.
    fn matches(&self, segments: &[String]) -> Option<Vec<String>> {
        let site = if self.is_below_site() { &["sites", "{site}"][..] } else { &[] };
        let below = self.path.split('/').skip(usize::from(!self.is_below_site()));
        let mut expected = site.iter().copied().chain(below);
        let mut params = Vec::new();
        for given in segments {
            let expected = expected.next()?;
            if expected.starts_with('{') {
                if given.is_empty() {
                    return None;
                }
                params.push(given.clone());
            } else if expected != given
                && !(["serverinfo", "virtualconnections"].contains(&expected)
                    && given.eq_ignore_ascii_case(expected))
            {
                return None;
            }
        }
        expected.next().is_none().then_some(params)
    }
}

/// A route that matches a request.
#[derive(Debug)]
pub(super) struct Found<'r> {
    pub(super) route: &'r Route,
    pub(super) version: Version,
    pub(super) params: Vec<String>,
}

/// Finds the route for a method and a path, or the reason why there is none.
pub(super) fn find<'r>(
    routes: &'r [Route],
    method: &str,
    path: &str,
    newest: Version,
) -> Result<Found<'r>, ApiError> {
    let unknown = || ApiError::unknown_path(path);
    let below = path.strip_prefix("/api/").ok_or_else(unknown)?;
    let (named, rest) = below.split_once('/').ok_or_else(unknown)?;
    // The paths of the Metadata API have no version.
    let (named, rest) = if named == "metadata" { ("-", below) } else { (named, rest) };
    let unversioned = named == "-";
    let version = if unversioned || named == "exp" {
        newest
    } else {
        let version = Version::read(named).filter(|v| (Version::OLDEST..=newest).contains(v));
        version.ok_or_else(|| {
            let detail = format!("The API version '{named}' is not supported.");
            ApiError::not_found("404001", detail)
        })?
    };
    let segments: Vec<String> = rest
        .split('/')
        .map(|segment| decode(segment, false).filter(|segment| !segment.contains('\0')))
        .collect::<Option<_>>()
        .ok_or_else(|| ApiError::malformed("The path is not properly percent-encoded."))?;
    let mut other_methods = false;
    for route in routes.iter().filter(|route| route.unversioned == unversioned) {
        // For an older version, a newer operation does not exist.
        let Some(params) = route.matches(&segments).filter(|_| route.since <= version) else {
            continue;
        };
        if route.method.to_string() == method {
            return Ok(Found { route, version, params });
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
    use super::Method::Get;
    use super::*;

    fn nothing(_: &mut ServerState, _: &Context<'_>) -> Result<Response, ApiError> {
        Ok(Response::no_content())
    }

    #[test]
    fn finds_routes_and_explains_failures() {
        let routes = [
            Route::new(Get, "/serverinfo", 2, 4, nothing).open(),
            Route::new(Get, "views/{view}", 3, 0, nothing),
            Route::new(Get, "/search", 3, 16, nothing).unversioned(),
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
        // An unversioned route has no version in its path.
        assert_eq!(status("GET", "/api/3.0/search"), (404, "404003"));
        assert_eq!(find("GET", "/api/3.4/sites/a%2Fb/views/c").unwrap().params, ["a/b", "c"]);
    }
}
