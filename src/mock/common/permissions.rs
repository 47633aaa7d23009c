//! Permissions of content, and the default permissions of projects.

use std::collections::BTreeMap;

use crate::mock::prelude::*;

/// The capabilities of a user or group.
#[derive(Clone, Debug)]
struct Rule {
    /// `user`, `group` or `groupSet`, and the id.
    grantee: (&'static str, String),
    /// Capability and mode.
    capabilities: Vec<(String, &'static str)>,
}

/// The rules by item, and for default permissions by kind of content.
#[derive(Default)]
struct Permissions(BTreeMap<(String, &'static str), Vec<Rule>>);

pub(in crate::mock) fn on_remove(site: &mut Site, id: &str) {
    site.state_mut::<Permissions>().0.retain(|(item, _), _| item != id);
}

pub(in crate::mock) fn routes() -> Vec<Route> {
    routes! {
        Get (2, 0) "{content}/{id}/permissions" => |s, ctx| show(s, ctx, of_content);
        Put (2, 0) "{content}/{id}/permissions" => |s, ctx| add(s, ctx, of_content);
        Post (3, 23) "{content}/{id}/permissions" => |s, ctx| replace(s, ctx, of_content);
        Delete (2, 0)
            "{content}/{id}/permissions/{grantees}/{grantee}/{capability}/{mode}"
            => |s, ctx| delete(s, ctx, of_content);
        Get (2, 1) "projects/{id}/default-permissions/{of}" => |s, ctx| show(s, ctx, defaults);
        Put (2, 1) "projects/{id}/default-permissions/{of}" => |s, ctx| add(s, ctx, defaults);
        Post (3, 23) "projects/{id}/default-permissions/{of}"
            => |s, ctx| replace(s, ctx, defaults);
        Delete (2, 1)
            "projects/{id}/default-permissions/{of}/{grantees}/{grantee}/{capability}/{mode}"
            => |s, ctx| delete(s, ctx, defaults);
        Get (3, 5) "databases/{id}/default-permissions/{of}" => |s, ctx| show(s, ctx, of_database);
        Put (3, 5) "databases/{id}/default-permissions/{of}" => |s, ctx| add(s, ctx, of_database);
        Delete (3, 5)
            "databases/{id}/default-permissions/{of}/{grantees}/{grantee}/{capability}/{mode}"
            => |s, ctx| delete(s, ctx, of_database);
    }
}

/// Kinds of content, the first version with default permissions for them, and their capabilities.
const CAPABILITIES: &[(&str, Version, &str)] = &[
    ("projects", Version(9, 0), "Read Write ProjectLeader InheritedProjectLeader"),
    (
        "workbooks",
        Version(2, 1),
        "AddComment ChangeHierarchy ChangePermissions CreateRefreshMetrics Delete ExportData \
         ExportImage ExportXml ExtractRefresh Filter Read RunExplainData ShareView \
         ViewComments ViewUnderlyingData WebAuthoring WebAuthoringForFlows Write",
    ),
    (
        "datasources",
        Version(2, 1),
        "ChangeHierarchy ChangePermissions Connect Delete ExportXml ExtractRefresh \
         PulseMetricDefine Read SaveAs VizqlDataApiAccess Write",
    ),
    (
        "views",
        Version(9, 0),
        "AddComment ChangePermissions Delete ExportData ExportImage ExportXml Filter Read \
         ShareView ViewComments ViewUnderlyingData WebAuthoring Write",
    ),
    (
        "flows",
        Version(3, 4),
        "ChangeHierarchy ChangePermissions Delete Execute ExportXml Read WebAuthoringForFlows \
         Write",
    ),
    ("lenses", Version(3, 4), "ChangeHierarchy ChangePermissions Delete Read Write"),
    ("dataroles", Version(3, 4), "ChangeHierarchy ChangePermissions Delete Read Write"),
    ("metrics", Version(3, 2), "ChangeHierarchy ChangePermissions Delete Read Write"),
    (
        "virtualConnections",
        Version(3, 23),
        "ChangeHierarchy ChangePermissions Connect Delete Read Write",
    ),
    ("databases", Version(3, 23), "ChangeHierarchy ChangePermissions Read Write"),
    ("tables", Version(3, 23), "ChangePermissions Read Write"),
];

/// The first versions with permissions of views and flows.
const SINCE: &[(&str, Version)] = &[("views", Version(3, 2)), ("flows", Version(3, 3))];

/// The target of permissions.
struct Target {
    element: Element,
    owner: String,
    /// The locked project that sets these permissions.
    locked: Option<String>,
    /// The item, and the kind of content for default permissions.
    key: (String, &'static str),
    capabilities: &'static str,
}

fn project<'s>(site: &'s Site, id: &str) -> Result<Cow<'s, Record>> {
    site.record("projects", id).unwrap_or_else(|| Err(ApiError::unknown_path("projects")))
}

/// The project and those that contain it, innermost first.
pub(in crate::mock) fn ancestors<'s>(
    site: &'s Site,
    id: &str,
) -> impl Iterator<Item = Cow<'s, Record>> {
    std::iter::successors(project(site, id).ok(), |inner| {
        project(site, inner.parent.as_deref()?).ok()
    })
}

/// The project whose permissions apply to this one's content: itself, or the nearest locked project
/// that contains it.
pub(in crate::mock) fn lock(site: &Site, project: &Record) -> Option<String> {
    let is_locked = |p: &Cow<'_, Record>| match p.attr("contentPermissions") {
        "LockedToProject" => true,
        "LockedToProjectWithoutNested" => p.id == project.id,
        _ => false,
    };
    let around = project.parent.as_deref().map(|parent| ancestors(site, parent));
    let mut all = std::iter::once(Cow::Borrowed(project)).chain(around.into_iter().flatten());
    all.find(is_locked).map(|project| project.id.clone())
}

