//! The sample content: item `n` of a site, worked out from `n`.

use std::sync::Arc;

use jiff::Timestamp;

use super::collection::Item;
use super::luid::{Kind, luid};
use super::resources::{
    Common, Content, CustomView, Datasource, Flow, Group, Place, Project, Shown, User, View,
    Workbook,
};

/// How much sample content a site has.
#[derive(Clone, Debug)]
pub(super) struct Sizes {
    pub(super) users: u64,
    pub(super) groups: u64,
    pub(super) projects: u64,
    pub(super) workbooks: u64,
    pub(super) datasources: u64,
}

impl Default for Sizes {
    fn default() -> Sizes {
        Sizes { users: 6, groups: 3, projects: 7, workbooks: 12, datasources: 4 }
    }
}

/// What the sample content of one site is made from.
#[derive(Clone, Debug, Default)]
pub(super) struct Sample {
    pub(super) site: u16,
    pub(super) sizes: Sizes,
    /// The administrator's user name: user 0.
    pub(super) admin: Arc<str>,
}

/// Each sample workbook has this many views.
pub(super) const VIEWS: u64 = 2;

/// How many groups of a site have sample members: of these each, `Sample::in_group` tells.
const FIRST_NAMES: [&str; 5] = ["alice", "bob", "carol", "dave", "erin"];

const ROLES: [&str; 5] =
    ["SiteAdministratorCreator", "Creator", "ExplorerCanPublish", "Explorer", "Viewer"];

const SUBJECTS: [&str; 6] = ["Sales", "Finance", "Customers", "Inventory", "Forecast", "Staff"];

// The second is nested in the first, the sixth in the second. The fifth has a name that shakes out
// missing escapes.
const PROJECTS: [(&str, &str, Option<u64>); 7] = [
    ("default", "The project for everything that has no other.", None),
    ("Finance", "Budgets and results.", None),
    ("Quarterly", "Results, by quarter.", Some(1)),
    ("Marketing", "", None),
    ("R&D <\"'>", "Names of projects can be anything.", None),
    ("Sales", "", None),
    ("Archive", "Locked: its permissions hold for all below.", Some(2)),
];

impl Sample {
    /// A time for item `n`, within two years and never before its kind's `since`.
    fn time(n: u64, minutes: u64) -> Timestamp {
        let within = (n % 1_000_000) * 61 + minutes * 60;
        let second = 1_704_067_200 + i64::try_from(within).unwrap_or_default();
        Timestamp::from_second(second).unwrap_or_default()
    }

    fn user(&self, n: u64) -> String {
        // Generators divide by sizes that a builder can set to 0; then only the first is named.
        luid(Kind::User, self.site, n % self.sizes.users.max(1))
    }

    fn project(&self, n: u64) -> String {
        luid(Kind::Project, self.site, n % self.sizes.projects.max(1))
    }

    /// What workbooks, data sources and flows have in common; `what` is `workbook`.
    fn common(&self, kind: Kind, what: &str, name: String, n: u64) -> Common {
        Common {
            number: n + 1,
            description: format!("Sample {what} {}.", n + 1),
            place: Place::Project(self.project(n)),
            owner: self.user(n),
            created: Sample::time(n, 0),
            updated: Sample::time(n, 300),
            tags: sample_tags(n),
            ..Common::new(luid(kind, self.site, n), name)
        }
    }

    /// Whether sample user `user` is in sample group `group`: all are in the first.
    pub(super) fn in_group(user: u64, group: u64) -> bool {
        group == 0 || user.is_multiple_of(group + 1)
    }
}

impl Item for User {
    const KIND: Kind = Kind::User;

    fn id(&self) -> &str {
        &self.id
    }

    fn generate(sample: &Sample, n: u64) -> User {
        let id = luid(Kind::User, sample.site, n);
        let Some(n) = n.checked_sub(1) else {
            return User {
                full_name: "Admin".to_owned(),
                email: "admin@example.com".to_owned(),
                last_login: Some(Sample::time(0, 60)),
                ..User::new(id, &sample.admin, "ServerAdministrator")
            };
        };
        let at = usize::try_from(n).unwrap_or(usize::MAX);
        let name = match FIRST_NAMES.get(at) {
            Some(name) => (*name).to_owned(),
            None => format!("user{}", n + 1),
        };
        let mut full_name = name.clone();
        full_name[..1].make_ascii_uppercase();
        User {
            full_name,
            email: format!("{name}@example.com"),
            last_login: (n % 3 != 2).then(|| Sample::time(n, 600)),
            ..User::new(id, &name, ROLES[at % ROLES.len()])
        }
    }
}

impl Item for Group {
    const KIND: Kind = Kind::Group;

    fn id(&self) -> &str {
        &self.id
    }

