//! Converts errors of ureq and error responses of the server to [`Error`]s.

use std::error::Error as StdError;
use std::io;

use ureq::http::HeaderMap;

use super::connector::{Broken, HandshakeBroken, Stage};
use super::error_content::ErrorContent;
use super::proxy::ConfiguredProxy;
use super::retry_after::retry_after;
use super::tls_failure::{about_broken_handshake, tls_failed};
use super::url::Origin;
use crate::error::{ErrorResponse, is_code};
use crate::redact::Redactor;
use crate::text::{cut, first, one_line};
use crate::xml::Node;
use crate::{Error, ErrorKind};

/// Maximum length of a quoted body in bytes.
const QUOTED: usize = 1000;

/// Describes an exchange that failed before or during the response.
pub(super) fn failed(
    error: ureq::Error,
    stage: Stage,
    to: &Origin,
    proxy: Option<&ConfiguredProxy>,
    redactor: &Redactor,
) -> Error {
    let server = match proxy {
        Some(proxy) => format!("{} through the proxy {proxy}", to.authority()),
        None => to.authority(),
    };
    let text = |text: &str| cut(&redactor.redact(text), 200).into_owned();
    match error {
        ureq::Error::Timeout(which) => {
            let doing = match which {
                ureq::Timeout::Connect | ureq::Timeout::Resolve => "no connection to",
                ureq::Timeout::Global => "no complete response from",
                ureq::Timeout::PerWrite => "sending stalled to",
                _ => "no data from",
            };
            Error::new(ErrorKind::Timeout, format!("{doing} {server} in the time allowed"))
        }
        ureq::Error::Io(cause) => match cause.downcast::<HandshakeBroken>() {
            Ok(broken) => failed(broken.0, stage, to, proxy, redactor)
                .and_then_failed(&about_broken_handshake(&to.authority()), None),
            Err(cause) => io_failed(cause, stage, &server, &to.authority()),
        },
        ureq::Error::Tls(why) => {
            Error::new(ErrorKind::Tls, format!("no TLS connection to {server}: {why}"))
        }
        ureq::Error::ConnectProxyFailed(why) => {
            // ureq's message, such as `proxy server responded 502/502`.
            let why = why.strip_prefix("proxy server ").unwrap_or(&why);
            let mut why = text(why.split('/').next().unwrap_or(why));
            if why.ends_with("407") {
                why += match proxy.is_some_and(|set| set.proxy.username().is_some()) {
                    true => ": it rejected the credentials of its address",
                    false => {
                        ": it requires credentials; write them into its address as `user:password@`"
                    }
                };
                why += " (only the scheme Basic is supported)";
            }
            Error::new(ErrorKind::Connect, format!("no connection to {server}: the proxy {why}"))
        }
        ureq::Error::ConnectionFailed | ureq::Error::HostNotFound => {
            Error::new(ErrorKind::Connect, format!("no connection to {server}"))
        }
        // Not attached as the source, because the error may quote the server or the proxy.
        other if stage == Stage::Connecting => Error::new(
            ErrorKind::Connect,
            format!(
                "no connection to {server}: the proxy's response is not HTTP: {}",
                text(&other.to_string())
            ),
        ),
        other => {
            let is_http = matches!(other, ureq::Error::LargeResponseHeader(..));
            let hint = match to.https || is_http {
                true => String::new(),
                false => format!("; {}", expects_tls(to)),
            };
            let why = text(&other.to_string());
            Error::decode(format!("the response of {server} is not valid HTTP: {why}{hint}"))
        }
    }
}

/// A hint for a response that a TLS server may have sent to a plain-text request.
pub(super) fn expects_tls(to: &Origin) -> String {
    format!("if the port expects TLS, the address is https://{}", to.authority())
}

fn io_failed(cause: io::Error, stage: Stage, server: &str, authority: &str) -> Error {
    let cause = match cause.downcast::<Error>() {
        Ok(own) => return own,
        Err(cause) => cause,
    };
    let inner = cause.get_ref().map(|inner| inner as &(dyn StdError + 'static));
    if let Some(tls) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return tls_failed(tls.clone(), stage, server, authority);
    }
    if stage == Stage::Connecting {
        let what = format!("no connection to {server}");
        let error = Error::new(ErrorKind::Connect, what).because(cause);
        let hint = "check the host and the port, and whether this machine can reach them";
        return match server == authority {
            true => error.and_then_failed(hint, None),
            false => error,
        };
    }
    if inner.is_some_and(|inner| inner.is::<Broken>())
        || cause.kind() == io::ErrorKind::UnexpectedEof
    {
        return Error::connection_lost(format!("the connection to {server} broke"), cause);
    }
    match cause.kind() {
        // Invalid gzip data.
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            Error::decode(format!("the response of {server} cannot be decompressed")).because(cause)
        }
        _ => Error::connection_lost(format!("the connection to {server} failed"), cause),
    }
}

/// Whether a body was read completely.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    Whole,
    TooLarge,
    /// The connection broke before the end.
    BrokeOff,
}

