//! [`Grantee`]: the user or group that a permission rule applies to.

use std::fmt;

use crate::ids::{ContentId, GroupId, GroupSetId, UserId};

/// A user, a group or a group set that a permission rule is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Grantee {
    /// A user.
    User(UserId),
    /// A group of users.
    Group(GroupId),
    /// A set of groups: the users who are members of all of them (API 3.22).
    GroupSet(GroupSetId),
    /// A kind of grantee that this release does not know.
    Unknown {
        /// The kind, as the server names it.
        kind: String,
        /// The id.
        id: String,
    },
}

impl Grantee {
    /// Returns the id of the user, group or group set.
    #[inline]
    pub fn id(&self) -> &str {
        match self {
            Grantee::User(id) => id.as_str(),
            Grantee::Group(id) => id.as_str(),
            Grantee::GroupSet(id) => id.as_str(),
            Grantee::Unknown { id, .. } => id,
        }
    }

    /// Returns the kind as the server names it: `user`, `group`, `groupSet`.
    #[inline]
    pub fn kind(&self) -> &str {
        match self {
            Grantee::User(_) => UserId::KIND,
            Grantee::Group(_) => GroupId::KIND,
            Grantee::GroupSet(_) => GroupSetId::KIND,
            Grantee::Unknown { kind, .. } => kind,
        }
    }
}

impl fmt::Display for Grantee {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind(), self.id())
    }
}

macro_rules! grantees {
    ($($Id:ident: $Variant:ident),+) => {$(
        impl From<$Id> for Grantee {
            #[inline]
            fn from(id: $Id) -> Grantee {
                Grantee::$Variant(id)
            }
        }

        impl From<&$Id> for Grantee {
            #[inline]
            fn from(id: &$Id) -> Grantee {
                Grantee::$Variant(id.clone())
            }
        }
    )+};
}

grantees!(UserId: User, GroupId: Group, GroupSetId: GroupSet);
