//! [`ApiVersion`]: a version of the REST API.

use std::fmt;
use std::str::FromStr;

use crate::{Error, Result};

/// A version of the REST API, such as `3.24`. Versions compare as numbers: 3.9 is older than 3.10.
///
/// [Which product release speaks which version](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_concepts_versions.htm).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApiVersion {
    major: u16,
    minor: u16,
}

impl ApiVersion {
    /// The oldest version that can be asked which one a server speaks: 2.4, of Tableau Server 10.1.
    pub(crate) const FIRST_TO_ASK: ApiVersion = ApiVersion::new(2, 4);

    /// `ApiVersion::new(3, 24)` is 3.24.
    pub const fn new(major: u16, minor: u16) -> ApiVersion {
        ApiVersion { major, minor }
    }

    /// The number before the point.
    pub const fn major(self) -> u16 {
        self.major
    }

    /// The number after the point.
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
                Error::config(format!("{text:?} is no version of the REST API, such as \"3.24\""))
            })
    }
}

/// As text: `version == "3.24"`.
impl PartialEq<str> for ApiVersion {
    fn eq(&self, text: &str) -> bool {
        text.parse().is_ok_and(|other: ApiVersion| *self == other)
    }
}

/// As text: `version == "3.24"`.
impl PartialEq<&str> for ApiVersion {
    fn eq(&self, text: &&str) -> bool {
        *self == **text
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
