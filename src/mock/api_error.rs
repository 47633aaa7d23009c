//! [`ApiError`]: an error of the REST API.

/// An error response: status, code, summary and detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ApiError {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) summary: &'static str,
    pub(super) detail: String,
}

impl ApiError {
    pub(super) fn new(
        status: u16,
        code: &'static str,
        summary: &'static str,
        detail: impl Into<String>,
    ) -> ApiError {
        ApiError { status, code, summary, detail: detail.into() }
    }

    /// Status 400 with one of its codes.
    pub(super) fn bad(code: &'static str, detail: impl Into<String>) -> ApiError {
        ApiError::new(400, code, "Bad Request", detail)
    }

    pub(super) fn malformed(detail: impl Into<String>) -> ApiError {
        ApiError::bad("400000", detail)
    }

    pub(super) fn forbidden(code: &'static str, detail: impl Into<String>) -> ApiError {
        ApiError::new(403, code, "Forbidden", detail)
    }

    pub(super) fn conflict(code: &'static str, detail: impl Into<String>) -> ApiError {
        ApiError::new(409, code, "Resource Conflict", detail)
    }

    pub(super) fn not_found(code: &'static str, detail: impl Into<String>) -> ApiError {
        ApiError::new(404, code, "Resource Not Found", detail)
    }

    /// Wrong credentials. Tableau does not say which part of them is wrong.
    pub(super) fn sign_in() -> ApiError {
        let detail = "The name, the password, the token or the site is not valid.";
        ApiError::new(401, "401001", "Signin Error", detail)
    }

    /// A missing token, or one that is no longer valid.
    pub(super) fn not_signed_in() -> ApiError {
        let detail = "The authentication token is missing or no longer valid.";
        ApiError::new(401, "401002", "Unauthorized Access", detail)
    }

    /// A path that no route matches.
    pub(super) fn unknown_path(path: &str) -> ApiError {
        ApiError::http(404, format!("The resource '{path}' does not exist."))
    }

    /// An error for a status of HTTP itself.
    pub(super) fn http(status: u16, detail: impl Into<String>) -> ApiError {
        let (code, summary) = match status {
            404 => ("404003", "Resource Not Found"),
            405 => ("405000", "Invalid Request Method"),
            408 => ("408000", "Request Timeout"),
            413 => ("413000", "Request Entity Too Large"),
            415 => ("415000", "Unsupported Media Type"),
            429 => ("429000", "Too Many Requests"),
            431 => ("431000", "Request Header Fields Too Large"),
            500 => ("500000", "Internal Server Error"),
            501 => ("501000", "Not Implemented"),
            502 => ("502000", "Bad Gateway"),
            503 => ("503000", "Service Unavailable"),
            504 => ("504000", "Gateway Timeout"),
            505 => ("505000", "HTTP Version Not Supported"),
            _ => ("400000", "Bad Request"),
        };
        ApiError::new(status, code, summary, detail)
    }
}
