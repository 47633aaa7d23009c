//! Ids in the form of LUIDs, derived from kind, site and number.

use super::api_error::ApiError;

/// A kind of item: what its ids begin with, and the error for an unknown id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    prefix: u8,
    code: &'static str,
    name: &'static str,
}

impl Kind {
    pub(super) const fn new(prefix: u8, code: &'static str, name: &'static str) -> Kind {
        Kind { prefix, code, name }
    }

    /// The error for an unknown id of this kind. Its status is always 404, even if the code begins
    /// with other digits.
    pub(super) fn missing(self, id: &str) -> ApiError {
        ApiError::not_found(self.code, format!("{} '{id}' could not be found.", self.name))
    }

    /// Whether the id is one of this kind.
    pub(super) fn has(self, id: &str) -> bool {
        id.get(..2) == Some(&format!("{:02x}", self.prefix))
    }
}

/// Numbers from here on belong to items that requests created.
pub(super) const ADDED: u64 = 1 << 40;

/// The id of item `n` of a kind on a site.
pub(super) fn luid(kind: Kind, site: u16, n: u64) -> String {
    format!("{:02x}{site:04x}00-0000-4000-8000-{:012x}", kind.prefix, n & 0xffff_ffff_ffff)
}

/// The number in an id of that kind and site.
pub(super) fn number(id: &str, kind: Kind, site: u16) -> Option<u64> {
    let n = u64::from_str_radix(id.get(24..)?, 16).ok()?;
    // Comparing with the canonical form rejects other forms of the same number.
    (luid(kind, site, n) == id).then_some(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_round_trip() {
        const WORKBOOK: Kind = Kind::new(0x3b, "404006", "Workbook");
        const VIEW: Kind = Kind::new(0x7e, "404011", "View");
        for n in [0, 1, 0xfff, ADDED + 3] {
            let id = luid(WORKBOOK, 2, n);
            assert_eq!(id.len(), 36);
            assert_eq!(number(&id, WORKBOOK, 2), Some(n));
            assert_eq!(number(&id, VIEW, 2), None);
            assert_eq!(number(&id, WORKBOOK, 1), None);
        }
        for bad in ["", "x", "3b000200-0000-4000-8000-", "ä0000000000000000000000000000000000000"]
        {
            assert_eq!(number(bad, WORKBOOK, 2), None);
        }
    }
}
