//! Exit codes of command-line programs.

use super::{Error, ErrorKind};

impl Error {
    /// An exit code for command-line programs, so that scripts can distinguish errors. The codes
    /// are stable.
    ///
    /// | code | error |
    /// |---|---|
    /// | 1 | any other error |
    /// | 2 | the program's arguments or settings: [`Config`](ErrorKind::Config), [`Input`](ErrorKind::Input), [`Version`](ErrorKind::Version), [`Ambiguous`](ErrorKind::Ambiguous) |
    /// | 3 | the sign-in was refused, or the session has expired |
    /// | 4 | [not found](Error::is_not_found) |
    /// | 5 | [conflict](Error::is_conflict) |
    /// | 6 | [temporary](Error::is_retryable): no connection, a timeout, too many requests, 502 to 504 |
    /// | 7 | [permission denied](Error::is_permission_denied) |
    /// | 8 | [`Tls`](ErrorKind::Tls), [`Redirect`](ErrorKind::Redirect) |
    /// | 9 | a [job](ErrorKind::Job) failed |
    /// | 10 | a file or stream of the program failed ([`Io`](ErrorKind::Io)) |
    /// | 130 | [`Cancelled`](ErrorKind::Cancelled), as after Ctrl-C |
    ///
    /// If several codes apply, the first in this order is used: 130, the codes of kinds, then 3 to
    /// 7.
    ///
    /// ```no_run
    /// use std::process::ExitCode;
    ///
    /// use tableau_server_client as tsc;
    ///
    /// fn run() -> tsc::Result<()> {
    ///     let server = tsc::Server::new("https://tableau.example.com")?;
    ///     server.sign_in(&*tsc::credentials_from_env()?)?.sign_out()
    /// }
    ///
    /// // The session has signed out when `main` returns, unlike with `std::process::exit`.
    /// fn main() -> ExitCode {
    ///     match run() {
    ///         Ok(()) => ExitCode::SUCCESS,
    ///         Err(error) => {
    ///             eprintln!("{error:?}");
    ///             ExitCode::from(error.exit_code())
    ///         }
    ///     }
    /// }
    /// ```
    pub fn exit_code(&self) -> u8 {
        use ErrorKind::{Ambiguous, Cancelled, Config, Input, Io, Job, Redirect, Tls, Version};
        match self.kind() {
            Cancelled => 130,
            Config | Input | Version | Ambiguous => 2,
            Tls | Redirect => 8,
            Job => 9,
            Io => 10,
            _ if self.is_sign_in_failed() || self.is_session_expired() => 3,
            _ if self.is_not_found() => 4,
            _ if self.is_conflict() => 5,
            _ if self.is_retryable() => 6,
            _ if self.is_permission_denied() => 7,
            _ => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorResponse;

    fn error_with(kind: ErrorKind, status: u16, code: &str) -> Error {
        let code = (!code.is_empty()).then(|| code.to_owned());
        Error::new(kind, "x").with_response(ErrorResponse {
            status: Some(status),
            code,
            ..ErrorResponse::default()
        })
    }

    #[test]
    fn each_error_has_its_exit_code() {
        use ErrorKind::{Api, Http};
        for (kind, code) in [
            (ErrorKind::Config, 2),
            (ErrorKind::Connect, 6),
            (ErrorKind::Tls, 8),
            (ErrorKind::Timeout, 6),
            (ErrorKind::Redirect, 8),
            (ErrorKind::Api, 1),
            (ErrorKind::Http, 1),
            (ErrorKind::Decode, 1),
            (ErrorKind::Version, 2),
            (ErrorKind::Input, 2),
            (ErrorKind::Io, 10),
            (ErrorKind::ConnectionLost, 6),
            (ErrorKind::Job, 9),
            (ErrorKind::Cancelled, 130),
            (ErrorKind::NotFound, 4),
            (ErrorKind::Ambiguous, 2),
            (ErrorKind::Changed, 1),
        ] {
            assert_eq!(Error::new(kind, "x").exit_code(), code, "{kind:?}");
        }
        for (error, code) in [
            (error_with(Api, 401, "401001"), 3),
            (error_with(Api, 401, "401002"), 3),
            (error_with(Http, 401, "").during_sign_in(), 3),
            (error_with(Api, 404, "404006"), 4),
            (error_with(Http, 404, ""), 4),
            (error_with(Api, 409, "409009"), 5),
            (error_with(Api, 403, "403004"), 7),
            (error_with(Http, 403, ""), 7),
            (error_with(Api, 429, "429000"), 6),
            (error_with(Http, 503, ""), 6),
            (error_with(Api, 400, "400003"), 1),
            (error_with(Http, 500, ""), 1),
        ] {
            assert_eq!(error.exit_code(), code, "{error:?} {:?}", error.code());
        }
    }
}
