//! [`Items`]: the iterator over a list, with prefetching and the check for changes between pages.

use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use super::page::{FetchedPage, PageRequest};
use super::{List, OnChange};
use crate::cancel::{CancellationToken, Registration, spawn};
use crate::client::Client;
use crate::common::progress::Progress;
use crate::http::on_another_thread;
use crate::xml::Listed;
use crate::xml::Unreadable;
use crate::{Error, ErrorKind, Result};

/// Tableau's error code for a page after the last one.
const NO_SUCH_PAGE: &str = "400006";

const CHANGED: &str = "the list changed while it was read";

/// The iterator over a [`List`].
pub struct Items<'s, T, P = fn(Progress)> {
    client: &'s Arc<Client>,
    request: Arc<PageRequest>,
    current: Option<FetchedPage>,
    position: Position,
    prefetch: Prefetch,
    /// The number of items returned.
    returned: u64,
    progress: P,
    of: PhantomData<fn() -> T>,
}

/// The position in a list. Not generic, so that it is compiled once.
struct Position {
    on_change: OnChange,
    unreadable: Unreadable,
    /// The number of the next page; `None` after the last page and after an error.
    next_page: Option<u32>,
    /// The number of items on the pages read so far.
    read: u64,
    /// The number of items in the list according to the previous page.
    total: Option<u64>,
    /// The ids on the previous page, sorted.
    previous_ids: Vec<Box<str>>,
}

/// A page that is fetched on a separate thread.
struct InFlight {
    number: u32,
    thread: JoinHandle<()>,
    page: Arc<Mutex<Option<Result<FetchedPage>>>>,
}

/// Pages that are fetched by separate threads, in order.
struct Prefetch {
    /// The maximum number of pages in flight.
    limit: usize,
    in_flight: VecDeque<InFlight>,
    /// The client for the threads, its cancellation, and the link to the session's cancellation.
    over: Option<(Arc<Client>, CancellationToken, Option<Registration>)>,
}

impl<T, P> Items<'_, T, P> {
    /// Returns the values that could not be read, of the items that were returned so far.
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
        &self.position.unreadable
    }
}

impl<'s, T: Listed, P> Items<'s, T, P> {
    pub(super) fn new(list: List<'s, T, P>) -> Items<'s, T, P> {
        Items {
            client: list.client,
            request: Arc::new(list.request),
            current: None,
            position: Position {
                on_change: list.on_change,
                unreadable: Unreadable::default(),
                next_page: Some(1),
                read: 0,
                total: None,
                previous_ids: Vec::new(),
            },
            prefetch: Prefetch::new(list.prefetch),
            returned: 0,
            progress: list.progress,
            of: PhantomData,
        }
    }

    /// Makes page `number` the current one and starts to prefetch the pages after it.
    fn advance(&mut self, number: u32) -> Result<()> {
        let prefetched = self.prefetch.take(number);
        let fetched = prefetched.unwrap_or_else(|| self.request.fetch(self.client, number));
        let (client, path) = (self.client, self.request.path());
        let mut page = match fetched {
            Err(error) if number > 1 && error.code() == Some(NO_SUCH_PAGE) => {
                return self.position.changed(|| {
                    let what = format!("{CHANGED}: page {number} no longer exists");
                    error.meaning(ErrorKind::Changed, what)
                });
            }
            other => other?,
        };
        let count = page.count() as u64;
        let ids = std::mem::take(&mut page.ids);
        let more = self.position.advance(client, path, number, page.total, count, ids)?;
        if let Some((next, last)) = more {
            self.prefetch.fill(self.client, &self.request, next, last);
        }
        self.current = Some(page);
        Ok(())
    }
}

impl Position {
    /// Advances to page `number`. Returns the numbers of the next and the last page, if there are
    /// more.
    fn advance(
        &mut self,
        client: &Client,
        path: &str,
        number: u32,
        total: u64,
        count: u64,
        ids: Vec<Box<str>>,
    ) -> Result<Option<(u32, u32)>> {
        let change = self.find_change(client, number, total, count, &ids);
        if let Some(change) = change {
            self.changed(|| {
                let error = Error::new(ErrorKind::Changed, format!("{CHANGED}: {change}"));
                client.redact(error.doing(format!("listing {path}")))
            })?;
        }
        self.read += count;
        self.total = Some(total);
        self.previous_ids.clear();
        if self.read >= total {
            return Ok(None);
        }
        if count == 0 {
            self.changed(|| {
                let what =
                    format!("page {number} is empty, with {} of {total} items read", self.read);
                let error = Error::decode(what).doing(format!("listing {path}"));
                client.redact(error).at(client.address(path))
            })?;
            return Ok(None);
        }
        // The server may return fewer items per page than requested.
        let more = (total - self.read).div_ceil(count);
        let last = number.saturating_add(more.try_into().unwrap_or(u32::MAX));
        let next = number.saturating_add(1);
        self.next_page = Some(next);
        if self.on_change == OnChange::Fail {
            self.previous_ids = ids;
            self.previous_ids.sort_unstable();
        }
        Ok(Some((next, last)))
    }

