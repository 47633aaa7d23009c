//! Reading rules and group members for an audit, several requests at the same time.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::site::{Applied, Site};
use super::{AuditedItem, EffectivePermission, PermissionAudit};
use crate::cancel::spawn;
use crate::client::Client;
use crate::common::permissions::{Capability, DefaultsFor, Grantee, PermissionRule, Permissions};
use crate::http::on_another_thread;
use crate::ids::{DatasourceId, FlowId, GroupId, ProjectId, UserId, ViewId, WorkbookId};
use crate::resources::group_sets::GroupSets;
use crate::resources::groups::Groups;
use crate::{Error, Result};

/// The number of items per thread that are read together.
const ITEMS_PER_THREAD: usize = 8;

/// The object of a set of rules.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum RulesOf {
    Project(ProjectId),
    Workbook(WorkbookId),
    View(ViewId),
    Datasource(DatasourceId),
    Flow(FlowId),
    /// Default permissions of a locked project.
    Defaults(ProjectId, DefaultsFor),
}

impl RulesOf {
    #[inline]
    fn read(&self, client: &Arc<Client>) -> Result<Vec<PermissionRule>> {
        let permissions = match self {
            RulesOf::Project(id) => Permissions::new(client, id),
            RulesOf::Workbook(id) => Permissions::new(client, id),
            RulesOf::View(id) => Permissions::new(client, id),
            RulesOf::Datasource(id) => Permissions::new(client, id),
            RulesOf::Flow(id) => Permissions::new(client, id),
            RulesOf::Defaults(id, of) => Permissions::defaults(client, id, of),
        };
        permissions.list()
    }

    /// Whether other items may need the same rules.
    #[inline]
    fn is_shared(&self) -> bool {
        matches!(self, RulesOf::Project(_) | RulesOf::Defaults(..))
    }
}

/// The members of a group, or the users who are members of all groups of a group set.
#[inline]
fn members(client: &Arc<Client>, grantee: &Grantee) -> Result<HashSet<UserId>> {
    let of_group = |id: &GroupId| {
        let members = Groups::new(client).members(id).into_iter();
        members.map(|user| Ok(user?.id)).collect::<Result<HashSet<UserId>>>()
    };
    match grantee {
        Grantee::Group(id) => of_group(id),
        Grantee::GroupSet(id) => {
            let mut common: Option<HashSet<UserId>> = None;
            for group in GroupSets::new(client).get(id)?.groups {
                let members = of_group(&group.id)?;
                common = Some(match common {
                    None => members,
                    Some(known) => known.intersection(&members).cloned().collect(),
                });
            }
            Ok(common.unwrap_or_default())
        }
        _ => Ok(HashSet::new()),
    }
}

/// Reads a value for each key, with up to `threads` concurrent requests.
fn fetch<K: Send + 'static, T: Send + 'static>(
    client: &Arc<Client>,
    threads: usize,
    keys: impl IntoIterator<Item = K>,
    read: fn(&Arc<Client>, &K) -> Result<T>,
) -> Vec<(K, Result<T>)> {
    let keys: VecDeque<K> = keys.into_iter().collect();
    let others = threads.min(keys.len()).saturating_sub(1);
    let shared = Arc::new((Mutex::new(keys), Mutex::new(Vec::new())));
    let work = |client: Arc<Client>| {
        let shared = shared.clone();
        move || loop {
            let (keys, results) = &*shared;
            let next = keys.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            let Some(key) = next else { break };
            let result = read(&client, &key);
            results.lock().unwrap_or_else(PoisonError::into_inner).push((key, result));
        }
    };
    // If a thread cannot be started, the others do the work.
    let start = |number| spawn(format!("audit {number}"), on_another_thread(work(client.clone())));
    let others: Vec<_> = (0..others).map_while(|number| start(number).ok()).collect();
    work(client.clone())();
    for thread in others {
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    }
    std::mem::take(&mut *shared.1.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The permissions that an audit yields; see [`PermissionAudit::run`].
pub struct EffectivePermissions<'s> {
    client: &'s Arc<Client>,
    items: Box<dyn Iterator<Item = Result<AuditedItem>> + 's>,
    threads: usize,
    site: Site,
    rules: HashMap<RulesOf, Result<Vec<PermissionRule>>>,
    members: HashMap<Grantee, Result<HashSet<UserId>>>,
    /// Items whose rules have been read.
    queue: VecDeque<Result<AuditedItem>>,
    current: Option<Current>,
}

impl fmt::Debug for EffectivePermissions<'_> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EffectivePermissions").finish_non_exhaustive()
    }
}

