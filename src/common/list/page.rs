//! Requests for pages, and the pages that they return.

use std::vec;

use super::super::query::{Expression, fields_of};
use crate::client::Client;
use crate::http::{Request, XmlResponse};
use crate::operation::Call;
use crate::xml::{Listed, Node, NodeId, Unreadable};
use crate::{ApiVersion, Error, Result};

/// The request for a page of a list, without the page number. Not generic, so that it is compiled
/// once.
#[derive(Clone)]
pub(super) struct PageRequest {
    pub(super) call: Call,
    pub(super) kind: ItemKind,
    pub(super) filters: Vec<Expression>,
    pub(super) sorts: Vec<Expression>,
    pub(super) fields: Vec<String>,
    pub(super) size: u32,
    pub(super) on_unreadable: OnUnreadable,
    /// Further query parameters.
    pub(super) with: Vec<(&'static str, &'static str)>,
    /// Whether the operation has pages.
    pub(super) paged: bool,
}

/// The constants of [`Listed`] for one kind of items.
#[derive(Clone, Copy)]
pub(super) struct ItemKind {
    wrap: &'static str,
    item: &'static str,
    inside: Option<&'static str>,
    always: &'static [&'static str],
    fields_of: &'static str,
    broken_filters: &'static [(&'static str, ApiVersion, ApiVersion)],
}

impl ItemKind {
    fn of<T: Listed>() -> ItemKind {
        ItemKind {
            wrap: T::WRAP,
            item: T::ITEM,
            inside: T::INSIDE,
            always: T::ALWAYS,
            fields_of: T::FIELDS_OF,
            broken_filters: T::BROKEN_FILTERS,
        }
    }

    /// The element that has the fields of an item.
    fn fields_in(self, item: Node<'_>) -> Result<Node<'_>> {
        self.inside.map_or(Ok(item), |inside| item.need(inside))
    }
}

/// One page of a [`List`](super::List).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Page<T> {
    /// The page's items, in order.
    pub items: Vec<T>,
    /// The page's number, from 1.
    pub number: u32,
    /// The maximum number of items per page according to the server.
    pub size: u32,
    /// The number of items on all pages.
    pub total: u64,
    unreadable: Unreadable,
}

impl<T> Page<T> {
    /// Returns the values of this page that could not be read, including the ids of items that were
    /// left out. Fields with such a value are `None` or have their default.
    pub fn unreadable(&self) -> &Unreadable {
        &self.unreadable
    }
}

/// What happens to an item with a value that cannot be read, such as an invalid date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnUnreadable {
    /// The item is returned with `None` or the default in place of the value, and the value is
    /// [reported](crate::common::Items::unreadable). The default.
    #[default]
    Report,
    /// An error ([`ErrorKind::Decode`](crate::ErrorKind::Decode)) is returned in place of the item.
    /// Iteration continues with the next item.
    Fail,
}

/// A page whose items are read one by one, so that the memory of an item can be reused for the next
/// one. Not generic, so that it is compiled once.
pub(super) struct FetchedPage {
    response: XmlResponse,
    kind: ItemKind,
    on_unreadable: OnUnreadable,
    /// The items that were not read yet.
    rest: vec::IntoIter<NodeId>,
    pub(super) number: u32,
    pub(super) size: u32,
    pub(super) total: u64,
    /// The ids of the items, if there are more pages to compare them with.
    pub(super) ids: Vec<Box<str>>,
}

impl FetchedPage {
    /// The number of items that were not read yet.
    pub(super) fn count(&self) -> usize {
        self.rest.len()
    }

    /// Reads the next item, and adds what cannot be read to `unreadable`.
    pub(super) fn next<T: Listed>(&mut self, unreadable: &mut Unreadable) -> Option<Result<T>> {
        let node = self.response.at(self.rest.next()?);
        let before = node.reports().count();
        let item = self.kind.fields_in(node).and_then(T::from_xml);
        if item.is_ok() && node.reports().count() == before {
            return Some(item);
        }
        let error = item.as_ref().err();
        Some(match self.report(node, before, error, unreadable) {
            Some(error) => Err(self.response.explain(error)),
            None => item.map_err(|error| self.response.explain(error)),
        })
    }

