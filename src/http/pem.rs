//! Certificates and keys in PEM files. A file in another format is refused with the command that
//! converts it.

use std::path::Path;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::{Error, Result};

/// Reads all certificates of a PEM file.
pub(super) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let file = read(path)?;
    match CertificateDer::pem_slice_iter(&file).collect::<Result<Vec<_>, _>>() {
        Ok(all) if !all.is_empty() => Ok(all),
        Ok(_) => Err(refuse(path, &file, Wanted::Certificate)),
        Err(error) => Err(refuse(path, &file, Wanted::Certificate).because(error)),
    }
}

/// Reads the first private key of a PEM file.
pub(super) fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>> {
    let file = read(path)?;
    PrivateKeyDer::from_pem_slice(&file)
        .map_err(|error| refuse(path, &file, Wanted::Key).because(error))
}

/// Reads a file without its byte order marks. A bundle that was put together from several files can
/// contain a mark before each certificate, which the PEM parser would then skip.
fn read(path: &Path) -> Result<Vec<u8>> {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    let mut file = std::fs::read(path).map_err(|error| {
        Error::config(format!("{}: cannot be read", path.display())).because(error)
    })?;
    while let Some(at) = file.windows(MARK.len()).position(|bytes| bytes == MARK) {
        file.drain(at..at + MARK.len());
    }
    Ok(file)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Certificate,
    Key,
}

fn refuse(path: &Path, file: &[u8], wanted: Wanted) -> Error {
    let why = match (Format::of(file), wanted) {
        (Some(format), _) if format.can_hold(wanted) => {
            let command = format.command(path, wanted);
            format!("is {}, which is not supported; convert it: `{command}`", format.name())
        }
        (Some(format), Wanted::Certificate) => format!("is {}, not a certificate", format.name()),
        (Some(format), Wanted::Key) => format!("is {}, not a private key", format.name()),
        (None, Wanted::Certificate) => {
            "contains no certificate (PEM, `-----BEGIN CERTIFICATE-----`)".to_owned()
        }
        (None, Wanted::Key) => {
            "contains no private key (PEM, unencrypted, PKCS#8, PKCS#1 or SEC1)".to_owned()
        }
    };
    Error::config(format!("{}: {why}", path.display()))
}

/// A known format of certificates or keys that is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Utf16 { little_endian: bool },
    DerCertificate,
    DerKey,
    DerEncryptedKey,
    EncryptedKey,
    DerPkcs7,
    Pkcs7,
    Pkcs12,
    JavaKeyStore,
    OpenSshKey,
    TrustedCertificate,
    BareBase64,
}

impl Format {
    fn of(file: &[u8]) -> Option<Format> {
        match file {
            [0xff, 0xfe, ..] | [1..=0x7f, 0, 1..=0x7f, 0, ..] => {
                return Some(Format::Utf16 { little_endian: true });
            }
            [0xfe, 0xff, ..] | [0, 1..=0x7f, 0, 1..=0x7f, ..] => {
                return Some(Format::Utf16 { little_endian: false });
            }
            [0xfe, 0xed, 0xfe, 0xed, ..] => return Some(Format::JavaKeyStore),
            [0x30, ..] => {
                if let Some(format) = Format::of_der(file) {
                    return Some(format);
                }
            }
            _ => {}
        }
        let has = |text: &str| file.windows(text.len()).any(|bytes| bytes == text.as_bytes());
        let is_base64 = || {
            let text = file.trim_ascii();
            text.starts_with(b"MI")
                && text.iter().all(|b| b.is_ascii_alphanumeric() || b"+/=\r\n".contains(b))
        };
        match () {
            () if has("-----BEGIN ENCRYPTED PRIVATE KEY-----") || has("Proc-Type: 4,ENCRYPTED") => {
                Some(Format::EncryptedKey)
            }
            () if has("-----BEGIN PKCS7-----") || has("-----BEGIN CMS-----") => Some(Format::Pkcs7),
            () if has("-----BEGIN OPENSSH PRIVATE KEY-----") => Some(Format::OpenSshKey),
            () if has("-----BEGIN TRUSTED CERTIFICATE-----") => Some(Format::TrustedCertificate),
            () if is_base64() => Some(Format::BareBase64),
            () => None,
        }
    }

