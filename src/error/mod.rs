//! [`Error`]: what failed, on what, and what the server responded.

mod exit_code;
mod kind;
mod meaning;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::redact::Redactor;
use crate::text::one_line;

pub use kind::ErrorKind;
pub(crate) use meaning::is_code;

/// The result of a fallible call of this library.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of this library. It has the size of a pointer.
///
/// `Display` is one line: the request and what failed. The underlying errors (such as an I/O or TLS
/// error) are the [`source`](std::error::Error::source) chain. `Debug`, which `unwrap` and
/// `fn main() -> Result<…>` print, adds them to that line.
///
/// No error contains a password, a session token or a JSON Web Token, even if the server repeats one.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    doing: Option<String>,
    what: String,
    response: ErrorResponse,
    is_sign_in: bool,
    is_unsent: bool,
    source: Option<anyhow::Error>,
}

/// What is known of the response that caused an error.
#[derive(Clone, Default)]
pub(crate) struct ErrorResponse {
    pub status: Option<u16>,
    pub code: Option<String>,
    pub summary: Option<String>,
    pub detail: Option<String>,
    pub url: Option<String>,
    pub request_id: Option<String>,
    pub retry_after: Option<Duration>,
    pub warnings: Vec<ErrorWarning>,
    /// The body is an HTML page, which comes from a gateway and not from Tableau.
    pub is_html_page: bool,
}

/// A warning that the server returned with an error; see [`Error::warnings`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorWarning {
    /// The id of the item that the warning refers to.
    pub id: Option<String>,
    /// Tableau's error code for the item.
    pub code: Option<String>,
    /// The message.
    pub message: Option<String>,
}

impl ErrorWarning {
    pub(crate) fn new(
        id: Option<String>,
        code: Option<String>,
        message: Option<String>,
    ) -> ErrorWarning {
        ErrorWarning { id, code, message }
    }
}

