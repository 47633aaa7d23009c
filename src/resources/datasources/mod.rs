//! Data sources: `session.datasources()`.

mod export;
mod publish;

use std::borrow::Borrow;

use jiff::Timestamp;

use crate::Result;
use crate::common::find::{self, Place};
use crate::common::{
    JobHandle, List, Location, OwnerDetails, ProjectDetails, Scheduled, add_to_schedule, refresh,
};
use crate::http::Request;
use crate::ids::{DatasourceId, Located, ProjectId, ScheduleId, UserId};
use crate::xml::{element, string_enum};

super::resource! {
    /// The published data sources of a site.
    Datasources
}

impl<'s> Datasources<'s> {
    /// All published data sources that the user may see.
    ///
    /// REST: [Query Data Sources](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_data_sources.htm#query_data_sources), API 1.0.
    pub fn list(&self) -> List<'s, Datasource> {
        List::new(self.client, self.client.site("datasources"))
    }

    /// One data source.
    ///
    /// REST: [Query Data Source](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_data_sources.htm#query_data_source), API 1.0.
    pub fn get(&self, id: impl Into<DatasourceId>) -> Result<Datasource> {
        let id = &id.into();
        self.client.read(Request::get(self.client.site(&id.path())), "datasource")
    }

    /// Changes a data source: what the update leaves unset stays as it is. Its tags are changed by
    /// [`Session::tags`](crate::Session::tags).
    ///
    /// Before API 3.15 a new owner is taken only together with a project.
    ///
    /// REST: [Update Data Source](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_data_sources.htm#update_data_source), API 2.0.
    pub fn update(
        &self,
        id: impl Into<DatasourceId>,
        changes: impl Borrow<DatasourceUpdate>,
    ) -> Result<Datasource> {
        let id = &id.into();
        let request = Request::put(self.client.site(&id.path()));
        self.client.change(request, changes.borrow())
    }

    /// Deletes a data source. Workbooks that use it stay, without their data.
    ///
    /// REST: [Delete Data Source](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_data_sources.htm#delete_data_source), API 2.0.
    pub fn delete(&self, id: impl Into<DatasourceId>) -> Result<()> {
        let id = &id.into();
        self.client.done(Request::delete(self.client.site(&id.path())))
    }

    /// Refreshes its extracts, fully: starts the job for it. Where one waits already, gives that
    /// one, as far as the user may look for it.
    ///
    /// REST: [Update Data Source Now](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_data_sources.htm#update_data_source_now), API 2.8.
    pub fn refresh(&self, id: impl Into<DatasourceId>) -> Result<JobHandle<'s>> {
        let id = &id.into();
        refresh(self.client, id, false)
    }

    /// As [`refresh`](Datasources::refresh), but fetches only what is new.
    ///
    /// REST: [Update Data Source Now](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_data_sources.htm#update_data_source_now), API 3.28.
    pub fn refresh_incrementally(&self, id: impl Into<DatasourceId>) -> Result<JobHandle<'s>> {
        let id = &id.into();
        refresh(self.client, id, true)
    }

    /// Adds a data source to a schedule, which then refreshes its extract.
    ///
    /// REST: [Add Data Source to Server Schedule](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_jobs_tasks_and_schedules.htm#add_data_source_to_schedule), API 2.8.
    pub fn add_to_schedule(
        &self,
        id: impl Into<DatasourceId>,
        schedule: impl Into<ScheduleId>,
    ) -> Result<Scheduled> {
        let id = &id.into();
        let schedule = &schedule.into();
        add_to_schedule(self.client, schedule, id)
    }
}

