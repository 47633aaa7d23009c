//! [`Unreadable`]: the values of a response that could not be read.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::redact::Redactor;

/// The maximum number of reports to keep; further ones are only counted.
const KEPT: usize = 100;

/// The maximum number of characters of a value to keep.
const VALUE_LENGTH: usize = 64;

/// The optional values of responses that could not be read. Their fields are `None` or have their
/// default.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Unreadable {
    /// The number of values that could not be read.
    pub count: u64,
    /// The first 100 of them.
    pub reports: Vec<UnreadableValue>,
}

/// A value that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct UnreadableValue {
    /// The id of the item that has the value, if the item has an id.
    pub item_id: Option<String>,
    /// The attribute or element, such as `createdAt` or `owner.siteRole`.
    pub attribute: String,
    /// The value as the server sent it, up to 64 characters.
    pub value: String,
}

impl Unreadable {
    /// Whether every value was read.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(crate) fn add(&mut self, more: &Unreadable) {
        self.count += more.count;
        let room = KEPT.saturating_sub(self.reports.len());
        self.reports.extend(more.reports.iter().take(room).cloned());
    }
}

impl std::fmt::Display for UnreadableValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of ", self.attribute)?;
        match &self.item_id {
            Some(id) => write!(f, "the item {id:?}")?,
            None => write!(f, "an item without an id")?,
        }
        write!(f, ": {:?} cannot be read", self.value)
    }
}

/// Collects reports while one response is read.
#[derive(Default)]
pub struct Reports {
    redactor: Redactor,
    /// Whether characters of the response were replaced.
    pub(super) has_replacements: bool,
    all: Mutex<Unreadable>,
}

impl Reports {
    /// `has_replacements` says whether characters of the response were replaced by U+FFFD.
    pub(crate) fn new(redactor: &Redactor, has_replacements: bool) -> Reports {
        Reports { redactor: redactor.clone(), has_replacements, all: Mutex::default() }
    }

    fn all(&self) -> MutexGuard<'_, Unreadable> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, tag: &str, name: &str, value: &str) {
        let all = &mut *self.all();
        all.count += 1;
        if all.reports.len() < KEPT {
            let value = self.redactor.redact(value).chars().take(VALUE_LENGTH).collect();
            let attribute = format!("{tag}.{name}");
            all.reports.push(UnreadableValue { item_id: None, attribute, value });
        }
    }

    /// The number of values that could not be read so far.
    pub(crate) fn count(&self) -> u64 {
        self.all().count
    }

    /// Sets the item of the reports from number `first` on.
    pub(crate) fn set_item(&self, first: u64, tag: &str, id: Option<&str>) {
        let first = usize::try_from(first).unwrap_or(usize::MAX);
        for report in self.all().reports.iter_mut().skip(first) {
            report.item_id = id.map(|id| self.redactor.redact(id).into_owned());
            let own = report.attribute.strip_prefix(tag).and_then(|rest| rest.strip_prefix('.'));
            if let Some(own) = own {
                report.attribute = own.to_owned();
            }
        }
    }

    /// The reports from number `first` on.
    pub(crate) fn since(&self, first: u64) -> Unreadable {
        let all = self.all();
        let at = usize::try_from(first).unwrap_or(usize::MAX);
        let reports = all.reports.get(at..).unwrap_or_default().to_vec();
        Unreadable { count: all.count - first, reports }
    }
}
