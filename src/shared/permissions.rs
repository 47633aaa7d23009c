//! Permissions, of everything that has its own: `session.permissions(&id)`.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use crate::core::Core;
use crate::http::{Request, encode_segment};
use crate::ids::{DatabaseId, GroupId, GroupSetId, Located, Permissioned, ProjectId, UserId};
use crate::xml::{FromXml, Node, Out, ToXml, words};
use crate::{Error, Result, Session};

impl Session<'_> {
    /// The permissions of a project, a workbook, a view, a data source, a flow, a virtual
    /// connection, a database or a table.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, workbook_id: tsc::WorkbookId, group_id: tsc::GroupId) -> tsc::Result<()> {
    /// use tsc::Capability::{ExportData, Read, Write};
    /// let rule = tsc::PermissionRule::new(&group_id).allow([Read, ExportData]).deny([Write]);
    /// session.permissions(&workbook_id).add([rule])?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// What has none of its own does not compile:
    ///
    /// ```compile_fail,E0277
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, job_id: tsc::JobId) -> tsc::Result<()> {
    /// session.permissions(&job_id).list()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, view_id: tsc::ViewId) -> tsc::Result<()> {
    /// session.permissions(&view_id).list()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn permissions<I: Permissioned>(&self, id: &I) -> Permissions<'_> {
        Permissions {
            core: self.core(),
            path: format!("{}/permissions", id.path()),
            since: I::SINCE,
        }
    }

    /// What a project's new content of a kind gets for permissions, and all its content of that
    /// kind where the project is locked.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, project_id: tsc::ProjectId) -> tsc::Result<()> {
    /// let rules = session.default_permissions(&project_id, tsc::DefaultsFor::Workbooks).list()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn default_permissions(&self, id: &ProjectId, of: DefaultsFor) -> Permissions<'_> {
        let path = format!("{}/default-permissions/{}", id.path(), of.as_str());
        Permissions { core: self.core(), path, since: of.since() }
    }

    /// What the tables of a database get for permissions.
    pub fn default_table_permissions(&self, id: &DatabaseId) -> Permissions<'_> {
        let path = format!("{}/default-permissions/tables", id.path());
        Permissions { core: self.core(), path, since: (3, 5) }
    }
}

/// A set of permissions; see [`Session::permissions`] and [`Session::default_permissions`].
#[derive(Clone, Debug)]
pub struct Permissions<'s> {
    core: &'s Arc<Core>,
    path: String,
    since: (u16, u16),
}

impl Permissions<'_> {
    /// The rules that are set, one for each user, group or group set. Administrators and owners
    /// have what they have without a rule.
    ///
    /// REST: [Query Workbook Permissions](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_permissions.htm#query_workbook_permissions)
    /// and its kin, API 2.0; default permissions 2.1, views 3.2, flows 3.3, databases and tables
    /// 3.5, virtual connections 3.22.
    pub fn list(&self) -> Result<Vec<PermissionRule>> {
        self.core.xml(self.request(Request::get(self.core.site(&self.path))), rules)
    }

    /// Adds rules to those that are set, and gives the rules that the server answers with. Where
    /// no rule names a capability, nothing is sent.
    ///
    /// The server ignores a capability that is allowed or denied already, even where it is to be
    /// the other: delete that first, or use [`set`](Permissions::set).
    ///
    /// REST: [Add Workbook Permissions](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_permissions.htm#add_workbook_permissions)
    /// and its kin, API as for [`list`](Permissions::list).
    pub fn add<R: Borrow<PermissionRule>>(
        &self,
        rules: impl IntoIterator<Item = R>,
    ) -> Result<Vec<PermissionRule>> {
        let new = Rules(merged(rules));
        check(&new.0)?;
        if new.0.is_empty() {
            return Ok(Vec::new());
        }
        let request = self.request(Request::put(self.core.site(&self.path)));
        self.core.xml(request.element(&new)?, self::rules)
    }

    /// Deletes what these rules say, one request for each capability.
    ///
    /// REST: [Delete Workbook Permission](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_permissions.htm#delete_workbook_permission)
    /// and its kin, API as for [`list`](Permissions::list).
    pub fn delete<R: Borrow<PermissionRule>>(
        &self,
        rules: impl IntoIterator<Item = R>,
    ) -> Result<()> {
        for rule in merged(rules) {
            let (kind, id) = (rule.grantee.kind(), rule.grantee.id());
            for (capability, mode) in &rule.capabilities {
                let path = format!(
                    "{}/{kind}s/{}/{}/{}",
                    self.path,
                    encode_segment(id),
                    encode_segment(capability.as_str()),
                    encode_segment(mode.as_str())
                );
                self.core.done(self.request(Request::delete(self.core.site(&path))))?;
            }
        }
        Ok(())
    }

    /// Makes these the rules: reads those that are set, deletes what is not wanted, then adds what
    /// is missing. Gives what was deleted and added.
    ///
    /// What a project leader of a project above has ([`Capability::InheritedProjectLeader`]) is
    /// not the project's own, and stays.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input), before anything is sent, where the rules
    /// allow and deny somebody the same.
    pub fn set<R: Borrow<PermissionRule>>(
        &self,
        rules: impl IntoIterator<Item = R>,
    ) -> Result<PermissionChanges> {
        let wanted = merged(rules);
        check(&wanted)?;
        let changes = PermissionChanges::between(self.list()?, wanted);
        self.delete(&changes.deleted)?;
        self.add(&changes.added)?;
        Ok(changes)
    }

    fn request<'b>(&self, request: Request<'b>) -> Request<'b> {
        request.since(self.since.0, self.since.1)
    }
}

