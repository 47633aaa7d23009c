//! The methods that [`Session`](super::Session) and [`SessionView`](super::SessionView) have in
//! common.

/// Implements methods for both [`Session`](super::Session) and [`SessionView`](super::SessionView).
/// They find the client at `self.client()`.
macro_rules! session_methods {
    ($($methods:tt)*) => {
        impl $crate::Session<'_> {
            $($methods)*
        }

        // The examples in the documentation are tested once.
        #[cfg(not(doctest))]
        impl $crate::SessionView<'_> {
            $($methods)*
        }
    };
}
pub(super) use session_methods;

/// Declares the methods that return the handle to a resource, by the module and the handle in it.
macro_rules! accessors {
    ($($(#[$meta:meta])* $module:ident: $Handle:ident;)+) => {
        session_methods! {
            $(
                $(#[$meta])*
                #[inline]
                pub fn $module(&self) -> $crate::resources::$module::$Handle<'_> {
                    $crate::resources::$module::$Handle::new(self.client())
                }
            )+
        }
    };
}

accessors! {
    /// The connected apps of the site, whose JSON Web Tokens sign users in. API 3.17.
    #[cfg(feature = "admin")]
    #[cfg_attr(docsrs, doc(cfg(feature = "admin")))]
    connected_apps: ConnectedApps;
    /// The custom views of the site.
    custom_views: CustomViews;
    /// The report about view acceleration on the site.
    #[cfg(feature = "admin")]
    #[cfg_attr(docsrs, doc(cfg(feature = "admin")))]
    data_acceleration_report: DataAccelerationReport;
    /// The data-driven alerts of the site.
    #[cfg(feature = "schedules")]
    #[cfg_attr(docsrs, doc(cfg(feature = "schedules")))]
    data_alerts: DataAlerts;
    /// The databases that content of the site uses. API 3.5.
    #[cfg(feature = "metadata")]
    #[cfg_attr(docsrs, doc(cfg(feature = "metadata")))]
    databases: Databases;
    /// The published data sources of the site.
    datasources: Datasources;
    /// The Active Directory domains of the server.
    #[cfg(feature = "admin")]
    #[cfg_attr(docsrs, doc(cfg(feature = "admin")))]
    domains: Domains;
    /// Which dashboard extensions can be used on the site and on the server.
    #[cfg(feature = "admin")]
    #[cfg_attr(docsrs, doc(cfg(feature = "admin")))]
    extensions: Extensions;
    /// The runs of the site's flows.
    flow_runs: FlowRuns;
    /// The favorites of users.
    #[cfg(feature = "schedules")]
    #[cfg_attr(docsrs, doc(cfg(feature = "schedules")))]
    favorites: Favorites;
    /// The flows of the site.
    flows: Flows;
    /// Uploads of large files in chunks.
    fileuploads: Fileuploads;
    /// The sets of groups of the site. API 3.22.
    #[cfg(feature = "people")]
    #[cfg_attr(docsrs, doc(cfg(feature = "people")))]
    group_sets: GroupSets;
    /// The groups of the site.
    #[cfg(feature = "people")]
    #[cfg_attr(docsrs, doc(cfg(feature = "people")))]
    groups: Groups;
    /// The background jobs of the site.
    jobs: Jobs;
    /// The linked tasks of the site.
    #[cfg(feature = "schedules")]
    #[cfg_attr(docsrs, doc(cfg(feature = "schedules")))]
    linked_tasks: LinkedTasks;
    /// The Metadata API: queries about content, its lineage and its fields.
    #[cfg(feature = "metadata")]
    #[cfg_attr(docsrs, doc(cfg(feature = "metadata")))]
    metadata: Metadata;
    /// The metrics of the site, which Tableau retired with API 3.22.
    #[cfg(any(feature = "metadata", feature = "schedules"))]
    #[cfg_attr(docsrs, doc(cfg(any(feature = "metadata", feature = "schedules"))))]
    metrics: Metrics;
    /// The OpenID Connect configurations of the site.
    #[cfg(feature = "admin")]
    #[cfg_attr(docsrs, doc(cfg(feature = "admin")))]
    oidc: Oidc;
    /// Computes the effective permissions of users on content.
    #[cfg(feature = "people")]
    #[cfg_attr(docsrs, doc(cfg(feature = "people")))]
    permission_audit: PermissionAudit;
    /// The projects of the site.
    projects: Projects;
    /// The schedules of the server.
    #[cfg(feature = "schedules")]
    #[cfg_attr(docsrs, doc(cfg(feature = "schedules")))]
    schedules: Schedules;
    /// The sessions of the server.
    #[cfg(feature = "admin")]
    #[cfg_attr(docsrs, doc(cfg(feature = "admin")))]
    sessions: Sessions;
    /// The sites of the server.
    #[cfg(feature = "admin")]
    #[cfg_attr(docsrs, doc(cfg(feature = "admin")))]
    sites: Sites;
    /// The subscriptions of the site.
    #[cfg(feature = "schedules")]
    #[cfg_attr(docsrs, doc(cfg(feature = "schedules")))]
    subscriptions: Subscriptions;
    /// The tables that content of the site uses, and their columns. API 3.5.
    #[cfg(feature = "metadata")]
    #[cfg_attr(docsrs, doc(cfg(feature = "metadata")))]
    tables: Tables;
    /// The tasks of the site.
    #[cfg(feature = "schedules")]
    #[cfg_attr(docsrs, doc(cfg(feature = "schedules")))]
    tasks: Tasks;
    /// The users of the site.
    #[cfg(feature = "people")]
    #[cfg_attr(docsrs, doc(cfg(feature = "people")))]
    users: Users;
    /// The views of the site.
    views: Views;
    /// The virtual connections of the site. API 3.18.
    #[cfg(feature = "metadata")]
    #[cfg_attr(docsrs, doc(cfg(feature = "metadata")))]
    virtual_connections: VirtualConnections;
    /// The webhooks of the site.
    #[cfg(feature = "schedules")]
    #[cfg_attr(docsrs, doc(cfg(feature = "schedules")))]
    webhooks: Webhooks;
    /// The workbooks of the site.
    workbooks: Workbooks;
}

session_methods! {
    /// A request for which this library has no method. `path` is below `/api/{version}/`, such as
    /// `sites/{site}/webhooks`; or absolute, such as `/api/-/pulse/definitions`; or a URL on this
    /// server, such as a link in a response. `{site}`, `{user}` and `{version}` are filled in. The
    /// guide has [examples](crate::guide::raw_requests).
    ///
    /// A URL of another server and an unknown placeholder are [`Input`](crate::ErrorKind::Input)
    /// errors when the request is sent.
    #[inline]
    pub fn request(&self, method: crate::Method, path: &str) -> crate::raw::RawRequest<'_> {
        crate::raw::RawRequest::new(self.client(), method, path)
    }

    /// Returns the OpenAPI specification of the JSON operations, as the server publishes it at
    /// `/services/specifications/openapi`. Fails like [`RawRequest::send`](crate::raw::RawRequest::send).
    #[inline]
    pub fn openapi(&self) -> crate::Result<String> {
        self.request(crate::Method::Get, "/services/specifications/openapi").read_text()
    }

    /// The id of the session's site.
    #[inline]
    pub fn site_id(&self) -> &crate::SiteId {
        &self.client().site_id
    }

    /// The content URL of the session's site: the part after `/site/` in the browser's address, `""`
    /// for the default site.
    #[inline]
    pub fn site_url(&self) -> &str {
        &self.client().site_url
    }

    /// The id of the user who is signed in.
    #[inline]
    pub fn user_id(&self) -> &crate::UserId {
        &self.client().user_id
    }

    /// The token that is sent with every request in the header `X-Tableau-Auth`. **It is a secret.**
    #[inline]
    pub fn auth_token(&self) -> String {
        self.client().token().token.reveal().to_owned()
    }

    /// The REST API version of the session.
    #[inline]
    pub fn version(&self) -> crate::ApiVersion {
        self.client().version
    }
}
