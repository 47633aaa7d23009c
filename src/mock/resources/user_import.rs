//! Many users at once, from a file: `sites/{site}/users/import` and `users/delete`.

use super::users::{auth_setting, change, owns_something};
use super::{Effect, User};
use crate::mock::api_error::ApiError;
use crate::mock::body::Doc;
use crate::mock::context::Context;
use crate::mock::multipart::{part, parts};
use crate::mock::response::Response;
use crate::mock::role::Role;
use crate::mock::route::{ApiResult, Method, Route};
use crate::mock::server_state::ServerState;
use crate::mock::site::Site;

/// A row of a user import.
#[derive(Clone, Debug)]
pub(in crate::mock) struct ImportedUser {
    row: usize,
    /// Or what is wrong with the row.
    user: Result<User, String>,
}

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::Post, "sites/{site}/users/import", 3, 15, start_import),
    Route::new(Method::Post, "sites/{site}/users/delete", 3, 15, remove_several),
];

fn start_import(state: &mut ServerState, ctx: &Context) -> ApiResult {
    ctx.require(Role::SiteAdmin)?;
    let parts = parts(ctx.request)?;
    let file = part(&parts, "tableau_user_import")
        .ok_or_else(|| ApiError::bad("400020", "The request has no part 'tableau_user_import'."))?;
    let payload = part(&parts, "request_payload")
        .ok_or_else(|| ApiError::malformed("The request has no part 'request_payload'."))?;
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
    let job = state.start_job(ctx, "UserImport", Effect::Import(users), None)?;
    Ok(Response::with_status(202, job))
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

fn remove_several(state: &mut ServerState, ctx: &Context) -> ApiResult {
    ctx.require(Role::SiteAdmin)?;
    let parts = parts(ctx.request)?;
    let file = part(&parts, "tableau_user_delete")
        .ok_or_else(|| ApiError::bad("400020", "The request has no part 'tableau_user_delete'."))?;
    let rows = csv(file.body)?;
    let site = state.site_mut(ctx)?;
    for row in rows {
        let name = row[0].rsplit('\\').next().unwrap_or_default();
        let Some(user) = site.user_named(name).map(std::borrow::Cow::into_owned) else { continue };
        // Owners lose their licence instead: their content needs somebody to belong to.
        if owns_something(site, &user.id) || user.id == ctx.user() {
            if user.id != ctx.user() {
                site.users.get_mut(&user.id)?.site_role = "Unlicensed".to_owned();
            }
        } else {
            site.users.remove(&user.id)?;
        }
    }
    Ok(Response::empty(200))
}

/// The rows of a file of comma-separated values; quotes keep commas and line ends.
fn csv(bytes: &[u8]) -> Result<Vec<Vec<String>>, ApiError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| ApiError::malformed("The file with the users is not UTF-8."))?;
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
