//! Certificates and keys in PEM files.

use std::path::Path;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::{Error, Result};

const NO_CERTIFICATE: &str = "contains no PEM certificate (`-----BEGIN CERTIFICATE-----`); `openssl x509 \
                              -inform DER` converts DER, and `openssl pkcs12 -nokeys` PKCS#12";

const NO_KEY: &str = "contains no unencrypted private key in PEM (PKCS#8, PKCS#1 or SEC1); `openssl pkey` \
                      decrypts, `openssl pkey -inform DER` converts DER, and `openssl pkcs12 -nocerts \
                      -nodes` PKCS#12";

/// Reads all certificates of a PEM file.
pub(super) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let all = CertificateDer::pem_slice_iter(&read(path)?).collect::<Result<Vec<_>, _>>();
    let all = all.map_err(|error| file_error(path, NO_CERTIFICATE).because(error))?;
    if all.is_empty() { Err(file_error(path, NO_CERTIFICATE)) } else { Ok(all) }
}

/// Reads the first private key of a PEM file.
pub(super) fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>> {
    let key = PrivateKeyDer::from_pem_slice(&read(path)?);
    key.map_err(|error| file_error(path, NO_KEY).because(error))
}

fn file_error(path: &Path, why: &str) -> Error {
    Error::config(format!("{}: {why}", path.display()))
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
