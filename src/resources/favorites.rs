//! Favorites of users: `session.favorites()`.

use crate::Result;
use crate::common::{List, capability};
use crate::ids::{CollectionId, UserId};
use crate::operation::operations;
use crate::resources::{
    datasources::Datasource, flows::Flow, metrics::Metric, projects::Project, views::View,
    workbooks::Workbook,
};
use crate::xml::{FromXml, Listed, Node, Out, element, string_enum};

operations! {
    LIST = GET "sites/{site}/favorites/{user}" since (2, 5) scope "tableau:content:read"
        errors [404002]
        "Get Favorites for User" "favorites.htm#get_favorites_for_user";
    ADD = PUT "sites/{site}/favorites/{user}" since (1, 0) scope "tableau:favorites:update"
        errors [400005, 404002, 404006]
        "Add Workbook to Favorites" "favorites.htm#add_workbook_to_favorites";
    ORGANIZE = PUT "sites/{site}/orderFavorites/{user}" since (3, 8)
        scope "tableau:favorites:update" errors [404002, 404010]
        "Organize Favorites" "favorites.htm#update_favorites";
    REMOVE_WORKBOOK = DELETE "sites/{site}/favorites/{user}/workbooks/{workbook}" since (2, 0)
        scope "tableau:favorites:delete" errors [404002, 404006, 404010]
        "Delete Workbook from Favorites" "favorites.htm#delete_workbook_from_favorites";
    REMOVE_VIEW = DELETE "sites/{site}/favorites/{user}/views/{view}" since (2, 0)
        scope "tableau:favorites:delete" errors [404002, 404010, 404011]
        "Delete View from Favorites" "favorites.htm#delete_view_from_favorites";
    REMOVE_DATASOURCE = DELETE "sites/{site}/favorites/{user}/datasources/{datasource}"
        since (2, 3) scope "tableau:favorites:delete" errors [404002, 404010, 404011]
        "Delete Data Source from Favorites" "favorites.htm#delete_data_source_from_favorites";
    REMOVE_PROJECT = DELETE "sites/{site}/favorites/{user}/projects/{project}" since (3, 1)
        scope "tableau:favorites:delete" errors [404002, 404005]
        "Delete Project from Favorites" "favorites.htm#delete_project_from_favorites";
    REMOVE_FLOW = DELETE "sites/{site}/favorites/{user}/flows/{flow}" since (3, 3)
        scope "tableau:favorites:delete" errors [404002, 404010, 404027]
        "Delete Flow from Favorites" "favorites.htm#ref_delete_flow_from_favorites";
    REMOVE_METRIC = DELETE "sites/{site}/favorites/{user}/metrics/{metric}" since (3, 15)
        until (3, 22) scope "tableau:favorites:delete"
        "Delete Metric from Favorites" "metrics.htm#delete_metric_from_favorites";
}

super::resource! {
    /// The favorites of users. Administrators can change those of every user, other users their own.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, workbook: tsc::WorkbookId) -> tsc::Result<()> {
    /// use tsc::favorites::FavoriteItem;
    ///
    /// session.favorites().add(session.user_id(), &workbook, "Numbers of the week")?;
    /// for favorite in session.favorites().list(session.user_id()) {
    ///     if let Some(FavoriteItem::Workbook(workbook)) = favorite?.item {
    ///         println!("{}", workbook.name);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    Favorites
}

impl<'s> Favorites<'s> {
    /// Lists the favorites of a user, in their order.
    #[doc = rest!(LIST)]
    #[doc(alias("get", "populate_favorites"))]
    pub fn list(&self, user: impl Into<UserId>) -> List<'s, Favorite> {
        List::unpaged(self.client, &LIST, &[&user.into()])
    }

    /// Adds an item to the favorites of a user, under a name of the user's choice. If it is one
    /// already, this changes the name.
    ///
    /// The reference has the same operation for views, data sources (API 2.3), projects (API 3.1),
    /// flows (API 3.3) and metrics (API 3.15 until 3.22).
    #[doc = rest!(ADD)]
    #[doc(alias(
        "add_favorite",
        "add_favorite_datasource",
        "add_favorite_flow",
        "add_favorite_metric",
        "add_favorite_project",
        "add_favorite_view",
        "add_favorite_workbook"
    ))]
    pub fn add<I: Favoritable>(
        &self,
        user: impl Into<UserId>,
        item: &I,
        label: impl AsRef<str>,
    ) -> Result<()> {
        let request = self.client.request(&ADD, &[&user.into()]);
        // Both operations exist for a kind of content since the same version.
        let request = request.since_version(I::REMOVE.since).element(&|out: &mut Out| {
            out.element("favorite", |out| {
                out.attribute("label", label.as_ref());
                out.element(I::KIND, |out| out.attribute("id", item.as_str()));
            });
        })?;
        self.client.done(request)
    }

    /// Moves a favorite of a user behind another one.
    ///
    /// The request names the other favorite in `favoriteIdMoveAfter`. By its name, the attribute is
    /// the favorite that will precede the moved one; the text of the reference can be read the other
    /// way round. Check the order with [`list`](Favorites::list) if it matters.
    #[doc = rest!(ORGANIZE)]
    pub fn move_after<I: Favoritable, A: Favoritable>(
        &self,
        user: impl Into<UserId>,
        item: &I,
        after: &A,
    ) -> Result<()> {
        let request =
            self.client.request(&ORGANIZE, &[&user.into()]).element(&|out: &mut Out| {
                out.element("favoriteOrderings", |out| {
                    out.element("favoriteOrdering", |out| {
                        out.attribute("favoriteId", item.as_str());
                        out.attribute("favoriteType", I::KIND);
                        out.attribute("favoriteIdMoveAfter", after.as_str());
                        out.attribute("favoriteTypeMoveAfter", A::KIND);
                    });
                });
            })?;
        self.client.done(request)
    }

    /// Removes an item from the favorites of a user.
    #[doc = rest!(REMOVE_WORKBOOK)]
    #[doc = rest!(REMOVE_VIEW)]
    #[doc = rest!(REMOVE_DATASOURCE)]
    #[doc = rest!(REMOVE_PROJECT)]
    #[doc = rest!(REMOVE_FLOW)]
    #[doc = rest!(REMOVE_METRIC)]
    #[doc(alias(
        "delete_favorite",
        "delete_favorite_datasource",
        "delete_favorite_flow",
        "delete_favorite_metric",
        "delete_favorite_project",
        "delete_favorite_view",
        "delete_favorite_workbook"
    ))]
    pub fn remove<I: Favoritable>(&self, user: impl Into<UserId>, item: &I) -> Result<()> {
        self.client.send(I::REMOVE, &[&user.into(), item])
    }
}

