//! Permissions, on content and as a project's defaults.

use super::common::{named as named_content, need_owner};
use super::projects::lock;
use crate::mock::api_error::ApiError;
use crate::mock::body::Doc;
use crate::mock::context::Context;
use crate::mock::element::Element;
use crate::mock::luid::{Kind, luid};
use crate::mock::response::Response;
use crate::mock::role::Role;
use crate::mock::route::{ApiResult, Method, Route};
use crate::mock::server_state::ServerState;
use crate::mock::site::Site;
use crate::mock::version::Version;

/// What somebody may and may not do with something.
#[derive(Clone, Debug)]
pub(in crate::mock) struct Rule {
    /// `user` or `group`.
    grantee: &'static str,
    id: String,
    /// Capability and mode.
    capabilities: Vec<(String, &'static str)>,
}

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::Get, "sites/{site}/{content}/{id}/permissions", 2, 0, show),
    Route::new(Method::Put, "sites/{site}/{content}/{id}/permissions", 2, 0, add),
    Route::new(
        Method::Delete,
        "sites/{site}/{content}/{id}/permissions/{grantees}/{grantee}/{capability}/{mode}",
        2,
        0,
        take,
    ),
    Route::new(
        Method::Get,
        "sites/{site}/projects/{id}/default-permissions/{of}",
        2,
        1,
        show_default,
    ),
    Route::new(
        Method::Put,
        "sites/{site}/projects/{id}/default-permissions/{of}",
        2,
        1,
        add_default,
    ),
    Route::new(
        Method::Delete,
        "sites/{site}/projects/{id}/default-permissions/{of}/{grantees}/{grantee}/{capability}/{mode}",
        2,
        1,
        take_default,
    ),
];

/// Kinds of content, since when a project has defaults for them, and their capabilities.
const CAPABILITIES: &[(&str, Version, &[&str])] = &[
    ("projects", Version(9, 0), &["Read", "Write", "ProjectLeader", "InheritedProjectLeader"]),
    (
        "workbooks",
        Version(2, 1),
        &[
            "AddComment",
            "ChangeHierarchy",
            "ChangePermissions",
            "CreateRefreshMetrics",
            "Delete",
            "ExportData",
            "ExportImage",
            "ExportXml",
            "ExtractRefresh",
            "Filter",
            "Read",
            "RunExplainData",
            "ShareView",
            "ViewComments",
            "ViewUnderlyingData",
            "WebAuthoring",
            "WebAuthoringForFlows",
            "Write",
        ],
    ),
    (
        "datasources",
        Version(2, 1),
        &[
            "ChangeHierarchy",
            "ChangePermissions",
            "Connect",
            "Delete",
            "ExportXml",
            "ExtractRefresh",
            "PulseMetricDefine",
            "Read",
            "SaveAs",
            "VizqlDataApiAccess",
            "Write",
        ],
    ),
    (
        "views",
        Version(9, 0),
        &[
            "AddComment",
            "ChangePermissions",
            "Delete",
            "ExportData",
            "ExportImage",
            "ExportXml",
            "Filter",
            "Read",
            "ShareView",
            "ViewComments",
            "ViewUnderlyingData",
            "WebAuthoring",
            "Write",
        ],
    ),
    (
        "flows",
        Version(3, 4),
        &[
            "ChangeHierarchy",
            "ChangePermissions",
            "Delete",
            "Execute",
            "ExportXml",
            "Read",
            "WebAuthoringForFlows",
            "Write",
        ],
    ),
    ("lenses", Version(3, 4), &["ChangeHierarchy", "ChangePermissions", "Delete", "Read", "Write"]),
    (
        "dataroles",
        Version(3, 4),
        &["ChangeHierarchy", "ChangePermissions", "Delete", "Read", "Write"],
    ),
    (
        "metrics",
        Version(3, 2),
        &["ChangeHierarchy", "ChangePermissions", "Delete", "Read", "Write"],
    ),
    (
        "virtualConnections",
        Version(3, 23),
        &["ChangeHierarchy", "ChangePermissions", "Connect", "Delete", "Read", "Write"],
    ),
    ("databases", Version(3, 23), &["ChangeHierarchy", "ChangePermissions", "Read", "Write"]),
    ("tables", Version(3, 23), &["ChangePermissions", "Read", "Write"]),
];

