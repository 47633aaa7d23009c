//! [`Record`]: a stored item of any resource. [`Resource`]: the behavior that is specific to a resource.

use std::borrow::Cow;

use jiff::Timestamp;

use super::api_error::ApiError;
use super::clock::written;
use super::context::Context;
use super::element::Element;
use super::filter::{Value, parse};
use super::route::Route;
use super::schema::{Field, Schema, Type, contains};
use super::site::Site;
use super::version::Version;

/// A stored item: its owner, its parent and its attributes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Record {
    pub(super) id: String,
    /// The number in the address of its web page.
    pub(super) number: u64,
    pub(super) owner: String,
    /// The id of the item that it belongs to: the workbook of a view, the project of a workbook.
    pub(super) parent: Option<String>,
    pub(super) created: Timestamp,
    pub(super) updated: Timestamp,
    pub(super) tags: Vec<String>,
    /// The users it is for, such as the recipients of an alert.
    pub(super) users: Vec<String>,
    pub(super) attributes: Vec<(&'static str, String)>,
    pub(super) children: Vec<Element>,
}

impl Record {
    pub(super) fn new(id: String) -> Record {
        Record { id, ..Record::default() }
    }

    pub(super) fn name(&self) -> &str {
        self.attr("name")
    }

    /// An attribute's value; empty if it has none.
    pub(super) fn attr(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    pub(super) fn int(&self, name: &str) -> u64 {
        self.get(name).and_then(|text| text.parse().ok()).unwrap_or_default()
    }

    pub(super) fn set(&mut self, name: &'static str, value: impl ToString) {
        match self.attributes.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value.to_string(),
            None => self.attributes.push((name, value.to_string())),
        }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl ToString) -> Record {
        self.set(name, value);
        self
    }

    pub(super) fn clear(&mut self, name: &str) {
        self.attributes.retain(|(known, _)| *known != name);
    }

    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Stores a child, replacing the one of the same name.
    pub(super) fn set_child(&mut self, child: Element) {
        match self.children.iter_mut().find(|known| known.name == child.name) {
            Some(known) => *known = child,
            None => self.children.push(child),
        }
    }

    /// Stores the attributes and children of a request.
    pub(super) fn apply(
        &mut self,
        schema: &Schema,
        body: &Element,
        version: Version,
        is_new: bool,
    ) -> Result<(), ApiError> {
        for field in schema.attributes.iter().filter(|field| field.since <= version) {
            let is_unknown =
                |value: &str| field.value_type == Type::Flag && value.eq_ignore_ascii_case("none");
            let sent = body.attr(field.name).filter(|v| !field.read_only && !is_unknown(v));
            match sent.filter(|value| !(field.required && value.is_empty())) {
                Some(value) => self.set(field.name, field.check(value)?),
                None if !is_new => {}
                None if field.required => {
                    let detail = format!("<{}> needs the attribute '{}'.", body.name, field.name);
                    return Err(ApiError::bad(schema.missing, detail));
                }
                None => {
                    if let Some(value) = field.default.filter(|_| self.get(field.name).is_none()) {
                        self.set(field.name, value);
                    }
                }
            }
        }
        for child in body.children.iter().filter(|child| contains(schema.children, &child.name)) {
            self.set_child(child.clone());
        }
        Ok(())
    }

    /// The element with the stored attributes and children that the API version has; the resource adds
    /// the rest.
    fn stored_element(&self, schema: &'static Schema, version: Version) -> Element {
        let mut element = Element::reference(schema.element, &self.id);
        let is_newer = |name| {
            schema.attributes.iter().any(|field| field.name == name && field.since > version)
        };
        for (name, value) in &self.attributes {
            if !contains(schema.internal, name) && !is_newer(*name) {
                element = element.with(*name, value);
            }
        }
        if schema.dated {
            element = element
                .with("createdAt", written(self.created))
                .with("updatedAt", written(self.updated));
        }
        element.containing(self.children.iter().cloned())
    }

    /// A stored value to filter or sort by.
    fn value(&self, field: &Field) -> Value {
        match field.name {
            "id" | "luid" => Value::Text(self.id.clone()),
            "createdAt" => Value::Time(self.created),
            "updatedAt" => Value::Time(self.updated),
            "tags" => Value::Texts(self.tags.clone()),
            name => self.get(name).map_or(Value::None, |text| parse(field.value_type, text)),
        }
    }
}

