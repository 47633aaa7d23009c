//! Deciding whether a user has a capability.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::read::RulesOf;
use super::{AuditedItem, PermissionSource};
use crate::Result;
use crate::client::Client;
use crate::common::permissions::Capability::{self, *};
use crate::common::permissions::{Grantee, PermissionMode, PermissionRule};
use crate::content::SiteRole;
use crate::ids::{ProjectId, UserId};
use crate::resources::projects::{ContentPermissions, Project, Projects};
use crate::resources::users::{User, Users};

/// The users and projects of a site.
pub(super) struct Site {
    /// The users to report.
    pub(super) users: Vec<User>,
    projects: HashMap<ProjectId, Project>,
}

impl Site {
    #[inline]
    pub(super) fn read(client: &Arc<Client>, only: Option<&HashSet<UserId>>) -> Result<Site> {
        let is_wanted = |user: &Result<User>| {
            user.as_ref().map_or(true, |user| only.is_none_or(|only| only.contains(&user.id)))
        };
        let users = Users::new(client).list().into_iter().filter(is_wanted);
        let projects = Projects::new(client).list().into_iter();
        Ok(Site {
            users: users.collect::<Result<_>>()?,
            projects: projects
                .map(|project| project.map(|project| (project.id.clone(), project)))
                .collect::<Result<_>>()?,
        })
    }

    /// The project of an item and those that contain it, as far as they are visible.
    #[inline]
    fn projects_of(&self, item: &AuditedItem) -> impl Iterator<Item = &Project> {
        let first = item.project.as_ref().and_then(|id| self.projects.get(id));
        let all = std::iter::successors(first, |project| {
            project.parent.as_ref().and_then(|id| self.projects.get(id))
        });
        // Terminates even if a server returns a cycle of parents.
        all.take(self.projects.len())
    }

    /// The locked project that sets the permissions of an item.
    #[inline]
    pub(super) fn lock(&self, item: &AuditedItem) -> Option<ProjectId> {
        let is_project = matches!(item.rules, RulesOf::Project(_));
        let locks = |(depth, project): &(usize, &Project)| match &project.content_permissions {
            Some(ContentPermissions::LockedToProject) => !is_project || *depth > 0,
            Some(ContentPermissions::LockedToProjectWithoutNested) => !is_project && *depth == 0,
            _ => false,
        };
        let found = self.projects_of(item).enumerate().find(locks).map(|(_, project)| &project.id);
        // The locked project may not be visible.
        let stated = || self.projects_of(item).next()?.controlling_permissions_project.as_ref();
        found.or_else(stated).filter(|id| !is_project || id.as_str() != item.id).cloned()
    }

    /// The rules that the permissions of an item depend on.
    #[inline]
    pub(super) fn needed_rules(&self, item: &AuditedItem) -> Vec<RulesOf> {
        let own = match self.lock(item) {
            Some(project) => item.locked_rules(&project),
            None => item.rules.clone(),
        };
        let projects = self.projects_of(item).map(|project| RulesOf::Project(project.id.clone()));
        std::iter::once(own).chain(projects).collect()
    }
}

/// The data that was read about a site and the items.
#[derive(Clone, Copy)]
pub(super) struct Applied<'a> {
    pub(super) site: &'a Site,
    pub(super) rules: &'a HashMap<RulesOf, Result<Vec<PermissionRule>>>,
    pub(super) members: &'a HashMap<Grantee, Result<HashSet<UserId>>>,
}

