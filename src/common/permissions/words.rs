//! What can be allowed and denied, and for which content.

use crate::xml::string_enum;

string_enum! {
    /// Whether something is allowed.
    pub enum PermissionMode {
        /// It is.
        Allow = "Allow",
        /// It is not, whatever else is said.
        Deny = "Deny",
    }
}

string_enum! {
    /// What can be allowed and denied. [Which of these each kind of content has](https://help.tableau.com/current/server/en-us/permissions_capabilities.htm).
    pub enum Capability {
        /// Commenting.
        AddComment = "AddComment",
        /// Moving it to another project.
        ChangeHierarchy = "ChangeHierarchy",
        /// Changing its permissions.
        ChangePermissions = "ChangePermissions",
        /// Connecting to it, for its data.
        Connect = "Connect",
        /// Making metrics of it, and refreshing them.
        CreateRefreshMetrics = "CreateRefreshMetrics",
        /// Deleting it.
        Delete = "Delete",
        /// Running it.
        Execute = "Execute",
        /// Downloading the data of a view, as it shows them.
        ExportData = "ExportData",
        /// Downloading images and PDFs.
        ExportImage = "ExportImage",
        /// Downloading it, and saving a copy.
        ExportXml = "ExportXml",
        /// Refreshing its extracts.
        ExtractRefresh = "ExtractRefresh",
        /// Using filters.
        Filter = "Filter",
        /// Leading a project above; read only.
        InheritedProjectLeader = "InheritedProjectLeader",
        /// Leading the project: everything in it.
        ProjectLeader = "ProjectLeader",
        /// Defining metrics of Tableau Pulse.
        PulseMetricDefine = "PulseMetricDefine",
        /// Seeing it.
        Read = "Read",
        /// Using Explain Data.
        RunExplainData = "RunExplainData",
        /// Saving a copy.
        SaveAs = "SaveAs",
        /// Sharing one's own variants of a view.
        ShareView = "ShareView",
        /// Seeing comments.
        ViewComments = "ViewComments",
        /// Downloading all data behind a view.
        ViewUnderlyingData = "ViewUnderlyingData",
        /// Asking it through the VizQL Data Service.
        VizqlDataApiAccess = "VizqlDataApiAccess",
        /// Editing in the browser.
        WebAuthoring = "WebAuthoring",
        /// Editing flows in the browser.
        WebAuthoringForFlows = "WebAuthoringForFlows",
        /// Overwriting it; in a project, publishing to it.
        Write = "Write",
    }
}

string_enum! {
    /// The kinds of content that a project has default permissions for.
    pub enum DefaultsFor {
        /// Workbooks.
        Workbooks = "workbooks",
        /// Data sources.
        Datasources = "datasources",
        /// Flows (API 3.4).
        Flows = "flows",
        /// Metrics (API 3.2, retired in 3.22).
        Metrics = "metrics",
        /// Data roles (API 3.4).
        DataRoles = "dataroles",
        /// Lenses of Ask Data (API 3.4, retired in 3.22).
        Lenses = "lenses",
        /// Virtual connections (API 3.23).
        VirtualConnections = "virtualConnections",
        /// Databases (API 3.23).
        Databases = "databases",
        /// Tables (API 3.23).
        Tables = "tables",
    }
}

impl DefaultsFor {
    pub(super) fn since(&self) -> (u16, u16) {
        match self {
            DefaultsFor::Metrics => (3, 2),
            DefaultsFor::Flows | DefaultsFor::DataRoles | DefaultsFor::Lenses => (3, 4),
            DefaultsFor::VirtualConnections | DefaultsFor::Databases | DefaultsFor::Tables => {
                (3, 23)
            }
            _ => (2, 1),
        }
    }
}
