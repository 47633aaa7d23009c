//! Certificates that are created when the server starts, and the rustls configuration.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, SanType,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

use crate::{Error, ErrorKind, Result};

/// How the server's certificate is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    SelfSigned,
    Issued,
}

/// The certificates of one server.
pub(super) struct Certificates {
    pub(super) config: Arc<ServerConfig>,
    pub(super) sha256: String,
    pub(super) pem: String,
    pub(super) ca_pem: Option<String>,
    /// A client's certificate and its key, both PEM.
    pub(super) client: Option<(String, String)>,
}

impl Certificates {
    pub(super) fn make(kind: Kind, ask_the_client: bool) -> Result<Certificates> {
        make(kind, ask_the_client).map_err(|cause| {
            Error::new(ErrorKind::Tls, "making the mock server's certificate").because(cause)
        })
    }
}

fn make(kind: Kind, ask_the_client: bool) -> anyhow::Result<Certificates> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = KeyPair::generate()?;
    let ca = if kind == Kind::Issued || ask_the_client { Some(make_ca()?) } else { None };
    let certificate = match (kind, &ca) {
        (Kind::Issued, Some(ca)) => server_params()?.signed_by(&key, ca)?,
        _ => server_params()?.self_signed(&key)?,
    };
    let pem = certificate.pem();
    let mut chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone()];
    let mut client = None;
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?;
    let builder = match &ca {
        Some(ca) if ask_the_client => {
            client = Some(make_client(ca)?);
            let mut roots = RootCertStore::empty();
            roots.add(ca.der().clone())?;
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone())
                    .build()?;
            builder.with_client_cert_verifier(verifier)
        }
        _ => builder.with_no_client_auth(),
    };
    if kind == Kind::Issued
        && let Some(ca) = &ca
    {
        chain.push(ca.der().clone());
    }
    let sha256 = fingerprint(&provider, &chain[0])?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = Arc::new(builder.with_single_cert(chain, key)?);
    let ca_pem = ca.map(|ca| ca.pem());
    Ok(Certificates { config, sha256, pem, ca_pem, client })
}

fn server_params() -> anyhow::Result<CertificateParams> {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()])?;
    for address in [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)] {
        params.subject_alt_names.push(SanType::IpAddress(address));
    }
    params.distinguished_name.push(DnType::CommonName, "Tableau mock server");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(params)
}

fn make_ca() -> anyhow::Result<CertifiedIssuer<'static, KeyPair>> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, "Tableau mock server's CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(CertifiedIssuer::self_signed(params, KeyPair::generate()?)?)
}

fn make_client(ca: &CertifiedIssuer<'static, KeyPair>) -> anyhow::Result<(String, String)> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, "Tableau mock client");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    Ok((params.signed_by(&key, ca)?.pem(), key.serialize_pem()))
}

// Uses the SHA-256 of a cipher suite, because no dependency of the mock server has another one.
fn fingerprint(
    provider: &rustls::crypto::CryptoProvider,
    certificate: &CertificateDer<'_>,
) -> anyhow::Result<String> {
    let hash = provider
        .cipher_suites
        .iter()
        .filter_map(|suite| suite.tls13())
        .map(|suite| suite.common.hash_provider)
        .find(|hash| hash.output_len() == 32)
        .ok_or_else(|| anyhow::anyhow!("no SHA-256 in the cryptography provider"))?;
    Ok(hash.hash(certificate).as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
}
