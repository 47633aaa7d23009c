//! What a page is asked with, and what it answers.

use super::super::query::{Filter, Sort};
use super::Listed;
use crate::core::Core;
use crate::http::Request;
use crate::xml::Node;
use crate::{Error, Result};

/// What a page is asked with.
pub(super) struct Ask<T> {
    pub(super) path: String,
    pub(super) filters: Vec<Filter<T>>,
    pub(super) sorts: Vec<Sort<T>>,
    pub(super) fields: Vec<String>,
    pub(super) size: u32,
    pub(super) needs: Option<(u16, u16)>,
    /// What else the address asks.
    pub(super) with: Vec<(&'static str, &'static str)>,
}

/// One page of a [`List`](super::List).
#[derive(Clone, Debug, PartialEq)]
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
}

/// A page, and the ids of its items where there are further pages to compare them with.
pub(super) struct Fetched<T> {
    pub(super) page: Page<T>,
    pub(super) ids: Vec<Box<str>>,
}

impl<T> Clone for Ask<T> {
    fn clone(&self) -> Self {
        Ask {
            path: self.path.clone(),
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
        Ask { path, filters, sorts, fields, size: 1000, needs: None, with }
    }

    pub(super) fn check(&self) -> Result<()> {
        match self.size {
            1..=1000 => Ok(()),
            size => Err(Error::input(format!("a page size of {size} is not between 1 and 1000"))),
        }
    }

    pub(super) fn fetch(&self, core: &Core, number: u32) -> Result<Fetched<T>> {
        let request =
            self.request(number).map_err(|error| error.doing(format!("listing {}", self.path)))?;
        core.xml(request, |root| read(root, number, self.size))
    }

    fn request(&self, number: u32) -> Result<Request<'static>> {
        self.check()?;
        if number == 0 {
            return Err(Error::input("pages are counted from 1: there is no page 0"));
        }
        let mut request = Request::get(&self.path);
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

fn read<T: Listed>(root: Node<'_>, number: u32, size: u32) -> Result<Fetched<T>> {
    let pagination = root.find("pagination");
    if pagination.is_none() {
        // Either a list without pages, or no list at all.
        root.need(T::WRAP)?;
    }
    let most = if pagination.is_some() { LONGEST_PAGE } else { Node::LONGEST };
    let items: Vec<T> = root.list_of(T::WRAP, T::ITEM, most)?;
    let counted = items.len() as u64;
    let page = Page {
        number: pagination.map_or(Ok(number), |p| p.attr("pageNumber"))?,
        size: pagination.map_or(Ok(size), |p| p.attr("pageSize"))?,
        total: pagination.map_or(Ok(counted), |p| p.attr("totalAvailable"))?,
        items,
    };
    let mut ids = Vec::new();
    if page.total > counted {
        let wrapped = root.find(T::WRAP).into_iter().flat_map(Node::children);
        let own = wrapped.filter_map(|node| node.attr::<Option<String>>("id").ok()?);
        ids.extend(own.map(String::into_boxed_str));
    }
    Ok(Fetched { page, ids })
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
