//! HTTPS servers on loopback and their certificates.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use crate::raw::{Raw, Response, Seen, converse};

/// A certificate with its key.
pub struct Certified {
    pub der: CertificateDer<'static>,
    pub pem: String,
    key: KeyPair,
}

impl Certified {
    fn new(certificate: &rcgen::Certificate, key: KeyPair) -> Certified {
        Certified { der: certificate.der().clone(), pem: certificate.pem(), key }
    }

    /// A self-signed certificate for these names, marked as a certificate authority if `openssl req
    /// -x509` would mark it.
    pub fn self_signed(names: &[&str], authority: bool) -> Certified {
        let (mut params, key) = (params(names), KeyPair::generate().unwrap());
        if authority {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        Certified::new(&params.self_signed(&key).unwrap(), key)
    }

    /// The fingerprint, in the form that [`tableau_server_client::Fingerprint`] accepts: `AB:CD:…`.
    pub fn sha256(&self) -> String {
        let provider = rustls::crypto::ring::default_provider();
        let digest = sha256_hash(&provider).hash(&self.der);
        digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
    }

    pub fn file(&self) -> PathBuf {
        file("certificate.pem", &self.pem)
    }

    pub fn key_file(&self) -> PathBuf {
        file("key.pem", self.key_pem())
    }

    fn key_der(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::try_from(self.key.serialize_der()).unwrap()
    }

    pub fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    /// A server that presents this certificate with the key of another one.
    pub fn server_with_key_of(&self, other: &Certified) -> Arc<ServerConfig> {
        let provider = rustls::crypto::ring::default_provider();
        let key = provider.key_provider.load_private_key(other.key_der()).unwrap();
        // `CertifiedKey::new` would reject the wrong key.
        let shown = CertifiedKey { cert: vec![self.der.clone()], key, ocsp: None };
        let builder = ServerConfig::builder_with_provider(Arc::new(provider));
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let resolver = Arc::new(SingleCertAndKey::from(shown));
        Arc::new(builder.with_no_client_auth().with_cert_resolver(resolver))
    }

    /// A server that presents this certificate.
    pub fn server(&self) -> Arc<ServerConfig> {
        config(None, self)
    }
}

fn sha256_hash(
    provider: &rustls::crypto::CryptoProvider,
) -> &'static dyn rustls::crypto::hash::Hash {
    let suites = provider.cipher_suites.iter();
    let mut hashes = suites.filter_map(|suite| Some(suite.tls13()?.common.hash_provider));
    hashes.find(|hash| hash.output_len() == 32).unwrap()
}

/// A certificate authority.
pub struct Authority {
    params: CertificateParams,
    certified: Certified,
}

impl Authority {
    pub fn new() -> Authority {
        let (mut params, key) = (params(&[]), KeyPair::generate().unwrap());
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let mut name = DistinguishedName::new();
        // A unique name, because issuers are looked up by name.
        let random = key.public_key_raw()[1..9].iter().map(|byte| format!("{byte:02x}"));
        name.push(DnType::CommonName, format!("Authority {}", random.collect::<String>()));
        params.distinguished_name = name;
        let certificate = params.self_signed(&key).unwrap();
        Authority { params, certified: Certified::new(&certificate, key) }
    }

    pub fn pem(&self) -> &str {
        &self.certified.pem
    }

    /// Its certificate as a PEM file.
    pub fn file(&self) -> PathBuf {
        file("authority.pem", self.pem())
    }

    /// A certificate for these names.
    pub fn certify(&self, names: &[&str]) -> Certified {
        self.certify_as(params(names))
    }

    /// A certificate with this common name, and these names as subject alternative names.
    pub fn certify_common_name(&self, common_name: &str, names: &[&str]) -> Certified {
        let mut params = params(names);
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, common_name);
        self.certify_as(params)
    }

    pub fn certify_expired(&self, names: &[&str]) -> Certified {
        let mut params = params(names);
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
        self.certify_as(params)
    }

    fn certify_as(&self, params: CertificateParams) -> Certified {
        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::from_params(&self.params, &self.certified.key);
        Certified::new(&params.signed_by(&key, &issuer).unwrap(), key)
    }

    /// A server with a certificate for these names.
    pub fn server(&self, names: &[&str]) -> Arc<ServerConfig> {
        self.certify(names).server()
    }

    /// A server that requires client certificates of this authority.
    pub fn server_for_members(&self, names: &[&str]) -> Arc<ServerConfig> {
        config(Some(self), &self.certify(names))
    }
}

fn params(names: &[&str]) -> CertificateParams {
    CertificateParams::new(names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>()).unwrap()
}

fn config(members_of: Option<&Authority>, shown: &Certified) -> Arc<ServerConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = match members_of {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.certified.der.clone()).unwrap();
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder.with_client_cert_verifier(verifier.unwrap())
        }
    };
    Arc::new(builder.with_single_cert(vec![shown.der.clone()], shown.key_der()).unwrap())
}

/// Writes a file for this test run.
pub fn file(name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::SeqCst);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("{}-{count}-{name}", std::process::id()));
    std::fs::write(&path, text).unwrap();
    path
}

/// Responds to each request over TLS as `handle` says.
pub fn over_tls(
    config: Arc<ServerConfig>,
    handle: impl Fn(&Seen) -> Response + Send + Sync + 'static,
) -> Raw {
    over_tls_ending(config, true, handle)
}

/// Like `over_tls`; ends its connections with or without `close_notify`.
pub fn over_tls_ending(
    config: Arc<ServerConfig>,
    goodbye: bool,
    handle: impl Fn(&Seen) -> Response + Send + Sync + 'static,
) -> Raw {
    let mut raw = Raw::on_connection(move |stream, number, seen| {
        let connection = ServerConnection::new(config.clone()).unwrap();
        let mut stream = StreamOwned::new(connection, stream);
        converse(&mut stream, number, seen, &handle);
        if goodbye {
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    });
    raw.url = format!("https://{}", raw.address);
    raw
}
