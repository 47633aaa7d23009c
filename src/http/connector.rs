//! How ureq gets its connections: names looked up once, TLS of our own, and what ureq lacks.
//!
//! The chain is `Begun`, proxies, TCP, [`Lenient`], [`Tls`], [`Patient`]: each wraps what the one
//! before it made.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::time::{Duration as Span, Instant as Moment};
use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout,
    SocksConnector, TcpConnector, Transport, TransportAdapter,
};

use crate::stop::{self, Stop};

/// An agent whose connections are made here.
pub(super) fn agent(config: Config, tls: Arc<ClientConfig>, names: Names) -> ureq::Agent {
    let chain =
        ().chain(Begun)
            .chain(ConnectProxyConnector::default())
            .chain(SocksConnector::default())
            .chain(TcpConnector::default())
            .chain(LenientConnector)
            .chain(TlsConnector(tls))
            .chain(PatientConnector);
    ureq::Agent::with_parts(config, chain, names)
}

// ------------------------------------------------------------------- was it connected?

thread_local! {
    /// Connections that this thread began and has not finished making.
    static UNFINISHED: Cell<u32> = const { Cell::new(0) };
}

/// Forgets how the last request of this thread went.
pub(super) fn begin_request() {
    UNFINISHED.set(0);
}

/// Whether this thread's request failed while its connection was being made.
pub(super) fn failed_while_connecting() -> bool {
    UNFINISHED.get() > 0
}

/// The first of the chain: notes that a connection is being made.
#[derive(Debug)]
struct Begun;

impl<In: Transport> Connector<In> for Begun {
    type Out = In;

    fn connect(&self, _: &ConnectionDetails<'_>, chained: Option<In>) -> Result<Option<In>, Error> {
        UNFINISHED.set(UNFINISHED.get() + 1);
        Ok(chained)
    }
}

// ---------------------------------------------------------------------------- names

/// Addresses of host names, remembered for a while: ureq asks for every request, pooled
/// connection or not.
#[derive(Debug)]
pub(super) struct Names<R = DefaultResolver>(Arc<Remembered<R>>);

impl<R> Clone for Names<R> {
    fn clone(&self) -> Self {
        Names(self.0.clone())
    }
}

#[derive(Debug)]
struct Remembered<R> {
    resolver: R,
    known: Mutex<HashMap<String, (Instant, ResolvedSocketAddrs)>>,
}

const REMEMBER: Duration = Duration::from_secs(30);

impl<R> Names<R> {
    pub(super) fn new(resolver: R) -> Names<R> {
        Names(Arc::new(Remembered { resolver, known: Mutex::default() }))
    }

    /// After a failed connection: the host may have moved.
    pub(super) fn forget(&self) {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl<R: Resolver> Resolver for Names<R> {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        let key = format!("{}://{authority}", uri.scheme_str().unwrap_or_default());
        let known = || self.0.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((since, addresses)) = known().get(&key)
            && since.elapsed() < REMEMBER
        {
            return Ok(addresses.clone());
        }
        let addresses = match self.0.resolver.resolve(uri, config, timeout) {
            Err(Error::Io(cause)) => return Err(NoAddress::error(uri, Some(cause))),
            Err(Error::HostNotFound) => return Err(NoAddress::error(uri, None)),
            other => other?,
        };
        known().insert(key, (Instant::now(), addresses.clone()));
        Ok(addresses)
    }
}

/// A host name that has no address.
#[derive(Debug)]
pub(super) struct NoAddress {
    host: String,
    cause: Option<io::Error>,
}

impl NoAddress {
    fn error(uri: &Uri, cause: Option<io::Error>) -> Error {
        let host = uri.host().unwrap_or_default().to_owned();
        Error::Io(io::Error::other(NoAddress { host, cause }))
    }
}

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the host name {} has no address", self.host)
    }
}

impl std::error::Error for NoAddress {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_ref().map(|cause| cause as _)
    }
}

// ------------------------------------------------------------------ broken connections

/// A connection that broke after it was made.
///
/// ureq takes some of these for the end of a body that has no length; in this wrapping it takes
/// them for what they are.
#[derive(Debug)]
pub(super) struct Broken(pub(super) io::Error);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection broke")
    }
}

