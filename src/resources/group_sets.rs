//! Sets of groups: `session.group_sets()`.

use std::borrow::Borrow;

use super::groups::Group;
use crate::Result;
use crate::common::find::find_by_name;
use crate::common::{List, filter_fields};
use crate::ids::{GroupId, GroupSetId};
use crate::operation::operations;
use crate::xml::element;

operations! {
    LIST = GET "sites/{site}/groupsets" since (3, 22) scope "tableau:groupsets:read" errors [409120]
        "List Group Sets" "users_and_groups.htm#query_group_sets";
    GET = GET "sites/{site}/groupsets/{group-set}" since (3, 22) scope "tableau:groupsets:read"
        errors [409120]
        "Get Group Set" "users_and_groups.htm#get_group_set";
    CREATE = POST "sites/{site}/groupsets" since (3, 22) scope "tableau:groupsets:create"
        errors [400013, 409121]
        "Create Group Set" "users_and_groups.htm#create_group_set";
    UPDATE = PUT "sites/{site}/groupsets/{group-set}" since (3, 22)
        scope "tableau:groupsets:update" errors [400013, 409120, 409121]
        "Update Group Set" "users_and_groups.htm#update_group_set";
    DELETE = DELETE "sites/{site}/groupsets/{group-set}" since (3, 22)
        scope "tableau:groupsets:delete" errors [409120]
        "Delete Group Set" "users_and_groups.htm#delete_group_set";
    ADD_GROUP = PUT "sites/{site}/groupsets/{group-set}/groups/{group}" since (3, 22)
        scope "tableau:groupsets:update" errors [404012, 409120]
        "Add Group to Group Set" "users_and_groups.htm#add_group_to_group_set";
    REMOVE_GROUP = DELETE "sites/{site}/groupsets/{group-set}/groups/{group}" since (3, 22)
        scope "tableau:groupsets:delete" errors [400032, 404012, 409120]
        "Remove Group from Group Set" "users_and_groups.htm#remove_group_from_group_set";
}

super::resource! {
    /// The group sets of a site. Permissions that are given to a group set apply to the users who are
    /// members of all its groups. API 3.22.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, group_id: tsc::GroupId) -> tsc::Result<()> {
    /// let set = session.group_sets().create(tsc::group_sets::NewGroupSet::new("Sales in Europe"))?;
    /// session.group_sets().add_group(&set.id, group_id)?;
    /// # Ok(())
    /// # }
    /// ```
    GroupSets
}

impl<'s> GroupSets<'s> {
    /// Lists the group sets of the site.
    #[doc = rest!(LIST)]
    #[doc(alias("all", "get"))]
    #[inline]
    pub fn list(&self) -> List<'s, GroupSet> {
        List::of(self.client, &LIST, &[])
    }

    /// Lists the group sets of the site, with this parameter `resultlevel`, whose effect the REST
    /// reference does not describe.
    #[doc = rest!(LIST)]
    #[inline]
    pub fn list_with(&self, level: ResultLevel) -> List<'s, GroupSet> {
        let level = match level {
            ResultLevel::Members => "members",
            ResultLevel::Local => "local",
        };
        self.list().with("resultlevel", level)
    }

    /// Returns a group set with its groups.
    #[doc = rest!(GET)]
    #[doc(alias = "get_by_id")]
    pub fn get(&self, id: impl Into<GroupSetId>) -> Result<GroupSet> {
        self.client.get(&GET, &[&id.into()])
    }

    /// Creates a group set without groups.
    #[doc = rest!(CREATE)]
    pub fn create(&self, group_set: impl Borrow<NewGroupSet>) -> Result<GroupSet> {
        self.client.create(&CREATE, &[], group_set.borrow())
    }

    /// Renames a group set.
    #[doc = rest!(UPDATE)]
    pub fn update(
        &self,
        id: impl Into<GroupSetId>,
        changes: impl Borrow<GroupSetUpdate>,
    ) -> Result<GroupSet> {
        self.client.update(&UPDATE, &[&id.into()], changes.borrow())
    }

    /// Deletes a group set. Its groups remain.
    #[doc = rest!(DELETE)]
    pub fn delete(&self, id: impl Into<GroupSetId>) -> Result<()> {
        self.client.send(&DELETE, &[&id.into()])
    }

    /// Adds a group to a group set.
    #[doc = rest!(ADD_GROUP)]
    pub fn add_group(&self, id: impl Into<GroupSetId>, group: impl Into<GroupId>) -> Result<()> {
        self.client.send(&ADD_GROUP, &[&id.into(), &group.into()])
    }

    /// Removes a group from a group set.
    #[doc = rest!(REMOVE_GROUP)]
    pub fn remove_group(&self, id: impl Into<GroupSetId>, group: impl Into<GroupId>) -> Result<()> {
        self.client.send(&REMOVE_GROUP, &[&id.into(), &group.into()])
    }
}

find_by_name!(GroupSets GroupSet "group sets");

element! {
    /// A set of groups.
    pub struct GroupSet = "groupSet" in "groupSets";
    /// A group set to create; see [`GroupSets::create`].
    pub struct NewGroupSet: new;
    /// Changes to a group set; see [`GroupSets::update`].
    pub struct GroupSetUpdate: update;
    {
        /// The group set's id.
        id: GroupSetId = attr("id");
        /// The group set's name, unique on the site regardless of case.
        name: String = attr("name"), set String;
        /// The number of groups in the set.
        group_count: Option<u64> = attr("groupCount");
        /// The groups, with id and name. Some responses leave them out.
        groups: Vec<Group> = items("group");
    }
}

impl NewGroupSet {
    /// A group set of this name.
    pub fn new(name: impl Into<String>) -> NewGroupSet {
        NewGroupSet::blank().name(name)
    }
}

/// The parameter `resultlevel` of [`GroupSets::list_with`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResultLevel {
    /// `members`.
    Members,
    /// `local`.
    Local,
}

filter_fields! {
    for GroupSet;
    LUID = "luid" (GroupSetId) [eq in];
    NAME = "name" Text [cieq eq in like];
}
