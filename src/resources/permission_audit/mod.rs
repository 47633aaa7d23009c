//! Effective permissions of users on content: `session.permission_audit()`.

use std::collections::HashSet;
use std::fmt;
use std::io::Write;
use std::sync::Arc;

use crate::client::Client;
use crate::common::permissions::{Capability, DefaultsFor, Grantee, PermissionMode};
use crate::ids::{ContentId, DatasourceId, FlowId, ProjectId, UserId, ViewId, WorkbookId};
use crate::resources::{datasources, flows, projects, views, workbooks};
use crate::{Error, Result};

mod read;
mod site;

pub use read::EffectivePermissions;
use read::RulesOf;

/// Computes what users may do with content, and why. Takes into account the permission rules of the
/// content, locked projects, the users' groups and site roles, and who owns or leads the content
/// and its projects.
///
/// ```no_run
/// # use tableau_server_client as tsc;
/// # fn f(session: &tsc::Session<'_>) -> tsc::Result<()> {
/// let audit = session.permission_audit().items(session.workbooks().list()).threads(4);
/// for permission in audit.run()? {
///     let permission = permission?;
///     println!("{} {} {}", permission.user_name, permission.capability, permission.mode);
/// }
/// # Ok(())
/// # }
/// ```
///
/// The first of these that applies decides, as Tableau's
/// [help](https://help.tableau.com/current/server/en-us/permission_effective.htm) describes:
///
/// 1. The site role: administrators may do everything, unlicensed users nothing, and viewers cannot
///    edit or save. Other limits of site roles are not taken into account.
/// 2. Owners and leaders of the project, or of one that contains it, may do everything.
/// 3. The owner of the item may do everything, except change permissions in a locked project.
/// 4. A rule for the user.
/// 5. A rule for a group or a group set of the user that denies the capability, then one that
///    allows it.
/// 6. Everything else is denied.
///
/// In a locked project, the default permissions of the project with the lock replace the rules of
/// the item. Rules of a grantee whose kind is unknown are ignored. Sign in as an administrator: for
/// other users, the server leaves out the projects and items that they cannot see.
#[must_use = "an audit sends nothing until it runs"]
pub struct PermissionAudit<'s> {
    client: &'s Arc<Client>,
    items: Box<dyn Iterator<Item = Result<AuditedItem>> + 's>,
    users: Option<HashSet<UserId>>,
    threads: usize,
}

impl fmt::Debug for PermissionAudit<'_> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PermissionAudit")
            .field("users", &self.users)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

impl<'s> PermissionAudit<'s> {
    #[inline]
    pub(crate) fn new(client: &'s Arc<Client>) -> PermissionAudit<'s> {
        PermissionAudit { client, items: Box::new(std::iter::empty()), users: None, threads: 4 }
    }

    /// Adds an item: a project, a workbook, a view, a data source or a flow.
    pub fn item(self, item: impl Into<AuditedItem>) -> Self {
        let item = Ok(item.into());
        PermissionAudit { items: Box::new(self.items.chain([item])), ..self }
    }

    /// Adds the items of a list, which is read while the audit runs.
    pub fn items<I: Into<AuditedItem>>(
        self,
        items: impl IntoIterator<Item = Result<I>, IntoIter: 's>,
    ) -> Self {
        let items = items.into_iter().map(|item| item.map(I::into));
        PermissionAudit { items: Box::new(self.items.chain(items)), ..self }
    }

    /// Reports only these users. Default: all users of the site.
    pub fn users<U: Into<UserId>>(self, users: impl IntoIterator<Item = U>) -> Self {
        PermissionAudit { users: Some(users.into_iter().map(U::into).collect()), ..self }
    }

    /// Reads the permissions of up to this many items at the same time, each on a separate
    /// connection. [`HttpOptions`](crate::HttpOptions) may limit the connections further. Default:
    /// 4.
    #[inline]
    pub fn threads(self, threads: usize) -> Self {
        PermissionAudit { threads: threads.max(1), ..self }
    }

    /// Reads users, groups and projects, and returns an iterator over the permissions: item by
    /// item, for each user and capability. Memory use grows with the number of users, groups and
    /// projects, but not with the number of items.
    ///
    /// An item whose permissions cannot be read is yielded as an error, and iteration continues with
    /// the next item. Iteration ends after an error of the list of items.
    ///
    /// # Errors
    ///
    /// The first error of the lists of users, groups, group sets and projects.
    #[inline]
    pub fn run(self) -> Result<EffectivePermissions<'s>> {
        EffectivePermissions::new(self)
    }
}

/// An item whose permissions are audited. Projects, workbooks, views, data sources and flows convert
/// into it.
#[derive(Clone, Debug)]
pub struct AuditedItem {
    kind: &'static str,
    id: String,
    name: String,
    owner: Option<UserId>,
    /// The project that contains the item; for a project, the project itself.
    project: Option<ProjectId>,
    /// The item's own rules, which apply unless the project is locked.
    rules: RulesOf,
}

