//! Workbooks: `session.workbooks()`.

mod export;
mod freshness;
mod publish;

pub use crate::common::{MonthDay, WeekDay};
pub use freshness::{DataFreshness, FreshAt, FreshAtFrequency, FreshEvery, FreshEveryUnit};

use std::borrow::Borrow;

use jiff::Timestamp;

use super::views::{USAGE, View};
use crate::Result;
use crate::common::find::{self, Place};
use crate::common::{
    JobHandle, List, Location, LocationUpdate, OwnerDetails, ProjectDetails, Scheduled,
    add_to_schedule, in_one_place, refresh,
};
use crate::http::Request;
use crate::ids::{Located, ProjectId, ScheduleId, UserId, ViewId, WorkbookId};
use crate::xml::{Contradicts, element};

super::resource! {
    /// The workbooks of a site.
    Workbooks
}

impl<'s> Workbooks<'s> {
    /// All workbooks that the user may see.
    ///
    /// REST: [Query Workbooks for Site](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#query_workbooks_for_site), API 2.3.
    pub fn list(&self) -> List<'s, Workbook> {
        List::new(self.client, self.client.site("workbooks"))
    }

    /// One workbook.
    ///
    /// REST: [Query Workbook](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#query_workbook), API 1.0.
    pub fn get(&self, id: impl Into<WorkbookId>) -> Result<Workbook> {
        let id = &id.into();
        self.client.read(Request::get(self.client.site(&id.path())), "workbook")
    }

    /// The views of a workbook.
    ///
    /// REST: [Query Views for Workbook](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#query_views_for_workbook), API 1.0.
    pub fn views(&self, id: impl Into<WorkbookId>) -> Result<Vec<View>> {
        let id = &id.into();
        self.views_of(id, self.views_request(id))
    }

    /// As [`views`](Workbooks::views), with [`View::total_view_count`].
    ///
    /// REST: [Query Views for Workbook](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#query_views_for_workbook), API 1.0.
    pub fn views_with_usage(&self, id: impl Into<WorkbookId>) -> Result<Vec<View>> {
        let id = &id.into();
        self.views_of(id, self.views_request(id).query(USAGE.0, USAGE.1))
    }

    fn views_request(&self, id: &WorkbookId) -> Request<'static> {
        Request::get(self.client.site(&format!("{}/views", id.path())))
    }

    fn views_of(&self, id: &WorkbookId, request: Request<'_>) -> Result<Vec<View>> {
        let mut views: Vec<View> = self.client.read_all(request, "views", "view")?;
        for view in &mut views {
            // The answer leaves out what the question said.
            view.workbook.get_or_insert_with(|| id.clone());
        }
        Ok(views)
    }

    /// Changes a workbook: what the update leaves unset stays as it is. Its tags are changed by
    /// [`Session::tags`](crate::Session::tags).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Version`](crate::ErrorKind::Version), before anything is sent, where the update
    /// has a description and the session speaks an API before 3.21, which would drop it unsaid, or a
    /// location before 3.13. [`ErrorKind::Input`](crate::ErrorKind::Input), likewise, where it has
    /// both a project and a location.
    ///
    /// REST: [Update Workbook](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#update_workbook), API 2.0.
    pub fn update(
        &self,
        id: impl Into<WorkbookId>,
        changes: impl Borrow<WorkbookUpdate>,
    ) -> Result<Workbook> {
        let id = &id.into();
        self.client.change(self.update_request(id, changes.borrow())?, changes.borrow())
    }

    /// As [`update`](Workbooks::update), and asks for [`View::acceleration_status`] of the views.
    ///
    /// REST: [Update Workbook](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#update_workbook), API 2.0.
    pub fn update_with_acceleration_status(
        &self,
        id: impl Into<WorkbookId>,
        changes: impl Borrow<WorkbookUpdate>,
    ) -> Result<Workbook> {
        let id = &id.into();
        let request = self.update_request(id, changes.borrow())?;
        let request = request.query("includeViewAccelerationStatus", "true");
        self.client.change(request, changes.borrow())
    }

    fn update_request(
        &self,
        id: &WorkbookId,
        changes: &WorkbookUpdate,
    ) -> Result<Request<'static>> {
        if changes.location.is_some() {
            self.client.needs((3, 13), || "moving a workbook to a personal space".into())?;
            in_one_place(changes.project.is_some(), true, || format!("the workbook {id}"))?;
        }
        if changes.description.is_some() {
            self.client.needs((3, 21), || "the description of a workbook".into())?;
        }
        Ok(Request::put(self.client.site(&id.path())))
    }

    /// Deletes a workbook and its views.
    ///
    /// REST: [Delete Workbook](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#delete_workbook), API 2.0.
    pub fn delete(&self, id: impl Into<WorkbookId>) -> Result<()> {
        let id = &id.into();
        self.client.done(Request::delete(self.client.site(&id.path())))
    }

    /// Refreshes its extracts, fully: starts the job for it. Where one waits already, gives that
    /// one, as far as the user may look for it.
    ///
    /// REST: [Update Workbook Now](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#update_workbook_now), API 2.8.
    pub fn refresh(&self, id: impl Into<WorkbookId>) -> Result<JobHandle<'s>> {
        let id = &id.into();
        refresh(self.client, id, false)
    }

    /// As [`refresh`](Workbooks::refresh), but fetches only what is new.
    ///
    /// REST: [Update Workbook Now](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#update_workbook_now), API 3.25.
    pub fn refresh_incrementally(&self, id: impl Into<WorkbookId>) -> Result<JobHandle<'s>> {
        let id = &id.into();
        refresh(self.client, id, true)
    }

    /// What of a workbook is lost where it is downgraded to an earlier version of Tableau, such as
    /// `2018.3`.
    ///
    /// REST: [Get Workbook Downgrade Info](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#get_workbook_downgrade_info), API 3.5.
    pub fn downgrade_info(
        &self,
        id: impl Into<WorkbookId>,
        product_version: &str,
    ) -> Result<Vec<DowngradedFeature>> {
        let id = &id.into();
        let path = self.client.site(&format!("{}/downGradeInfo", id.path()));
        let request = Request::get(path).since(3, 5).query("productVersion", product_version);
        self.client.read_all(request, "downgradeInfo", "downgradedFeature")
    }

    /// Adds a workbook to a schedule, which then refreshes its extracts.
    ///
    /// REST: [Add Workbook to Server Schedule](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_jobs_tasks_and_schedules.htm#add_workbook_to_schedule), API 2.8.
    pub fn add_to_schedule(
        &self,
        id: impl Into<WorkbookId>,
        schedule: impl Into<ScheduleId>,
    ) -> Result<Scheduled> {
        let id = &id.into();
        let schedule = &schedule.into();
        add_to_schedule(self.client, schedule, id, "extractRefresh", (2, 8))
    }
}

