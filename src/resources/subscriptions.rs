//! Subscriptions: `session.subscriptions()`.

use std::borrow::Borrow;

use crate::Result;
use crate::common::{List, capability};
use crate::ids::{CustomViewId, ScheduleId, SubscriptionId, UserId};
use crate::operation::operations;
use crate::resources::schedules::{InlineSchedule, ItemSchedule};
use crate::xml::{element, string_enum};

operations! {
    LIST = GET "sites/{site}/subscriptions" since (2, 3) scope "tableau:tasks:read"
        "List Subscriptions" "subscriptions.htm#list_subscriptions";
    GET = GET "sites/{site}/subscriptions/{subscription}" since (2, 3) scope "tableau:tasks:read"
        errors [403058, 404025]
        "Get Subscription" "subscriptions.htm#get_subscription";
    CREATE = POST "sites/{site}/subscriptions" since (2, 3) scope "tableau:tasks:create"
        errors [400067, 400068, 400069, 403060, 403063, 403064, 404002, 404006, 404011, 404023,
            404025, 409004]
        "Create Subscription" "subscriptions.htm#create_subscription";
    UPDATE = PUT "sites/{site}/subscriptions/{subscription}" since (2, 3)
        scope "tableau:tasks:update"
        errors [400067, 400069, 400133, 403065, 404002, 404023, 404025, 409004]
        "Update Subscription" "subscriptions.htm#update_subscription";
    DELETE = DELETE "sites/{site}/subscriptions/{subscription}" since (2, 3)
        scope "tableau:tasks:delete" errors [400062, 403059]
        "Delete Subscription" "subscriptions.htm#delete_subscription";
}

super::resource! {
    /// The subscriptions of a site: users receive a workbook or a view by email on a schedule.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(
    /// #     session: &tsc::Session<'_>, view: tsc::ViewId, user: tsc::UserId, monday: tsc::ScheduleId,
    /// # ) -> tsc::Result<()> {
    /// use tsc::subscriptions::NewSubscription;
    ///
    /// // Tableau Server: on one of the server's schedules.
    /// let new = NewSubscription::on_schedule("Sales", &view, &user, &monday).attach_pdf(true);
    /// let subscription = session.subscriptions().create(new)?;
    /// println!("{}", subscription.id);
    /// # Ok(())
    /// # }
    /// ```
    Subscriptions
}

impl<'s> Subscriptions<'s> {
    /// Lists the subscriptions of the site. Users without administrator rights see their own.
    #[doc = rest!(LIST)]
    #[doc(alias = "get")]
    #[inline]
    pub fn list(&self) -> List<'s, Subscription> {
        List::of(self.client, &LIST, &[])
    }

    /// Returns a subscription.
    #[doc = rest!(GET)]
    #[doc(alias = "get_by_id")]
    pub fn get(&self, id: impl Into<SubscriptionId>) -> Result<Subscription> {
        self.client.get(&GET, &[&id.into()])
    }

    /// Creates a subscription. On Tableau Cloud this needs API 3.20.
    ///
    /// # Errors
    ///
    /// The server refuses a user who cannot receive the subscription:
    /// [`is_permission_denied`](crate::Error::is_permission_denied) is true. Tableau's code is 403063
    /// if the user cannot see the content, 403064 if the user has no email address, and 403067 if
    /// the user has no license. 403060 means that you may not subscribe another user to this content.
    #[doc = rest!(CREATE)]
    pub fn create(&self, subscription: impl Borrow<NewSubscription>) -> Result<Subscription> {
        self.client.create(&CREATE, &[], subscription.borrow())
    }

    /// Changes a subscription.
    #[doc = rest!(UPDATE)]
    pub fn update(
        &self,
        id: impl Into<SubscriptionId>,
        changes: impl Borrow<SubscriptionUpdate>,
    ) -> Result<Subscription> {
        self.client.update(&UPDATE, &[&id.into()], changes.borrow())
    }

    /// Stops a subscription until it is [resumed](Subscriptions::resume).
    #[doc = rest!(UPDATE)]
    pub fn suspend(&self, id: impl Into<SubscriptionId>) -> Result<Subscription> {
        self.update(id, SubscriptionUpdate::new().suspended(true))
    }

    /// Resumes a subscription that was suspended.
    #[doc = rest!(UPDATE)]
    pub fn resume(&self, id: impl Into<SubscriptionId>) -> Result<Subscription> {
        self.update(id, SubscriptionUpdate::new().suspended(false))
    }

    /// Deletes a subscription.
    #[doc = rest!(DELETE)]
    pub fn delete(&self, id: impl Into<SubscriptionId>) -> Result<()> {
        self.client.send(&DELETE, &[&id.into()])
    }
}

capability! {
    /// The id of content that users can subscribe to.
    pub trait Subscribable: "users cannot subscribe to `{Self}`", "workbooks and views can be";
    WorkbookId {}
    ViewId {}
}

