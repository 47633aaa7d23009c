//! Projects: `session.projects()`.

use std::borrow::Borrow;

use jiff::Timestamp;

pub use crate::common::ContentPermissions;
use crate::common::{List, OwnerDetails, find};
use crate::http::Request;
use crate::ids::{Located, ProjectId, UserId};
use crate::xml::element;
use crate::{Error, ErrorKind, Result};

super::resource! {
    /// The projects of a site.
    Projects
}

impl<'s> Projects<'s> {
    /// All projects that the user may see, of every level.
    ///
    /// REST: [Query Projects](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_projects.htm#query_projects), API 2.0.
    pub fn list(&self) -> List<'s, Project> {
        List::new(self.client, self.client.site("projects"))
    }

    /// One project. The REST API has no call for that, so this reads the list until it comes to it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] where no project of the list has that id.
    ///
    /// REST: [Query Projects](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_projects.htm#query_projects), API 2.0.
    pub fn get(&self, id: impl Into<ProjectId>) -> Result<Project> {
        let id = &id.into();
        let is_it = |project: &Result<Project>| match project {
            Ok(project) => project.id == *id,
            Err(_) => true,
        };
        self.list().into_iter().find(is_it).unwrap_or_else(|| {
            let what =
                format!("no project of the site, as far as the user may see, has the id {id}");
            Err(Error::new(ErrorKind::NotFound, what))
        })
    }

    /// The project at a path, if there is one: `Marketing/Q1` is the project `Q1` in the project
    /// `Marketing` of the top level. In a name `\/` is a slash, and `\\` a backslash.
    ///
    /// # Errors
    ///
    /// [`Ambiguous`](ErrorKind::Ambiguous) where several projects have that path, and
    /// [`Input`](ErrorKind::Input) where the path names none.
    ///
    /// REST: [Query Projects](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_projects.htm#query_projects), once for each part.
    pub fn find(&self, path: &str) -> Result<Option<Project>> {
        self.find_path(find::names(path))
    }

    /// As [`find`](Projects::find), by the names from the top level on, whatever marks they hold.
    pub fn find_path<N: AsRef<str>>(
        &self,
        names: impl IntoIterator<Item = N>,
    ) -> Result<Option<Project>> {
        let mut found: Vec<Project> = Vec::new();
        let mut path = String::new();
        for (depth, name) in names.into_iter().enumerate() {
            let name = name.as_ref();
            path = if depth == 0 { name.to_owned() } else { format!("{path}/{name}") };
            let parents = match depth {
                0 => vec![None],
                _ => found.into_iter().map(|parent| Some(parent.id)).collect(),
            };
            found = Vec::new();
            for parent in parents {
                let within = parent.as_ref().map(|parent| PARENT_PROJECT_ID.eq(parent));
                let filters = [NAME.eq(name)].into_iter().chain(within);
                let fits = |project: &Project| project.name == name && project.parent == parent;
                found.extend(find::fitting(self.list(), filters, fits)?);
            }
            if found.is_empty() {
                return Ok(None);
            }
        }
        if path.is_empty() {
            return Err(Error::input("the path of a project names none"));
        }
        let what = || format!("projects have the path {path:?}");
        find::only(self.client, found, what, |project| project.id.to_string())
    }

    /// Creates a project.
    ///
    /// REST: [Create Project](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_projects.htm#create_project), API 2.0.
    pub fn create(&self, project: impl Borrow<NewProject>) -> Result<Project> {
        let request = Request::post(self.client.site("projects"));
        self.client.read(request.element(project.borrow())?, "project")
    }

    /// As [`create`](Projects::create), with Tableau's sample workbooks in it.
    ///
    /// REST: [Create Project](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_projects.htm#create_project), API 2.0.
    pub fn create_with_samples(&self, project: impl Borrow<NewProject>) -> Result<Project> {
        let request = Request::post(self.client.site("projects")).query("publishSamples", "true");
        self.client.read(request.element(project.borrow())?, "project")
    }

    /// Changes a project: what the update leaves unset stays as it is.
    ///
    /// REST: [Update Project](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_projects.htm#update_project), API 2.0.
    pub fn update(
        &self,
        id: impl Into<ProjectId>,
        changes: impl Borrow<ProjectUpdate>,
    ) -> Result<Project> {
        let id = &id.into();
        let request = Request::put(self.client.site(&id.path()));
        self.client.change(request, changes.borrow())
    }

    /// As [`update`](Projects::update), and publishes Tableau's sample workbooks to it.
    ///
    /// REST: [Update Project](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_projects.htm#update_project), API 2.0.
    pub fn update_with_samples(
        &self,
        id: impl Into<ProjectId>,
        changes: impl Borrow<ProjectUpdate>,
    ) -> Result<Project> {
        let id = &id.into();
        let request = Request::put(self.client.site(&id.path())).query("publishSamples", "true");
        self.client.change(request, changes.borrow())
    }

    /// Deletes a project and everything in it.
    ///
    /// REST: [Delete Project](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_projects.htm#delete_project), API 2.0.
    pub fn delete(&self, id: impl Into<ProjectId>) -> Result<()> {
        let id = &id.into();
        self.client.done(Request::delete(self.client.site(&id.path())))
    }
}

