//! The proxy of a request: set by the options, or taken from the environment.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ureq::Proxy;

use super::options::ProxyChoice;
use super::url::Origin;
use crate::redact::Redactor;
use crate::{Error, Result};

/// The proxies of a transport. The environment is read once, when they are gathered.
#[derive(Debug)]
pub(super) struct Proxies {
    https: Choice,
    http: Choice,
    except: Vec<Exception>,
}

/// `Err` names the setting that contains an invalid address. It is reported by the requests that
/// would use the proxy, because a program may never send one.
type Choice = Result<Option<ConfiguredProxy>, String>;

/// A proxy and its setting.
#[derive(Clone, Debug)]
pub(super) struct ConfiguredProxy {
    pub(super) proxy: Proxy,
    /// Where it was configured.
    origin: String,
}

/// Names the proxy without its credentials.
impl fmt::Display for ConfiguredProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.proxy.uri().scheme_str().unwrap_or("http");
        let (host, port) = (self.proxy.host(), self.proxy.port());
        write!(f, "{scheme}://{host}:{port} ({})", self.origin)
    }
}

/// The error for an invalid address, which names the setting and not the address.
fn invalid(origin: &str) -> Error {
    Error::config(format!(
        "invalid proxy address {origin}: must be http, https, socks4, socks4a, socks5 or socks5h, \
         `user:password@` where needed, host and port"
    ))
}

/// `Proxy` uses the default port in place of an invalid one.
fn has_valid_port(proxy: &Proxy) -> bool {
    proxy.uri().authority().is_none_or(|authority| match authority.port_u16() {
        Some(port) => port > 0,
        None => authority.as_str().rsplit('@').next() == Some(authority.host()),
    })
}

impl Default for Proxies {
    fn default() -> Proxies {
        Proxies { https: Ok(None), http: Ok(None), except: Vec::new() }
    }
}

impl Proxies {
    pub(super) fn gather(choice: Option<&ProxyChoice>, redactor: &mut Redactor) -> Result<Proxies> {
        Proxies::gather_from(choice, |name| std::env::var(name).ok(), redactor)
    }

    fn gather_from(
        choice: Option<&ProxyChoice>,
        environment: impl Fn(&str) -> Option<String>,
        redactor: &mut Redactor,
    ) -> Result<Proxies> {
        let mut parse = |origin: String, url: &str| -> Choice {
            let proxy = Proxy::new(url).ok().filter(has_valid_port);
            let Some(proxy) = proxy else { return Err(origin) };
            if let Some(password) = proxy.password() {
                redactor.add(password);
                let credentials = format!("{}:{password}", proxy.username().unwrap_or_default());
                redactor.add(&BASE64_STANDARD.encode(credentials));
            }
            Ok(Some(ConfiguredProxy { proxy, origin }))
        };
        match choice {
            Some(ProxyChoice::None) => Ok(Proxies::default()),
            Some(ProxyChoice::Use(url)) => {
                let proxy = parse("set with HttpOptions::proxy".into(), url.reveal());
                let proxy = proxy.map_err(|origin| invalid(&origin))?;
                Ok(Proxies { https: Ok(proxy.clone()), http: Ok(proxy), except: Vec::new() })
            }
            None => {
                // In a CGI program HTTP_PROXY holds the client's `Proxy` header.
                let cgi = environment("REQUEST_METHOD").is_some();
                let read = |name: &str| {
                    [name.to_ascii_lowercase(), name.to_owned()]
                        .into_iter()
                        .filter(|name| !(cgi && name == "HTTP_PROXY"))
                        .find_map(|name| Some((environment(&name)?, name)))
                        .filter(|(url, _)| !url.trim().is_empty())
                };
                let all = read("ALL_PROXY");
                let mut proxy = |name| {
                    let found = read(name).or_else(|| all.clone());
                    found.map_or(Ok(None), |(url, name)| parse(format!("from {name}"), url.trim()))
                };
                let no_proxy =
                    read("NO_PROXY").map_or_else(Vec::new, |(list, _)| exceptions(&list));
                Ok(Proxies {
                    https: proxy("HTTPS_PROXY"),
                    http: proxy("HTTP_PROXY"),
                    except: loopback().into_iter().chain(no_proxy).collect(),
                })
            }
        }
    }

    /// The proxy for an origin, if there is one.
    pub(super) fn for_origin(&self, origin: &Origin) -> Result<Option<&ConfiguredProxy>> {
        if self.except.iter().any(|exception| exception.covers(origin)) {
            return Ok(None);
        }
        let choice = if origin.https { &self.https } else { &self.http };
        choice.as_ref().map(Option::as_ref).map_err(|origin| invalid(origin))
    }
}

