use tableau_server_client as tsc;
use tsc::data_acceleration_report::ComparisonRecord;

use super::golden::Goldens;

/// TSC's item, which this library does not have around the records.
#[derive(Debug)]
#[allow(dead_code)]
struct Report {
    comparison_records: Vec<ComparisonRecord>,
}

pub fn cases(g: &mut Goldens) {
    for name in ["get", "get.empty"] {
        #[allow(deprecated)]
        g.same(name, |s| {
            let comparison_records = s.data_acceleration_report().get()?;
            Ok(Report { comparison_records })
        });
    }
}
