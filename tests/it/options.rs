//! Every HTTP option and its effect on the wire.

use std::io::Write;
use std::net::TcpListener;
use std::time::Duration;

use tableau_server_client as tsc;
use tsc::{ErrorKind, HttpOptions};

use crate::help::{
    LONG, at, auth, child, everything_of, given, millis, plain, timed, token_of, with, workbooks,
};
use crate::proxy_server::{BEHIND_PROXY, http_proxy, socks_proxy};
use crate::raw::{Raw, Response, Seen, signed_in};
use crate::tls_server::{Authority, over_tls};

fn quiet() -> Raw {
    Raw::signed_in(|_| workbooks(""))
}

fn visit(server: &tsc::Server) -> tsc::Result<()> {
    let session = server.sign_in(&auth())?;
    session.workbooks().list().total()?;
    session.sign_out()
}

/// The last request.
fn last(raw: &Raw) -> Seen {
    raw.seen().pop().unwrap()
}

#[test]
fn sends_headers_and_user_agent_with_every_request() {
    let raw = quiet();
    let options = plain().header("X-Request-Source", "nightly").user_agent("nightly-report/1.2");
    visit(&with(&raw.url, options)).unwrap();
    let seen = raw.seen();
    assert_eq!(seen.len(), 4);
    for request in seen {
        assert_eq!(request.header("x-request-source"), Some("nightly"), "{}", request.target);
        assert_eq!(request.header("user-agent"), Some("nightly-report/1.2"));
        let hosts = request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("host"));
        assert_eq!(hosts.count(), 1);
    }
}

#[test]
fn options_can_be_merged_and_cleared() {
    let raw = quiet();
    let mut server = at(&raw.url);
    let own = format!("tableau-server-client/{}", env!("CARGO_PKG_VERSION"));
    server.server_info().unwrap();
    assert_eq!(last(&raw).header("user-agent"), Some(own.as_str()));
    server.add_http_options(HttpOptions::new().user_agent("a/1").header("X-A", "1")).unwrap();
    server.add_http_options(HttpOptions::new().header("X-B", "2")).unwrap();
    server.add_http_options(HttpOptions::new().header("x-a", "3")).unwrap();
    server.server_info().unwrap();
    let seen = last(&raw);
    assert_eq!(seen.header("user-agent"), Some("a/1"));
    assert_eq!((seen.header("X-A"), seen.header("X-B")), (Some("3"), Some("2")));
    assert_eq!(seen.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("x-a")).count(), 1);
    // A rejected option has no effect.
    for wrong in [
        HttpOptions::new().header("X-B", "9").header("a b", "c"),
        HttpOptions::new().header("X-B", "9\r\nX-C: smuggled"),
        HttpOptions::new().user_agent("a\nb"),
        HttpOptions::new().header("X-Tableau-Auth", "mine"),
        HttpOptions::new().header("Content-Length", "0"),
        HttpOptions::new().header("X-B", "9").timeout(Duration::ZERO),
        HttpOptions::new().header("X-B", "9").proxy("gopher://p"),
        HttpOptions::new().header("X-B", "9").verify("/nowhere/ca.pem"),
    ] {
        let error = server.add_http_options(wrong).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error:?}");
    }
    server.server_info().unwrap();
    assert_eq!(last(&raw).header("X-B"), Some("2"));
    server.clear_http_options();
    // The environment of this test run may have a proxy.
    server.add_http_options(plain()).unwrap();
    server.server_info().unwrap();
    let seen = last(&raw);
    assert_eq!(seen.header("user-agent"), Some(own.as_str()));
    assert_eq!((seen.header("X-A"), seen.header("X-B")), (None, None));
}

#[test]
fn read_timeout_limits_the_wait_for_a_silent_server() {
    let raw = Raw::signed_in(|_| Response::Silence);
    let server = with(&raw.url, plain().read_timeout(millis(300)));
    let session = server.sign_in(&auth()).unwrap();
    let (error, took) = timed(|| session.workbooks().list().total().unwrap_err());
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.is_timeout() && error.is_retryable(), "{error:?}");
    assert!(error.to_string().contains(&raw.address.to_string()), "{error}");
    assert!(took >= millis(250) && took < LONG, "{took:?}");
    // Timeouts are not retried.
    assert_eq!(raw.count("GET", "/workbooks"), 1);
}

