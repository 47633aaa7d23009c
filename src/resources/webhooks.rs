//! Webhooks: `session.webhooks()`.

use std::borrow::Borrow;

use crate::Result;
use crate::common::List;
use crate::ids::{UserId, WebhookId};
use crate::operation::operations;
use crate::xml::{element, string_enum};

operations! {
    LIST = GET "sites/{site}/webhooks" since (3, 6) scope "tableau:webhooks:read"
        "List Webhooks" "notifications.htm#list_webhooks_for_site";
    GET = GET "sites/{site}/webhooks/{webhook}" since (3, 6) scope "tableau:webhooks:read"
        "Get a Webhook" "notifications.htm#get_webhook";
    CREATE = POST "sites/{site}/webhooks" since (3, 6) scope "tableau:webhooks:create"
        "Create a Webhook" "notifications.htm#create_webhook";
    UPDATE = PUT "sites/{site}/webhooks/{webhook}" since (3, 8) scope "tableau:webhooks:update"
        errors [400127]
        "Update a Webhook" "notifications.htm#update_webhook";
    DELETE = DELETE "sites/{site}/webhooks/{webhook}" since (3, 6) scope "tableau:webhooks:delete"
        "Delete a Webhook" "notifications.htm#delete_webhook";
    TEST = GET "sites/{site}/webhooks/{webhook}/test" since (3, 6) scope "tableau:webhooks:test"
        "Test a Webhook" "notifications.htm#test_webhook";
}

super::resource! {
    /// The webhooks of a site: the server posts a JSON document to an address when an event occurs.
    /// Only administrators can use them.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>) -> tsc::Result<()> {
    /// use tsc::webhooks::{NewWebhook, WebhookEvent};
    ///
    /// let event = WebhookEvent::WorkbookRefreshFailed;
    /// let webhook = NewWebhook::new("On failure", event, "https://ops.example.com/hook");
    /// let webhook = session.webhooks().create(webhook)?;
    /// println!("{}", session.webhooks().test(&webhook.id)?.status);
    /// # Ok(())
    /// # }
    /// ```
    Webhooks
}

impl<'s> Webhooks<'s> {
    /// Lists the webhooks of the site.
    #[doc = rest!(LIST)]
    #[doc(alias = "get")]
    #[inline]
    pub fn list(&self) -> List<'s, Webhook> {
        List::unpaged(self.client, &LIST, &[])
    }

    /// Returns a webhook.
    #[doc = rest!(GET)]
    #[doc(alias = "get_by_id")]
    pub fn get(&self, id: impl Into<WebhookId>) -> Result<Webhook> {
        self.client.get(&GET, &[&id.into()])
    }

    /// Creates a webhook.
    #[doc = rest!(CREATE)]
    pub fn create(&self, webhook: impl Borrow<NewWebhook>) -> Result<Webhook> {
        self.client.create(&CREATE, &[], webhook.borrow())
    }

    /// Changes a webhook. The server disables a webhook whose address fails repeatedly; an update
    /// with `is_enabled(true)` enables it again. The server requires the name in every update.
    #[doc = rest!(UPDATE)]
    pub fn update(
        &self,
        id: impl Into<WebhookId>,
        changes: impl Borrow<WebhookUpdate>,
    ) -> Result<Webhook> {
        let mut changes = changes.borrow().clone();
        if changes.url.is_some() {
            changes.method.get_or_insert_with(|| "POST".to_owned());
        }
        self.client.update(&UPDATE, &[&id.into()], &changes)
    }

    /// Deletes a webhook.
    #[doc = rest!(DELETE)]
    pub fn delete(&self, id: impl Into<WebhookId>) -> Result<()> {
        self.client.send(&DELETE, &[&id.into()])
    }

    /// Sends an empty document to the webhook's address, and returns the response.
    #[doc = rest!(TEST)]
    pub fn test(&self, id: impl Into<WebhookId>) -> Result<WebhookTest> {
        self.client.get(&TEST, &[&id.into()])
    }
}