element! {
    /// A workbook.
    pub struct Workbook = "workbook" in "workbooks";
    /// Changes to a workbook; see [`Workbooks::update`].
    pub struct WorkbookUpdate: update;
    {
        /// Its id.
        id: WorkbookId = attr("id");
        /// Its name.
        name: String = attr("name"), update String;
        /// Its name in addresses.
        content_url: Option<String> = attr("contentUrl");
        /// Its address in a browser.
        webpage_url: Option<String> = attr("webpageUrl");
        /// When it was created.
        created_at: Option<Timestamp> = attr("createdAt");
        /// When it was last changed.
        updated_at: Option<Timestamp> = attr("updatedAt");
        /// When it was last published.
        last_published_at: Option<Timestamp> = attr("lastPublishedAt");
        /// Its size in megabytes.
        size: Option<u64> = attr("size");
        /// Whether its sheets are shown as tabs.
        show_tabs: Option<bool> = attr("showTabs"), update bool;
        /// What it is about. Empty clears it. Changing it needs API 3.21.
        description: Option<String> = attr("description"), update String;
        /// How many sheets it has.
        sheet_count: Option<u64> = attr("sheetCount");
        /// Whether it holds extracts.
        has_extracts: Option<bool> = attr("hasExtracts");
        /// Whether its extracts are encrypted.
        encrypt_extracts: Option<bool> = attr("encryptExtracts"), update bool;
        /// Whether the user has looked at it lately.
        recently_viewed: Option<bool> = attr("recentlyViewed"), update bool;
        /// The view that it opens with.
        default_view: Option<ViewId> = attr("defaultViewId");
        /// The text that goes with it when it is shared.
        share_description: Option<String> = attr("shareDescription");
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
        /// The project or personal space that it is in. In an update, the personal space that it goes
        /// to, which is the user's own; into a project it goes by
        /// [`project`](WorkbookUpdate::project). API 3.13.
        location: Option<Location> = child("location"), update LocationUpdate;
        /// The labels of its tags.
        tags: Vec<String> = labels("tags", "tag");
        /// Its views, in the answers that have them. In an update, those that
        /// [`data_acceleration`](WorkbookUpdate::data_acceleration) is for; all, where unset.
        views: Vec<View> = list("views", "view"), update Vec<ViewId>;
        /// How often its views have been looked at; comes only when asked for.
        total_view_count: Option<u64> = child_attr("usage", "totalViewCount");
        /// Whether its views are prepared ahead of their use.
        data_acceleration: Option<DataAcceleration> =
            child("dataAccelerationConfig"), update DataAccelerationUpdate;
        /// How old the data may be that its views show.
        data_freshness: Option<DataFreshness> =
            child("dataFreshnessPolicy"), update DataFreshness;
    }
}

