//! The resources: a module for each, registered in one table.

mod auth_configurations;
mod catalog;
mod connected_apps;
mod content;
mod custom_views;
mod data_alerts;
mod datasources;
mod domains;
mod extensions;
mod external_authorization_servers;
mod favorites;
mod flow_runs;
mod flows;
mod group_sets;
mod groups;
mod identity_pools;
mod jobs;
mod linked_tasks;
mod mcp_settings;
mod metadata;
mod metrics;
mod oidc;
mod personal_space;
mod projects;
mod quality;
mod samples;
mod saved_credentials;
mod schedules;
mod search;
mod site_removal;
mod site_settings;
mod sites;
mod subscriptions;
mod tasks;
mod usage_stats;
mod user_import;
mod users;
mod views;
mod virtual_connections;
mod webhooks;
mod workbooks;

use content::url_name;
use custom_views::CustomView;
pub(super) use datasources::Datasource;
pub(super) use flows::Flow;
pub(super) use group_sets::groups_in;
pub(super) use groups::{Group, has as is_member};
pub(super) use linked_tasks::add as add_linked_task;
pub(super) use projects::{PROJECT, Project};
pub(super) use schedules::Schedule;
pub(super) use users::{SITE_ROLES, USER, User, complete_new as complete_new_user};
pub(super) use views::{VIEW, View};
pub(super) use webhooks::Deliveries;
pub(super) use workbooks::{WORKBOOK, Workbook};

use super::common::{connections, jobs as job_engine, permissions, revisions, tags, uploads};
use super::registry::{Registration, Registry};
use super::route::Route;

/// The routes for downloads and revisions.
fn revision_routes() -> Vec<Route> {
    let workbooks = revisions::routes::<Workbook>((2, 0), Some((2, 3)), Some((2, 0)));
    let datasources = revisions::routes::<Datasource>((2, 0), Some((2, 3)), Some((2, 3)));
    let flows = revisions::routes::<Flow>((3, 3), Some((3, 3)), None);
    let custom_views = revisions::routes::<CustomView>((3, 21), None, None);
    [workbooks, datasources, flows, custom_views].concat()
}

/// The table of all resources. Of two routes that match a request, the first one is used.
pub(super) static REGISTRY: Registry = Registry {
    resources: &[
        Registration::routes(super::auth::routes),
        Registration::routes(sites::routes),
        Registration::routes(site_settings::routes),
        Registration::routes(domains::routes),
        Registration::routes(extensions::routes),
        Registration::routes(oidc::routes),
        Registration::routes(connected_apps::routes),
        Registration::routes(external_authorization_servers::routes),
        Registration::routes(auth_configurations::routes),
        Registration::routes(mcp_settings::routes),
        Registration::routes(user_import::routes),
        Registration::routes(identity_pools::routes).on_remove(identity_pools::on_remove),
        Registration::routes(saved_credentials::routes).on_remove(saved_credentials::on_remove),
        Registration::resource::<User>(),
        Registration::resource::<Group>().on_remove(groups::on_remove),
        Registration::resource::<group_sets::GroupSet>().on_remove(group_sets::on_remove),
        Registration::resource::<Project>(),
        Registration::resource::<Workbook>(),
        Registration::resource::<View>(),
        Registration::resource::<CustomView>(),
        Registration::resource::<Datasource>(),
        // Before flows, since `runs` is not the id of a flow.
        Registration::routes(flow_runs::routes),
        Registration::resource::<Flow>(),
        Registration::resource::<quality::Warning>(),
        Registration::resource::<data_alerts::DataAlert>(),
        Registration::resource::<catalog::Database>(),
        Registration::resource::<catalog::Table>(),
        Registration::resource::<catalog::Column>(),
        Registration::resource::<virtual_connections::VirtualConnection>()
            .on_remove(virtual_connections::on_remove),
        Registration::resource::<metrics::Metric>(),
        Registration::resource::<Schedule>(),
        Registration::resource::<tasks::ExtractRefresh>(),
        Registration::resource::<tasks::FlowRun>(),
        Registration::resource::<linked_tasks::LinkedTask>(),
        Registration::routes(tasks::other_routes).settle(tasks::settle),
        Registration::resource::<subscriptions::Subscription>(),
        Registration::routes(favorites::routes),
        Registration::resource::<connections::Connection>().on_remove(connections::on_remove),
        Registration::routes(revision_routes).on_remove(revisions::on_remove),
        Registration::routes(permissions::routes).on_remove(permissions::on_remove),
        Registration::routes(tags::routes),
        Registration::routes(jobs::routes).settle(job_engine::settle),
        // After jobs, since these delete sites.
        Registration::routes(site_removal::routes).settle(site_removal::settle),
        // After the jobs, which end with an event.
        Registration::resource::<webhooks::Webhook>().settle(webhooks::settle),
        Registration::routes(uploads::routes).settle(uploads::settle),
        Registration::routes(personal_space::routes),
        Registration::routes(search::routes),
        Registration::routes(metadata::routes),
        Registration::routes(usage_stats::routes),
    ],
    add_samples: samples::add,
    authenticate: super::auth::authenticate,
    check_visible: content::check_visible,
};