element! {
    /// A project.
    pub struct Project = "project" in "projects";
    /// A project to create; see [`Projects::create`].
    pub struct NewProject: new;
    /// Changes to a project; see [`Projects::update`].
    pub struct ProjectUpdate: update;
    {
        /// Its id.
        id: ProjectId = attr("id");
        /// Its name, unique among its siblings.
        name: String = attr("name"), set String;
        /// What it is for. Empty clears it.
        description: Option<String> = attr("description"), set String;
        /// Who sets the permissions of its content.
        content_permissions: Option<ContentPermissions> =
            attr("contentPermissions"), set ContentPermissions;
        /// The project that it is in; none for one of the top level. In an update, `""` moves it
        /// to the top level.
        parent: Option<ProjectId> = attr("parentProjectId"), set ProjectId;
        /// The project that sets the permissions, where its content is locked to one above it.
        controlling_permissions_project: Option<ProjectId> =
            attr("controllingPermissionsProjectId");
        /// Whether it is of the top level.
        top_level: Option<bool> = attr("topLevelProject");
        /// Whether the user may publish to it.
        writeable: Option<bool> = attr("writeable");
        /// How many users have it among their favorites.
        favorites_total: Option<u64> = attr("favoritesTotal");
        /// When it was created.
        created_at: Option<Timestamp> = attr("createdAt");
        /// When it was last changed.
        updated_at: Option<Timestamp> = attr("updatedAt");
        /// Who owns it.
        owner: Option<UserId> = child_id("owner"), update UserId;
        /// The owner's name.
        owner_name: Option<String> = child_attr("owner", "name");
        /// More about the owner.
        owner_details: Option<OwnerDetails> = child("owner");
        /// How many projects are in it.
        project_count: Option<u64> = child_attr("contentsCounts", "projectCount");
        /// How many workbooks are in it.
        workbook_count: Option<u64> = child_attr("contentsCounts", "workbookCount");
        /// How many views are in it.
        view_count: Option<u64> = child_attr("contentsCounts", "viewCount");
        /// How many data sources are in it.
        datasource_count: Option<u64> = child_either("contentsCounts", "datasourceCount", "dataSourceCount");
    }
}

impl NewProject {
    /// A project of this name, at the top level unless [`parent`](NewProject::parent) is set.
    pub fn new(name: impl Into<String>) -> NewProject {
        NewProject::blank().name(name)
    }
}

crate::common::filter_fields! {
    for Project;
    CREATED_AT = "createdAt" Time [eq gt gte lt lte];
    NAME = "name" Text [eq in];
    OWNER_DOMAIN = "ownerDomain" Text [eq in];
    OWNER_EMAIL = "ownerEmail" Text [eq in];
    OWNER_NAME = "ownerName" Text [eq in];
    PARENT_PROJECT_ID = "parentProjectId" (crate::ProjectId) [eq in];
    TOP_LEVEL_PROJECT = "topLevelProject" Flag [eq];
    UPDATED_AT = "updatedAt" Time [eq gt gte lt lte];
}
