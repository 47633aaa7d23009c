//! [`List`]: a lazy list of items, fetched page by page.

mod items;
mod page;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

pub use items::Items;
pub use page::{OnUnreadable, Page};

use self::page::PageRequest;
use super::progress::Progress;
use super::query::{Filter, Sort};
use crate::Result;
use crate::client::Client;
use crate::operation::{Operation, PathSegment};
use crate::xml::Listed;

/// An item of a [`List`], for generic code over lists. Only this library can implement it.
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

/// A lazy list of items, such as the workbooks of a site. Nothing is sent until it is iterated; then
/// it is fetched page by page.
///
/// Iteration yields every item in order, or ends with an error: after a page that cannot be fetched,
/// an empty page before the last item, or a change of the list while it is read (see
/// [`on_change`](List::on_change)), it yields one `Err` and ends. No item of such a page is yielded.
///
/// At most one page, plus the [prefetched](List::prefetch) ones, is in memory.
///
/// `P` is the callback of [`on_progress`](List::on_progress).
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
#[must_use = "a list sends nothing until it is iterated"]
pub struct List<'s, T, P = fn(Progress)> {
    client: &'s Arc<Client>,
    request: PageRequest,
    prefetch: usize,
    on_change: OnChange,
    progress: P,
    of: PhantomData<fn() -> T>,
}

/// What a [`List`] does when items are added or removed while it is being read.
///
/// The server computes the pages anew for each request. If an item is added or removed between two
/// requests, other items move to another page, so that one may be missed or returned twice. The
/// list detects this by a changed total, more items than the total, an id on two consecutive pages,
/// an empty page, or a page that no longer exists. It does not detect an addition and a removal
/// that cancel out, or an id on pages further apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnChange {
    /// Iteration ends with an error ([`ErrorKind::Changed`](crate::ErrorKind::Changed); for an
    /// empty page, [`Decode`](crate::ErrorKind::Decode)) in place of the page in which the change
    /// is detected. The default.
    #[default]
    Fail,
    /// Iteration continues to the new end of the list. Items may be missing or returned twice.
    GoOn,
}

impl<'s, T: ListItem> List<'s, T> {
    /// The list that an operation returns.
    pub(crate) fn of(
        client: &'s Arc<Client>,
        operation: &'static Operation,
        ids: &[&dyn PathSegment],
    ) -> List<'s, T> {
        let request = PageRequest::new::<T>(client.call(operation, ids));
        let (prefetch, on_change) = (0, OnChange::default());
        List { client, request, prefetch, on_change, progress: |_| (), of: PhantomData }
    }

    /// The list that an operation without pages returns.
    #[cfg_attr(not(feature = "schedules"), allow(dead_code))]
    pub(crate) fn unpaged(
        client: &'s Arc<Client>,
        operation: &'static Operation,
        ids: &[&dyn PathSegment],
    ) -> List<'s, T> {
        let mut list = List::of(client, operation, ids);
        list.request.paged = false;
        list
    }
}

