//! [`Items`]: the iterator over a list, with prefetching and the check for changes between pages.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::vec;

use super::page::{FetchedPage, PageRequest};
use super::{List, OnChange};
use crate::cancel::{CancellationToken, Registration};
use crate::client::Client;
use crate::http::on_another_thread;
use crate::xml::Listed;
use crate::xml::Unreadable;
use crate::{Error, ErrorKind, Result};

/// Tableau's error code for a page after the last one.
const NO_SUCH_PAGE: &str = "400006";

const CHANGED: &str = "the list changed while it was read";

/// The iterator over a [`List`].
pub struct Items<'s, T> {
    client: &'s Arc<Client>,
    request: Arc<PageRequest<T>>,
    on_change: OnChange,
    /// The rest of the current page.
    current: vec::IntoIter<Result<T>>,
    unreadable: Unreadable,
    /// The number of the next page; `None` after the last page and after an error.
    next_page: Option<u32>,
    /// The number of items on the pages read so far.
    read: u64,
    /// The number of items in the list according to the previous page.
    total: Option<u64>,
    /// The ids on the previous page.
    previous_ids: HashSet<Box<str>>,
    prefetch: Prefetch<T>,
}

/// Pages that are fetched by threads of their own, in order.
struct Prefetch<T> {
    /// The maximum number of pages in flight.
    limit: usize,
    in_flight: VecDeque<(u32, JoinHandle<Result<FetchedPage<T>>>)>,
    /// The client for the threads, its cancellation, and the link to the session's cancellation.
    over: Option<(Arc<Client>, CancellationToken, Option<Registration>)>,
}

impl<T> Items<'_, T> {
    /// Returns the values that could not be read on the pages fetched so far.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>) -> tsc::Result<()> {
    /// let mut workbooks = session.workbooks().list().into_iter();
    /// for workbook in workbooks.by_ref() {
    ///     println!("{}", workbook?.name);
    /// }
    /// for report in &workbooks.unreadable().reports {
    ///     println!("{report}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn unreadable(&self) -> &Unreadable {
        &self.unreadable
    }
}

impl<'s, T: Listed> Items<'s, T> {
    pub(super) fn new(list: List<'s, T>) -> Items<'s, T> {
        Items {
            client: list.client,
            request: Arc::new(list.request),
            on_change: list.on_change,
            current: Vec::new().into_iter(),
            unreadable: Unreadable::default(),
            next_page: Some(1),
            read: 0,
            total: None,
            previous_ids: HashSet::new(),
            prefetch: Prefetch::new(list.prefetch),
        }
    }

    /// Makes page `number` the current one and starts to prefetch the pages after it.
    fn advance(&mut self, number: u32) -> Result<()> {
        let prefetched = self.prefetch.take(number);
        let fetched = prefetched.unwrap_or_else(|| self.request.fetch(self.client, number));
        let page = match fetched {
            Err(error) if number > 1 && error.code() == Some(NO_SUCH_PAGE) => {
                return self.changed(|| {
                    let what = format!("{CHANGED}: there is no page {number} any more");
                    error.meaning(ErrorKind::Changed, what)
                });
            }
            other => other?,
        };
        let count = page.items.len() as u64;
        self.check_unchanged(number, page.total, count, &page.ids)?;
        self.unreadable.add(&page.unreadable);
        self.read += count;
        self.total = Some(page.total);
        self.previous_ids.clear();
        if self.read < page.total {
            if count == 0 {
                return self.changed(|| {
                    let (read, total) = (self.read, page.total);
                    let what = format!("page {number} is empty, with {read} of {total} items read");
                    let error = Error::decode(what).doing(self.doing());
                    self.client.redact(error).at(self.client.address(self.request.path()))
                });
            }
            // The server may return fewer items per page than requested.
            let more = (page.total - self.read).div_ceil(count);
            let last = number.saturating_add(more.try_into().unwrap_or(u32::MAX));
            let next = number.saturating_add(1);
            self.next_page = Some(next);
            if self.on_change == OnChange::Fail {
                self.previous_ids.extend(page.ids);
            }
            self.prefetch.fill(self.client, &self.request, next, last);
        }
        self.current = page.items.into_iter();
        Ok(())
    }

    /// Checks page `number` against the pages before it.
    fn check_unchanged(&self, number: u32, total: u64, count: u64, ids: &[Box<str>]) -> Result<()> {
        if let Some(before) = self.total
            && before != total
        {
            return self.changed(|| {
                self.change(format!("{before} items before page {number}, {total} with it"))
            });
        }
        let read = self.read + count;
        if read > total {
            return self.changed(|| {
                self.change(format!("{read} items up to page {number}, of {total} in all"))
            });
        }
        if let Some(twice) = ids.iter().find(|id| self.previous_ids.contains(*id)) {
            let twice = self.client.shown(twice);
            return self.changed(|| {
                let both = format!("on page {} and on page {number}", number - 1);
                self.change(format!("the item with the id {twice:?} is {both}"))
            });
        }
        Ok(())
    }

    /// Returns the error, unless the caller chose to continue.
    fn changed(&self, error: impl FnOnce() -> Error) -> Result<()> {
        match self.on_change {
            OnChange::Fail => Err(error().and_then_failed(
                "`on_change(OnChange::GoOn)` returns such a list without this error",
                None,
            )),
            OnChange::GoOn => Ok(()),
        }
    }

    fn change(&self, what: String) -> Error {
        let error = Error::new(ErrorKind::Changed, format!("{CHANGED}: {what}"));
        self.client.redact(error.doing(self.doing()))
    }

    fn doing(&self) -> String {
        format!("listing {}", self.request.path())
    }
}

impl<T: Listed> Prefetch<T> {
    fn new(limit: usize) -> Prefetch<T> {
        Prefetch { limit, in_flight: VecDeque::new(), over: None }
    }

