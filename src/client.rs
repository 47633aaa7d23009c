//! [`Client`], which sends the requests of resources.

use std::sync::Arc;
use std::time::Duration;

use log::warn;

use crate::cancel::{self, CancellationToken};
use crate::http::{Accepts, Origin, Request, Success, Transport};
use crate::ids::{SiteId, UserId};
use crate::operation::{Call, Operation, PathSegment};
use crate::redact::Redactor;
use crate::text::one_line;
use crate::version::ApiVersion;
use crate::xml::{Changes, Element, FromXml, Node, ToXml};
use crate::{Error, Result};

mod authenticator;
mod send;
pub(crate) use authenticator::{Authenticator, Renewal, Token};

/// Sends requests as a user who is signed in to a site. Has no lifetime, so that threads can share
/// it.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) transport: Arc<Transport>,
    pub(crate) version: ApiVersion,
    pub(crate) site_id: SiteId,
    pub(crate) site_url: String,
    pub(crate) user_id: UserId,
    auth: Arc<dyn Authenticator>,
    /// The origin that the token belongs to, if that is another server. Nothing is sent then.
    foreign_origin: Option<Origin>,
    /// Cancels calls.
    cancellation: Option<CancellationToken>,
    /// Cancels renewal. Differs from `cancellation` only for prefetched pages, which must not
    /// interrupt a renewal.
    session_cancellation: Option<CancellationToken>,
}

/// The site and user of a session.
pub(crate) struct Site {
    pub(crate) id: SiteId,
    pub(crate) url: String,
    pub(crate) user_id: UserId,
}

impl Client {
    pub(crate) fn new(
        transport: Arc<Transport>,
        version: ApiVersion,
        site: Site,
        auth: Arc<dyn Authenticator>,
    ) -> Client {
        Client {
            transport,
            version,
            site_id: site.id,
            site_url: site.url,
            user_id: site.user_id,
            auth,
            foreign_origin: None,
            cancellation: None,
            session_cancellation: None,
        }
    }

    /// A client that refuses to send, because its token belongs to a server at another origin.
    pub(crate) fn for_foreign_origin(self, origin: Origin) -> Client {
        Client { foreign_origin: Some(origin), ..self }
    }

    /// The same client with another authenticator.
    pub(crate) fn with_auth(&self, auth: Arc<dyn Authenticator>) -> Client {
        let cancellation = self.session_cancellation.clone();
        Client { auth, cancellation, ..self.clone() }
    }

    /// The same client, whose calls and renewal the token cancels.
    pub(crate) fn with_cancellation(&self, cancellation: &CancellationToken) -> Client {
        let cancellation = Some(cancellation.clone());
        Client { session_cancellation: cancellation.clone(), cancellation, ..self.clone() }
    }

    /// The same client for part of a call, cancelled by a child of the call's token. Renewal is not
    /// affected.
    pub(crate) fn with_call_cancellation(&self, cancellation: &CancellationToken) -> Client {
        Client { cancellation: Some(cancellation.clone()), ..self.clone() }
    }

    /// Cancels calls.
    pub(crate) fn cancellation(&self) -> Option<&CancellationToken> {
        self.cancellation.as_ref()
    }

    /// Cancels renewal.
    pub(crate) fn session_cancellation(&self) -> Option<&CancellationToken> {
        self.session_cancellation.as_ref()
    }

    /// The token in use.
    pub(crate) fn token(&self) -> Arc<Token> {
        self.auth.token()
    }

    /// The secrets to redact in messages.
    pub(crate) fn redactor(&self) -> Redactor {
        self.token().redactor.clone()
    }

    /// The whole URL of a path, for messages.
    pub(crate) fn address(&self, path: &str) -> String {
        let address = format!("{}{path}", self.transport.base());
        self.token().redactor.redact(&address).into_owned()
    }

    /// Redacts secrets in an error that quotes names or ids from the server.
    pub(crate) fn redact(&self, error: Error) -> Error {
        error.redacted(&self.token().redactor)
    }

    /// Shortens and redacts a name from the server for a log line.
    pub(crate) fn shown(&self, text: &str) -> String {
        one_line(&self.token().redactor.redact_start(text, false, 200)).into_owned()
    }

    /// Formats a site's content URL for a message.
    pub(crate) fn shown_site(&self, content_url: &str) -> String {
        match content_url {
            "" => "the default site".to_owned(),
            _ => format!("the site {:?}", self.shown(content_url)),
        }
    }

    /// Sleeps. Fails if the calls are cancelled before the time is over.
    pub(crate) fn sleep(&self, time: Duration) -> Result<()> {
        cancel::sleep(self.cancellation.as_ref(), time)
    }

    pub(crate) fn has(&self, needed: ApiVersion, what: impl FnOnce() -> String) -> Result<()> {
        if needed <= self.version {
            return Ok(());
        }
        Err(self.version.too_old(needed, &what()))
    }

    /// Creates a request for an operation on the session's site, with `ids` for the placeholders of
    /// its path.
    pub(crate) fn call(&self, operation: &'static Operation, ids: &[&dyn PathSegment]) -> Call {
        operation.call(self.version, Some(&self.site_id), ids)
    }

