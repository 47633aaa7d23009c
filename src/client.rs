//! What resources are written with: requests for operations, and readers of their answers.

use log::warn;

use crate::Result;
pub(crate) use crate::core::Core as Client;
use crate::http::{Request, Success};
use crate::operation::{Call, Operation, PathSegment};
use crate::version::ApiVersion;
use crate::xml::{Changes, Element, FromXml, Node, ToXml};

impl Client {
    /// An operation on the session's site. `ids` stand for the placeholders of its path.
    pub(crate) fn call(&self, operation: &'static Operation, ids: &[&dyn PathSegment]) -> Call {
        operation.call(self.version, &self.site_id, ids)
    }

    /// A request for an operation.
    pub(crate) fn request<'b>(
        &self,
        operation: &'static Operation,
        ids: &[&dyn PathSegment],
    ) -> Request<'b> {
        Request::of(&self.call(operation, ids))
    }

    /// Reads one item.
    pub(crate) fn get<T: Element + FromXml>(
        &self,
        operation: &'static Operation,
        ids: &[&dyn PathSegment],
    ) -> Result<T> {
        self.read(self.request(operation, ids), T::TAG)
    }

    /// Sends an element and reads the item that the server answers with.
    pub(crate) fn create<T: Element + FromXml>(
        &self,
        operation: &'static Operation,
        ids: &[&dyn PathSegment],
        new: &impl ToXml,
    ) -> Result<T> {
        self.read(self.request(operation, ids).element(new)?, T::TAG)
    }

    /// Sends changes and reads the item as it is then.
    pub(crate) fn update<C: Changes>(
        &self,
        operation: &'static Operation,
        ids: &[&dyn PathSegment],
        changes: &C,
    ) -> Result<C::Of> {
        self.change(self.request(operation, ids), changes)
    }

    /// Sends an operation whose answer has nothing to read.
    pub(crate) fn send(
        &self,
        operation: &'static Operation,
        ids: &[&dyn PathSegment],
    ) -> Result<()> {
        self.done(self.request(operation, ids))
    }

    /// Refuses a part of a request that the session's version does not have.
    pub(crate) fn needs(&self, since: (u16, u16), what: impl FnOnce() -> String) -> Result<()> {
        self.has(ApiVersion::new(since.0, since.1), what)
    }

    /// Sends a request whose answer says no more than that it is done.
    pub(crate) fn done(&self, request: Request<'_>) -> Result<()> {
        self.ask(request, Success::ignore)
    }

    /// Sends a request and reads the one element that its answer is about.
    pub(crate) fn read<T: FromXml>(&self, request: Request<'_>, tag: &str) -> Result<T> {
        self.xml(request, |root| T::from_xml(root.need(tag)?))
    }

    /// Sends changes and reads what they are about as it is then.
    pub(crate) fn change<C: Changes>(&self, request: Request<'_>, changes: &C) -> Result<C::Of> {
        self.change_read(request, changes, |root| C::Of::from_xml(root.need(C::TAG)?))
    }

    /// As [`change`](Client::change), where the answer has it at a place of its own. What it shows
    /// otherwise than it was asked for is logged: the server ignores some of what it is told, and
    /// says nothing.
    pub(crate) fn change_read<C: Changes>(
        &self,
        request: Request<'_>,
        changes: &C,
        read: impl Fn(Node<'_>) -> Result<C::Of>,
    ) -> Result<C::Of> {
        let request = request.element(changes)?;
        let path = request.path().to_owned();
        let answer = self.xml(request, read)?;
        self.compare(&path, changes, &answer);
        Ok(answer)
    }

    /// Logs what an answer shows otherwise than it was asked for.
    pub(crate) fn compare<C: Changes>(&self, path: &str, changes: &C, answer: &C::Of) {
        let ignored = changes.ignored(answer);
        if !ignored.is_empty() {
            warn!(
                target: "tableau_server_client::update",
                "PUT {}: the {} in the answer has other values than it was given: {}",
                self.address(path),
                C::TAG,
                ignored.join(", ")
            );
        }
    }

    /// Sends a request and reads its answer from the root on.
    pub(crate) fn xml<T>(
        &self,
        request: Request<'_>,
        read: impl Fn(Node<'_>) -> Result<T>,
    ) -> Result<T> {
        self.ask(request, |answer| answer.xml(&read))
    }

    /// Sends a request and reads the list that its answer is, which has no pages.
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

    /// Sends a request and reads the element that its answer is about, if it is about any.
    pub(crate) fn read_any<T: FromXml>(
        &self,
        request: Request<'_>,
        tag: &str,
    ) -> Result<Option<T>> {
        self.ask(request, |answer| {
            answer.xml_if_any(|root| root.find(tag).map(T::from_xml).transpose())
        })
        .map(Option::flatten)
    }
}