impl<'s, T: ListItem, P> List<'s, T, P> {
    /// Adds a query parameter.
    pub(crate) fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.request.with.push((name, value));
        self
    }

    /// Restricts the list to items that match a filter. If there are several filters, items have to
    /// match all of them. API 2.3.
    ///
    /// The fields to filter by are constants in the module of the resource. A value that the server
    /// does not support in filters, and two filters on one field (see [`query`](crate::query)), cause
    /// an [`Input`](crate::ErrorKind::Input) error when the list is used.
    pub fn filter(mut self, filter: impl Into<Filter<T>>) -> Self {
        self.request.filters.push(filter.into().0);
        self
    }

    /// Adds a filter, unless the server does not support it.
    pub(crate) fn filter_if_possible(mut self, filter: Filter<T>) -> Self {
        let version = self.client.version;
        let is_supported = self.request.check_filter(&filter.0, &mut Vec::new(), version).is_ok();
        if is_supported && version >= crate::ApiVersion::new(2, 3) {
            self.request.filters.push(filter.0);
        }
        self
    }

    /// Sorts the list. A further sort orders items that are equal under the previous ones. Default:
    /// the server's order. API 2.3.
    #[doc(alias = "order_by")]
    pub fn sort(mut self, sort: impl Into<Sort<T>>) -> Self {
        self.request.sorts.push(sort.into().0);
        self
    }

    /// Selects the fields to return: names of the REST reference (`size` or `workbook.size`,
    /// `owner.name`), `_default_` or `_all_`. Id and name are always included. Default: the server's
    /// choice. API 2.5.
    #[doc(alias = "only_fields")]
    pub fn fields<F: AsRef<str>>(mut self, fields: impl IntoIterator<Item = F>) -> Self {
        self.request.fields.extend(fields.into_iter().map(|field| field.as_ref().to_owned()));
        self
    }

    /// Sets the number of items per page, 1 to 1000. Other values cause an
    /// [`Input`](crate::ErrorKind::Input) error when the list is used. Default: 1000.
    pub fn page_size(mut self, items: u32) -> Self {
        self.request.size = items;
        self
    }

    /// Fetches up to this many pages ahead of the one that is being read, each on a separate thread
    /// and connection. Default: 0, which fetches a page when it is needed.
    ///
    /// The order of items and the position of an error do not change. The first page is fetched
    /// alone, since it has the number of items. Dropping the iterator cancels the requests in flight
    /// and waits for their threads; a thread that is renewing the session completes that first.
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.prefetch = pages;
        self
    }

    /// Sets what happens when the list changes while it is read. Default: [`OnChange::Fail`].
    pub fn on_change(mut self, what: OnChange) -> Self {
        self.on_change = what;
        self
    }

    /// Sets what happens to an item with a value that cannot be read. Default:
    /// [`OnUnreadable::Report`].
    pub fn on_unreadable(mut self, what: OnUnreadable) -> Self {
        self.request.on_unreadable = what;
        self
    }

    /// Calls `report` for each item that the iterator is about to return, with the number of items so
    /// far, this one included, and the number of items in the list. Items that are errors count as well.
    /// Replaces the callback of an earlier call.
    ///
    /// If the list changes while it is read and [`on_change`](List::on_change) allows that, the total
    /// changes with it. [`page`](List::page) and [`total`](List::total) do not report.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>) -> tsc::Result<()> {
    /// let report = |progress: tsc::Progress| {
    ///     eprint!("\r{} of {}", progress.done, progress.total.unwrap_or_default());
    /// };
    /// for workbook in session.workbooks().list().on_progress(report) {
    ///     println!("{}", workbook?.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_progress<F: FnMut(Progress)>(self, report: F) -> List<'s, T, F> {
        let List { client, request, prefetch, on_change, of, .. } = self;
        List { client, request, prefetch, on_change, progress: report, of }
    }

    /// Fetches one page. Pages are numbered from 1. An item without a readable id is left out and
    /// [reported](Page::unreadable).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input), before anything is sent, if a filter, the page size or
    /// the page number is invalid. With [`OnUnreadable::Fail`], the error of the first item that cannot
    /// be read.
    #[doc(alias = "paginate")]
    pub fn page(&self, number: u32) -> Result<Page<T>> {
        self.request.fetch(self.client, number)?.into_page()
    }

    /// Returns the number of items, by fetching a page of one item.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input), before anything is sent, if a filter or the page size
    /// is invalid.
    pub fn total(&self) -> Result<u64> {
        self.request.check()?;
        let request = PageRequest { size: 1, ..self.request.clone() };
        Ok(request.fetch(self.client, 1)?.total)
    }
}

impl<'s, T: ListItem, P: FnMut(Progress)> IntoIterator for List<'s, T, P> {
    type Item = Result<T>;
    type IntoIter = Items<'s, T, P>;

    fn into_iter(self) -> Items<'s, T, P> {
        Items::new(self)
    }
}

impl<T, P: Clone> Clone for List<'_, T, P> {
    fn clone(&self) -> Self {
        List { request: self.request.clone(), progress: self.progress.clone(), ..*self }
    }
}

impl<T, P> fmt::Debug for List<'_, T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "List({:?})", self.request.path())
    }
}