#[test]
fn read_timeout_limits_silence_and_not_duration() {
    let pieces = |bytes: Vec<u8>| {
        let size = bytes.len().div_ceil(12);
        bytes.chunks(size).map(<[u8]>::to_vec).collect::<Vec<_>>()
    };
    let raw = Raw::signed_in(move |_| Response::Slowly(pieces(workbooks("").bytes()), millis(100)));
    let server = with(&raw.url, plain().read_timeout(millis(900)));
    let session = server.sign_in(&auth()).unwrap();
    let (total, took) = timed(|| session.workbooks().list().total());
    assert_eq!(total.unwrap(), 0, "after {took:?}");
    assert!(took >= millis(1100), "{took:?}");
    // Silence in the middle of a response.
    let raw = Raw::signed_in(|_| {
        let bytes = workbooks("").bytes();
        Response::SendAndSilence(bytes[..bytes.len() - 5].to_vec())
    });
    let server = with(&raw.url, plain().read_timeout(millis(300)));
    let session = server.sign_in(&auth()).unwrap();
    let (error, took) = timed(|| session.workbooks().list().total().unwrap_err());
    assert!(error.is_timeout(), "{error:?}");
    assert!(took >= millis(250) && took < LONG, "{took:?}");
}

#[test]
fn timeout_covers_the_whole_request() {
    let pieces = |n: usize| {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {n}\r\n\r\n").into_bytes();
        std::iter::once(head).chain((0..n).map(|_| b" ".to_vec())).collect::<Vec<_>>()
    };
    let authority = Authority::new();
    let handle = move |seen: &Seen| match seen.path().ends_with("workbooks") {
        true => Response::Slowly(pieces(400), millis(50)),
        false => signed_in(seen).unwrap(),
    };
    let secure = over_tls(authority.server(&["127.0.0.1"]), handle);
    let clear = Raw::start(handle);
    let times_out = |raw: Raw| {
        let options = plain().timeout(millis(500)).verify(authority.file());
        let server = with(&raw.url, options.sign_out_timeout(millis(200)));
        let session = server.sign_in(&auth()).unwrap();
        let (error, took) = timed(|| session.workbooks().list().total().unwrap_err());
        assert!(error.is_timeout(), "{error:?}");
        assert!(took >= millis(450) && took < millis(15_000), "{took:?}");
    };
    std::thread::scope(|scope| {
        scope.spawn(|| times_out(clear));
        times_out(secure);
    });
}

#[test]
fn timeout_covers_redirects_and_retries() {
    let slow = Raw::signed_in(|seen| {
        let bytes = crate::raw::redirect(302, &seen.target).bytes();
        Response::Slowly(vec![bytes], millis(200))
    });
    let server = with(&slow.url, plain().timeout(millis(500)));
    let session = server.sign_in(&auth()).unwrap();
    let (error, took) = timed(|| session.workbooks().list().total().unwrap_err());
    assert!(error.is_timeout(), "{error:?}");
    assert!(took >= millis(450) && took < LONG);
    assert!(slow.count("GET", "/workbooks") < 5);
}

#[test]
fn connect_timeout_covers_every_step_of_connecting() {
    // A handshake without a response: with TLS, an HTTP proxy and a SOCKS proxy.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let short = || plain().connect_timeout(millis(300)).retries(tsc::RetryPolicy::none());
    let cases = [
        (format!("https://{address}"), short()),
        ("http://tableau.invalid".into(), short().proxy(format!("http://{address}"))),
        ("http://127.0.0.1:9".into(), short().proxy(format!("socks5://{address}"))),
    ];
    std::thread::scope(|scope| {
        for (url, options) in cases {
            scope.spawn(move || {
                let (error, took) = timed(|| with(&url, options).server_info().unwrap_err());
                assert!(error.is_timeout(), "{url}: {error:?}");
                assert!(took >= millis(250) && took < millis(20_000), "{url}: {took:?}");
            });
        }
    });
}