macro_rules! audited {
    ($($Item:ty: $Id:ident => $Kind:ident, $project:expr;)+) => {$(
        impl From<$Item> for AuditedItem {
            #[inline]
            fn from(item: $Item) -> AuditedItem {
                AuditedItem::from(&item)
            }
        }

        impl From<&$Item> for AuditedItem {
            #[inline]
            fn from(item: &$Item) -> AuditedItem {
                let project: fn(&$Item) -> Option<ProjectId> = $project;
                AuditedItem {
                    kind: $Id::KIND,
                    id: item.id.to_string(),
                    name: item.name.clone(),
                    owner: item.owner.clone(),
                    project: project(item),
                    rules: RulesOf::$Kind(item.id.clone()),
                }
            }
        }
    )+};
}

audited! {
    projects::Project: ProjectId => Project, |item| Some(item.id.clone());
    workbooks::Workbook: WorkbookId => Workbook, |item| item.project.clone();
    views::View: ViewId => View, |item| item.project.clone();
    datasources::Datasource: DatasourceId => Datasource, |item| item.project.clone();
    flows::Flow: FlowId => Flow, |item| item.project.clone();
}

impl AuditedItem {
    /// The rules that apply while this project locks the permissions.
    #[inline]
    fn locked_rules(&self, project: &ProjectId) -> RulesOf {
        let of = match self.rules {
            RulesOf::Datasource(_) => DefaultsFor::Datasources,
            RulesOf::Flow(_) => DefaultsFor::Flows,
            RulesOf::Project(_) => return RulesOf::Project(project.clone()),
            _ => DefaultsFor::Workbooks,
        };
        RulesOf::Defaults(project.clone(), of)
    }
}

/// Whether a user has a capability on an item, and why.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct EffectivePermission {
    /// The kind of item: `project`, `workbook`, `view`, `datasource` or `flow`.
    pub item_kind: &'static str,
    /// The item's id.
    pub item_id: String,
    /// The item's name.
    pub item_name: String,
    /// The user.
    pub user: UserId,
    /// The user's name.
    pub user_name: String,
    /// The capability.
    pub capability: Capability,
    /// Whether the user has the capability.
    pub mode: PermissionMode,
    /// What decides this.
    pub source: PermissionSource,
}

/// What decides whether a user has a capability.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum PermissionSource {
    /// The user's site role.
    SiteRole(crate::content::SiteRole),
    /// The user owns this project: the item's, or one that contains it.
    ProjectOwner(ProjectId),
    /// The user leads this project: the item's, or one that contains it.
    ProjectLeader(ProjectId),
    /// The user owns the item.
    ItemOwner,
    /// A permission rule.
    Rule {
        /// The user, group or group set that the rule is for.
        grantee: Grantee,
        /// The project whose default permissions have the rule, if it is locked.
        locked_by: Option<ProjectId>,
    },
    /// No rule names the capability, so it is denied.
    Unspecified,
}

impl PermissionSource {
    /// Kind, id, and locking project, for CSV.
    fn columns(&self) -> [&str; 3] {
        match self {
            PermissionSource::SiteRole(role) => ["site role", role.as_str(), ""],
            PermissionSource::ProjectOwner(id) => ["project owner", id.as_str(), ""],
            PermissionSource::ProjectLeader(id) => ["project leader", id.as_str(), ""],
            PermissionSource::ItemOwner => ["item owner", "", ""],
            PermissionSource::Rule { grantee, locked_by } => {
                [grantee.kind(), grantee.id(), locked_by.as_ref().map_or("", ProjectId::as_str)]
            }
            PermissionSource::Unspecified => ["unspecified", "", ""],
        }
    }
}

/// Writes permissions as CSV, and returns how many. Stops at the first error of the permissions, and
/// with [`ErrorKind::Io`](crate::ErrorKind::Io) if the writer fails.
///
/// The columns are `item kind`, `item id`, `item name`, `user id`, `user name`, `capability`,
/// `mode`, `source` (`site role`, `project owner`, `project leader`, `item owner`, `user`, `group`,
/// `groupSet` or `unspecified`), `source id` (the site role, project, user, group or group set) and
/// `locked by` (the id of the project). This does not need the feature `serde`.
pub fn write_csv(
    permissions: impl IntoIterator<Item = Result<EffectivePermission>>,
    writer: impl Write,
) -> Result<u64> {
    let failed = |error: csv::Error| {
        Error::io("cannot write the permissions as CSV", std::io::Error::other(error))
    };
    let mut csv = csv::Writer::from_writer(writer);
    csv.write_record([
        "item kind",
        "item id",
        "item name",
        "user id",
        "user name",
        "capability",
        "mode",
        "source",
        "source id",
        "locked by",
    ])
    .map_err(failed)?;
    let mut count = 0;
    for permission in permissions {
        let EffectivePermission {
            item_kind,
            item_id,
            item_name,
            user,
            user_name,
            capability,
            mode,
            source,
        } = permission?;
        let of = [
            item_kind,
            &item_id,
            &item_name,
            user.as_str(),
            &user_name,
            capability.as_str(),
            mode.as_str(),
        ];
        csv.write_record(of.into_iter().chain(source.columns())).map_err(failed)?;
        count += 1;
    }
    csv.flush().map_err(|error| failed(error.into()))?;
    Ok(count)
}