/// One entry of `NO_PROXY`.
#[derive(Debug, PartialEq, Eq)]
enum Exception {
    Everything,
    /// A host, including its subdomains.
    Host(String),
    /// An address, and the length of the prefix that it shares with the network's other addresses.
    Network(Ipv6Addr, u32),
}

/// A proxy on another machine cannot reach the loopback addresses of this one.
fn loopback() -> [Exception; 3] {
    ["127.0.0.0/8", "::1", "localhost"].map(Exception::parse)
}

fn exceptions(list: &str) -> Vec<Exception> {
    // Some programs separate entries with spaces.
    let entries = list.split(|c: char| c == ',' || c.is_whitespace());
    entries.filter(|entry| !entry.is_empty()).map(Exception::parse).collect()
}

impl Exception {
    fn parse(entry: &str) -> Exception {
        let entry = &entry.replace(['[', ']'], "");
        if entry == "*" {
            return Exception::Everything;
        }
        let (address, bits) = match entry.split_once('/') {
            Some((address, bits)) => (address, bits.parse::<u8>().ok().map(u32::from)),
            None => (&entry[..], Some(128)),
        };
        if let (Ok(address), Some(bits)) = (address.parse::<IpAddr>(), bits) {
            // IPv4 addresses are compared as IPv4-mapped IPv6 addresses, so the prefix is 96 bits
            // longer.
            let bits = if address.is_ipv4() && entry.contains('/') { bits + 96 } else { bits };
            return Exception::Network(mapped(address), bits);
        }
        let host = entry.trim_start_matches('*').trim_matches('.').to_ascii_lowercase();
        Exception::Host(host)
    }

    fn covers(&self, origin: &Origin) -> bool {
        let host = origin.host.trim_matches(['[', ']']).trim_end_matches('.');
        match self {
            Exception::Everything => true,
            Exception::Host(name) => {
                host.strip_suffix(name.as_str()).is_some_and(|h| h.is_empty() || h.ends_with('.'))
            }
            Exception::Network(network, bits) => host.parse().is_ok_and(|address| {
                let different = mapped(address).to_bits() ^ network.to_bits();
                different.leading_zeros() >= *bits
            }),
        }
    }
}