element! {
    /// Whether the views of a workbook are prepared ahead of their use.
    pub struct DataAcceleration = "dataAccelerationConfig";
    /// What to do about the acceleration of a workbook's views.
    pub struct DataAccelerationUpdate: update;
    {
        /// Whether they are.
        enabled: Option<bool> = attr("accelerationEnabled"), update bool;
        /// Whether they are at once, rather than at the next background run.
        accelerate_now: Option<bool> = attr("accelerateNow"), update bool;
        /// When this was last set.
        last_updated_at: Option<Timestamp> = attr("lastUpdatedAt");
        /// How far it has come.
        status: Option<String> = attr("accelerationStatus");
    }
}

/// The views are named to the server for their acceleration, and stay as they are.
impl Contradicts<Vec<ViewId>> for Vec<View> {
    fn contradicts(&self, _: &Vec<ViewId>) -> bool {
        false
    }
}

impl Contradicts<DataAccelerationUpdate> for Option<DataAcceleration> {
    fn contradicts(&self, asked: &DataAccelerationUpdate) -> bool {
        self.as_ref().is_some_and(|shown| !asked.ignored_in(shown).is_empty())
    }
}

/// Of a schedule, the server fills in what was left open: that it is one is what counts.
impl Contradicts<DataFreshness> for Option<DataFreshness> {
    fn contradicts(&self, asked: &DataFreshness) -> bool {
        self.as_ref().is_some_and(|shown| shown.as_str() != asked.as_str())
    }
}

element! {
    /// What is lost of a workbook in an earlier version of Tableau.
    pub struct DowngradedFeature = "downgradedFeature";
    {
        /// What it is.
        name: Option<String> = attr("name");
        /// How bad that is: `Warning`, ….
        severity: Option<String> = attr("severity");
    }
}

crate::common::filter_fields! {
    for Workbook;
    CONTENT_URL = "contentUrl" Text [eq in];
    CREATED_AT = "createdAt" Time [eq gt gte lt lte];
    DISPLAY_TABS = "displayTabs" Flag [eq];
    FAVORITES_TOTAL = "favoritesTotal" Number [eq gt gte lt lte];
    HAS_ALERTS = "hasAlerts" Flag [eq];
    HAS_EXTRACTS = "hasExtracts" Flag [eq];
    NAME = "name" Text [eq in];
    OWNER_DOMAIN = "ownerDomain" Text [eq in];
    OWNER_EMAIL = "ownerEmail" Text [eq in];
    OWNER_NAME = "ownerName" Text [eq in];
    PROJECT_NAME = "projectName" Text [eq in];
    SHEET_COUNT = "sheetCount" Number [eq gt gte lt lte];
    SIZE = "size" Number [eq gt gte lt lte];
    SUBSCRIPTIONS_TOTAL = "subscriptionsTotal" Number [eq gt gte lt lte];
    TAGS = "tags" Text [eq in];
    UPDATED_AT = "updatedAt" Time [eq gt gte lt lte];
}

crate::common::find::find_by_name!(Workbooks Workbook "workbooks" in project);

impl Workbooks<'_> {
    /// The workbook at an address, if there is one: the address of one of its pages or views in a
    /// browser, or its content URL.
    ///
    /// A browser's address that has the workbook's number (`…/workbooks/1234`) takes a look at all
    /// workbooks: the REST API does not find by it.
    ///
    /// # Errors
    ///
    /// [`Input`](crate::ErrorKind::Input) where the address is of another site, or of something
    /// else.
    pub fn find_url(&self, address: &str) -> Result<Option<Workbook>> {
        let place = Place::of(self.client, address)?;
        let content_url = match &place {
            Place::ContentUrl(url) => Some(url.as_str()),
            page => page.number("views"),
        };
        let found = match content_url {
            Some(url) => find::fitting(self.list(), [CONTENT_URL.eq(url)], |workbook| {
                workbook.content_url.as_deref() == Some(url)
            }),
            None if place.number("workbooks").is_some() => {
                find::fitting(self.list(), [], |workbook| {
                    place.is_number_of("workbooks", workbook.webpage_url.as_deref())
                })
            }
            None => Err(crate::Error::input(format!("{address:?} is no workbook's address"))),
        };
        let what = || format!("workbooks have the address {address:?}");
        find::only(self.client, found?, what, |workbook| workbook.id.to_string())
    }
}