    /// The format of a file that begins like DER, from the first elements of its outer sequence.
    fn of_der(file: &[u8]) -> Option<Format> {
        const SIGNED_DATA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
        let (0x30, content, _) = element(file)? else { return None };
        let (first_tag, first, rest) = element(content)?;
        let second_tag = rest.first().copied();
        match (first_tag, first, second_tag) {
            (0x06, SIGNED_DATA, _) => Some(Format::DerPkcs7),
            (0x02, [3], Some(0x30)) => Some(Format::Pkcs12),
            // PKCS#8 or PKCS#1, and SEC1.
            (0x02, [0], Some(0x30 | 0x02)) | (0x02, [1], Some(0x30 | 0x04)) => Some(Format::DerKey),
            (0x30, [0x06, ..], Some(0x04)) => Some(Format::DerEncryptedKey),
            (0x30, _, Some(0x30)) => Some(Format::DerCertificate),
            _ => None,
        }
    }

    /// Whether a file of this format can contain what is wanted.
    fn can_hold(self, wanted: Wanted) -> bool {
        match self {
            Format::Utf16 { .. } | Format::Pkcs12 | Format::BareBase64 => true,
            Format::DerKey
            | Format::DerEncryptedKey
            | Format::EncryptedKey
            | Format::OpenSshKey => wanted == Wanted::Key,
            Format::DerCertificate
            | Format::DerPkcs7
            | Format::Pkcs7
            | Format::JavaKeyStore
            | Format::TrustedCertificate => wanted == Wanted::Certificate,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Format::Utf16 { .. } => "a text in UTF-16",
            Format::DerCertificate => "a certificate in DER",
            Format::DerKey => "a private key in DER",
            Format::DerEncryptedKey => "an encrypted private key in DER",
            Format::EncryptedKey => "an encrypted private key",
            Format::DerPkcs7 => "a PKCS#7 file in DER",
            Format::Pkcs7 => "a PKCS#7 file",
            Format::Pkcs12 => "a PKCS#12 file",
            Format::JavaKeyStore => "a Java key store",
            Format::OpenSshKey => "a private key of OpenSSH",
            Format::TrustedCertificate => "a certificate in OpenSSL's own format",
            Format::BareBase64 => "Base64 without the line that begins a PEM file",
        }
    }

    fn command(self, path: &Path, wanted: Wanted) -> String {
        let quoted = |path: &Path| match path.display().to_string() {
            text if text.contains(char::is_whitespace) => format!("\"{text}\""),
            text => text,
        };
        let (from, to) = (quoted(path), quoted(&path.with_extension("converted.pem")));
        let openssl = |command: &str| format!("openssl {command} -in {from} -out {to}");
        match (self, wanted) {
            (Format::Utf16 { little_endian }, _) => {
                let order = if little_endian { "LE" } else { "BE" };
                format!("iconv -f UTF-16{order} -t UTF-8 {from} > {to}")
            }
            (Format::DerCertificate, _) => openssl("x509 -inform DER"),
            (Format::DerKey | Format::DerEncryptedKey, _) => openssl("pkey -inform DER"),
            (Format::EncryptedKey, _) => openssl("pkey"),
            (Format::DerPkcs7, _) => openssl("pkcs7 -inform DER -print_certs"),
            (Format::Pkcs7, _) => openssl("pkcs7 -print_certs"),
            (Format::Pkcs12, Wanted::Certificate) => openssl("pkcs12 -nokeys"),
            (Format::Pkcs12, Wanted::Key) => openssl("pkcs12 -nocerts -nodes"),
            (Format::JavaKeyStore, _) => {
                format!("keytool -list -rfc -keystore {from} > {to}")
            }
            (Format::OpenSshKey, _) => format!("ssh-keygen -p -N \"\" -m PEM -f {from}"),
            (Format::TrustedCertificate, _) => openssl("x509"),
            (Format::BareBase64, Wanted::Certificate) => {
                format!("base64 -d {from} | openssl x509 -inform DER -out {to}")
            }
            (Format::BareBase64, Wanted::Key) => {
                format!("base64 -d {from} | openssl pkey -inform DER -out {to}")
            }
        }
    }
}

/// The tag and content of the first DER element, and what follows it. A content that is cut off is
/// returned as far as it goes.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&length, rest) = rest.split_first()?;
    let (length, rest) = match length {
        0..=0x7f => (usize::from(length), rest),
        // The indefinite length of BER, which PKCS#7 and PKCS#12 files can have.
        0x80 => (rest.len(), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at(length.min(rest.len()));
    Some((tag, content, rest))
}