#[test]
fn options_do_not_affect_other_servers() {
    let raw = quiet();
    let _one = with(&raw.url, plain().user_agent("one"));
    let other = at(&raw.url);
    other.server_info().unwrap();
    assert_ne!(last(&raw).header("user-agent"), Some("one"));
}

// ------------------------------------------------------------------------- proxies

#[test]
fn sends_every_request_through_an_explicit_proxy() {
    let authority = Authority::new();
    let secure = over_tls(authority.server(&["127.0.0.1"]), |seen| {
        signed_in(seen).unwrap_or_else(|| workbooks(""))
    });
    for raw in [quiet(), secure] {
        let proxy = http_proxy(None);
        let options = HttpOptions::new().proxy(&proxy.url).verify(authority.file());
        visit(&with(&raw.url, options)).unwrap();
        assert_eq!(proxy.lines(), [format!("CONNECT {}", raw.address)]);
        assert_eq!(raw.lines().len(), 4);
        // The proxy receives the target address and no token.
        assert_eq!(proxy.seen()[0].header("x-tableau-auth"), None);
        // `no_proxy` removes it.
        let mut server = with(&raw.url, HttpOptions::new().proxy(&proxy.url));
        server.add_http_options(plain().verify(authority.file())).unwrap();
        visit(&server).unwrap();
        assert_eq!(proxy.lines().len(), 1);
    }
}

#[test]
fn proxy_resolves_host_names() {
    let raw = quiet();
    let proxy = http_proxy(None);
    let port = raw.address.port();
    let server = with(&format!("http://localhost:{port}"), plain().proxy(&proxy.url));
    visit(&server).unwrap();
    assert_eq!(proxy.lines(), [format!("CONNECT localhost:{port}")]);
}

#[test]
fn decodes_proxy_credentials_and_keeps_them_out_of_messages() {
    let raw = quiet();
    // `me:p@ss hush`
    let proxy = http_proxy(Some("Basic bWU6cEBzcyBodXNo"));
    let address = proxy.address;
    let options = plain().proxy(format!("http://me:p%40ss%20hush@{address}"));
    assert!(!format!("{options:?}").contains("hush"));
    let server = with(&raw.url, options);
    assert!(!format!("{server:?} {server:#?}").contains("hush"));
    visit(&server).unwrap();
    assert_eq!(raw.lines().len(), 4);

    for (credentials, why) in [
        ("me:hush@", "it rejected the credentials of its address"),
        ("", "it requires credentials; write them into its address as `user:password@`"),
    ] {
        let options = plain().proxy(format!("http://{credentials}{address}"));
        let server = with(&raw.url, options.retries(tsc::RetryPolicy::none()));
        let error = server.server_info().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
        let expected = format!(
            "no connection to {} through the proxy http://{address} (set with HttpOptions::proxy): \
             the proxy responded 407: {why} (only the scheme Basic is supported)",
            raw.address
        );
        assert!(error.to_string().ends_with(&expected), "{error}\n{expected}");
        let shown = everything_of(&error);
        assert!(!shown.contains("hush") && !shown.contains("bWU6aHVzaA"), "{shown}");
    }
    assert_eq!(raw.lines().len(), 4);
}

#[test]
fn names_the_proxy_and_its_setting_in_errors() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refusing = Raw::on_connection(|client, _, _| {
        let mut reader = std::io::BufReader::new(client);
        crate::raw::read_head(&mut reader).unwrap();
        reader.get_mut().write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n").unwrap();
    });
    let refusing = refusing.address.to_string();
    for (address, scheme, status) in [
        (gone.to_string(), "http", ""),
        (gone.to_string(), "socks5h", ""),
        (refusing, "http", "502"),
    ] {
        let address = format!("{scheme}://{address}");
        let options = plain().proxy(address.replace("://", "://me:hush@"));
        let server = with("http://tableau.invalid", options.retries(tsc::RetryPolicy::none()));
        let error = server.server_info().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
        let named = format!(
            "no connection to tableau.invalid:80 through the proxy {address} \
             (set with HttpOptions::proxy)"
        );
        let shown = error.to_string();
        assert!(shown.contains(&named) && shown.ends_with(status), "{shown}");
        assert!(!everything_of(&error).contains("hush"), "{error:?}");
    }
}

