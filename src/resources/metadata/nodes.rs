//! [`Nodes`]: the nodes of a connection, over all its pages.

use std::collections::VecDeque;
use std::fmt;

use log::debug;
use serde_core::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::Query;
use super::response::{Fields, QueryResponse, no_data};
use crate::json::from_json;
use crate::redact::Redactor;
use crate::{Error, Result};

/// The nodes of a connection, from [`Query::nodes`].
///
/// A page that cannot be read yields one `Err`, then the iterator ends. A node that cannot be
/// decoded is an `Err`, and the iterator continues. Errors that the server returns together with
/// the nodes of a page are yielded after these nodes, and do not end the iteration either.
pub struct Nodes<'s, T> {
    query: Query<'s>,
    variables: Map<String, Value>,
    page_size: u64,
    items: VecDeque<Result<T>>,
    is_done: bool,
}

/// The size of the first page, unless the variables set it.
const PAGE_SIZE: u64 = 1000;

const FIRST: &str = "first";
const AFTER: &str = "afterToken";

/// A page of nodes.
enum Page<T> {
    Read { items: VecDeque<Result<T>>, next: Option<String> },
    ExceedsLimit(Error),
}

impl<'s, T: DeserializeOwned> Nodes<'s, T> {
    #[inline]
    pub(super) fn new(mut query: Query<'s>) -> Nodes<'s, T> {
        let mut items = VecDeque::new();
        let needed = ["$first", "$afterToken", "nodes", "hasNextPage", "endCursor"];
        if let Some(missing) = needed.iter().find(|needed| !query.text.contains(**needed)) {
            items.push_back(Err(Error::input(format!(
                "the query of `nodes` has no `{missing}`: it needs `query all($first: Int, $afterToken: \
                 String) {{ …Connection(first: $first, after: $afterToken) {{ nodes {{ … }} pageInfo \
                 {{ hasNextPage endCursor }} }} }}`"
            ))));
        }
        let mut variables = Map::new();
        match std::mem::replace(&mut query.variables, Ok(Value::Null)) {
            Ok(Value::Object(given)) => variables = given,
            Ok(_) => {}
            Err(error) => items.push_back(Err(error)),
        }
        let page_size = variables.get(FIRST).and_then(Value::as_u64).unwrap_or(PAGE_SIZE).max(1);
        variables.entry(AFTER).or_insert(Value::Null);
        let is_done = !items.is_empty();
        Nodes { query, variables, page_size, items, is_done }
    }

    /// Reads the next page. Halves the page size until the server accepts it.
    #[inline]
    fn read_page(&mut self) -> Result<()> {
        loop {
            self.variables.insert(FIRST.to_owned(), self.page_size.into());
            let query = Query {
                client: self.query.client,
                text: self.query.text.clone(),
                variables: Ok(Value::Object(self.variables.clone())),
            };
            let redactor = self.query.client.redactor();
            match query.ask(|response| read(response, &redactor))? {
                Page::ExceedsLimit(error) if self.page_size == 1 => return Err(error),
                Page::ExceedsLimit(error) => {
                    self.page_size /= 2;
                    debug!(
                        target: "tableau_server_client::metadata",
                        "{error}: trying again with {} nodes", self.page_size
                    );
                }
                Page::Read { items, next } => {
                    self.items = items;
                    self.is_done = next.is_none();
                    let next = next.map_or(Value::Null, Value::from);
                    if !self.is_done && self.variables.get(AFTER) == Some(&next) {
                        let what = "the next page has the same cursor as this page";
                        return Err(Error::decode(what));
                    }
                    self.variables.insert(AFTER.to_owned(), next);
                    return Ok(());
                }
            }
        }
    }
}

fn read<T: DeserializeOwned>(response: QueryResponse<'_>, redactor: &Redactor) -> Result<Page<T>> {
    let error = response.error(redactor);
    let error = match error {
        Some(error) if response.exceeds_a_limit() => return Ok(Page::ExceedsLimit(error)),
        error => error,
    };
    let Some(data) = response.raw_data() else { return Err(error.unwrap_or_else(no_data)) };
    let data: Fields<'_> = from_json(data.as_bytes())?;
    let connections = data.values().filter_map(|value| {
        let fields: Fields<'_> = from_json(value.get().as_bytes()).ok()?;
        fields.contains_key("nodes").then_some(fields)
    });
    let [connection] = &connections.collect::<Vec<_>>()[..] else {
        return Err(error.unwrap_or_else(|| {
            Error::decode("`data` must contain exactly one connection with `nodes` and `pageInfo`")
        }));
    };
    let nodes: Vec<&RawValue> = from_json(connection["nodes"].get().as_bytes())?;
    let missing = || Error::decode("the connection has no `pageInfo`");
    let info = connection.get("pageInfo").ok_or_else(missing)?;
    let info: Value = from_json(info.get().as_bytes())?;
    let next = match info["hasNextPage"].as_bool() {
        Some(true) => {
            let missing = || Error::decode("`hasNextPage` is true, but `endCursor` is missing");
            Some(info["endCursor"].as_str().ok_or_else(missing)?.to_owned())
        }
        Some(false) => None,
        None => return Err(Error::decode("`pageInfo` has no `hasNextPage`")),
    };
    let items = nodes.into_iter().map(|node| from_json(node.get().as_bytes()));
    let items = items.chain(error.map(Err)).collect();
    Ok(Page::Read { items, next })
}

impl<T: DeserializeOwned> Iterator for Nodes<'_, T> {
    type Item = Result<T>;

    #[inline]
    fn next(&mut self) -> Option<Result<T>> {
        while self.items.is_empty() && !self.is_done {
            if let Err(error) = self.read_page() {
                self.is_done = true;
                return Some(Err(error));
            }
        }
        self.items.pop_front()
    }
}

/// Shows the query and the variables of the next page.
impl<T> fmt::Debug for Nodes<'_, T> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nodes")
            .field("query", &self.query.text)
            .field("page_size", &self.page_size)
            .field("is_done", &self.is_done)
            .finish_non_exhaustive()
    }
}
