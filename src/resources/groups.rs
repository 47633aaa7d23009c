//! Groups of users: `session.groups()`.

use std::borrow::Borrow;

use crate::Result;
use crate::common::find::{self, find_by_name};
use crate::common::job::Job;
use crate::common::{JobHandle, List, filter_fields};
use crate::http::Request;
use crate::ids::{GroupId, UserId};
use crate::operation::operations;
use crate::resources::users::{SiteRole, User};
use crate::xml::{Element as _, Out, ToXml, element, string_enum};

operations! {
    LIST = GET "sites/{site}/groups" since (2, 0) scope "tableau:groups:read"
        "Query Groups" "users_and_groups.htm#query_groups";
    CREATE = POST "sites/{site}/groups" since (2, 0) scope "tableau:groups:create"
        errors [400013, 400019, 400984, 403011, 404016, 404017, 409009]
        "Create Group" "users_and_groups.htm#create_group";
    UPDATE = PUT "sites/{site}/groups/{group}" since (2, 0) scope "tableau:groups:update"
        errors [400013, 400019, 400984, 403011, 403020, 404012, 404016, 404017, 409009]
        "Update Group" "users_and_groups.htm#update_group";
    DELETE = DELETE "sites/{site}/groups/{group}" since (2, 1) scope "tableau:groups:delete"
        errors [404012]
        "Delete Group" "users_and_groups.htm#delete_group";
    MEMBERS = GET "sites/{site}/groups/{group}/users" since (2, 0) scope "tableau:groups:read"
        errors [404012]
        "Get Users in Group" "users_and_groups.htm#get_users_in_group";
    ADD_MEMBER = POST "sites/{site}/groups/{group}/users" since (2, 0)
        scope "tableau:groups:update" errors [404012, 409011]
        "Add User to Group" "users_and_groups.htm#add_user_to_group";
    REMOVE_MEMBER = DELETE "sites/{site}/groups/{group}/users/{user}" since (2, 0)
        scope "tableau:groups:update" errors [400032, 404002, 404012]
        "Remove User from Group" "users_and_groups.htm#remove_user_to_group";
    REMOVE_MEMBERS = PUT "sites/{site}/groups/{group}/users/remove" since (3, 21)
        scope "tableau:groups:update" errors [400032, 404002, 404012]
        "Remove Users from Group" "users_and_groups.htm#remove_user_to_group";
}

super::resource! {
    /// The groups of a site.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, user_id: tsc::UserId) -> tsc::Result<()> {
    /// let group = session.groups().create(tsc::groups::NewGroup::new("Sales"))?;
    /// session.groups().add_member(&group.id, &user_id)?;
    /// for user in session.groups().members(&group.id) {
    ///     println!("{}", user?.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    Groups
}