/// What one user, group or group set may do, and may not do.
#[derive(Clone, Debug, PartialEq)]
pub struct PermissionRule {
    /// Whom it is for.
    pub grantee: Grantee,
    /// What is allowed and what is denied.
    pub capabilities: Vec<(Capability, PermissionMode)>,
}

impl PermissionRule {
    /// A rule for a user, a group or a group set that says nothing yet.
    pub fn new(grantee: impl Into<Grantee>) -> PermissionRule {
        PermissionRule { grantee: grantee.into(), capabilities: Vec::new() }
    }

    /// Allows these too.
    pub fn allow(self, capabilities: impl IntoIterator<Item = Capability>) -> PermissionRule {
        self.with(capabilities, PermissionMode::Allow)
    }

    /// Denies these too.
    pub fn deny(self, capabilities: impl IntoIterator<Item = Capability>) -> PermissionRule {
        self.with(capabilities, PermissionMode::Deny)
    }

    fn with(
        mut self,
        capabilities: impl IntoIterator<Item = Capability>,
        mode: PermissionMode,
    ) -> PermissionRule {
        self.capabilities.extend(capabilities.into_iter().map(|one| (one, mode.clone())));
        self
    }

    /// What the rule says of a capability; none where it says nothing.
    pub fn mode(&self, capability: &Capability) -> Option<&PermissionMode> {
        self.capabilities.iter().find(|(one, _)| one == capability).map(|(_, mode)| mode)
    }
}

/// The difference of two sets of rules; see [`Permissions::set`].
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct PermissionChanges {
    /// What the first has and the second has not.
    pub deleted: Vec<PermissionRule>,
    /// What the second has and the first has not.
    pub added: Vec<PermissionRule>,
}

impl PermissionChanges {
    /// What makes the first set of rules into the second. The order of rules and of capabilities
    /// makes no difference, nor does it whether one rule says it or two.
    pub fn between<O: Borrow<PermissionRule>, N: Borrow<PermissionRule>>(
        old: impl IntoIterator<Item = O>,
        new: impl IntoIterator<Item = N>,
    ) -> PermissionChanges {
        let (old, new) = (merged(old), merged(new));
        PermissionChanges { deleted: without(&old, &new), added: without(&new, &old) }
    }

    /// Whether there is no difference.
    pub fn is_empty(&self) -> bool {
        self.deleted.is_empty() && self.added.is_empty()
    }
}

/// One rule for each grantee, in the order of their first ones, each capability in each mode once,
/// none that says nothing.
fn merged<R: Borrow<PermissionRule>>(rules: impl IntoIterator<Item = R>) -> Vec<PermissionRule> {
    let mut all: Vec<PermissionRule> = Vec::new();
    for rule in rules {
        let rule = rule.borrow();
        let at = all.iter().position(|known| known.grantee == rule.grantee).unwrap_or_else(|| {
            all.push(PermissionRule::new(rule.grantee.clone()));
            all.len() - 1
        });
        for pair in &rule.capabilities {
            if !all[at].capabilities.contains(pair) {
                all[at].capabilities.push(pair.clone());
            }
        }
    }
    all.retain(|rule| !rule.capabilities.is_empty());
    all
}

fn without(rules: &[PermissionRule], others: &[PermissionRule]) -> Vec<PermissionRule> {
    let mut rest = rules.to_vec();
    for rule in &mut rest {
        let same = others.iter().find(|other| other.grantee == rule.grantee);
        rule.capabilities.retain(|pair| {
            pair.0 != Capability::InheritedProjectLeader
                && !same.is_some_and(|other| other.capabilities.contains(pair))
        });
    }
    rest.retain(|rule| !rule.capabilities.is_empty());
    rest
}