impl<'a> Applied<'a> {
    #[inline]
    fn rules(&self, of: &RulesOf) -> &'a [PermissionRule] {
        self.rules.get(of).and_then(|rules| rules.as_ref().ok()).map_or(&[], Vec::as_slice)
    }

    #[inline]
    fn rules_of(&self, item: &AuditedItem, locked_by: Option<&ProjectId>) -> &'a [PermissionRule] {
        match locked_by {
            Some(project) => self.rules(&item.locked_rules(project)),
            None => self.rules(&item.rules),
        }
    }

    /// The capabilities of this kind of item, and others that its rules name.
    #[inline]
    pub(super) fn capabilities(
        &self,
        item: &AuditedItem,
        locked_by: Option<&ProjectId>,
    ) -> Vec<Capability> {
        let mut all: Vec<Capability> = match item.rules {
            RulesOf::Project(_) => vec![ProjectLeader, Read, Write],
            RulesOf::Datasource(_) => DATASOURCE.to_vec(),
            RulesOf::Flow(_) => FLOW.to_vec(),
            RulesOf::View(_) => VIEW.to_vec(),
            _ => VIEW.iter().chain(&WORKBOOK_ONLY).cloned().collect(),
        };
        let named = self.rules_of(item, locked_by).iter().flat_map(|rule| &rule.capabilities);
        for (capability, _) in named {
            if !all.contains(capability) && *capability != InheritedProjectLeader {
                all.push(capability.clone());
            }
        }
        all
    }

    /// Whether a user has a capability on an item, and why.
    #[inline]
    pub(super) fn decide(
        &self,
        user: &User,
        item: &AuditedItem,
        locked_by: Option<&ProjectId>,
        capability: &Capability,
    ) -> (PermissionMode, PermissionSource) {
        if let Some(role) = &user.site_role
            && let Some(mode) = decided_by_role(role, capability)
        {
            return (mode, PermissionSource::SiteRole(role.clone()));
        }
        for project in self.site.projects_of(item) {
            if project.owner.as_ref() == Some(&user.id) {
                return (PermissionMode::Allow, PermissionSource::ProjectOwner(project.id.clone()));
            }
            let rules = self.rules(&RulesOf::Project(project.id.clone()));
            let leads = |leader| {
                self.rule(user, rules, leader)
                    .is_some_and(|(mode, _)| *mode == PermissionMode::Allow)
            };
            if leads(&ProjectLeader) || leads(&InheritedProjectLeader) {
                return (
                    PermissionMode::Allow,
                    PermissionSource::ProjectLeader(project.id.clone()),
                );
            }
        }
        let is_owner = item.owner.as_ref() == Some(&user.id);
        if is_owner && !(*capability == ChangePermissions && locked_by.is_some()) {
            return (PermissionMode::Allow, PermissionSource::ItemOwner);
        }
        match self.rule(user, self.rules_of(item, locked_by), capability) {
            Some((mode, grantee)) => {
                let locked_by = locked_by.cloned();
                (mode.clone(), PermissionSource::Rule { grantee: grantee.clone(), locked_by })
            }
            None => (PermissionMode::Deny, PermissionSource::Unspecified),
        }
    }

    /// The rule that applies to a user: one for the user, then a group's that denies the capability,
    /// then a group's that allows it.
    #[inline]
    fn rule(
        &self,
        user: &User,
        rules: &'a [PermissionRule],
        capability: &Capability,
    ) -> Option<(&'a PermissionMode, &'a Grantee)> {
        let named =
            || rules.iter().filter_map(|rule| Some((rule.mode(capability)?, &rule.grantee)));
        let of_user =
            |(_, grantee): &(_, &Grantee)| matches!(grantee, Grantee::User(id) if *id == user.id);
        let of_group = |(_, grantee): &(_, &Grantee)| {
            let members = self.members.get(grantee).and_then(|members| members.as_ref().ok());
            members.is_some_and(|members| members.contains(&user.id))
        };
        let denies = |(mode, _): &(&PermissionMode, _)| **mode == PermissionMode::Deny;
        named()
            .find(of_user)
            .or_else(|| named().filter(of_group).find(denies))
            .or_else(|| named().find(of_group))
    }
}

/// Whether the site role alone allows or denies a capability.
#[inline]
fn decided_by_role(role: &SiteRole, capability: &Capability) -> Option<PermissionMode> {
    use SiteRole::*;
    match role {
        ServerAdministrator
        | SiteAdministrator
        | SiteAdministratorCreator
        | SiteAdministratorExplorer => Some(PermissionMode::Allow),
        Unlicensed => Some(PermissionMode::Deny),
        Viewer | ReadOnly => matches!(capability, WebAuthoring | WebAuthoringForFlows | Write)
            .then_some(PermissionMode::Deny),
        _ => None,
    }
}

/// The capabilities of views, which workbooks have as well.
const VIEW: [Capability; 13] = [
    AddComment,
    ChangePermissions,
    Delete,
    ExportData,
    ExportImage,
    ExportXml,
    Filter,
    Read,
    ShareView,
    ViewComments,
    ViewUnderlyingData,
    WebAuthoring,
    Write,
];

/// The capabilities that only workbooks have.
const WORKBOOK_ONLY: [Capability; 4] =
    [ChangeHierarchy, CreateRefreshMetrics, ExtractRefresh, RunExplainData];

const DATASOURCE: [Capability; 11] = [
    ChangeHierarchy,
    ChangePermissions,
    Connect,
    Delete,
    ExportXml,
    ExtractRefresh,
    PulseMetricDefine,
    Read,
    SaveAs,
    VizqlDataApiAccess,
    Write,
];

const FLOW: [Capability; 8] = [
    ChangeHierarchy,
    ChangePermissions,
    Delete,
    Execute,
    ExportXml,
    Read,
    WebAuthoringForFlows,
    Write,
];