/// The error for a response whose status is not a success, with the received part of the body.
pub(super) fn refused(
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
    size: Size,
    address: &str,
    redactor: &Redactor,
) -> Error {
    // Drops the zero bytes of UTF-16, which would hide secrets from the redactor.
    let text = String::from_utf8_lossy(body).replace('\0', "");
    let response = ErrorResponse {
        status: Some(status),
        url: Some(redactor.redact(address).into_owned()),
        request_id: request_id(headers).map(|id| cut(&redactor.redact(&id), 100).into_owned()),
        retry_after: retry_after(headers),
        ..ErrorResponse::default()
    };
    let cut_short = size != Size::Whole;
    // Other servers send JSON errors of this form, but their codes do not have six digits.
    let from_json =
        || ErrorContent::from_json(&text).filter(|w| w.code.as_deref().is_some_and(is_code));
    let from_json = || from_json().or_else(|| ErrorContent::from_json_api(&text, address, headers));
    if !cut_short && let Some(words) = ErrorContent::from_xml(&text).or_else(from_json) {
        return words.into_error(response, redactor);
    }
    let is_html_page = looks_like_html(&text);
    let kind = match () {
        () if size == Size::TooLarge => "a body that is larger than allowed",
        () if body.is_empty() => "no body",
        () if is_html_page => {
            "an HTML page; a gateway, a proxy or a login page responded instead of Tableau"
        }
        () => "a body that is not Tableau's",
    };
    let quote = redactor.redact_start(text.trim(), cut_short, QUOTED);
    let quote = cut(&one_line(&quote), QUOTED).into_owned();
    let quote = if quote.is_empty() { quote } else { format!(": {quote}") };
    let response = ErrorResponse { is_html_page, ..response };
    Error::new(ErrorKind::Http, format!("HTTP {status} with {kind}{quote}")).with_response(response)
}

/// Tableau's `<error>` in a response whose status is a success.
pub(super) fn error_in_success(
    status: u16,
    root: Node<'_>,
    address: &str,
    redactor: &Redactor,
) -> Option<Error> {
    Some(
        ErrorContent::from_root(root.require_response().ok()?)?
            .about_success(status, address, redactor),
    )
}

/// Like [`error_in_success`], for a body in XML or JSON that was not parsed yet.
pub(super) fn error_in_text(
    status: u16,
    text: &str,
    address: &str,
    redactor: &Redactor,
) -> Option<Error> {
    let words = ErrorContent::from_xml(text).or_else(|| ErrorContent::from_json(text))?;
    Some(words.about_success(status, address, redactor))
}

pub(super) fn looks_like_html(text: &str) -> bool {
    let start = first(text, 1000).to_ascii_lowercase();
    is_markup(&start) && (start.contains("<!doctype html") || start.contains("<html"))
}

pub(super) fn is_markup(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_start().starts_with('<')
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    ["x-tableau-request-id", "x-request-id", "request-id"]
        .into_iter()
        .find_map(|name| headers.get(name)?.to_str().ok())
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn error(status: u16, body: &str) -> Error {
        let address = "http://h/api/3.24/x?token=hush-hush";
        let redactor = Redactor::default().with(&Secret::new("hush-hush"));
        refused(status, &HeaderMap::new(), body.as_bytes(), Size::Whole, address, &redactor)
    }

    #[test]
    fn reads_errors_of_tableau_in_xml_and_json() {
        let xml = "<tsResponse xmlns='http://tableau.com/api'><error code='404006'>\
                   <summary>Not Found</summary><detail>no hush-hush</detail></error></tsResponse>";
        let json = r#"{"error":{"code":"404006","summary":"Not Found","detail":"no hush-hush"}}"#;
        for body in [xml, json] {
            let error = error(404, body);
            assert_eq!((error.kind(), error.status()), (ErrorKind::Api, Some(404)));
            assert_eq!(error.code(), Some("404006"));
            assert_eq!(error.summary(), Some("Not Found"));
            assert_eq!(error.detail(), Some("no [secret]"));
            assert_eq!(error.url(), Some("http://h/api/3.24/x?token=[secret]"));
            assert_eq!(error.to_string(), "Not Found: no [secret] (Tableau 404006, HTTP 404)");
        }
    }

    #[test]
    fn quotes_the_start_of_other_bodies() {
        let page = error(502, &format!("<html>{}</html>", "x".repeat(5000)));
        assert_eq!((page.kind(), page.code()), (ErrorKind::Http, None));
        assert!(page.to_string().starts_with("HTTP 502 with an HTML page"), "{page}");
        assert!(page.to_string().len() < 1200);
        assert!(error(404, r#"{"error": "nope"}"#).to_string().contains("nope"));
        assert!(error(503, "").to_string().ends_with("with no body"));
        let unnamed = error(400, "<tsResponse><error><summary>No</summary></error></tsResponse>");
        assert_eq!((unnamed.kind(), unnamed.code()), (ErrorKind::Api, None));
        assert_eq!(unnamed.to_string(), "No (Tableau, HTTP 400)");
        assert_eq!(error(400, r#"{"error":{"code":400000}}"#).code(), Some("400000"));
        let late = format!("{} <html>", "\u{e4}".repeat(300));
        assert!(!looks_like_html(&format!("x{late}")) && !looks_like_html(&late));
        let strange = error(400, "<tsResponse><error code='hush-hush'/></tsResponse>");
        assert_eq!(strange.code(), Some("[secret]"));
    }
}