/// What permissions are on.
struct Target {
    /// The element that names it, where there is one.
    element: Option<Element>,
    owner: String,
    /// The project that its permissions are locked to.
    locked: Option<String>,
    id: String,
    /// The kind whose defaults these are; empty for the content's own.
    of: &'static str,
    capabilities: &'static [&'static str],
}

fn content(site: &Site, ctx: &Context) -> Result<Target, ApiError> {
    let unknown =
        || ApiError::http(404, format!("The resource '{}' is not known.", ctx.request.path));
    let (kind, id) = (ctx.param(0), ctx.param(1));
    let capabilities = capabilities(kind).ok_or_else(unknown)?.1;
    let locked_to = |project: Option<&str>| lock(site, &*site.projects.find(project?)?);
    let named = |name, text: &str| Some(Element::reference(name, id).attr("name", text));
    let target = |element, owner: &str, locked| Target {
        element,
        owner: owner.to_owned(),
        locked,
        id: id.to_owned(),
        of: "",
        capabilities,
    };
    Ok(match kind {
        "projects" => {
            let project = site.projects.get(id)?;
            // A nested project can be locked by the one above it.
            let locked = lock(site, &project).filter(|locked| locked != id);
            target(named("project", &project.name), &project.owner, locked)
        }
        "workbooks" | "datasources" | "flows" => {
            if kind == "flows" && ctx.version < Version(3, 3) {
                return Err(unknown());
            }
            let (_, element, common) = named_content(site, kind, id).ok_or_else(unknown)??;
            target(named(element, &common.name), &common.owner, locked_to(common.project()))
        }
        "views" if ctx.version >= Version(3, 2) => {
            let view = site.views.get(id)?;
            let workbook = site.workbooks.get(&view.workbook)?;
            let locked = locked_to(workbook.project());
            target(named("view", &view.name), &workbook.owner, locked)
        }
        _ => return Err(unknown()),
    })
}

fn capabilities(kind: &str) -> Option<(Version, &'static [&'static str], &'static str)> {
    let &(name, since, all) = CAPABILITIES.iter().find(|(name, _, _)| *name == kind)?;
    Some((since, all, name))
}

fn defaults(site: &Site, ctx: &Context) -> Result<Target, ApiError> {
    let project = site.projects.get(ctx.param(0))?;
    let (_, capabilities, of) =
        capabilities(ctx.param(1)).filter(|(since, _, _)| *since <= ctx.version).ok_or_else(
            || ApiError::http(404, format!("The resource '{}' is not known.", ctx.request.path)),
        )?;
    Ok(Target {
        element: Some(Element::reference("project", &project.id).attr("name", &project.name)),
        owner: project.owner.clone(),
        locked: lock(site, &project).filter(|locked| *locked != project.id),
        id: project.id.clone(),
        of,
        capabilities,
    })
}

/// The rules on a target. Everybody can see a project until somebody says otherwise.
fn rules(site: &Site, target: &Target) -> Vec<Rule> {
    if let Some(rules) = site.permissions.get(&(target.id.clone(), target.of)) {
        return rules.clone();
    }
    if target.of.is_empty() && site.projects.has(&target.id) {
        return vec![Rule {
            grantee: "group",
            id: luid(Kind::Group, site.number, 0),
            capabilities: vec![("Read".to_owned(), "Allow")],
        }];
    }
    Vec::new()
}

fn element(site: &Site, target: &Target) -> Element {
    let mut permissions = Element::new("permissions");
    if let Some(project) = &target.locked {
        permissions =
            permissions.child(Element::new("parent").attr("type", "Project").attr("id", project));
    }
    permissions = permissions.maybe_child(
        target.element.clone().map(|e| e.child(Element::reference("owner", &target.owner))),
    );
    for rule in rules(site, target) {
        let capability = |(name, mode): &(String, &str)| {
            Element::new("capability").attr("name", name).attr("mode", mode)
        };
        permissions = permissions.child(
            Element::new("granteeCapabilities")
                .child(Element::reference(rule.grantee, &rule.id))
                .child(Element::list("capabilities", rule.capabilities.iter().map(capability))),
        );
    }
    permissions
}

fn show(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site(ctx)?;
    Ok(Response::one(element(site, &content(site, ctx)?)))
}

fn show_default(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let site = state.site(ctx)?;
    Ok(Response::one(element(site, &defaults(site, ctx)?)))
}

fn add(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let target = content(state.site(ctx)?, ctx)?;
    add_to(state, ctx, &target)
}

fn add_default(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let target = defaults(state.site(ctx)?, ctx)?;
    add_to(state, ctx, &target)
}

