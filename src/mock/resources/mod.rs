//! The resources: a module for each, registered in one table.

mod auth;
mod connections;
mod content;
mod custom_views;
mod data_alerts;
mod datasources;
mod flows;
mod groups;
mod jobs;
mod permissions;
mod personal_space;
mod projects;
mod publish;
mod quality;
mod revisions;
mod schedules;
mod search;
mod sites;
mod tags;
mod uploads;
mod user_import;
mod users;
mod views;
mod webhooks;
mod workbooks;

pub(super) use content::url_name;
pub(super) use custom_views::CustomView;
pub(super) use datasources::Datasource;
pub(super) use flows::Flow;
pub(super) use groups::{Group, member_names as group_members};
pub(super) use jobs::{JobOptions, Outcome, elements as job_elements};
pub(super) use projects::{PROJECT, Project, ensure as ensure_project};
pub(super) use schedules::Schedule;
pub(super) use users::{USER, User, ensure as ensure_user};
pub(super) use views::{VIEW, View, ids_in as view_ids};
pub(super) use workbooks::{WORKBOOK, Workbook};

use super::registry::{Registration, Registry};

/// The table of all resources. Of two routes that match a request, the first one is used.
pub(super) static REGISTRY: Registry = Registry {
    resources: &[
        Registration::routes(auth::routes),
        Registration::routes(sites::routes),
        Registration::routes(user_import::routes),
        Registration::resource::<User>(),
        Registration::resource::<Group>().on_remove(groups::on_remove),
        Registration::resource::<Project>(),
        Registration::resource::<Workbook>(),
        Registration::resource::<View>(),
        Registration::resource::<CustomView>(),
        Registration::resource::<Datasource>(),
        Registration::resource::<Flow>(),
        Registration::resource::<quality::Warning>(),
        Registration::resource::<data_alerts::DataAlert>(),
        Registration::resource::<webhooks::Webhook>(),
        Registration::resource::<Schedule>(),
        Registration::resource::<connections::Connection>().on_remove(connections::on_remove),
        Registration::routes(revisions::routes).on_remove(revisions::on_remove),
        Registration::routes(permissions::routes).on_remove(permissions::on_remove),
        Registration::routes(tags::routes),
        Registration::routes(jobs::routes).settle(jobs::settle),
        Registration::routes(uploads::routes).settle(uploads::settle),
        Registration::routes(personal_space::routes),
        Registration::routes(search::routes),
    ],
    add_samples: super::samples::add,
    authenticate: auth::authenticate,
    check_visible: content::check_visible,
};
