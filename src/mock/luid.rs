//! Ids: LUID-shaped, and for generated items a function of kind, site and number.

use super::api_error::ApiError;

/// The kinds of things that have ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    Site = 0x51,
    User = 0x05,
    Group = 0x09,
    Project = 0x70,
    PersonalSpace = 0x75,
    Workbook = 0x3b,
    View = 0x7e,
    Datasource = 0xd5,
    Flow = 0xf1,
    FlowRun = 0xf2,
    CustomView = 0xcf,
    Warning = 0xda,
    Connection = 0xc0,
    Job = 0x10,
    Schedule = 0x5c,
    Task = 0x7a,
    Upload = 0x0b,
    Session = 0x5e,
}

impl Kind {
    /// The api_error that an unknown id of this kind gets.
    pub(super) fn missing(self, id: &str) -> ApiError {
        let (code, what) = match self {
            Kind::Site => ("404000", "Site"),
            Kind::User => ("404002", "User"),
            Kind::Group => ("404012", "Group"),
            Kind::Project => ("404005", "Project"),
            Kind::PersonalSpace => ("404005", "Personal space"),
            Kind::Workbook => ("404006", "Workbook"),
            Kind::View => ("404011", "View"),
            Kind::Datasource => ("404004", "Data source"),
            Kind::Flow => ("404027", "Flow"),
            Kind::FlowRun => ("404029", "Flow run"),
            Kind::CustomView => ("404029", "Custom view"),
            Kind::Warning => ("404029", "Data quality warning"),
            Kind::Connection => ("404020", "Connection"),
            Kind::Job => ("404018", "Job"),
            Kind::Schedule => ("404023", "Schedule"),
            Kind::Task => ("404026", "Task"),
            Kind::Upload => ("404015", "File upload"),
            Kind::Session => ("404003", "Session"),
        };
        ApiError::not_found(code, format!("{what} '{id}' could not be found."))
    }
}

/// Numbers from here on belong to items that were made by requests.
pub(super) const ADDED: u64 = 1 << 40;

/// The id of item `n` of a kind on a site.
pub(super) fn luid(kind: Kind, site: u16, n: u64) -> String {
    format!("{:02x}{site:04x}00-0000-4000-8000-{:012x}", kind as u8, n & 0xffff_ffff_ffff)
}

/// The number in an id of that kind and site.
pub(super) fn number(id: &str, kind: Kind, site: u16) -> Option<u64> {
    let n = u64::from_str_radix(id.get(24..)?, 16).ok()?;
    // Comparing with what is written rules out every other spelling.
    (luid(kind, site, n) == id).then_some(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for n in [0, 1, 0xfff, ADDED + 3] {
            let id = luid(Kind::Workbook, 2, n);
            assert_eq!(id.len(), 36);
            assert_eq!(number(&id, Kind::Workbook, 2), Some(n));
            assert_eq!(number(&id, Kind::View, 2), None);
            assert_eq!(number(&id, Kind::Workbook, 1), None);
        }
        for bad in ["", "x", "3b000200-0000-4000-8000-", "ä0000000000000000000000000000000000000"]
        {
            assert_eq!(number(bad, Kind::Workbook, 2), None);
        }
    }
}
