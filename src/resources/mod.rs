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

pub(crate) mod auth;
pub mod custom_views;
pub mod datasources;
pub mod fileuploads;
pub mod flow_runs;
pub mod flows;
#[cfg(feature = "people")]
#[cfg_attr(docsrs, doc(cfg(feature = "people")))]
pub mod groups;
pub mod jobs;
#[cfg(feature = "metadata")]
#[cfg_attr(docsrs, doc(cfg(feature = "metadata")))]
pub mod metadata;
pub mod personal_space;
pub mod projects;
#[cfg(feature = "schedules")]
#[cfg_attr(docsrs, doc(cfg(feature = "schedules")))]
pub mod schedules;
#[cfg(feature = "admin")]
#[cfg_attr(docsrs, doc(cfg(feature = "admin")))]
pub mod sites;
#[cfg(feature = "people")]
#[cfg_attr(docsrs, doc(cfg(feature = "people")))]
pub mod users;
pub mod views;
pub mod workbooks;
