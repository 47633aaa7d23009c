//! [`TlsConnector`]: TLS with a rustls configuration of our own, which ureq 3 does not accept.

use std::fmt;
use std::io::{self, Read, Write};
use std::ops::RangeInclusive;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, InvalidMessage, StreamOwned};
use ureq::Error;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport,
    TransportAdapter,
};

use super::early_response::{Broken, mark_broken};
use super::left_for_connecting;

/// Wraps a connection in TLS if the address is `https`.
pub(super) struct TlsConnector(pub(super) Arc<ClientConfig>);

impl fmt::Debug for TlsConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsConnector")
    }
}

impl<In: Transport> Connector<In> for TlsConnector {
    type Out = Either<In, Tls>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        let Some(transport) = chained else { return Ok(None) };
        if !details.needs_tls() || transport.is_tls() {
            return Ok(Some(Either::A(transport)));
        }
        let host = details.uri.host().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(host).map_err(|_| Error::Tls("invalid server name"))?;
        let connection = ClientConnection::new(self.0.clone(), name)
            .map_err(|e| Error::Io(io::Error::other(e)))?;
        let mut socket = TransportAdapter::<Box<dyn Transport>>::new(
            Box::new(transport),
            details.current_time.clone(),
        );
        socket.set_timeout(left_for_connecting(details));
        let mut stream = StreamOwned { conn: connection, sock: socket };
        // The handshake is part of connecting: it has the same timeout and the same kind of errors.
        let mut handshake = Handshake { socket: &mut stream.sock, has_answered: false };
        while stream.conn.is_handshaking() {
            if let Err(cause) = stream.conn.complete_io(&mut handshake) {
                return Err(handshake_failed(Error::from(cause), handshake.has_answered));
            }
        }
        let config = details.config;
        let buffers = LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size());
        Ok(Some(Either::B(Tls { buffers, stream })))
    }
}

/// The socket during the handshake. Fails at the first byte that cannot begin a TLS record, because
/// rustls waits for the fifth.
struct Handshake<'a> {
    socket: &'a mut TransportAdapter,
    has_answered: bool,
}

impl Read for Handshake<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.socket.read(buffer)?;
        if let Some(first) = buffer[..read].first()
            && !std::mem::replace(&mut self.has_answered, true)
            && !CONTENT_TYPES.contains(first)
        {
            let error = rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType);
            return Err(io::Error::new(io::ErrorKind::InvalidData, error));
        }
        Ok(read)
    }
}

impl Write for Handshake<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.socket.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}

/// The first bytes of TLS records: `change_cipher_spec` to `heartbeat`.
const CONTENT_TYPES: RangeInclusive<u8> = 20..=24;

/// A handshake during which the connection was closed or the time allowed passed.
#[derive(Debug)]
pub(in crate::http) struct HandshakeBroken {
    pub(in crate::http) cause: Error,
    /// Whether the server had sent anything.
    pub(in crate::http) has_answered: bool,
}

impl fmt::Display for HandshakeBroken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the TLS handshake was not completed")
    }
}

impl std::error::Error for HandshakeBroken {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

fn handshake_failed(cause: Error, has_answered: bool) -> Error {
    let cause = match mark_broken(cause) {
        Error::Io(cause) if cause.get_ref().is_some_and(|inner| inner.is::<Broken>()) => {
            Error::Io(cause)
        }
        timeout @ Error::Timeout(_) => timeout,
        other => return other,
    };
    Error::Io(io::Error::other(HandshakeBroken { cause, has_answered }))
}

pub(super) struct Tls {
    buffers: LazyBuffers,
    stream: StreamOwned<ClientConnection, TransportAdapter>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

impl Transport for Tls {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.stream.sock.set_timeout(timeout);
        self.stream.write_all(&self.buffers.output()[..amount]).map_err(Error::from)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.stream.sock.set_timeout(timeout);
        // Without a `close_notify` alert, the response may have been truncated by an attacker.
        let read = self.stream.read(self.buffers.input_append_buf());
        let read = read.map_err(|cause| mark_broken(Error::from(cause)))?;
        self.buffers.input_appended(read);
        Ok(read > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.sock.get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}