#[test]
fn connects_through_every_kind_of_socks_proxy() {
    let raw = quiet();
    let (proxy, port) = (socks_proxy(), raw.address.port());
    let by_name = format!("http://localhost:{port}");
    for (scheme, url, expected) in [
        ("socks5", &raw.url, format!("SOCKS5 127.0.0.1:{port}")),
        ("socks5h", &by_name, format!("SOCKS5 localhost:{port}")),
        ("socks4", &raw.url, format!("SOCKS4 127.0.0.1:{port}")),
        ("socks4a", &by_name, format!("SOCKS4 localhost:{port}")),
    ] {
        visit(&with(url, plain().proxy(format!("{scheme}://{}", proxy.address)))).unwrap();
        assert_eq!(proxy.lines().pop().unwrap(), expected, "{scheme}");
    }
    let options = plain().proxy(format!("socks5://me:p%40ss@{}", proxy.address));
    visit(&with(&raw.url, options)).unwrap();
    assert_eq!(proxy.lines().pop().unwrap(), format!("SOCKS5 me:p@ss@127.0.0.1:{port}"));
    assert_eq!(proxy.connections(), 5);
    assert_eq!(raw.lines().len(), 20);
}

#[test]
fn unreachable_proxy_is_a_connect_error() {
    let raw = quiet();
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for scheme in ["http", "socks5", "socks4"] {
        let options = plain().proxy(format!("{scheme}://{gone}")).retries(tsc::RetryPolicy::none());
        let error = with(&raw.url, options).server_info().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{scheme}: {error:?}");
    }
    assert_eq!(raw.connections(), 0, "a request bypassed the proxy");
}

#[test]
fn invalid_proxy_address_is_an_error_without_the_address() {
    for wrong in ["", "gopher://me:hush@p", "http://", "http://me:hush@", "::hush"] {
        let mut server = tsc::Server::new("http://127.0.0.1:9").unwrap();
        let error = server.add_http_options(HttpOptions::new().proxy(wrong)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{wrong}");
        assert!(error.to_string().contains("proxy"), "{error}");
        assert!(!everything_of(&error).contains("hush"), "{error:?}");
    }
}

#[test]
fn reads_the_environments_proxies_in_either_case() {
    let raw = quiet();
    let proxied = |variables: &[(&str, &str)]| visits_through_proxy(&raw, variables);
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        assert!(proxied(&[(name, "http://PROXY")]), "{name}");
        assert!(proxied(&[(name, "PROXY")]), "{name} without a scheme");
    }
    assert!(proxied(&[("HTTP_PROXY", "http://PROXY"), ("NO_PROXY", "localhost,ableau.invalid")]));
    let direct = |variables: &[(&str, &str)]| {
        !visits_through_proxy(&raw, &[variables, &[("DIRECT", "yes")]].concat())
    };
    for name in ["HTTPS_PROXY", "https_proxy"] {
        assert!(direct(&[(name, "http://PROXY")]), "{name} is not for http");
    }
    for (name, list) in
        [("NO_PROXY", BEHIND_PROXY), ("no_proxy", "localhost, .invalid"), ("NO_PROXY", "*")]
    {
        assert!(direct(&[("HTTP_PROXY", "http://PROXY"), (name, list)]), "{name} {list}");
    }
    assert!(direct(&[("HTTP_PROXY", "http://PROXY"), ("OPTIONS", "no_proxy")]));
    assert!(direct(&[("HTTP_PROXY", "")]));
}

/// Whether a child process with these variables connects to a proxy, whose address replaces `PROXY`.
fn visits_through_proxy(raw: &Raw, variables: &[(&str, &str)]) -> bool {
    let proxy = http_proxy(None);
    let address = proxy.address.to_string();
    let variables: Vec<_> =
        variables.iter().map(|(name, value)| (*name, value.replace("PROXY", &address))).collect();
    let mut variables: Vec<_> = variables.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let url = behind_proxy(raw);
    variables.push(("VISIT", &url));
    child("options::child_connects_with_proxies_from_the_environment", &variables);
    proxy.connections() > 0
}

