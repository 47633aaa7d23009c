//! Content that is added with the builder. It is created by handling requests of the administrator
//! in process.

use super::MockServer;
use super::api_error::ApiError;
use super::builder::Builder;
use super::context::Caller;
use super::element::Element;
use super::inspect::admin;
use super::luid::luid;
use super::multipart;
use super::net::lock;
use super::record::{Record, Resource};
use super::request::Request;
use super::resources::{
    PROJECT, Project, SITE_ROLES, USER, User, View, add_linked_task, complete_new_user,
};
use super::response::Body;
use super::schema::contains;
use super::server_state::ServerState;
use super::site::Site;
use crate::{Error, ErrorKind, Result};

/// Content to add to every site, or to the server.
#[derive(Clone, Debug)]
pub(super) enum Seed {
    /// An item, created with a `POST` request with this path and element.
    Item(&'static str, Element),
    /// Settings, changed with a `PUT` request with this path and element.
    Settings(&'static str, Element),
    /// A group, by its name and the names of its members.
    Group(String, Vec<String>),
    /// A group set, by its name and the names of its groups.
    GroupSet(String, Vec<String>),
    /// A published file: the path segment of its resource, the path of the item including its
    /// projects, the file extension, and the content.
    Content(&'static str, String, &'static str, Vec<u8>),
    /// A custom view, by its name and the path of its workbook.
    CustomView(String, String),
    /// A data-driven alert, by its subject and the name of its workbook.
    DataAlert(String, String),
    /// A data quality warning, by the name of its data source and its type.
    Warning(String, String),
    /// A linked task, by the name of its schedule and the names of its flows.
    LinkedTask(String, Vec<String>),
    /// A refresh job, by the name of its workbook.
    Refresh(String),
}

/// Content for tests. Each method adds an item to every site, owned by the administrator.
impl Builder {
    /// A local group with these members, who have to exist.
    ///
    /// ```
    /// use tableau_server_client::mock::MockServer;
    ///
    /// # fn main() -> tableau_server_client::Result<()> {
    /// let mock = MockServer::builder()
    ///     .user("ada", "her password", "Viewer")
    ///     .group("Sales", ["ada"])
    ///     .start()?;
    /// assert!(mock.groups().iter().any(|group| group.name() == "Sales"));
    /// assert_eq!(mock.group_members("Sales"), ["ada"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn group<M: Into<String>>(
        self,
        name: impl Into<String>,
        members: impl IntoIterator<Item = M>,
    ) -> Builder {
        let members = members.into_iter().map(Into::into).collect();
        self.seed(Seed::Group(name.into(), members))
    }

    /// A group set with these groups, which have to exist. API 3.22.
    pub fn group_set<G: Into<String>>(
        self,
        name: impl Into<String>,
        groups: impl IntoIterator<Item = G>,
    ) -> Builder {
        let groups = groups.into_iter().map(Into::into).collect();
        self.seed(Seed::GroupSet(name.into(), groups))
    }

    /// A workbook with one view for each name, by its path: `"Finance/Reports/Budget"`. Projects
    /// that do not exist are created; without one, it is in the default project.
    pub fn workbook<V: AsRef<str>>(
        self,
        path: impl Into<String>,
        views: impl IntoIterator<Item = V>,
    ) -> Builder {
        let path = path.into();
        let views: Vec<V> = views.into_iter().collect();
        let sheets = views.iter().map(|view| (view.as_ref(), "view"));
        let file = super::files::twb(name_in(&path), sheets);
        self.seed(Seed::Content("workbooks", path, "twb", file))
    }

    /// A published data source, by its path: `"Finance/Orders"`.
    pub fn datasource(self, path: impl Into<String>) -> Builder {
        let path = path.into();
        let file = super::files::tds(name_in(&path));
        self.seed(Seed::Content("datasources", path, "tds", file))
    }

    /// A flow, by its path: `"Finance/Orders"`.
    pub fn flow(self, path: impl Into<String>) -> Builder {
        let path = path.into();
        let file = super::files::tflx(name_in(&path));
        self.seed(Seed::Content("flows", path, "tflx", file))
    }

    /// A custom view of the first view of the workbook of that name.
    pub fn custom_view(self, name: impl Into<String>, workbook: impl Into<String>) -> Builder {
        self.seed(Seed::CustomView(name.into(), workbook.into()))
    }

    /// A data-driven alert on the first view of the workbook of that name.
    pub fn data_alert(self, subject: impl Into<String>, workbook: impl Into<String>) -> Builder {
        self.seed(Seed::DataAlert(subject.into(), workbook.into()))
    }

    /// A data quality warning on the data source of that name, of a type such as `Deprecated` or
    /// `Stale`.
    pub fn data_quality_warning(
        self,
        datasource: impl Into<String>,
        warning_type: impl Into<String>,
    ) -> Builder {
        self.seed(Seed::Warning(datasource.into(), warning_type.into()))
    }

    /// A job that refreshes the extracts of the workbook of that name and has not started yet.
    pub fn refresh_job(self, workbook: impl Into<String>) -> Builder {
        self.seed(Seed::Refresh(workbook.into()))
    }

    /// A linked task that runs the flows of these names, one after the other, on the server's schedule
    /// of that name. The sample schedule `Every night` is one for flows.
    pub fn linked_task<F: Into<String>>(
        self,
        schedule: impl Into<String>,
        flows: impl IntoIterator<Item = F>,
    ) -> Builder {
        let flows = flows.into_iter().map(Into::into).collect();
        self.seed(Seed::LinkedTask(schedule.into(), flows))
    }

    /// A webhook for an event such as `WorkbookDeleted`. The URL has to begin with `https://`.
    pub fn webhook(
        self,
        name: impl Into<String>,
        event: impl Into<String>,
        url: impl Into<String>,
    ) -> Builder {
        let target = Element::new("webhook-destination-http");
        let target = target.with("method", "POST").with("url", url.into());
        let destination = Element::new("webhook-destination").containing([target]);
        let hook = Element::new("webhook").with("name", name.into()).with("event", event.into());
        self.seed(Seed::Item("webhooks", hook.containing([destination])))
    }

    /// An OpenID Connect configuration, whose endpoints are at `https://idp.example`.
    pub fn oidc_configuration(self, name: impl Into<String>) -> Builder {
        let configuration = Element::new("siteOIDCConfiguration")
            .with("idpConfigurationName", name.into())
            .with("enabled", true)
            .with("clientId", "client")
            .with("clientSecret", "secret");
        let endpoints = [
            ("authorizationEndpoint", "authorize"),
            ("tokenEndpoint", "token"),
            ("userinfoEndpoint", "userinfo"),
            ("jwksUri", "keys"),
        ];
        let configuration = endpoints.into_iter().fold(configuration, |element, (name, path)| {
            element.with(name, format!("https://idp.example/{path}"))
        });
        self.seed(Seed::Settings("site-oidc-configuration", configuration))
    }

    /// An external authorization server. [`connected_app`](Builder::connected_app) adds a connected
    /// app with direct trust.
    pub fn external_authorization_server(
        self,
        name: impl Into<String>,
        issuer_url: impl Into<String>,
    ) -> Builder {
        let server = Element::new("externalAuthorizationServer")
            .with("name", name.into())
            .with("issuerUrl", issuer_url.into());
        self.seed(Seed::Item("connected-apps/external-authorization-servers", server))
    }

    /// A daily schedule of the server for tasks of that type: `Extract`, `Flow` or `Subscription`.
    pub fn schedule(self, name: impl Into<String>, task_type: impl Into<String>) -> Builder {
        let schedule = Element::new("schedule")
            .with("name", name.into())
            .with("type", task_type.into())
            .with("priority", 50)
            .with("frequency", "Daily")
            .containing([Element::new("frequencyDetails").with("start", "04:00:00")]);
        self.seed(Seed::Item("/schedules", schedule))
    }
}

/// The last part of an item's path.
fn name_in(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The body of a request with the element.
fn request_body(element: Element) -> Vec<u8> {
    let mut body = String::new();
    Element::new("tsRequest").containing([element]).write(&mut body);
    body.into_bytes()
}

impl Seed {
    /// Adds the content.
    pub(super) fn add(&self, mock: &MockServer) -> Result<()> {
        let mut state = lock(&mock.service.state);
        let sites: Vec<(String, Caller)> =
            state.sites.values().map(|site| (site.id.clone(), admin(site))).collect();
        let is_server_wide = matches!(self, Seed::Item(path, _) if path.starts_with('/'));
        let count = if is_server_wide { 1 } else { sites.len() };
        for (site, admin) in sites.into_iter().take(count) {
            Sender { mock, state: &mut state, site, admin }.add(self)?;
        }
        Ok(())
    }
}

/// Sends requests in process.
struct Sender<'a> {
    mock: &'a MockServer,
    state: &'a mut ServerState,
    site: String,
    admin: Caller,
}

impl Sender<'_> {
    fn add(&mut self, seed: &Seed) -> Result<()> {
        match seed {
            Seed::Item(path, element) => self.post(path, element.clone()).map(drop),
            Seed::Settings(path, element) => {
                let body = request_body(element.clone());
                self.send("PUT", path, Vec::new(), body).map(drop)
            }
            Seed::Group(name, members) => {
                let group = self.post("groups", Element::new("group").with("name", name))?;
                let path = format!("groups/{}/users", group.attr("id").unwrap_or_default());
                for member in members {
                    let id = self.id_of("users", member)?;
                    self.post(&path, Element::reference("user", &id))?;
                }
                Ok(())
            }
            Seed::GroupSet(name, groups) => {
                let set = self.post("groupsets", Element::new("groupSet").with("name", name))?;
                let set = set.attr("id").unwrap_or_default();
                for group in groups {
                    let path = format!("groupsets/{set}/groups/{}", self.id_of("groups", group)?);
                    self.send("PUT", &path, Vec::new(), Vec::new())?;
                }
                Ok(())
            }
            Seed::Content(segment, path, extension, file) => {
                let project = path.rsplit_once('/').map_or("", |(project, _)| project);
                let now = self.state.clock.now();
                let project = match self.state.sites.get_mut(&self.admin.site) {
                    Some(site) => ensure_project(site, project, now),
                    None => return Ok(()),
                };
                let element = Element::new(segment.trim_end_matches('s'))
                    .with("name", name_in(path))
                    .containing([Element::reference("project", &project)]);
                self.publish(segment, &element, extension, file)
            }
            Seed::CustomView(name, workbook) => {
                let workbook = self.id_of("workbooks", workbook)?;
                let element = Element::new("customView")
                    .with("name", name)
                    .containing([Element::reference("workbook", &workbook)]);
                self.publish("customviews", &element, "json", b"{}")
            }
            Seed::Warning(datasource, kind) => {
                let id = self.id_of("datasources", datasource)?;
                let warning = Element::new("dataQualityWarning").with("type", kind);
                self.post(&format!("dataQualityWarnings/datasource/{id}"), warning).map(drop)
            }
            Seed::LinkedTask(schedule, flows) => {
                let flows: Result<Vec<String>> =
                    flows.iter().map(|flow| self.id_of("flows", flow)).collect();
                add_linked_task(self.state, self.admin.site, schedule, &flows?).map_err(rejected)
            }
            Seed::Refresh(workbook) => {
                let id = self.id_of("workbooks", workbook)?;
                self.send("POST", &format!("workbooks/{id}/refresh"), Vec::new(), Vec::new())
                    .map(drop)
            }
            Seed::DataAlert(subject, workbook) => {
                let workbook = self.id_of("workbooks", workbook)?;
                let site = self.state.sites.get(&self.admin.site);
                let views = site.map(|site| View::ids_below(site, &workbook));
                let view = views.into_iter().flatten().next().unwrap_or_default();
                let element = Element::new("dataAlertCreateAlert")
                    .with("subject", subject)
                    .with("alertCondition", "above")
                    .with("alertThreshold", 0)
                    .with("frequency", "daily")
                    .with("visibility", "public")
                    .with("worksheetName", "Sheet 1")
                    .with("viewId", view);
                self.post("dataAlerts", element).map(drop)
            }
        }
    }

