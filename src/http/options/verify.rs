//! [`Verify`]: which server certificates are accepted.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// Which server certificates are accepted, such as a self-signed one. The argument of
/// [`HttpOptions::verify`](crate::HttpOptions::verify), which converts the values named here.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verify {
    /// Certificates issued under Mozilla's roots. Made from `true`.
    Roots,
    /// Certificates issued under Mozilla's roots or under a certificate of a PEM file. Made from its
    /// path.
    Bundle(PathBuf),
    /// The certificate with this fingerprint only. Made from a [`Fingerprint`].
    Pinned(Fingerprint),
    /// Any certificate. Made from `false`.
    Off,
}

impl From<bool> for Verify {
    fn from(yes: bool) -> Verify {
        if yes { Verify::Roots } else { Verify::Off }
    }
}

impl From<Fingerprint> for Verify {
    fn from(fingerprint: Fingerprint) -> Verify {
        Verify::Pinned(fingerprint)
    }
}

macro_rules! from_paths {
    ($($Path:ty),+) => {$(
        impl From<$Path> for Verify {
            fn from(path: $Path) -> Verify {
                Verify::Bundle(path.into())
            }
        }
    )+};
}

from_paths!(&str, String, &String, &Path, PathBuf, &PathBuf);

/// The SHA-256 fingerprint of a certificate in DER encoding.
///
/// `openssl x509 -noout -fingerprint -sha256 -in server.pem` prints the fingerprint of a certificate.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Parses 64 hex digits, in either case, with or without colons between the bytes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`](crate::ErrorKind::Config) for anything else.
    pub fn sha256(text: impl AsRef<str>) -> Result<Fingerprint> {
        let text = text.as_ref();
        let invalid = || {
            Error::config(format!(
                "invalid SHA-256 fingerprint {text:?}: must be 64 hex digits, with or without colons between the bytes"
            ))
        };
        let text = text.trim();
        let digits: String = match text.contains(':') {
            true if text.split(':').all(|byte| byte.len() == 2) => text.replace(':', ""),
            true => return Err(invalid()),
            false => text.to_owned(),
        };
        if digits.len() != 64 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(invalid());
        }
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).map_err(|_| invalid())?;
        }
        Ok(Fingerprint(bytes))
    }

    pub(crate) fn from_bytes(bytes: [u8; 32]) -> Fingerprint {
        Fingerprint(bytes)
    }
}

/// `AB:CD:…`, as `openssl` prints it.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            write!(f, "{}{byte:02X}", if at == 0 { "" } else { ":" })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_fingerprints_with_and_without_colons() {
        let plain = "ab".repeat(32);
        let wanted = Fingerprint::sha256(plain.clone()).unwrap();
        let colons = ["AB"; 32].join(":");
        assert_eq!(Fingerprint::sha256(&colons).unwrap(), wanted);
        assert_eq!(wanted.to_string(), colons);
        let misplaced = format!("A:{}", &colons[1..]);
        for wrong in ["", "ab", &plain[1..], &format!("{plain}0"), &"g".repeat(64), &misplaced] {
            assert!(Fingerprint::sha256(wrong).is_err(), "{wrong}");
        }
    }
}
