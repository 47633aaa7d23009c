//! Importing and removing users by file: `sites/{site}/users/import` and `users/delete`.

use super::users::{AUTH_SETTINGS, complete_new};
use super::{User, sites, users};
use crate::mock::body;
use crate::mock::csv;
use crate::mock::multipart::{part, parts};
use crate::mock::prelude::*;

pub(super) fn routes() -> Vec<Route> {
    routes! {
        Post (3, 15) "users/import" => import;
        Post (3, 15) "users/delete" => remove;
    }
}

/// The rows of the file in a part of the request.
fn rows(ctx: &Context, name: &str) -> Result<Vec<Vec<String>>> {
    let parts = parts(ctx.request)?;
    let missing = || ApiError::bad("400020", format!("The request has no part '{name}'."));
    csv::rows(part(&parts, name).ok_or_else(missing)?.body)
}

fn import(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::SiteAdmin)?;
    let rows = rows(ctx, "tableau_user_import")?;
    let parts = parts(ctx.request)?;
    let payload = part(&parts, "request_payload")
        .ok_or_else(|| ApiError::malformed("The request has no part 'request_payload'."))?;
    let body = body::payload(payload.body)?;
    let mut imported = Vec::new();
    for row in rows {
        let mut user = read_row(&row);
        // A <user> with a name is about that user, and one without a name about all users. The
        // authentication of the row takes precedence.
        let has_own = row.get(7).is_some_and(|setting| !setting.is_empty());
        for element in body.children("user") {
            let applies = element.attr("name").is_none_or(|n| n.eq_ignore_ascii_case(&row[0]));
            if let (true, Ok(user)) = (applies && !has_own, &mut user) {
                let name = user.name().to_owned();
                user.apply(User::SCHEMA, element, ctx.version, false)?;
                user.set("name", name);
                users::check_authentication(user, element, state.site(ctx)?)?;
            }
        }
        imported.push(user);
    }
    let most_errors = if ctx.query("isVerbose") == Some("false") { 3 } else { usize::MAX };
    let effect = move |site: &mut Site, _| add(site, imported, most_errors);
    let job = jobs::start(state, ctx, "UserImport", None, effect)?;
    Ok(Response::with_status(202, job))
}

/// Reads the columns name, password, full name, license, administrator, publisher, email and
/// authentication.
fn read_row(row: &[String]) -> Result<Record, String> {
    let column = |at: usize| row.get(at).map_or("", |text| text.trim());
    if row.len() > 8 {
        return Err(format!("{} columns are too many", row.len()));
    }
    let name = column(0);
    if name.is_empty() || name.contains(' ') {
        return Err(format!("'{name}' is not a valid user name"));
    }
    let publishes = match column(5).to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" => true,
        "" | "0" | "false" | "no" => false,
        other => return Err(format!("'{other}' must be 0 or 1")),
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
        (license, admin) => {
            return Err(format!(
                "no site role has the license '{license}' and the administrator level '{admin}'"
            ));
        }
    };
    let mut user = Record::default().with("name", name).with("siteRole", role);
    if !column(2).is_empty() {
        user.set("fullName", column(2));
    }
    complete_new(&mut user);
    let setting = one_of("authSetting", AUTH_SETTINGS).check(match column(7) {
        "" => "ServerDefault",
        setting => setting,
    });
    user.set("externalAuthUserId", "");
    user.set("authSetting", setting.map_err(|error| error.detail)?);
    Ok(user.with("email", column(6)))
}

/// Whether the site has a license for a user who gets a role instead of the one `before`.
fn has_license(site: &Site, before: Option<&str>, role: &str) -> bool {
    let license = sites::license(role);
    if before.is_some_and(|before| sites::license(before) == license) {
        return true;
    }
    let setting = match license {
        Some("numCreators") => "tierCreatorCapacity",
        Some("numExplorers") => "tierExplorerCapacity",
        Some(_) => "tierViewerCapacity",
        None => return true,
    };
    match sites::setting(site, setting).parse::<usize>() {
        Ok(limit) => {
            let has_same =
                |user: &Cow<'_, Record>| sites::license(user.attr("siteRole")) == license;
            site.iter::<User>().filter(has_same).count() < limit
        }
        // No limit: the setting is empty or -1.
        Err(_) => true,
    }
}

/// Adds the imported users. Known users get the site role in the file. The notes have at most this
/// number of errors.
fn add(
    site: &mut Site,
    imported: Vec<Result<Record, String>>,
    most_errors: usize,
) -> Result<Report> {
    let (mut added, mut skipped, mut unlicensed, mut notes) = (0, 0, 0, Vec::new());
    for (index, user) in imported.into_iter().enumerate() {
        let mut user = match user {
            Ok(user) => user,
            Err(why) => {
                skipped += 1;
                if skipped <= most_errors {
                    notes.push(format!("Row {}: {why}.", index + 1));
                }
                continue;
            }
        };
        let (row, name, role) = (index + 1, user.name().to_owned(), user.attr("siteRole"));
        let known = site.by_name("users", &name);
        let before = known.as_ref().map(|known| known.attr("siteRole").to_owned());
        let known = known.map(|known| known.id.clone());
        if before.as_deref() == Some(role) {
            notes.push(format!("Row {row}: '{name}' is a user of the site already."));
        } else if !has_license(site, before.as_deref(), role) {
            unlicensed += 1;
            notes.push(format!("Row {row}: no license is left for the site role of '{name}'."));
        } else if let Some(id) = known {
            notes.push(format!("Row {row}: the site role of '{name}' was changed to {role}."));
            let role = role.to_owned();
            site.get_mut::<User>(&id)?.set("siteRole", role);
        } else {
            user.id = site.new_id::<User>();
            site.add::<User>(user);
            added += 1;
        }
    }
    let status_notes = vec![
        ("CountOfUsersAddedToSite", added, format!("{added} users were added to the site.")),
        ("CountOfUsersSkipped", skipped, format!("{skipped} rows were skipped.")),
        (
            "CountOfUsersWithInsufficientLicenses",
            unlicensed,
            format!("{unlicensed} users got no license."),
        ),
    ];
    Ok(Report { notes, status_notes, ..Report::default() })
}

fn remove(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::SiteAdmin)?;
    let rows = rows(ctx, "tableau_user_delete")?;
    let site = state.site_mut(ctx)?;
    for row in rows {
        let name = row[0].rsplit('\\').next().unwrap_or_default();
        let user = site.by_name("users", name).map(|user| user.id.clone());
        let Some(id) = user.filter(|id| id != ctx.user()) else { continue };
        // Content needs an owner, so its owners only lose their license.
        if users::content_owned_by(site, &id).is_empty() {
            site.remove::<User>(&id)?;
        } else {
            site.get_mut::<User>(&id)?.set("siteRole", "Unlicensed");
        }
    }
    Ok(Response::empty(200))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_site_roles_of_rows() {
        let role = |row: &str| {
            let rows = csv::rows(row.as_bytes()).unwrap();
            read_row(&rows[0]).map(|user| user.attr("siteRole").to_owned())
        };
        assert_eq!(role("a,,A,Explorer,None,1").as_deref(), Ok("ExplorerCanPublish"));
        assert_eq!(role("a").as_deref(), Ok("Unlicensed"));
        assert!(role("a,,A,Invalid,None,0").unwrap_err().contains("invalid"));
        assert!(role("a b,,A,Viewer,None,0").is_err());
    }
}