    /// The id of the item of that name.
    fn id_of(&self, segment: &str, name: &str) -> Result<String> {
        let site = self.state.sites.get(&self.admin.site);
        let found = site.and_then(|site| site.by_name(segment, name));
        found.map(|record| record.id.clone()).ok_or_else(|| {
            let what = format!("the mock server has no '{name}' among its {segment}");
            Error::new(ErrorKind::Config, what)
        })
    }

    fn post(&mut self, path: &str, element: Element) -> Result<Element> {
        self.send("POST", path, Vec::new(), request_body(element))
    }

    fn publish(
        &mut self,
        segment: &str,
        element: &Element,
        extension: &str,
        file: &[u8],
    ) -> Result<()> {
        let payload = request_body(element.clone());
        let part = match segment {
            "customviews" => "tableau_customview".to_owned(),
            _ => format!("tableau_{}", segment.trim_end_matches('s')),
        };
        let filename = format!("file.{extension}");
        let parts = [("request_payload", "", &*payload), (&part, &filename, file)];
        let (content_type, body) = multipart::write(&parts);
        let headers = vec![("Content-Type".to_owned(), content_type)];
        self.send("POST", segment, headers, body).map(drop)
    }

    fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    ) -> Result<Element> {
        let version = self.state.newest;
        let path = match path.strip_prefix('/') {
            Some(path) => format!("/api/{version}/{path}"),
            None => format!("/api/{version}/sites/{}/{path}", self.site),
        };
        let request = Request { headers, ..Request::internal(method, path, body) };
        let admin = Some(self.admin.clone());
        match self.mock.service.carry_out(self.state, &request, admin).map(|r| r.body) {
            Ok(Body::Elements(elements)) => Ok(elements.into_iter().next().unwrap_or_default()),
            Ok(_) => Ok(Element::default()),
            Err(error) => Err(rejected(error)),
        }
    }
}