    /// Reports an item whose reports start at number `before`. Returns an error if it has a report and
    /// `OnUnreadable::Fail` is set.
    #[cold]
    fn report(
        &self,
        node: Node<'_>,
        before: u64,
        error: Option<&Error>,
        unreadable: &mut Unreadable,
    ) -> Option<Error> {
        let reports = node.reports();
        if let Some(error) = error {
            node.report_item(error);
        }
        reports.set_item(before, self.kind.item, node.attribute("id"));
        let new = reports.since(before);
        unreadable.add(&new);
        if self.on_unreadable == OnUnreadable::Report || error.is_some() {
            return None;
        }
        let first = new.reports.first();
        let what = first.map_or_else(|| "a value cannot be read".to_owned(), |r| r.to_string());
        Some(Error::decode(what))
    }

    /// Returns the page without the items that could not be read, or the first error.
    pub(super) fn into_page<T: Listed>(mut self) -> Result<Page<T>> {
        let mut unreadable = Unreadable::default();
        let mut items = Vec::with_capacity(self.count());
        while let Some(item) = self.next(&mut unreadable) {
            match item {
                Err(error) if self.on_unreadable == OnUnreadable::Fail => return Err(error),
                item => items.extend(item),
            }
        }
        let FetchedPage { number, size, total, .. } = self;
        Ok(Page { items, number, size, total, unreadable })
    }
}

impl Drop for FetchedPage {
    fn drop(&mut self) {
        self.response.log_unreadable();
    }
}

impl PageRequest {
    pub(super) fn new<T: Listed>(call: Call) -> PageRequest {
        let (filters, sorts, fields, with) = Default::default();
        let (kind, on_unreadable) = (ItemKind::of::<T>(), OnUnreadable::default());
        PageRequest {
            call,
            kind,
            filters,
            sorts,
            fields,
            size: 1000,
            with,
            on_unreadable,
            paged: true,
        }
    }

    /// The path of the list, for messages.
    pub(super) fn path(&self) -> &str {
        self.call.path.as_deref().unwrap_or(self.call.operation.path)
    }

    pub(super) fn check(&self) -> Result<()> {
        match self.size {
            1..=1000 => Ok(()),
            size => {
                Err(Error::input(format!("invalid page size {size}: must be between 1 and 1000")))
            }
        }
    }

    pub(super) fn fetch(&self, client: &Client, number: u32) -> Result<FetchedPage> {
        let request = self.request(number, client.version)?;
        client.ask(request, |response| {
            let response = response.whole_xml()?;
            let parts = self.read(response.root(), number);
            let Parts { items, number, size, total, ids } =
                parts.map_err(|error| response.explain(error))?;
            let (kind, on_unreadable) = (self.kind, self.on_unreadable);
            let rest = items.into_iter();
            Ok(FetchedPage { response, kind, on_unreadable, rest, number, size, total, ids })
        })
    }