fn check(ctx: &Context, target: &Target) -> Result<(), ApiError> {
    need_owner(ctx, &target.owner)?;
    if target.locked.is_some() {
        ctx.require(Role::SiteAdmin)?;
        let detail = "The permissions are locked to those of the project.";
        return Err(ApiError::forbidden("403039", detail));
    }
    Ok(())
}

fn grantee(site: &Site, kind: &str, id: &str) -> Result<&'static str, ApiError> {
    match kind {
        "user" => site.users.get(id).map(|_| "user"),
        "group" => site.groups.get(id).map(|_| "group"),
        other => Err(ApiError::malformed(format!("'{other}' is nobody that permissions are for."))),
    }
}

fn mode(text: &str) -> Result<&'static str, ApiError> {
    match text {
        "Allow" => Ok("Allow"),
        "Deny" => Ok("Deny"),
        other => Err(ApiError::bad("400009", format!("'{other}' is neither Allow nor Deny."))),
    }
}

fn capability<'a>(target: &Target, name: &'a str) -> Result<&'a str, ApiError> {
    if !target.capabilities.contains(&name) {
        return Err(ApiError::bad("400009", format!("'{name}' is no capability of such content.")));
    }
    Ok(name)
}

fn read(site: &Site, target: &Target, doc: &Doc) -> Result<Vec<Rule>, ApiError> {
    let mut rules = Vec::new();
    for entry in doc.need_child("permissions")?.children("granteeCapabilities") {
        let who = entry
            .all()
            .iter()
            .find(|child| child.name != "capabilities")
            .ok_or_else(|| ApiError::malformed("<granteeCapabilities> names nobody."))?;
        let id = who.need("id")?;
        let mut capabilities = Vec::new();
        for entry in entry.need_child("capabilities")?.children("capability") {
            let name = capability(target, entry.need("name")?)?;
            capabilities.push((name.to_owned(), mode(entry.need("mode")?)?));
        }
        rules.push(Rule {
            grantee: grantee(site, &who.name, id)?,
            id: id.to_owned(),
            capabilities,
        });
    }
    if rules.is_empty() {
        return Err(ApiError::malformed("<permissions> has nothing in it."));
    }
    Ok(rules)
}

fn add_to(state: &mut ServerState, ctx: &Context, target: &Target) -> ApiResult {
    check(ctx, target)?;
    let doc = ctx.doc()?;
    let site = state.site_mut(ctx)?;
    let new = read(site, target, &doc)?;
    let mut all = rules(site, target);
    for rule in new {
        match all.iter_mut().find(|known| known.grantee == rule.grantee && known.id == rule.id) {
            None => all.push(rule),
            Some(known) => {
                // One mode each: what was said before about a capability no longer holds.
                let said = |name: &str| rule.capabilities.iter().any(|(new, _)| new == name);
                known.capabilities.retain(|(name, _)| !said(name));
                known.capabilities.extend(rule.capabilities);
            }
        }
    }
    site.permissions.insert((target.id.clone(), target.of), all);
    Ok(Response::one(element(site, target)))
}

fn take(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let target = content(state.site(ctx)?, ctx)?;
    take_from(state, ctx, &target)
}

fn take_default(state: &mut ServerState, ctx: &Context) -> ApiResult {
    let target = defaults(state.site(ctx)?, ctx)?;
    take_from(state, ctx, &target)
}

fn take_from(state: &mut ServerState, ctx: &Context, target: &Target) -> ApiResult {
    check(ctx, target)?;
    let site = state.site_mut(ctx)?;
    let (kind, id) = (ctx.param(2), ctx.param(3));
    let kind = grantee(site, kind.strip_suffix('s').unwrap_or(kind), id)?;
    let (name, mode) = (capability(target, ctx.param(4))?, mode(ctx.param(5))?);
    let mut all = rules(site, target);
    let rule = all.iter_mut().find(|rule| rule.grantee == kind && rule.id == id);
    let at = rule.and_then(|rule| {
        let at = rule.capabilities.iter().position(|(n, m)| n == name && *m == mode)?;
        rule.capabilities.remove(at);
        Some(())
    });
    if at.is_none() {
        let detail = format!("The capability '{name}' with '{mode}' is not assigned.");
        return Err(ApiError::not_found("404013", detail));
    }
    all.retain(|rule| !rule.capabilities.is_empty());
    site.permissions.insert((target.id.clone(), target.of), all);
    Ok(Response::no_content())
}