    /// Waits for page `number`, if it is in flight.
    fn take(&mut self, number: u32) -> Option<Result<FetchedPage<T>>> {
        let (first, page) = self.in_flight.pop_front()?;
        debug_assert_eq!(first, number, "pages are taken in order");
        Some(page.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    }

    /// Starts to fetch pages from `next` to `last`, up to the limit.
    fn fill(&mut self, client: &Arc<Client>, request: &Arc<PageRequest<T>>, next: u32, last: u32) {
        while self.in_flight.len() < self.limit {
            let number = self.in_flight.back().map_or(next, |(back, _)| back.saturating_add(1));
            if number > last {
                break;
            }
            let (client, ..) = self.over.get_or_insert_with(|| {
                let (cancellation, link) = client
                    .cancellation()
                    .map_or_else(|| (CancellationToken::new(), None), CancellationToken::child);
                (Arc::new(client.with_call_cancellation(&cancellation)), cancellation, link)
            });
            let (client, request) = (client.clone(), request.clone());
            let thread = std::thread::Builder::new()
                .name(format!("page {number}"))
                .spawn(on_another_thread(move || request.fetch(&client, number)));
            match thread {
                Ok(thread) => self.in_flight.push_back((number, thread)),
                // Without a thread, the page is fetched when it is needed.
                Err(_) => break,
            }
        }
    }
}

impl<T: Listed> Iterator for Items<'_, T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        loop {
            if let Some(item) = self.current.next() {
                return Some(item);
            }
            let number = self.next_page.take()?;
            if let Err(error) = self.advance(number) {
                self.next_page = None;
                self.prefetch = Prefetch::new(0);
                return Some(Err(error));
            }
        }
    }
}

impl<T: Listed> std::iter::FusedIterator for Items<'_, T> {}

/// Cancels the pages in flight and waits for their threads.
impl<T> Drop for Prefetch<T> {
    fn drop(&mut self) {
        if let Some((_, cancellation, _)) = &self.over {
            cancellation.cancel();
        }
        for (_, page) in self.in_flight.drain(..) {
            // Errors and panics of pages that are not needed any more are ignored.
            let _ = page.join();
        }
    }
}

impl<T> fmt::Debug for Items<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Items({:?}, {} read)", self.request.path(), self.read)
    }
}
