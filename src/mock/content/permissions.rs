//! Permissions, on content and as a project's defaults.

use super::common::{named as named_content, need_owner};
use super::projects::lock;
use crate::mock::answer::{Answer, Element};
use crate::mock::doc::Doc;
use crate::mock::luid::{Kind, luid};
use crate::mock::refusal::Refusal;
use crate::mock::request::{Call, Standing};
use crate::mock::route::{Method, Reply, Route};
use crate::mock::site::Site;
use crate::mock::version::Version;
use crate::mock::world::World;

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

fn content(site: &Site, call: &Call) -> Result<Target, Refusal> {
    let unknown =
        || Refusal::http(404, format!("The resource '{}' is not known.", call.request.path));
    let (kind, id) = (call.param(0), call.param(1));
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
            if kind == "flows" && call.version < Version(3, 3) {
                return Err(unknown());
            }
            let (_, element, common) = named_content(site, kind, id).ok_or_else(unknown)??;
            target(named(element, &common.name), &common.owner, locked_to(common.project()))
        }
        "views" if call.version >= Version(3, 2) => {
            let view = site.views.get(id)?;
            let workbook = site.workbooks.get(&view.workbook)?;
            let locked = locked_to(workbook.project());
            target(named("view", &view.name), &workbook.owner, locked)
        }
        _ => return Err(unknown()),
    })
}

fn capabilities(kind: &str) -> Option<(Version, &'static [&'static str], &'static str)> {
    let &(name, since, all) =
        CAPABILITIES.iter().find(|(name, _, _)| name.eq_ignore_ascii_case(kind))?;
    Some((since, all, name))
}

fn defaults(site: &Site, call: &Call) -> Result<Target, Refusal> {
    let project = site.projects.get(call.param(0))?;
    let (_, capabilities, of) =
        capabilities(call.param(1)).filter(|(since, _, _)| *since <= call.version).ok_or_else(
            || Refusal::http(404, format!("The resource '{}' is not known.", call.request.path)),
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

fn show(world: &mut World, call: &Call) -> Reply {
    let site = world.site(call)?;
    Ok(Answer::one(element(site, &content(site, call)?)))
}

fn show_default(world: &mut World, call: &Call) -> Reply {
    let site = world.site(call)?;
    Ok(Answer::one(element(site, &defaults(site, call)?)))
}

fn add(world: &mut World, call: &Call) -> Reply {
    let target = content(world.site(call)?, call)?;
    add_to(world, call, &target)
}

fn add_default(world: &mut World, call: &Call) -> Reply {
    let target = defaults(world.site(call)?, call)?;
    add_to(world, call, &target)
}

fn check(call: &Call, target: &Target) -> Result<(), Refusal> {
    need_owner(call, &target.owner)?;
    if target.locked.is_some() {
        call.need(Standing::SiteAdmin)?;
        let detail = "The permissions are locked to those of the project.";
        return Err(Refusal::forbidden("403039", detail));
    }
    Ok(())
}

fn grantee(site: &Site, kind: &str, id: &str) -> Result<&'static str, Refusal> {
    match kind {
        "user" => site.users.get(id).map(|_| "user"),
        "group" => site.groups.get(id).map(|_| "group"),
        other => Err(Refusal::malformed(format!("'{other}' is nobody that permissions are for."))),
    }
}

fn mode(text: &str) -> Result<&'static str, Refusal> {
    match text {
        "Allow" => Ok("Allow"),
        "Deny" => Ok("Deny"),
        other => Err(Refusal::bad("400009", format!("'{other}' is neither Allow nor Deny."))),
    }
}

fn capability<'a>(target: &Target, name: &'a str) -> Result<&'a str, Refusal> {
    if !target.capabilities.contains(&name) {
        return Err(Refusal::bad("400009", format!("'{name}' is no capability of such content.")));
    }
    Ok(name)
}

fn read(site: &Site, target: &Target, doc: &Doc) -> Result<Vec<Rule>, Refusal> {
    let mut rules = Vec::new();
    for entry in doc.need_child("permissions")?.children("granteeCapabilities") {
        let who = entry
            .all()
            .iter()
            .find(|child| child.name != "capabilities")
            .ok_or_else(|| Refusal::malformed("<granteeCapabilities> names nobody."))?;
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
        return Err(Refusal::malformed("<permissions> has nothing in it."));
    }
    Ok(rules)
}

fn add_to(world: &mut World, call: &Call, target: &Target) -> Reply {
    check(call, target)?;
    let doc = call.doc()?;
    let site = world.site_mut(call)?;
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
    Ok(Answer::one(element(site, target)))
}

fn take(world: &mut World, call: &Call) -> Reply {
    let target = content(world.site(call)?, call)?;
    take_from(world, call, &target)
}

fn take_default(world: &mut World, call: &Call) -> Reply {
    let target = defaults(world.site(call)?, call)?;
    take_from(world, call, &target)
}

fn take_from(world: &mut World, call: &Call, target: &Target) -> Reply {
    check(call, target)?;
    let site = world.site_mut(call)?;
    let (kind, id) = (call.param(2), call.param(3));
    let kind = grantee(site, kind.strip_suffix('s').unwrap_or(kind), id)?;
    let (name, mode) = (capability(target, call.param(4))?, mode(call.param(5))?);
    let mut all = rules(site, target);
    let rule = all.iter_mut().find(|rule| rule.grantee == kind && rule.id == id);
    let at = rule.and_then(|rule| {
        let at = rule.capabilities.iter().position(|(n, m)| n == name && *m == mode)?;
        rule.capabilities.remove(at);
        Some(())
    });
    if at.is_none() {
        let detail = format!("The capability '{name}' with '{mode}' is not assigned.");
        return Err(Refusal::not_found("404013", detail));
    }
    all.retain(|rule| !rule.capabilities.is_empty());
    site.permissions.insert((target.id.clone(), target.of), all);
    Ok(Answer::no_content())
}
