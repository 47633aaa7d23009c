//! The data acceleration report: `session.data_acceleration_report()`.

use crate::Result;
use crate::operation::operations;
use crate::xml::element;

operations! {
    GET = GET "sites/{site}/dataAccelerationReport" since (3, 8) until (3, 29)
        scope "tableau:data_acceleration_reports:read" on Server
        "Get Data Acceleration Report for a Site" "site.htm#get_data_acceleration_report";
}

super::resource! {
    /// The data acceleration report of a site.
    DataAccelerationReport
}

impl DataAccelerationReport<'_> {
    /// Returns how fast the accelerated sheets load, compared with sessions without acceleration.
    #[doc = rest!(GET)]
    #[deprecated(note = "view acceleration is retired since Tableau 2026.2 (API 3.29)")]
    #[inline]
    pub fn get(&self) -> Result<Vec<ComparisonRecord>> {
        let request = self.client.request(&GET, &[]);
        self.client.read_all(request, "dataAccelerationReport", "comparisonRecord")
    }
}

element! {
    /// The load times of a sheet with and without acceleration.
    pub struct ComparisonRecord = "comparisonRecord";
    {
        /// The site of the sheet.
        site: Option<String> = attr("site");
        /// The sheet.
        sheet_uri: Option<String> = attr("sheetURI");
        /// The number of sessions without acceleration.
        unaccelerated_session_count: Option<u64> = attr("unacceleratedSessionCount");
        /// The average page load time in seconds without acceleration.
        average_unaccelerated_load_time: Option<f64> = either("averageUnAcceleratedPLT", "averageNonAcceleratedPLT");
        /// The number of sessions with acceleration.
        accelerated_session_count: Option<u64> = attr("acceleratedSessionCount");
        /// The average page load time in seconds with acceleration.
        average_accelerated_load_time: Option<f64> = attr("averageAcceleratedPLT");
    }
}
