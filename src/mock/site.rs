//! [`Site`]: a site and everything on it.

use std::borrow::Cow;

use super::api_error::ApiError;
use super::collection::Collection;
use super::collections::Collections;
use super::context::Context;
use super::element::Element;
use super::event::{Event, Events};
use super::luid::{ADDED, Kind, luid, number};
use super::record::{Record, Resource};
use super::registry::Registry;
use super::sample::Sample;

pub(super) const SITE: Kind = Kind::new(0x51, "404000", "Site");

/// A site. Number 0 holds the items that belong to the server.
pub(super) struct Site {
    pub(super) number: u16,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) content_url: String,
    registry: &'static Registry,
    collections: Collections,
}

impl Site {
    pub(super) fn new(
        number: u16,
        name: &str,
        content_url: &str,
        registry: &'static Registry,
        sample: &Sample,
    ) -> Site {
        let mut site = Site {
            number,
            id: luid(SITE, number, u64::from(number)),
            name: name.to_owned(),
            content_url: content_url.to_owned(),
            registry,
            collections: Collections::default(),
        };
        registry.resources.iter().for_each(|resource| (resource.set_up)(&mut site, sample));
        (registry.add_samples)(&mut site, sample);
        site
    }

    /// Stores state that is not a collection of items.
    pub(super) fn insert<T: Send + 'static>(&mut self, value: T) {
        self.collections.insert(value);
    }

    /// State that a resource keeps in addition to its items.
    pub(super) fn state<T: Send + 'static>(&self) -> Option<&T> {
        self.collections.get()
    }

    pub(super) fn state_mut<T: Default + Send + 'static>(&mut self) -> &mut T {
        self.collections.get_or_default()
    }

    /// The items of a resource, which has to be in the registry.
    pub(super) fn items<R: Resource>(&self) -> &Collection<R> {
        let items = self.collections.get();
        items.unwrap_or_else(|| panic!("'{}' is not registered", R::SCHEMA.list))
    }

    pub(super) fn items_mut<R: Resource>(&mut self) -> &mut Collection<R> {
        self.collections.get_or_default()
    }

    pub(super) fn iter<R: Resource>(&self) -> impl DoubleEndedIterator<Item = Cow<'_, Record>> {
        self.items::<R>().iter()
    }

    pub(super) fn find<R: Resource>(&self, id: &str) -> Option<Cow<'_, Record>> {
        self.items::<R>().find(id)
    }

    /// The item, or the error for an unknown id.
    pub(super) fn get<R: Resource>(&self, id: &str) -> Result<Cow<'_, Record>, ApiError> {
        self.items::<R>().get(id)
    }

    pub(super) fn get_mut<R: Resource>(&mut self, id: &str) -> Result<&mut Record, ApiError> {
        self.items_mut::<R>().get_mut(id)
    }

    pub(super) fn new_id<R: Resource>(&mut self) -> String {
        self.items_mut::<R>().new_id()
    }

    pub(super) fn add<R: Resource>(&mut self, record: Record) {
        self.items_mut::<R>().add(record);
    }

    /// The name of an item; empty if there is no such item.
    pub(super) fn name_of<R: Resource>(&self, id: &str) -> String {
        self.find::<R>(id).map(|record| record.name().to_owned()).unwrap_or_default()
    }

    /// Returns a reference to an item: `<project id="…" name="…">`.
    pub(super) fn reference<R: Resource>(&self, element: &'static str, id: &str) -> Element {
        Element::reference(element, id).with("name", self.name_of::<R>(id))
    }

    /// Like [`reference`](Site::reference), for an item of the resource at that path segment.
    pub(super) fn reference_at(&self, segment: &str, element: &'static str, id: &str) -> Element {
        let record = self.record(segment, id).and_then(Result::ok);
        Element::reference(element, id).with("name", record.as_ref().map_or("", |r| r.name()))
    }

    /// Removes an item, the items that belong to it, and what other resources keep about them.
    pub(super) fn remove<R: Resource>(&mut self, id: &str) -> Result<(), ApiError> {
        let registry = self.registry;
        // Child items are removed first, because some can only be found while the parent exists.
        for resource in registry.resources {
            if resource.schema.is_some_and(|s| s.parents.iter().any(|kind| kind.has(id))) {
                (resource.remove_below)(self, id)?;
            }
        }
        let event = Event::new(R::SCHEMA.element, id, &self.name_of::<R>(id), "Deleted");
        self.items_mut::<R>().remove(id)?;
        self.note(event);
        registry.resources.iter().for_each(|resource| (resource.on_remove)(self, id));
        Ok(())
    }

    /// Keeps an event for the webhooks of the site.
    pub(super) fn note(&mut self, event: Event) {
        self.state_mut::<Events>().0.push(event);
    }

    /// The first item of that name, regardless of case, of the resource at that path segment.
    pub(super) fn by_name(&self, segment: &str, name: &str) -> Option<Cow<'_, Record>> {
        let resource = self.registry.resource(segment)?;
        let id = (resource.find_by_name)(self, name)?;
        (resource.get)(self, &id).ok()
    }

    /// The element of an item of the resource at that path segment.
    pub(super) fn element(&self, segment: &str, id: &str, ctx: &Context) -> Option<Element> {
        (self.registry.resource(segment)?.element)(self, id, ctx)
    }

    /// The user with that id.
    pub(super) fn user(&self, id: &str) -> Result<Cow<'_, Record>, ApiError> {
        self.record("users", id).unwrap_or_else(|| Err(ApiError::not_signed_in()))
    }

    /// The id of the group of all users.
    pub(super) fn all_users(&self) -> String {
        let schema = self.registry.resource("groups").and_then(|resource| resource.schema);
        schema.map(|schema| luid(schema.kind, self.number, 0)).unwrap_or_default()
    }

    /// The number of a sample item; `None` for items that were added.
    pub(super) fn sample_number(&self, segment: &str, id: &str) -> Option<u64> {
        let kind = self.registry.resource(segment)?.schema?.kind;
        number(id, kind, self.number).filter(|number| *number < ADDED)
    }

    /// The item that a path names: the segment of its resource, such as `workbooks`, and its id.
    /// `None` if there is no such resource.
    pub(super) fn record(
        &self,
        segment: &str,
        id: &str,
    ) -> Option<Result<Cow<'_, Record>, ApiError>> {
        self.registry.resource(segment).map(|resource| (resource.get)(self, id))
    }

    pub(super) fn record_mut(
        &mut self,
        segment: &str,
        id: &str,
    ) -> Option<Result<&mut Record, ApiError>> {
        self.registry.resource(segment).map(|resource| (resource.get_mut)(self, id))
    }
}
