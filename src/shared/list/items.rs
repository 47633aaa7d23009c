//! [`Items`]: the iterator, its pages in flight, and what it checks between two of them.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::vec;

use super::page::{Ask, Fetched};
use super::{List, Listed, OnChange};
use crate::core::Core;
use crate::http::on_another_thread;
use crate::stop::{AtStop, Stop};
use crate::{Error, ErrorKind, Result};

/// Tableau's code for a page past the end.
const NO_SUCH_PAGE: &str = "400006";

const CHANGED: &str = "the list changed while it was read";

/// The iterator over a [`List`].
pub struct Items<'s, T> {
    core: &'s Arc<Core>,
    ask: Arc<Ask<T>>,
    on_change: OnChange,
    here: vec::IntoIter<T>,
    /// The page to read after this one; `None` after the last one and after an error.
    next: Option<u32>,
    seen: u64,
    /// How many items there are, as the page before said.
    total: Option<u64>,
    /// The ids on the page before.
    before: HashSet<Box<str>>,
    /// How many pages there are, as far as is known.
    expected: u32,
    ahead: Ahead<T>,
}

/// Pages asked for ahead, the nearest first. Never more than `most`.
struct Ahead<T> {
    most: usize,
    in_flight: VecDeque<(u32, JoinHandle<Result<Fetched<T>>>)>,
    /// The session to ask over, what ends that, and what ends it with the session's own stop.
    over: Option<(Arc<Core>, Stop, Option<AtStop>)>,
}

impl<'s, T: Listed> Items<'s, T> {
    pub(super) fn new(list: List<'s, T>) -> Items<'s, T> {
        Items {
            core: list.core,
            ask: Arc::new(list.ask),
            on_change: list.on_change,
            here: Vec::new().into_iter(),
            next: Some(1),
            seen: 0,
            total: None,
            before: HashSet::new(),
            expected: 1,
            ahead: Ahead::new(list.prefetch),
        }
    }

    /// Reads page `number` and prepares for the one after it.
    fn advance(&mut self, number: u32) -> Result<()> {
        let fetched = match self.ahead.take(number) {
            Some(page) => page,
            None => self.ask.fetch(self.core, number),
        };
        let Fetched { page, ids } = match fetched {
            Err(error) if number > 1 && error.code() == Some(NO_SUCH_PAGE) => {
                return self.changed(|| {
                    let what = format!("{CHANGED}: there is no page {number} any more");
                    error.meaning(ErrorKind::Changed, what)
                });
            }
            other => other?,
        };
        let count = page.items.len() as u64;
        self.check(number, page.total, count, &ids)?;
        self.seen += count;
        self.total = Some(page.total);
        self.before.clear();
        if self.seen < page.total {
            if count == 0 {
                return self.changed(|| {
                    let (seen, total) = (self.seen, page.total);
                    let what = format!("page {number} is empty, with {seen} of {total} items read");
                    let error = Error::decode(what).doing(self.doing());
                    self.core.redact(error).at(self.core.address(&self.ask.path))
                });
            }
            // By what the server gives, which may be less than what was asked for.
            let more = (page.total - self.seen).div_ceil(count);
            self.expected = number.saturating_add(more.try_into().unwrap_or(u32::MAX));
            let next = number.saturating_add(1);
            self.next = Some(next);
            if self.on_change == OnChange::Fail {
                self.before.extend(ids);
            }
            self.ahead.fill(self.core, &self.ask, next, self.expected);
        }
        self.here = page.items.into_iter();
        Ok(())
    }

    /// Whether page `number` fits what the pages before it said.
    fn check(&self, number: u32, total: u64, count: u64, ids: &[Box<str>]) -> Result<()> {
        if let Some(before) = self.total
            && before != total
        {
            return self.changed(|| {
                self.change(format!("{before} items before page {number}, {total} with it"))
            });
        }
        let seen = self.seen + count;
        if seen > total {
            return self.changed(|| {
                self.change(format!("{seen} items up to page {number}, of {total} in all"))
            });
        }
        if let Some(twice) = ids.iter().find(|id| self.before.contains(*id)) {
            let twice = self.core.shown(twice);
            return self.changed(|| {
                let both = format!("on page {} and on page {number}", number - 1);
                self.change(format!("the item with the id {twice:?} is {both}"))
            });
        }
        Ok(())
    }

    /// The error, unless the caller chose to go on.
    fn changed(&self, error: impl FnOnce() -> Error) -> Result<()> {
        match self.on_change {
            OnChange::Fail => Err(error()),
            OnChange::GoOn => Ok(()),
        }
    }

    fn change(&self, what: String) -> Error {
        let error = Error::new(ErrorKind::Changed, format!("{CHANGED}: {what}"));
        self.core.redact(error.doing(self.doing()))
    }

    fn doing(&self) -> String {
        format!("listing {}", self.ask.path)
    }
}

impl<T: Listed> Ahead<T> {
    fn new(most: usize) -> Ahead<T> {
        Ahead { most, in_flight: VecDeque::new(), over: None }
    }

    /// The page, if it was asked for.
    fn take(&mut self, number: u32) -> Option<Result<Fetched<T>>> {
        let (ahead, page) = self.in_flight.pop_front()?;
        debug_assert_eq!(ahead, number, "pages are taken in the order they were asked for");
        Some(page.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    }

    /// Asks for pages from `next` on, as many as may be in flight.
    fn fill(&mut self, core: &Arc<Core>, ask: &Arc<Ask<T>>, next: u32, last: u32) {
        while self.in_flight.len() < self.most {
            let number = self.in_flight.back().map_or(next, |(last, _)| last.saturating_add(1));
            if number > last {
                break;
            }
            let (core, ..) = self.over.get_or_insert_with(|| {
                let (stop, link) = core.stop().map_or_else(|| (Stop::new(), None), Stop::branch);
                (Arc::new(core.branch(&stop)), stop, link)
            });
            let (core, ask) = (core.clone(), ask.clone());
            let thread = std::thread::Builder::new()
                .name(format!("page {number}"))
                .spawn(on_another_thread(move || ask.fetch(&core, number)));
            match thread {
                Ok(thread) => self.in_flight.push_back((number, thread)),
                // No thread to be had: the page is asked for when it is needed.
                Err(_) => break,
            }
        }
    }
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
                self.ahead = Ahead::new(0);
                return Some(Err(error));
            }
        }
    }
}

impl<T: Listed> std::iter::FusedIterator for Items<'_, T> {}

/// Ends the pages in flight: no thread outlives the list.
impl<T> Drop for Ahead<T> {
    fn drop(&mut self) {
        if let Some((_, stop, _)) = &self.over {
            stop.stop();
        }
        for (_, page) in self.in_flight.drain(..) {
            // A page that nobody reads may fail, or its thread panic, unseen.
            let _ = page.join();
        }
    }
}

impl<T> fmt::Debug for Items<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Items({:?}, {} read)", self.ask.path, self.seen)
    }
}