fn mapped(address: IpAddr) -> Ipv6Addr {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::super::url::Base;
    use super::*;
    use crate::secret::Secret;

    fn origin(text: &str) -> Origin {
        Base::parse(text).unwrap().origin
    }

    fn gather(variables: &[(&str, &str)]) -> Result<Proxies> {
        let environment = |name: &str| {
            variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
        };
        Proxies::gather_from(None, environment, &mut Redactor::default())
    }

    fn chosen(proxies: &Proxies, address: &str) -> Option<String> {
        let chosen = proxies.for_origin(&origin(address)).unwrap();
        chosen.map(|configured| configured.proxy.host().to_owned())
    }

    #[test]
    fn each_scheme_has_its_variable() {
        let proxies = gather(&[("HTTPS_PROXY", "http://s:1"), ("all_proxy", "a:2")]).unwrap();
        assert_eq!(chosen(&proxies, "https://h").as_deref(), Some("s"));
        assert_eq!(chosen(&proxies, "http://h").as_deref(), Some("a"));
        let proxies = gather(&[("HTTP_PROXY", "big"), ("http_proxy", "small")]).unwrap();
        assert_eq!(chosen(&proxies, "http://h").as_deref(), Some("small"));
        assert_eq!(chosen(&proxies, "https://h"), None);
        let proxies = gather(&[("HTTP_PROXY", "visitor"), ("REQUEST_METHOD", "GET")]).unwrap();
        assert_eq!(chosen(&proxies, "http://h"), None);
    }

    #[test]
    fn accepts_hosts_and_networks_in_no_proxy() {
        let list = "localhost, .corp.example,*.lan,plain.org, 10.0.0.0/8,192.168.1.7,[fd00::]/8,\
                    ::1 spaced.one spaced.two,dotted.org.,[2001:db8::]/32,[2002::/16],[::2]";
        let proxies = gather(&[("ALL_PROXY", "http://p:1"), ("NO_PROXY", list)]).unwrap();
        for direct in [
            "http://localhost:99",
            "https://corp.example",
            "https://a.b.corp.example",
            "https://x.lan",
            "https://plain.org",
            "https://sub.plain.org",
            "https://10.1.2.3",
            "https://192.168.1.7",
            "https://[::1]",
            "https://[::1]:8000",
            "https://10.255.255.255:8443",
            "https://[::2]:8000",
            "https://spaced.one",
            "https://spaced.two",
            "https://dotted.org",
            "https://dotted.org.",
            "https://plain.org.",
            "https://[2001:db8:1::7]",
            "https://[2002:1::7]",
            "https://[fd12::7]",
        ] {
            assert_eq!(chosen(&proxies, direct), None, "{direct}");
        }
        for proxied in [
            "https://h",
            "https://explain.org",
            "https://11.0.0.1",
            "https://192.168.1.8",
            "https://xlan",
            "https://[fe80::1]",
            "https://[2001:db9::1]",
            "https://[::3]",
        ] {
            assert_eq!(chosen(&proxies, proxied).as_deref(), Some("p"), "{proxied}");
        }
        let proxies = gather(&[("ALL_PROXY", "http://p:1"), ("no_proxy", "*")]).unwrap();
        assert_eq!(chosen(&proxies, "https://h"), None);
    }

    #[test]
    fn names_the_variable_of_an_invalid_proxy_but_not_its_value() {
        let proxies = gather(&[("HTTPS_PROXY", "gopher://me:hush@p")]).unwrap();
        assert_eq!(chosen(&proxies, "http://h"), None);
        let error = proxies.for_origin(&origin("https://h")).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Config);
        assert!(error.to_string().contains("HTTPS_PROXY"), "{error}");
        assert!(!format!("{error:?}").contains("hush"), "{error:?}");
    }

    #[test]
    fn rejects_a_proxy_with_an_invalid_port() {
        for port in ["99999", "0", "x", "", "-1"] {
            for address in ["http://p", "p", "http://9", "http://me:hush@p", "socks5://[::1]"] {
                let set = ProxyChoice::Use(Secret::new(format!("{address}:{port}")));
                let proxies = Proxies::gather_from(Some(&set), |_| None, &mut Redactor::default());
                assert!(proxies.is_err(), "{address}:{port}");
            }
        }
    }

    #[test]
    fn bypasses_the_environments_proxies_for_loopback_addresses() {
        let proxies = gather(&[("ALL_PROXY", "http://p:1")]).unwrap();
        for direct in [
            "http://127.0.0.1:36381",
            "https://127.255.0.9",
            "http://[::1]:80",
            "http://localhost:80",
            "http://LOCALHOST",
            "https://tableau.localhost",
        ] {
            assert_eq!(chosen(&proxies, direct), None, "{direct}");
        }
        for proxied in ["http://128.0.0.1", "http://[::2]", "http://localhost.example", "http://h"]
        {
            assert_eq!(chosen(&proxies, proxied).as_deref(), Some("p"), "{proxied}");
        }
        let set = ProxyChoice::Use(Secret::new("http://p:1"));
        let proxies = Proxies::gather_from(Some(&set), |_| None, &mut Redactor::default()).unwrap();
        assert_eq!(chosen(&proxies, "http://127.0.0.1").as_deref(), Some("p"));
    }

    #[test]
    fn names_a_proxy_without_its_credentials() {
        for (variable, address, name) in [
            ("ALL_PROXY", "p", "http://p:80 (from ALL_PROXY)"),
            ("https_proxy", "https://me:hush@p", "https://p:443 (from https_proxy)"),
            ("HTTPS_PROXY", "socks5h://[::1]", "socks5h://[::1]:1080 (from HTTPS_PROXY)"),
        ] {
            let proxies = gather(&[(variable, address)]).unwrap();
            let proxy = proxies.for_origin(&origin("https://h")).unwrap().unwrap();
            assert_eq!(proxy.to_string(), name);
        }
    }

    #[test]
    fn options_take_precedence_over_the_environment() {
        let environment = |_: &str| Some("http://env:1".to_owned());
        let mut redactor = Redactor::default();
        let choice = ProxyChoice::Use(Secret::new("socks5h://me:h%75sh@mine:1080"));
        let proxies = Proxies::gather_from(Some(&choice), environment, &mut redactor).unwrap();
        assert_eq!(chosen(&proxies, "https://h").as_deref(), Some("mine"));
        for secret in ["hush", "bWU6aHVzaA=="] {
            assert_eq!(redactor.redact(secret), Redactor::MARK);
        }
        let none =
            Proxies::gather_from(Some(&ProxyChoice::None), environment, &mut redactor).unwrap();
        assert_eq!(chosen(&none, "https://h"), None);
    }
}
