//! [`Error`]: what went wrong, where, and what the server said about it.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::redact::Redactor;

/// What every fallible call of this library returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of this library. One word wide; [`kind`](Error::kind) says what sort it is.
///
/// `Display` is one line: what was being done and what went wrong. The causes below it (an I/O
/// error, a TLS error) are the [`source`](std::error::Error::source) chain; `Debug`, which is what
/// `unwrap` and `fn main() -> Result<…>` print, shows them all on that line.
///
/// No error holds a password, a token or a JSON Web Token, even where the server repeats one.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    doing: Option<String>,
    what: String,
    answer: Answer,
    sign_in: bool,
    broken: bool,
    unsent: bool,
    source: Option<anyhow::Error>,
}

/// What is known of the answer that an error is about.
#[derive(Clone, Default)]
pub(crate) struct Answer {
    pub status: Option<u16>,
    pub code: Option<String>,
    pub summary: Option<String>,
    pub detail: Option<String>,
    pub url: Option<String>,
    pub request_id: Option<String>,
    pub retry_after: Option<Duration>,
    /// It is HTML: a gateway's words, and not Tableau's.
    pub is_a_page: bool,
}

/// The sorts of [`Error`]: who has to act, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The program's own settings are wrong: an address that is no URL, a PEM file that cannot be
    /// read, a proxy that is not understood, a session token of another server. Nothing was sent.
    ///
    /// *Try:* correct the setting that the message names.
    Config,
    /// No connection: the name has no address, the port refused, the proxy would not.
    ///
    /// *Usually* a mistyped address, a firewall, or a proxy that has to be set
    /// ([`HttpOptions::proxy`](crate::HttpOptions::proxy)). The message names host and port.
    Connect,
    /// The TLS handshake failed: a certificate that is not trusted, has expired or is for another
    /// name, or a server that asks for a client certificate.
    ///
    /// *Try:* [`HttpOptions::verify`](crate::HttpOptions::verify) with the company's CA file or
    /// with the certificate's fingerprint; `client_cert` where the server asks for one.
    Tls,
    /// The server was silent for longer than the options allow, or the whole request took longer.
    ///
    /// *Try:* `read_timeout` or `timeout` of [`HttpOptions`](crate::HttpOptions), a smaller page,
    /// or later.
    Timeout,
    /// A redirect that is not followed: to another host, from `https` to `http`, without a
    /// `Location`, or the eleventh in a row. Token, password and body stayed here.
    ///
    /// *Try:* the address that the message names as the server's own address, or
    /// [`HttpOptions::trust_redirects_to`](crate::HttpOptions::trust_redirects_to) for a load
    /// balancer of one's own.
    Redirect,
    /// Tableau refused the request and said why: [`code`](Error::code), [`summary`](Error::summary)
    /// and [`detail`](Error::detail) are its words, whatever the HTTP status.
    ///
    /// *Usually* a wrong password (`401001`), an expired session (`401002`), a missing permission
    /// (`403…`) or an id that is not there (`404…`).
    Api,
    /// An HTTP status that is no success, without Tableau's error: a gateway, a proxy or a login
    /// page in front of the server answered in its place.
    ///
    /// *Try:* look at [`status`](Error::status), and at the start of the body in the message; 502,
    /// 503 and 504 pass.
    Http,
    /// The answer is a success but not what the API promises: no XML, an element or attribute
    /// missing, a number that is none, or more bytes than
    /// [`max_response`](crate::HttpOptions::max_response). The message has line and column.
    ///
    /// *Usually* a login page or a proxy's page with status 200: check the address.
    Decode,
    /// The call needs a newer REST API version than the session speaks; both are named.
    /// Nothing was sent.
    ///
    /// *Try:* a newer server, or [`Server::set_version`](crate::Server::set_version) without the pin.
    Version,
    /// The caller's values cannot be sent: a page size of 0, a character that XML 1.0 has none for.
    /// Nothing was sent.
    ///
    /// *Try:* correct the value that the message names.
    Input,
    /// Reading or writing failed under way: a file or stream of the caller's, or a connection that
    /// broke after it was made.
    ///
    /// *Try:* again where [`is_retryable`](Error::is_retryable) says so; otherwise see the cause,
    /// which is an [`std::io::Error`].
    Io,
    /// A background job ended as failed or cancelled.
    ///
    /// *Try:* read the notes in the message; they are the server's.
    Job,
    /// The program stopped the call, by [`Stop::stop`](crate::Stop::stop).
    ///
    /// What the server was doing at that moment may have been carried out.
    Cancelled,
    /// The server answered every request, and what was looked for is not among the answers.
    ///
    /// *Usually* an id or a name of another site, or one that this user may not see.
    NotFound,
    /// More than one thing fits what was looked for; the message lists them.
    ///
    /// *Try:* looking in one project, or by id.
    Ambiguous,
    /// A list changed while it was read, so that what was read of it may lack items or hold some
    /// twice.
    ///
    /// *Try:* again, or [`List::on_change`](crate::List::on_change) where that does no harm.
    Changed,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, what: impl Into<String>) -> Error {
        Error(Box::new(Inner {
            kind,
            doing: None,
            what: what.into(),
            answer: Answer::default(),
            sign_in: false,
            broken: false,
            unsent: false,
            source: None,
        }))
    }

    pub(crate) fn config(what: impl Into<String>) -> Error {
        Error::new(ErrorKind::Config, what)
    }

    pub(crate) fn input(what: impl Into<String>) -> Error {
        Error::new(ErrorKind::Input, what)
    }

    pub(crate) fn decode(what: impl Into<String>) -> Error {
        Error::new(ErrorKind::Decode, what)
    }

    /// An I/O error of the caller's file or stream; `what` says which.
    pub(crate) fn io(what: impl Into<String>, cause: std::io::Error) -> Error {
        Error::new(ErrorKind::Io, what).because(cause)
    }

    pub(crate) fn because(mut self, cause: impl Into<anyhow::Error>) -> Error {
        self.0.source = Some(cause.into());
        self
    }

    /// What was being done (`GET https://…`); the innermost that says so wins.
    pub(crate) fn doing(mut self, doing: impl Into<String>) -> Error {
        self.0.doing.get_or_insert_with(|| doing.into());
        self
    }

    pub(crate) fn answer(mut self, answer: Answer) -> Error {
        self.0.answer = answer;
        self
    }

    /// Names the request that the error is about, unless one is named already.
    pub(crate) fn at(mut self, url: impl Into<String>) -> Error {
        self.0.answer.url.get_or_insert_with(|| url.into());
        self
    }

    pub(crate) fn with_status(mut self, status: u16) -> Error {
        self.0.answer.status.get_or_insert(status);
        self
    }

    /// Removes secrets that the message may have taken from a response, or a cause from a certificate.
    pub(crate) fn redacted(mut self, redactor: &Redactor) -> Error {
        for text in self.0.doing.iter_mut().chain([&mut self.0.what]) {
            if let Cow::Owned(redacted) = redactor.redact(text) {
                *text = redacted;
            }
        }
        if let Some(cause) = &self.0.source {
            let shows = |text: String| matches!(redactor.redact(&text), Cow::Owned(_));
            if cause.chain().any(|cause| shows(cause.to_string()) || shows(format!("{cause:?}"))) {
                let text = cause.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ");
                self.0.source = Some(anyhow::Error::msg(redactor.redact(&text).into_owned()));
            }
        }
        self
    }

    /// The same error, with what was tried about it in vain.
    pub(crate) fn and_then_failed(mut self, what: &str, cause: Option<Error>) -> Error {
        self.0.what = format!("{}; {what}", self.0.what);
        match cause {
            Some(cause) => self.because(cause),
            None => self,
        }
    }

    /// It ended before anything of the request was sent.
    pub(crate) fn before_sending(mut self) -> Error {
        self.0.unsent = true;
        self
    }

    pub(crate) fn is_before_sending(&self) -> bool {
        self.0.unsent
    }

    /// The same error for another caller, its causes in words.
    pub(crate) fn again(&self) -> Error {
        let Inner { kind, doing, what, answer, sign_in, broken, unsent, source } = &*self.0;
        let causes = source
            .as_ref()
            .map(|source| source.chain().map(ToString::to_string).collect::<Vec<_>>().join(": "));
        Error(Box::new(Inner {
            kind: *kind,
            doing: doing.clone(),
            what: what.clone(),
            answer: answer.clone(),
            sign_in: *sign_in,
            broken: *broken,
            unsent: *unsent,
            source: causes.map(anyhow::Error::msg),
        }))
    }

    pub(crate) fn is_a_page(&self) -> bool {
        self.0.answer.is_a_page
    }

    pub(crate) fn is_broken_connection(&self) -> bool {
        self.0.broken
    }

    /// What the error means to the caller, before its own words; code and address stay.
    pub(crate) fn meaning(mut self, kind: ErrorKind, what: impl Into<String>) -> Error {
        self.0.kind = kind;
        self.0.what = format!("{}: {}", what.into(), self.0.what);
        self
    }

    /// The error as another kind, for a rule that overrules the general one.
    pub(crate) fn into_kind(mut self, kind: ErrorKind) -> Error {
        self.0.kind = kind;
        self
    }

    pub(crate) fn during_sign_in(mut self) -> Error {
        self.0.sign_in = true;
        self
    }

    /// The connection broke after it was made: trying again may help.
    pub(crate) fn broken_connection(mut self) -> Error {
        self.0.broken = true;
        self
    }

    /// What sort of error this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status of the answer that the error is about.
    pub fn status(&self) -> Option<u16> {
        self.0.answer.status
    }

    /// Tableau's code, six digits: `"401001"`. The first three are an HTTP status, not always the
    /// one that the answer has.
    pub fn code(&self) -> Option<&str> {
        self.0.answer.code.as_deref()
    }

    /// Tableau's summary: `"Signin Error"`.
    pub fn summary(&self) -> Option<&str> {
        self.0.answer.summary.as_deref()
    }

    /// Tableau's detail: a sentence.
    pub fn detail(&self) -> Option<&str> {
        self.0.answer.detail.as_deref()
    }

    /// The address of the request that the error is about.
    pub fn url(&self) -> Option<&str> {
        self.0.answer.url.as_deref()
    }

    /// The request id that the server gave (`X-Tableau-Request-Id` or the like), for its support.
    pub fn request_id(&self) -> Option<&str> {
        self.0.answer.request_id.as_deref()
    }

    /// How long the server asks to wait before the next try (`Retry-After`, in seconds or as a date).
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.answer.retry_after
    }

    /// The server refused the credentials: a wrong or expired password, personal access token or
    /// JSON Web Token, or a site that the user is not on (`401001`, or any 401 to a sign-in).
    pub fn is_sign_in_failed(&self) -> bool {
        self.code() == Some("401001") || (self.0.sign_in && self.status() == Some(401))
    }

    /// The session is no longer valid: expired, signed out, or ended by another sign-in with the
    /// same personal access token (`401002`).
    ///
    /// With a JSON Web Token `401002` can also mean a scope that the token lacks.
    pub fn is_session_expired(&self) -> bool {
        self.code() == Some("401002") && !self.0.sign_in
    }

    /// What was asked for is not there, or not for this user: Tableau's codes that begin with 404,
    /// and the status 404 where no code was given.
    pub fn is_not_found(&self) -> bool {
        match (self.kind(), self.code()) {
            (ErrorKind::NotFound, _) => true,
            (_, Some(code)) => code.starts_with("404"),
            (_, None) => self.status() == Some(404),
        }
    }

    /// The time that the options allow ran out.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// The same request may succeed later: the server could not be reached, fell silent, was too
    /// busy (429), or something in front of it failed (502, 503, 504), or the connection broke.
    ///
    /// It does not say that sending it again is harmless: a `POST` whose connection broke may have
    /// been carried out.
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind(), ErrorKind::Connect | ErrorKind::Timeout)
            || self.0.broken
            || matches!(self.status(), Some(429 | 502 | 503 | 504))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(doing) = &self.0.doing {
            write!(f, "{}: ", one_line(doing))?;
        }
        f.write_str(&one_line(&self.0.what))
    }
}

