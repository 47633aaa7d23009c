//! Lists: queries, order of items, errors.

mod changes;
mod pages;
mod prefetch;
mod progress;
mod properties;
mod requests;
mod resources;
mod unreadable;

use tableau_server_client as tsc;

use crate::help::{self, auth, pinned};
use crate::raw::{Raw, Response, Seen};

/// A server that returns the page of workbooks that `page` makes from number and size.
fn pages(page: impl Fn(u32, u32) -> Response + Send + Sync + 'static) -> Raw {
    Raw::signed_in(move |seen| {
        let number = |name| query(seen, name).unwrap().parse().unwrap();
        page(number("pageNumber"), number("pageSize"))
    })
}

/// A decoded value of the query.
fn query(seen: &Seen, name: &str) -> Option<String> {
    let (_, query) = seen.target.split_once('?')?;
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter(|(n, _)| decoded(n) == name).map(|(_, value)| decoded(value)).next()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let hex = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap()
            }
            b'+' => b' ',
            byte => byte,
        });
    }
    String::from_utf8(bytes).unwrap()
}

/// A page with these workbooks.
fn page(number: u32, size: u32, total: u64, ids: impl IntoIterator<Item = u64>) -> Response {
    let one = |id| format!("<workbook id=\"w{id}\" name=\"W {id}\"/>");
    let items: String = ids.into_iter().map(one).collect();
    help::page(number, size, total, &format!("<workbooks>{items}</workbooks>"))
}

/// The ids on a page of `0..total`.
fn ids(number: u32, size: u32, total: u64) -> std::ops::Range<u64> {
    let start = u64::from(number - 1) * u64::from(size);
    start.min(total)..(start + u64::from(size)).min(total)
}

/// A server with `total` workbooks that returns at most `most` per page.
fn having(total: u64, most: u32) -> Raw {
    pages(move |number, size| {
        let size = size.min(most);
        page(number, size, total, ids(number, size, total))
    })
}

fn session(raw: &Raw) -> tsc::Session<'static> {
    pinned(&raw.url).into_session(&auth()).unwrap()
}

/// The ids that a list of any resource yields, and the error at its end.
fn ids_of<T>(
    list: impl IntoIterator<Item = tsc::Result<T>>,
    id: impl Fn(&T) -> String,
) -> (Vec<String>, Option<tsc::Error>) {
    let mut items = list.into_iter();
    let mut ids = Vec::new();
    while let Some(item) = items.next() {
        match item {
            Ok(item) => ids.push(id(&item)),
            Err(error) => {
                assert!(items.next().is_none() && items.next().is_none());
                return (ids, Some(error));
            }
        }
    }
    (ids, None)
}

/// The ids that were yielded, and the error at the end, if any.
fn all(list: tsc::List<'_, tsc::Workbook>) -> (Vec<String>, Option<tsc::Error>) {
    ids_of(list, |workbook| workbook.id.to_string())
}

fn names(ids: impl IntoIterator<Item = u64>) -> Vec<String> {
    ids.into_iter().map(|id| format!("w{id}")).collect()
}

/// The numbers of the requested pages, in order.
fn requested_pages(raw: &Raw) -> Vec<u32> {
    let number = |seen: &Seen| query(seen, "pageNumber")?.parse().ok();
    raw.seen().iter().filter_map(number).collect()
}