    /// Compares page `number` with the pages before it. If the list has changed, returns a
    /// description of the change.
    fn find_change(
        &self,
        client: &Client,
        number: u32,
        total: u64,
        count: u64,
        ids: &[Box<str>],
    ) -> Option<String> {
        if let Some(before) = self.total.filter(|before| *before != total) {
            return Some(format!(
                "the total was {before} before page {number} and is {total} on it"
            ));
        }
        let read = self.read + count;
        if read > total {
            return Some(format!(
                "{read} items were read up to page {number}, but the total is {total}"
            ));
        }
        let twice = ids.iter().find(|id| self.previous_ids.binary_search(id).is_ok())?;
        let (twice, previous) = (client.shown(twice), number - 1);
        Some(format!("the item with the id {twice:?} is on page {previous} and on page {number}"))
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
}

impl Prefetch {
    fn new(limit: usize) -> Prefetch {
        Prefetch { limit, in_flight: VecDeque::new(), over: None }
    }

    /// Waits for page `number`, if it is in flight.
    fn take(&mut self, number: u32) -> Option<Result<FetchedPage>> {
        let InFlight { number: first, thread, page } = self.in_flight.pop_front()?;
        debug_assert_eq!(first, number, "pages are taken in order");
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        page.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Starts to fetch pages from `next` to `last`, up to the limit.
    fn fill(&mut self, client: &Arc<Client>, request: &Arc<PageRequest>, next: u32, last: u32) {
        while self.in_flight.len() < self.limit {
            let number = self.in_flight.back().map_or(next, |back| back.number.saturating_add(1));
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
            let page = Arc::new(Mutex::new(None));
            let fetched = page.clone();
            let work = on_another_thread(move || {
                let outcome = request.fetch(&client, number);
                *fetched.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
            });
            match spawn(format!("page {number}"), work) {
                Ok(thread) => self.in_flight.push_back(InFlight { number, thread, page }),
                // If no thread can be started, the page is fetched when it is needed.
                Err(_) => break,
            }
        }
    }
}

impl<T: Listed, P: FnMut(Progress)> Iterator for Items<'_, T, P> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        loop {
            let page = self.current.as_mut();
            if let Some(item) = page.and_then(|page| page.next(&mut self.position.unreadable)) {
                self.returned += 1;
                (self.progress)(Progress::items(self.returned, self.position.total));
                return Some(item);
            }
            // Frees the memory of the page before the next one is read.
            self.current = None;
            let number = self.position.next_page.take()?;
            if let Err(error) = self.advance(number) {
                self.position.next_page = None;
                self.prefetch = Prefetch::new(0);
                return Some(Err(error));
            }
        }
    }
}

impl<T: Listed, P: FnMut(Progress)> std::iter::FusedIterator for Items<'_, T, P> {}

/// Cancels the pages in flight and waits for their threads.
impl Drop for Prefetch {
    fn drop(&mut self) {
        if let Some((_, cancellation, _)) = &self.over {
            cancellation.cancel();
        }
        for page in std::mem::take(&mut self.in_flight) {
            // Errors and panics of pages that are not needed any more are ignored.
            let _ = page.thread.join();
        }
    }
}

impl<T, P> fmt::Debug for Items<'_, T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Items({:?}, {} read)", self.request.path(), self.position.read)
    }
}
