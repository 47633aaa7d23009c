//! The parts of the core that resource modules use.

pub(super) use std::borrow::Cow;

pub(super) use jiff::Timestamp;

pub(super) use super::api_error::ApiError;
pub(super) use super::clock::{later, written};
pub(super) use super::common::jobs::{self, Report};
pub(super) use super::common::publish::{self, FileFormat, Publication, Publishes, parent_id};
pub(super) use super::common::{exports, extracts, tags, uploads};
pub(super) use super::context::Context;

pub(super) use super::element::Element;
pub(super) use super::event::Event;
pub(super) use super::filter::Value;
pub(super) use super::listing::{Listing, Paging, list_all, list_some};
pub(super) use super::luid::{ADDED, Kind, luid, number as luid_number};
pub(super) use super::operations::{create, delete, insert, modify, update};
pub(super) use super::record::{Change, Record, Resource};

pub(super) use super::response::Response;
pub(super) use super::role::Role;
pub(super) use super::route::{Handler, Method, Route, routes};
pub(super) use super::schema::Operation::{AddUser, Create, Delete, Get, List, RemoveUser, Update};
pub(super) use super::schema::Type::{Flag, Number, Text, Time};
pub(super) use super::schema::{Schema, contains, flag, number, one_of, text};
pub(super) use super::server_state::ServerState;
pub(super) use super::site::Site;
pub(super) use super::version::Version;

pub(super) type Result<T, E = ApiError> = std::result::Result<T, E>;