fn check(rules: &[PermissionRule]) -> Result<()> {
    for rule in rules {
        for (capability, mode) in &rule.capabilities {
            if rule.mode(capability) != Some(mode) {
                return Err(Error::input(format!(
                    "{} {} is both allowed and denied {capability}",
                    rule.grantee.kind(),
                    rule.grantee.id()
                )));
            }
        }
    }
    Ok(())
}

struct Rules(Vec<PermissionRule>);

impl ToXml for Rules {
    fn to_xml(&self, out: &mut Out) {
        out.element("permissions", |out| {
            for rule in &self.0 {
                out.element("granteeCapabilities", |out| {
                    match &rule.grantee {
                        Grantee::User(id) => out.child_id("user", id),
                        Grantee::Group(id) => out.child_id("group", id),
                        Grantee::GroupSet(id) => out.child_id("groupSet", id),
                        Grantee::Unknown { kind, .. } => out.refuse(Error::input(format!(
                            "permissions for a {kind} can be read and deleted, but not added"
                        ))),
                    }
                    out.element("capabilities", |out| {
                        for (capability, mode) in &rule.capabilities {
                            out.element("capability", |out| {
                                out.attr("name", capability);
                                out.attr("mode", mode);
                            });
                        }
                    });
                });
            }
        });
    }
}

fn rules(root: Node<'_>) -> Result<Vec<PermissionRule>> {
    root.need("permissions")?;
    root.list("permissions", "granteeCapabilities")
}

impl FromXml for PermissionRule {
    fn from_xml(node: Node<'_>) -> Result<PermissionRule> {
        let grantee = node.children().find(|child| child.tag() != "capabilities");
        let grantee = grantee.ok_or_else(|| node.fail("the grantee", "is missing"))?;
        let capabilities = node.find("capabilities").into_iter().flat_map(Node::children);
        Ok(PermissionRule {
            grantee: match grantee.tag() {
                "user" => Grantee::User(grantee.attr("id")?),
                "group" => Grantee::Group(grantee.attr("id")?),
                "groupSet" => Grantee::GroupSet(grantee.attr("id")?),
                kind => Grantee::Unknown { kind: kind.to_owned(), id: grantee.attr("id")? },
            },
            capabilities: capabilities
                .filter(|child| child.tag() == "capability")
                .map(|capability| Ok((capability.attr("name")?, capability.attr("mode")?)))
                .collect::<Result<_>>()?,
        })
    }
}

/// Whom a permission is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Grantee {
    /// A user.
    User(UserId),
    /// A group of users.
    Group(GroupId),
    /// A set of groups: whoever is in all of them (API 3.22).
    GroupSet(GroupSetId),
    /// A kind that this release does not know.
    Unknown {
        /// The kind, as the server names it.
        kind: String,
        /// Its id.
        id: String,
    },
}

impl Grantee {
    /// The id, whatever it is of.
    pub fn id(&self) -> &str {
        match self {
            Grantee::User(id) => id.as_str(),
            Grantee::Group(id) => id.as_str(),
            Grantee::GroupSet(id) => id.as_str(),
            Grantee::Unknown { id, .. } => id,
        }
    }

    /// The kind, as the server names it: `user`, `group`, `groupSet`.
    pub fn kind(&self) -> &str {
        match self {
            Grantee::User(_) => UserId::KIND,
            Grantee::Group(_) => GroupId::KIND,
            Grantee::GroupSet(_) => GroupSetId::KIND,
            Grantee::Unknown { kind, .. } => kind,
        }
    }
}

impl fmt::Display for Grantee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind(), self.id())
    }
}

macro_rules! grantees {
    ($($Id:ident: $Variant:ident),+) => {$(
        impl From<$Id> for Grantee {
            fn from(id: $Id) -> Grantee {
                Grantee::$Variant(id)
            }
        }

        impl From<&$Id> for Grantee {
            fn from(id: &$Id) -> Grantee {
                Grantee::$Variant(id.clone())
            }
        }
    )+};
}

grantees!(UserId: User, GroupId: Group, GroupSetId: GroupSet);

words! {
    /// Whether something is allowed.
    PermissionMode {
        /// It is.
        Allow = "Allow",
        /// It is not, whatever else is said.
        Deny = "Deny",
    }
}