impl<'s> Groups<'s> {
    /// Lists the groups of the site.
    #[doc = rest!(LIST)]
    #[doc(alias("all", "get"))]
    #[inline]
    pub fn list(&self) -> List<'s, Group> {
        List::of(self.client, &LIST, &[])
    }

    /// Returns a group. The REST API has no operation for one group, so this reads the list of
    /// groups until it finds the group.
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) if the site has no such group.
    #[doc = rest!(LIST)]
    pub fn get(&self, id: impl Into<GroupId>) -> Result<Group> {
        let id = id.into();
        find::by_id(self.list(), |group| group.id == id, "group", id.as_str())
    }

    /// Creates a group.
    #[doc = rest!(CREATE)]
    pub fn create(&self, group: impl Borrow<NewGroup>) -> Result<Group> {
        self.client.create(&CREATE, &[], group.borrow())
    }

    /// Changes a group.
    #[doc = rest!(UPDATE)]
    pub fn update(
        &self,
        id: impl Into<GroupId>,
        changes: impl Borrow<GroupUpdate>,
    ) -> Result<Group> {
        self.client.update(&UPDATE, &[&id.into()], changes.borrow())
    }

    /// Imports a group of a directory, with its members.
    #[doc = rest!(CREATE)]
    #[doc(alias = "create_AD_group")]
    pub fn import(&self, group: impl Borrow<DirectoryGroup>) -> Result<Group> {
        self.client.create(&CREATE, &[], group.borrow())
    }

    /// Starts a job that imports a group of a directory, with its members.
    #[doc = rest!(CREATE)]
    pub fn import_as_job(&self, group: impl Borrow<DirectoryGroup>) -> Result<JobHandle<'s>> {
        self.start(self.client.request(&CREATE, &[]), group.borrow())
    }

    /// Synchronizes a group with its directory. The settings replace those of the import.
    #[doc = rest!(UPDATE)]
    pub fn sync(
        &self,
        id: impl Into<GroupId>,
        group: impl Borrow<DirectoryGroup>,
    ) -> Result<Group> {
        self.client
            .read(self.client.request(&UPDATE, &[&id.into()]).element(group.borrow())?, Group::TAG)
    }

    /// Starts a job that synchronizes a group with its directory.
    #[doc = rest!(UPDATE)]
    pub fn sync_as_job(
        &self,
        id: impl Into<GroupId>,
        group: impl Borrow<DirectoryGroup>,
    ) -> Result<JobHandle<'s>> {
        self.start(self.client.request(&UPDATE, &[&id.into()]), group.borrow())
    }

    #[inline]
    fn start(&self, request: Request<'_>, group: &DirectoryGroup) -> Result<JobHandle<'s>> {
        let request = request.query("asJob", "true").element(group)?;
        self.client.read::<Job>(request, "job").map(|job| JobHandle::new(self.client, job))
    }

    /// Deletes a group. Its members remain users of the site.
    #[doc = rest!(DELETE)]
    pub fn delete(&self, id: impl Into<GroupId>) -> Result<()> {
        self.client.send(&DELETE, &[&id.into()])
    }

    /// Lists the members of a group.
    #[doc = rest!(MEMBERS)]
    #[doc(alias = "populate_users")]
    pub fn members(&self, id: impl Into<GroupId>) -> List<'s, User> {
        List::of(self.client, &MEMBERS, &[&id.into()])
    }

    /// Adds a user to a group.
    #[doc = rest!(ADD_MEMBER)]
    #[doc(alias = "add_user")]
    pub fn add_member(&self, id: impl Into<GroupId>, user: impl Into<UserId>) -> Result<User> {
        self.client.create(&ADD_MEMBER, &[&id.into()], &Member(&user.into()))
    }

    /// Adds several users to a group in one request, which needs API 3.21.
    #[doc = rest!(ADD_MEMBER)]
    #[doc(alias = "add_users")]
    pub fn add_members<U: Into<UserId>>(
        &self,
        id: impl Into<GroupId>,
        users: impl IntoIterator<Item = U>,
    ) -> Result<Vec<User>> {
        let request = self.client.request(&ADD_MEMBER, &[&id.into()]).since(3, 21);
        self.client.read_all(request.element(&Members::of(users))?, "users", "user")
    }

    /// Removes a user from a group.
    #[doc = rest!(REMOVE_MEMBER)]
    #[doc(alias = "remove_user")]
    pub fn remove_member(&self, id: impl Into<GroupId>, user: impl Into<UserId>) -> Result<()> {
        self.client.send(&REMOVE_MEMBER, &[&id.into(), &user.into()])
    }

    /// Removes several users from a group in one request.
    #[doc = rest!(REMOVE_MEMBERS)]
    #[doc(alias = "remove_users")]
    pub fn remove_members<U: Into<UserId>>(
        &self,
        id: impl Into<GroupId>,
        users: impl IntoIterator<Item = U>,
    ) -> Result<()> {
        let request = self.client.request(&REMOVE_MEMBERS, &[&id.into()]);
        self.client.done(request.element(&Members::of(users))?)
    }
}

find_by_name!(Groups Group "groups");

