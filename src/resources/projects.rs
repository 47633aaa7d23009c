//! Projects: `session.projects()`.

use std::borrow::Borrow;
use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::common::{List, OwnerDetails, filter_fields, find};
use crate::http::Request;
use crate::ids::{ProjectId, UserId};
use crate::operation::operations;
use crate::xml::element;
use crate::{Error, Result};

pub use crate::common::ContentPermissions;

operations! {
    LIST = GET "sites/{site}/projects" since (2, 0) scope "tableau:content:read"
        "Query Projects" "projects.htm#query_projects";
    CREATE = POST "sites/{site}/projects" since (1, 0) scope "tableau:projects:create"
        errors [400008, 403008, 409006]
        "Create Project" "projects.htm#create_project";
    UPDATE = PUT "sites/{site}/projects/{project}" since (1, 0) scope "tableau:projects:update"
        errors [400008, 403005, 403008, 404005, 404009, 409006]
        "Update Project" "projects.htm#update_project";
    DELETE = DELETE "sites/{site}/projects/{project}" since (1, 0)
        scope "tableau:projects:delete" errors [403003, 404005]
        "Delete Project" "projects.htm#delete_project";
}

super::resource! {
    /// The projects of a site.
    Projects
}

impl<'s> Projects<'s> {
    /// Lists the projects that the user can see, nested ones included.
    #[doc = rest!(LIST)]
    #[doc(alias("all", "get"))]
    #[inline]
    pub fn list(&self) -> List<'s, Project> {
        List::of(self.client, &LIST, &[])
    }

    /// Returns a project. The REST API has no operation for one project, so this reads the list of
    /// projects until it finds the project.
    ///
    /// # Errors
    ///
    /// [`NotFound`](crate::ErrorKind::NotFound) if the user can see no such project.
    #[doc = rest!(LIST)]
    #[doc(alias = "get_by_id")]
    pub fn get(&self, id: impl Into<ProjectId>) -> Result<Project> {
        let id = id.into();
        find::by_id(self.list(), |project| project.id == id, "project", id.as_str())
    }

    /// Finds a project by its path. `None` if it does not exist. `Marketing/Q1` is the project `Q1`
    /// in the top-level project `Marketing`. In a name, `\/` is a slash and `\\` a backslash. Each
    /// name of the path takes one request or more.
    ///
    /// A project whose parent the user cannot see is found by its own name and by any path that
    /// ends with it, because the names above it are not known: `Q1` and `Marketing/Q1`. Such a
    /// project is searched for only if no project has exactly the path, and not below a path that
    /// the user can see.
    ///
    /// # Errors
    ///
    /// [`Ambiguous`](crate::ErrorKind::Ambiguous) if several projects have the path, and
    /// [`Input`](crate::ErrorKind::Input) if the path is empty.
    #[doc = rest!(LIST)]
    #[doc(alias = "find_by_name")]
    #[inline]
    pub fn find(&self, path: &str) -> Result<Option<Project>> {
        self.find_path(find::names(path))
    }

    /// Finds a project by the names in its path, as [`find`](Projects::find) does. The names are not
    /// unescaped.
    #[doc = rest!(LIST)]
    #[doc(alias = "get_by_path")]
    pub fn find_path<N: AsRef<str>>(
        &self,
        names: impl IntoIterator<Item = N>,
    ) -> Result<Option<Project>> {
        let names: Vec<N> = names.into_iter().collect();
        let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        let Some(last) = names.last() else {
            return Err(Error::input("invalid project path: must have at least one name"));
        };
        let named = || {
            let fits = |project: &Project| project.name == *last;
            find::fitting(self.list(), &[NAME.eq(*last)], &fits)
        };
        let (mut found, mut others) = match names.len() {
            1 => named()?.into_iter().partition(|project| project.parent.is_none()),
            _ => (self.visible(&names)?, Vec::new()),
        };
        if found.is_empty() && names.len() > 1 {
            others = named()?;
        }
        if found.is_empty() && others.iter().any(|project| project.parent.is_some()) {
            let all = Tree::read(self)?;
            found = others.into_iter().filter(|project| all.is_below(project, &names)).collect();
        }
        let what = format!("projects have the path {:?}", names.join("/"));
        find::only(self.client, found, &what, &|project| project.id.to_string())
    }

    /// The projects with exactly this path, all of which the user can see.
    #[inline]
    fn visible(&self, names: &[&str]) -> Result<Vec<Project>> {
        let mut found: Vec<Project> = Vec::new();
        for (depth, &name) in names.iter().enumerate() {
            let parents = match depth {
                0 => vec![None],
                _ => found.into_iter().map(|parent| Some(parent.id)).collect(),
            };
            found = Vec::new();
            for parent in parents {
                let mut filters = vec![NAME.eq(name)];
                filters.extend(parent.as_ref().map(|parent| PARENT_PROJECT_ID.eq(parent)));
                let fits = |project: &Project| project.name == name && project.parent == parent;
                found.extend(find::fitting(self.list(), &filters, &fits)?);
            }
            if found.is_empty() {
                break;
            }
        }
        Ok(found)
    }

    /// The project with this id, and with `nested` those below it that the user can see.
    #[inline]
    pub(super) fn with_nested(&self, id: &ProjectId, nested: bool) -> Result<Vec<Project>> {
        match nested {
            false => Ok(vec![self.get(id)?]),
            true => Tree::read(self)?.into_below(id),
        }
    }

    /// Creates a project.
    #[doc = rest!(CREATE)]
    pub fn create(&self, project: impl Borrow<NewProject>) -> Result<Project> {
        self.client.create(&CREATE, &[], project.borrow())
    }

    /// Creates a project with Tableau's sample workbooks.
    #[doc = rest!(CREATE)]
    pub fn create_with_samples(&self, project: impl Borrow<NewProject>) -> Result<Project> {
        let request = with_samples(self.client.request(&CREATE, &[]));
        self.client.read(request.element(project.borrow())?, "project")
    }

    /// Changes a project.
    #[doc = rest!(UPDATE)]
    pub fn update(
        &self,
        id: impl Into<ProjectId>,
        changes: impl Borrow<ProjectUpdate>,
    ) -> Result<Project> {
        self.client.update(&UPDATE, &[&id.into()], changes.borrow())
    }

    /// Changes a project and publishes Tableau's sample workbooks to it.
    #[doc = rest!(UPDATE)]
    pub fn update_with_samples(
        &self,
        id: impl Into<ProjectId>,
        changes: impl Borrow<ProjectUpdate>,
    ) -> Result<Project> {
        let request = with_samples(self.client.request(&UPDATE, &[&id.into()]));
        self.client.change(request, changes.borrow())
    }

    /// Deletes a project with all its content.
    #[doc = rest!(DELETE)]
    pub fn delete(&self, id: impl Into<ProjectId>) -> Result<()> {
        self.client.send(&DELETE, &[&id.into()])
    }
}

