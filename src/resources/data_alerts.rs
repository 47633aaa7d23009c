//! Data-driven alerts: `session.data_alerts()`.

use std::borrow::Borrow;

use jiff::Timestamp;

use crate::Result;
use crate::common::{List, filter_fields};
use crate::ids::{CustomViewId, DataAlertId, ProjectId, UserId, ViewId, WorkbookId};
use crate::operation::operations;
use crate::xml::{Out, element, string_enum};

operations! {
    LIST = GET "sites/{site}/dataAlerts" since (3, 2) scope "tableau:data_driven_alerts:read"
        "List Data-Driven Alerts on Site" "notifications.htm#query_data-driven_alerts";
    GET = GET "sites/{site}/dataAlerts/{data-alert}" since (3, 2)
        scope "tableau:data_driven_alerts:read" errors [409023]
        "Get Data-Driven Alert" "notifications.htm#query_data-driven_alert_details";
    CREATE = POST "sites/{site}/dataAlerts" since (3, 20)
        scope "tableau:data_driven_alerts:create" on Cloud errors [403164, 403165, 404011, 409004]
        "Create Data Driven Alert" "notifications.htm#create_data_driven_alert";
    UPDATE = PUT "sites/{site}/dataAlerts/{data-alert}" since (3, 2)
        scope "tableau:data_driven_alerts:update" errors [404002, 409023, 409030]
        "Update Data-Driven Alert" "notifications.htm#update_data-driven_alert";
    DELETE = DELETE "sites/{site}/dataAlerts/{data-alert}" since (3, 2)
        scope "tableau:data_driven_alerts:delete" errors [409023]
        "Delete Data-Driven Alert" "notifications.htm#delete_data-driven_alert";
    ADD_RECIPIENT = POST "sites/{site}/dataAlerts/{data-alert}/users" since (3, 2)
        scope "tableau:data_driven_alerts:update" errors [404002, 409023, 409028]
        "Add User to Data-Driven Alert" "notifications.htm#add_user_to_data-driven_alert";
    REMOVE_RECIPIENT = DELETE "sites/{site}/dataAlerts/{data-alert}/users/{user}" since (3, 2)
        scope "tableau:data_driven_alerts:update" errors [404002, 409023, 409029]
        "Delete User from Data-Driven Alert" "notifications.htm#delete_user_from_data-driven_alert";
}

super::resource! {
    /// The data-driven alerts of a site: the server sends an email when a value in a view reaches a
    /// threshold.
    DataAlerts
}

impl<'s> DataAlerts<'s> {
    /// Lists the alerts of the site. The items of a list have no recipients.
    #[doc = rest!(LIST)]
    #[doc(alias = "get")]
    #[inline]
    pub fn list(&self) -> List<'s, DataAlert> {
        List::of(self.client, &LIST, &[])
    }

    /// Returns an alert with its recipients.
    #[doc = rest!(GET)]
    #[doc(alias = "get_by_id")]
    pub fn get(&self, id: impl Into<DataAlertId>) -> Result<DataAlert> {
        self.client.get(&GET, &[&id.into()])
    }

    /// Creates an alert. The server does not return its id; [`list`](DataAlerts::list) with a filter
    /// on the view finds it.
    #[doc = rest!(CREATE)]
    pub fn create(&self, alert: impl Borrow<NewDataAlert>) -> Result<()> {
        let request = self.client.request(&CREATE, &[]).element(alert.borrow())?;
        self.client.done(request)
    }

    /// Changes an alert.
    #[doc = rest!(UPDATE)]
    pub fn update(
        &self,
        id: impl Into<DataAlertId>,
        changes: impl Borrow<DataAlertUpdate>,
    ) -> Result<DataAlert> {
        self.client.update(&UPDATE, &[&id.into()], changes.borrow())
    }

    /// Deletes an alert.
    #[doc = rest!(DELETE)]
    pub fn delete(&self, id: impl Into<DataAlertId>) -> Result<()> {
        self.client.send(&DELETE, &[&id.into()])
    }

    /// Adds a user to the recipients of an alert.
    #[doc = rest!(ADD_RECIPIENT)]
    #[doc(alias = "add_user_to_alert")]
    pub fn add_recipient(
        &self,
        id: impl Into<DataAlertId>,
        user: impl Into<UserId>,
    ) -> Result<Recipient> {
        let user = user.into();
        self.client.create(&ADD_RECIPIENT, &[&id.into()], &|out: &mut Out| {
            out.child_id("user", &user);
        })
    }

    /// Removes a user from the recipients of an alert.
    #[doc = rest!(REMOVE_RECIPIENT)]
    #[doc(alias = "delete_user_from_alert")]
    pub fn remove_recipient(
        &self,
        id: impl Into<DataAlertId>,
        user: impl Into<UserId>,
    ) -> Result<()> {
        self.client.send(&REMOVE_RECIPIENT, &[&id.into(), &user.into()])
    }
}

