//! Users: `sites/{site}/users`.

use jiff::Timestamp;

use super::super::answer::{Answer, Element};
use super::super::clock::written;
use super::super::doc::Doc;
use super::super::multipart::{part, parts};
use super::super::query::{Field, Listed, Type, Value, list, list_these};
use super::super::refusal::Refusal;
use super::super::request::{Call, Standing};
use super::super::route::{Method, Reply, Route};
use super::super::site::Site;
use super::super::world::World;
use super::{Effect, Group, Workbook};

/// A user of a site.
#[derive(Clone, Debug)]
pub(in super::super) struct User {
    pub(in super::super) id: String,
    pub(in super::super) name: String,
    pub(in super::super) full_name: String,
    pub(in super::super) email: String,
    pub(in super::super) site_role: String,
    pub(in super::super) auth_setting: String,
    pub(in super::super) idp: Option<String>,
    pub(in super::super) last_login: Option<Timestamp>,
    pub(in super::super) domain: String,
}

impl User {
    pub(in super::super) fn new(id: String, name: &str, site_role: &str) -> User {
        User {
            id,
            name: name.to_owned(),
            full_name: name.to_owned(),
            email: String::new(),
            site_role: site_role.to_owned(),
            auth_setting: "ServerDefault".to_owned(),
            idp: None,
            last_login: None,
            domain: "local".to_owned(),
        }
    }
}

impl Listed for User {
    const NAMES: (&'static str, &'static str) = ("user", "users");
    const SHOWN: &'static [&'static str] =
        &["id", "name", "siteRole", "lastLogin", "externalAuthUserId"];
    const FIELDS: &'static [Field<User>] = &[
        Field { name: "name", holds: Type::Text, of: |u, _| u.name.as_str().into() },
        Field { name: "friendlyName", holds: Type::Text, of: |u, _| u.full_name.as_str().into() },
        Field { name: "email", holds: Type::Text, of: |u, _| u.email.as_str().into() },
        Field { name: "siteRole", holds: Type::Text, of: |u, _| u.site_role.as_str().into() },
        Field { name: "luid", holds: Type::Text, of: |u, _| u.id.as_str().into() },
        Field {
            name: "lastLogin",
            holds: Type::Time,
            of: |u, _| u.last_login.map_or(Value::None, Value::Time),
        },
    ];

    fn element(&self, _: &Site, _: &Call) -> Element {
        Element::new("user")
            .attr("id", &self.id)
            .attr("name", &self.name)
            .attr("siteRole", &self.site_role)
            .maybe("lastLogin", self.last_login.map(written))
            .attr("externalAuthUserId", "")
            .attr("authSetting", &self.auth_setting)
            .maybe("idpConfigurationId", self.idp.as_ref())
            .attr("fullName", &self.full_name)
            .attr("email", &self.email)
            .attr("language", "en")
            .attr("locale", "en_US")
            .child(Element::new("domain").attr("name", &self.domain))
    }
}

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::Get, "sites/{site}/users", 2, 0, all),
    Route::new(Method::Post, "sites/{site}/users", 2, 0, add),
    Route::new(Method::Get, "sites/{site}/users/{user}", 2, 0, get),
    Route::new(Method::Put, "sites/{site}/users/{user}", 2, 0, update),
    Route::new(Method::Delete, "sites/{site}/users/{user}", 2, 0, remove),
    Route::new(Method::Get, "sites/{site}/users/{user}/groups", 3, 7, groups),
    Route::new(Method::Get, "sites/{site}/users/{user}/workbooks", 2, 0, workbooks),
];

const SITE_ROLES: [&str; 16] = [
    "Creator",
    "Explorer",
    "ExplorerCanPublish",
    "Guest",
    "Interactor",
    "Publisher",
    "ReadOnly",
    "ServerAdministrator",
    "SiteAdministrator",
    "SiteAdministratorCreator",
    "SiteAdministratorExplorer",
    "SupportUser",
    "Unlicensed",
    "UnlicensedWithPublish",
    "Viewer",
    "ViewerWithPublish",
];

const AUTH_SETTINGS: [&str; 5] = ["ServerDefault", "SAML", "OpenID", "TableauIDWithMFA", "Default"];

