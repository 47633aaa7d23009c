//! The methods that [`Session`](super::Session) and [`SessionView`](super::SessionView) have in
//! common.

#[cfg(feature = "metadata")]
use crate::resources::metadata;
#[cfg(feature = "schedules")]
use crate::resources::schedules;
#[cfg(feature = "admin")]
use crate::resources::sites;
use crate::resources::{
    custom_views, datasources, fileuploads, flow_runs, flows, jobs, projects, views, workbooks,
};
#[cfg(feature = "people")]
use crate::resources::{groups, users};

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

session_methods! {
    /// The custom views of the site.
    pub fn custom_views(&self) -> custom_views::CustomViews<'_> {
        custom_views::CustomViews::new(self.client())
    }

    /// The published data sources of the site.
    pub fn datasources(&self) -> datasources::Datasources<'_> {
        datasources::Datasources::new(self.client())
    }

    /// The runs of the site's flows.
    pub fn flow_runs(&self) -> flow_runs::FlowRuns<'_> {
        flow_runs::FlowRuns::new(self.client())
    }

    /// The flows of the site.
    pub fn flows(&self) -> flows::Flows<'_> {
        flows::Flows::new(self.client())
    }

    /// Uploads of large files in chunks.
    pub fn fileuploads(&self) -> fileuploads::Fileuploads<'_> {
        fileuploads::Fileuploads::new(self.client())
    }

    /// The groups of the site.
    #[cfg(feature = "people")]
    #[cfg_attr(docsrs, doc(cfg(feature = "people")))]
    pub fn groups(&self) -> groups::Groups<'_> {
        groups::Groups::new(self.client())
    }

    /// The background jobs of the site.
    pub fn jobs(&self) -> jobs::Jobs<'_> {
        jobs::Jobs::new(self.client())
    }

    /// The Metadata API: queries about content, its lineage and its fields.
    #[cfg(feature = "metadata")]
    #[cfg_attr(docsrs, doc(cfg(feature = "metadata")))]
    pub fn metadata(&self) -> metadata::Metadata<'_> {
        metadata::Metadata::new(self.client())
    }

    /// The projects of the site.
    pub fn projects(&self) -> projects::Projects<'_> {
        projects::Projects::new(self.client())
    }

    /// The schedules of the server.
    #[cfg(feature = "schedules")]
    #[cfg_attr(docsrs, doc(cfg(feature = "schedules")))]
    pub fn schedules(&self) -> schedules::Schedules<'_> {
        schedules::Schedules::new(self.client())
    }

    /// The sites of the server.
    #[cfg(feature = "admin")]
    #[cfg_attr(docsrs, doc(cfg(feature = "admin")))]
    pub fn sites(&self) -> sites::Sites<'_> {
        sites::Sites::new(self.client())
    }

    /// The users of the site.
    #[cfg(feature = "people")]
    #[cfg_attr(docsrs, doc(cfg(feature = "people")))]
    pub fn users(&self) -> users::Users<'_> {
        users::Users::new(self.client())
    }

    /// The views of the site.
    pub fn views(&self) -> views::Views<'_> {
        views::Views::new(self.client())
    }

    /// The workbooks of the site.
    pub fn workbooks(&self) -> workbooks::Workbooks<'_> {
        workbooks::Workbooks::new(self.client())
    }

    /// A request for which this library has no method. `path` is below `/api/{version}/`, such as
    /// `sites/{site}/webhooks`; or absolute, such as `/api/-/pulse/definitions`; or a URL on this
    /// server, such as a link in a response. `{site}`, `{user}` and `{version}` are filled in. The
    /// guide has [examples](crate::guide::raw_requests).
    ///
    /// A URL of another server and an unknown placeholder are [`Input`](crate::ErrorKind::Input)
    /// errors when the request is sent.
    pub fn request(&self, method: crate::Method, path: &str) -> crate::raw::RawRequest<'_> {
        crate::raw::RawRequest::new(self.client(), method, path)
    }

    /// The OpenAPI specification of the JSON operations, as the server publishes it.
    pub fn openapi(&self) -> crate::Result<String> {
        self.request(crate::Method::Get, "/services/specifications/openapi").read_text()
    }

    /// The id of the session's site.
    pub fn site_id(&self) -> &crate::SiteId {
        &self.client().site_id
    }

    /// The content URL of the session's site: the part after `/site/` in the browser's address, `""`
    /// for the default site.
    pub fn site_url(&self) -> &str {
        &self.client().site_url
    }

    /// The id of the user who is signed in.
    pub fn user_id(&self) -> &crate::UserId {
        &self.client().user_id
    }

    /// The token that is sent with every request in the header `X-Tableau-Auth`. **It is a secret.**
    pub fn auth_token(&self) -> String {
        self.client().token().token.reveal().to_owned()
    }

    /// The REST API version of the session.
    pub fn version(&self) -> crate::ApiVersion {
        self.client().version
    }
}
