//! TLS: the certificate verifier and the client certificate.

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::hash::Hash;
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, OtherError, RootCertStore,
    SignatureScheme,
};

use super::context;
use super::options::{Fingerprint, HttpOptions, Verify};
use super::pem::{certificates, private_key};
use crate::{Error, Result};

/// Creates the TLS configuration from the options, and reads their files.
pub(super) fn client_config(options: &HttpOptions) -> Result<Arc<ClientConfig>> {
    let verify = options.verify.clone().unwrap_or(Verify::Roots);
    let listed = match &verify {
        Verify::Bundle(path) => certificates(path)?,
        _ => Vec::new(),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for (at, certificate) in listed.iter().enumerate() {
        if let (Err(error), Verify::Bundle(path)) = (roots.add(certificate.clone()), &verify) {
            let path = path.display();
            return Err(Error::config(format!("certificate {} of {path} is not usable", at + 1))
                .because(error));
        }
    }
    let roots = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .map_err(|error| {
            Error::config("the certificate verifier cannot be built").because(error)
        })?;
    let verifier = Verifier {
        roots,
        verify,
        listed,
        algorithms: provider.signature_verification_algorithms,
        sha256: sha256_of(&provider),
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::config("TLS cannot be set up").because(error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let config = match &options.client_cert {
        None => builder.with_no_client_auth(),
        Some((chain, key)) => builder
            .with_client_auth_cert(certificates(chain)?, private_key(key)?)
            .map_err(|error| {
                let (chain, key) = (chain.display(), key.display());
                Error::config(format!(
                    "the certificate in {chain} and the key in {key} cannot be used"
                ))
                .because(error)
            })?,
    };
    Ok(Arc::new(config))
}

/// SHA-256, computed by the TLS provider to avoid another dependency.
pub(crate) fn sha256() -> &'static dyn Hash {
    sha256_of(&rustls::crypto::ring::default_provider())
}

/// Random bytes from the TLS provider, for unique names.
pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    rustls::crypto::ring::default_provider().secure_random.fill(&mut bytes).map_err(|_| {
        Error::io("no random bytes", std::io::Error::other("the system provided none"))
    })?;
    Ok(bytes)
}

fn sha256_of(provider: &CryptoProvider) -> &'static dyn Hash {
    let hash = provider.cipher_suites.iter().find_map(|suite| match suite {
        rustls::SupportedCipherSuite::Tls13(suite)
            if suite.common.suite == rustls::CipherSuite::TLS13_AES_128_GCM_SHA256 =>
        {
            Some(suite.common.hash_provider)
        }
        _ => None,
    });
    hash.expect("ring has the cipher suite that TLS 1.3 requires")
}

/// Verifies the certificate of a server according to [`Verify`].
struct Verifier {
    roots: Arc<WebPkiServerVerifier>,
    verify: Verify,
    listed: Vec<CertificateDer<'static>>,
    algorithms: WebPkiSupportedAlgorithms,
    sha256: &'static dyn Hash,
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verifier({:?})", self.verify)
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let mut shown = [0; 32];
        shown.copy_from_slice(self.sha256.hash(end_entity).as_ref());
        let shown = Fingerprint::from_bytes(shown);
        context::set_certificate(shown);
        match &self.verify {
            Verify::Off => return Ok(ServerCertVerified::assertion()),
            Verify::Pinned(pinned) if *pinned == shown => {
                return Ok(ServerCertVerified::assertion());
            }
            Verify::Pinned(_) => {
                return Err(CertificateError::ApplicationVerificationFailure.into());
            }
            Verify::Roots | Verify::Bundle(_) => {}
        }
        let verdict = self.roots.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        match verdict {
            // webpki rejects a CA certificate as the certificate of a server, but `openssl req -x509`
            // creates such certificates. The user listed this certificate, so only the host name
            // remains to be checked.
            Err(rustls::Error::InvalidCertificate(CertificateError::Other(why)))
                if is_authority_as_server(&why)
                    && self.listed.iter().any(|listed| listed == end_entity) =>
            {
                let certificate = ParsedCertificate::try_from(end_entity)?;
                verify_server_name(&certificate, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            verdict => verdict,
        }
    }

    // A pinned certificate is public: only the signature proves that the server has its key.
    // With `Verify::Off` the check has no benefit, and would reject old kinds of keys.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        if self.verify == Verify::Off {
            return Ok(HandshakeSignatureValid::assertion());
        }
        rustls::crypto::verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        if self.verify == Verify::Off {
            return Ok(HandshakeSignatureValid::assertion());
        }
        rustls::crypto::verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let mut schemes = self.algorithms.supported_schemes();
        if self.verify == Verify::Off {
            use SignatureScheme::{
                ECDSA_NISTP521_SHA512, ECDSA_SHA1_Legacy, ED448, RSA_PKCS1_SHA1,
            };
            for more in [ECDSA_NISTP521_SHA512, ECDSA_SHA1_Legacy, RSA_PKCS1_SHA1, ED448] {
                if !schemes.contains(&more) {
                    schemes.push(more);
                }
            }
        }
        schemes
    }
}

// The error of webpki is boxed, and webpki is not a direct dependency.
fn is_authority_as_server(error: &OtherError) -> bool {
    error.to_string().contains("CaUsedAsEndEntity")
}