pub(in super::super) fn site_role(role: &str) -> Result<String, Refusal> {
    if !SITE_ROLES.contains(&role) {
        return Err(Refusal::bad("400013", format!("'{role}' is no site role.")));
    }
    Ok(role.to_owned())
}

pub(super) fn auth_setting(setting: &str) -> Result<String, Refusal> {
    AUTH_SETTINGS
        .iter()
        .find(|known| known.eq_ignore_ascii_case(setting))
        .map(|known| (*known).to_owned())
        .ok_or_else(|| Refusal::bad("400003", format!("'{setting}' is no authentication setting.")))
}

fn all(world: &mut World, call: &Call) -> Reply {
    let site = world.site(call)?;
    list(&site.users, site, call)
}

fn get(world: &mut World, call: &Call) -> Reply {
    let site = world.site(call)?;
    Ok(Answer::one(site.users.get(call.param(0))?.element(site, call)))
}

fn add(world: &mut World, call: &Call) -> Reply {
    call.need(Standing::SiteAdmin)?;
    let doc = call.doc()?;
    let user = doc.need_child("user")?;
    let (name, role) = (user.need("name")?, site_role(user.need("siteRole")?)?);
    if role == "ServerAdministrator" {
        call.need(Standing::ServerAdmin)?;
    }
    let site = world.site_mut(call)?;
    if site.user_named(name).is_some() {
        let detail = format!("The user '{name}' is on the site already.");
        return Err(Refusal::conflict("409017", detail));
    }
    let id = site.users.new_id();
    let mut new = User::new(id, name, &role);
    if let Some((domain, name)) = name.split_once('\\') {
        (new.domain, new.name) = (domain.to_owned(), name.to_owned());
    }
    change(&mut new, user)?;
    let element = new.element(site, call);
    site.users.add(new);
    Ok(Answer::created(element))
}

// The attributes that both adding and updating can set.
fn change(user: &mut User, doc: &Doc) -> Result<(), Refusal> {
    if doc.attr("authSetting").is_some() && doc.attr("idpConfigurationId").is_some() {
        let detail = "A user has an authentication setting or an identity provider, not both.";
        return Err(Refusal::malformed(detail));
    }
    if let Some(setting) = doc.attr("authSetting") {
        (user.auth_setting, user.idp) = (auth_setting(setting)?, None);
    }
    if let Some(idp) = doc.attr("idpConfigurationId") {
        user.idp = Some(idp.to_owned());
    }
    if let Some(name) = doc.attr("fullName") {
        name.clone_into(&mut user.full_name);
    }
    if let Some(email) = doc.attr("email") {
        email.clone_into(&mut user.email);
    }
    Ok(())
}

fn update(world: &mut World, call: &Call) -> Reply {
    let doc = call.doc()?;
    let user = doc.need_child("user")?;
    if call.param(0) != call.user() || user.attr("siteRole").is_some() {
        call.need(Standing::SiteAdmin)?;
    }
    let role = user.attr("siteRole").map(site_role).transpose()?;
    let site = world.site_mut(call)?;
    let known = site.users.get_mut(call.param(0))?;
    let mut changed = known.clone();
    change(&mut changed, user)?;
    if let Some(role) = role {
        changed.site_role = role;
    }
    known.clone_from(&changed);
    let element = changed.element(site, call);
    if let Some(password) = user.attr("password") {
        world.set_password(&changed.name, password);
    }
    Ok(Answer::one(element))
}

fn remove(world: &mut World, call: &Call) -> Reply {
    call.need(Standing::SiteAdmin)?;
    let id = call.param(0);
    let heir = call.query("mapAssetsTo");
    let site = world.site_mut(call)?;
    site.users.get(id)?;
    if id == call.user() {
        return Err(Refusal::forbidden("403009", "A user cannot be removed by itself."));
    }
    if let Some(heir) = heir {
        site.users.get(heir)?;
        if heir == id {
            return Err(Refusal::bad(
                "400003",
                "The assets cannot go to the user that is removed.",
            ));
        }
        hand_over(site, id, heir);
    } else if owns_something(site, id) {
        let detail = "The user owns content and cannot be removed before it has another owner.";
        return Err(Refusal::conflict("409003", detail));
    }
    site.users.remove(id)?;
    let number = site.number;
    world.end_sessions_of(number, id);
    Ok(Answer::no_content())
}

