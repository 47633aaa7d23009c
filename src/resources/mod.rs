//! The resources: one module per URL segment. Sessions have an accessor of the same name.

/// Declares the handle to a resource: a struct that borrows the session's client.
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
