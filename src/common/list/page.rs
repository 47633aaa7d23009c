//! What a page is asked with, and what it answers.

use super::super::query::{Filter, Sort};
use super::Listed;
use crate::client::Client;
use crate::http::Request;
use crate::operation::Call;
use crate::xml::{Node, Unreadable};
use crate::{Error, Result};

/// What a page is asked with.
pub(super) struct Ask<T> {
    pub(super) path: String,
    pub(super) call: Option<Call>,
    pub(super) filters: Vec<Filter<T>>,
    pub(super) sorts: Vec<Sort<T>>,
    pub(super) fields: Vec<String>,
    pub(super) size: u32,
    pub(super) needs: Option<(u16, u16)>,
    pub(super) on_unreadable: OnUnreadable,
    /// What else the address asks.
    pub(super) with: Vec<(&'static str, &'static str)>,
}

/// One page of a [`List`](super::List).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Page<T> {
    /// The page's items, in order.
    pub items: Vec<T>,
    /// Its number, from 1.
    pub number: u32,
    /// The most items that a page has, as the server says.
    pub size: u32,
    /// How many items there are on all pages.
    pub total: u64,
    unreadable: Unreadable,
}

impl<T> Page<T> {
    /// The values of this page that could not be read: these fields are `None` or have their
    /// default. An item without a readable id is left out, and is among them.
    pub fn unreadable(&self) -> &Unreadable {
        &self.unreadable
    }
}

/// What to do with an item that has an optional value which cannot be read, such as a date that does
/// not exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnUnreadable {
    /// The item is returned, with `None` or the default for the value, and the value is
    /// [reported](crate::common::Items::unreadable). The default.
    #[default]
    Report,
    /// The item is an error ([`ErrorKind::Decode`](crate::ErrorKind::Decode)). Iteration continues
    /// with the next item.
    Fail,
}

/// A page as it was read.
pub(super) struct Fetched<T> {
    /// The items, and an error for each that could not be read.
    pub(super) items: Vec<Result<T>>,
    pub(super) number: u32,
    pub(super) size: u32,
    pub(super) total: u64,
    /// The ids of the items, if there are further pages to compare them with.
    pub(super) ids: Vec<Box<str>>,
    pub(super) unreadable: Unreadable,
}

impl<T> Fetched<T> {
    /// The page as one value: the first item that could not be read is an error, or left out.
    pub(super) fn into_page(self, on_unreadable: OnUnreadable) -> Result<Page<T>> {
        let items = match on_unreadable {
            OnUnreadable::Fail => self.items.into_iter().collect::<Result<_>>()?,
            OnUnreadable::Report => self.items.into_iter().flatten().collect(),
        };
        let Fetched { number, size, total, unreadable, .. } = self;
        Ok(Page { items, number, size, total, unreadable })
    }
}

impl<T> Clone for Ask<T> {
    fn clone(&self) -> Self {
        Ask {
            path: self.path.clone(),
            call: self.call.clone(),
            filters: self.filters.clone(),
            sorts: self.sorts.clone(),
            fields: self.fields.clone(),
            with: self.with.clone(),
            ..*self
        }
    }
}

impl<T: Listed> Ask<T> {
    pub(super) fn new(path: String) -> Ask<T> {
        let (filters, sorts, fields, with) = Default::default();
        Ask {
            path,
            call: None,
            filters,
            sorts,
            fields,
            size: 1000,
            needs: None,
            with,
            on_unreadable: OnUnreadable::default(),
        }
    }

    pub(super) fn of(call: Call) -> Ask<T> {
        let path = call.path.clone().unwrap_or_default();
        Ask { call: Some(call), ..Ask::new(path) }
    }

    pub(super) fn check(&self) -> Result<()> {
        match self.size {
            1..=1000 => Ok(()),
            size => Err(Error::input(format!("a page size of {size} is not between 1 and 1000"))),
        }
    }

    pub(super) fn fetch(&self, client: &Client, number: u32) -> Result<Fetched<T>> {
        let request =
            self.request(number).map_err(|error| error.doing(format!("listing {}", self.path)))?;
        client.ask(request, |answer| {
            let context = answer.context();
            let mut page = answer.xml(|root| read(root, number, self.size, self.on_unreadable))?;
            page.items =
                page.items.into_iter().map(|item| item.map_err(|e| context.explain(e))).collect();
            Ok(page)
        })
    }

