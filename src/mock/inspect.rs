//! Inspecting the server's content without requests.

use super::MockServer;
use super::common::jobs;
use super::context::{Caller, Context};
use super::item::Item;
use super::luid::luid;
use super::net::lock;
use super::request::Request;
use super::resources::{Deliveries, Group, USER, User, groups_in, is_member};
use super::response::Body;
use super::role::Role;
use super::server_state::ServerState;
use super::site::Site;

/// The content of the default site: all items in the order of creation, whether or not a user can see them.
impl MockServer {
    /// The users.
    pub fn users(&self) -> Vec<Item> {
        self.items("users")
    }

    /// The groups.
    pub fn groups(&self) -> Vec<Item> {
        self.items("groups")
    }

    /// The names of the members of a group, in the order of the users; empty if there is no such
    /// group.
    pub fn group_members(&self, group: &str) -> Vec<String> {
        self.inspect(|_, site, _| {
            let Some(group) = site.by_name("groups", group) else { return Vec::new() };
            let members = site.iter::<User>().filter(|user| is_member(&group, &user.id, site));
            members.map(|user| user.name().to_owned()).collect()
        })
    }

    /// The group sets.
    pub fn group_sets(&self) -> Vec<Item> {
        self.items("groupsets")
    }

    /// The names of the groups in a group set, in the order in which they were added; empty if there
    /// is no such group set.
    pub fn group_set_groups(&self, group_set: &str) -> Vec<String> {
        self.inspect(|_, site, _| {
            let set = site.by_name("groupsets", group_set);
            let ids = set.iter().flat_map(|set| groups_in(set, site));
            ids.map(|id| site.name_of::<Group>(id)).collect()
        })
    }

    /// The projects.
    pub fn projects(&self) -> Vec<Item> {
        self.items("projects")
    }

    /// The workbooks, each with its views.
    pub fn workbooks(&self) -> Vec<Item> {
        self.items("workbooks")
    }

    /// The views.
    pub fn views(&self) -> Vec<Item> {
        self.items("views")
    }

    /// The custom views.
    pub fn custom_views(&self) -> Vec<Item> {
        self.items("customviews")
    }

    /// The published data sources.
    pub fn datasources(&self) -> Vec<Item> {
        self.items("datasources")
    }

    /// The flows.
    pub fn flows(&self) -> Vec<Item> {
        self.items("flows")
    }

    /// The data-driven alerts, each with its recipients.
    pub fn data_alerts(&self) -> Vec<Item> {
        self.items("dataAlerts")
    }

    /// The data quality warnings.
    pub fn data_quality_warnings(&self) -> Vec<Item> {
        self.items("dataQualityWarnings")
    }

    /// The databases of Tableau Catalog.
    pub fn databases(&self) -> Vec<Item> {
        self.items("databases")
    }

    /// The tables of Tableau Catalog.
    pub fn tables(&self) -> Vec<Item> {
        self.items("tables")
    }

    /// The virtual connections.
    pub fn virtual_connections(&self) -> Vec<Item> {
        self.items("virtualconnections")
    }

    /// The metrics.
    pub fn metrics(&self) -> Vec<Item> {
        self.items("metrics")
    }

    /// The webhooks.
    pub fn webhooks(&self) -> Vec<Item> {
        self.items("webhooks")
    }

    /// What the webhooks would have sent, in order: the mock server sends nothing. The id and the name
    /// are those of the webhook. The attributes are its `url` and the members of the body, such as
    /// `event_type`, `resource_luid` and `resource_name`.
    pub fn webhook_deliveries(&self) -> Vec<Item> {
        self.inspect(|_, site, _| {
            let sent = site.state::<Deliveries>().map_or(&[][..], |sent| &sent.0);
            sent.iter().cloned().map(Item).collect()
        })
    }

    /// The subscriptions.
    pub fn subscriptions(&self) -> Vec<Item> {
        self.items("subscriptions")
    }

    /// The extract refresh tasks.
    pub fn extract_refresh_tasks(&self) -> Vec<Item> {
        self.items("tasks/extractRefreshes")
    }

    /// The flow run tasks.
    pub fn flow_run_tasks(&self) -> Vec<Item> {
        self.items("tasks/runFlow")
    }

    /// The linked tasks.
    pub fn linked_tasks(&self) -> Vec<Item> {
        self.items("tasks/linked")
    }

    /// The background jobs. Unlike requests, this does not count as a query after which a job ends.
    pub fn jobs(&self) -> Vec<Item> {
        self.inspect(|_, site, _| jobs::all(site).iter().map(|job| Item(job.element())).collect())
    }

    /// The server's schedules.
    pub fn schedules(&self) -> Vec<Item> {
        self.inspect(|state, _, ctx| items_of(state, &state.server, "/schedules", ctx))
    }

    /// The sites.
    pub fn sites(&self) -> Vec<Item> {
        self.read("/sites")
    }

    /// The runs of flows, the newest first.
    pub fn flow_runs(&self) -> Vec<Item> {
        self.read("flows/runs")
    }

