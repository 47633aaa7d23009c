//! The rooms: one file for each URL segment, with the accessor of the same name on a session.

/// Declares a room's handle: a struct that borrows the session, and how one is made.
macro_rules! resource {
    ($(#[$doc:meta])* $Resource:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $Resource<'s> {
            client: &'s std::sync::Arc<$crate::client::Client>,
        }

        impl<'s> $Resource<'s> {
            pub(crate) fn new(client: &'s std::sync::Arc<$crate::client::Client>) -> $Resource<'s> {
                $Resource { client }
            }
        }
    };
}
pub(crate) use resource;

/// Declares the accessors of a session. The modules stand below in full: `rustfmt` looks into no macro.
macro_rules! resources {
    ($( $(#[$doc:meta])* $resource:ident: $Resource:ident; )+) => {
        impl crate::Session<'_> {
            $(
                $(#[$doc])*
                pub fn $resource(&self) -> $resource::$Resource<'_> {
                    $resource::$Resource::new(self.core())
                }
            )+
        }
    };
}

mod auth;
pub mod custom_views;
pub mod datasources;
pub mod fileuploads;
pub mod flow_runs;
pub mod flows;
pub mod groups;
pub mod jobs;
pub mod personal_space;
pub mod projects;
pub mod schedules;
pub mod sites;
pub mod users;
pub mod views;
pub mod workbooks;

resources! {
    /// The custom views of the site.
    custom_views: CustomViews;
    /// The published data sources of the site.
    datasources: Datasources;
    /// The runs of the site's flows.
    flow_runs: FlowRuns;
    /// The flows of the site.
    flows: Flows;
    /// The way of large files to the site.
    fileuploads: Fileuploads;
    /// The groups of the site.
    groups: Groups;
    /// The background jobs of the site.
    jobs: Jobs;
    /// The projects of the site.
    projects: Projects;
    /// The schedules of the server.
    schedules: Schedules;
    /// The sites of the server.
    sites: Sites;
    /// The users of the site.
    users: Users;
    /// The views of the site.
    views: Views;
    /// The workbooks of the site.
    workbooks: Workbooks;
}