fn rejected(error: ApiError) -> Error {
    let what = format!("the mock server rejects its content: {}", error.detail);
    Error::new(ErrorKind::Config, what)
}

/// Makes sure that the site has a user with that name and role.
pub(super) fn ensure_user(site: &mut Site, name: &str, role: &str) -> Result<(), ApiError> {
    if !contains(SITE_ROLES, role) {
        let detail = format!("'{role}' is not a site role: use one of {SITE_ROLES}");
        return Err(ApiError::bad("400013", detail));
    }
    let known = site.by_name("users", name).map(|user| user.id.clone());
    match known {
        Some(id) => site.get_mut::<User>(&id)?.set("siteRole", role),
        None => {
            let id = site.new_id::<User>();
            let mut user = Record::new(id).with("name", name).with("siteRole", role);
            complete_new_user(&mut user);
            site.add::<User>(user.with("authSetting", "ServerDefault"));
        }
    }
    Ok(())
}

/// Makes sure that the site has a project at that path and returns its id.
pub(super) fn ensure_project(site: &mut Site, path: &str, now: jiff::Timestamp) -> String {
    let mut parent = None;
    for name in path.split('/').filter(|name| !name.is_empty()) {
        let is_same = |p: &std::borrow::Cow<'_, Record>| p.name() == name && p.parent == parent;
        let known = site.iter::<Project>().find(is_same).map(|project| project.id.clone());
        parent = Some(known.unwrap_or_else(|| {
            let id = site.new_id::<Project>();
            let owner = luid(USER, site.number, 0);
            let (parent, created, updated) = (parent.clone(), now, now);
            let record = Record { owner, parent, created, updated, ..Record::new(id.clone()) };
            let record = record.with("name", name).with("description", "");
            site.add::<Project>(record.with("contentPermissions", "ManagedByOwner"));
            id
        }));
    }
    parent.unwrap_or_else(|| luid(PROJECT, site.number, 0))
}
