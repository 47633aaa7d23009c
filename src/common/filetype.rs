//! [`Magic`]: what a file is by its first bytes.

/// A kind of content.
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
    /// By the first bytes of a file; a few dozen are enough.
    pub(crate) fn of(start: &[u8]) -> Option<Magic> {
        for (bytes, magic) in [
            (&b"PK\x03\x04"[..], Magic::Zip),
            (b"Hyper\x08\0\0\x01\0\0\0", Magic::Hyper),
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
                let page = lower.starts_with(b"<html") || lower.starts_with(b"<!doctype html");
                (!page).then_some(Magic::Xml)
            }
            [b'{' | b'[', ..] => Some(Magic::Json),
            _ => None,
        }
    }

    /// What a message calls it.
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

/// A file name at its last dot: the rest, and the extension in lower case, if it has one. That of
/// `Sales v1.2` is none.
pub(crate) fn split(name: &str) -> (&str, Option<String>) {
    let is_one = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && is_one(extension) => {
            (stem, Some(extension.to_ascii_lowercase()))
        }
        _ => (name, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_are_told_apart() {
        for (start, magic) in [
            (&b"PK\x03\x04\x14"[..], Some(Magic::Zip)),
            (b"<?xml version='1.0'?>", Some(Magic::Xml)),
            (b"\xEF\xBB\xBF\r\n<workbook>", Some(Magic::Xml)),
            (b"Hyper\x08\0\0\x01\0\0\0\0", Some(Magic::Hyper)),
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
    fn names_split_at_the_last_dot() {
        assert_eq!(split("a.b.TWBX"), ("a.b", Some("twbx".into())));
        assert_eq!(split("Sales"), ("Sales", None));
        assert_eq!(split(".twb"), (".twb", None));
        assert_eq!(split("a."), ("a.", None));
        assert_eq!(split("Sales v1.2"), ("Sales v1.2", None));
        assert_eq!(split("Dr. No"), ("Dr. No", None));
    }
}