/// All projects that the user can see.
struct Tree(HashMap<ProjectId, Project>);

impl Tree {
    #[inline]
    fn read(projects: &Projects<'_>) -> Result<Tree> {
        let by_id = |project: Result<Project>| project.map(|project| (project.id.clone(), project));
        projects.list().into_iter().map(by_id).collect::<Result<_>>().map(Tree)
    }

    /// The names of a project and of its visible parents, from the project up; and whether the last
    /// one has a parent that is not visible.
    #[inline]
    fn path(&self, project: &Project) -> (Vec<&str>, bool) {
        let (mut names, mut next) = (Vec::new(), Some(&project.id));
        while let Some(project) = next.and_then(|id| self.0.get(id)) {
            names.push(&*project.name);
            next = project.parent.as_ref();
            // The server returned a cycle of parents.
            if names.len() > self.0.len() {
                break;
            }
        }
        (names, next.is_some())
    }

    /// Whether a project is at the end of this path, below a project that is not visible.
    #[inline]
    fn is_below(&self, project: &Project, path: &[&str]) -> bool {
        let (names, has_hidden_parent) = self.path(project);
        let Some(above) = path.len().checked_sub(names.len()) else { return false };
        let (above, own) = path.split_at(above);
        let is_visible = |path: &[&str]| {
            self.0
                .values()
                .any(|other| self.path(other) == (path.iter().rev().copied().collect(), false))
        };
        has_hidden_parent
            && own.iter().rev().eq(names.iter())
            && (above.is_empty() || !is_visible(above))
    }

