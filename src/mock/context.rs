//! [`Context`]: a request as its handler sees it.

use jiff::Timestamp;

use super::api_error::ApiError;
use super::body;
use super::element::{Element, flag};
use super::request::Request;
use super::role::Role;
use super::version::Version;

/// The signed-in user who sent a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Caller {
    pub(super) token: String,
    pub(super) site: u16,
    pub(super) user: String,
    pub(super) role: Role,
}

/// A request, with everything that its handler needs to know about it.
pub(super) struct Context<'a> {
    pub(super) request: &'a Request,
    pub(super) version: Version,
    /// The first path segment below the site: `workbooks`.
    pub(super) segment: String,
    /// The values of the route's placeholders, decoded, without the site.
    pub(super) params: Vec<String>,
    /// `None` only for routes that need no session.
    pub(super) caller: Option<Caller>,
    /// The server's own address: `http://127.0.0.1:40123`.
    pub(super) base: &'a str,
    /// The time on the server's clock.
    pub(super) now: Timestamp,
    /// Whether lists accept `fields=_all_`.
    pub(super) all_fields: bool,
}

impl Context<'_> {
    pub(super) fn caller(&self) -> Result<&Caller, ApiError> {
        self.caller.as_ref().ok_or_else(ApiError::not_signed_in)
    }

    /// The id of the user who sent the request.
    pub(super) fn user(&self) -> &str {
        self.caller.as_ref().map_or("", |caller| &caller.user)
    }

    /// Rejects callers with a lower role.
    pub(super) fn require(&self, role: Role) -> Result<(), ApiError> {
        if self.caller()?.role < role {
            let detail = "The user does not have permission for this operation.";
            return Err(ApiError::forbidden("403004", detail));
        }
        Ok(())
    }

    /// Rejects callers who are neither the owner nor an administrator of the site.
    pub(super) fn require_owner(&self, owner: &str) -> Result<(), ApiError> {
        if owner == self.user() { Ok(()) } else { self.require(Role::SiteAdmin) }
    }

    pub(super) fn param(&self, index: usize) -> &str {
        self.params.get(index).map_or("", String::as_str)
    }

    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.request.query_value(name)
    }

    /// A boolean query parameter; `false` if absent.
    pub(super) fn flag(&self, name: &str) -> Result<bool, ApiError> {
        self.query(name).map_or(Ok(false), |value| flag(name, value))
    }

    /// The request's body, which is required.
    pub(super) fn body(&self) -> Result<Element, ApiError> {
        body::read(self.request.header("content-type"), &self.request.body)
    }

    /// The child of the body with that name, which is required.
    pub(super) fn body_child(&self, name: &str) -> Result<Element, ApiError> {
        Ok(self.body()?.need_child(name)?.clone())
    }

    /// The request's body, or an empty element without one.
    pub(super) fn body_or_empty(&self) -> Result<Element, ApiError> {
        if self.request.body.is_empty() { Ok(Element::default()) } else { self.body() }
    }
}
