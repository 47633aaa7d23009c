//! Entry points for `benches/hot_paths.rs`, which measures internal functions. Not a part of the API.

use jiff::Timestamp;

use crate::common::content::GET_WORKBOOK;
use crate::credentials::SignIn;
use crate::http::Request;
use crate::ids::{SiteId, WorkbookId};
use crate::operation::PathSegment;
use crate::secret::Secret;
use crate::workbooks::WorkbookUpdate;
pub use crate::xml::Listed;
use crate::xml::{self, Node, Reports};
use crate::{ApiVersion, Credentials, Result};

/// Checks a response and parses it. Returns the number of elements in the root.
pub fn parse(text: &str) -> Result<usize> {
    let document = xml::parse(text)?;
    let reports = Reports::default();
    Ok(Node::root(&document, &reports)?.children().count())
}

/// Parses a page and reads its items. Returns how many there are.
pub fn decode<T: Listed>(text: &str) -> Result<usize> {
    let document = xml::parse(text)?;
    let reports = Reports::default();
    let nodes = Node::root(&document, &reports)?.items(T::WRAP, T::ITEM, Node::LONGEST)?;
    let items: Vec<T> = nodes.into_iter().map(T::from_xml).collect::<Result<_>>()?;
    Ok(std::hint::black_box(items).len())
}

/// Encodes a request: its path, its query and its body. Returns the length of the URL.
pub fn encode(version: ApiVersion, site: &SiteId, id: &WorkbookId) -> Result<usize> {
    let ids: [&dyn PathSegment; 1] = [id];
    let changes = WorkbookUpdate::new().name("Sales & Finance").description("2024: <all>");
    let request = Request::of(&GET_WORKBOOK.call(version, Some(site), &ids))
        .query("filter", "name:eq:Sales & Finance,createdAt:gt:2024-01-01T00:00:00Z")
        .element(&changes)?;
    Ok(std::hint::black_box(request).path_and_query()?.len())
}

/// Redacts secrets in texts. The secrets are collected once.
pub struct Redactor(crate::redact::Redactor);

impl Redactor {
    /// Redacts these secrets.
    pub fn new(secrets: &[&str]) -> Redactor {
        let none = crate::redact::Redactor::default();
        Redactor(secrets.iter().fold(none, |all, secret| all.with(&Secret::new(*secret))))
    }

    /// Returns the length of the redacted text.
    pub fn redact(&self, text: &str) -> usize {
        self.0.redact(text).len()
    }
}

/// Mints a JSON Web Token for the credentials and returns its length.
pub fn mint(credentials: &dyn Credentials) -> Result<usize> {
    let minted = SignIn::of(credentials).for_first_sign_in(Timestamp::now())?;
    Ok(minted.secret().reveal().len())
}