/// Finds the target that the path names.
type Find = fn(&Site, &Context) -> Result<Target>;

fn of_content(site: &Site, ctx: &Context) -> Result<Target> {
    let unknown = || ApiError::unknown_path(&ctx.request.path);
    let (kind, id) = (ctx.param(0), ctx.param(1));
    let (_, capabilities, _) = capabilities(kind).ok_or_else(unknown)?;
    if SINCE.iter().any(|&(known, since)| known == kind && ctx.version < since) {
        return Err(unknown());
    }
    let record = site.record(kind, id).ok_or_else(unknown)??;
    // A view has the permissions of its workbook's project.
    let parent = record.parent.as_deref().filter(|_| kind == "views");
    let workbook = parent.and_then(|id| site.record("workbooks", id)).transpose()?;
    let content = workbook.unwrap_or(Cow::Borrowed(&*record));
    let locked = match kind {
        // A nested project can be locked by one that contains it.
        "projects" => lock(site, &record).filter(|locked| locked != id),
        _ => {
            let project =
                content.parent.as_deref().and_then(|id| site.record("projects", id)?.ok());
            project.and_then(|project| lock(site, &project))
        }
    };
    Ok(Target {
        element: Element::reference(kind.trim_end_matches('s').to_owned(), id)
            .with("name", record.name()),
        owner: content.owner.clone(),
        locked,
        key: (id.to_owned(), ""),
        capabilities,
    })
}

/// First version, capabilities and name of a kind of content.
fn capabilities(kind: &str) -> Option<(Version, &'static str, &'static str)> {
    let known = CAPABILITIES.iter().find(|(name, _, _)| name.eq_ignore_ascii_case(kind));
    known.map(|&(name, since, words)| (since, words, name))
}

/// The default permissions of a database, which are for its tables.
fn of_database(site: &Site, ctx: &Context) -> Result<Target> {
    let unknown = || ApiError::unknown_path(&ctx.request.path);
    let database = site.record("databases", ctx.param(0)).ok_or_else(unknown)??;
    let (_, capabilities, kind) =
        capabilities(ctx.param(1)).filter(|found| found.2 == "tables").ok_or_else(unknown)?;
    Ok(Target {
        element: site.reference_at("databases", "database", &database.id),
        owner: database.owner.clone(),
        locked: None,
        key: (database.id.clone(), kind),
        capabilities,
    })
}

