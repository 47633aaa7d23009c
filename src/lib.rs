//! A blocking client for Tableau.

mod core;
mod credentials;
mod error;
mod http;
mod identity;
mod ids;
mod rooms;
mod secret;
mod server;
mod session;
mod session_file;
mod shared;
mod stop;
mod token;
mod version;
mod xml;

#[cfg(feature = "mock")]
pub mod mock;

pub use credentials::{Credentials, JwtAuth, PersonalAccessTokenAuth, TableauAuth};
pub use error::{Error, ErrorKind, Result};
pub use http::{Fingerprint, HttpOptions, Retries, Verify};
pub use ids::{
    ColumnId, ConnectionId, CustomViewId, DatabaseId, DatasourceId, FlowId, FlowRunId, GroupId,
    GroupSetId, JobId, Located, ProjectId, SiteId, TableId, UserId, ViewId, VirtualConnectionId,
    WarningId, WorkbookId,
};
pub use rooms::*;
pub use server::{Server, ServerInfo};
pub use session::Session;
pub use session_file::SessionFile;
pub use shared::{
    CsvExport, ExcelExport, Filter, ImageExport, ImageFormat, Items, List, Location, LocationKind,
    Orientation, OwnerDetails, Page, PageType, PdfExport, PowerPointExport, ProjectDetails,
    Resolution, Sort, WorkbookDetails,
};
pub use stop::Stop;
pub use token::SessionToken;
pub use version::ApiVersion;

pub use custom_views::{CustomView, CustomViewUpdate};
pub use datasources::{AskData, Datasource, DatasourceUpdate};
pub use flow_runs::{FlowParameterRun, FlowRun, FlowRunStatus};
pub use flows::{Flow, FlowOutputStep, FlowParameter, FlowUpdate};
pub use jobs::{BackgroundJob, FinishCode, Job, JobStatus, StatusNote};
pub use projects::{ContentPermissions, NewProject, Project, ProjectUpdate};
pub use sites::{NewSite, Site, SiteUpdate};
pub use users::{AuthSetting, SiteRole, User};
pub use views::{SheetType, View};
pub use workbooks::{
    DataAcceleration, DataAccelerationUpdate, DataFreshness, FreshAt, FreshAtFrequency, FreshEvery,
    FreshEveryUnit, MonthDay, WeekDay, Workbook, WorkbookUpdate,
};