    fn generate(sample: &Sample, n: u64) -> Group {
        let name = match n {
            0 => "All Users".to_owned(),
            1 => "Analysts".to_owned(),
            2 => "Managers".to_owned(),
            n => format!("Group {n}"),
        };
        Group {
            id: luid(Kind::Group, sample.site, n),
            name,
            domain: "local".to_owned(),
            minimum_site_role: None,
            license_mode: None,
        }
    }
}

impl Item for Project {
    const KIND: Kind = Kind::Project;

    fn id(&self) -> &str {
        &self.id
    }

    fn generate(sample: &Sample, n: u64) -> Project {
        let at = usize::try_from(n).unwrap_or(usize::MAX);
        let (name, description, parent) = match PROJECTS.get(at) {
            Some((name, description, parent)) => {
                ((*name).to_owned(), (*description).to_owned(), *parent)
            }
            // Every third of the further ones is inside the one before it.
            None => (format!("Project {n}"), String::new(), (n % 3 == 2).then(|| n - 1)),
        };
        Project {
            id: luid(Kind::Project, sample.site, n),
            name,
            description,
            parent: parent.map(|parent| luid(Kind::Project, sample.site, parent)),
            content_permissions: if n == 6 { "LockedToProject" } else { "ManagedByOwner" }
                .to_owned(),
            owner: sample.user(0),
            created: Sample::time(n, 0),
            updated: Sample::time(n, 30),
        }
    }
}

impl Item for Workbook {
    const KIND: Kind = Kind::Workbook;

    fn id(&self) -> &str {
        &self.id
    }

    fn generate(sample: &Sample, n: u64) -> Workbook {
        let name = subject(n);
        Workbook {
            content_url: url_name(&name),
            size: 1 + n % 40,
            show_tabs: n.is_multiple_of(2),
            has_extracts: n % 4 == 1,
            common: sample.common(Kind::Workbook, "workbook", name, n),
            ..Workbook::new(String::new(), String::new())
        }
    }
}

impl Item for View {
    const KIND: Kind = Kind::View;

    fn id(&self) -> &str {
        &self.id
    }

    fn generate(sample: &Sample, n: u64) -> View {
        let (workbook, at) = (n / VIEWS, n % VIEWS);
        let name = if at == 0 { "Overview" } else { "Details" };
        View {
            id: luid(Kind::View, sample.site, n),
            name: name.to_owned(),
            workbook: luid(Kind::Workbook, sample.site, workbook),
            sheet: if at == 0 { Shown::Dashboard } else { Shown::Worksheet },
            hidden: false,
            tags: Vec::new(),
            created: Sample::time(workbook, 0),
            updated: Sample::time(workbook, 300),
            usage: workbook % 97 + at,
        }
    }
}

impl Item for Datasource {
    const KIND: Kind = Kind::Datasource;

    fn id(&self) -> &str {
        &self.id
    }

    fn generate(sample: &Sample, n: u64) -> Datasource {
        let name = format!("{} data", subject(n));
        Datasource {
            content_url: url_name(&name),
            size: 1 + n % 20,
            has_extracts: n.is_multiple_of(2),
            certified: n % 3 == 1,
            certification_note: if n % 3 == 1 { "Checked." } else { "" }.to_owned(),
            common: Common {
                owner: sample.user(n + 1),
                ..sample.common(Kind::Datasource, "data source", name, n)
            },
            ..Datasource::new(String::new(), String::new())
        }
    }
}

impl Item for Flow {
    const KIND: Kind = Kind::Flow;

    fn id(&self) -> &str {
        &self.id
    }

    fn generate(sample: &Sample, n: u64) -> Flow {
        let name = format!("{} flow", subject(n));
        Flow { common: sample.common(Kind::Flow, "flow", name, n), file_type: "tflx" }
    }
}

/// One of the first view of each workbook.
impl Item for CustomView {
    const KIND: Kind = Kind::CustomView;

    fn id(&self) -> &str {
        &self.id
    }

    fn generate(sample: &Sample, n: u64) -> CustomView {
        CustomView {
            id: luid(Kind::CustomView, sample.site, n),
            name: format!("My {}", subject(n)),
            view: luid(Kind::View, sample.site, n * VIEWS),
            owner: sample.user(n),
            shared: n.is_multiple_of(2),
            created: Sample::time(n, 60),
            updated: Sample::time(n, 360),
            default_of: Vec::new(),
        }
    }
}

fn subject(n: u64) -> String {
    let count = SUBJECTS.len() as u64;
    let subject = SUBJECTS[usize::try_from(n % count).unwrap_or_default()];
    match n / count {
        0 => subject.to_owned(),
        more => format!("{subject} {}", more + 1),
    }
}

fn sample_tags(n: u64) -> Vec<String> {
    let mut tags = Vec::new();
    if n.is_multiple_of(3) {
        tags.push("daily".to_owned());
    }
    if n.is_multiple_of(4) {
        tags.push("board room".to_owned());
    }
    tags
}

/// The part of a content URL that a name gives: its letters and digits.
pub(super) fn url_name(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric() || matches!(c, '_' | '-')).collect()
}
