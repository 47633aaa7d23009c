//! [`Schema`]: a resource as data, from which the generic operations work.

use super::luid::Kind;
use super::role::Role;
use super::version::Version;

/// The type of a field's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Number,
    Time,
    Flag,
}

/// An attribute that requests set, or a field to filter and sort by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) value_type: Type,
    pub(super) required: bool,
    /// Whether requests cannot set it.
    pub(super) read_only: bool,
    pub(super) default: Option<&'static str>,
    /// The values of an enumeration, separated by spaces; empty if any string is allowed.
    pub(super) values: &'static str,
    pub(super) range: (i64, i64),
    /// The error code for a value that is not allowed.
    pub(super) code: &'static str,
    /// The first API version whose requests can set it.
    pub(super) since: Version,
    /// For filters: the path of the value in the item's element, if it is not a plain attribute.
    pub(super) path: &'static str,
}

const fn field(name: &'static str, value_type: Type) -> Field {
    Field {
        name,
        value_type,
        required: false,
        read_only: false,
        default: None,
        values: "",
        range: (i64::MIN, i64::MAX),
        code: "400003",
        since: Version(0, 0),
        path: "",
    }
}

pub(super) const fn text(name: &'static str) -> Field {
    field(name, Type::Text)
}

pub(super) const fn number(name: &'static str) -> Field {
    field(name, Type::Number)
}

pub(super) const fn flag(name: &'static str) -> Field {
    field(name, Type::Flag)
}

pub(super) const fn one_of(name: &'static str, values: &'static str) -> Field {
    Field { values, ..text(name) }
}

impl Field {
    pub(super) const fn required(self) -> Field {
        Field { required: true, ..self }
    }

    pub(super) const fn read_only(self) -> Field {
        Field { read_only: true, ..self }
    }

    pub(super) const fn default(self, value: &'static str) -> Field {
        Field { default: Some(value), ..self }
    }

    pub(super) const fn range(self, min: i64, max: i64) -> Field {
        Field { range: (min, max), ..self }
    }

    pub(super) const fn code(self, code: &'static str) -> Field {
        Field { code, ..self }
    }

    pub(super) const fn since(self, major: u16, minor: u16) -> Field {
        Field { since: Version(major, minor), ..self }
    }
}

/// The fields of a list by their type, separated by spaces. A field such as `viewId=view@id` has
/// the path of a value that is not a plain attribute of the item's element.
pub(super) type Filters = &'static [(Type, &'static str)];

/// The field of that name.
pub(super) fn filter_field(filters: Filters, name: &str) -> Option<Field> {
    filters.iter().find_map(|&(value_type, words)| {
        let mut fields =
            words.split_whitespace().map(|word| word.split_once('=').unwrap_or((word, "")));
        let (name, path) = fields.find(|(known, _)| *known == name)?;
        Some(Field { path, ..field(name, value_type) })
    })
}

/// Whether a list that is separated by spaces contains the word.
pub(super) fn contains(words: &str, word: &str) -> bool {
    words.split_whitespace().any(|known| known == word)
}

/// The operations that need no resource-specific code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    List,
    Get,
    Create,
    Update,
    Delete,
    /// Adds a user to an item, such as a recipient to an alert.
    AddUser,
    RemoveUser,
}

/// A resource as data.
#[derive(Debug)]
pub(super) struct Schema {
    pub(super) kind: Kind,
    /// The path below the site, or with a leading `/` below `/api/{version}`.
    pub(super) path: &'static str,
    /// The element of an item, and of a list.
    pub(super) element: &'static str,
    pub(super) list: &'static str,
    /// The generic operations, by their first API version.
    pub(super) operations: &'static [(u16, u16, &'static [Operation])],
    /// The attributes, in the order in which they are written.
    pub(super) attributes: &'static [Field],
    /// The names of the children that are stored as requests send them.
    pub(super) children: &'static str,
    /// The fields to filter and sort by.
    pub(super) filters: Filters,
    /// Attributes and children that a list contains only if `fields` requests them.
    pub(super) hidden: &'static str,
    /// Attributes that are stored, but never part of a response.
    pub(super) internal: &'static str,
    /// Whether `createdAt` and `updatedAt` are part of a response.
    pub(super) dated: bool,
    /// The attribute that is unique among the items of one parent, and the error code.
    pub(super) unique: Option<(&'static str, &'static str)>,
    /// The error code for a missing required attribute.
    pub(super) missing: &'static str,
    /// The role that listing, creating and changing needs.
    pub(super) read: Role,
    pub(super) create: Role,
    pub(super) change: Role,
    /// Whether the owner can change and delete an item without that role.
    pub(super) owner_can_change: bool,
    /// Whether updates can name another owner.
    pub(super) has_owner: bool,
    /// Whether a response has `<owner id="…" name="…">`.
    pub(super) shows_owner: bool,
    /// The attribute of a request that names the parent of a new item, and the path segment of the
    /// parent's resource.
    pub(super) parent: Option<(&'static str, &'static str)>,
    /// The kinds of items that an item belongs to: deleting one of them deletes the item.
    pub(super) parents: &'static [Kind],
}

impl Schema {
    /// Administrators create and change items, everyone can read them.
    pub(super) const fn new(
        kind: Kind,
        path: &'static str,
        element: &'static str,
        list: &'static str,
    ) -> Schema {
        Schema {
            kind,
            path,
            element,
            list,
            operations: &[],
            attributes: &[],
            children: "",
            filters: &[],
            hidden: "",
            internal: "",
            dated: false,
            unique: None,
            missing: "400000",
            read: Role::Reader,
            create: Role::SiteAdmin,
            change: Role::SiteAdmin,
            owner_can_change: false,
            has_owner: false,
            shows_owner: false,
            parent: None,
            parents: &[],
        }
    }

    /// Whether the items belong to the server rather than to a site.
    pub(super) fn is_server_wide(&self) -> bool {
        self.path.starts_with('/')
    }
}
