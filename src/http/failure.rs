//! What ureq and the server report, as this library's errors.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use ureq::http::HeaderMap;
use ureq::http::header::{DATE, RETRY_AFTER};

use super::connector::{Broken, NoAddress, Stage, Stopped};
use super::context;
use super::request::SourceFailed;
use super::url::{Origin, Url};
use crate::error::Answer;
use crate::secret::Scrub;
use crate::text::{cut, first, one_line};
use crate::xml::{self, Node, Reports};
use crate::{Error, ErrorKind};

/// At most this much of a body is quoted, and this much of it goes to each of Tableau's words.
const QUOTED: usize = 1000;
const SUMMARY: usize = 200;
const DETAIL: usize = 700;

/// An exchange that ended without an answer, or within one.
pub(super) fn failed(error: ureq::Error, stage: Stage, to: &Origin, scrub: &Scrub) -> Error {
    let authority = to.authority();
    match error {
        ureq::Error::Timeout(which) => {
            let doing = match which {
                ureq::Timeout::Connect | ureq::Timeout::Resolve => "no connection to",
                ureq::Timeout::Global => "no whole answer from",
                ureq::Timeout::PerWrite => "nothing more was taken by",
                _ => "silence from",
            };
            Error::new(ErrorKind::Timeout, format!("{doing} {authority} in the time allowed"))
        }
        ureq::Error::Io(cause) => io_failed(cause, stage, &authority),
        ureq::Error::Tls(why) => {
            Error::new(ErrorKind::Tls, format!("no TLS connection to {authority}: {why}"))
        }
        ureq::Error::ConnectProxyFailed(why) => Error::new(
            ErrorKind::Connect,
            format!("no connection to {authority}: the {}", cut(&scrub.clean(&why), 200)),
        ),
        ureq::Error::ConnectionFailed | ureq::Error::HostNotFound => {
            Error::new(ErrorKind::Connect, format!("no connection to {authority}"))
        }
        // Not as the source: these texts may hold the server's, or the proxy's.
        other if stage == Stage::Connecting => Error::new(
            ErrorKind::Connect,
            format!(
                "no connection to {authority}: what answers is no proxy: {}",
                cut(&scrub.clean(&other.to_string()), 200)
            ),
        ),
        other => Error::decode(format!(
            "the answer of {authority} is no HTTP that can be read: {}",
            cut(&scrub.clean(&other.to_string()), 200)
        )),
    }
}

fn io_failed(cause: io::Error, stage: Stage, authority: &str) -> Error {
    let inner = cause.get_ref().map(|inner| inner as &(dyn StdError + 'static));
    if let Some(tls) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return tls_failed(tls.clone(), stage, authority);
    }
    if inner.is_some_and(|inner| inner.is::<NoAddress>()) {
        let what = format!("no connection to {authority}: the host name has no address");
        return Error::new(ErrorKind::Connect, what).because(cause);
    }
    if cause.get_ref().is_some_and(|inner| inner.is::<Stopped>()) {
        let stopped = cause.into_inner().and_then(|inner| inner.downcast::<Stopped>().ok());
        return stopped.map_or_else(|| Error::new(ErrorKind::Cancelled, "cancelled"), |s| s.0);
    }
    if inner.is_some_and(|inner| inner.is::<SourceFailed>()) {
        return Error::io("the upload stopped", cause);
    }
    if stage == Stage::Connecting {
        return Error::new(ErrorKind::Connect, format!("no connection to {authority}"))
            .because(cause);
    }
    if inner.is_some_and(|inner| inner.is::<Broken>())
        || cause.kind() == io::ErrorKind::UnexpectedEof
    {
        return Error::connection_lost(format!("the connection to {authority} broke"), cause);
    }
    match cause.kind() {
        // gzip that cannot be unpacked.
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
            Error::decode(format!("the answer of {authority} cannot be unpacked")).because(cause)
        }
        _ => Error::connection_lost(format!("talking to {authority} failed"), cause),
    }
}