fn owns_something(site: &Site, id: &str) -> bool {
    site.workbooks.iter().any(|workbook| workbook.owner == id)
        || site.datasources.iter().any(|datasource| datasource.owner == id)
        || site.projects.iter().any(|project| project.owner == id)
}

fn hand_over(site: &mut Site, from: &str, to: &str) {
    let workbooks: Vec<String> =
        site.workbooks.iter().filter(|w| w.owner == from).map(|w| w.id.clone()).collect();
    for id in workbooks {
        if let Ok(workbook) = site.workbooks.get_mut(&id) {
            to.clone_into(&mut workbook.owner);
        }
    }
    let datasources: Vec<String> =
        site.datasources.iter().filter(|d| d.owner == from).map(|d| d.id.clone()).collect();
    for id in datasources {
        if let Ok(datasource) = site.datasources.get_mut(&id) {
            to.clone_into(&mut datasource.owner);
        }
    }
    let projects: Vec<String> =
        site.projects.iter().filter(|p| p.owner == from).map(|p| p.id.clone()).collect();
    for id in projects {
        if let Ok(project) = site.projects.get_mut(&id) {
            to.clone_into(&mut project.owner);
        }
    }
}

fn groups(world: &mut World, call: &Call) -> Reply {
    let site = world.site(call)?;
    let user = site.users.get(call.param(0))?;
    let groups =
        site.groups.iter().filter(|group: &std::borrow::Cow<'_, Group>| group.has(site, &user.id));
    list_these(groups, site, call)
}

fn workbooks(world: &mut World, call: &Call) -> Reply {
    let owned = call.asks("ownedBy")?;
    let site = world.site(call)?;
    let user = site.users.get(call.param(0))?;
    if !owned {
        return list(&site.workbooks, site, call);
    }
    let workbooks = site
        .workbooks
        .iter()
        .filter(|workbook: &std::borrow::Cow<'_, Workbook>| workbook.owner == user.id);
    list_these(workbooks, site, call)
}

/// A row of a user import.
#[derive(Clone, Debug)]
pub(in super::super) struct ImportedUser {
    row: usize,
    /// Or what is wrong with the row.
    user: Result<User, String>,
}

// `import` and `delete` are no ids: these routes come before the ones with a placeholder.
pub(super) const IMPORT_ROUTES: &[Route] = &[
    Route::new(Method::Post, "sites/{site}/users/import", 3, 15, start_import),
    Route::new(Method::Post, "sites/{site}/users/delete", 3, 15, remove_several),
];

fn start_import(world: &mut World, call: &Call) -> Reply {
    call.need(Standing::SiteAdmin)?;
    let parts = parts(call.request)?;
    let file = part(&parts, "tableau_user_import")
        .ok_or_else(|| Refusal::bad("400020", "The request has no part 'tableau_user_import'."))?;
    let payload = part(&parts, "request_payload")
        .ok_or_else(|| Refusal::malformed("The request has no part 'request_payload'."))?;
    let doc = Doc::xml(payload.body)?;
    let mut users = Vec::new();
    for (at, row) in csv(file.body)?.into_iter().enumerate() {
        let mut user = read_row(&row);
        // What the payload says about a user of that name, or about all.
        if let Ok(user) = &mut user {
            for said in doc.children("user") {
                if said.attr("name").is_none_or(|name| name.eq_ignore_ascii_case(&row[0])) {
                    change(user, said)?;
                }
            }
        }
        users.push(ImportedUser { row: at + 1, user });
    }
    let job = world.start_job(call, "UserImport", Effect::Import(users), None)?;
    Ok(Answer::with_status(202, job))
}

// name, password, display name, license, administrator, publisher, email, authentication.
fn read_row(row: &[String]) -> Result<User, String> {
    let column = |at: usize| row.get(at).map_or("", |text| text.trim());
    if row.len() > 8 {
        return Err(format!("{} columns are too many", row.len()));
    }
    let name = column(0);
    if name.is_empty() || name.contains(' ') {
        return Err(format!("'{name}' is no user name"));
    }
    let publishes = match column(5).to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" => true,
        "" | "0" | "false" | "no" => false,
        other => return Err(format!("'{other}' does not say whether the user publishes")),
    };
    let license = column(3).to_ascii_lowercase();
    let role = match (license.as_str(), column(4).to_ascii_lowercase().as_str()) {
        ("creator" | "explorer" | "viewer" | "unlicensed" | "", "system") => "ServerAdministrator",
        ("creator", "site") => "SiteAdministratorCreator",
        ("explorer", "site") => "SiteAdministratorExplorer",
        ("creator", "none" | "no" | "") => "Creator",
        ("explorer", "none" | "no" | "") if publishes => "ExplorerCanPublish",
        ("explorer", "none" | "no" | "") => "Explorer",
        ("viewer", "none" | "no" | "") => "Viewer",
        ("unlicensed" | "", "none" | "no" | "") => "Unlicensed",
        (license, admin) => return Err(format!("'{license}' and '{admin}' make no site role")),
    };
    let mut user = User::new(String::new(), name, role);
    if let Some((domain, name)) = name.split_once('\\') {
        (user.domain, user.name) = (domain.to_owned(), name.to_owned());
    }
    if !column(2).is_empty() {
        column(2).clone_into(&mut user.full_name);
    }
    column(6).clone_into(&mut user.email);
    if !column(7).is_empty() {
        user.auth_setting =
            auth_setting(column(7)).map_err(|_| format!("'{}' is no authentication", column(7)))?;
    }
    Ok(user)
}

/// Adds imported users; how many, and a note for each row that was passed over.
pub(super) fn import(site: &mut Site, rows: Vec<ImportedUser>) -> (usize, Vec<String>) {
    let (mut added, mut notes) = (0, Vec::new());
    for ImportedUser { row, user } in rows {
        match user {
            Err(why) => notes.push(format!("Row {row}: {why}.")),
            Ok(user) => match site.user_named(&user.name).map(|known| known.id.clone()) {
                // Whoever is there already gets the role that the file has.
                Some(id) => {
                    if let Ok(known) = site.users.get_mut(&id) {
                        known.site_role = user.site_role;
                    }
                }
                None => {
                    let id = site.users.new_id();
                    site.users.add(User { id, ..user });
                    added += 1;
                }
            },
        }
    }
    (added, notes)
}

fn remove_several(world: &mut World, call: &Call) -> Reply {
    call.need(Standing::SiteAdmin)?;
    let parts = parts(call.request)?;
    let file = part(&parts, "tableau_user_delete")
        .ok_or_else(|| Refusal::bad("400020", "The request has no part 'tableau_user_delete'."))?;
    let rows = csv(file.body)?;
    let site = world.site_mut(call)?;
    for row in rows {
        let name = row[0].rsplit('\\').next().unwrap_or_default();
        let Some(user) = site.user_named(name).map(std::borrow::Cow::into_owned) else { continue };
        // Owners lose their licence instead: their content needs somebody to belong to.
        if owns_something(site, &user.id) || user.id == call.user() {
            if user.id != call.user() {
                site.users.get_mut(&user.id)?.site_role = "Unlicensed".to_owned();
            }
        } else {
            site.users.remove(&user.id)?;
        }
    }
    Ok(Answer::empty(200))
}

/// The rows of a file of comma-separated values; quotes keep commas and line ends.
fn csv(bytes: &[u8]) -> Result<Vec<Vec<String>>, Refusal> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| Refusal::malformed("The file with the users is not UTF-8."))?;
    let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            c => field.push(c),
        }
    }
    row.push(field);
    rows.push(row);
    rows.retain(|row| row.iter().any(|field| !field.trim().is_empty()));
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows() {
        let rows = csv(b"a,\"b, \"\"c\"\"\",\r\n\r\n d ,\"e\nf\"").unwrap();
        assert_eq!(rows, [vec!["a", "b, \"c\"", ""], vec![" d ", "e\nf"]]);
        let role =
            |row: &str| read_row(&csv(row.as_bytes()).unwrap()[0]).map(|user| user.site_role);
        assert_eq!(role("a,,A,Explorer,None,1").as_deref(), Ok("ExplorerCanPublish"));
        assert_eq!(role("a").as_deref(), Ok("Unlicensed"));
        assert!(role("a,,A,Invalid,None,0").unwrap_err().contains("invalid"));
        assert!(role("a b,,A,Viewer,None,0").is_err());
    }
}
