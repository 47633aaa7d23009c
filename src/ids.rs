//! Ids: one type for each kind of item, so that a user's id cannot be passed in place of a
//! project's.

use std::fmt;

use crate::encoding::encode_segment;

/// The id of an item of content, such as a workbook.
#[diagnostic::on_unimplemented(message = "`{Self}` is not the id of content")]
pub trait ContentId: sealed::Sealed + crate::operation::PathSegment + Clone {
    /// The element of such an item: `workbook`.
    const KIND: &'static str;

    /// The id as the server sent it.
    fn as_str(&self) -> &str;
}

mod sealed {
    pub trait Sealed {}
}

#[inline]
fn id_segment(id: &str) -> Result<String, String> {
    match id {
        "" | "." | ".." => Err(format!("{id:?} is not a valid id")),
        id if id.contains('/') => Err(format!("the id {id:?} contains a slash")),
        id => Ok(encode_segment(id)),
    }
}

macro_rules! ids {
    ($(
        $(#[$doc:meta])*
        $Id:ident $(= $kind:literal)?;
    )+) => {$(
        $(#[$doc])*
        ///
        /// Usually a LUID: 32 hexadecimal digits with hyphens. The string is kept as the server
        /// sent it.
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $Id(String);

        impl $Id {
            /// The id as the server sent it.
            #[inline]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $Id {
            #[inline]
            fn from(id: &str) -> Self {
                $Id(id.to_owned())
            }
        }

        impl From<String> for $Id {
            #[inline]
            fn from(id: String) -> Self {
                $Id(id)
            }
        }

        impl From<&String> for $Id {
            #[inline]
            fn from(id: &String) -> Self {
                $Id(id.clone())
            }
        }

        impl From<&$Id> for $Id {
            #[inline]
            fn from(id: &$Id) -> Self {
                id.clone()
            }
        }

        impl fmt::Display for $Id {
            #[inline]
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $Id {
            #[inline]
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($Id), "({:?})"), self.0)
            }
        }

        impl $crate::operation::PathSegment for $Id {
            #[inline]
            fn segment(&self) -> Result<String, String> {
                id_segment(&self.0)
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $Id {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl $crate::xml::Text for $Id {
            #[inline]
            fn blank() -> Self {
                $Id(String::new())
            }

            #[inline]
            fn read(text: &str) -> Option<Self> {
                (!text.is_empty()).then(|| text.into())
            }

            #[inline]
            fn write(&self) -> String {
                self.0.clone()
            }
        }

        $(
            impl sealed::Sealed for $Id {}

            impl ContentId for $Id {
                const KIND: &'static str = $kind;

                #[inline]
                fn as_str(&self) -> &str {
                    &self.0
                }
            }

        )?
    )+};
}

ids! {
    /// The id of a site.
    SiteId;
    /// The id of a session on the server.
    ServerSessionId;
    /// The id of a user.
    UserId = "user";
    /// The id of a schedule.
    ScheduleId = "schedule";
    /// The id of a task of a schedule.
    TaskId = "task";
    /// The id of a linked task.
    LinkedTaskId;
    /// The id of a collection.
    CollectionId = "collection";
    /// The id of a webhook.
    WebhookId;
    /// The client id of a connected app.
    ConnectedAppId;
    /// The id of a secret of a connected app.
    ConnectedAppSecretId;
    /// The id of an external authorization server.
    ExternalAuthorizationServerId;
    /// The id of a data-driven alert.
    DataAlertId;
    /// The id of a group.
    GroupId = "group";
    /// The id of a group set.
    GroupSetId = "groupSet";
    /// The id of a project.
    ProjectId = "project";
    /// The id of a user's personal space; see [`Session::personal_space`](crate::Session::personal_space).
    PersonalSpaceId;
    /// The id of a workbook.
    WorkbookId = "workbook";
    /// The id of a view.
    ViewId = "view";
    /// The id of a custom view.
    CustomViewId = "customView";
    /// The id of a data source.
    DatasourceId = "datasource";
    /// The id of a flow.
    FlowId = "flow";
    /// The id of a run of a flow.
    FlowRunId = "flowRun";
    /// The id of a subscription.
    SubscriptionId;
    /// The id of a background job.
    JobId = "job";
    /// The id of a database, an asset of Tableau Catalog.
    DatabaseId = "database";
    /// The id of a table, an asset of Tableau Catalog.
    TableId = "table";
    /// The id of a column of a table, an asset of Tableau Catalog.
    ColumnId = "column";
    /// The id of a virtual connection.
    VirtualConnectionId = "virtualConnection";
    /// The id of a metric.
    MetricId = "metric";
    /// The id of a connection of a data source, a workbook, a flow or a virtual connection.
    ConnectionId;
    /// The id of a data quality warning.
    WarningId = "dataQualityWarning";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displays_the_text_of_an_id() {
        let id = UserId::from("a1");
        assert_eq!((id.to_string(), format!("{id:?}")), ("a1".into(), "UserId(\"a1\")".into()));
    }
}
