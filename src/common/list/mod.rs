//! [`List`]: everything, a page at a time, or an error.

mod items;
mod page;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

pub use items::Items;
pub use page::{OnUnreadable, Page};

use self::page::Ask;
use super::query::{Filter, Sort};
use crate::Result;
use crate::client::Client;
use crate::operation::{Operation, PathSegment};
use crate::xml::FromXml;

/// An item of a [`List`], for generic code over lists. It cannot be implemented outside of this
/// library.
///
/// ```
/// use tableau_server_client as tsc;
///
/// fn total<T: tsc::ListItem>(list: &tsc::List<'_, T>) -> tsc::Result<u64> {
///     list.total()
/// }
/// ```
pub trait ListItem: Listed {}

impl<T: Listed> ListItem for T {}

/// How an item stands on a page.
pub trait Listed: FromXml + Send + 'static {
    /// `workbooks`, the element around a page's items.
    const WRAP: &'static str;
    /// `workbook`, the element of one.
    const ITEM: &'static str;
    /// The fields that every item has, asked for whatever else is.
    const ALWAYS: &'static [&'static str] = &["id", "name"];

    /// What a field's name begins with where it names the item, too: `workbook.id`.
    const FIELDS_OF: &'static str = Self::ITEM;
}

/// The items of a room: asks nothing until it is iterated, then a page at a time.
///
/// Iterating gives every item, in order, or ends with an error: a page that fails yields one `Err`
/// and then nothing more, and so does an empty page before the announced total, and a list that
/// changes while it is read ([`on_change`](List::on_change)). An item of a page that failed is not
/// yielded.
///
/// Memory is needed for one page, and for as many more as [`prefetch`](List::prefetch) says.
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
    client: &'s Arc<Client>,
    ask: Ask<T>,
    prefetch: usize,
    on_change: OnChange,
    of: PhantomData<fn() -> T>,
}

/// What a [`List`] does when its content changes between two of its pages.
///
/// The server numbers pages anew for each request: where an item before them is deleted or added
/// meanwhile, items move from one page to another, and one is missed or comes twice. It shows in a
/// total that is another one than before, more items than that, an id that is on two pages in a row,
/// an empty page, or a page that there is no more. A deletion and an addition that cancel out, and
/// an id on pages further apart, do not show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnChange {
    /// Ends with an error ([`ErrorKind::Changed`](crate::ErrorKind::Changed); of an empty page,
    /// [`Decode`](crate::ErrorKind::Decode)) in place of the page that shows it: what was yielded is
    /// not everything. The default.
    #[default]
    Fail,
    /// Goes on with what the server gives, to its new end: items may be missing or come twice.
    GoOn,
}

impl<'s, T: ListItem> List<'s, T> {
    pub(crate) fn new(client: &'s Arc<Client>, path: String) -> List<'s, T> {
        let (prefetch, on_change) = (0, OnChange::default());
        List { client, ask: Ask::new(path), prefetch, on_change, of: PhantomData }
    }

    /// The list that an operation gives.
    pub(crate) fn of(
        client: &'s Arc<Client>,
        operation: &'static Operation,
        ids: &[&dyn PathSegment],
    ) -> List<'s, T> {
        let (prefetch, on_change) = (0, OnChange::default());
        let ask = Ask::of(client.call(operation, ids));
        List { client, ask, prefetch, on_change, of: PhantomData }
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

    /// Only the items that meet this condition; a further one narrows it down. API 2.3.
    ///
    /// Rooms have the fields that the server can filter by as constants, and [`query`](crate::query)
    /// says what it cannot be asked for: that is an [`Input`](crate::ErrorKind::Input) error when the
    /// list is used.
    pub fn filter(mut self, filter: impl Into<Filter<T>>) -> Self {
        self.ask.filters.push(filter.into());
        self
    }

    /// As [`filter`](List::filter), unless the server cannot be asked for it.
    pub(crate) fn filter_if_possible(mut self, filter: Filter<T>) -> Self {
        if filter.text().is_ok() && self.client.version >= crate::ApiVersion::new(2, 3) {
            self.ask.filters.push(filter);
        }
        self
    }

    /// In this order; a further one decides among equals. Default: the server's order. API 2.3.
    pub fn sort(mut self, sort: impl Into<Sort<T>>) -> Self {
        self.ask.sorts.push(sort.into());
        self
    }

    /// The fields to ask for: names of the REST reference (`size` or `workbook.size`, `owner.name`),
    /// `_default_` or `_all_`. The id and the name come along always. Default: what the server gives unasked. API 2.5.
    pub fn fields<F: AsRef<str>>(mut self, fields: impl IntoIterator<Item = F>) -> Self {
        self.ask.fields.extend(fields.into_iter().map(|field| field.as_ref().to_owned()));
        self
    }

    /// How many items to ask for at a time, 1 to 1000; anything else is an
    /// [`Input`](crate::ErrorKind::Input) error when the list is used. Default: 1000.
    pub fn page_size(mut self, items: u32) -> Self {
        self.ask.size = items;
        self
    }

    /// Keeps up to so many pages in flight, each over a connection and a thread of its own, ahead
    /// of the one that is being read. Default: 0, a page when it is needed.
    ///
    /// Items come in the same order, and an error at the same place. The first page is asked for
    /// alone, as it says how many there are. An iterator that is dropped half way ends what is in
    /// flight and waits for its threads; one that is just signing in again, for the whole session,
    /// does so first.
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.prefetch = pages;
        self
    }

    /// What to do when the list changes while it is read. Default: [`OnChange::Fail`].
    pub fn on_change(mut self, what: OnChange) -> Self {
        self.on_change = what;
        self
    }

    /// What to do with an item that has an optional value which cannot be read. Default:
    /// [`OnUnreadable::Report`].
    pub fn on_unreadable(mut self, what: OnUnreadable) -> Self {
        self.ask.on_unreadable = what;
        self
    }

    /// One page, by its number, from 1. An item without a readable id is left out and
    /// [reported](Page::unreadable).
    ///
    /// # Errors
    ///
    /// With [`OnUnreadable::Fail`], the first item that cannot be read.
    pub fn page(&self, number: u32) -> Result<Page<T>> {
        self.ask.fetch(self.client, number)?.into_page(self.ask.on_unreadable)
    }

    /// How many items there are. Asks for a page of one item.
    pub fn total(&self) -> Result<u64> {
        self.ask.check()?;
        let ask = Ask { size: 1, ..self.ask.clone() };
        Ok(ask.fetch(self.client, 1)?.total)
    }
}

impl<'s, T: ListItem> IntoIterator for List<'s, T> {
    type Item = Result<T>;
    type IntoIter = Items<'s, T>;

    fn into_iter(self) -> Items<'s, T> {
        Items::new(self)
    }
}

impl<T> Clone for List<'_, T> {
    fn clone(&self) -> Self {
        List { ask: self.ask.clone(), ..*self }
    }
}

impl<T> fmt::Debug for List<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "List({:?})", self.ask.path)
    }
}
