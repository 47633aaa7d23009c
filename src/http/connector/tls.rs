//! [`TlsConnector`]: TLS with a custom rustls configuration, which ureq 3 does not support.

use std::fmt;
use std::io::{self, Read, Write};
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
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
        // The handshake is part of connecting, with the same timeout and kind of errors.
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock).map_err(handshake_failed)?;
        }
        let config = details.config;
        let buffers = LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size());
        Ok(Some(Either::B(Tls { buffers, stream })))
    }
}

/// A handshake that failed because the connection was closed or the timeout passed.
#[derive(Debug)]
pub(in crate::http) struct HandshakeBroken(pub(in crate::http) Error);

impl fmt::Display for HandshakeBroken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the TLS handshake was not completed")
    }
}

impl std::error::Error for HandshakeBroken {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

fn handshake_failed(cause: io::Error) -> Error {
    match mark_broken(Error::from(cause)) {
        Error::Io(cause) if !cause.get_ref().is_some_and(|inner| inner.is::<Broken>()) => {
            Error::Io(cause)
        }
        broken => Error::Io(io::Error::other(HandshakeBroken(broken))),
    }
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
