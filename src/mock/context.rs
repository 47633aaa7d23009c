//! [`Context`]: a request as its handler sees it.

use super::api_error::ApiError;
use super::body::Doc;
use super::request::Request;
use super::role::Role;
use super::version::Version;

/// Whose session a request is made in.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) token: String,
    pub(super) site: u16,
    pub(super) user: String,
    pub(super) role: Role,
}

/// A request on its way to its handler.
pub(super) struct Context<'a> {
    pub(super) request: &'a Request,
    pub(super) version: Version,
    /// The segment of the route that names a kind of thing: `workbooks`.
    pub(super) at: &'static str,
    /// What the route's placeholders stand for, decoded; the site is not among them.
    pub(super) params: Vec<String>,
    /// `None` only for the routes that need no session.
    pub(super) caller: Option<Caller>,
    /// The server's own address: `http://127.0.0.1:40123`.
    pub(super) base: &'a str,
}

impl Context<'_> {
    pub(super) fn caller(&self) -> Result<&Caller, ApiError> {
        self.caller.as_ref().ok_or_else(ApiError::not_signed_in)
    }

    pub(super) fn user(&self) -> &str {
        self.caller.as_ref().map_or("", |caller| &caller.user)
    }

    /// Refuses callers whose role on the site is below that.
    pub(super) fn require(&self, role: Role) -> Result<(), ApiError> {
        if self.caller()?.role < role {
            let detail = "The user has no permission for this operation.";
            return Err(ApiError::forbidden("403004", detail));
        }
        Ok(())
    }

    pub(super) fn param(&self, at: usize) -> &str {
        self.params.get(at).map_or("", String::as_str)
    }

    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.request.query_value(name)
    }

    /// A query parameter that is true or false; absent is false.
    pub(super) fn asks(&self, name: &str) -> Result<bool, ApiError> {
        match self.query(name) {
            None => Ok(false),
            Some(value) => super::body::flag(name, value),
        }
    }

    /// The body, which has to be there.
    pub(super) fn doc(&self) -> Result<Doc, ApiError> {
        Doc::read(self.request.header("content-type"), &self.request.body)
    }

    /// The body, or an empty request where there is none.
    pub(super) fn doc_or_empty(&self) -> Result<Doc, ApiError> {
        if self.request.body.is_empty() { Ok(Doc::default()) } else { self.doc() }
    }
}
