//! Ids as types: each kind of thing has its own, so that a user's id is never taken for a project's.

use std::fmt;

use crate::http::encode_segment;

/// An id that says where on the site its kind of thing lives.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name a thing with an address of its own on a site"
)]
pub trait Located: sealed::Sealed {
    /// The URL segment of the kind: `workbooks`.
    const AT: &'static str;

    /// The id as the server wrote it.
    fn as_str(&self) -> &str;

    /// The path below the site: `workbooks/{id}`, the id percent-encoded.
    #[doc(hidden)]
    fn path(&self) -> String {
        format!("{}/{}", Self::AT, encode_segment(self.as_str()))
    }
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! ids {
    ($( $(#[$doc:meta])* $Id:ident $(= $at:literal)? $(: $($can:ident)+)? ; )+) => {$(
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

        impl $crate::xml::Text for $Id {
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

                fn as_str(&self) -> &str {
                    &self.0
                }
            }
        )?
        $( $( impl $can for $Id {} )+ )?
    )+};
}

ids! {
    /// The id of a site.
    SiteId;
    /// The id of a user.
    UserId = "users";
    /// The id of a project.
    ProjectId = "projects";
    /// The id of a workbook.
    WorkbookId = "workbooks";
    /// The id of a view.
    ViewId = "views";
    /// The id of a custom view.
    CustomViewId = "customviews";
    /// The id of a data source.
    DatasourceId = "datasources";
    /// The id of a flow.
    FlowId = "flows";
    /// The id of a run of a flow.
    FlowRunId = "flows/runs";
    /// The id of a background job.
    JobId = "jobs";
    /// The id of a group.
    GroupId = "groups";
    /// The id of a group set.
    GroupSetId = "groupsets";
    /// The id of a database, an asset of Tableau Catalog.
    DatabaseId = "databases";
    /// The id of a table, an asset of Tableau Catalog.
    TableId = "tables";
    /// The id of a column of a table, an asset of Tableau Catalog.
    ColumnId = "columns";
    /// The id of a virtual connection.
    VirtualConnectionId = "virtualConnections";
    /// The id of a connection of a data source, a workbook, a flow or a virtual connection.
    ConnectionId;
    /// The id of a data quality warning.
    WarningId = "dataQualityWarnings";
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