    /// The connections of a workbook, a data source or a flow, by the path of its kind, such as
    /// `"workbooks"`, and its name; empty if there is no such item.
    pub fn connections(&self, path: &str, name: &str) -> Vec<Item> {
        self.read_below(path, name, "connections")
    }

    /// The permissions of an item, by the path of its kind and its name: the element
    /// `granteeCapabilities` for each user and group.
    pub fn permissions(&self, path: &str, name: &str) -> Vec<Item> {
        let mut found = self.read_below(path, name, "permissions");
        found.retain(|item| item.0.name == "granteeCapabilities");
        found
    }

    /// The settings for Tableau MCP, each with the children `key` and `value`.
    pub fn mcp_settings(&self) -> Vec<Item> {
        self.read("settings/mcp")
    }

    /// The authentication configurations, the server's own first.
    pub fn auth_configurations(&self) -> Vec<Item> {
        self.read("site-auth-configurations")
    }

    /// The connected apps with direct trust, each with children such as `name`, `clientId` and
    /// `secret`.
    pub fn connected_apps(&self) -> Vec<Item> {
        self.read("connected-apps/direct-trust")
    }

    /// The external authorization servers, each with children such as `name` and `issuerUrl`.
    pub fn external_authorization_servers(&self) -> Vec<Item> {
        self.read("connected-apps/external-authorization-servers")
    }

    /// The dashboard extensions that can be used, each with the child `url`.
    pub fn safe_extensions(&self) -> Vec<Item> {
        let mut settings = self.read("settings/extensions");
        settings.retain(|item| item.0.name == "safeList");
        settings
    }

    /// The domains whose extensions are blocked, each with its text.
    pub fn blocked_extensions(&self) -> Vec<Item> {
        let mut settings = self.read("/settings/extensions");
        settings.retain(|item| item.0.name == "blockList");
        settings
    }

    /// The server's Active Directory domains.
    pub fn domains(&self) -> Vec<Item> {
        self.read("/domains")
    }

    fn read_below(&self, path: &str, name: &str, below: &str) -> Vec<Item> {
        let id =
            self.inspect(|_, site, _| site.by_name(path, name).map(|record| record.id.clone()));
        id.map(|id| self.read(&format!("{path}/{id}/{below}"))).unwrap_or_default()
    }

    /// The children of the last element that the administrator gets from that path.
    fn read(&self, path: &str) -> Vec<Item> {
        let mut state = lock(&self.service.state);
        state.settle();
        let Some(site) = state.site_at("") else { return Vec::new() };
        let (version, admin) = (state.newest, admin(site));
        let path = match path.strip_prefix('/') {
            Some(path) => format!("/api/{version}/{path}"),
            None => format!("/api/{version}/sites/{}/{path}", site.id),
        };
        let mut request = Request::internal("GET", path, Vec::new());
        request.query.push(("pageSize".to_owned(), "1000".to_owned()));
        match self.service.carry_out(&mut state, &request, Some(admin)).map(|r| r.body) {
            Ok(Body::Elements(mut elements)) => {
                elements.pop().into_iter().flat_map(|last| last.children).map(Item).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The items of a resource by its path below the site, such as `"groups"`; empty if the mock
    /// server has no such resource.
    pub fn items(&self, path: &str) -> Vec<Item> {
        self.items_on("", path)
    }

    /// The items of a resource on the site with that content URL.
    pub fn items_on(&self, content_url: &str, path: &str) -> Vec<Item> {
        self.inspect_site(content_url, |state, site, ctx| items_of(state, site, path, ctx))
    }

    fn inspect<T: Default>(&self, look: impl FnOnce(&ServerState, &Site, &Context<'_>) -> T) -> T {
        self.inspect_site("", look)
    }

    fn inspect_site<T: Default>(
        &self,
        content_url: &str,
        look: impl FnOnce(&ServerState, &Site, &Context<'_>) -> T,
    ) -> T {
        let mut state = lock(&self.service.state);
        state.settle();
        let Some(site) = state.site_at(content_url) else { return T::default() };
        let request = Request::internal("GET", String::new(), Vec::new());
        let ctx = admin_context(&state, site, &request, &self.url);
        look(&state, site, &ctx)
    }
}

fn items_of(state: &ServerState, site: &Site, path: &str, ctx: &Context<'_>) -> Vec<Item> {
    let resource = state.registry.resource(path);
    let elements = resource.map(|resource| (resource.elements)(site, ctx)).unwrap_or_default();
    elements.into_iter().map(Item).collect()
}

/// The administrator of a site.
pub(super) fn admin(site: &Site) -> Caller {
    let user = luid(USER, site.number, 0);
    Caller { token: String::new(), site: site.number, user, role: Role::ServerAdmin }
}

fn admin_context<'a>(
    state: &ServerState,
    site: &Site,
    request: &'a Request,
    base: &'a str,
) -> Context<'a> {
    Context {
        request,
        version: state.newest,
        segment: String::new(),
        params: Vec::new(),
        caller: Some(admin(site)),
        base,
        now: state.clock.now(),
        all_fields: true,
    }
}