/// The item whose permissions are being yielded.
struct Current {
    item: AuditedItem,
    locked_by: Option<ProjectId>,
    capabilities: Vec<Capability>,
    /// The number of permissions that were yielded.
    done: usize,
}

impl<'s> EffectivePermissions<'s> {
    #[inline]
    pub(super) fn new(audit: PermissionAudit<'s>) -> Result<EffectivePermissions<'s>> {
        let PermissionAudit { client, items, users, threads } = audit;
        let site = Site::read(client, users.as_ref())?;
        let (rules, members, queue) = Default::default();
        let current = None;
        Ok(EffectivePermissions { client, items, threads, site, rules, members, queue, current })
    }

    /// Reads the rules of the next items, and the members of the groups that they name.
    #[inline]
    fn fill(&mut self) {
        self.rules.retain(|of, _| of.is_shared());
        let mut needed = HashSet::new();
        while self.queue.len() < self.threads.saturating_mul(ITEMS_PER_THREAD) {
            let Some(item) = self.items.next() else { break };
            match &item {
                Ok(item) => needed.extend(self.site.needed_rules(item)),
                Err(_) => self.items = Box::new(std::iter::empty()),
            }
            self.queue.push_back(item);
        }
        needed.retain(|of| !self.rules.contains_key(of));
        let read = fetch(self.client, self.threads, needed, |client, of| of.read(client));
        let named = read.iter().flat_map(|(_, rules)| rules.iter().flatten());
        let unknown: HashSet<Grantee> = named
            .map(|rule| rule.grantee.clone())
            .filter(|grantee| !self.members.contains_key(grantee))
            .filter(|grantee| matches!(grantee, Grantee::Group(_) | Grantee::GroupSet(_)))
            .collect();
        self.rules.extend(read);
        self.members.extend(fetch(self.client, self.threads, unknown, members));
    }

    /// Prepares the permissions of an item.
    ///
    /// # Errors
    ///
    /// If rules or members that the item needs could not be read.
    #[inline]
    fn start(&self, item: AuditedItem) -> Result<Current> {
        let failed =
            |error: &Error| error.again().doing(format!("auditing {} {}", item.kind, item.id));
        for of in self.site.needed_rules(&item) {
            if let Some(rules) = self.rules.get(&of) {
                for rule in rules.as_ref().map_err(failed)? {
                    self.members
                        .get(&rule.grantee)
                        .map_or(Ok(()), |members| members.as_ref().map(drop).map_err(failed))?;
                }
            }
        }
        let locked_by = self.site.lock(&item);
        let capabilities = self.applied().capabilities(&item, locked_by.as_ref());
        Ok(Current { item, locked_by, capabilities, done: 0 })
    }

    #[inline]
    fn applied(&self) -> Applied<'_> {
        Applied { site: &self.site, rules: &self.rules, members: &self.members }
    }

    /// The next permission of the current item.
    #[inline]
    fn advance(&mut self) -> Option<EffectivePermission> {
        let current = self.current.as_mut()?;
        let at = current.done;
        current.done += 1;
        let current = self.current.as_ref()?;
        let user = self.site.users.get(at.checked_div(current.capabilities.len())?)?;
        let capability = &current.capabilities[at % current.capabilities.len()];
        let (mode, source) =
            self.applied().decide(user, &current.item, current.locked_by.as_ref(), capability);
        Some(EffectivePermission {
            item_kind: current.item.kind,
            item_id: current.item.id.clone(),
            item_name: current.item.name.clone(),
            user: user.id.clone(),
            user_name: user.name.clone(),
            capability: capability.clone(),
            mode,
            source,
        })
    }
}

impl Iterator for EffectivePermissions<'_> {
    type Item = Result<EffectivePermission>;

    #[inline]
    fn next(&mut self) -> Option<Result<EffectivePermission>> {
        loop {
            if let Some(permission) = self.advance() {
                return Some(Ok(permission));
            }
            self.current = None;
            if self.queue.is_empty() {
                self.fill();
            }
            match self.queue.pop_front()?.and_then(|item| self.start(item)) {
                Ok(current) => self.current = Some(current),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