element! {
    /// A data-driven alert.
    pub struct DataAlert = "dataAlert" in "dataAlerts";
    /// Changes to an alert; see [`DataAlerts::update`].
    pub struct DataAlertUpdate: update;
    {
        /// The alert's id.
        id: DataAlertId = attr("id");
        /// The subject of the email.
        subject: Option<String> = attr("subject"), update String;
        /// How often the email is sent while the condition is true.
        frequency: Option<AlertFrequency> = attr("frequency"), update AlertFrequency;
        /// Whether other users can add themselves to the recipients.
        public: Option<bool> = attr("public"), update bool;
        /// The user who owns the alert.
        owner: Option<UserId> = child_id("owner"), update UserId;
        /// The name of that user.
        owner_name: Option<String> = child_attr("owner", "name");
        /// The user who created the alert.
        creator: Option<UserId> = attr("creatorId");
        /// When the alert was created.
        created_at: Option<Timestamp> = attr("createdAt");
        /// When the alert was last changed.
        updated_at: Option<Timestamp> = attr("updatedAt");
        /// The view that the alert watches.
        view: Option<ViewId> = child_id("view");
        /// The name of that view.
        view_name: Option<String> = child_attr("view", "name");
        /// The workbook of the view.
        workbook: Option<WorkbookId> = grandchild_attr("view", "workbook", "id");
        /// The name of that workbook.
        workbook_name: Option<String> = grandchild_attr("view", "workbook", "name");
        /// The project of the workbook.
        project: Option<ProjectId> = grandchild_attr("view", "project", "id");
        /// The name of that project.
        project_name: Option<String> = grandchild_attr("view", "project", "name");
        /// The ids of the recipients. Some servers return numbers, which are not the ids of users.
        recipients: Vec<String> = list_attr("recipients", "recipient", "id");
    }
}

// The API has a separate element for a new alert, which the response repeats.
element! {
    /// A new alert, as the server repeats it.
    pub struct AlertDetails = "dataAlertCreateAlert";
    /// An alert to create; see [`DataAlerts::create`].
    pub struct NewDataAlert: new;
    {
        /// How the value is compared with the threshold.
        condition: Option<AlertCondition> = attr("alertCondition"), set AlertCondition;
        /// The threshold.
        threshold: Option<f64> = attr("alertThreshold"), set f64;
        /// The subject of the email.
        subject: Option<String> = attr("subject"), set String;
        /// How often the email is sent while the condition is true.
        frequency: Option<AlertFrequency> = attr("frequency"), set AlertFrequency;
        /// Whether other users can see the alert and add themselves to the recipients.
        visibility: Option<AlertVisibility> = attr("visibility"), set AlertVisibility;
        /// The layout of the dashboard that the alert watches.
        device: Option<AlertDevice> = attr("device"), set AlertDevice;
        /// The name of the worksheet, also if the view is a dashboard.
        worksheet_name: Option<String> = attr("worksheetName"), set String;
        /// The view that the alert watches.
        view: Option<ViewId> = attr("viewId"), set ViewId;
        /// The custom view that the alert watches, in place of a view.
        custom_view: Option<CustomViewId> = attr("customViewId"), set CustomViewId;
    }
}

impl NewDataAlert {
    /// An alert on a worksheet of a view, sent once to its owner only.
    pub fn new(
        view: impl Into<ViewId>,
        worksheet_name: impl Into<String>,
        condition: AlertCondition,
        threshold: f64,
        subject: impl Into<String>,
    ) -> NewDataAlert {
        NewDataAlert::blank()
            .view(view)
            .worksheet_name(worksheet_name)
            .condition(condition)
            .threshold(threshold)
            .subject(subject)
            .frequency(AlertFrequency::Once)
            .visibility(AlertVisibility::Private)
    }
}

element! {
    /// A user who was added to the recipients of an alert.
    pub struct Recipient = "user";
    {
        /// The user's id.
        id: UserId = attr("id");
        /// The user's name.
        name: String = attr("name");
        /// The user's site role.
        site_role: Option<crate::content::SiteRole> = attr("siteRole");
        /// The user's id at the identity provider.
        external_auth_user_id: Option<String> = attr("externalAuthUserId");
    }
}

filter_fields! {
    for DataAlert;
    VIEW_ID = "viewId" Text [eq];
}

string_enum! {
    /// How often an alert is sent while its condition is true.
    pub enum AlertFrequency {
        /// Once, and again after the condition has been false in between.
        Once = "once",
        /// Whenever the data is refreshed.
        Frequently = "frequently",
        /// At most once an hour.
        Hourly = "hourly",
        /// At most once a day.
        Daily = "daily",
        /// At most once a week.
        Weekly = "weekly",
    }
}

string_enum! {
    /// How a value is compared with the threshold of an alert.
    pub enum AlertCondition {
        /// The value is above the threshold.
        Above = "above",
        /// The value is above the threshold or equal to it.
        AboveEqual = "above-equal",
        /// The value is below the threshold.
        Below = "below",
        /// The value is below the threshold or equal to it.
        BelowEqual = "below-equal",
        /// The value is equal to the threshold.
        Equal = "equal",
    }
}

string_enum! {
    /// Who can see an alert.
    pub enum AlertVisibility {
        /// Its owner and administrators.
        Private = "private",
        /// All users who can see the view.
        Public = "public",
    }
}

string_enum! {
    /// A layout of a dashboard.
    pub enum AlertDevice {
        /// For desktop computers.
        Desktop = "desktop",
        /// For phones.
        Phone = "phone",
        /// For tablets.
        Tablet = "tablet",
    }
}