fn tls_failed(error: rustls::Error, stage: Stage, authority: &str) -> Error {
    use rustls::CertificateError as Certificate;
    let shown = context::take_certificate();
    if stage == Stage::UnderWay && !is_about_our_certificate(&error) {
        let what = format!("the connection to {authority} broke");
        return Error::connection_lost(what, io::Error::other(error));
    }
    let why = match &error {
        rustls::Error::InvalidCertificate(why) => match why {
            Certificate::UnknownIssuer => "its certificate's issuer is not trusted",
            Certificate::Expired | Certificate::ExpiredContext { .. } => {
                "its certificate has expired"
            }
            Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => {
                "its certificate is not valid yet"
            }
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => {
                "its certificate is for another name"
            }
            Certificate::ApplicationVerificationFailure => {
                "its certificate is not the one that is pinned"
            }
            _ => "its certificate is not acceptable",
        },
        rustls::Error::AlertReceived(rustls::AlertDescription::CertificateRequired) => {
            "it asks for a client certificate (`client_cert`)"
        }
        _ if stage == Stage::Connecting => "the handshake failed",
        _ => "the server ended it",
    };
    let mut what = format!("no TLS connection to {authority}: {why}");
    if let (rustls::Error::InvalidCertificate(_), Some(shown)) = (&error, shown) {
        what += &format!(
            " (its SHA-256 is {shown}; where that is known to be right, `verify` takes it as a \
             `Fingerprint`, or the issuer's PEM file)"
        );
    }
    Error::new(ErrorKind::Tls, what).because(error)
}

/// Whether the server does not take the client's certificate, which it may say when the handshake is
/// over for the client and the request was sent, but not read. Whatever else it says then may come
/// after the request was carried out.
fn is_about_our_certificate(error: &rustls::Error) -> bool {
    use rustls::AlertDescription::{
        AccessDenied, BadCertificate, CertificateExpired, CertificateRequired, CertificateRevoked,
        CertificateUnknown, UnknownCA, UnsupportedCertificate,
    };
    let rustls::Error::AlertReceived(alert) = error else { return false };
    matches!(
        alert,
        AccessDenied
            | BadCertificate
            | CertificateExpired
            | CertificateRequired
            | CertificateRevoked
            | CertificateUnknown
            | UnknownCA
            | UnsupportedCertificate
    )
}

/// How much of a body was read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    Whole,
    TooLarge,
    /// The connection broke within it.
    BrokeOff,
}

/// A status that is no success, with what could be read of the body.
pub(super) fn refused(
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
    size: Size,
    url: &Url,
    scrub: &Scrub,
) -> Error {
    // Without the zeros of UTF-16, in which nothing would be found that may not be shown.
    let text = String::from_utf8_lossy(body).replace('\0', "");
    let answer = Answer {
        status: Some(status),
        url: Some(scrub.clean(&url.to_string()).into_owned()),
        request_id: request_id(headers).map(|id| cut(&scrub.clean(&id), 100).into_owned()),
        retry_after: retry_after(headers),
        ..Answer::default()
    };
    let cut_short = size != Size::Whole;
    // Other servers send JSON errors of this form, too, with codes that are not six digits.
    let from_json = || Words::from_json(&text).filter(|w| w.code.as_deref().is_some_and(is_code));
    if !cut_short && let Some(words) = Words::from_xml(&text).or_else(from_json) {
        return words.into_error(answer, scrub);
    }
    let is_a_page = looks_like_html(&text);
    let kind = match () {
        () if size == Size::TooLarge => "a body that is larger than allowed",
        () if body.is_empty() => "no body",
        () if is_a_page => {
            "an HTML page; a gateway, a proxy or a login page answered in Tableau's place"
        }
        () => "a body that is not Tableau's",
    };
    let quote = scrub.start_of(text.trim(), cut_short, QUOTED);
    let quote = cut(&one_line(&quote), QUOTED).into_owned();
    let quote = if quote.is_empty() { quote } else { format!(": {quote}") };
    let answer = Answer { is_a_page, ..answer };
    Error::new(ErrorKind::Http, format!("HTTP {status} with {kind}{quote}")).answer(answer)
}

/// Tableau's `<error>` in an answer whose status is a success.
pub(super) fn refused_in_success(
    status: u16,
    root: Node<'_>,
    url: &Url,
    scrub: &Scrub,
) -> Option<Error> {
    Some(Words::from_root(root)?.about_success(status, url, scrub))
}