element! {
    /// A subscription.
    pub struct Subscription = "subscription" in "subscriptions";
    /// A subscription to create; see [`Subscriptions::create`].
    pub struct NewSubscription: new;
    /// Changes to a subscription; see [`Subscriptions::update`].
    pub struct SubscriptionUpdate: update;
    {
        /// The subscription's id.
        id: SubscriptionId = attr("id");
        /// The subject of the email.
        subject: Option<String> = attr("subject"), set String;
        /// The text of the email.
        message: Option<String> = attr("message"), set String;
        /// Whether the email contains an image.
        attach_image: Option<bool> = attr("attachImage"), set bool;
        /// Whether the email has a PDF file attached.
        attach_pdf: Option<bool> = attr("attachPdf"), set bool;
        /// Whether the subscription is suspended.
        suspended: Option<bool> = attr("suspended"), set bool;
        /// The orientation of the PDF file's pages. Default: portrait.
        page_orientation: Option<PageOrientation> = attr("pageOrientation"), set PageOrientation;
        /// The size of the PDF file's pages. Default: letter.
        page_size: Option<PageSize> = attr("pageSizeOption"), set PageSize;
        /// The schedule that the subscription runs on. Tableau Server.
        schedule_id: Option<ScheduleId> = child_id("schedule"), update ScheduleId;
        /// The id of the workbook or view.
        content: Option<String> = child_attr("content", "id"), set String;
        /// Whether the content is a workbook or a view.
        content_type: Option<ContentType> = child_attr("content", "type"), set ContentType;
        /// Whether an email is sent if the view has no data. Default: `true`.
        send_if_view_empty: Option<bool> = child_attr("content", "sendIfViewEmpty"), set bool;
        /// The custom view that is sent instead of the view.
        custom_view: Option<CustomViewId> =
            child_attr("content", "customViewId"), set CustomViewId;
        /// When the subscription runs. Tableau Server returns the id and name of one of its schedules,
        /// Tableau Cloud the times.
        schedule: Option<ItemSchedule> = sibling("schedule"), set InlineSchedule;
        /// The user who receives the email.
        user: Option<UserId> = child_id("user"), update UserId;
        /// The name of that user.
        user_name: Option<String> = child_attr("user", "name");
    }
    // The order of these elements in a new subscription differs from that in an update.
    requests {
        /// The schedule that the subscription runs on. Tableau Server.
        on = child_id("schedule"), new ScheduleId;
        /// The user who receives the email.
        recipient = child_id("user"), new UserId;
    }
}

impl NewSubscription {
    fn to<I: Subscribable>(
        subject: impl Into<String>,
        content: &I,
        user: impl Into<UserId>,
    ) -> NewSubscription {
        let content_type = match I::KIND {
            "workbook" => ContentType::Workbook,
            _ => ContentType::View,
        };
        let new = NewSubscription::blank().subject(subject).recipient(user);
        new.content(content.as_str()).content_type(content_type)
    }

    /// A subscription on a schedule of Tableau Server, whose type has to be `Subscription`.
    pub fn on_schedule<I: Subscribable>(
        subject: impl Into<String>,
        content: &I,
        user: impl Into<UserId>,
        schedule: impl Into<ScheduleId>,
    ) -> NewSubscription {
        NewSubscription::to(subject, content, user).on(schedule)
    }

    /// A subscription with its own schedule, on Tableau Cloud.
    pub fn inline<I: Subscribable>(
        subject: impl Into<String>,
        content: &I,
        user: impl Into<UserId>,
        schedule: InlineSchedule,
    ) -> NewSubscription {
        NewSubscription::to(subject, content, user).schedule(schedule)
    }
}

string_enum! {
    /// What a subscription sends.
    pub enum ContentType {
        /// All views of a workbook.
        Workbook = "Workbook",
        /// One view.
        View = "View",
    }
}

string_enum! {
    /// The orientation of pages.
    pub enum PageOrientation {
        /// Upright.
        Portrait = "PORTRAIT",
        /// Landscape.
        Landscape = "LANDSCAPE",
    }
}

string_enum! {
    /// A size of pages.
    pub enum PageSize {
        /// A3.
        A3 = "A3",
        /// A4.
        A4 = "A4",
        /// A5.
        A5 = "A5",
        /// B5.
        B5 = "B5",
        /// Executive.
        Executive = "Executive",
        /// Folio.
        Folio = "Folio",
        /// Ledger.
        Ledger = "Ledger",
        /// Legal.
        Legal = "Legal",
        /// Letter.
        Letter = "Letter",
        /// Note.
        Note = "Note",
        /// Quarto.
        Quarto = "Quarto",
        /// Tabloid.
        Tabloid = "Tabloid",
    }
}
