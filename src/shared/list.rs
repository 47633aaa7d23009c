//! [`List`]: everything, a page at a time, or an error.

use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::vec;

use super::query::{Filter, Sort};
use crate::core::Core;
use crate::http::Request;
use crate::xml::{FromXml, Node};
use crate::{Error, Result};

/// An item that a list has pages of.
pub trait Listed: FromXml + Send + 'static {
    /// `workbooks`, the element around a page's items.
    const WRAP: &'static str;
    /// `workbook`, the element of one.
    const ITEM: &'static str;
    /// The fields that every item has, asked for whatever else is.
    const ALWAYS: &'static [&'static str] = &["id", "name"];
}

/// The items of a room: asks nothing until it is iterated, then a page at a time.
///
/// Iterating gives every item, in order, or ends with an error: a page that fails yields one `Err`
/// and then nothing more, and so does an empty page before the announced total.
///
/// ```no_run
/// # use tableau_server_client as tsc;
/// # fn f(session: &tsc::Session<'_>) -> tsc::Result<()> {
/// for workbook in session.workbooks().list().fields(["description"]).prefetch(2) {
///     println!("{}", workbook?.name);
/// }
/// # Ok(())
/// # }
/// ```
///
/// REST: [Paginating Results](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_concepts_paging.htm).
#[must_use = "a list asks nothing until it is iterated"]
pub struct List<'s, T> {
    core: &'s Arc<Core>,
    ask: Ask,
    prefetch: usize,
    of: PhantomData<fn() -> T>,
}

/// What a page is asked with.
#[derive(Clone)]
struct Ask {
    path: String,
    filters: Vec<String>,
    sorts: Vec<String>,
    fields: Vec<String>,
    size: u32,
    needs: Option<(u16, u16)>,
    /// What else the address asks.
    with: Vec<(&'static str, &'static str)>,
}

/// One page of a [`List`].
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

impl<'s, T: Listed> List<'s, T> {
    pub(crate) fn new(core: &'s Arc<Core>, path: String) -> List<'s, T> {
        let (filters, sorts, fields, with) = Default::default();
        let ask = Ask { path, filters, sorts, fields, size: 1000, needs: None, with };
        List { core, ask, prefetch: 0, of: PhantomData }
    }

    /// A further question in the address.
    pub(crate) fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.ask.with.push((name, value));
        self
    }

    /// The first API version that has the list.
    pub(crate) fn since(mut self, major: u16, minor: u16) -> Self {
        self.ask.needs = Some((major, minor));
        self
    }

    /// Only the items that meet this condition; a further one narrows it down.
    pub fn filter(mut self, filter: impl Into<Filter<T>>) -> Self {
        self.ask.filters.push(filter.into().text);
        self
    }

    /// In this order; a further one decides among equals. Default: the server's order.
    pub fn sort(mut self, sort: impl Into<Sort<T>>) -> Self {
        self.ask.sorts.push(sort.into().text);
        self
    }

    /// The fields to ask for: names of the REST reference, `_default_` or `_all_`. The id and the
    /// name come along always. Default: what the server gives unasked.
    pub fn fields<F: Into<String>>(mut self, fields: impl IntoIterator<Item = F>) -> Self {
        self.ask.fields.extend(fields.into_iter().map(Into::into));
        self
    }

    /// How many items to ask for at a time, 1 to 1000; anything else is an
    /// [`Input`](crate::ErrorKind::Input) error when the list is used. Default: 1000.
    pub fn page_size(mut self, items: u32) -> Self {
        self.ask.size = items;
        self
    }

    /// Keeps up to so many pages in flight, each over a connection of its own, ahead of the one
    /// that is being read. Default: 0, a page when it is needed.
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.prefetch = pages;
        self
    }

    /// One page, by its number from 1 on.
    pub fn page(&self, number: u32) -> Result<Page<T>> {
        fetch(self.core, &self.ask, number)
    }

    /// How many items there are. Asks for a page of one item.
    pub fn total(&self) -> Result<u64> {
        Ok(fetch::<T>(self.core, &Ask { size: 1, ..self.ask.clone() }, 1)?.total)
    }
}

fn fetch<T: Listed>(core: &Core, ask: &Ask, number: u32) -> Result<Page<T>> {
    if !(1..=1000).contains(&ask.size) {
        return Err(Error::input(format!("a page size of {} is not between 1 and 1000", ask.size)));
    }
    if number == 0 {
        return Err(Error::input("pages are counted from 1: there is no page 0"));
    }
    let mut request = Request::get(&ask.path);
    if let Some((major, minor)) = ask.needs {
        request = request.since(major, minor);
    }
    for (name, value) in &ask.with {
        request = request.query(*name, *value);
    }
    for (name, parts) in [("filter", &ask.filters), ("sort", &ask.sorts)] {
        if !parts.is_empty() {
            request = request.query(name, parts.join(","));
        }
    }
    if !ask.fields.is_empty() {
        request = request.query("fields", all_fields(&ask.fields, T::ALWAYS).join(","));
    }
    let request =
        request.query("pageNumber", number.to_string()).query("pageSize", ask.size.to_string());
    core.xml(request, |root| read(root, number, ask.size))
}