impl std::error::Error for Broken {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

fn is_break(kind: ErrorKind) -> bool {
    use ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(kind, BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
}

fn marked(error: Error) -> Error {
    match error {
        Error::Io(cause) if is_break(cause.kind()) => Error::Io(io::Error::other(Broken(cause))),
        other => other,
    }
}

/// Keeps an answer that comes while the body is still being sent.
///
/// A server that refuses early (401, 413) answers, and closes or takes no more. The next write
/// fails, and ureq would report that and never read the answer that waits. Here the write seems to
/// succeed, so that ureq goes on to read; only where nothing is there is the write's error reported.
#[derive(Debug)]
struct LenientConnector;

#[derive(Debug)]
struct Lenient<T> {
    inner: T,
    unwritable: Option<Error>,
}

/// Where writing timed out, an answer is there already or does not come.
const ALREADY: Duration = Duration::from_secs(1);

impl<In: Transport> Connector<In> for LenientConnector {
    type Out = Lenient<In>;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        Ok(chained.map(|inner| Lenient { inner, unwritable: None }))
    }
}

impl<T: Transport> Transport for Lenient<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        if self.unwritable.is_some() {
            return Ok(()); // The rest of the body goes nowhere.
        }
        match self.inner.transmit_output(amount, timeout) {
            Err(Error::Io(cause)) if is_break(cause.kind()) => {
                self.unwritable = Some(Error::Io(cause));
                Ok(())
            }
            Err(timeout @ Error::Timeout(ureq::Timeout::PerWrite)) => {
                self.unwritable = Some(timeout);
                Ok(())
            }
            other => other,
        }
    }

    fn await_input(&mut self, mut timeout: NextTimeout) -> Result<bool, Error> {
        if let Some(Error::Timeout(_)) = self.unwritable {
            timeout.after = timeout.after.min(ALREADY.into());
        }
        let input = match stop::watched() {
            None => self.inner.await_input(timeout),
            Some(stop) => await_input_unless_stopped(&mut self.inner, timeout, &stop),
        };
        match (input, self.unwritable.take()) {
            (Ok(false) | Err(_), Some(cause)) => Err(marked(cause)),
            (Ok(more), Some(cause)) => {
                self.unwritable = Some(cause);
                Ok(more)
            }
            (result, None) => result.map_err(marked),
        }
    }

    fn is_open(&mut self) -> bool {
        self.unwritable.is_none() && self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

/// A read that was ended from outside.
#[derive(Debug)]
pub(super) struct Stopped(pub(super) crate::Error);

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Stopped {}

/// Waits for input in slices, and looks at the stop between them.
fn await_input_unless_stopped(
    inner: &mut impl Transport,
    timeout: NextTimeout,
    stop: &Stop,
) -> Result<bool, Error> {
    const SLICE: Duration = Duration::from_millis(50);
    let whole = timeout.for_read();
    let started = Instant::now();
    loop {
        stop.check().map_err(|error| Error::Io(io::Error::other(Stopped(error))))?;
        let left = match whole.after {
            Span::Exact(limit) => limit.saturating_sub(started.elapsed()),
            Span::NotHappening => SLICE,
        };
        if left.is_zero() {
            return Err(Error::Timeout(whole.reason));
        }
        let slice = NextTimeout { after: Span::Exact(left.min(SLICE)), per_read: None, ..whole };
        match inner.await_input(slice) {
            Err(Error::Timeout(_)) => {}
            other => return other,
        }
    }
}

// ------------------------------------------------------------------------------ TLS

/// TLS by a rustls configuration of our own, which ureq 3 has no place for.
struct TlsConnector(Arc<ClientConfig>);

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
        let name = ServerName::try_from(host).map_err(|_| Error::Tls("no name for a server"))?;
        let connection = ClientConnection::new(self.0.clone(), name)
            .map_err(|e| Error::Io(io::Error::other(e)))?;
        let mut socket = TransportAdapter::<Box<dyn Transport>>::new(
            Box::new(transport),
            details.current_time.clone(),
        );
        socket.set_timeout(left_for_connecting(details));
        let mut stream = StreamOwned { conn: connection, sock: socket };
        // The handshake belongs to connecting: to its timeout and to its errors.
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock).map_err(Error::from)?;
        }
        let config = details.config;
        let buffers = LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size());
        Ok(Some(Either::B(Tls { buffers, stream })))
    }
}

/// What TCP left of the time for connecting.
fn left_for_connecting(details: &ConnectionDetails<'_>) -> NextTimeout {
    let mut timeout = details.timeout;
    if let (Span::Exact(limit), Moment::Exact(start), Moment::Exact(now)) =
        (timeout.after, details.now, (details.current_time)())
    {
        timeout.after = Span::Exact(limit.saturating_sub(now.saturating_duration_since(start)));
    }
    timeout
}

struct Tls {
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
        // A close without TLS's own goodbye may be somebody cutting the answer short.
        let read = self.stream.read(self.buffers.input_append_buf());
        let read = read.map_err(|cause| marked(Error::from(cause)))?;
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

// ------------------------------------------------------------------------- patience

/// Tells the wait for an answer's first byte, which has a bound of its own, from silence within
/// the answer.
#[derive(Debug)]
struct PatientConnector;

#[derive(Debug)]
struct Patient<T> {
    inner: T,
    awaiting_first_byte: bool,
}

impl<In: Transport> Connector<In> for PatientConnector {
    type Out = Patient<In>;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        UNFINISHED.set(UNFINISHED.get().saturating_sub(u32::from(chained.is_some())));
        Ok(chained.map(|inner| Patient { inner, awaiting_first_byte: false }))
    }
}

impl<T: Transport> Transport for Patient<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.awaiting_first_byte = true;
        self.inner.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, mut timeout: NextTimeout) -> Result<bool, Error> {
        if self.awaiting_first_byte {
            timeout.per_read = None;
        }
        let more = self.inner.await_input(timeout)?;
        self.awaiting_first_byte = false;
        Ok(more)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[derive(Debug, Default)]
    struct Counting(Arc<AtomicU32>);

    impl Resolver for Counting {
        fn resolve(
            &self,
            _: &Uri,
            _: &Config,
            _: NextTimeout,
        ) -> Result<ResolvedSocketAddrs, Error> {
            self.0.fetch_add(1, Ordering::Relaxed);
            let mut found = self.empty();
            found.push(([127, 0, 0, 1], 80).into());
            Ok(found)
        }
    }

    #[test]
    fn a_name_is_looked_up_once() {
        let asked = Arc::new(AtomicU32::new(0));
        let names = Names::new(Counting(asked.clone()));
        let resolve = |host: &'static str| {
            let (config, timeout) = (Config::default(), NextTimeout::default());
            names.resolve(&Uri::from_static(host), &config, timeout).unwrap();
        };
        for _ in 0..5 {
            resolve("http://a.example/x");
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        resolve("http://b.example/x");
        assert_eq!(asked.load(Ordering::Relaxed), 2);
        names.forget();
        resolve("http://a.example/x");
        assert_eq!(asked.load(Ordering::Relaxed), 3);
    }
}
