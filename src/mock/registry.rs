//! [`Registry`]: the table through which the core reaches the resources.

use std::borrow::Cow;

use jiff::Timestamp;

use super::api_error::ApiError;
use super::collection::Collection;
use super::context::{Caller, Context};
use super::element::Element;
use super::operations::standard_routes;
use super::record::{Record, Resource};
use super::route::Route;
use super::sample::Sample;
use super::schema::Schema;
use super::server_state::ServerState;
use super::site::Site;

/// All resources, and the functions that the core needs from them.
pub(super) struct Registry {
    pub(super) resources: &'static [Registration],
    /// Replaces a new site's empty collections by ones with sample items.
    pub(super) add_samples: fn(&mut Site, &Sample),
    /// Finds the caller by the token of the request.
    pub(super) authenticate: fn(&mut ServerState, Option<&str>) -> Result<Caller, ApiError>,
    /// Rejects requests for items that the caller cannot see.
    pub(super) check_visible: fn(&ServerState, &Context<'_>) -> Result<(), ApiError>,
}

impl Registry {
    /// The resource whose path is that segment.
    pub(super) fn resource(&self, segment: &str) -> Option<&'static Registration> {
        let is = |r: &&Registration| {
            r.schema.is_some_and(|schema| schema.path.eq_ignore_ascii_case(segment))
        };
        self.resources.iter().find(is)
    }
}

/// Whether an item matches.
type Matches<'a> = &'a dyn Fn(&Record) -> bool;

/// A resource's entry in the registry.
#[derive(Clone, Copy)]
pub(super) struct Registration {
    pub(super) schema: Option<&'static Schema>,
    pub(super) routes: fn() -> Vec<Route>,
    pub(super) set_up: fn(&mut Site, &Sample),
    pub(super) get: for<'a> fn(&'a Site, &str) -> Result<Cow<'a, Record>, ApiError>,
    pub(super) get_mut: for<'a> fn(&'a mut Site, &str) -> Result<&'a mut Record, ApiError>,
    /// The id of the first item of that name, regardless of case.
    pub(super) find_by_name: fn(&Site, &str) -> Option<String>,
    /// The items that match and that the caller can see.
    pub(super) visible: fn(&Site, &Context<'_>, Matches<'_>) -> Vec<Record>,
    /// The element of an item in a list.
    pub(super) element: fn(&Site, &str, &Context<'_>) -> Option<Element>,
    /// The elements of all items, for inspection.
    pub(super) elements: fn(&Site, &Context<'_>) -> Vec<Element>,
    /// Removes the items that belong to an item.
    pub(super) remove_below: fn(&mut Site, &str) -> Result<(), ApiError>,
    /// Discards the state that is kept about a removed item.
    pub(super) on_remove: fn(&mut Site, &str),
    /// Updates the state to the current time.
    pub(super) settle: fn(&mut ServerState, Timestamp),
}

impl Registration {
    /// A resource with items.
    pub(super) const fn resource<R: Resource>() -> Registration {
        Registration {
            schema: Some(R::SCHEMA),
            routes: || R::routes().into_iter().chain(standard_routes::<R>()).collect(),
            set_up: |site, sample| {
                let none = |_: &Sample, _| Record::default();
                site.insert(Collection::<R>::new(sample, 0, none));
            },
            get: |site, id| site.get::<R>(id),
            get_mut: |site, id| site.get_mut::<R>(id),
            find_by_name: |site, name| {
                let name = name.to_lowercase();
                let mut named = site.iter::<R>().filter(|r| r.name().to_lowercase() == name);
                named.next().map(|record| record.id.clone())
            },
            visible: |site, ctx, matches| {
                let visible =
                    site.iter::<R>().filter(|r| matches(r) && R::is_visible(r, site, ctx));
                visible.map(Cow::into_owned).collect()
            },
            element: |site, id, ctx| {
                site.find::<R>(id).map(|record| R::element(&record, site, ctx))
            },
            elements: |site, ctx| {
                site.iter::<R>().map(|record| R::full_element(&record, site, ctx)).collect()
            },
            remove_below: |site, id| {
                R::ids_below(site, id).iter().try_for_each(|id| site.remove::<R>(id))
            },
            ..Registration::routes(Vec::new)
        }
    }

    /// Routes without items of their own, such as tags.
    pub(super) const fn routes(routes: fn() -> Vec<Route>) -> Registration {
        Registration {
            schema: None,
            routes,
            set_up: |_, _| {},
            get: |_, id| Err(super::site::SITE.missing(id)),
            get_mut: |_, id| Err(super::site::SITE.missing(id)),
            find_by_name: |_, _| None,
            visible: |_, _, _| Vec::new(),
            element: |_, _, _| None,
            elements: |_, _| Vec::new(),
            remove_below: |_, _| Ok(()),
            on_remove: |_, _| {},
            settle: |_, _| {},
        }
    }

    pub(super) const fn on_remove(self, on_remove: fn(&mut Site, &str)) -> Registration {
        Registration { on_remove, ..self }
    }

    pub(super) const fn settle(self, settle: fn(&mut ServerState, Timestamp)) -> Registration {
        Registration { settle, ..self }
    }
}