    /// The project with this id and those below it.
    #[inline]
    fn into_below(self, id: &ProjectId) -> Result<Vec<Project>> {
        let mut below: HashSet<&ProjectId> = HashSet::from([id]);
        loop {
            let is_new = |project: &&Project| {
                project.parent.as_ref().is_some_and(|parent| below.contains(parent))
                    && !below.contains(&project.id)
            };
            let more: Vec<&ProjectId> =
                self.0.values().filter(is_new).map(|project| &project.id).collect();
            if more.is_empty() {
                break;
            }
            below.extend(more);
        }
        if !self.0.contains_key(id) {
            return Err(find::not_found("project", id.as_str()));
        }
        let below: HashSet<ProjectId> = below.into_iter().cloned().collect();
        Ok(self.0.into_values().filter(|project| below.contains(&project.id)).collect())
    }
}

#[inline]
fn with_samples(request: Request<'static>) -> Request<'static> {
    request.query("publishSamples", "true")
}

element! {
    /// A project.
    pub struct Project = "project" in "projects";
    /// A project to create; see [`Projects::create`].
    pub struct NewProject: new;
    /// Changes to a project; see [`Projects::update`].
    pub struct ProjectUpdate: update;
    {
        /// The project's id.
        id: ProjectId = attr("id");
        /// The project's name, unique within its parent.
        name: String = attr("name"), set String;
        /// The description. In an update, `""` clears it.
        description: Option<String> = attr("description"), set String;
        /// How the permissions of its content are managed.
        content_permissions: Option<ContentPermissions> =
            attr("contentPermissions"), set ContentPermissions;
        /// The parent project. `None` at the top level. In an update, `""` moves the project to the
        /// top level.
        parent: Option<ProjectId> = attr("parentProjectId"), set ProjectId;
        /// The ancestor project that sets its permissions, if that project is locked.
        controlling_permissions_project: Option<ProjectId> =
            attr("controllingPermissionsProjectId");
        /// Whether it is at the top level.
        top_level: Option<bool> = attr("topLevelProject");
        /// Whether the user can publish to it.
        writeable: Option<bool> = attr("writeable");
        /// The number of users who have it as a favorite.
        favorites_total: Option<u64> = attr("favoritesTotal");
        /// When it was created.
        created_at: Option<Timestamp> = attr("createdAt");
        /// When it was last changed.
        updated_at: Option<Timestamp> = attr("updatedAt");
        /// The owner.
        owner: Option<UserId> = child_id("owner"), update UserId;
        /// The owner's name.
        owner_name: Option<String> = child_attr("owner", "name");
        /// The owner's other fields.
        owner_details: Option<OwnerDetails> = child("owner");
        /// The number of projects in it.
        project_count: Option<u64> = child_attr("contentsCounts", "projectCount");
        /// The number of workbooks in it.
        workbook_count: Option<u64> = child_attr("contentsCounts", "workbookCount");
        /// The number of views in it.
        view_count: Option<u64> = child_attr("contentsCounts", "viewCount");
        /// The number of data sources in it.
        datasource_count: Option<u64> = child_either("contentsCounts", "datasourceCount", "dataSourceCount");
    }
}

impl NewProject {
    /// A project with this name, at the top level unless [`parent`](NewProject::parent) is set.
    pub fn new(name: impl Into<String>) -> NewProject {
        NewProject::blank().name(name)
    }
}

filter_fields! {
    for Project;
    CREATED_AT = "createdAt" Time [eq gt gte lt lte];
    NAME = "name" Text [eq in];
    OWNER_DOMAIN = "ownerDomain" Text [eq in];
    OWNER_EMAIL = "ownerEmail" Text [eq in];
    OWNER_NAME = "ownerName" Text [eq in];
    PARENT_PROJECT_ID = "parentProjectId" (ProjectId) [eq in];
    TOP_LEVEL_PROJECT = "topLevelProject" Flag [eq];
    UPDATED_AT = "updatedAt" Time [eq gt gte lt lte];
}
