//! [`Version`]: a REST API version, `3.30`.

use std::fmt;

/// A REST API version: two numbers, compared as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(pub(super) u16, pub(super) u16);

impl Version {
    /// The oldest supported version.
    pub(super) const OLDEST: Version = Version(2, 4);
    /// The default newest version.
    pub(super) const NEWEST: Version = Version(3, 30);

    /// Reads the form `3.30` only.
    pub(super) fn read(text: &str) -> Option<Version> {
        let (major, minor) = text.split_once('.')?;
        let number = |digits: &str| {
            let plain = !digits.is_empty()
                && digits.bytes().all(|b| b.is_ascii_digit())
                && (digits == "0" || !digits.starts_with('0'));
            if plain { digits.parse().ok() } else { None }
        };
        Some(Version(number(major)?, number(minor)?))
    }

    /// The product release with this version.
    pub(super) fn product(self) -> String {
        match self {
            Version(2, minor @ 4..=8) => format!("10.{}.0", minor - 3),
            Version(3, minor @ 0..=3) => {
                ["2018.1.0", "2018.2.0", "2018.3.0", "2019.1.0"][usize::from(minor)].to_owned()
            }
            // Four releases a year from 2019.2 to 2022.3, irregular later.
            Version(3, minor @ 4..=6) => format!("2019.{}.0", minor - 2),
            Version(3, minor @ 7..=10) => format!("2020.{}.0", minor - 6),
            Version(3, minor @ 11..=14) => format!("2021.{}.0", minor - 10),
            Version(3, minor @ 15..=18) => format!("2022.{}.0", (minor - 14).min(3)),
            Version(3, minor @ 19..=21) => format!("2023.{}.0", minor - 18),
            Version(3, minor @ 22..=24) => format!("2024.{}.0", minor - 21),
            Version(3, minor @ 25..=27) => format!("2025.{}.0", minor - 24),
            Version(3, minor @ 28..=30) => format!("2026.{}.0", minor - 27),
            Version(major, minor) => format!("{}.{minor}.0", 2023 + major),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_versions_as_numbers() {
        assert!(Version::read("3.9").unwrap() < Version::read("3.10").unwrap());
        for bad in ["", "3", "3.", ".1", "3.1.2", "3.x", "-3.1", "3.04", "03.4", "3.99999", "v3.1"]
        {
            assert_eq!(Version::read(bad), None, "{bad}");
        }
        assert_eq!(Version(3, 30).product(), "2026.3.0");
        assert_eq!(Version(2, 4).product(), "10.1.0");
        assert_eq!(Version(3, 4).product(), "2019.2.0");
    }
}
