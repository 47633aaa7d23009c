//! Workbooks: `session.workbooks()`.

use jiff::Timestamp;

use crate::Result;
use crate::http::Request;
use crate::ids::{Located, ProjectId, UserId, ViewId, WorkbookId};
use crate::shared::{List, Listed};
use crate::xml::element;

super::room! {
    /// The workbooks of a site.
    Workbooks
}

impl<'s> Workbooks<'s> {
    /// All workbooks that the user may see.
    ///
    /// REST: [Query Workbooks for Site](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#query_workbooks_for_site), API 2.3.
    pub fn list(&self) -> List<'s, Workbook> {
        List::new(self.core, self.core.site("workbooks"))
    }

    /// One workbook.
    ///
    /// REST: [Query Workbook](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#query_workbook), API 1.0.
    pub fn get(&self, id: &WorkbookId) -> Result<Workbook> {
        self.core.read(Request::get(self.core.site(&id.path())), "workbook")
    }
}

element! {
    /// A workbook.
    Workbook = "workbook"
    {
        /// Its id.
        id: WorkbookId = attr("id");
        /// Its name.
        name: String = attr("name");
        /// Its name in addresses.
        content_url: Option<String> = attr("contentUrl");
        /// Its address in a browser.
        webpage_url: Option<String> = attr("webpageUrl");
        /// What it is about.
        description: Option<String> = attr("description");
        /// When it was created.
        created_at: Option<Timestamp> = attr("createdAt");
        /// When it was last changed.
        updated_at: Option<Timestamp> = attr("updatedAt");
        /// When it was last published.
        last_published_at: Option<Timestamp> = attr("lastPublishedAt");
        /// Its size in megabytes.
        size: Option<u64> = attr("size");
        /// Whether its sheets are shown as tabs.
        show_tabs: Option<bool> = attr("showTabs");
        /// How many sheets it has.
        sheet_count: Option<u64> = attr("sheetCount");
        /// Whether it holds extracts.
        has_extracts: Option<bool> = attr("hasExtracts");
        /// Whether its extracts are encrypted.
        encrypt_extracts: Option<bool> = attr("encryptExtracts");
        /// The view that it opens with.
        default_view: Option<ViewId> = attr("defaultViewId");
        /// The text that goes with it when it is shared.
        share_description: Option<String> = attr("shareDescription");
        /// The project that it is in; none in a personal space.
        project: Option<ProjectId> = child_id("project");
        /// The project's name.
        project_name: Option<String> = child_attr("project", "name");
        /// Who owns it.
        owner: Option<UserId> = child_id("owner");
        /// The owner's name.
        owner_name: Option<String> = child_attr("owner", "name");
        /// The labels of its tags.
        tags: Vec<String> = labels("tags", "tag");
    }
}

impl Listed for Workbook {
    const WRAP: &'static str = "workbooks";
    const ITEM: &'static str = "workbook";
}

crate::shared::fields!(workbooks Workbook);