element! {
    /// A published data source.
    pub struct Datasource = "datasource" in "datasources";
    /// Changes to a data source; see [`Datasources::update`].
    pub struct DatasourceUpdate: update;
    {
        /// Its id.
        id: DatasourceId = attr("id");
        /// Its name.
        name: String = attr("name"), update String;
        /// Its name in addresses.
        content_url: Option<String> = attr("contentUrl");
        /// Its address in a browser.
        webpage_url: Option<String> = attr("webpageUrl");
        /// What it connects to: `sqlserver`, `hyper`, `excel-direct`, ….
        datasource_type: Option<String> = attr("type");
        /// Whether queries go through a Tableau Bridge.
        use_remote_query_agent: Option<bool> = attr("useRemoteQueryAgent"), update bool;
        /// Whether it is certified: recommended, on someone's word.
        certified: Option<bool> = attr("isCertified"), update bool;
        /// Why it is certified. Empty clears it.
        certification_note: Option<String> = attr("certificationNote"), update String;
        /// Whether its extracts are encrypted.
        encrypt_extracts: Option<bool> = attr("encryptExtracts"), update bool;
        /// What it is about. Empty clears it.
        description: Option<String> = attr("description"), update String;
        /// When it was created.
        created_at: Option<Timestamp> = attr("createdAt");
        /// When it was last changed.
        updated_at: Option<Timestamp> = attr("updatedAt");
        /// Its size in megabytes.
        size: Option<u64> = attr("size");
        /// Whether it holds extracts.
        has_extracts: Option<bool> = attr("hasExtracts");
        /// Whether a data-driven alert depends on it. Comes only when asked for.
        has_alert: Option<bool> = attr("hasAlert");
        /// Whether it is published, rather than embedded. Comes only when asked for.
        published: Option<bool> = attr("isPublished");
        /// How many workbooks use it. Comes only when asked for.
        connected_workbooks_count: Option<u64> = attr("connectedWorkbooksCount");
        /// How many users have it among their favorites. Comes only when asked for.
        favorites_total: Option<u64> = attr("favoritesTotal");
        /// The server that it connects to. Comes only when asked for.
        server_name: Option<String> = attr("serverName");
        /// The database that it connects to. Comes only when asked for.
        database_name: Option<String> = attr("databaseName");
        /// Whether one can ask it in words (before API 3.22).
        ask_data: Option<AskData> = child_attr("askData", "enablement"), update AskData;
        /// The project that it is in; none in a personal space.
        project: Option<ProjectId> = child_id("project"), update ProjectId;
        /// The project's name.
        project_name: Option<String> = child_attr("project", "name");
        /// More about the project.
        project_details: Option<ProjectDetails> = child("project");
        /// Who owns it.
        owner: Option<UserId> = child_id("owner"), update UserId;
        /// The owner's name.
        owner_name: Option<String> = child_attr("owner", "name");
        /// More about the owner.
        owner_details: Option<OwnerDetails> = child("owner");
        /// The project or personal space that it is in.
        location: Option<Location> = child("location");
        /// The labels of its tags.
        tags: Vec<String> = labels("tags", "tag");
    }
}

crate::common::filter_fields! {
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

crate::common::find::find_by_name!(Datasources Datasource "data sources" in project);

impl Datasources<'_> {
    /// The data source at an address, if there is one: the address of its page in a browser, or its
    /// content URL.
    ///
    /// A browser's address (`…/datasources/1234`) takes a look at all data sources: the REST API
    /// does not find by it.
    ///
    /// # Errors
    ///
    /// [`Input`](crate::ErrorKind::Input) where the address is of another site, or of something
    /// else.
    pub fn find_url(&self, address: &str) -> Result<Option<Datasource>> {
        let place = Place::of(self.client, address)?;
        let found = match &place {
            Place::ContentUrl(url) => find::fitting(self.list(), [CONTENT_URL.eq(url)], |item| {
                item.content_url.as_ref() == Some(url)
            }),
            page if page.number("datasources").is_some() => {
                find::fitting(self.list(), [], |item| {
                    page.is_number_of("datasources", item.webpage_url.as_deref())
                })
            }
            _ => Err(crate::Error::input(format!("{address:?} is no data source's address"))),
        };
        let what = || format!("data sources have the address {address:?}");
        find::only(self.client, found?, what, |item| item.id.to_string())
    }
}

string_enum! {
    /// Whether one can ask a data source in words.
    pub enum AskData {
        /// One can.
        Enabled = "Enabled",
        /// One cannot.
        Disabled = "Disabled",
        /// As the site has it.
        SiteDefault = "SiteDefault",
    }
}