impl fmt::Display for ErrorWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [&self.id, &self.code, &self.message];
        let words: Vec<&str> = words.into_iter().filter_map(Option::as_deref).collect();
        f.write_str(&words.join(": "))
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, what: impl Into<String>) -> Error {
        Error(Box::new(Inner {
            kind,
            doing: None,
            what: what.into(),
            response: ErrorResponse::default(),
            is_sign_in: false,
            is_unsent: false,
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

    /// An error of a file or stream of the program; `what` describes it.
    pub(crate) fn io(what: impl Into<String>, cause: std::io::Error) -> Error {
        Error::new(ErrorKind::Io, what).because(cause)
    }

    /// An established connection broke.
    pub(crate) fn connection_lost(what: impl Into<String>, cause: std::io::Error) -> Error {
        Error::new(ErrorKind::ConnectionLost, what).because(cause)
    }

    pub(crate) fn because(mut self, cause: impl Into<anyhow::Error>) -> Error {
        self.0.source = Some(cause.into());
        self
    }

    /// Adds the request (`GET https://…`) to the message, unless it has one.
    pub(crate) fn doing(mut self, doing: impl Into<String>) -> Error {
        self.0.doing.get_or_insert_with(|| doing.into());
        self
    }

    pub(crate) fn with_response(mut self, response: ErrorResponse) -> Error {
        self.0.response = response;
        self
    }

    /// Sets the URL of the request, unless it has one.
    pub(crate) fn at(mut self, url: impl Into<String>) -> Error {
        self.0.response.url.get_or_insert_with(|| url.into());
        self
    }

    pub(crate) fn with_status(mut self, status: u16) -> Error {
        self.0.response.status.get_or_insert(status);
        self
    }

    /// Redacts secrets in the message, which may quote a response, and in the causes, which may quote
    /// a certificate.
    pub(crate) fn redacted(mut self, redactor: &Redactor) -> Error {
        let Inner { doing, what, response, .. } = &mut *self.0;
        let of_response = [&mut response.summary, &mut response.detail];
        let warnings = response.warnings.iter_mut().map(|warning| &mut warning.message);
        let of_response = of_response.into_iter().chain(warnings).flatten();
        for text in doing.iter_mut().chain([what]).chain(of_response) {
            if let Cow::Owned(clean) = redactor.redact(text) {
                *text = clean;
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

    /// Adds the failure of a second attempt to the message.
    pub(crate) fn and_then_failed(mut self, what: &str, cause: Option<Error>) -> Error {
        self.0.what = format!("{}; {what}", self.0.what);
        match cause {
            Some(cause) => self.because(cause),
            None => self,
        }
    }

    /// Marks an error from before the request was sent.
    pub(crate) fn before_sending(mut self) -> Error {
        self.0.is_unsent = true;
        self
    }

    pub(crate) fn is_before_sending(&self) -> bool {
        self.0.is_unsent
    }

    /// A copy of the error for another caller, with the causes as text.
    pub(crate) fn again(&self) -> Error {
        let Inner { kind, doing, what, response, is_sign_in, is_unsent, source } = &*self.0;
        let causes = source
            .as_ref()
            .map(|source| source.chain().map(ToString::to_string).collect::<Vec<_>>().join(": "));
        Error(Box::new(Inner {
            kind: *kind,
            doing: doing.clone(),
            what: what.clone(),
            response: response.clone(),
            is_sign_in: *is_sign_in,
            is_unsent: *is_unsent,
            source: causes.map(anyhow::Error::msg),
        }))
    }

    pub(crate) fn is_html_page(&self) -> bool {
        self.0.response.is_html_page
    }

    /// Prefixes the message with what the error means for the caller. Code and URL are unchanged.
    pub(crate) fn meaning(mut self, kind: ErrorKind, what: impl Into<String>) -> Error {
        self.0.kind = kind;
        self.0.what = format!("{}: {}", what.into(), self.0.what);
        self
    }

    pub(crate) fn during_sign_in(mut self) -> Error {
        self.0.is_sign_in = true;
        self
    }

    /// The kind of the error.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The HTTP status of the response.
    pub fn status(&self) -> Option<u16> {
        self.0.response.status
    }

    /// Tableau's error code of six digits, such as `"401001"`. The first three are an HTTP status,
    /// which can differ from the status of the response.
    pub fn code(&self) -> Option<&str> {
        self.0.response.code.as_deref()
    }

    /// Tableau's summary, such as `"Signin Error"`.
    pub fn summary(&self) -> Option<&str> {
        self.0.response.summary.as_deref()
    }

    /// Tableau's detail, which is a sentence.
    pub fn detail(&self) -> Option<&str> {
        self.0.response.detail.as_deref()
    }

    /// The warnings that Tableau returned with the error. If a request for several items fails for
    /// some of them, the response contains an error and a warning for each of these items; the
    /// other items were changed.
    pub fn warnings(&self) -> &[ErrorWarning] {
        &self.0.response.warnings
    }

    /// The URL of the request.
    pub fn url(&self) -> Option<&str> {
        self.0.response.url.as_deref()
    }

    /// The server's id of the request (`X-Tableau-Request-Id` or similar), for Tableau's support.
    pub fn request_id(&self) -> Option<&str> {
        self.0.response.request_id.as_deref()
    }

    /// How long the server asks to wait before the next attempt (`Retry-After`, in seconds or as a
    /// date).
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.response.retry_after
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_pointer_sized_and_thread_safe() {
        fn check<T: Send + Sync + 'static>() {}
        check::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
    }

    #[test]
    fn debug_output_contains_all_causes() {
        let error = Error::io("reading a.pem", std::io::Error::other("torn"))
            .doing("first")
            .doing("second");
        assert_eq!(error.to_string(), "first: reading a.pem");
        assert_eq!(format!("{error:?}"), "Io: first: reading a.pem: torn");
    }

    #[test]
    fn message_is_one_line_without_control_characters() {
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
    fn only_lost_connections_are_retryable_io_errors() {
        let cause = || std::io::Error::other("x");
        let (file, connection) = (Error::io("x", cause()), Error::connection_lost("x", cause()));
        assert_eq!((file.kind(), file.is_retryable()), (ErrorKind::Io, false));
        assert_eq!(
            (connection.kind(), connection.is_retryable()),
            (ErrorKind::ConnectionLost, true)
        );
    }
}