    fn request(&self, number: u32) -> Result<Request<'static>> {
        self.check()?;
        if number == 0 {
            return Err(Error::input("pages are counted from 1: there is no page 0"));
        }
        let mut request = match &self.call {
            Some(call) => Request::of(call),
            None => Request::get(&self.path),
        };
        if let Some((major, minor)) = self.needs {
            request = request.since(major, minor);
        }
        for (name, value) in &self.with {
            request = request.query(*name, *value);
        }
        // A server that knows no filter would answer with everything.
        if !self.filters.is_empty() {
            let texts: Vec<&str> = self.filters.iter().map(Filter::text).collect::<Result<_>>()?;
            request = request.query("filter", texts.join(",")).since(2, 3);
        }
        if !self.sorts.is_empty() {
            let texts: Vec<&str> = self.sorts.iter().map(Sort::text).collect::<Result<_>>()?;
            request = request.query("sort", texts.join(",")).since(2, 3);
        }
        if !self.fields.is_empty() {
            let fields = all_fields(&self.fields, T::ALWAYS, T::FIELDS_OF).join(",");
            request = request.query("fields", fields).since(2, 5);
        }
        let size = self.size.to_string();
        Ok(request.query("pageNumber", number.to_string()).query("pageSize", size))
    }
}

/// The caller's fields, and before them those that no item is without. `workbook.id` is the `id` of
/// a workbook.
fn all_fields<'f>(asked: &'f [String], always: &[&'f str], of: &str) -> Vec<&'f str> {
    let whole = |field: &&str| matches!(*field, "_all_" | "_default_");
    let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
    let mut fields = Vec::new();
    if !asked.iter().any(whole) {
        let own = |field: &&'f str| match field.split_once('.') {
            Some((kind, own)) if kind == of => own,
            _ => *field,
        };
        let asked: Vec<&str> = asked.iter().map(own).collect();
        fields.extend(always.iter().filter(|field| !asked.contains(field)));
    }
    fields.extend(asked);
    fields
}

/// More items than a page can be asked to have, and no more memory than for them.
const LONGEST_PAGE: usize = 10_000;

fn read<T: Listed>(
    root: Node<'_>,
    number: u32,
    size: u32,
    on_unreadable: OnUnreadable,
) -> Result<Fetched<T>> {
    let pagination = root.find("pagination");
    if pagination.is_none() {
        // Either a list without pages, or not a list.
        root.need(T::WRAP)?;
    }
    let most = if pagination.is_some() { LONGEST_PAGE } else { Node::LONGEST };
    let nodes = root.items(T::WRAP, T::ITEM, most)?;
    let counted = nodes.len() as u64;
    let number = pagination.map_or(Ok(number), |p| p.attr("pageNumber"))?;
    let size = pagination.map_or(Ok(size), |p| p.attr("pageSize"))?;
    let total = pagination.map_or(Ok(counted), |p| p.attr("totalAvailable"))?;
    let mut ids = Vec::new();
    if total > counted {
        ids.reserve(nodes.len());
        ids.extend(nodes.iter().filter_map(|node| node.attribute("id").map(Box::from)));
    }
    let mut items = Vec::with_capacity(nodes.len());
    items.extend(nodes.into_iter().map(|node| read_item(node, on_unreadable)));
    Ok(Fetched { items, number, size, total, ids, unreadable: root.reports().so_far() })
}

fn read_item<T: Listed>(node: Node<'_>, on_unreadable: OnUnreadable) -> Result<T> {
    let reports = node.reports();
    let before = reports.count();
    let mut item = T::from_xml(node);
    if let Err(error) = &item {
        node.report_item(error);
    }
    if reports.count() > before {
        reports.set_item(before, T::ITEM, node.attribute("id"));
        if on_unreadable == OnUnreadable::Fail && item.is_ok() {
            let reported = reports.so_far();
            let first = usize::try_from(before).ok().and_then(|at| reported.reports.get(at));
            let what = first.map_or_else(|| "a value cannot be read".to_owned(), |r| r.to_string());
            item = Err(Error::decode(what));
        }
    }
    item
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_no_item_is_without_are_asked_for_once() {
        let fields = |asked: &[&str]| {
            let asked: Vec<String> = asked.iter().map(|&field| field.to_owned()).collect();
            all_fields(&asked, &["id", "name"], "workbook").join(",")
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