/// As [`refused_in_success`], for an answer that says nothing else.
pub(super) fn refused_in_text(status: u16, text: &str, url: &Url, scrub: &Scrub) -> Option<Error> {
    let words = Words::from_xml(text).or_else(|| Words::from_json(text))?;
    Some(words.about_success(status, url, scrub))
}

/// As [`refused_in_success`], where something else was due than the JSON that it is.
pub(super) fn refused_in_json(status: u16, text: &str, url: &Url, scrub: &Scrub) -> Option<Error> {
    Some(Words::from_json(text)?.about_success(status, url, scrub))
}

/// No error is longer; to look for one in all of an answer would take many times its memory.
const LONGEST_JSON: usize = 64 << 10;

/// Whether this may be an error in JSON that is not looked for.
pub(super) fn is_unread_json(text: &str) -> bool {
    text.len() > LONGEST_JSON && text.trim_start_matches('\u{feff}').trim_start().starts_with('{')
}

/// Tableau's words about an error.
struct Words {
    code: Option<String>,
    summary: Option<String>,
    detail: Option<String>,
}

impl Words {
    fn from_xml(text: &str) -> Option<Words> {
        let document = xml::parse(text).ok()?;
        Words::from_root(Node::root(&document, &Reports::default()).ok()?)
    }

    fn from_root(root: Node<'_>) -> Option<Words> {
        let error = root.find("error")?;
        Some(Words {
            code: error.attr("code").ok()?,
            summary: error.find("summary").map(Node::text),
            detail: error.find("detail").map(Node::text),
        })
    }

    fn from_json(text: &str) -> Option<Words> {
        if text.len() > LONGEST_JSON {
            return None;
        }
        let json: serde_json::Value =
            serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
        let error = json.get("error")?;
        let number = || error.get("code")?.as_u64().map(|code| code.to_string());
        let word = |name| error.get(name).and_then(|word| word.as_str()).map(str::to_owned);
        Some(Words {
            code: Some(word("code").or_else(number)?),
            summary: word("summary"),
            detail: word("detail"),
        })
    }

    fn about_success(self, status: u16, url: &Url, scrub: &Scrub) -> Error {
        let url = Some(scrub.clean(&url.to_string()).into_owned());
        self.into_error(Answer { status: Some(status), url, ..Answer::default() }, scrub)
    }

    fn into_error(self, answer: Answer, scrub: &Scrub) -> Error {
        // A code is shown even if a password is the same six digits.
        let code = self.code.filter(|code| !code.is_empty()).map(|code| match is_code(&code) {
            true => code,
            false => scrub.start_of(&code, false, 20),
        });
        let clean = |word: Option<String>, most| {
            word.map(|word| scrub.start_of(word.trim(), false, most))
                .filter(|word| !word.is_empty())
        };
        let (summary, detail) = (clean(self.summary, SUMMARY), clean(self.detail, DETAIL));
        let what = [summary.as_deref(), detail.as_deref()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(": ");
        let what = cut(&one_line(&what), SUMMARY + DETAIL).into_owned();
        let status = answer.status.unwrap_or_default();
        let named =
            code.as_ref().map_or_else(|| "Tableau".into(), |code| format!("Tableau {code}"));
        let what = format!("{what} ({named}, HTTP {status})");
        Error::new(ErrorKind::Api, what.trim_start()).answer(Answer {
            code,
            summary,
            detail,
            ..answer
        })
    }
}

/// Whether this is a code of Tableau's, such as `404006`.
fn is_code(code: &str) -> bool {
    code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit())
}

pub(super) fn looks_like_html(text: &str) -> bool {
    let start = first(text.trim_start(), 200).to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.contains("<html")
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    ["x-tableau-request-id", "x-request-id", "request-id"]
        .into_iter()
        .find_map(|name| headers.get(name)?.to_str().ok())
        .map(str::to_owned)
}

/// Seconds, or an HTTP date. That counts from the answer's own `Date`, where it has one: clocks
/// differ.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| Some(headers.get(name)?.to_str().ok()?.trim());
    let value = text(RETRY_AFTER)?;
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that is too large for any clock is still a number.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let now = || TimeZone::UTC.to_datetime(Timestamp::now());
    let wait = date(value)?.duration_since(text(DATE).and_then(date).unwrap_or_else(now));
    Some(wait.try_into().unwrap_or(Duration::ZERO))
}