words! {
    /// What can be allowed and denied. [Which of these each kind of content has](https://help.tableau.com/current/server/en-us/permissions_capabilities.htm).
    Capability {
        /// Commenting.
        AddComment = "AddComment",
        /// Moving it to another project.
        ChangeHierarchy = "ChangeHierarchy",
        /// Changing its permissions.
        ChangePermissions = "ChangePermissions",
        /// Connecting to it, for its data.
        Connect = "Connect",
        /// Making metrics of it, and refreshing them.
        CreateRefreshMetrics = "CreateRefreshMetrics",
        /// Deleting it.
        Delete = "Delete",
        /// Running it.
        Execute = "Execute",
        /// Downloading the data of a view, as it shows them.
        ExportData = "ExportData",
        /// Downloading images and PDFs.
        ExportImage = "ExportImage",
        /// Downloading it, and saving a copy.
        ExportXml = "ExportXml",
        /// Refreshing its extracts.
        ExtractRefresh = "ExtractRefresh",
        /// Using filters.
        Filter = "Filter",
        /// Leading a project above; read only.
        InheritedProjectLeader = "InheritedProjectLeader",
        /// Leading the project: everything in it.
        ProjectLeader = "ProjectLeader",
        /// Defining metrics of Tableau Pulse.
        PulseMetricDefine = "PulseMetricDefine",
        /// Seeing it.
        Read = "Read",
        /// Using Explain Data.
        RunExplainData = "RunExplainData",
        /// Saving a copy.
        SaveAs = "SaveAs",
        /// Sharing one's own variants of a view.
        ShareView = "ShareView",
        /// Seeing comments.
        ViewComments = "ViewComments",
        /// Downloading all data behind a view.
        ViewUnderlyingData = "ViewUnderlyingData",
        /// Asking it through the VizQL Data Service.
        VizqlDataApiAccess = "VizqlDataApiAccess",
        /// Editing in the browser.
        WebAuthoring = "WebAuthoring",
        /// Editing flows in the browser.
        WebAuthoringForFlows = "WebAuthoringForFlows",
        /// Overwriting it; in a project, publishing to it.
        Write = "Write",
    }
}

words! {
    /// The kinds of content that a project has default permissions for.
    DefaultsFor {
        /// Workbooks.
        Workbooks = "workbooks",
        /// Data sources.
        Datasources = "datasources",
        /// Flows (API 3.4).
        Flows = "flows",
        /// Metrics (API 3.2, retired in 3.22).
        Metrics = "metrics",
        /// Data roles (API 3.4).
        DataRoles = "dataroles",
        /// Lenses of Ask Data (API 3.4, retired in 3.22).
        Lenses = "lenses",
        /// Virtual connections (API 3.23).
        VirtualConnections = "virtualConnections",
        /// Databases (API 3.23).
        Databases = "databases",
        /// Tables (API 3.23).
        Tables = "tables",
    }
}

impl DefaultsFor {
    fn since(&self) -> (u16, u16) {
        match self {
            DefaultsFor::Metrics => (3, 2),
            DefaultsFor::Flows | DefaultsFor::DataRoles | DefaultsFor::Lenses => (3, 4),
            DefaultsFor::VirtualConnections | DefaultsFor::Databases | DefaultsFor::Tables => {
                (3, 23)
            }
            _ => (2, 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Capability::{Delete, Filter, InheritedProjectLeader, Read, Write};
    use super::*;

    fn user(id: &str) -> PermissionRule {
        PermissionRule::new(UserId::from(id))
    }

    fn group(id: &str) -> PermissionRule {
        PermissionRule::new(GroupId::from(id))
    }

    #[test]
    fn equal_sets_differ_in_nothing() {
        let old = [user("a").allow([Read]).deny([Write]), group("a").allow([Read])];
        let new = [
            group("a").allow([Read]),
            user("a").deny([Write]),
            user("b"),
            user("a").allow([Read, Read]),
        ];
        assert!(PermissionChanges::between(&old, &new).is_empty());
        assert!(PermissionChanges::between(&new, &old).is_empty());
    }

    #[test]
    fn differences_are_found_by_grantee_capability_and_mode() {
        let old = [user("a").allow([Read, Write]), group("a").deny([Filter])];
        let new = [user("a").allow([Read]).deny([Write]), group("b").deny([Filter])];
        let changes = PermissionChanges::between(&old, &new);
        assert_eq!(changes.deleted, [user("a").allow([Write]), group("a").deny([Filter])]);
        assert_eq!(changes.added, [user("a").deny([Write]), group("b").deny([Filter])]);
    }

    #[test]
    fn what_is_inherited_stays() {
        let old = [user("a").allow([InheritedProjectLeader, Delete])];
        let changes = PermissionChanges::between(&old, &[] as &[PermissionRule]);
        assert_eq!(changes.deleted, [user("a").allow([Delete])]);
    }

    #[test]
    fn contradictions_are_refused() {
        let rules = merged([user("a").allow([Read]), user("a").deny([Read])]);
        let error = check(&rules).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Input);
        assert_eq!(error.to_string(), "user a is both allowed and denied Read");
    }
}