    /// Creates a request for an operation.
    pub(crate) fn request<'b>(
        &self,
        operation: &'static Operation,
        ids: &[&dyn PathSegment],
    ) -> Request<'b> {
        Request::of(&self.call(operation, ids))
    }

    /// Returns one item.
    pub(crate) fn get<T: Element + FromXml>(
        &self,
        operation: &'static Operation,
        ids: &[&dyn PathSegment],
    ) -> Result<T> {
        self.read(self.request(operation, ids), T::TAG)
    }

    /// Sends an element and returns the item in the response.
    pub(crate) fn create<T: Element + FromXml>(
        &self,
        operation: &'static Operation,
        ids: &[&dyn PathSegment],
        new: &dyn ToXml,
    ) -> Result<T> {
        self.read(self.request(operation, ids).element(new)?, T::TAG)
    }

    /// Sends changes and returns the changed item in the response.
    pub(crate) fn update<C: Changes>(
        &self,
        operation: &'static Operation,
        ids: &[&dyn PathSegment],
        changes: &C,
    ) -> Result<C::Of> {
        self.change(self.request(operation, ids), changes)
    }

    /// Sends an operation whose response has no content.
    pub(crate) fn send(
        &self,
        operation: &'static Operation,
        ids: &[&dyn PathSegment],
    ) -> Result<()> {
        self.done(self.request(operation, ids))
    }

    /// Returns an error if a part of a request needs a newer API version than the session's.
    pub(crate) fn needs(&self, since: (u16, u16), what: impl FnOnce() -> String) -> Result<()> {
        self.has(ApiVersion::new(since.0, since.1), what)
    }

    /// Sends a request whose response has no content.
    pub(crate) fn done(&self, request: Request<'_>) -> Result<()> {
        self.ask(request, Success::ignore)
    }

    /// Sends a request and reads the element `tag` of the response.
    pub(crate) fn read<T: FromXml>(&self, request: Request<'_>, tag: &str) -> Result<T> {
        self.xml(request, |root| T::from_xml(root.need(tag)?))
    }

    /// Sends changes and returns the changed item in the response.
    pub(crate) fn change<C: Changes>(&self, request: Request<'_>, changes: &C) -> Result<C::Of> {
        self.change_read(request, changes, |root| C::Of::from_xml(root.need(C::TAG)?))
    }

    /// Same as [`change`](Client::change), with a function that finds the item in the response. Logs
    /// a warning if the item differs from what was requested: the server ignores some changes without
    /// an error.
    pub(crate) fn change_read<C: Changes>(
        &self,
        request: Request<'_>,
        changes: &C,
        read: impl Fn(Node<'_>) -> Result<C::Of>,
    ) -> Result<C::Of> {
        // A query parameter can also be a change.
        if changes.is_empty() && !request.has_query() {
            return Err(nothing_set(C::TAG));
        }
        let request = request.element(changes)?;
        let path = request.path().to_owned();
        let response = self.xml(request, read)?;
        self.compare(&path, changes, &response);
        Ok(response)
    }

    /// Logs which attributes in the response differ from what was requested.
    pub(crate) fn compare<C: Changes>(&self, path: &str, changes: &C, response: &C::Of) {
        let ignored = changes.ignored(response);
        if !ignored.is_empty() {
            warn!(
                target: "tableau_server_client::update",
                "PUT {}: the {} in the response differs from the request: {}",
                self.address(path),
                C::TAG,
                ignored.join(", ")
            );
        }
    }

    /// Sends a request and reads the response from its root element.
    pub(crate) fn xml<T>(
        &self,
        request: Request<'_>,
        read: impl Fn(Node<'_>) -> Result<T>,
    ) -> Result<T> {
        let mut value = None;
        self.ask_and(request, &mut |response| {
            response.decode(Accepts::Response, &mut |root| {
                value = Some(read(root)?);
                Ok(())
            })
        })?;
        Ok(value.expect("the closure was called, because the request succeeded"))
    }

    /// Sends a request and reads a list that has no pages.
    pub(crate) fn read_all<T: FromXml>(
        &self,
        request: Request<'_>,
        wrap: &str,
        item: &str,
    ) -> Result<Vec<T>> {
        self.xml(request, |root| {
            root.need(wrap)?;
            let items = root.items(wrap, item, Node::LONGEST)?;
            items.into_iter().map(T::from_xml).collect()
        })
    }

    /// Sends a request and reads the element `tag` of the response, if there is one.
    pub(crate) fn read_any<T: FromXml>(
        &self,
        request: Request<'_>,
        tag: &str,
    ) -> Result<Option<T>> {
        let read = |root: Node<'_>| root.find(tag).map(T::from_xml).transpose();
        self.ask(request, |response| response.xml_if_any(read)).map(Option::flatten)
    }
}

/// The error for an update that sets nothing, which is not sent.
pub(crate) fn nothing_set(tag: &str) -> Error {
    Error::input(format!("the update of the {tag} sets nothing, so nothing was sent: set a field"))
}