/// A date in one of the three forms that HTTP has had, in UTC; the day of the week is not looked at.
fn date(text: &str) -> Option<DateTime> {
    let (_, date) = text.split_once(' ')?;
    ["%d %b %Y %H:%M:%S GMT", "%d-%b-%y %H:%M:%S GMT", "%b %e %H:%M:%S %Y"]
        .into_iter()
        .find_map(|form| DateTime::strptime(form, date.trim_start()).ok())
}

#[cfg(test)]
mod tests {
    use super::super::url::Base;
    use super::*;
    use crate::secret::Secret;

    fn error(status: u16, body: &str) -> Error {
        let url = Base::parse("http://h").unwrap().call("/api/3.24/x?token=hush");
        let scrub = Scrub::default().with(&Secret::new("hush"));
        refused(status, &HeaderMap::new(), body.as_bytes(), Size::Whole, &url, &scrub)
    }

    #[test]
    fn an_alert_under_way_is_about_our_certificate_or_a_break() {
        use rustls::AlertDescription::{CertificateRequired, InternalError, UnknownCA};
        for (alert, stage, kind) in [
            (CertificateRequired, Stage::UnderWay, ErrorKind::Tls),
            (UnknownCA, Stage::UnderWay, ErrorKind::Tls),
            (InternalError, Stage::UnderWay, ErrorKind::ConnectionLost),
            (InternalError, Stage::Connecting, ErrorKind::Tls),
        ] {
            let error = tls_failed(rustls::Error::AlertReceived(alert), stage, "h:443");
            assert_eq!(error.kind(), kind, "{error:?}");
        }
    }

    #[test]
    fn tableaus_words_in_xml_and_json() {
        let xml = "<tsResponse xmlns='http://tableau.com/api'><error code='404006'>\
                   <summary>Not Found</summary><detail>no hush</detail></error></tsResponse>";
        let json = r#"{"error":{"code":"404006","summary":"Not Found","detail":"no hush"}}"#;
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
    fn other_bodies_are_quoted_briefly() {
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
        let strange = error(400, "<tsResponse><error code='hush'/></tsResponse>");
        assert_eq!(strange.code(), Some("[secret]"));
    }

    #[test]
    fn retry_after_in_both_forms() {
        let after = |value: &str, date: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            if let Some(date) = date {
                headers.insert(DATE, date.parse().unwrap());
            }
            retry_after(&headers)
        };
        let long_ago = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(after(" 7 ", None), Some(Duration::from_secs(7)));
        assert_eq!(after(long_ago, None), Some(Duration::ZERO));
        let soon = Timestamp::now() + Duration::from_secs(90);
        let soon = jiff::fmt::rfc2822::to_string(&soon.to_zoned(jiff::tz::TimeZone::UTC)).unwrap();
        let wait = after(&soon.replace("+0000", "GMT"), Some("no date")).unwrap();
        assert!((85..=90).contains(&wait.as_secs()), "{wait:?}");
        assert_eq!(
            after("Sun, 06 Nov 1994 08:49:40 GMT", Some(long_ago)),
            Some(Duration::from_secs(3))
        );
        for same in [
            "Sunday, 06-Nov-94 08:49:40 GMT",
            "Sun Nov  6 08:49:40 1994",
            "Fri, 06 Nov 1994 08:49:40 GMT",
        ] {
            assert_eq!(after(same, Some(long_ago)), Some(Duration::from_secs(3)), "{same}");
        }
        let endless = "9".repeat(30);
        assert_eq!(after(&endless, None), Some(Duration::from_secs(u64::MAX)));
        let far = after("Fri, 31 Dec 9999 23:59:59 GMT", None).unwrap();
        assert!(far > Duration::from_secs(1 << 37), "{far:?}");
        for none in ["soon", "", "-1", "+7", "7.5", "0x10", "7 s", "Sun, 99 Nov 1994 08:49:40 GMT"]
        {
            assert_eq!(after(none, None), None, "{none}");
        }
    }
}
