//! The predicates of [`Error`], which decide by Tableau's error code.
//!
//! The first three digits of a code are a status, which can differ from the status of the response,
//! and some codes mean something else than that status. A response without a code is classified by
//! its status.

use super::{Error, ErrorKind};

/// The meaning of an error response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    NotFound,
    PermissionDenied,
    Conflict,
    Throttled,
    Other,
}

/// The item does not exist, although the code does not begin with 404: a data alert, a column, a group
/// set and a Bridge client.
const NOT_FOUND: &[&str] = &["409023", "409066", "409120", "503001"];

/// The user lacks a permission, although the code does not begin with 403.
const PERMISSION_DENIED: &[&str] = &[
    "400151", "409025", "409027", "409028", "409029", "409030", "409032", "409038", "409042",
    "409051", "409058", "409064", "409067", "409078", "409082", "409087", "409096", "409107",
    "409113",
];

/// The request conflicts with an identity pool, although the status is that of throttling.
const CONFLICT: &[&str] = &["429001", "429002", "429003"];

/// Codes that servers send with different meanings, which the status tells apart: an invalid parameter
/// and an internal error.
const BY_STATUS: &[&str] = &["409004", "500000"];

/// A value is missing, although the code begins with 403.
const MISSING_VALUE: &str = "403165";

impl Meaning {
    fn of_code(code: &str) -> Meaning {
        match code {
            _ if NOT_FOUND.contains(&code) => Meaning::NotFound,
            _ if PERMISSION_DENIED.contains(&code) => Meaning::PermissionDenied,
            _ if CONFLICT.contains(&code) => Meaning::Conflict,
            "429000" => Meaning::Throttled,
            MISSING_VALUE => Meaning::Other,
            _ => match &code[..3] {
                "403" => Meaning::PermissionDenied,
                "404" => Meaning::NotFound,
                "409" => Meaning::Conflict,
                _ => Meaning::Other,
            },
        }
    }

    fn of_status(status: Option<u16>) -> Meaning {
        match status {
            Some(403) => Meaning::PermissionDenied,
            Some(404) => Meaning::NotFound,
            Some(409) => Meaning::Conflict,
            Some(429) => Meaning::Throttled,
            _ => Meaning::Other,
        }
    }
}

/// Whether this is a Tableau error code, such as `404006`. Some servers send other strings.
pub(crate) fn is_code(code: &str) -> bool {
    code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit())
}

impl Error {
    fn response_meaning(&self) -> Meaning {
        let code = self.code().filter(|code| is_code(code) && !BY_STATUS.contains(code));
        code.map_or_else(|| Meaning::of_status(self.status()), Meaning::of_code)
    }

    /// Whether the server refused the credentials: a wrong or expired password, personal access token
    /// or JSON Web Token, or a site that the user does not belong to (`401001`, or any status 401 in
    /// response to a sign-in).
    pub fn is_sign_in_failed(&self) -> bool {
        self.code() == Some("401001") || (self.0.is_sign_in && self.status() == Some(401))
    }

    /// Whether the session is no longer valid: expired, signed out, or ended by another sign-in with
    /// the same personal access token (`401002`).
    ///
    /// If the session was signed in with a JSON Web Token, `401002` can also mean that the token lacks
    /// a scope. The message then names the scope that the operation needs.
    pub fn is_session_expired(&self) -> bool {
        self.code() == Some("401002") && !self.0.is_sign_in
    }

    /// Whether the item does not exist or this user cannot see it. Tableau's code decides, or the status
    /// if there is no code.
    pub fn is_not_found(&self) -> bool {
        self.kind() == ErrorKind::NotFound || self.response_meaning() == Meaning::NotFound
    }

    /// Whether the request conflicts with what is on the server, such as a name that is taken. Tableau's
    /// code decides, or the status if there is no code.
    pub fn is_conflict(&self) -> bool {
        self.response_meaning() == Meaning::Conflict
    }

    /// Whether this user may not do it. Tableau's code decides, or the status if there is no code.
    pub fn is_permission_denied(&self) -> bool {
        self.response_meaning() == Meaning::PermissionDenied
    }

    /// Whether the server received too many requests and did not carry out this one: the code 429000,
    /// or the status 429 if there is no code. [`retry_after`](Error::retry_after) says when to try
    /// again, if the server does.
    pub fn is_throttled(&self) -> bool {
        self.response_meaning() == Meaning::Throttled
    }