fn defaults(site: &Site, ctx: &Context) -> Result<Target> {
    let project = project(site, ctx.param(0))?;
    let known = capabilities(ctx.param(1)).filter(|(since, _, _)| *since <= ctx.version);
    let (_, capabilities, kind) = known.ok_or_else(|| ApiError::unknown_path(&ctx.request.path))?;
    Ok(Target {
        element: site.reference_at("projects", "project", &project.id),
        owner: project.owner.clone(),
        locked: lock(site, &project).filter(|locked| *locked != project.id),
        key: (project.id.clone(), kind),
        capabilities,
    })
}

/// The default permissions for all users, by kind of content, of the default project and of projects
/// that tests create. The other sample projects have none.
const DEFAULTS: &[(&str, &str)] = &[
    ("workbooks", "AddComment ExportData ExportImage Filter Read ViewComments"),
    ("datasources", "Connect Read"),
    ("flows", "Read"),
];

/// The rules of a target.
fn rules(site: &Site, target: &Target) -> Vec<Rule> {
    rules_of(site, &target.key.0, target.key.1)
}

/// The stored rules, or those that apply until a request changes them. Everyone can see a project.
fn rules_of(site: &Site, id: &str, kind: &'static str) -> Vec<Rule> {
    let known = site.state::<Permissions>().and_then(|known| known.0.get(&(id.to_owned(), kind)));
    if let Some(rules) = known {
        return rules.clone();
    }
    let names = match kind {
        "" => project(site, id).ok().map(|_| "Read"),
        _ => {
            let names = DEFAULTS.iter().find(|(known, _)| *known == kind).map(|(_, names)| *names);
            names.filter(|_| site.sample_number("projects", id).is_none_or(|number| number == 0))
        }
    };
    let rule = |names: &str| Rule {
        grantee: ("group", site.all_users()),
        capabilities: names.split(' ').map(|name| (name.to_owned(), "Allow")).collect(),
    };
    names.map(rule).into_iter().collect()
}

/// Gives a new item the default permissions of its project.
pub(in crate::mock) fn inherit(site: &mut Site, record: &Record, kind: &str) {
    let Some((project, (_, _, kind))) = record.parent.as_deref().zip(capabilities(kind)) else {
        return;
    };
    let rules = rules_of(site, project, kind);
    site.state_mut::<Permissions>().0.insert((record.id.clone(), ""), rules);
}

fn element(site: &Site, target: &Target) -> Element {
    let parent = target
        .locked
        .as_ref()
        .map(|project| Element::new("parent").with("type", "Project").with("id", project));
    let owner = Element::reference("owner", &target.owner);
    let rule = |rule: Rule| {
        let (kind, id) = &rule.grantee;
        let capability = |(name, mode): &(String, &str)| {
            Element::new("capability").with("name", name).with("mode", mode)
        };
        Element::new("granteeCapabilities").containing([
            Element::reference(*kind, id),
            Element::list("capabilities", rule.capabilities.iter().map(capability)),
        ])
    };
    Element::new("permissions")
        .containing(parent)
        .containing([target.element.clone().containing([owner])])
        .containing(rules(site, target).into_iter().map(rule))
}

fn show(state: &mut ServerState, ctx: &Context, find: Find) -> Result<Response> {
    let site = state.site(ctx)?;
    Ok(Response::one(element(site, &find(site, ctx)?)))
}

fn check(ctx: &Context, target: &Target) -> Result<()> {
    ctx.require_owner(&target.owner)?;
    if target.locked.is_some() {
        ctx.require(Role::SiteAdmin)?;
        let detail = "The permissions are locked to those of the project.";
        return Err(ApiError::forbidden("403039", detail));
    }
    Ok(())
}

