//! [`Capability`] and [`PermissionMode`].

use crate::xml::string_enum;

string_enum! {
    /// Whether a capability is allowed or denied.
    pub enum PermissionMode {
        /// Allowed.
        Allow = "Allow",
        /// Denied. This takes precedence over rules that allow it.
        Deny = "Deny",
    }
}

string_enum! {
    /// A capability that can be allowed or denied. Each kind of content has
    /// [some of them](https://help.tableau.com/current/server/en-us/permissions_capabilities.htm).
    pub enum Capability {
        /// Comment on it.
        AddComment = "AddComment",
        /// Move it to another project.
        ChangeHierarchy = "ChangeHierarchy",
        /// Change its permissions.
        ChangePermissions = "ChangePermissions",
        /// Connect to it for its data.
        Connect = "Connect",
        /// Create and refresh metrics of it.
        CreateRefreshMetrics = "CreateRefreshMetrics",
        /// Delete it.
        Delete = "Delete",
        /// Run it.
        Execute = "Execute",
        /// Download the data of a view as the view shows it.
        ExportData = "ExportData",
        /// Download images and PDFs.
        ExportImage = "ExportImage",
        /// Download it or save a copy.
        ExportXml = "ExportXml",
        /// Refresh its extracts.
        ExtractRefresh = "ExtractRefresh",
        /// Use filters.
        Filter = "Filter",
        /// Lead a parent project. Read-only: it is set on the parent project.
        InheritedProjectLeader = "InheritedProjectLeader",
        /// Lead the project, with all capabilities on its content.
        ProjectLeader = "ProjectLeader",
        /// Define metrics of Tableau Pulse.
        PulseMetricDefine = "PulseMetricDefine",
        /// View it.
        Read = "Read",
        /// Use Explain Data.
        RunExplainData = "RunExplainData",
        /// Save a copy.
        SaveAs = "SaveAs",
        /// Share custom views.
        ShareView = "ShareView",
        /// View comments.
        ViewComments = "ViewComments",
        /// Download all underlying data of a view.
        ViewUnderlyingData = "ViewUnderlyingData",
        /// Query it through the VizQL Data Service.
        VizqlDataApiAccess = "VizqlDataApiAccess",
        /// Edit it in the browser.
        WebAuthoring = "WebAuthoring",
        /// Edit flows in the browser.
        WebAuthoringForFlows = "WebAuthoringForFlows",
        /// Overwrite it, or publish to a project.
        Write = "Write",
    }
}
