//! [`Magic`]: the format of a file, detected from its first bytes.

/// A file format with magic bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Magic {
    Zip,
    Xml,
    Json,
    Hyper,
    Tde,
    Parquet,
}

impl Magic {
    /// Detects the format from the first bytes of a file; a few dozen suffice.
    #[inline]
    pub(crate) fn of(start: &[u8]) -> Option<Magic> {
        for (bytes, magic) in [
            (&b"PK\x03\x04"[..], Magic::Zip),
            // Followed by the version of the format.
            (b"Hyper\x08\0\0\x01", Magic::Hyper),
            (b"\x20\x02\x01\x62", Magic::Tde),
            (b"PAR1", Magic::Parquet),
        ] {
            if start.starts_with(bytes) {
                return Some(magic);
            }
        }
        let text = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start();
        match text {
            [b'<', b'?' | b'!' | b'a'..=b'z' | b'A'..=b'Z', ..] => {
                let lower = text[..text.len().min(14)].to_ascii_lowercase();
                let is_html = lower.starts_with(b"<html") || lower.starts_with(b"<!doctype html");
                (!is_html).then_some(Magic::Xml)
            }
            [b'{' | b'[', ..] => Some(Magic::Json),
            _ => None,
        }
    }

    /// The name of the format in messages.
    #[inline]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Magic::Zip => "a zip file",
            Magic::Xml => "XML",
            Magic::Json => "JSON",
            Magic::Hyper => "a Hyper extract",
            Magic::Tde => "a TDE extract",
            Magic::Parquet => "a Parquet file",
        }
    }
}

/// Extensions of the files of all kinds of content.
pub(crate) const EXTENSIONS: &[&str] =
    &["twb", "twbx", "tds", "tdsx", "tde", "hyper", "parquet", "tfl", "tflx", "json"];

/// Splits a file name at its last dot into the stem and the extension in lower case. `Sales v1.2` has
/// no extension.
#[inline]
pub(crate) fn split(name: &str) -> (&str, Option<String>) {
    let is_extension = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && is_extension(extension) => {
            (stem, Some(extension.to_ascii_lowercase()))
        }
        _ => (name, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detects_formats() {
        for (start, magic) in [
            (&b"PK\x03\x04\x14"[..], Some(Magic::Zip)),
            (b"<?xml version='1.0'?>", Some(Magic::Xml)),
            (b"\xEF\xBB\xBF\r\n<workbook>", Some(Magic::Xml)),
            (b"Hyper\x08\0\0\x01\0\0\0\0", Some(Magic::Hyper)),
            (b"Hyper\x08\0\0\x01\0\x01\0\0", Some(Magic::Hyper)),
            (b"\x48\x79\x70\x65\x72\x08\0\0\x01\0\x02\0", Some(Magic::Hyper)),
            (b"Hyper\x08\0\0\x01\0\x03\0\0", Some(Magic::Hyper)),
            (b"Hyper\x08\0\0\x01\0\x04\0\0", Some(Magic::Hyper)),
            (b"Hyperbole", None),
            (b"PAR1", Some(Magic::Parquet)),
            (b"\x20\x02\x01\x62", Some(Magic::Tde)),
            (b"{\"a\":1}", Some(Magic::Json)),
            (b"<!DOCTYPE html><html>", None),
            (b"<HTML>", None),
            (b"%PDF-1.7", None),
            (b"", None),
        ] {
            assert_eq!(Magic::of(start), magic, "{start:?}");
        }
    }

    #[test]
    fn splits_names_at_the_last_dot() {
        assert_eq!(split("a.b.TWBX"), ("a.b", Some("twbx".into())));
        assert_eq!(split("Sales"), ("Sales", None));
        assert_eq!(split(".twb"), (".twb", None));
        assert_eq!(split("a."), ("a.", None));
        assert_eq!(split("Sales v1.2"), ("Sales v1.2", None));
        assert_eq!(split("Dr. No"), ("Dr. No", None));
    }
}