/// The text on one line, with nothing in it that moves a terminal's cursor or turns the text around:
/// some of it is a stranger's, and it ends up in logs.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    let moves =
        |c: char| c.is_control() || matches!(c, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    if !text.contains(moves) {
        return text.into();
    }
    let plain = |c: char| match c {
        '\n' | '\r' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}' => ' ',
        c if moves(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    text.chars().map(plain).collect()
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.kind())?;
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|cause| cause as _)
    }
}

/// The first `most` bytes of a text that others wrote, and `…` where there was more.
pub(crate) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    match first(text, most) {
        whole if whole.len() == text.len() => text.into(),
        start => format!("{start}…").into(),
    }
}

/// The text where it is short, and otherwise nothing of it: what is cut off may be the beginning of a
/// secret.
pub(crate) fn short(text: &str, most: usize) -> &str {
    if text.len() <= most { text } else { "…" }
}

/// As many whole characters as fit into `most` bytes.
pub(crate) fn first(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(status: u16, code: &str) -> Error {
        Error::new(ErrorKind::Api, "refused").answer(Answer {
            status: Some(status),
            code: Some(code.to_owned()),
            ..Answer::default()
        })
    }

    #[test]
    fn one_word_wide_and_shareable() {
        fn check<T: Send + Sync + 'static>() {}
        check::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
    }

    #[test]
    fn causes_chain() {
        let error = Error::io("reading a.pem", std::io::Error::other("torn"))
            .doing("first")
            .doing("second");
        assert_eq!(error.to_string(), "first: reading a.pem");
        assert_eq!(format!("{error:?}"), "Io: first: reading a.pem: torn");
    }

    #[test]
    fn a_message_is_one_line_and_plain() {
        let error = Error::decode("a\nb\r\tc\u{2028}d\u{1b}[31me\0f\u{202e}g ü").doing("GET\nx");
        let shown = "GET x: a b  c d\u{fffd}[31me\u{fffd}f\u{fffd}g ü";
        assert_eq!(error.to_string(), shown);
        assert_eq!(format!("{error:?}"), format!("Decode: {shown}"));
    }

    #[test]
    fn redacts_secrets_in_causes() {
        let redactor = Redactor::default().with(&crate::secret::Secret::new("hush-hush"));
        let error = Error::io("x", std::io::Error::other("all is hush-hush")).redacted(&redactor);
        assert_eq!(format!("{error:?}"), "Io: x: all is [secret]");
        let error = Error::io("x", std::io::Error::other("fine")).redacted(&redactor);
        let cause = std::error::Error::source(&error).unwrap();
        assert!(cause.is::<std::io::Error>(), "{cause:?}");
    }

    #[test]
    fn codes_rule_over_statuses() {
        assert!(api(403, "404000").is_not_found());
        assert!(!api(404, "405000").is_not_found());
        assert!(api(401, "401002").is_session_expired());
        assert!(!api(401, "401002").is_sign_in_failed());
        assert!(api(401, "401002").during_sign_in().is_sign_in_failed());
        assert!(!api(401, "401002").during_sign_in().is_session_expired());
        assert!(api(401, "401001").is_sign_in_failed());
        assert!(api(503, "503000").is_retryable());
        assert!(!api(500, "500000").is_retryable());
    }
}
