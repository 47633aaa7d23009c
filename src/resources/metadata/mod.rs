//! The Metadata API: queries in GraphQL about content, its lineage and its fields.

mod nodes;
mod response;

use serde_core::Serialize;
use serde_core::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::client::Client;
use crate::http::{Request, Success};
use crate::operation::operations;
use crate::{Error, ErrorKind, Result};

use response::QueryResponse;

pub use nodes::Nodes;
pub use response::{PartialData, QueryError};

operations! {
    QUERY = POST "/api/metadata/graphql" since (3, 5) scope unknown
        "Metadata API query" "metadata.htm";
    BACKFILL = GET "/api/metadata/v1/control/backfill/status" since (3, 9) scope unknown
        "Metadata API backfill status" "metadata.htm";
    EVENTING = GET "/api/metadata/v1/control/eventing/status" since (3, 9) scope unknown
        "Metadata API eventing status" "metadata.htm";
}

resource! {
    /// The Metadata API, from [`Session::metadata`](crate::Session::metadata).
    ///
    /// Queries read an index of the server's content. The index follows changes with a delay, and
    /// is incomplete while it is built for the first time.
    Metadata
}

impl<'s> Metadata<'s> {
    /// A query in GraphQL.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), tableau_server_client::Error> {
    /// # use tableau_server_client as tsc;
    /// # use std::collections::BTreeMap;
    /// # let server = tsc::Server::new("https://tableau.example.com")?;
    /// # let session = server.sign_in(&tsc::TableauAuth::new("USERNAME", "PASSWORD"))?;
    /// let text = "query tables($name: String) { databaseTables(filter: {name: $name}) { luid name } }";
    /// let query = session.metadata().query(text).variables(&BTreeMap::from([("name", "orders")]));
    /// let data: BTreeMap<String, Vec<BTreeMap<String, String>>> = query.send()?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc = rest!(QUERY)]
    pub fn query(&self, text: impl Into<String>) -> Query<'s> {
        Query { client: self.client, text: text.into(), variables: Ok(Value::Null) }
    }

    /// Returns how far the index is built, decoded into a type that the caller chooses, such as
    /// `serde_json::Value`, because the reference does not state the format.
    #[doc = rest!(BACKFILL)]
    pub fn backfill_status<T: DeserializeOwned>(&self) -> Result<T> {
        let status = self.client.ask(self.client.request(&BACKFILL, &[]), Success::json);
        status.map_err(explain_absence)
    }

    /// Returns whether the index follows changes of the content, decoded into a type that the
    /// caller chooses.
    #[doc = rest!(EVENTING)]
    pub fn eventing_status<T: DeserializeOwned>(&self) -> Result<T> {
        let status = self.client.ask(self.client.request(&EVENTING, &[]), Success::json);
        status.map_err(explain_absence)
    }
}

/// A query in GraphQL, from [`Metadata::query`].
#[derive(Debug)]
#[must_use = "nothing is sent until the result is read"]
pub struct Query<'s> {
    client: &'s Client,
    text: String,
    /// The variables as a JSON object or null, or the reason why they cannot be sent.
    variables: Result<Value>,
}

impl<'s> Query<'s> {
    /// Sets the variables: a map or a struct that implements `serde::Serialize`. Other values are an
    /// [`Input`](ErrorKind::Input) error when the query is sent.
    pub fn variables(mut self, variables: &(impl Serialize + ?Sized)) -> Query<'s> {
        self.variables = match serde_json::to_value(variables) {
            Ok(value @ (Value::Object(_) | Value::Null)) => Ok(value),
            Ok(_) => Err(Error::input("the variables of a query must be a map or a struct")),
            Err(error) => {
                Err(Error::input(format!("the variables cannot be written as JSON: {error}")))
            }
        };
        self
    }

    /// Sends the query and decodes the `data` of the response.
    ///
    /// # Errors
    ///
    /// [`Api`](ErrorKind::Api) if the response contains an error, even with partial data. To get
    /// the partial data as well, use [`send_partial`](Query::send_partial).
    pub fn send<T: DeserializeOwned>(self) -> Result<T> {
        let redactor = self.client.redactor();
        self.ask(|response| {
            response.fail_on_errors(&redactor)?.data()?.ok_or_else(response::no_data)
        })
    }

    /// Sends the query and returns the data together with the errors in the response, which are not an
    /// `Err` then. Fails like [`send`](Query::send) otherwise.
    pub fn send_partial<T: DeserializeOwned>(self) -> Result<PartialData<T>> {
        let redactor = self.client.redactor();
        self.ask(|response| {
            Ok(PartialData { data: response.data()?, errors: response.errors(&redactor) })
        })
    }

    /// Reads all nodes of a connection, such as `workbooksConnection`, a page at a time.
    ///
    /// The query has the variables `$first` (the page size) and `$afterToken` (the cursor), and asks
    /// for `nodes` and `pageInfo { hasNextPage endCursor }`:
    ///
    /// ```no_run
    /// # fn main() -> Result<(), tableau_server_client::Error> {
    /// # use tableau_server_client as tsc;
    /// # use std::collections::BTreeMap;
    /// # let server = tsc::Server::new("https://tableau.example.com")?;
    /// # let session = server.sign_in(&tsc::TableauAuth::new("USERNAME", "PASSWORD"))?;
    /// let query = "query all($first: Int, $afterToken: String) {
    ///     workbooksConnection(first: $first, after: $afterToken) {
    ///         nodes { luid name }
    ///         pageInfo { hasNextPage endCursor }
    ///     }
    /// }";
    /// for workbook in session.metadata().query(query).nodes::<BTreeMap<String, String>>() {
    ///     println!("{:?}", workbook?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The first page has 1000 nodes, or the number in the variable `first`. If a page exceeds the
    /// node limit or the time limit of the server, it is requested again with half the number.
    #[doc(alias = "paginated_query")]
    pub fn nodes<T: DeserializeOwned>(self) -> Nodes<'s, T> {
        Nodes::new(self)
    }

    fn ask<T>(self, mut read: impl FnMut(QueryResponse<'_>) -> Result<T>) -> Result<T> {
        let body = to_body(&self.text, &self.variables?);
        let read = |response: Success| response.json_with(|text| read(QueryResponse::parse(text)?));
        self.client.ask(request(self.client, body), read).map_err(explain_absence)
    }
}

#[inline]
fn to_body(text: &str, variables: &Value) -> String {
    let mut body = Map::new();
    body.insert("query".to_owned(), text.into());
    body.insert("variables".to_owned(), variables.clone());
    Value::Object(body).to_string()
}

/// The request for a query. Queries only read, so the request is idempotent.
#[inline]
fn request(client: &Client, body: String) -> Request<'static> {
    client.request(&QUERY, &[]).json(body).repeatable()
}

/// Explains a path that does not exist: the Metadata API is a separate service, which can be
/// disabled.
#[inline]
fn explain_absence(error: Error) -> Error {
    let is_absent = matches!(error.kind(), ErrorKind::Api | ErrorKind::Http)
        && matches!(error.status(), Some(404 | 405));
    if !is_absent {
        return error;
    }
    let kind = error.kind();
    error.meaning(
        kind,
        "the server has no Metadata API: an administrator of Tableau Server can enable it with `tsm \
         maintenance metadata-services enable`",
    )
}