    /// Whether a timeout or deadline has passed.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// Whether the same request may succeed later: the server could not be reached, did not respond,
    /// was too busy ([throttling](Error::is_throttled)), or a gateway failed (502, 503, 504), or the connection broke.
    ///
    /// The request may have been carried out nevertheless: sending a `POST` again can carry it out
    /// twice.
    pub fn is_retryable(&self) -> bool {
        use ErrorKind::{Connect, ConnectionLost, Timeout};
        matches!(self.kind(), Connect | Timeout | ConnectionLost)
            || self.is_throttled()
            || matches!(self.status(), Some(502..=504))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorResponse;

    fn error(status: u16, code: Option<&str>) -> Error {
        Error::new(ErrorKind::Api, "refused").with_response(ErrorResponse {
            status: Some(status),
            code: code.map(str::to_owned),
            ..ErrorResponse::default()
        })
    }

    fn api(status: u16, code: &str) -> Error {
        error(status, Some(code))
    }

    /// The meaning by the public predicates, of which at most one is true.
    fn meaning(error: &Error) -> Meaning {
        let found = [
            (error.is_not_found(), Meaning::NotFound),
            (error.is_permission_denied(), Meaning::PermissionDenied),
            (error.is_conflict(), Meaning::Conflict),
            (error.is_throttled(), Meaning::Throttled),
        ];
        let mut found =
            found.into_iter().filter(|(is_true, _)| *is_true).map(|(_, meaning)| meaning);
        let first = found.next().unwrap_or(Meaning::Other);
        assert_eq!(found.next(), None, "{error:?}");
        first
    }

    /// All documented codes, by what they mean.
    const DOCUMENTED: &[(Meaning, &str)] = &[
        (Meaning::NotFound, "404000-404047 404050-404051 404057 409023 409066 409120 503001"),
        (
            Meaning::PermissionDenied,
            "400151 403000-403081 403091-403157 403162 403164 403182 403188-403189 403193-403194 \
             409025 409027-409030 409032 409038 409042 409051 409058 409064 409067 409078 409082 \
             409087 409096 409107 409113",
        ),
        (
            Meaning::Conflict,
            "409000-409003 409005-409022 409024 409026 409031 409033-409037 409039-409041 \
             409043-409050 409052-409057 409059-409063 409065 409068-409077 409079-409081 \
             409083-409086 409088 409090-409095 409097 409100-409105 409109-409112 409114-409116 \
             409121 429001-429003",
        ),
        (Meaning::Throttled, "429000"),
        (
            Meaning::Other,
            "400000-400128 400130-400150 400152-400159 400161 400173 400189 400191 400194 \
             400217-400218 400802 400929 400984 401000-401003 403165 405000 406000 413000 \
             500001-500003 500109-500110 503003 503900 503902 503904-503905 503907",
        ),
    ];

    #[test]
    fn documented_codes_mean_the_same_with_every_status() {
        let mut count = 0;
        for (expected, ranges) in DOCUMENTED {
            for range in ranges.split_ascii_whitespace() {
                let (first, last) = range.split_once('-').unwrap_or((range, range));
                for code in first.parse().unwrap()..=last.parse::<u32>().unwrap() {
                    count += 1;
                    for status in [200, 400, 401, 403, 404, 409, 429, 500, 503] {
                        let error = api(status, &code.to_string());
                        assert_eq!(meaning(&error), *expected, "{status} {code}");
                        assert_eq!(error.is_sign_in_failed(), code == 401_001, "{status} {code}");
                        assert_eq!(error.is_session_expired(), code == 401_002, "{status} {code}");
                        let is_retryable = status == 503 || code == 429_000;
                        assert_eq!(error.is_retryable(), is_retryable, "{status} {code}");
                    }
                }
            }
        }
        assert_eq!(count, 513);
    }

    #[test]
    fn status_decides_without_a_code_and_for_ambiguous_codes() {
        for code in [None, Some("409004"), Some("500000"), Some("BAD_REQUEST"), Some("429")] {
            for (status, expected) in [
                (400, Meaning::Other),
                (403, Meaning::PermissionDenied),
                (404, Meaning::NotFound),
                (409, Meaning::Conflict),
                (429, Meaning::Throttled),
                (500, Meaning::Other),
            ] {
                assert_eq!(meaning(&error(status, code)), expected, "{status} {code:?}");
            }
        }
    }

    #[test]
    fn classifies_unknown_codes_by_their_first_digits() {
        for (code, expected) in [
            ("403999", Meaning::PermissionDenied),
            ("404999", Meaning::NotFound),
            ("409999", Meaning::Conflict),
            ("429004", Meaning::Other),
            ("429999", Meaning::Other),
            ("999999", Meaning::Other),
        ] {
            assert_eq!(meaning(&api(429, code)), expected, "{code}");
        }
    }

    #[test]
    fn conflicts_with_the_status_of_throttling_are_not_retryable() {
        for code in ["429001", "429002", "429003", "429004"] {
            assert!(!api(429, code).is_retryable(), "{code}");
        }
        assert!(api(429, "429000").is_retryable());
        assert!(error(429, None).is_retryable());
    }

    #[test]
    fn sign_in_errors_depend_on_the_request() {
        assert!(!api(401, "401002").is_sign_in_failed());
        assert!(api(401, "401002").during_sign_in().is_sign_in_failed());
        assert!(!api(401, "401002").during_sign_in().is_session_expired());
        assert!(api(503, "503000").is_retryable());
        assert!(!api(500, "500000").is_retryable());
    }
}