impl Field {
    /// Normalizes a value for storage, or rejects it.
    pub(super) fn check(&self, value: &str) -> Result<String, ApiError> {
        let error = || {
            let allowed = match (self.values, self.range) {
                ("", (min, max)) => format!("a number from {min} to {max}"),
                (words, _) => format!("one of {words}"),
            };
            ApiError::bad(self.code, format!("'{}' cannot be '{value}': use {allowed}.", self.name))
        };
        match self.value_type {
            Type::Flag => super::element::flag(self.name, value).map(|flag| flag.to_string()),
            Type::Number => {
                let (min, max) = self.range;
                let number = value.parse().ok().filter(|number| (min..=max).contains(number));
                number.map(|number: i64| number.to_string()).ok_or_else(error)
            }
            _ if self.values.is_empty() => Ok(value.to_owned()),
            _ => {
                let mut words = self.values.split_whitespace();
                let known = words.find(|known| known.eq_ignore_ascii_case(value));
                known.map(str::to_owned).ok_or_else(error)
            }
        }
    }
}

/// An item that a request creates or changes, before it is stored.
pub(super) struct Change<'a> {
    pub(super) record: &'a mut Record,
    /// The stored item before the change; `None` for a new one.
    pub(super) before: Option<&'a Record>,
    pub(super) body: &'a Element,
    pub(super) site: &'a mut Site,
    pub(super) ctx: &'a Context<'a>,
}

/// A resource: its schema, and what the schema cannot express. All functions have defaults.
pub(super) trait Resource: Sized + 'static {
    const SCHEMA: &'static Schema;

    /// The routes in addition to those of the schema's operations.
    fn routes() -> Vec<Route> {
        Vec::new()
    }

    /// Adds to an item's element what is computed rather than stored.
    fn complete(_record: &Record, element: Element, _site: &Site, _ctx: &Context) -> Element {
        element
    }

    /// Adds to an item's element what only a request for one item returns.
    fn detail(_record: &Record, element: Element, _site: &Site, _ctx: &Context) -> Element {
        element
    }

    /// A computed value to filter or sort by; `None` if the field is stored or has a path.
    fn computed(_record: &Record, _field: &str, _site: &Site) -> Option<Value> {
        None
    }

    /// Checks and completes an item that a request creates or changes.
    fn validate(_change: Change<'_>) -> Result<(), ApiError> {
        Ok(())
    }

    /// Rejects the deletion of items that must not be deleted.
    fn check_delete(_record: &Record, _site: &Site, _ctx: &Context) -> Result<(), ApiError> {
        Ok(())
    }

    /// The id of the item's owner.
    fn owner<'a>(record: &'a Record, _site: &'a Site) -> Cow<'a, str> {
        Cow::Borrowed(&record.owner)
    }

    /// Whether the caller may see the item.
    fn is_visible(_record: &Record, _site: &Site, _ctx: &Context) -> bool {
        true
    }

    /// Whether there may be items that the caller cannot see.
    fn may_hide(_site: &Site, _ctx: &Context) -> bool {
        false
    }

    /// The ids of the items that belong to another.
    fn ids_below(site: &Site, parent: &str) -> Vec<String> {
        let is_below = |record: &Cow<'_, Record>| record.parent.as_deref() == Some(parent);
        site.iter::<Self>().filter(is_below).map(|record| record.id.clone()).collect()
    }

    /// The element of an item in a list.
    fn element(record: &Record, site: &Site, ctx: &Context) -> Element {
        let owner =
            Self::SCHEMA.shows_owner.then(|| site.reference_at("users", "owner", &record.owner));
        let element = record.stored_element(Self::SCHEMA, ctx.version).containing(owner);
        Self::complete(record, element, site, ctx)
    }

    /// The element of an item in a response about this item alone.
    fn full_element(record: &Record, site: &Site, ctx: &Context) -> Element {
        Self::detail(record, Self::element(record, site, ctx), site, ctx)
    }

    /// The value of a field to filter or sort by.
    fn value(record: &Record, field: &Field, site: &Site, ctx: &Context) -> Value {
        if let Some(value) = Self::computed(record, field.name, site) {
            return value;
        }
        if field.path.is_empty() {
            return record.value(field);
        }
        super::filter::value_in(&Self::element(record, site, ctx), field)
    }
}
