//! Publishing data sources, and updates of their data.

use super::{AskData, Datasource, Datasources};
use crate::Result;
use crate::common::{
    Appendable, ConnectionCredentials, HoldsExtracts, HyperUpdate, InProject, JobHandle, Magic,
    Publish, Publishable, Source, upload_file,
};
use crate::ids::{ConnectionId, DatasourceId};
use crate::operation::{Operation, PathSegment, operations};

operations! {
    PUBLISH = POST "sites/{site}/datasources" since (2, 0) scope "tableau:datasources:create"
        errors [400008, 400010, 400011, 400019, 400055, 400129, 403007, 403008, 404004, 404005,
            404015]
        "Publish Data Source" "data_sources.htm#publish_data_source";
    UPDATE_DATA = PATCH "sites/{site}/datasources/{datasource}/data" since (3, 12)
        scope "tableau:hyper_data:update"
        errors [400008, 403032, 403062, 404004, 404008, 404020, 409015, 409094]
        "Update Data in Hyper Data Source" "data_sources.htm#update_data_in_hyper_data_source";
    UPDATE_CONNECTION_DATA = PATCH
        "sites/{site}/datasources/{datasource}/connections/{connection}/data" since (3, 12)
        scope "tableau:hyper_data:update"
        errors [400008, 403032, 403062, 404004, 404008, 404020, 409015, 409094]
        "Update Data in Hyper Connection" "data_sources.htm#update_data_in_hyper_connection";
}

impl<'s> Datasources<'s> {
    /// Publishes a file as a data source: `.tdsx`, `.tds`, `.hyper`, `.parquet` or `.tde`.
    #[doc = rest!(PUBLISH)]
    pub fn publish<'f>(&self, source: impl Into<Source<'f>>) -> Publish<'s, 'f, Datasource> {
        Publish::new(self.client, source.into())
    }

    /// Changes the data of a data source with one Hyper extract, and returns the job that does it.
    ///
    /// The payload, if any, is uploaded first. If the response is lost, the request is sent again,
    /// because the server carries out requests with the same [id](HyperUpdate::request_id) only
    /// once.
    #[doc = rest!(UPDATE_DATA)]
    #[doc(alias = "update_hyper_data")]
    pub fn update_data(
        &self,
        id: impl Into<DatasourceId>,
        update: HyperUpdate<'_>,
    ) -> Result<JobHandle<'s>> {
        self.patch(&UPDATE_DATA, &[&id.into()], update)
    }

    /// Changes the data of one connection, as [`update_data`](Datasources::update_data) does, for
    /// data sources with several connections.
    #[doc = rest!(UPDATE_CONNECTION_DATA)]
    pub fn update_connection_data(
        &self,
        id: impl Into<DatasourceId>,
        connection: impl Into<ConnectionId>,
        update: HyperUpdate<'_>,
    ) -> Result<JobHandle<'s>> {
        self.patch(&UPDATE_CONNECTION_DATA, &[&id.into(), &connection.into()], update)
    }

    #[inline]
    fn patch(
        &self,
        operation: &'static Operation,
        ids: &[&dyn PathSegment],
        mut update: HyperUpdate<'_>,
    ) -> Result<JobHandle<'s>> {
        let (request_id, body) = update.request()?;
        // The version is checked before the payload is uploaded.
        self.client.has(operation.since, || operation.title.to_owned())?;
        let mut request = self.client.request(operation, ids).header("RequestID", request_id);
        if let Some(payload) = update.payload.take() {
            let upload = upload_file(self.client, payload)?;
            request = request.query("uploadSessionId", upload.id());
        }
        Ok(JobHandle::new(self.client, self.client.read(request.json(body).repeatable(), "job")?))
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

    #[inline]
    fn id(&self) -> &DatasourceId {
        &self.id
    }
}

impl InProject for Datasource {}

impl Appendable for Datasource {}

impl HoldsExtracts for Datasource {}

impl Publish<'_, '_, Datasource> {
    /// Whether to replace the data of the item of the same name, without other changes to the item.
    /// Default: `false`.
    #[inline]
    pub fn replace(self, replace: bool) -> Self {
        self.mode("replace", replace)
    }

    /// The credentials of the data source's only connection. For a data source with several
    /// connections, use [`connection`](Publish::connection).
    #[inline]
    pub fn credentials(self, credentials: ConnectionCredentials) -> Self {
        self.log_in(credentials)
    }

    /// Whether queries go through Tableau Bridge.
    #[inline]
    pub fn use_remote_query_agent(self, use_agent: bool) -> Self {
        self.attribute("useRemoteQueryAgent", &use_agent)
    }

    /// Whether it is certified, that is, recommended to users.
    #[inline]
    pub fn certified(self, certified: bool) -> Self {
        self.attribute("isCertified", &certified)
    }

    /// Why it is certified.
    pub fn certification_note(self, text: impl Into<String>) -> Self {
        self.attribute("certificationNote", &text.into())
    }

    /// Whether Ask Data can be used with it. Before Tableau 2024.2.
    pub fn ask_data(self, setting: impl Into<AskData>) -> Self {
        self.child("askData", "enablement", &setting.into())
    }
}
