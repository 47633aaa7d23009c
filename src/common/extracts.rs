//! Extracts of content, `session.extracts(&id)`, and their refreshes.

use std::sync::Arc;

use super::job::{JobHandle, started_or_queued};
use crate::client::Client;
use crate::http::Request;
use crate::ids::{DatasourceId, Extracted, Refreshed, WorkbookId};
use crate::operation::operations;
use crate::xml::Out;
use crate::{Error, Result, Session};

operations! {
    pub(crate) REFRESH_WORKBOOK = POST "sites/{site}/workbooks/{workbook}/refresh" since (2, 8)
        scope "tableau:tasks:run"
        "Update Workbook Now" "workbooks_and_views.htm#update_workbook_now";
    pub(crate) REFRESH_DATASOURCE = POST "sites/{site}/datasources/{datasource}/refresh"
        since (2, 8) scope "tableau:tasks:run"
        "Update Data Source Now" "data_sources.htm#update_data_source_now";
}

impl Session<'_> {
    /// The extracts of a workbook's embedded data sources, or of a published data source.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, workbook_id: tsc::WorkbookId) -> tsc::Result<()> {
    /// let job = session.extracts(&workbook_id).encrypt().create()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// What holds none does not compile:
    ///
    /// ```compile_fail,E0277
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, view_id: tsc::ViewId) -> tsc::Result<()> {
    /// let job = session.extracts(&view_id).create()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn extracts<I: Extracted>(&self, id: &I) -> Extracts<'_, I> {
        Extracts { client: self.core(), id: id.clone(), encrypt: false, only: None }
    }
}

/// The extracts of one thing; see [`Session::extracts`].
#[derive(Clone, Debug)]
#[must_use = "nothing is sent before `create` or `delete`"]
pub struct Extracts<'s, I> {
    client: &'s Arc<Client>,
    id: I,
    encrypt: bool,
    only: Option<Vec<DatasourceId>>,
}

impl Extracts<'_, WorkbookId> {
    /// Only those of these embedded data sources. Default: of all.
    pub fn only<D: Into<DatasourceId>>(mut self, datasources: impl IntoIterator<Item = D>) -> Self {
        self.only = Some(datasources.into_iter().map(Into::into).collect());
        self
    }
}

impl<'s, I: Extracted> Extracts<'s, I> {
    /// Encrypts what is created. Default: not.
    pub fn encrypt(mut self) -> Self {
        self.encrypt = true;
        self
    }

    /// Turns live connections into extracts: starts the job for it.
    ///
    /// REST: [Create Extracts for Embedded Data Sources in a Workbook](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_extract_and_encryption.htm#create_extracts_for_workbook)
    /// and [Create an Extract for a Data Source](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_extract_and_encryption.htm#create_extract_for_datasource), API 3.5.
    pub fn create(&self) -> Result<JobHandle<'s>> {
        let mut request = self.request("createExtract")?;
        if self.encrypt {
            request = request.query("encrypt", "true");
        }
        Ok(JobHandle::new(self.client, self.client.read(request, "job")?))
    }

    /// Turns extracts back into live connections: starts the job for it, which not every server
    /// tells of.
    ///
    /// REST: [Delete Extracts of Embedded Data Sources from a Workbook](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_extract_and_encryption.htm#delete_extracts_from_workbook)
    /// and [Delete the Extract from a Data Source](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_extract_and_encryption.htm#delete_extract_from_datasource), API 3.5.
    pub fn delete(&self) -> Result<Option<JobHandle<'s>>> {
        let job = self.client.read_any(self.request("deleteExtract")?, "job")?;
        Ok(job.map(|job| JobHandle::new(self.client, job)))
    }

    fn request(&self, verb: &str) -> Result<Request<'static>> {
        let path = self.client.site(&format!("{}/{verb}", self.id.path()));
        let request = Request::post(path).since(I::SINCE.0, I::SINCE.1);
        let mut out = Out::new();
        out.element("tsRequest", |out| match &self.only {
            // A data source is whole; of a workbook it has to be said.
            None if I::KIND == "datasource" => {}
            None => out.element("datasources", |out| out.attribute("includeAll", "true")),
            Some(some) => out.ids("datasources", "datasource", some),
        });
        if self.only.as_ref().is_some_and(Vec::is_empty) {
            return Err(Error::input("extracts are asked for of no data source"));
        }
        Ok(request.xml(out.finish()?))
    }
}

/// Starts a refresh; where one waits already, which the server tells as an error, gives that one.
pub(crate) fn refresh<'s, I: Refreshed>(
    client: &'s Arc<Client>,
    id: &I,
    incremental: bool,
) -> Result<JobHandle<'s>> {
    if incremental {
        client.needs((3, 25), || "an incremental refresh".into())?;
    }
    let operation = match I::KIND {
        "workbook" => &REFRESH_WORKBOOK,
        _ => &REFRESH_DATASOURCE,
    };
    let request = client.request(operation, &[id]);
    let mut out = Out::new();
    out.element("tsRequest", |out| {
        // Older servers refuse the element.
        if client.needs((3, 25), String::new).is_ok() {
            out.element("extractRefresh", |out| {
                if incremental {
                    out.attribute("incremental", "true");
                }
            });
        }
    });
    let request = request.xml(out.finish()?);
    started_or_queued(client, client.read(request, "job"), |job| match I::KIND {
        "workbook" => job.workbook.as_ref().is_some_and(|one| one.as_str() == id.as_str()),
        _ => job.datasource.as_ref().is_some_and(|one| one.as_str() == id.as_str()),
    })
}