element! {
    /// A webhook.
    pub struct Webhook = "webhook" in "webhooks";
    /// A webhook to create; see [`Webhooks::create`].
    pub struct NewWebhook: new;
    /// Changes to a webhook; see [`Webhooks::update`].
    pub struct WebhookUpdate: update;
    {
        /// The webhook's id.
        id: WebhookId = attr("id");
        /// The webhook's name.
        name: String = attr("name"), set String;
        /// Whether events are sent.
        is_enabled: Option<bool> = attr("isEnabled"), set bool;
        /// Why the webhook is disabled. An update can set it together with `is_enabled(false)`.
        status_change_reason: Option<String> = attr("statusChangeReason"), update String;
        /// The event that triggers the webhook.
        event: Option<WebhookEvent> = child_name("webhook-source", "event"), set WebhookEvent;
        /// The HTTP method of the requests that the server sends: `POST`.
        method: Option<String> =
            grandchild_attr("webhook-destination", "webhook-destination-http", "method"),
            set String;
        /// The address that events are sent to. It has to begin with `https://`, and its certificate
        /// has to be valid.
        url: Option<String> =
            grandchild_attr("webhook-destination", "webhook-destination-http", "url"), set String;
        /// The user who created the webhook.
        owner: Option<UserId> = child_id("owner");
        /// The name of that user.
        owner_name: Option<String> = child_attr("owner", "name");
    }
}

impl NewWebhook {
    /// A webhook that sends an event to an address that begins with `https://`.
    pub fn new(
        name: impl Into<String>,
        event: impl Into<WebhookEvent>,
        url: impl Into<String>,
    ) -> NewWebhook {
        NewWebhook::blank().name(name).event(event).method("POST").url(url)
    }
}

element! {
    /// The response of a webhook's address to a test.
    pub struct WebhookTest = "webhookTestResult";
    {
        /// The HTTP status.
        status: u16 = attr("status");
        /// The body.
        body: Option<String> = child_text("body");
    }
}

string_enum! {
    /// An event that triggers a webhook. On the wire, the event is the name of an element. It can
    /// also be created from the name that Tableau's documentation uses, such as `WorkbookCreated`.
    pub enum WebhookEvent {
        /// A user became a site administrator.
        AdminPromoted = "webhook-event-user-promoted-admin" | "AdminPromoted",
        /// A site administrator got another site role.
        AdminDemoted = "webhook-event-user-demoted-admin" | "AdminDemoted",
        /// A data source was published.
        DatasourceCreated = "webhook-source-event-datasource-created" | "DatasourceCreated",
        /// A data source was deleted.
        DatasourceDeleted = "webhook-source-event-datasource-deleted" | "DatasourceDeleted",
        /// The refresh of a data source failed.
        DatasourceRefreshFailed =
            "webhook-source-event-datasource-refresh-failed" | "DatasourceRefreshFailed",
        /// The refresh of a data source started.
        DatasourceRefreshStarted =
            "webhook-source-event-datasource-refresh-started" | "DatasourceRefreshStarted",
        /// The refresh of a data source succeeded.
        DatasourceRefreshSucceeded =
            "webhook-source-event-datasource-refresh-succeeded" | "DatasourceRefreshSucceeded",
        /// A data source was changed.
        DatasourceUpdated = "webhook-source-event-datasource-updated" | "DatasourceUpdated",
        /// A label was added to a workbook or a data source.
        LabelCreated = "webhook-source-event-label-created" | "LabelCreated",
        /// A label was removed from a workbook or a data source.
        LabelDeleted = "webhook-source-event-label-LabelDeleted"
            | "webhook-source-event-label-deleted" | "LabelDeleted",
        /// A label of a workbook or a data source was changed.
        LabelUpdated = "webhook-source-event-label-updated" | "LabelUpdated",
        /// A site was created.
        SiteCreated = "webhook-source-event-site-created" | "SiteCreated",
        /// A site was deleted.
        SiteDeleted = "webhook-source-event-site-deleted" | "SiteDeleted",
        /// A site was changed.
        SiteUpdated = "webhook-source-event-site-updated" | "SiteUpdated",
        /// A user was deleted.
        UserDeleted = "webhook-source-event-user-deleted" | "UserDeleted",
        /// A view was deleted.
        ViewDeleted = "webhook-source-event-view-deleted" | "ViewDeleted",
        /// A workbook was published.
        WorkbookCreated = "webhook-source-event-workbook-created" | "WorkbookCreated",
        /// A workbook was deleted.
        WorkbookDeleted = "webhook-source-event-workbook-deleted" | "WorkbookDeleted",
        /// The refresh of a workbook failed.
        WorkbookRefreshFailed =
            "webhook-source-event-workbook-refresh-failed" | "WorkbookRefreshFailed",
        /// The refresh of a workbook started.
        WorkbookRefreshStarted =
            "webhook-source-event-workbook-refresh-started" | "WorkbookRefreshStarted",
        /// The refresh of a workbook succeeded.
        WorkbookRefreshSucceeded =
            "webhook-source-event-workbook-refresh-succeeded" | "WorkbookRefreshSucceeded",
        /// A workbook was changed.
        WorkbookUpdated = "webhook-source-event-workbook-updated" | "WorkbookUpdated",
    }
}