element! {
    /// A group of users.
    pub struct Group = "group" in "groups";
    /// A local group to create; see [`Groups::create`]. For a group of a directory see
    /// [`DirectoryGroup`].
    pub struct NewGroup: new;
    /// Changes to a group; see [`Groups::update`].
    pub struct GroupUpdate: update;
    {
        /// The group's id.
        id: GroupId = attr("id");
        /// The group's name, unique on the site regardless of case.
        name: String = attr("name"), set String;
        /// The lowest site role that members have. API 3.9.
        minimum_site_role: Option<SiteRole> = attr("minimumSiteRole"), set SiteRole as typed;
        /// Whether users without an account on the site can be members. Tableau Cloud, API 3.21.
        external_user_enabled: Option<bool> = attr("externalUserEnabled"), set bool;
        /// How many users are in the group.
        user_count: Option<u64> = attr("userCount");
        /// The domain of the group: `local`, or that of a directory.
        domain: Option<String> = child_attr("domain", "name");
        /// The domain that the group was imported from.
        import_domain: Option<String> = child_attr("import", "domainName");
        /// The site role that imported members get.
        import_site_role: Option<SiteRole> = child_either("import", "siteRole", "minimumSiteRole");
        /// The kind of directory that the group was imported from: `ActiveDirectory`.
        import_source: Option<String> = child_attr("import", "source");
        /// When members are given a license.
        grant_license_mode: Option<GrantLicenseMode> = child_attr("import", "grantLicenseMode");
    }
}

impl NewGroup {
    /// A group of this name.
    pub fn new(name: impl Into<String>) -> NewGroup {
        NewGroup::blank().name(name)
    }
}

/// A group of Active Directory, for [`Groups::import`] and [`Groups::sync`]. Tableau Server only.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectoryGroup {
    name: String,
    domain: String,
    site_role: SiteRole,
    grant_license_mode: Option<GrantLicenseMode>,
}

impl DirectoryGroup {
    /// The group of this name in a domain. Its members get at least this site role.
    pub fn new(
        name: impl Into<String>,
        domain: impl Into<String>,
        site_role: SiteRole,
    ) -> DirectoryGroup {
        let (name, domain) = (name.into(), domain.into());
        DirectoryGroup { name, domain, site_role, grant_license_mode: None }
    }

    /// When members are given a license.
    ///
    /// If unset, left unchanged; a new group then grants no license.
    #[inline]
    pub fn grant_license_mode(self, mode: GrantLicenseMode) -> DirectoryGroup {
        DirectoryGroup { grant_license_mode: Some(mode), ..self }
    }
}

impl ToXml for DirectoryGroup {
    #[inline]
    fn to_xml(&self, out: &mut Out) {
        out.element("group", |out| {
            out.attribute("name", &self.name);
            out.element("import", |out| {
                out.attribute("source", "ActiveDirectory");
                out.attribute("domainName", &self.domain);
                out.attr("siteRole", &self.site_role);
                if let Some(mode) = &self.grant_license_mode {
                    out.attr("grantLicenseMode", mode);
                }
            });
        });
    }
}

string_enum! {
    /// When the members of a group are given a license.
    pub enum GrantLicenseMode {
        /// When members sign in.
        OnLogin = "onLogin",
        /// When the group is synchronized with its directory.
        OnSync = "onSync",
    }
}

filter_fields! {
    for Group;
    DOMAIN_NAME = "domainName" Text [eq in];
    DOMAIN_NICKNAME = "domainNickname" Text [eq in];
    IS_EXTERNAL_USER_ENABLED = "isExternalUserEnabled" Flag [eq];
    IS_LOCAL = "isLocal" Flag [eq];
    LUID = "luid" (GroupId) [eq in];
    MINIMUM_SITE_ROLE = "minimumSiteRole" (SiteRole) [eq in];
    NAME = "name" Text [cieq eq in like];
    USER_COUNT = "userCount" Number [eq gt gte lt lte];
}

/// A user to add to a group.
struct Member<'a>(&'a UserId);

impl ToXml for Member<'_> {
    #[inline]
    fn to_xml(&self, out: &mut Out) {
        out.child_id("user", self.0);
    }
}

/// Users to add to a group, or to remove from it.
struct Members(Vec<UserId>);

impl Members {
    fn of<U: Into<UserId>>(users: impl IntoIterator<Item = U>) -> Members {
        Members(users.into_iter().map(U::into).collect())
    }
}

impl ToXml for Members {
    #[inline]
    fn to_xml(&self, out: &mut Out) {
        out.ids("users", "user", &self.0);
    }
}
