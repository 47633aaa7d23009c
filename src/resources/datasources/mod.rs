//! Data sources: `session.datasources()`.

pub(crate) mod export;
pub(crate) mod publish;

use std::borrow::Borrow;

use jiff::Timestamp;

use crate::common::find::{self, Place, find_by_name};
use crate::common::{
    JobHandle, List, Listed, Location, OwnerDetails, ProjectDetails, Scheduled, add_to_schedule,
    content, extracts, filter_fields, refresh, schedule,
};
use crate::ids::{DatasourceId, ProjectId, ScheduleId, UserId};
use crate::operation::operations;
use crate::xml::{element, string_enum};
use crate::{ApiVersion, Error, Result};

operations! {
    LIST = GET "sites/{site}/datasources" since (1, 0) scope "tableau:content:read"
        "Query Data Sources" "data_sources.htm#query_data_sources";
    UPDATE = PUT "sites/{site}/datasources/{datasource}" since (2, 0)
        scope "tableau:datasources:update"
        errors [400008, 400129, 403027, 403030, 403032, 403141, 404002, 404004, 404005, 409015]
        "Update Data Source" "data_sources.htm#update_data_source";
    DELETE = DELETE "sites/{site}/datasources/{datasource}" since (2, 0)
        scope "tableau:datasources:delete" errors [404004]
        "Delete Data Source" "data_sources.htm#delete_data_source";
}

super::resource! {
    /// The published data sources of a site.
    Datasources
}

impl<'s> Datasources<'s> {
    /// Lists the published data sources that the user can see.
    #[doc = rest!(LIST)]
    #[doc(alias("all", "get"))]
    #[inline]
    pub fn list(&self) -> List<'s, Datasource> {
        List::of(self.client, &LIST, &[])
    }

    /// Returns a data source.
    #[doc = content::rest!(GET_DATASOURCE)]
    #[doc(alias = "get_by_id")]
    pub fn get(&self, id: impl Into<DatasourceId>) -> Result<Datasource> {
        self.client.get(&content::GET_DATASOURCE, &[&id.into()])
    }

    /// Changes a data source. Its tags are changed by [`Session::tags`](crate::Session::tags).
    ///
    /// Before API 3.15, the owner can be changed only together with the project: other updates of the
    /// owner are a [`Version`](crate::ErrorKind::Version) error.
    #[doc = rest!(UPDATE)]
    pub fn update(
        &self,
        id: impl Into<DatasourceId>,
        changes: impl Borrow<DatasourceUpdate>,
    ) -> Result<Datasource> {
        let changes = changes.borrow();
        if changes.owner.is_some() && changes.project.is_none() {
            let what = "a change of a data source's owner without its project";
            self.client.needs((3, 15), || what.into())?;
        }
        self.client.update(&UPDATE, &[&id.into()], changes)
    }

    /// Deletes a data source. Workbooks that use it remain, but lose their data.
    #[doc = rest!(DELETE)]
    pub fn delete(&self, id: impl Into<DatasourceId>) -> Result<()> {
        self.client.send(&DELETE, &[&id.into()])
    }

    /// Starts a full refresh of a data source's extract and returns the job. If a refresh is already
    /// queued and the user may read it, returns that job.
    #[doc = extracts::rest!(REFRESH_DATASOURCE)]
    pub fn refresh(&self, id: impl Into<DatasourceId>) -> Result<JobHandle<'s>> {
        refresh(self.client, &id.into(), false)
    }

    /// Starts an incremental refresh of a data source's extract and returns the job, as
    /// [`refresh`](Datasources::refresh) does. API 3.28.
    #[doc = extracts::rest!(REFRESH_DATASOURCE)]
    pub fn refresh_incrementally(&self, id: impl Into<DatasourceId>) -> Result<JobHandle<'s>> {
        refresh(self.client, &id.into(), true)
    }

    /// Adds a data source to a schedule, which then refreshes its extract.
    #[doc = schedule::rest!(ADD_DATASOURCE)]
    #[doc(alias = "schedule_extract_refresh")]
    pub fn add_to_schedule(
        &self,
        id: impl Into<DatasourceId>,
        schedule: impl Into<ScheduleId>,
    ) -> Result<Scheduled> {
        add_to_schedule(self.client, &schedule.into(), &id.into())
    }

    /// Finds a data source by the address of its page in a browser, or by its content URL. `None`
    /// if it does not exist.
    ///
    /// For an address with the data source's number (`…/datasources/1234`), this lists all data
    /// sources, because the REST API has no filter for the number.
    ///
    /// # Errors
    ///
    /// [`Input`](crate::ErrorKind::Input) if the address is not that of a data source, or is on
    /// another site.
    #[doc = rest!(LIST)]
    #[inline]
    pub fn find_url(&self, address: &str) -> Result<Option<Datasource>> {
        let place = Place::of(self.client, address)?;
        let found = match &place {
            Place::ContentUrl(url) => find::fitting(self.list(), &[CONTENT_URL.eq(url)], &|item| {
                item.content_url.as_ref() == Some(url)
            }),
            page if page.number("datasources").is_some() => {
                find::fitting(self.list(), &[], &|item| {
                    page.is_number_of("datasources", item.webpage_url.as_deref())
                })
            }
            _ => Err(Error::input(format!(
                "invalid data source address {address:?}: must be that of a data source's page, \
                 such as …/datasources/1234, or a content URL"
            ))),
        };
        let what = format!("data sources have the address {address:?}");
        find::only(self.client, found?, &what, &|item| item.id.to_string())
    }
}

find_by_name!(Datasources Datasource "data sources" in project);