capability! {
    /// The id of content that can be a favorite.
    pub trait Favoritable: "`{Self}` cannot be a favorite",
        "workbooks, views, data sources, projects, flows and metrics can";
    WorkbookId { REMOVE = REMOVE_WORKBOOK }
    ViewId { REMOVE = REMOVE_VIEW }
    DatasourceId { REMOVE = REMOVE_DATASOURCE }
    ProjectId { REMOVE = REMOVE_PROJECT }
    FlowId { REMOVE = REMOVE_FLOW }
    MetricId { REMOVE = REMOVE_METRIC }
}

/// A favorite of a user.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Favorite {
    /// The name that the user chose.
    pub label: Option<String>,
    /// The item. `None` if it was deleted.
    pub item: Option<FavoriteItem>,
}

/// The item of a [`Favorite`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum FavoriteItem {
    /// A workbook.
    Workbook(Box<Workbook>),
    /// A view.
    View(Box<View>),
    /// A data source.
    Datasource(Box<Datasource>),
    /// A project.
    Project(Box<Project>),
    /// A flow.
    Flow(Box<Flow>),
    /// A metric, which Tableau retired.
    Metric(Box<Metric>),
    /// A collection.
    Collection(Collection),
    /// An item of another kind, or one of which the server returned only the id.
    Other {
        /// The name of the item's element, such as `virtualConnection`.
        kind: String,
        /// The item's id.
        id: String,
    },
}

impl Listed for Favorite {
    const WRAP: &'static str = "favorites";
    const ITEM: &'static str = "favorite";
}

impl FromXml for Favorite {
    #[inline]
    fn from_xml(node: Node<'_>) -> Result<Favorite> {
        let label = node.attr("label")?;
        let Some(item) = node.children().next() else {
            return Ok(Favorite { label, item: None });
        };
        let kind = if item.attribute("name").is_some() { item.tag() } else { "" };
        let item = match kind {
            "workbook" => FavoriteItem::Workbook(Box::new(FromXml::from_xml(item)?)),
            "view" => FavoriteItem::View(Box::new(FromXml::from_xml(item)?)),
            "datasource" => FavoriteItem::Datasource(Box::new(FromXml::from_xml(item)?)),
            "project" => FavoriteItem::Project(Box::new(FromXml::from_xml(item)?)),
            "flow" => FavoriteItem::Flow(Box::new(FromXml::from_xml(item)?)),
            "metric" => FavoriteItem::Metric(Box::new(FromXml::from_xml(item)?)),
            "collection" => FavoriteItem::Collection(FromXml::from_xml(item)?),
            _ => FavoriteItem::Other { kind: item.tag().to_owned(), id: item.attr("id")? },
        };
        Ok(Favorite { label, item: Some(item) })
    }
}

element! {
    /// A collection: a list of content that a user put together.
    pub struct Collection = "collection";
    {
        /// The collection's id.
        id: CollectionId = attr("id");
        /// The collection's name.
        name: String = attr("name");
        /// The description.
        description: Option<String> = attr("description");
        /// The user who owns the collection.
        owner: Option<UserId> = child_id("owner");
        /// Who can see the collection.
        visibility: Option<CollectionVisibility> = attr("visibility");
        /// The number of items.
        total_item_count: Option<u64> = attr("totalItemCount");
        /// The number of items that the user who is signed in can see.
        permissioned_item_count: Option<u64> = attr("permissionedItemCount");
        /// When the collection was created.
        created_at: Option<jiff::Timestamp> = attr("createdAt");
        /// When the collection was last changed.
        updated_at: Option<jiff::Timestamp> = attr("updatedAt");
    }
}

string_enum! {
    /// Who can see a collection.
    pub enum CollectionVisibility {
        /// Its owner.
        Private = "Private",
        /// Everyone on the site.
        Public = "Public",
    }
}
