//! The outcome of each row of a bulk import.

use std::collections::HashMap;

use super::bulk::{Rows, UserRows};
use crate::Result;
use crate::common::job::{Job, StatusNote};
use crate::redact::Redactor;

/// The counter of users who were added.
const ADDED: &str = "CountOfUsersAddedToSite";

/// What a note of the job refers to: the number of a row (`Row 3: …`) and quoted user names.
#[inline]
fn keys(note: &str) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    let lower = note.to_lowercase();
    if let Some((_, rest)) = lower.split_once("row ") {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        keys.extend((digits > 0).then(|| format!("row {}", &rest[..digits])));
    }
    for quote in ['\'', '"'] {
        let quoted = lower.split(quote).skip(1).step_by(2);
        keys.extend(quoted.map(|name| format!("name {name}")));
    }
    keys
}

/// The outcomes of the rows of a bulk import, in their order.
pub struct ImportOutcomes<'r> {
    rows: Rows<'r>,
    notes: HashMap<String, String>,
    row: u64,
    /// The result of rows without a note.
    without_note: ImportResult,
}

/// The outcome of one row of a bulk import.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImportOutcome {
    /// The number of the row, from 1. A row of column names does not count.
    pub row: u64,
    /// The name of the user.
    pub name: String,
    /// What was done with the user.
    pub result: ImportResult,
    /// The server's note, if the row was not imported as it is: the result is
    /// [`LicenseMissing`](ImportResult::LicenseMissing) or [`Failed`](ImportResult::Failed).
    pub failure: Option<String>,
}

/// What a bulk import did with the user of a row.
///
/// Tableau does not document the format of the job's notes. They are recognized by words such as
/// "already", "role" and "license"; any other note counts as a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImportResult {
    /// The user was added to the site.
    Added,
    /// The user was on the site already, and is unchanged.
    Existing,
    /// The user was on the site already, and now has the site role of the row.
    RoleChanged,
    /// The site has no license for the site role.
    LicenseMissing,
    /// The row was not imported.
    Failed,
    /// The row was imported, but the server does not say whether the user is new.
    Imported,
}

impl ImportResult {
    #[inline]
    fn of(note: &str) -> ImportResult {
        let note = note.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| note.contains(word));
        let is_error = has(&["not ", "no ", "cannot", "invalid", "fail", "error"]);
        if has(&["licen"]) && has(&["insufficient", "exceed", "not ", "no ", "missing"]) {
            ImportResult::LicenseMissing
        } else if is_error {
            ImportResult::Failed
        } else if has(&["role"]) && has(&["change", "update"]) {
            ImportResult::RoleChanged
        } else if has(&["already", "exists"]) {
            ImportResult::Existing
        } else {
            ImportResult::Failed
        }
    }
}

impl<'r> ImportOutcomes<'r> {
    #[inline]
    pub(super) fn new(rows: &'r UserRows, job: Job) -> Result<ImportOutcomes<'r>> {
        let mut notes = HashMap::new();
        for note in job.notes {
            for key in keys(&note) {
                notes.entry(key).or_insert_with(|| note.clone());
            }
        }
        let is_added = |count: &&StatusNote| count.kind.as_deref() == Some(ADDED);
        let added = job.status_notes.iter().find(is_added);
        let added: Option<u64> = added.and_then(|count| count.value.as_ref()?.parse().ok());
        let without_note = ImportResult::Imported;
        let mut outcomes = ImportOutcomes { rows: rows.rows()?, notes, row: 0, without_note };
        // If the job added as many users as there are rows without a note, these rows are the added
        // users.
        if let Some(added) = added {
            let mut without_note = 0;
            for outcome in &mut outcomes {
                without_note += u64::from(outcome?.result == ImportResult::Imported);
            }
            if added == without_note {
                outcomes.without_note = ImportResult::Added;
            }
            (outcomes.rows, outcomes.row) = (rows.rows()?, 0);
        }
        Ok(outcomes)
    }
}

impl Iterator for ImportOutcomes<'_> {
    type Item = Result<ImportOutcome>;

    #[inline]
    fn next(&mut self) -> Option<Result<ImportOutcome>> {
        let row = match self.rows.next()? {
            Ok(row) => row,
            Err(error) => return Some(Err(error)),
        };
        self.row += 1;
        let of_row = self.notes.get(&format!("row {}", self.row));
        let note = of_row.or_else(|| self.notes.get(&format!("name {}", row.name.to_lowercase())));
        let result = note.map_or(self.without_note, |note| {
            // Removes the name, which can contain any of these words.
            ImportResult::of(&note.replace(&row.name, ""))
        });
        let is_failure = matches!(result, ImportResult::LicenseMissing | ImportResult::Failed);
        // A note can repeat the row.
        let redactor = row.password.iter().fold(Redactor::default(), Redactor::with);
        let failure = note.filter(|_| is_failure).map(|note| redactor.redact(note).into_owned());
        Some(Ok(ImportOutcome { row: self.row, name: row.name, result, failure }))
    }
}
