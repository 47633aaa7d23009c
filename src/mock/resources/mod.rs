//! What is on a site: a file a resource, each with its data, its element and its operations.

mod common;
mod connections;
mod custom_views;
mod datasources;
mod files;
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
mod workbooks;

pub(super) use common::{Common, Content, Place, check_visible};
pub(super) use connections::Connection;
pub(super) use custom_views::CustomView;
pub(super) use datasources::Datasource;
pub(super) use flows::Flow;
pub(super) use groups::Group;
pub(super) use jobs::{Effect, Job, Outcome};
pub(super) use permissions::Rule;
pub(super) use projects::Project;
pub(super) use quality::Warning;
pub(super) use revisions::Revision;
pub(super) use uploads::Upload;
pub(super) use users::{User, site_role};
pub(super) use views::{Shown, View};
pub(super) use workbooks::Workbook;

use super::route::Route;

/// The routes of all resources.
pub(super) fn routes() -> impl Iterator<Item = Route> {
    [
        sites::ROUTES,
        // `import` and `delete` are no ids, so they come before the users' routes.
        user_import::ROUTES,
        users::ROUTES,
        groups::ROUTES,
        projects::ROUTES,
        workbooks::ROUTES,
        views::ROUTES,
        custom_views::ROUTES,
        datasources::ROUTES,
        flows::ROUTES,
        quality::ROUTES,
        connections::ROUTES,
        revisions::ROUTES,
        permissions::ROUTES,
        tags::ROUTES,
        jobs::ROUTES,
        uploads::ROUTES,
        personal_space::ROUTES,
        schedules::ROUTES,
        search::ROUTES,
    ]
    .into_iter()
    .flatten()
    .copied()
}
