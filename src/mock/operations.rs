//! The operations that all resources share: list, get, create, update and delete.

use super::api_error::ApiError;
use super::context::Context;
use super::element::Element;
use super::listing::list_all;
use super::record::{Change, Record, Resource};
use super::response::Response;
use super::route::{Handler, Method, Route};
use super::schema::{Operation, Schema};
use super::server_state::ServerState;
use super::site::Site;

/// The routes of the operations in the resource's schema.
pub(super) fn standard_routes<R: Resource>() -> impl Iterator<Item = Route> {
    let operations = R::SCHEMA.operations.iter().flat_map(|&(major, minor, operations)| {
        operations.iter().map(move |operation| (*operation, major, minor))
    });
    operations.map(|(operation, major, minor)| {
        let path = R::SCHEMA.path;
        let item = format!("{path}/{{id}}");
        let (method, path, run): (_, _, Handler) = match operation {
            Operation::List => (Method::Get, path.to_owned(), list::<R>),
            Operation::Get => (Method::Get, item, get::<R>),
            Operation::Create => (Method::Post, path.to_owned(), create::<R>),
            Operation::Update => (Method::Put, item, update::<R>),
            Operation::Delete => (Method::Delete, item, delete::<R>),
            Operation::AddUser => (Method::Post, item + "/users", add_user::<R>),
            Operation::RemoveUser => (Method::Delete, item + "/users/{user}", remove_user::<R>),
        };
        Route::new(method, path, major, minor, run)
    })
}

impl Schema {
    /// The site that has the resource's items.
    fn site<'s>(
        &self,
        state: &'s mut ServerState,
        ctx: &Context,
    ) -> Result<&'s mut Site, ApiError> {
        if self.is_server_wide() { Ok(&mut state.server) } else { state.site_mut(ctx) }
    }
}

fn list<R: Resource>(state: &mut ServerState, ctx: &Context) -> Result<Response, ApiError> {
    ctx.require(R::SCHEMA.read)?;
    list_all::<R>(R::SCHEMA.site(state, ctx)?, ctx)
}

pub(super) fn get<R: Resource>(
    state: &mut ServerState,
    ctx: &Context,
) -> Result<Response, ApiError> {
    ctx.require(R::SCHEMA.read)?;
    let site = R::SCHEMA.site(state, ctx)?;
    let record = site.get::<R>(ctx.param(0))?;
    Ok(Response::one(R::full_element(&record, site, ctx)))
}

pub(super) fn create<R: Resource>(
    state: &mut ServerState,
    ctx: &Context,
) -> Result<Response, ApiError> {
    ctx.require(R::SCHEMA.create)?;
    let body = ctx.body_child(R::SCHEMA.element)?;
    let site = R::SCHEMA.site(state, ctx)?;
    let record = insert::<R>(site, &body, ctx)?;
    Ok(Response::created(R::full_element(&record, site, ctx)))
}

pub(super) fn update<R: Resource>(
    state: &mut ServerState,
    ctx: &Context,
) -> Result<Response, ApiError> {
    let body = ctx.body_child(R::SCHEMA.element)?;
    let site = R::SCHEMA.site(state, ctx)?;
    let record = modify::<R>(site, ctx.param(0), &body, ctx)?;
    Ok(Response::one(R::full_element(&record, site, ctx)))
}

pub(super) fn delete<R: Resource>(
    state: &mut ServerState,
    ctx: &Context,
) -> Result<Response, ApiError> {
    let site = R::SCHEMA.site(state, ctx)?;
    let record = site.get::<R>(ctx.param(0))?.into_owned();
    check_change::<R>(&record, site, ctx)?;
    R::check_delete(&record, site, ctx)?;
    site.remove::<R>(&record.id)?;
    Ok(Response::no_content())
}

fn add_user<R: Resource>(state: &mut ServerState, ctx: &Context) -> Result<Response, ApiError> {
    let body = ctx.body_child("user")?;
    let site = R::SCHEMA.site(state, ctx)?;
    check_change::<R>(&*site.get::<R>(ctx.param(0))?, site, ctx)?;
    let user = site.user(body.need("id")?)?.id.clone();
    let users = &mut site.get_mut::<R>(ctx.param(0))?.users;
    if !users.contains(&user) {
        users.push(user.clone());
    }
    Ok(Response::ok(site.element("users", &user, ctx)))
}

fn remove_user<R: Resource>(state: &mut ServerState, ctx: &Context) -> Result<Response, ApiError> {
    let site = R::SCHEMA.site(state, ctx)?;
    check_change::<R>(&*site.get::<R>(ctx.param(0))?, site, ctx)?;
    let user = site.user(ctx.param(1))?.id.clone();
    site.get_mut::<R>(ctx.param(0))?.users.retain(|id| *id != user);
    Ok(Response::no_content())
}

/// Rejects callers who may not change the item.
pub(super) fn check_change<R: Resource>(
    record: &Record,
    site: &Site,
    ctx: &Context,
) -> Result<(), ApiError> {
    if R::SCHEMA.owner_can_change && R::owner(record, site) == ctx.user() {
        return Ok(());
    }
    ctx.require(R::SCHEMA.change)
}

/// Adds the item that the element of a request describes, owned by the caller.
pub(super) fn insert<R: Resource>(
    site: &mut Site,
    body: &Element,
    ctx: &Context,
) -> Result<Record, ApiError> {
    let mut record = Record::new(site.new_id::<R>());
    ctx.user().clone_into(&mut record.owner);
    (record.created, record.updated) = (ctx.now, ctx.now);
    record.apply(R::SCHEMA, body, ctx.version, true)?;
    if let Some((attribute, segment)) = R::SCHEMA.parent {
        let id = body.attr(attribute).unwrap_or_default();
        record.parent = site.record(segment, id).transpose()?.map(|parent| parent.id.clone());
    }
    R::validate(Change { record: &mut record, before: None, body, site, ctx })?;
    check_unique::<R>(&record, site)?;
    site.add::<R>(record.clone());
    Ok(record)
}

/// Changes an item according to the element of a request.
pub(super) fn modify<R: Resource>(
    site: &mut Site,
    id: &str,
    body: &Element,
    ctx: &Context,
) -> Result<Record, ApiError> {
    let before = site.get::<R>(id)?.into_owned();
    check_change::<R>(&before, site, ctx)?;
    let mut record = before.clone();
    record.apply(R::SCHEMA, body, ctx.version, false)?;
    if let Some(owner) = body.child_attr("owner", "id").filter(|_| R::SCHEMA.has_owner) {
        site.record("users", owner).transpose()?;
        owner.clone_into(&mut record.owner);
    }
    let before = Some(&before);
    R::validate(Change { record: &mut record, before, body, site, ctx })?;
    check_unique::<R>(&record, site)?;
    record.updated = ctx.now;
    site.get_mut::<R>(id)?.clone_from(&record);
    Ok(record)
}

fn check_unique<R: Resource>(record: &Record, site: &Site) -> Result<(), ApiError> {
    let Some((attribute, code)) = R::SCHEMA.unique else { return Ok(()) };
    let value = record.attr(attribute).to_lowercase();
    let is_same = |other: &Record| {
        other.id != record.id
            && other.parent == record.parent
            && other.attr(attribute).to_lowercase() == value
    };
    if site.iter::<R>().any(|other| is_same(&other)) {
        let detail =
            format!("A {} named '{}' already exists.", R::SCHEMA.element, record.attr(attribute));
        return Err(ApiError::conflict(code, detail));
    }
    Ok(())
}
