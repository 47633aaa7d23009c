//! [`ApiVersion`]: a version of the REST API.

use std::fmt;
use std::str::FromStr;

use crate::{Error, ErrorKind, Result};

/// A version of the REST API, such as `3.24`. Versions compare as numbers: 3.9 is older than 3.10.
///
/// [Which product release speaks which version](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_concepts_versions.htm).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApiVersion {
    major: u16,
    minor: u16,
}

impl ApiVersion {
    /// The oldest version with a server info request: 2.4, of Tableau Server 10.1.
    pub(crate) const FIRST_TO_ASK: ApiVersion = ApiVersion::new(2, 4);

    /// `ApiVersion::new(3, 24)` is 3.24.
    pub const fn new(major: u16, minor: u16) -> ApiVersion {
        ApiVersion { major, minor }
    }

    /// The product release that introduced the version, if this library knows it: `2023.1`. For
    /// versions that were released earlier on Tableau Cloud than on Tableau Server, both releases.
    pub(crate) fn release(self) -> Option<&'static str> {
        Some(match (self.major, self.minor) {
            (2, 0) => "9.0",
            (2, 1) => "9.2",
            (2, 2) => "9.3",
            (2, 3) => "10.0",
            (2, 4) => "10.1",
            (2, 5) => "10.2",
            (2, 6) => "10.3",
            (2, 7) => "10.4",
            (2, 8) => "10.5",
            (3, 0) => "2018.1",
            (3, 1) => "2018.2",
            (3, 2) => "2018.3",
            (3, 3) => "2019.1",
            (3, 4) => "2019.2",
            (3, 5) => "2019.3",
            (3, 6) => "2019.4",
            (3, 7) => "2020.1",
            (3, 8) => "2020.2",
            (3, 9) => "2020.3",
            (3, 10) => "2020.4",
            (3, 11) => "2021.1",
            (3, 12) => "2021.2",
            (3, 13) => "2021.3",
            (3, 14) => "2021.4",
            (3, 15) => "2022.1",
            (3, 16) => "Tableau Cloud 2022.2, Server 2022.3",
            (3, 17) => "2022.3",
            (3, 18) => "Tableau Cloud 2022.4, Server 2023.1",
            (3, 19) => "2023.1",
            (3, 20) => "Tableau Cloud 2023.2, Server 2023.3",
            (3, 21) => "2023.3",
            (3, 22) => "Tableau Cloud 2024.1, Server 2024.2",
            (3, 23) => "2024.2",
            (3, 24) => "Tableau Cloud 2024.3, Server 2025.1",
            (3, 25) => "2025.1",
            (3, 26) => "Tableau Cloud 2025.2, Server 2025.3",
            (3, 27) => "2025.3",
            (3, 28) => "2026.1",
            (3, 29) => "2026.2",
            (3, 30) => "2026.3",
            _ => return None,
        })
    }

    /// The error for a call that this version of the API does not have.
    pub(crate) fn too_old(self, needed: ApiVersion, what: &str) -> Error {
        // Adds "Tableau" before the release, unless the release contains it.
        let needed_release = match needed.release() {
            Some(release) if release.starts_with("Tableau") => format!(" ({release})"),
            Some(release) => format!(" (Tableau {release})"),
            None => String::new(),
        };
        let release = self.release().map(|release| format!(" ({release})")).unwrap_or_default();
        Error::new(
            ErrorKind::Version,
            format!(
                "{what} needs REST API {needed}{needed_release}; the session uses {self}{release}"
            ),
        )
    }

    /// The major version: 3 in `3.24`.
    pub const fn major(self) -> u16 {
        self.major
    }

    /// The minor version: 24 in `3.24`.
    pub const fn minor(self) -> u16 {
        self.minor
    }
}

impl FromStr for ApiVersion {
    type Err = Error;

    /// Reads `"3.24"`; anything else is a [`Config`](crate::ErrorKind::Config) error.
    fn from_str(text: &str) -> Result<ApiVersion> {
        let number = |digits: &str| {
            let plain = digits.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| digits.parse().ok()).flatten()
        };
        text.split_once('.')
            .and_then(|(major, minor)| Some(ApiVersion::new(number(major)?, number(minor)?)))
            .ok_or_else(|| {
                Error::config(format!(
                    "{text:?} is not a valid REST API version: expected one such as 3.24"
                ))
            })
    }
}

/// Compares with the text form: `version == "3.24"`.
impl PartialEq<str> for ApiVersion {
    fn eq(&self, text: &str) -> bool {
        text.parse().is_ok_and(|other: ApiVersion| *self == other)
    }
}

/// Compares with the text form: `version == "3.24"`.
impl PartialEq<&str> for ApiVersion {
    fn eq(&self, text: &&str) -> bool {
        *self == **text
    }
}

impl crate::xml::Text for ApiVersion {
    fn blank() -> ApiVersion {
        ApiVersion::new(0, 0)
    }

    fn read(text: &str) -> Option<ApiVersion> {
        text.trim().parse().ok()
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for ApiVersion {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{}", self.major, self.minor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_releases_in_version_errors() {
        let old = ApiVersion::new(3, 17);
        for (needed, text) in [
            (ApiVersion::new(3, 19), "3.19 (Tableau 2023.1)"),
            (ApiVersion::new(3, 20), "3.20 (Tableau Cloud 2023.2, Server 2023.3)"),
            (ApiVersion::new(4, 1), "4.1"),
        ] {
            let error = old.too_old(needed, "Query Groups").to_string();
            let expected =
                format!("Query Groups needs REST API {text}; the session uses 3.17 (2022.3)");
            assert_eq!(error, expected);
        }
    }

    #[test]
    fn versions_compare_as_numbers() {
        let version = |text: &str| text.parse::<ApiVersion>().unwrap();
        assert!(version("3.9") < version("3.10"));
        assert_eq!(version("3.24").to_string(), "3.24");
        assert!(version("3.24") == "3.24" && version("3.24") != "3.2");
        for wrong in ["abc", "", "3", "3.", ".4", "3.x", "+3.4", "3.4.5", "3.99999", " 3.4"] {
            let error = wrong.parse::<ApiVersion>().unwrap_err();
            assert!(error.to_string().contains(&format!("{wrong:?}")), "{error}");
        }
    }
}
