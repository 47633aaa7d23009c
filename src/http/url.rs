//! URLs: the address of a server, the URL of a call and the target of a redirect.

use std::fmt;
use std::net::Ipv6Addr;

use ureq::http::uri::Authority;

use crate::encoding::percent_decode;
use crate::{Error, Result};

/// Scheme, host and port: secrets are sent to one origin only.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Origin {
    pub(crate) https: bool,
    /// In lower case; an IPv6 address in its brackets.
    pub(crate) host: String,
    /// `None` is the default port of the scheme.
    port: Option<u16>,
}

impl Origin {
    /// The origin of a response that did not come from a server.
    pub(crate) fn nowhere() -> Origin {
        Origin { https: true, host: String::new(), port: None }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port.unwrap_or(if self.https { 443 } else { 80 })
    }

    /// `host:port`, for messages about a connection.
    pub(crate) fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port())
    }

    /// Whether the host is `online.tableau.com` or a subdomain of it.
    pub(crate) fn is_tableau_cloud(&self) -> bool {
        const CLOUD: &str = "online.tableau.com";
        let host = self.host.strip_suffix('.').unwrap_or(&self.host);
        host.strip_suffix(CLOUD).is_some_and(|pod| pod.is_empty() || pod.ends_with('.'))
    }

    /// Whether this is the same host as `other`, with `https` instead of `http`.
    pub(crate) fn is_upgrade_of(&self, other: &Origin) -> bool {
        self.https && !other.https && self.host == other.host
    }

    /// Parses `https://host:port` and returns the rest of the string.
    pub(crate) fn parse(text: &str) -> Result<(Origin, &str), &'static str> {
        let (scheme, rest) = text.split_once("://").ok_or("it has no scheme")?;
        let https = match scheme {
            _ if scheme.eq_ignore_ascii_case("https") => true,
            _ if scheme.eq_ignore_ascii_case("http") => false,
            _ => return Err("its scheme is neither http nor https"),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        if authority.contains('@') {
            return Err("it contains user information");
        }
        let invalid = "its host contains an invalid character (non-ASCII names need the xn-- form)";
        if matches!(authority.bytes().next(), None | Some(b':')) {
            return Err("it has no host");
        }
        let parsed: Authority = authority.parse().map_err(|_| invalid)?;
        let (host, port) = (parsed.host(), parsed.port_u16());
        let is_ip_v6 = |host: &str| host.trim_matches(['[', ']']).parse::<Ipv6Addr>().is_ok();
        if host.starts_with('[') && !is_ip_v6(host) {
            return Err("its host is not an IPv6 address");
        }
        // `Authority` ignores a port that is not a number.
        if port == Some(0) || (port.is_none() && host != authority) {
            return Err("its port is not from 1 to 65535");
        }
        let port = port.filter(|&port| port != if https { 443 } else { 80 });
        Ok((Origin { https, host: host.to_ascii_lowercase(), port }, rest))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.https { "https://" } else { "http://" })?;
        f.write_str(&self.host)?;
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

/// The address of a server: an origin and, behind a reverse proxy, a path prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Base {
    pub(crate) origin: Origin,
    /// Empty, or a path without a trailing slash, such as `/tableau`.
    pub(crate) prefix: String,
}

impl Base {
    /// Parses the address of [`Server::new`](crate::Server::new).
    pub(crate) fn parse(address: &str) -> Result<Base> {
        // User information, query and fragment may hold secrets, so they are refused before any
        // other message repeats the address.
        if address.contains('@') {
            return Err(Error::config(
                "the server's address contains `@`: user information is not allowed; use scheme, \
                 host, port and an optional path prefix",
            ));
        }
        if let Some(end) = address.find(['?', '#']) {
            return Err(browser_address_error(&address[..end], &address[end..]));
        }
        let with_scheme = match address.contains("://") {
            true => address.to_owned(),
            false => format!("https://{address}"),
        };
        let invalid = |why| {
            Error::config(format!("the server's address {address:?} is not a valid URL: {why}"))
        };
        let (origin, path) = Origin::parse(&with_scheme).map_err(invalid)?;
        let prefix = path.strip_suffix('/').unwrap_or(path);
        if prefix.split('/').skip(1).any(|segment| matches!(segment, "" | "." | "..")) {
            return Err(invalid("its path has an empty, `.` or `..` segment"));
        }
        if !is_clean(prefix) {
            return Err(invalid("its path contains a character that must be percent-encoded"));
        }
        Ok(Base { origin, prefix: prefix.to_owned() })
    }