    /// Returns an error if the server does not support the filter in combination with the other
    /// filters.
    pub(super) fn check_filter<'f>(
        &self,
        filter: &'f Expression,
        fields: &mut Vec<&'f str>,
        version: ApiVersion,
    ) -> Result<()> {
        const COMPARE: &str = "compare the items in the program, with `Iterator::filter`";
        for field in fields_of(filter.text()?) {
            let broken =
                self.kind.broken_filters.iter().find(|(name, first, last)| {
                    *name == field && (*first..=*last).contains(&version)
                });
            if let Some((_, first, last)) = broken {
                return Err(Error::input(format!(
                    "servers with the API versions {first} to {last} do not filter {} by `{field}`, \
                     and this server has {version}: {COMPARE}",
                    self.kind.wrap
                )));
            }
            if fields.contains(&field) {
                return Err(Error::input(format!(
                    "several filters are on `{field}`, and the server would use only the last one: \
                     filter by one of them, and {COMPARE}"
                )));
            }
            fields.push(field);
        }
        Ok(())
    }

    fn request(&self, number: u32, version: ApiVersion) -> Result<Request<'static>> {
        let request = self.query(number, version);
        request.map_err(|error| error.doing(format!("listing {}", self.path())))
    }

    fn query(&self, number: u32, version: ApiVersion) -> Result<Request<'static>> {
        self.check()?;
        if number == 0 {
            return Err(Error::input("invalid page number 0: pages are numbered from 1"));
        }
        let mut request = Request::of(&self.call);
        for (name, value) in &self.with {
            request = request.query(*name, *value);
        }
        // A server without support for filters would ignore it and return all items.
        if !self.filters.is_empty() {
            let mut fields = Vec::new();
            for filter in &self.filters {
                self.check_filter(filter, &mut fields, version)?;
            }
            let texts: Vec<&str> =
                self.filters.iter().map(Expression::text).collect::<Result<_>>()?;
            request = request.query("filter", texts.join(",")).since(2, 3);
        }
        if !self.sorts.is_empty() {
            let texts: Vec<&str> =
                self.sorts.iter().map(Expression::text).collect::<Result<_>>()?;
            request = request.query("sort", texts.join(",")).since(2, 3);
        }
        if !self.fields.is_empty() {
            let fields = all_fields(&self.fields, self.kind.always, self.kind.fields_of).join(",");
            request = request.query("fields", fields).since(2, 5);
        }
        if !self.paged {
            return Ok(request);
        }
        let size = self.size.to_string();
        Ok(request.query("pageNumber", number.to_string()).query("pageSize", size))
    }

    /// Reads a page except its items.
    fn read(&self, root: Node<'_>, number: u32) -> Result<Parts> {
        let ItemKind { wrap, item, .. } = self.kind;
        // The reference shows it inside the list for databases. Without it, the list would end after
        // the first page.
        let inside = || root.find(wrap)?.find("pagination");
        let pagination = root.find("pagination").or_else(inside);
        if pagination.is_none() {
            // For lists without pages: a response without the wrapper is not a list.
            root.need(wrap)?;
        }
        let most = if pagination.is_some() { LONGEST_PAGE } else { Node::LONGEST };
        // Lists of metrics have no wrapper.
        let nodes = root.find(wrap).unwrap_or(root).children_with(item, most)?;
        let counted = nodes.len() as u64;
        let number = pagination.map_or(Ok(number), |p| p.attr("pageNumber"))?;
        let size = pagination.map_or(Ok(self.size), |p| p.attr("pageSize"))?;
        let total = pagination.map_or(Ok(counted), |p| p.attr("totalAvailable"))?;
        let ids = if total > counted { ids(&nodes) } else { Vec::new() };
        let items = nodes.into_iter().map(Node::position).collect();
        Ok(Parts { items, number, size, total, ids })
    }
}

/// The parts of a page.
struct Parts {
    items: Vec<NodeId>,
    number: u32,
    size: u32,
    total: u64,
    ids: Vec<Box<str>>,
}

fn ids(nodes: &[Node<'_>]) -> Vec<Box<str>> {
    let mut ids = Vec::with_capacity(nodes.len());
    ids.extend(nodes.iter().filter_map(|node| node.attribute("id").map(Box::from)));
    ids
}

/// The fields that every item has, unless the caller's fields include them, and the caller's fields.
/// `workbook.id` is the `id` of a workbook.
fn all_fields<'f>(requested: &'f [String], always: &[&'f str], prefix: &str) -> Vec<&'f str> {
    let is_set = |field: &String| matches!(field.as_str(), "_all_" | "_default_");
    let is_requested = |name: &str| {
        requested.iter().any(|field| match field.split_once('.') {
            Some((kind, own)) if kind == prefix => own == name,
            _ => field == name,
        })
    };
    let mut fields = Vec::new();
    if !requested.iter().any(is_set) {
        fields.extend(always.iter().filter(|field| !is_requested(field)));
    }
    fields.extend(requested.iter().map(String::as_str));
    fields
}

/// The maximum number of items that are read from a page: well above the largest page size.
const LONGEST_PAGE: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_id_and_name_to_the_requested_fields_once() {
        let fields = |requested: &[&str]| {
            let requested: Vec<String> = requested.iter().map(|&field| field.to_owned()).collect();
            all_fields(&requested, &["id", "name"], "workbook").join(",")
        };
        assert_eq!(fields(&["size"]), "id,name,size");
        assert_eq!(fields(&["size", "id"]), "name,size,id");
        assert_eq!(fields(&["workbook.id", "workbook.size"]), "name,workbook.id,workbook.size");
        assert_eq!(fields(&["workbook.name", "id"]), "workbook.name,id");
        assert_eq!(fields(&["owner.id", "owner.name"]), "id,name,owner.id,owner.name");
        assert_eq!(fields(&["_default_", "usage"]), "_default_,usage");
        assert_eq!(fields(&["_all_"]), "_all_");
    }
}
