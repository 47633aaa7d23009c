//! The fields of each room, with the operators that the REST reference has for them.

/// Declares the constants of a room that its list is filtered and sorted by. A room has them by one
/// line: `fields!(workbooks Workbook);`.
macro_rules! fields {
    (@table $Item:ident { $( $NAME:ident = $wire:literal $kind:tt [$($op:ident)+]; )+ }) => {$(
        #[doc = concat!("The field `", $wire, "` of the list, with the operators", $(" `", stringify!($op), "`",)+ ".")]
        pub const $NAME: $crate::query::Field<
            $Item,
            $crate::common::fields!(@kind $kind),
            $crate::common::fields!(@ops $($op)+),
        > = $crate::query::Field::new($wire);
    )+};
    (@kind Text) => { $crate::query::Text };
    (@kind Number) => { $crate::query::Number };
    (@kind Time) => { $crate::query::Time };
    (@kind Flag) => { $crate::query::Flag };
    (@kind ($Word:ty)) => { $crate::query::Word<$Word> };
    (@ops eq) => { $crate::query::ops::Equal };
    (@ops eq in) => { $crate::query::ops::EqualOrIn };
    (@ops eq gt gte lt lte) => { $crate::query::ops::Ordered };
    (@ops has) => { $crate::query::ops::Has };
    (@ops eq has) => { $crate::query::ops::EqualOrHas };

    (custom_views $Item:ident) => { $crate::common::fields! { @table $Item {
        CREATED_AT = "createdAt" Time [eq gt gte lt lte];
        ID = "id" ($crate::CustomViewId) [eq in];
        NAME = "name" Text [eq in];
        OWNER_ID = "ownerId" ($crate::UserId) [eq];
        SHARED = "shared" Flag [eq];
        UPDATED_AT = "updatedAt" Time [eq gt gte lt lte];
        VIEW_ID = "viewId" ($crate::ViewId) [eq];
        WORKBOOK_ID = "workbookId" ($crate::WorkbookId) [eq];
    } } };
    (datasources $Item:ident) => { $crate::common::fields! { @table $Item {
        AUTHENTICATION_TYPE = "authenticationType" Text [eq in];
        CONNECTED_WORKBOOK_TYPE = "connectedWorkbookType" Number [eq gt gte lt lte];
        CONNECTION_TO = "connectionTo" Text [eq in];
        CONNECTION_TYPE = "connectionType" Text [eq in];
        CONTENT_URL = "contentUrl" Text [eq in];
        CREATED_AT = "createdAt" Time [eq gt gte lt lte];
        DATABASE_NAME = "databaseName" Text [eq in];
        DATABASE_USER_NAME = "databaseUserName" Text [eq in];
        DESCRIPTION = "description" Text [eq in];
        FAVORITES_TOTAL = "favoritesTotal" Number [eq gt gte lt lte];
        HAS_ALERT = "hasAlert" Flag [eq];
        HAS_EMBEDDED_PASSWORD = "hasEmbeddedPassword" Flag [eq];
        HAS_EXTRACTS = "hasExtracts" Flag [eq];
        IS_CERTIFIED = "isCertified" Flag [eq];
        IS_CONNECTABLE = "isConnectable" Flag [eq];
        IS_DEFAULT_PORT = "isDefaultPort" Flag [eq];
        IS_HIERARCHICAL = "isHierarchical" Flag [eq];
        IS_PUBLISHED = "isPublished" Flag [eq];
        NAME = "name" Text [eq in];
        OWNER_DOMAIN = "ownerDomain" Text [eq in];
        OWNER_EMAIL = "ownerEmail" Text [eq];
        OWNER_NAME = "ownerName" Text [eq in];
        PROJECT_NAME = "projectName" Text [eq in];
        SERVER_NAME = "serverName" Text [eq in];
        SERVER_PORT = "serverPort" Number [eq];
        SIZE = "size" Number [eq gt gte lt lte];
        TABLE_NAME = "tableName" Text [eq in];
        TAGS = "tags" Text [eq in];
        TYPE = "type" Text [eq];
        UPDATED_AT = "updatedAt" Time [eq gt gte lt lte];
    } } };
    (flow_runs $Item:ident) => { $crate::common::fields! { @table $Item {
        COMPLETED_AT = "completedAt" Time [eq gt gte lt lte];
        FLOW_ID = "flowId" ($crate::FlowId) [eq in];
        PROGRESS = "progress" Number [eq gt gte lt lte];
        STARTED_AT = "startedAt" Time [eq gt gte lt lte];
        USER_ID = "userId" ($crate::UserId) [eq in];
    } } };
    (flows $Item:ident) => { $crate::common::fields! { @table $Item {
        CREATED_AT = "createdAt" Time [eq gt gte lt lte];
        NAME = "name" Text [eq in];
        OWNER_NAME = "ownerName" Text [eq];
        PROJECT_ID = "projectId" ($crate::ProjectId) [eq];
        PROJECT_NAME = "projectName" Text [eq in];
        UPDATED_AT = "updatedAt" Time [eq gt gte lt lte];
    } } };
    (groups $Item:ident) => { $crate::common::fields! { @table $Item {
        DOMAIN_NAME = "domainName" Text [eq in];
        DOMAIN_NICKNAME = "domainNickname" Text [eq in];
        IS_LOCAL = "isLocal" Flag [eq];
        MINIMUM_SITE_ROLE = "minimumSiteRole" ($crate::SiteRole) [eq in];
        NAME = "name" Text [eq in];
        USER_COUNT = "userCount" Number [eq gt gte lt lte];
    } } };
    (group_sets $Item:ident) => { $crate::common::fields! { @table $Item {
        NAME = "name" Text [eq in];
    } } };
    (jobs $Item:ident) => { $crate::common::fields! { @table $Item {
        ARGS = "args" Text [has];
        COMPLETED_AT = "completedAt" Time [eq gt gte lt lte];
        CREATED_AT = "createdAt" Time [eq gt gte lt lte];
        JOB_TYPE = "jobType" Text [eq in];
        NOTES = "notes" Text [has];
        PRIORITY = "priority" Number [eq gt gte lt lte];
        PROGRESS = "progress" Number [eq gt gte lt lte];
        STARTED_AT = "startedAt" Time [eq gt gte lt lte];
        STATUS = "status" ($crate::jobs::JobStatus) [eq];
        SUBTITLE = "subtitle" Text [eq has];
        TITLE = "title" Text [eq has];
    } } };
    (metrics $Item:ident) => { $crate::common::fields! { @table $Item {
        CREATED_AT = "createdAt" Time [eq gt gte lt lte];
        FAVORITES_TOTAL = "favoritesTotal" Number [eq gt gte lt lte];
        HITS_TOTAL = "hitsTotal" Number [eq gt gte lt lte];
        NAME = "name" Text [eq in];
        OWNER_DOMAIN = "ownerDomain" Text [eq in];
        OWNER_EMAIL = "ownerEmail" Text [eq in];
        OWNER_NAME = "ownerName" Text [eq in];
        PROJECT_NAME = "projectName" Text [eq];
        TAGS = "tags" Text [eq in];
        UPDATED_AT = "updatedAt" Time [eq gt gte lt lte];
    } } };
    (projects $Item:ident) => { $crate::common::fields! { @table $Item {
        CREATED_AT = "createdAt" Time [eq gt gte lt lte];
        NAME = "name" Text [eq in];
        OWNER_DOMAIN = "ownerDomain" Text [eq in];
        OWNER_EMAIL = "ownerEmail" Text [eq in];
        OWNER_NAME = "ownerName" Text [eq in];
        PARENT_PROJECT_ID = "parentProjectId" ($crate::ProjectId) [eq in];
        TOP_LEVEL_PROJECT = "topLevelProject" Flag [eq];
        UPDATED_AT = "updatedAt" Time [eq gt gte lt lte];
    } } };
    (users $Item:ident) => { $crate::common::fields! { @table $Item {
        FRIENDLY_NAME = "friendlyName" Text [eq in];
        LAST_LOGIN = "lastLogin" Time [eq gt gte lt lte];
        LUID = "luid" ($crate::UserId) [eq in];
        NAME = "name" Text [eq in];
        SITE_ROLE = "siteRole" ($crate::SiteRole) [eq in];
    } } };
    (views $Item:ident) => { $crate::common::fields! { @table $Item {
        CAPTION = "caption" Text [eq in];
        CONTENT_URL = "contentUrl" Text [eq in];
        CREATED_AT = "createdAt" Time [eq gt gte lt lte];
        FAVORITES_TOTAL = "favoritesTotal" Number [eq gt gte lt lte];
        FIELDS = "fields" Text [eq in];
        HITS_TOTAL = "hitsTotal" Number [eq gt gte lt lte];
        NAME = "name" Text [eq in];
        OWNER_DOMAIN = "ownerDomain" Text [eq in];
        OWNER_EMAIL = "ownerEmail" Text [eq in];
        OWNER_NAME = "ownerName" Text [eq in];
        PROJECT_NAME = "projectName" Text [eq in];
        SHEET_NUMBER = "sheetNumber" Number [eq gt gte lt lte];
        SHEET_TYPE = "sheetType" Text [eq in];
        TAGS = "tags" Text [eq in];
        TITLE = "title" Text [eq in];
        UPDATED_AT = "updatedAt" Time [eq gt gte lt lte];
        VIEW_URL_NAME = "viewUrlName" Text [eq in];
        WORKBOOK_DESCRIPTION = "workbookDescription" Text [eq in];
        WORKBOOK_NAME = "workbookName" Text [eq in];
    } } };
    (workbooks $Item:ident) => { $crate::common::fields! { @table $Item {
        CONTENT_URL = "contentUrl" Text [eq in];
        CREATED_AT = "createdAt" Time [eq gt gte lt lte];
        DISPLAY_TABS = "displayTabs" Flag [eq];
        FAVORITES_TOTAL = "favoritesTotal" Number [eq gt gte lt lte];
        HAS_ALERTS = "hasAlerts" Flag [eq];
        HAS_EXTRACTS = "hasExtracts" Flag [eq];
        NAME = "name" Text [eq in];
        OWNER_DOMAIN = "ownerDomain" Text [eq in];
        OWNER_EMAIL = "ownerEmail" Text [eq in];
        OWNER_NAME = "ownerName" Text [eq in];
        PROJECT_NAME = "projectName" Text [eq in];
        SHEET_COUNT = "sheetCount" Number [eq gt gte lt lte];
        SIZE = "size" Number [eq gt gte lt lte];
        SUBSCRIPTIONS_TOTAL = "subscriptionsTotal" Number [eq gt gte lt lte];
        TAGS = "tags" Text [eq in];
        UPDATED_AT = "updatedAt" Time [eq gt gte lt lte];
    } } };
}
pub(crate) use fields;