/// The server's address, with a name that only the proxies can resolve.
fn behind_proxy(raw: &Raw) -> String {
    raw.url.replace("127.0.0.1", BEHIND_PROXY)
}

#[test]
fn uses_the_environments_proxy_and_credentials_for_https() {
    let authority = Authority::new();
    let raw = over_tls(authority.server(&[BEHIND_PROXY]), |seen| {
        signed_in(seen).unwrap_or_else(|| workbooks(""))
    });
    // `me:hush`
    let proxy = http_proxy(Some("Basic bWU6aHVzaA=="));
    let bundle = authority.file();
    let address = format!("http://me:hush@{}", proxy.address);
    let url = behind_proxy(&raw);
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let variables =
            [("VISIT", url.as_str()), (name, &address), ("BUNDLE", bundle.to_str().unwrap())];
        child("options::child_connects_with_proxies_from_the_environment", &variables);
    }
    assert_eq!(proxy.connections(), 3);
    assert_eq!(proxy.lines()[0], format!("CONNECT {BEHIND_PROXY}:{}", raw.address.port()));
}

#[test]
fn uses_the_environments_socks_proxy() {
    let (raw, proxy) = (quiet(), socks_proxy());
    let address = format!("socks5h://{}", proxy.address);
    let variables = [("VISIT", behind_proxy(&raw)), ("ALL_PROXY", address)];
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    child("options::child_connects_with_proxies_from_the_environment", &variables);
    assert_eq!(proxy.lines(), [format!("SOCKS5 {BEHIND_PROXY}:{}", raw.address.port())]);
}

#[test]
fn bypasses_the_environments_proxies_for_loopback_addresses() {
    let raw = quiet();
    for host in ["127.0.0.1", "localhost"] {
        let url = raw.url.replace("127.0.0.1", host);
        // Port 1 refuses connections.
        for name in ["ALL_PROXY", "HTTP_PROXY"] {
            let variables = [("VISIT", url.as_str()), (name, "http://127.0.0.1:1")];
            child("options::child_connects_with_proxies_from_the_environment", &variables);
        }
    }
    assert_eq!(raw.lines().len(), 16);
}

#[test]
#[ignore = "run as a child process"]
fn child_connects_with_proxies_from_the_environment() {
    let Some(url) = given("VISIT") else { return };
    let mut server = tsc::Server::new(&url).unwrap();
    if std::env::var("OPTIONS").is_ok_and(|options| options == "no_proxy") {
        server.add_http_options(HttpOptions::new().no_proxy()).unwrap();
    }
    if let Ok(bundle) = std::env::var("BUNDLE") {
        server.add_http_options(HttpOptions::new().verify(bundle)).unwrap();
    }
    if std::env::var("DIRECT").is_err() {
        return visit(&server).unwrap();
    }
    server.add_http_options(HttpOptions::new().retries(tsc::RetryPolicy::none())).unwrap();
    let error = server.server_info().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
    assert!(!error.to_string().contains("proxy"), "{error}");
}

#[test]
fn names_the_variable_of_a_failing_proxy() {
    let variables =
        [("VISIT", "http://tableau.invalid"), ("all_proxy", "http://me:hush@127.0.0.1:1")];
    child("options::child_fails_with_a_proxy_from_the_environment", &variables);
}

#[test]
#[ignore = "run as a child process"]
fn child_fails_with_a_proxy_from_the_environment() {
    let Some(url) = given("VISIT") else { return };
    let mut server = tsc::Server::new(&url).unwrap();
    server.add_http_options(HttpOptions::new().retries(tsc::RetryPolicy::none())).unwrap();
    let error = server.server_info().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
    let named = "through the proxy http://127.0.0.1:1 (from all_proxy)";
    assert!(error.to_string().contains(named), "{error}");
    assert!(!everything_of(&error).contains("hush"), "{error:?}");
}

#[test]
fn resuming_a_token_does_not_contact_the_proxy() {
    // A resumed session uses the proxy, too.
    let (raw, proxy) = (quiet(), http_proxy(None));
    let token = token_of(&raw.url);
    drop(with(&raw.url, plain().proxy(&proxy.url)).resume(token));
    assert_eq!((proxy.connections(), raw.lines().len()), (1, 1));
}
