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
            #[inline]
            pub(crate) fn new(client: &'s std::sync::Arc<$crate::client::Client>) -> $Resource<'s> {
                $Resource { client }
            }
        }
    };
}
pub(crate) use resource;

pub(crate) mod auth;
#[cfg(feature = "admin")]
#[cfg_attr(docsrs, doc(cfg(feature = "admin")))]
pub mod connected_apps;
#[cfg(feature = "admin")]
pub use connected_apps::ConnectedApp;
pub mod custom_views;
pub use custom_views::CustomView;
#[cfg(feature = "admin")]
#[cfg_attr(docsrs, doc(cfg(feature = "admin")))]
pub mod data_acceleration_report;
#[cfg(feature = "schedules")]
#[cfg_attr(docsrs, doc(cfg(feature = "schedules")))]
pub mod data_alerts;
#[cfg(feature = "schedules")]
pub use data_alerts::DataAlert;
#[cfg(feature = "metadata")]
#[cfg_attr(docsrs, doc(cfg(feature = "metadata")))]
pub mod databases;
#[cfg(feature = "metadata")]
pub use databases::Database;
pub mod datasources;
pub use datasources::Datasource;
#[cfg(feature = "admin")]
#[cfg_attr(docsrs, doc(cfg(feature = "admin")))]
pub mod domains;
#[cfg(feature = "admin")]
#[cfg_attr(docsrs, doc(cfg(feature = "admin")))]
pub mod extensions;
#[cfg(feature = "schedules")]
#[cfg_attr(docsrs, doc(cfg(feature = "schedules")))]
pub mod favorites;
#[cfg(feature = "schedules")]
pub use favorites::Favorite;
pub mod fileuploads;
pub mod flow_runs;
pub use flow_runs::FlowRun;
pub mod flows;
pub use flows::Flow;
#[cfg(feature = "people")]
#[cfg_attr(docsrs, doc(cfg(feature = "people")))]
pub mod group_sets;
#[cfg(feature = "people")]
pub use group_sets::GroupSet;
#[cfg(feature = "people")]
#[cfg_attr(docsrs, doc(cfg(feature = "people")))]
pub mod groups;
#[cfg(feature = "people")]
pub use groups::Group;
pub mod jobs;
pub use jobs::{BackgroundJob, Job};
#[cfg(feature = "schedules")]
#[cfg_attr(docsrs, doc(cfg(feature = "schedules")))]
pub mod linked_tasks;
#[cfg(feature = "schedules")]
pub use linked_tasks::LinkedTask;
#[cfg(feature = "metadata")]
#[cfg_attr(docsrs, doc(cfg(feature = "metadata")))]
pub mod metadata;
#[cfg(any(feature = "metadata", feature = "schedules"))]
#[cfg_attr(docsrs, doc(cfg(any(feature = "metadata", feature = "schedules"))))]
pub mod metrics;
#[cfg(any(feature = "metadata", feature = "schedules"))]
pub use metrics::Metric;
#[cfg(feature = "admin")]
#[cfg_attr(docsrs, doc(cfg(feature = "admin")))]
pub mod oidc;
#[cfg(feature = "people")]
#[cfg_attr(docsrs, doc(cfg(feature = "people")))]
pub mod permission_audit;
pub mod personal_space;
pub use personal_space::PersonalSpace;
pub mod projects;
pub use projects::Project;
#[cfg(feature = "schedules")]
#[cfg_attr(docsrs, doc(cfg(feature = "schedules")))]
pub mod schedules;
#[cfg(feature = "schedules")]
pub use schedules::Schedule;
#[cfg(feature = "admin")]
#[cfg_attr(docsrs, doc(cfg(feature = "admin")))]
pub mod sessions;
#[cfg(feature = "admin")]
#[cfg_attr(docsrs, doc(cfg(feature = "admin")))]
pub mod sites;
#[cfg(feature = "admin")]
pub use sites::Site;
#[cfg(feature = "schedules")]
#[cfg_attr(docsrs, doc(cfg(feature = "schedules")))]
pub mod subscriptions;
#[cfg(feature = "schedules")]
pub use subscriptions::Subscription;
#[cfg(feature = "metadata")]
#[cfg_attr(docsrs, doc(cfg(feature = "metadata")))]
pub mod tables;
#[cfg(feature = "metadata")]
pub use tables::{Column, Table};
#[cfg(feature = "schedules")]
#[cfg_attr(docsrs, doc(cfg(feature = "schedules")))]
pub mod tasks;
#[cfg(feature = "schedules")]
pub use tasks::{ExtractRefreshTask, FlowRunTask};
#[cfg(feature = "people")]
#[cfg_attr(docsrs, doc(cfg(feature = "people")))]
pub mod users;
#[cfg(feature = "people")]
pub use users::User;
pub mod views;
pub use views::View;
#[cfg(feature = "metadata")]
#[cfg_attr(docsrs, doc(cfg(feature = "metadata")))]
pub mod virtual_connections;
#[cfg(feature = "metadata")]
pub use virtual_connections::VirtualConnection;
#[cfg(feature = "schedules")]
#[cfg_attr(docsrs, doc(cfg(feature = "schedules")))]
pub mod webhooks;
#[cfg(feature = "schedules")]
pub use webhooks::Webhook;
pub mod workbooks;
pub use workbooks::Workbook;
