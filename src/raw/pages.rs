//! [`RawItems`]: an iterator over the items of a paginated list in JSON.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use serde_core::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{RawRequest, path};
use crate::http::Request;
use crate::json::from_json;
use crate::{Error, Result};

/// How the next page of a list in JSON is requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Paging {
    /// By number: the request has `pageNumber`, and the response `pagination`. Used by the versioned
    /// REST API.
    Numbers,
    /// By token: the response has `next_page_token`, which the next request sends as `page_token`.
    /// Used by Pulse and other APIs below `/api/-/`.
    Tokens,
    /// By link: the object with the items has the URL of the next page in `next`. Used by content
    /// search.
    Links,
}

/// Iterator over the items of a list, from [`RawRequest::read_items`].
///
/// If a page cannot be read, the iterator yields one `Err` and ends. An item that cannot be decoded
/// is an `Err`, and the iterator continues.
pub struct RawItems<'s, T> {
    request: RawRequest<'s>,
    /// The request for the next page; `None` after the last one.
    next: Option<Request<'static>>,
    paging: Paging,
    path: String,
    page: u64,
    /// The number of items on the pages that were read.
    seen: u64,
    items: VecDeque<Result<T>>,
}

type Fields<'a> = BTreeMap<String, &'a RawValue>;

/// A page: the fields of the response, the fields of the object that contains the items, and the items.
struct Page<'a> {
    root: Fields<'a>,
    parent: Fields<'a>,
    items: Vec<&'a RawValue>,
}

impl<'a> Page<'a> {
    #[inline]
    fn parse(text: &'a [u8], path: &str) -> Result<Page<'a>> {
        let root: Fields<'_> = from_json(text)?;
        let mut parent = root.clone();
        let mut names = path.split('.').peekable();
        while let Some(name) = names.next() {
            let Some(value) = parent.get(name) else {
                // An empty list may be omitted if the object has no other fields than those for paging.
                let is_paging = |name: &String| name == "pagination" || name.contains("next");
                return match parent.keys().all(is_paging) {
                    true => Ok(Page { root, parent, items: Vec::new() }),
                    false => Err(Error::decode(format!(
                        "the response has no `{name}`, which `{path}` requires; the fields there are {:?}",
                        parent.keys().take(10).collect::<Vec<_>>()
                    ))),
                };
            };
            let text = value.get().as_bytes();
            match names.peek() {
                Some(_) => parent = from_json(text)?,
                None => return Ok(Page { items: from_json(text)?, root, parent }),
            }
        }
        unreachable!("the loop returns at the last name")
    }

    #[inline]
    fn text(fields: &Fields<'a>, name: &str) -> Result<Option<String>> {
        let text: Option<String> =
            fields.get(name).map_or(Ok(None), |text| from_json(text.get().as_bytes()))?;
        Ok(text.filter(|text| !text.is_empty()))
    }

    /// `totalAvailable`, which is a number or a string.
    #[inline]
    fn total(&self) -> Result<u64> {
        let missing = || Error::decode("the response has no `pagination` with `totalAvailable`");
        let pagination = self.root.get("pagination").ok_or_else(missing)?;
        let pagination: Value = from_json(pagination.get().as_bytes())?;
        let total = &pagination["totalAvailable"];
        let total = total.as_u64().or_else(|| total.as_str()?.parse().ok());
        total.ok_or_else(missing)
    }
}

impl<'s, T: DeserializeOwned> RawItems<'s, T> {
    #[inline]
    pub(super) fn new(mut request: RawRequest<'s>, paging: Paging, path: &str) -> RawItems<'s, T> {
        let mut items = VecDeque::new();
        request.accept = Some("application/json");
        match request.check() {
            Ok(()) if request.has_body() => {
                let what = "a request for a list of several pages cannot have a body";
                items.push_back(Err(Error::input(what)));
            }
            Ok(()) => {}
            Err(error) => items.push_back(Err(error)),
        }
        let next = items.is_empty().then(|| request.request.repeat());
        let next = next.map(|next| match paging {
            Paging::Numbers => next.query("pageNumber", "1"),
            _ => next,
        });
        RawItems { request, next, paging, path: path.to_owned(), page: 1, seen: 0, items }
    }

    /// Reads a page and prepares the request for the next one.
    #[inline]
    fn read(&mut self, request: Request<'static>) -> Result<()> {
        let RawItems { paging, path: items_path, page, seen, request: first, .. } = self;
        let client = first.client;
        let base = || first.request.repeat();
        let this_page = request.path_and_query()?;
        let (items, next) = client.ask(request, |response| {
            response.json_with(|text| {
                let read = Page::parse(text, items_path)?;
                let so_far = *seen + read.items.len() as u64;
                let next = match paging {
                    Paging::Numbers if so_far >= read.total()? => None,
                    Paging::Numbers if read.items.is_empty() => {
                        return Err(Error::decode(
                            "the response has a page without items before `totalAvailable` items \
                             were read",
                        ));
                    }
                    Paging::Numbers => Some(base().query("pageNumber", (*page + 1).to_string())),
                    Paging::Tokens => Page::text(&read.root, "next_page_token")?
                        .map(|token| base().query("page_token", token)),
                    Paging::Links => match Page::text(&read.parent, "next")? {
                        Some(link) => {
                            Some(base().at(path::resolve(client, &link).map_err(|why| {
                                Error::decode(format!(
                                    "the link to the next page is invalid: {why}"
                                ))
                            })?))
                        }
                        None => None,
                    },
                };
                // A server that ignores the parameter of the page would return it endlessly.
                let next_page = next.as_ref().map(Request::path_and_query).transpose()?;
                if next_page.is_some_and(|next_page| next_page == this_page) {
                    return Err(Error::decode("the response names this page as the next one"));
                }
                let items: VecDeque<Result<T>> =
                    read.items.iter().map(|item| from_json(item.get().as_bytes())).collect();
                Ok((items, next))
            })
        })?;
        *seen += items.len() as u64;
        *page += 1;
        (self.items, self.next) = (items, next);
        Ok(())
    }
}

impl<T: DeserializeOwned> Iterator for RawItems<'_, T> {
    type Item = Result<T>;

    #[inline]
    fn next(&mut self) -> Option<Result<T>> {
        while self.items.is_empty() {
            let next = self.next.take()?;
            if let Err(error) = self.read(next) {
                return Some(Err(error));
            }
        }
        self.items.pop_front()
    }
}

/// Shows the request.
impl<T> fmt::Debug for RawItems<'_, T> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawItems").field("request", &self.request).finish_non_exhaustive()
    }
}
