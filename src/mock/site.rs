//! [`Site`]: a site and all that is on it.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::collection::{Collection, Item};
use super::context::Context;
use super::luid::{Kind, luid};
use super::resources::{
    Connection, CustomView, Datasource, Flow, Group, Job, Project, Revision, Rule, Upload, User,
    View, Warning, Workbook,
};
use super::sample::{Sample, Sizes, VIEWS};

/// A site.
pub(super) struct Site {
    pub(super) number: u16,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) content_url: String,
    /// What `Update Site` changed: attribute and value.
    pub(super) settings: BTreeMap<&'static str, String>,
    pub(super) users: Collection<User>,
    pub(super) groups: Collection<Group>,
    pub(super) projects: Collection<Project>,
    pub(super) workbooks: Collection<Workbook>,
    pub(super) views: Collection<View>,
    pub(super) datasources: Collection<Datasource>,
    pub(super) flows: Collection<Flow>,
    pub(super) custom_views: Collection<CustomView>,
    pub(super) warnings: Vec<Warning>,
    /// How many warnings there have been.
    pub(super) warned: u64,
    /// Who was added to a group or taken out of it: by group and user.
    pub(super) members: BTreeMap<(String, String), bool>,
    /// By what they are on, and for which kind of content where they are a project's defaults.
    pub(super) permissions: BTreeMap<(String, &'static str), Vec<Rule>>,
    /// By workbook or data source; where absent, there is the one of the sample.
    pub(super) connections: HashMap<String, Vec<Connection>>,
    /// How many connections publishing has made.
    pub(super) connected: u64,
    /// By workbook or data source; where absent, there is the sample's one revision.
    pub(super) revisions: HashMap<String, Vec<Revision>>,
    pub(super) uploads: HashMap<String, Upload>,
    pub(super) jobs: Vec<Job>,
    /// The jobs that changed a data source's data, by its id and the request's.
    pub(super) data_updates: HashMap<(String, String), String>,
    /// How often content was put on a schedule.
    pub(super) scheduled: u64,
}

impl Site {
    pub(super) fn new(
        number: u16,
        name: &str,
        content_url: &str,
        admin: &str,
        sizes: &Sizes,
    ) -> Site {
        let sample = Sample { site: number, sizes: sizes.clone(), admin: admin.into() };
        Site {
            number,
            id: luid(Kind::Site, number, u64::from(number)),
            name: name.to_owned(),
            content_url: content_url.to_owned(),
            settings: BTreeMap::new(),
            // There is always an administrator, the default project and the group of all users.
            users: Collection::new(&sample, sizes.users.max(1)),
            groups: Collection::new(&sample, sizes.groups.max(1)),
            projects: Collection::new(&sample, sizes.projects.max(1)),
            workbooks: Collection::new(&sample, sizes.workbooks),
            views: Collection::new(&sample, sizes.workbooks * VIEWS),
            datasources: Collection::new(&sample, sizes.datasources),
            // A few of each, where there is content at all.
            flows: Collection::new(&sample, sizes.datasources.min(3)),
            custom_views: Collection::new(&sample, sizes.workbooks.min(2)),
            warnings: Vec::new(),
            warned: 0,
            members: BTreeMap::new(),
            permissions: BTreeMap::new(),
            connections: HashMap::new(),
            connected: 0,
            revisions: HashMap::new(),
            uploads: HashMap::new(),
            jobs: Vec::new(),
            data_updates: HashMap::new(),
            scheduled: 0,
        }
    }

    /// A user by name, whatever its case.
    pub(super) fn user_named(&self, name: &str) -> Option<Cow<'_, User>> {
        // The one that signs in most is the first.
        self.users.iter().find(|user| user.name.to_lowercase() == name.to_lowercase())
    }

    /// Whether there is content here that the caller may not know of.
    pub(super) fn hides_content(&self, ctx: &Context) -> bool {
        // The generated ones are all in projects.
        self.workbooks.kept().any(|workbook| !workbook.is_seen_by(ctx))
    }

    pub(super) fn project_name(&self, id: &str) -> String {
        self.projects.find(id).map(|project| project.name.clone()).unwrap_or_default()
    }

    pub(super) fn user_name(&self, id: &str) -> String {
        self.users.find(id).map(|user| user.name.clone()).unwrap_or_default()
    }

    /// The views of a workbook, in the order of its sheets.
    pub(super) fn views_of(&self, workbook: &str) -> Vec<Cow<'_, View>> {
        let generated = super::luid::number(workbook, Kind::Workbook, self.number)
            .filter(|&n| n < super::luid::ADDED)
            .into_iter()
            .flat_map(|n| (n * VIEWS)..((n + 1) * VIEWS))
            .filter_map(|n| self.views.find(&luid(Kind::View, self.number, n)));
        let mut views: Vec<Cow<'_, View>> =
            generated.filter(|view| view.workbook == workbook).collect();
        for view in self.views.kept().filter(|view| view.workbook == workbook) {
            if !views.iter().any(|known| known.id() == view.id()) {
                views.push(Cow::Borrowed(view));
            }
        }
        views
    }

    /// Takes away all that hung on a workbook or data source.
    pub(super) fn forget(&mut self, id: &str) {
        self.connections.remove(id);
        self.revisions.remove(id);
        self.warnings.retain(|warning| warning.content != id);
        self.permissions.retain(|(on, _), _| on != id);
    }
}