    /// The end of the path prefix from its first segment `api` on, such as `/api/3.20`: part of an
    /// address of the REST API rather than of a server.
    pub(crate) fn api_path(&self) -> Option<&str> {
        let starts = self.prefix.match_indices('/').map(|(at, _)| &self.prefix[at..]);
        starts.into_iter().find(|rest| {
            let segment = rest[1..].split('/').next().unwrap_or_default();
            segment.eq_ignore_ascii_case("api")
        })
    }

    /// The address of a call at an origin: `/api/…` below the path prefix.
    pub(crate) fn call(&self, origin: Origin, path_and_query: &str) -> Url {
        Url { origin, path_and_query: [&self.prefix, path_and_query].concat() }
    }
}

/// The error for an address with a query or a fragment, as copied from a browser: `start` is what
/// comes before it. Of the rest, the message repeats only the site's name in `#/site/NAME`.
fn browser_address_error(start: &str, rest: &str) -> Error {
    let part = if rest.contains('#') { "a fragment (`#`)" } else { "a query (`?`)" };
    let site = rest.split_once("#/site/").and_then(|(_, page)| page.split(['/', '?', '#']).next());
    let advice = match (Base::parse(start), site.filter(|site| !site.is_empty())) {
        (Ok(base), Some(site)) => {
            let site = percent_decode(site).unwrap_or_else(|| site.to_owned());
            format!("use `{base}`, and `.site({site:?})` on the credentials")
        }
        (Ok(base), None) => format!("use `{base}`"),
        (Err(_), _) => "use scheme, host, port and an optional path prefix".to_owned(),
    };
    Error::config(format!("the server's address contains {part}: {advice}"))
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.origin.fmt(f)?;
        f.write_str(&self.prefix)
    }
}

/// A URL as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Url {
    pub(crate) origin: Origin,
    /// Begins with `/`.
    path_and_query: String,
}

impl Url {
    /// Resolves a `Location` header against this URL. The segments `.` and `..` are left to the server.
    pub(crate) fn join(&self, location: &str) -> Result<Url, &'static str> {
        let location = location.split('#').next().unwrap_or_default();
        if !is_clean(location) {
            return Err("it contains an invalid character");
        }
        if has_scheme(location) {
            let (origin, path) = Origin::parse(location)?;
            let root = if path.starts_with('/') { "" } else { "/" };
            return Ok(Url { origin, path_and_query: format!("{root}{path}") });
        }
        if location.starts_with("//") {
            let scheme = if self.origin.https { "https:" } else { "http:" };
            return self.join(&format!("{scheme}{location}"));
        }
        let here = self.path_and_query.split('?').next().unwrap_or_default();
        let path_and_query = match location.chars().next() {
            None => self.path_and_query.clone(),
            Some('/') => location.to_owned(),
            Some('?') => format!("{here}{location}"),
            Some(_) => format!("{}{location}", &here[..=here.rfind('/').unwrap_or(0)]),
        };
        Ok(Url { origin: self.origin.clone(), path_and_query })
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.origin.fmt(f)?;
        f.write_str(&self.path_and_query)
    }
}

