//! Reading the users of a CSV file.

use std::fs::File;
use std::io::BufReader;

use super::bulk::{ROLES, UserRow};
use super::{AuthSetting, SiteRole};
use crate::{Error, Result};

/// The columns of an import file in their order, and other names for them.
const COLUMNS: [&[&str]; 9] = [
    &["name", "username"],
    &["password"],
    &["fullname", "displayname"],
    &["license", "licenselevel"],
    &["administrator", "admin", "adminlevel"],
    &["publisher", "publishing"],
    &["email", "emailaddress"],
    &["authentication", "auth", "authsetting", "authtype"],
    &["siterole"],
];

/// The position of each of [`COLUMNS`].
type Positions = [Option<usize>; COLUMNS.len()];

/// Reads the rows of a CSV file.
pub(super) struct CsvRows<'r> {
    records: csv::StringRecordsIntoIter<BufReader<&'r File>>,
    name: &'r str,
    /// `None` until the first row has been read.
    columns: Option<Positions>,
    /// The number of the row, without the row of column names.
    row: u64,
}

impl<'r> CsvRows<'r> {
    /// Reads the file from its current position. `name` identifies it in messages.
    #[inline]
    pub(super) fn new(file: &'r File, name: &'r str) -> CsvRows<'r> {
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(BufReader::new(file));
        CsvRows { records: reader.into_records(), name, columns: None, row: 0 }
    }
}

impl Iterator for CsvRows<'_> {
    type Item = Result<UserRow>;

    #[inline]
    fn next(&mut self) -> Option<Result<UserRow>> {
        loop {
            let record = match self.records.next()? {
                Ok(record) => record,
                Err(error) => {
                    let what = format!("cannot read {} as CSV in UTF-8: {error}", self.name);
                    return Some(Err(Error::input(what)));
                }
            };
            if self.columns.is_none() {
                let names = column_names(&record);
                let is_header = matches!(names, Ok(Some(_)));
                match names {
                    Ok(columns) => {
                        let standard = std::array::from_fn(|at| (at < 8).then_some(at));
                        self.columns = Some(columns.unwrap_or(standard));
                    }
                    Err(why) => return Some(Err(Error::input(format!("{}: {why}", self.name)))),
                }
                if is_header {
                    continue;
                }
            }
            self.row += 1;
            let columns = self.columns.as_ref()?;
            let row = read_row(&record, columns);
            return Some(row.map_err(|(column, why)| {
                let row = self.row;
                Error::input(format!("{}: row {row}, column {column:?}: {why}", self.name))
            }));
        }
    }
}

/// The positions of the columns if the row consists of column names.
#[inline]
fn column_names(record: &csv::StringRecord) -> Result<Option<Positions>, String> {
    let plain = |name: &str| name.to_lowercase().replace([' ', '_', '-'], "");
    if !record.iter().any(|name| COLUMNS[0].contains(&&*plain(name))) {
        return Ok(None);
    }
    let mut positions = [None; COLUMNS.len()];
    for (position, name) in record.iter().enumerate() {
        let known = COLUMNS.iter().position(|names| names.contains(&&*plain(name)));
        let known = known.ok_or_else(|| format!("unknown column {name:?}"))?;
        if positions[known].replace(position).is_some() {
            return Err(format!("the column {name:?} occurs twice"));
        }
    }
    Ok(Some(positions))
}

#[inline]
fn read_row(
    record: &csv::StringRecord,
    columns: &Positions,
) -> Result<UserRow, (&'static str, String)> {
    let [name, password, full_name, license, admin, publisher, email, setting, role] =
        columns.map(|at| at.and_then(|at| record.get(at)).unwrap_or_default());
    if name.is_empty() {
        return Err(("name", "the name is empty".to_owned()));
    }
    if columns[8].is_none() && record.len() > 8 {
        return Err((
            "authentication",
            format!("{} columns are more than the maximum of 8", record.len()),
        ));
    }
    let site_role = if role.is_empty() {
        site_role(license, admin, publisher)?
    } else {
        let known = ROLES.iter().find(|(known, ..)| *known == SiteRole::from(role));
        let unknown = || ("site role", format!("{role:?} is not a site role that can be imported"));
        known.ok_or_else(unknown)?.0.clone()
    };
    let auth_setting = match AuthSetting::from(setting) {
        AuthSetting::Unknown(text) if text.is_empty() => None,
        AuthSetting::Unknown(text) => {
            let why = format!("{text:?} is not SAML, OpenID, TableauIDWithMFA or ServerDefault");
            return Err(("authentication", why));
        }
        known => Some(known),
    };
    let password = (!password.is_empty()).then(|| password.into());
    Ok(UserRow {
        name: name.to_owned(),
        site_role,
        password,
        full_name: full_name.to_owned(),
        email: email.to_owned(),
        auth_setting,
    })
}

/// The site role that has this license, administrator level and publishing.
#[inline]
fn site_role(
    license: &str,
    admin: &str,
    publisher: &str,
) -> Result<SiteRole, (&'static str, String)> {
    let wrong = |column, value: &str, allowed| (column, format!("{value:?} is not {allowed}"));
    let license = if license.is_empty() { "Unlicensed" } else { license };
    let admin = match admin.to_lowercase().as_str() {
        "" | "none" => "None",
        "site" => "Site",
        "system" => return Ok(SiteRole::ServerAdministrator),
        _ => return Err(wrong("administrator", admin, "System, Site or None")),
    };
    let publisher = match publisher.to_lowercase().as_str() {
        "1" | "true" | "yes" => "1",
        "" | "0" | "false" | "no" => "0",
        _ => return Err(wrong("publisher", publisher, "1, true, yes, 0, false or no")),
    };
    let mut same_license =
        ROLES.iter().filter(|role| role.1.eq_ignore_ascii_case(license)).peekable();
    if same_license.peek().is_none() {
        return Err(wrong("license", license, "Creator, Explorer, Viewer or Unlicensed"));
    }
    let same: Vec<_> = same_license.filter(|role| role.2 == admin).collect();
    // Only Explorers can be publishers or not.
    let fits = same.iter().find(|role| role.3 == publisher).or(same.first());
    let none = || ("administrator", format!("no site role has {admin} with the license {license}"));
    fits.map(|role| role.0.clone()).ok_or_else(none)
}
