//! Extracts of content, `session.extracts(&id)`, and their refreshes.

use std::sync::Arc;

use super::capability;
use super::job::{JobHandle, started_or_queued};
use crate::client::Client;
use crate::http::Request;
use crate::ids::{DatasourceId, WorkbookId};
use crate::operation::{Operation, operations};
use crate::xml::Out;
use crate::{Error, Result};

operations! {
    CREATE_IN_WORKBOOK = POST "sites/{site}/workbooks/{workbook}/createExtract" since (3, 5)
        scope "tableau:extracts:create" errors [409070]
        "Create Extracts for Embedded Data Sources in a Workbook"
        "extract_and_encryption.htm#create_extracts_for_workbook";
    CREATE_IN_DATASOURCE = POST "sites/{site}/datasources/{datasource}/createExtract"
        since (3, 5) scope "tableau:extracts:create" errors [409070]
        "Create an Extract for a Data Source"
        "extract_and_encryption.htm#create_extract_for_datasource";
    DELETE_FROM_WORKBOOK = POST "sites/{site}/workbooks/{workbook}/deleteExtract" since (3, 5)
        scope "tableau:extracts:delete" errors [409070]
        "Delete Extracts of Embedded Data Sources from a Workbook"
        "extract_and_encryption.htm#delete_extracts_from_workbook";
    DELETE_FROM_DATASOURCE = POST "sites/{site}/datasources/{datasource}/deleteExtract"
        since (3, 5) scope "tableau:extracts:delete" errors [409070]
        "Delete the Extract from a Data Source"
        "extract_and_encryption.htm#delete_extract_from_datasource";
    pub(crate) REFRESH_WORKBOOK = POST "sites/{site}/workbooks/{workbook}/refresh" since (2, 8)
        scope "tableau:tasks:run" errors [403032, 404006, 409093]
        "Update Workbook Now" "workbooks_and_views.htm#update_workbook_now";
    pub(crate) REFRESH_DATASOURCE = POST "sites/{site}/datasources/{datasource}/refresh"
        since (2, 8) scope "tableau:tasks:run" errors [403032, 404004, 409093]
        "Update Data Source Now" "data_sources.htm#update_data_source_now";
}

capability! {
    /// The id of content that can hold extracts; see [`Session::extracts`](crate::Session::extracts).
    pub trait HasExtracts: "`{Self}` cannot have extracts", "workbooks and data sources can";
    WorkbookId { CREATE = CREATE_IN_WORKBOOK, DELETE = DELETE_FROM_WORKBOOK }
    DatasourceId { CREATE = CREATE_IN_DATASOURCE, DELETE = DELETE_FROM_DATASOURCE }
}

capability! {
    /// The id of content whose extracts can be refreshed.
    pub trait Refreshable: "`{Self}` cannot be refreshed", "workbooks and data sources can";
    WorkbookId { REFRESH = REFRESH_WORKBOOK }
    DatasourceId { REFRESH = REFRESH_DATASOURCE }
}

/// The extracts of one item; see [`Session::extracts`](crate::Session::extracts).
#[derive(Clone, Debug)]
#[must_use = "nothing is sent before `create` or `delete`"]
pub struct Extracts<'s, I> {
    client: &'s Arc<Client>,
    id: I,
    encrypt: bool,
    only: Option<Vec<DatasourceId>>,
}

impl<'s, I: HasExtracts> Extracts<'s, I> {
    #[inline]
    pub(crate) fn new(client: &'s Arc<Client>, id: &I) -> Extracts<'s, I> {
        Extracts { client, id: id.clone(), encrypt: false, only: None }
    }
}

impl Extracts<'_, WorkbookId> {
    /// Selects embedded data sources of the workbook. Default: all.
    pub fn only<D: Into<DatasourceId>>(mut self, datasources: impl IntoIterator<Item = D>) -> Self {
        self.only = Some(datasources.into_iter().map(Into::into).collect());
        self
    }
}

impl<'s, I: HasExtracts> Extracts<'s, I> {
    /// Whether the extracts that [`create`](Extracts::create) makes are encrypted. Default: `false`.
    #[inline]
    pub fn encrypt(mut self, encrypt: bool) -> Self {
        self.encrypt = encrypt;
        self
    }

    /// Replaces live connections by extracts: starts the job that does it.
    #[doc = rest!(CREATE_IN_WORKBOOK)]
    #[doc = rest!(CREATE_IN_DATASOURCE)]
    #[doc(alias = "create_extract")]
    #[inline]
    pub fn create(&self) -> Result<JobHandle<'s>> {
        let mut request = self.request(I::CREATE)?;
        if self.encrypt {
            request = request.query("encrypt", "true");
        }
        Ok(JobHandle::new(self.client, self.client.read(request, "job")?))
    }

    /// Replaces extracts by live connections: starts the job that does it. `None` if the server does
    /// not return the job.
    #[doc = rest!(DELETE_FROM_WORKBOOK)]
    #[doc = rest!(DELETE_FROM_DATASOURCE)]
    #[doc(alias = "delete_extract")]
    #[inline]
    pub fn delete(&self) -> Result<Option<JobHandle<'s>>> {
        let job = self.client.read_any(self.request(I::DELETE)?, "job")?;
        Ok(job.map(|job| JobHandle::new(self.client, job)))
    }

    #[inline]
    fn request<'b>(&self, operation: &'static Operation) -> Result<Request<'b>> {
        if self.only.as_ref().is_some_and(Vec::is_empty) {
            return Err(Error::input("extracts of a workbook need at least one data source"));
        }
        self.client.request(operation, &[&self.id]).element(&|out: &mut Out| match &self.only {
            Some(only) => out.ids("datasources", "datasource", only),
            None if I::KIND == "workbook" => {
                out.element("datasources", |out| out.attribute("includeAll", "true"));
            }
            None => {}
        })
    }
}

/// The first API version with incremental refreshes.
const INCREMENTAL: (u16, u16) = (3, 28);

/// Starts a refresh. If one is already queued, which the server reports as an error, returns the
/// queued job.
pub(crate) fn refresh<'s, I: Refreshable>(
    client: &'s Arc<Client>,
    id: &I,
    incremental: bool,
) -> Result<JobHandle<'s>> {
    if incremental {
        client.needs(INCREMENTAL, || "an incremental refresh".into())?;
    }
    let supported = client.needs(INCREMENTAL, String::new).is_ok();
    let request =
        client.request(I::REFRESH, &[id]).element(&|out: &mut Out| match incremental {
            true => out.element("extractRefresh", |out| out.attribute("incremental", "true")),
            false if supported => out.element("extractRefresh", |_| {}),
            // Older servers reject the element.
            false => {}
        })?;
    started_or_queued(client, client.read(request, "job"), |job| match I::KIND {
        "workbook" => job.workbook.as_ref().is_some_and(|one| one.as_str() == id.as_str()),
        _ => job.datasource.as_ref().is_some_and(|one| one.as_str() == id.as_str()),
    })
}
