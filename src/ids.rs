//! Ids as types: each kind of thing has its own, so that a user's id is never taken for a project's.

use std::fmt;

use crate::encoding::encode_segment;

/// An id that says where on the site its kind of thing lives.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name a thing with an address of its own on a site"
)]
pub trait Located: sealed::Sealed + crate::operation::PathSegment + Clone {
    /// The URL segment of the kind: `workbooks`.
    const AT: &'static str;

    /// The element of one such thing: `workbook`.
    const KIND: &'static str;

    /// The id as the server wrote it.
    fn as_str(&self) -> &str;

    /// The path below the site: `workbooks/{id}`, the id percent-encoded.
    #[doc(hidden)]
    fn path(&self) -> String {
        format!("{}/{}", Self::AT, encode_segment(self.as_str()))
    }
}

/// The id of an item of content, such as a workbook.
#[diagnostic::on_unimplemented(message = "`{Self}` is not the id of content")]
pub trait ContentId: Located {}

impl<I: Located> ContentId for I {}

/// Declares what ids can do: marks, each with the first API version that has it for the kind.
macro_rules! marks {
    ($( $(#[$doc:meta])* $Mark:ident: $lacks:literal, $who:literal; )+) => {$(
        $(#[$doc])*
        #[diagnostic::on_unimplemented(message = $lacks, label = "not this one", note = $who)]
        pub trait $Mark: Located {
            /// The first API version that has it for this kind of thing.
            #[doc(hidden)]
            const SINCE: (u16, u16);
        }
    )+};
}

marks! {
    /// The id of a thing with permissions of its own; see
    /// [`Session::permissions`](crate::Session::permissions).
    Permissioned: "`{Self}` names a thing that has no permissions of its own",
        "projects, workbooks, views, data sources, flows, virtual connections, databases and tables do";
    /// The id of a thing that connects to data; see
    /// [`Session::connections`](crate::Session::connections).
    Connected: "`{Self}` names a thing that has no connections of its own",
        "workbooks, data sources and flows do";
    /// The id of a thing whose connections can be given one login; see
    /// [`Connections::update_all`](crate::Connections::update_all).
    BatchConnected: "`{Self}` names a thing whose connections are updated one by one",
        "workbooks and data sources take one login for several";
    /// The id of a thing whose older revisions are kept; see
    /// [`Session::revisions`](crate::Session::revisions).
    Revisioned: "`{Self}` names a thing of which no revisions are kept",
        "workbooks, data sources, flows and virtual connections do";
    /// The id of a thing of which a revision can be deleted; see
    /// [`Revisions::delete`](crate::Revisions::delete).
    Prunable: "`{Self}` names a thing whose revisions cannot be deleted one by one",
        "those of workbooks and data sources can";
    /// The id of a thing whose data can be warned of; see
    /// [`Session::quality_warnings`](crate::Session::quality_warnings).
    Qualified: "`{Self}` names a thing that carries no data quality warnings",
        "data sources, flows, databases and tables do";
    /// The id of a thing that can hold extracts; see [`Session::extracts`](crate::Session::extracts).
    Extracted: "`{Self}` names a thing that holds no extracts of its own",
        "workbooks and data sources do";
    /// The id of a thing whose extracts can be refreshed.
    Refreshed: "`{Self}` names a thing that cannot be refreshed",
        "workbooks and data sources can";
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! ids {
    ($(
        $(#[$doc:meta])*
        $Id:ident $(= $at:literal, $kind:literal)?
        $(: $($Mark:ident($major:literal, $minor:literal))+)? ;
    )+) => {$(
        $(#[$doc])*
        ///
        /// A LUID, as a rule: 32 hex digits with hyphens. It is kept as the server wrote it.
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $Id(String);

        impl $Id {
            /// The id as the server wrote it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $Id {
            fn from(id: &str) -> Self {
                $Id(id.to_owned())
            }
        }

        impl From<String> for $Id {
            fn from(id: String) -> Self {
                $Id(id)
            }
        }

        impl From<&$Id> for $Id {
            fn from(id: &$Id) -> Self {
                id.clone()
            }
        }

        impl fmt::Display for $Id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $Id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($Id), "({:?})"), self.0)
            }
        }

        impl $crate::operation::PathSegment for $Id {
            fn segment(&self) -> Result<String, String> {
                match self.as_str() {
                    id @ ("" | "." | "..") => Err(format!("{id:?} is not an id")),
                    id if id.contains('/') => Err(format!("the id {id:?} has a slash in it")),
                    id => Ok(encode_segment(id)),
                }
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $Id {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl $crate::xml::Text for $Id {
            fn blank() -> Self {
                $Id(String::new())
            }

            fn read(text: &str) -> Option<Self> {
                (!text.is_empty()).then(|| text.into())
            }

            fn write(&self) -> String {
                self.0.clone()
            }
        }

        $(
            impl sealed::Sealed for $Id {}

            impl Located for $Id {
                const AT: &'static str = $at;
                const KIND: &'static str = $kind;

                fn as_str(&self) -> &str {
                    &self.0
                }
            }
        )?
        $($(
            impl $Mark for $Id {
                const SINCE: (u16, u16) = ($major, $minor);
            }
        )+)?
    )+};
}

ids! {
    /// The id of a site.
    SiteId;
    /// The id of a user.
    UserId = "users", "user";
    /// The id of a schedule.
    ScheduleId = "schedules", "schedule";
    /// The id of a task of a schedule.
    TaskId = "tasks", "task";
    /// The id of a group.
    GroupId = "groups", "group";
    /// The id of a group set.
    GroupSetId = "groupsets", "groupSet";
    /// The id of a project.
    ProjectId = "projects", "project": Permissioned(2, 0);
    /// The id of a user's personal space; see [`Session::personal_space`](crate::Session::personal_space).
    PersonalSpaceId;
    /// The id of a workbook.
    WorkbookId = "workbooks", "workbook":
        Permissioned(2, 0) Connected(2, 0) BatchConnected(3, 26) Revisioned(2, 3) Prunable(2, 3)
        Extracted(3, 5) Refreshed(2, 8);
    /// The id of a view.
    ViewId = "views", "view": Permissioned(3, 2);
    /// The id of a custom view.
    CustomViewId = "customviews", "customView";
    /// The id of a data source.
    DatasourceId = "datasources", "datasource":
        Permissioned(2, 0) Connected(2, 3) BatchConnected(3, 26) Revisioned(2, 3) Prunable(2, 3)
        Qualified(3, 5) Extracted(3, 5) Refreshed(2, 8);
    /// The id of a flow.
    FlowId = "flows", "flow":
        Permissioned(3, 3) Connected(3, 3) Revisioned(3, 3) Qualified(3, 5);
    /// The id of a run of a flow.
    FlowRunId = "flows/runs", "flowRun";
    /// The id of a subscription.
    SubscriptionId;
    /// The id of a background job.
    JobId = "jobs", "job";
    /// The id of a database, an asset of Tableau Catalog.
    DatabaseId = "databases", "database": Permissioned(3, 5) Qualified(3, 5);
    /// The id of a table, an asset of Tableau Catalog.
    TableId = "tables", "table": Permissioned(3, 5) Qualified(3, 5);
    /// The id of a column of a table, an asset of Tableau Catalog.
    ColumnId = "columns", "column";
    /// The id of a virtual connection.
    VirtualConnectionId = "virtualConnections", "virtualConnection":
        Permissioned(3, 22) Revisioned(3, 23);
    /// The id of a connection of a data source, a workbook, a flow or a virtual connection.
    ConnectionId;
    /// The id of a data quality warning.
    WarningId = "dataQualityWarnings", "dataQualityWarning";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stay_inside_their_segment() {
        assert_eq!(WorkbookId::from("3cc6").path(), "workbooks/3cc6");
        assert_eq!(WorkbookId::from("../users/x?y#z").path(), "workbooks/..%2Fusers%2Fx%3Fy%23z");
    }

    #[test]
    fn ids_print_plainly() {
        let id = UserId::from("a1");
        assert_eq!((id.to_string(), format!("{id:?}")), ("a1".into(), "UserId(\"a1\")".into()));
    }
}