element! {
    /// A published data source.
    pub struct Datasource = "datasource";
    /// Changes to a data source; see [`Datasources::update`].
    pub struct DatasourceUpdate: update;
    {
        /// The data source's id.
        id: DatasourceId = attr("id");
        /// The data source's name.
        name: String = attr("name"), update String;
        /// The name in content URLs.
        content_url: Option<String> = attr("contentUrl");
        /// The address of its page in a browser.
        webpage_url: Option<String> = attr("webpageUrl");
        /// The type of its connection: `sqlserver`, `hyper`, `excel-direct`, ….
        datasource_type: Option<String> = attr("type");
        /// Whether queries go through Tableau Bridge.
        use_remote_query_agent: Option<bool> = attr("useRemoteQueryAgent"), update bool;
        /// Whether it is certified, that is, recommended to users.
        certified: Option<bool> = attr("isCertified"), update bool;
        /// Why it is certified. In an update, `""` clears it.
        certification_note: Option<String> = attr("certificationNote"), update String;
        /// Whether its extracts are encrypted.
        encrypt_extracts: Option<bool> = attr("encryptExtracts"), update bool;
        /// The description. In an update, `""` clears it.
        description: Option<String> = attr("description"), update String;
        /// When it was created.
        created_at: Option<Timestamp> = attr("createdAt");
        /// When it was last changed.
        updated_at: Option<Timestamp> = attr("updatedAt");
        /// The size in megabytes.
        size: Option<u64> = attr("size");
        /// Whether it has extracts.
        has_extracts: Option<bool> = attr("hasExtracts");
        /// Whether a data-driven alert depends on it. Only if the field is requested.
        has_alert: Option<bool> = attr("hasAlert");
        /// Whether it is published, not embedded in a workbook. Only if the field is requested.
        published: Option<bool> = attr("isPublished");
        /// The number of workbooks that use it. Only if the field is requested.
        connected_workbooks_count: Option<u64> = attr("connectedWorkbooksCount");
        /// The number of users who have it as a favorite. Only if the field is requested.
        favorites_total: Option<u64> = attr("favoritesTotal");
        /// The server that it connects to. Only if the field is requested.
        server_name: Option<String> = attr("serverName");
        /// The database that it connects to. Only if the field is requested.
        database_name: Option<String> = attr("databaseName");
        /// Whether Ask Data can be used with it. Before Tableau 2024.2.
        ask_data: Option<AskData> = child_attr("askData", "enablement"), update AskData;
        /// The project that it is in. `None` in a personal space.
        project: Option<ProjectId> = child_id("project"), update ProjectId;
        /// The project's name.
        project_name: Option<String> = child_attr("project", "name");
        /// The project's other fields.
        project_details: Option<ProjectDetails> = child("project");
        /// The owner.
        owner: Option<UserId> = child_id("owner"), update UserId;
        /// The owner's name.
        owner_name: Option<String> = child_attr("owner", "name");
        /// The owner's other fields.
        owner_details: Option<OwnerDetails> = child("owner");
        /// The project or personal space that it is in.
        location: Option<Location> = child("location");
        /// The labels of its tags.
        tags: Vec<String> = labels("tags", "tag");
    }
}

impl Listed for Datasource {
    const WRAP: &'static str = "datasources";
    const ITEM: &'static str = "datasource";
    const BROKEN_FILTERS: &'static [(&'static str, ApiVersion, ApiVersion)] =
        &[("projectName", ApiVersion::new(3, 13), ApiVersion::new(3, 17))];
}

string_enum! {
    /// Whether Ask Data can be used with a data source.
    pub enum AskData {
        /// Ask Data is enabled.
        Enabled = "Enabled",
        /// Ask Data is disabled.
        Disabled = "Disabled",
        /// The setting of the site applies.
        SiteDefault = "SiteDefault",
    }
}

filter_fields! {
    for Datasource;
    AUTHENTICATION_TYPE = "authenticationType" Text [eq in];
    CONNECTED_WORKBOOK_TYPE = "connectedWorkbookType" Number [eq gt gte lt lte];
    CONNECTION_TO = "connectionTo" Text [eq in];
    CONNECTION_TYPE = "connectionType" Text [eq in];
    CONTENT_URL = "contentUrl" Text [eq in];
    CREATED_AT = "createdAt" Time [eq gt gte lt lte];
    DATABASE_NAME = "databaseName" Text [eq in];
    DATABASE_USER_NAME = "databaseUserName" Text [eq in];
    DESCRIPTION = "description" Text [eq in];
    FAVORITES_TOTAL = "favoritesTotal" Number [eq gt gte lt lte];
    HAS_ALERT = "hasAlert" Flag [eq];
    HAS_EMBEDDED_PASSWORD = "hasEmbeddedPassword" Flag [eq];
    HAS_EXTRACTS = "hasExtracts" Flag [eq];
    IS_CERTIFIED = "isCertified" Flag [eq];
    IS_CONNECTABLE = "isConnectable" Flag [eq];
    IS_DEFAULT_PORT = "isDefaultPort" Flag [eq];
    IS_HIERARCHICAL = "isHierarchical" Flag [eq];
    IS_PUBLISHED = "isPublished" Flag [eq];
    NAME = "name" Text [eq in];
    OWNER_DOMAIN = "ownerDomain" Text [eq in];
    OWNER_EMAIL = "ownerEmail" Text [eq];
    OWNER_NAME = "ownerName" Text [eq in];
    PROJECT_NAME = "projectName" Text [eq in];
    SERVER_NAME = "serverName" Text [eq in];
    SERVER_PORT = "serverPort" Number [eq];
    SIZE = "size" Number [eq gt gte lt lte];
    TABLE_NAME = "tableName" Text [eq in];
    TAGS = "tags" Text [eq in];
    TYPE = "type" Text [eq];
    UPDATED_AT = "updatedAt" Time [eq gt gte lt lte];
}