fn has_scheme(text: &str) -> bool {
    let scheme = text.split([':', '/', '?']).next().unwrap_or_default();
    text[scheme.len()..].starts_with(':')
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

/// Whether a string contains only characters that are allowed in a URL.
pub(crate) fn is_clean(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn parses_addresses_of_servers() {
        for (address, base) in [
            ("https://tableau.example.com", "https://tableau.example.com"),
            ("tableau.example.com", "https://tableau.example.com"),
            ("HTTPS://Tableau.Example.com:443/", "https://tableau.example.com"),
            ("http://localhost:8000/", "http://localhost:8000"),
            ("localhost:8000", "https://localhost:8000"),
            ("http://[::1]:80/bi/tableau/", "http://[::1]/bi/tableau"),
            ("10.0.0.7/t", "https://10.0.0.7/t"),
        ] {
            assert_eq!(Base::parse(address).unwrap().to_string(), base, "{address}");
        }
    }

    #[test]
    fn names_invalid_addresses() {
        for address in [
            "",
            "https://",
            "ftp://example.com",
            "htp://x",
            "https://a b",
            "https://a/b c",
            "https://host:",
            "https://:8000",
            "https://[::1]x",
            "https://[::1]:x",
            "https://h%20x",
            "https://a:1:2",
            "https://host:0",
            "https://host:65536",
            "https://host:x",
            "http:/host",
            "https://[::1",
            "https://[zz]",
            "https://h//b",
            "https://h/../b",
            "https://täbleau.de",
            "https:host",
            "https://h\u{0}",
            "https://h/%zz\"",
        ] {
            let error = Base::parse(address).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config, "{address}");
            assert!(error.to_string().contains(&format!("{address:?}")), "{error}");
        }
    }

    #[test]
    fn errors_do_not_repeat_secrets_of_addresses() {
        for address in ["https://user:hush@h", "https://h/?token=hush", "https://h/#hush"] {
            let error = Base::parse(address).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(!format!("{error:?}").contains("hush"), "{error:?}");
        }
    }

    #[test]
    fn suggests_address_and_site_for_a_browser_address() {
        for (address, advice) in [
            ("http://host/#/site/foo/home", "use `http://host`, and `.site(\"foo\")` on"),
            ("host/bi/#/site/R%26D?:iid=1", "use `https://host/bi`, and `.site(\"R&D\")` on"),
            ("http://h/?hush=1#/site/a%ff", "use `http://h`, and `.site(\"a%ff\")` on"),
            ("https://h:8443/#/site//hush", "use `https://h:8443`"),
            ("https://host/#/hush", "use `https://host`"),
            ("https://host/a?hush#hush", "use `https://host/a`"),
            ("https://host:hush#/site/foo", "use scheme, host"),
            ("https://me:hush@h/#/site/foo", "contains `@`"),
            ("http://host/#/home", "use `http://host`"),
            ("host:8000#/site/foo", "use `https://host:8000`, and `.site(\"foo\")` on"),
        ] {
            let error = Base::parse(address).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config, "{address}");
            assert!(error.to_string().contains(advice), "{address}: {error}");
            assert!(!format!("{error:?}").contains("hush"), "{error:?}");
        }
    }

    #[test]
    fn finds_the_api_path_in_a_prefix() {
        for (address, path) in [
            ("http://h/api/3.20", Some("/api/3.20")),
            ("http://h/API/", Some("/API")),
            ("http://h/bi/api/3.20/sites", Some("/api/3.20/sites")),
            ("http://h/apis/v1", None),
            ("http://h", None),
        ] {
            assert_eq!(Base::parse(address).unwrap().api_path(), path, "{address}");
        }
    }

    #[test]
    fn recognizes_hosts_of_tableau_cloud() {
        for (address, is_cloud) in [
            ("https://online.tableau.com", true),
            ("https://10ax.Online.Tableau.com", true),
            ("https://a.b.online.tableau.com.", true),
            ("https://notonline.tableau.com", false),
            ("https://online.tableau.com.example.com", false),
            ("https://tableau.com", false),
        ] {
            let base = Base::parse(address).unwrap();
            assert_eq!(base.origin.is_tableau_cloud(), is_cloud, "{address}");
        }
    }

    #[test]
    fn resolves_absolute_and_relative_locations() {
        let base = Base::parse("http://h:8000/t").unwrap();
        let here = base.call(base.origin.clone(), "/api/3.24/a/b?x=1");
        for (location, there) in [
            ("https://h/n?y=2#z", "https://h/n?y=2"),
            ("//other:81/n", "http://other:81/n"),
            ("/n", "http://h:8000/n"),
            ("n?q=a/../b", "http://h:8000/t/api/3.24/a/n?q=a/../b"),
            ("../n", "http://h:8000/t/api/3.24/a/../n"),
            ("?y=2", "http://h:8000/t/api/3.24/a/b?y=2"),
            ("", "http://h:8000/t/api/3.24/a/b?x=1"),
            ("https://h", "https://h/"),
            ("https://h?y=2", "https://h/?y=2"),
        ] {
            assert_eq!(here.join(location).unwrap().to_string(), there, "{location}");
        }
        for location in
            ["ftp://h/", "javascript:alert(1)", "http://u:p@h/", "/a b", "/ä", "http://"]
        {
            assert!(here.join(location).is_err(), "{location}");
        }
    }

    #[test]
    fn recognizes_https_upgrades() {
        let origin = |text| Base::parse(text).unwrap().origin;
        assert!(origin("https://h:8443").is_upgrade_of(&origin("http://h")));
        assert!(!origin("https://h").is_upgrade_of(&origin("https://h")));
        assert!(!origin("https://g").is_upgrade_of(&origin("http://h")));
        assert_eq!(origin("http://h:80"), origin("http://H"));
    }
}