fn grantee(site: &Site, kind: &str, id: &str) -> Result<(&'static str, String)> {
    let known = match kind {
        "user" => site.record("users", id).transpose()?.map(|_| "user"),
        "group" => site.record("groups", id).transpose()?.map(|_| "group"),
        "groupSet" => site.record("groupsets", id).transpose()?.map(|_| "groupSet"),
        _ => None,
    };
    let known = known.map(|kind| (kind, id.to_owned()));
    known.ok_or_else(|| ApiError::malformed(format!("<{kind}> cannot have permissions.")))
}

fn capability(target: &Target, name: &str, mode: &str) -> Result<(String, &'static str)> {
    let error = |detail: String| ApiError::bad("400009", detail);
    if !contains(target.capabilities, name) {
        return Err(error(format!("'{name}' is not a capability of this kind of content.")));
    }
    match mode {
        "Allow" => Ok((name.to_owned(), "Allow")),
        "Deny" => Ok((name.to_owned(), "Deny")),
        other => Err(error(format!("'{other}' must be Allow or Deny."))),
    }
}

fn read(site: &Site, target: &Target, body: &Element) -> Result<Vec<Rule>> {
    let mut rules = Vec::new();
    for entry in body.need_child("permissions")?.children("granteeCapabilities") {
        let who = entry.children.iter().find(|child| child.name != "capabilities");
        let who =
            who.ok_or_else(|| ApiError::malformed("<granteeCapabilities> has no grantee."))?;
        let grantee = grantee(site, &who.name, who.need("id")?)?;
        let capabilities = entry.need_child("capabilities")?;
        let capabilities = capabilities
            .children("capability")
            .map(|entry| capability(target, entry.need("name")?, entry.need("mode")?))
            .collect::<Result<_>>()?;
        rules.push(Rule { grantee, capabilities });
    }
    if rules.is_empty() {
        return Err(ApiError::malformed("<permissions> is empty."));
    }
    Ok(rules)
}

fn add(state: &mut ServerState, ctx: &Context, find: Find) -> Result<Response> {
    let site = state.site_mut(ctx)?;
    let target = find(site, ctx)?;
    check(ctx, &target)?;
    let new = read(site, &target, &ctx.body()?)?;
    let mut all = rules(site, &target);
    for rule in new {
        match all.iter_mut().find(|known| known.grantee == rule.grantee) {
            None => all.push(rule),
            Some(known) => {
                // A capability has one mode, so the new one replaces the old one.
                let is_new = |name: &str| rule.capabilities.iter().any(|(new, _)| new == name);
                known.capabilities.retain(|(name, _)| !is_new(name));
                known.capabilities.extend(rule.capabilities);
            }
        }
    }
    site.state_mut::<Permissions>().0.insert(target.key.clone(), all);
    Ok(Response::one(element(site, &target)))
}

/// Replaces all rules of a target.
fn replace(state: &mut ServerState, ctx: &Context, find: Find) -> Result<Response> {
    let site = state.site_mut(ctx)?;
    let target = find(site, ctx)?;
    check(ctx, &target)?;
    let new = read(site, &target, &ctx.body()?)?;
    site.state_mut::<Permissions>().0.insert(target.key, new);
    Ok(Response::empty(200))
}

fn delete(state: &mut ServerState, ctx: &Context, find: Find) -> Result<Response> {
    let site = state.site_mut(ctx)?;
    let target = find(site, ctx)?;
    check(ctx, &target)?;
    let grantee = grantee(site, ctx.param(2).trim_end_matches('s'), ctx.param(3))?;
    let wanted = capability(&target, ctx.param(4), ctx.param(5))?;
    let mut all = rules(site, &target);
    let rule = all.iter_mut().find(|rule| rule.grantee == grantee);
    let index = rule.as_ref().and_then(|rule| rule.capabilities.iter().position(|c| *c == wanted));
    let (Some(rule), Some(index)) = (rule, index) else {
        let detail = format!("The capability '{}' with '{}' is not assigned.", wanted.0, wanted.1);
        return Err(ApiError::not_found("404013", detail));
    };
    rule.capabilities.remove(index);
    all.retain(|rule| !rule.capabilities.is_empty());
    site.state_mut::<Permissions>().0.insert(target.key, all);
    Ok(Response::no_content())
}