/// The caller's fields, and before them those that no item is without.
fn all_fields<'f>(asked: &'f [String], always: &[&'f str]) -> Vec<&'f str> {
    let whole = |field: &&str| matches!(*field, "_all_" | "_default_");
    let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
    let mut fields = Vec::new();
    if !asked.iter().any(whole) {
        fields.extend(always.iter().filter(|field| !asked.contains(field)));
    }
    fields.extend(asked);
    fields
}

fn read<T: Listed>(root: Node<'_>, number: u32, size: u32) -> Result<Page<T>> {
    let items: Vec<T> = root.list(T::WRAP, T::ITEM)?;
    let pagination = root.find("pagination");
    if pagination.is_none() {
        // Either a list without pages, or no list at all.
        root.need(T::WRAP)?;
    }
    let counted = items.len() as u64;
    Ok(Page {
        number: pagination.map_or(Ok(number), |p| p.attr("pageNumber"))?,
        size: pagination.map_or(Ok(size), |p| p.attr("pageSize"))?,
        total: pagination.map_or(Ok(counted), |p| p.attr("totalAvailable"))?,
        items,
    })
}

impl<'s, T: Listed> IntoIterator for List<'s, T> {
    type Item = Result<T>;
    type IntoIter = Items<'s, T>;

    fn into_iter(self) -> Items<'s, T> {
        Items {
            core: self.core,
            ask: self.ask,
            prefetch: self.prefetch,
            here: Vec::new().into_iter(),
            next: Some(1),
            seen: 0,
            expected: 1,
            in_flight: VecDeque::new(),
        }
    }
}

/// The iterator over a [`List`].
pub struct Items<'s, T> {
    core: &'s Arc<Core>,
    ask: Ask,
    prefetch: usize,
    here: vec::IntoIter<T>,
    /// The page to read after this one; `None` after the last one and after an error.
    next: Option<u32>,
    seen: u64,
    /// How many pages there are, as far as is known.
    expected: u32,
    /// Pages asked for ahead, the nearest first. Never more than `prefetch`.
    in_flight: VecDeque<(u32, JoinHandle<Result<Page<T>>>)>,
}

impl<T: Listed> Items<'_, T> {
    /// Reads page `number` and prepares for the one after it.
    fn advance(&mut self, number: u32) -> Result<()> {
        let page = match self.in_flight.pop_front() {
            Some((_, page)) => join(page)?,
            None => fetch(self.core, &self.ask, number)?,
        };
        let count = page.items.len() as u64;
        self.seen += count;
        if self.seen < page.total {
            if count == 0 {
                return Err(Error::decode(format!(
                    "page {number} is empty, with {} of {} items read",
                    self.seen, page.total
                ))
                .doing(format!("listing {}", self.ask.path)));
            }
            // By what the server gives, which may be less than what was asked for.
            let more = (page.total - self.seen).div_ceil(count);
            self.expected = number.saturating_add(more.try_into().unwrap_or(u32::MAX));
            self.next = Some(number.saturating_add(1));
        }
        self.here = page.items.into_iter();
        if let Some(next) = self.next {
            self.look_ahead(next)?;
        }
        Ok(())
    }

    fn look_ahead(&mut self, next: u32) -> Result<()> {
        while self.in_flight.len() < self.prefetch {
            let number = self.in_flight.back().map_or(next, |(last, _)| last.saturating_add(1));
            if number > self.expected {
                break;
            }
            let (core, ask) = (self.core.clone(), self.ask.clone());
            let thread = std::thread::Builder::new()
                .name(format!("page {number}"))
                .spawn(move || fetch(&core, &ask, number))
                .map_err(|error| Error::io("no thread for the next page", error))?;
            self.in_flight.push_back((number, thread));
        }
        Ok(())
    }
}

fn join<T>(page: JoinHandle<Result<Page<T>>>) -> Result<Page<T>> {
    page.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

impl<T: Listed> Iterator for Items<'_, T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        loop {
            if let Some(item) = self.here.next() {
                return Some(Ok(item));
            }
            let number = self.next.take()?;
            if let Err(error) = self.advance(number) {
                self.next = None;
                return Some(Err(error));
            }
        }
    }
}

impl<T: Listed> std::iter::FusedIterator for Items<'_, T> {}

/// Waits for the pages in flight: no thread outlives the list.
impl<T> Drop for Items<'_, T> {
    fn drop(&mut self) {
        for (_, page) in self.in_flight.drain(..) {
            // A page that nobody reads may fail, or its thread panic, unseen.
            let _ = page.join();
        }
    }
}

impl<T> fmt::Debug for List<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "List({:?})", self.ask.path)
    }
}

impl<T> fmt::Debug for Items<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Items({:?}, {} read)", self.ask.path, self.seen)
    }
}
