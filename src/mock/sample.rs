//! [`Sample`]: what the sample content of a site is generated from.

use std::sync::Arc;

/// How much sample content a site has.
#[derive(Clone, Debug)]
pub(super) struct Sizes {
    pub(super) users: u64,
    pub(super) groups: u64,
    pub(super) projects: u64,
    pub(super) workbooks: u64,
    pub(super) datasources: u64,
}

impl Sizes {
    /// Only what every site has: an administrator, the group of all users and the default project.
    pub(super) const EMPTY: Sizes =
        Sizes { users: 1, groups: 1, projects: 1, workbooks: 0, datasources: 0 };
}

impl Default for Sizes {
    fn default() -> Sizes {
        Sizes { users: 6, groups: 3, projects: 7, workbooks: 12, datasources: 4 }
    }
}

/// What the sample content of one site is generated from.
#[derive(Clone, Debug, Default)]
pub(super) struct Sample {
    pub(super) site: u16,
    pub(super) sizes: Sizes,
    /// The administrator's user name. The administrator is user 0.
    pub(super) admin: Arc<str>,
}

/// The number of views of a sample workbook.
pub(super) const VIEWS: u64 = 2;

/// Whether sample user `user` is in sample group `group`: all are in the first.
pub(super) fn is_in_group(user: u64, group: u64) -> bool {
    group == 0 || user.is_multiple_of(group + 1)
}
