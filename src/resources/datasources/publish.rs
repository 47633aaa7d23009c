//! Publishing data sources, and changes to their data.

use super::{AskData, Datasource, Datasources};
use crate::Result;
use crate::common::{
    Appendable, ConnectionCredentials, HoldsExtracts, HyperUpdate, InProject, JobHandle, Magic,
    Publish, Publishable, Source, upload_file,
};
use crate::http::{Request, encode_segment};
use crate::ids::{ConnectionId, DatasourceId, Located};
use crate::operation::{Operation, operations};

operations! {
    PUBLISH = POST "sites/{site}/datasources" since (2, 0) scope "tableau:datasources:create"
        "Publish Data Source" "data_sources.htm#publish_data_source";
}

impl<'s> Datasources<'s> {
    /// Publishes a file as a data source: `.tdsx`, `.tds`, `.hyper`, `.parquet` or `.tde`.
    #[doc = rest!(PUBLISH)]
    pub fn publish<'f>(&self, source: impl Into<Source<'f>>) -> Publish<'s, 'f, Datasource> {
        Publish::new(self.client, source.into())
    }

    /// Changes the data of a data source with one Hyper extract, as a job.
    ///
    /// The payload, if there is one, is uploaded first. The server carries out a request of the same
    /// [id](HyperUpdate::request_id) once, so that it is sent again where its answer was lost.
    ///
    /// REST: [Update Data in Hyper Data Source](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_data_sources.htm#update_data_in_hyper_data_source), API 3.12.
    pub fn update_data(
        &self,
        id: impl Into<DatasourceId>,
        update: HyperUpdate<'_>,
    ) -> Result<JobHandle<'s>> {
        let id = &id.into();
        self.patch(format!("{}/data", id.path()), update)
    }

    /// As [`update_data`](Datasources::update_data), for one connection of a data source that has
    /// several.
    ///
    /// REST: [Update Data in Hyper Connection](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_data_sources.htm#update_data_in_hyper_connection), API 3.12.
    pub fn update_connection_data(
        &self,
        id: impl Into<DatasourceId>,
        connection: impl Into<ConnectionId>,
        update: HyperUpdate<'_>,
    ) -> Result<JobHandle<'s>> {
        let id = &id.into();
        let connection = &connection.into();
        let connection = encode_segment(connection.as_str());
        self.patch(format!("{}/connections/{connection}/data", id.path()), update)
    }

    fn patch(&self, path: String, mut update: HyperUpdate<'_>) -> Result<JobHandle<'s>> {
        let (request_id, body) = update.request()?;
        self.client.needs((3, 12), || "an update of Hyper data".into())?;
        let mut request = Request::patch(self.client.site(&path)).header("RequestID", request_id);
        if let Some(payload) = update.payload.take() {
            let upload = upload_file(self.client, payload)?;
            request = request.query("uploadSessionId", upload.id());
        }
        let request = request.json(body).repeatable();
        Ok(JobHandle::new(self.client, self.client.read(request, "job")?))
    }
}

impl Publishable for Datasource {
    type Id = DatasourceId;

    const PUBLISH: &'static Operation = &PUBLISH;
    const PART: &'static str = "tableau_datasource";
    const TYPE: Option<&'static str> = Some("datasourceType");
    const FILES: &'static [(&'static str, Option<Magic>)] = &[
        ("tdsx", Some(Magic::Zip)),
        ("tds", Some(Magic::Xml)),
        ("hyper", Some(Magic::Hyper)),
        ("tde", Some(Magic::Tde)),
        ("parquet", Some(Magic::Parquet)),
    ];

    fn id(&self) -> &DatasourceId {
        &self.id
    }
}

impl InProject for Datasource {}

impl Appendable for Datasource {}

impl HoldsExtracts for Datasource {}

impl Publish<'_, '_, Datasource> {
    /// Whether the data of the item of the same name is replaced, without other changes to the item.
    /// Default: `false`.
    pub fn replace(self, replace: bool) -> Self {
        self.mode("replace", replace)
    }

    /// How its only connection signs in; where it has several, each is a
    /// [`connection`](Publish::connection).
    pub fn credentials(self, credentials: ConnectionCredentials) -> Self {
        self.log_in(credentials)
    }

    /// Whether queries go through a Tableau Bridge.
    pub fn use_remote_query_agent(self, yes: bool) -> Self {
        self.attribute("useRemoteQueryAgent", &yes)
    }

    /// Whether it is certified: recommended, on someone's word.
    pub fn certified(self, yes: bool) -> Self {
        self.attribute("isCertified", &yes)
    }

    /// Why it is certified.
    pub fn certification_note(self, text: impl Into<String>) -> Self {
        self.attribute("certificationNote", &text.into())
    }

    /// Whether Ask Data takes questions about it. Servers from 2024.2 on have none.
    pub fn ask_data(self, setting: impl Into<AskData>) -> Self {
        self.child("askData", "enablement", &setting.into())
    }
}
