//! [`CancellableConnector`]: connections that can be cancelled while they are established and while they are in use.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use ureq::Error;
use ureq::unversioned::transport::time::Duration as Span;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, NextTimeout, ShutdownHandle, Transport,
};

use super::{CachingResolver, carried, context, exact, left_for_connecting};
use crate::cancel::CancellationToken;

/// Makes connections with the inner connectors.
///
/// A connect cannot be interrupted, so with a cancellation token the inner connectors run on a
/// separate thread, which is abandoned on cancellation. The separate thread also limits the time
/// for connecting through a proxy, because ureq restarts the connect timeout with each byte that
/// the proxy sends.
#[derive(Debug)]
pub(super) struct CancellableConnector<C> {
    inner: Arc<C>,
    resolver: CachingResolver,
}

impl<C> CancellableConnector<C> {
    pub(super) fn new(inner: C, resolver: CachingResolver) -> CancellableConnector<C> {
        CancellableConnector { inner: Arc::new(inner), resolver }
    }
}

impl<In: Transport, C: Connector<In>> Connector<In> for CancellableConnector<C> {
    type Out = CancellableTransport<C::Out>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        let socket = Socket::default();
        let connect = self.on_any_thread(details, socket.clone(), chained);
        let connected = match (context::cancellation(), details.config.proxy()) {
            (None, None) => connect()?,
            (cancellation, _) => {
                let left = left_for_connecting(details);
                match cancellation.unwrap_or_default().run_on_thread(
                    "connecting",
                    exact(left.after),
                    connect,
                ) {
                    Ok(Some(connected)) => connected?,
                    given_up => {
                        // Ends the thread if it is waiting for the socket.
                        socket.shut_down();
                        given_up.map_err(carried)?;
                        return Err(Error::Timeout(left.reason));
                    }
                }
            }
        };
        Ok(connected.map(|inner| CancellableTransport { inner, socket }))
    }
}

impl<C> CancellableConnector<C> {
    /// The work of connecting. Borrows nothing from the request, so that it can move to another
    /// thread.
    ///
    /// `ConnectionDetails` borrows and is not `Clone`, so its fields are copied one by one, here
    /// only. The work cannot be split: ureq's `SocksConnector` opens its socket itself, and the
    /// transport of a socket cannot be created outside of ureq.
    fn on_any_thread<In: Transport>(
        &self,
        details: &ConnectionDetails<'_>,
        socket: Socket,
        chained: Option<In>,
    ) -> impl FnOnce() -> Result<Option<C::Out>, Error> + Send + 'static
    where
        C: Connector<In>,
    {
        let (uri, config) = (details.uri.clone(), details.config.clone());
        let (inner, resolver) = (self.inner.clone(), self.resolver.clone());
        let (register, run_connector) =
            (details.register_shutdown.clone(), details.run_connector.clone());
        let (addrs, current_time) = (details.addrs.clone(), details.current_time.clone());
        let (request_level, now, timeout) = (details.request_level, details.now, details.timeout);
        move || {
            let details = ConnectionDetails {
                uri: &uri,
                addrs,
                config: &config,
                request_level,
                resolver: &resolver,
                now,
                timeout,
                current_time,
                run_connector,
                register_shutdown: Arc::new(move |handle: Weak<dyn ShutdownHandle>| {
                    socket.set(handle.clone());
                    register(handle)
                }),
            };
            inner.connect(&details, chained)
        }
    }
}

/// The socket of a connection, once there is one.
#[derive(Clone, Default)]
struct Socket(Arc<Mutex<Option<Weak<dyn ShutdownHandle>>>>);

impl Socket {
    fn set(&self, handle: Weak<dyn ShutdownHandle>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(handle);
    }

    fn shut_down(&self) {
        let handle = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(socket) = handle.and_then(|handle| handle.upgrade()) {
            socket.shutdown();
        }
    }
}

pub(super) struct CancellableTransport<T> {
    inner: T,
    socket: Socket,
}

impl<T: fmt::Debug> fmt::Debug for CancellableTransport<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

/// Whether shutting down a socket ends a read that is blocked. On Windows it does not.
const WAKES: bool = !cfg!(windows);

impl<T: Transport> CancellableTransport<T> {
    /// Waits for input in short intervals and checks the cancellation in between.
    fn await_in_slices(
        &mut self,
        cancellation: &CancellationToken,
        timeout: NextTimeout,
    ) -> Result<bool, Error> {
        const SLICE: Duration = Duration::from_millis(50);
        let whole = timeout.for_read();
        let started = Instant::now();
        loop {
            cancellation.check().map_err(carried)?;
            let left = match whole.after {
                Span::Exact(limit) => limit.saturating_sub(started.elapsed()),
                Span::NotHappening => SLICE,
            };
            if left.is_zero() {
                return Err(Error::Timeout(whole.reason));
            }
            let after = Span::Exact(left.min(SLICE));
            match self.inner.await_input(NextTimeout { after, per_read: None, ..whole }) {
                Err(Error::Timeout(_)) => {}
                other => return other,
            }
        }
    }

    /// Runs a wait. Cancellation shuts down the socket, which ends the wait.
    fn wait<R>(&mut self, wait: impl FnOnce(&mut T) -> Result<R, Error>) -> Result<R, Error> {
        let Some(cancellation) = context::cancellation() else { return wait(&mut self.inner) };
        let socket = self.socket.clone();
        let waited =
            cancellation.interrupting(move || socket.shut_down(), || wait(&mut self.inner));
        waited.map_err(carried)?
    }
}

impl<T: Transport> Transport for CancellableTransport<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.wait(|inner| inner.transmit_output(amount, timeout))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        match context::cancellation() {
            Some(cancellation) if !WAKES => self.await_in_slices(&cancellation, timeout),
            _ => self.wait(|inner| inner.await_input(timeout)),
        }
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
    use std::io::{ErrorKind::WouldBlock, Read, Write};
    use std::net::{TcpListener, TcpStream};

    use ureq::unversioned::transport::LazyBuffers;

    use super::*;
    use crate::ErrorKind;

    /// A read-only socket.
    #[derive(Debug)]
    struct Reader(TcpStream, LazyBuffers);

    impl Transport for Reader {
        fn buffers(&mut self) -> &mut dyn Buffers {
            &mut self.1
        }

        fn transmit_output(&mut self, _: usize, _: NextTimeout) -> Result<(), Error> {
            unreachable!("nothing is written here")
        }

        fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
            self.0.set_read_timeout(Some(*timeout.after))?;
            match self.0.read(self.1.input_append_buf()) {
                Err(error) if error.kind() == WouldBlock => Err(Error::Timeout(timeout.reason)),
                read => {
                    let read = read?;
                    self.1.input_appended(read);
                    Ok(read > 0)
                }
            }
        }

        fn is_open(&mut self) -> bool {
            true
        }
    }

    /// Simulates Windows, where shutting down the socket does not end a blocked read.
    #[test]
    fn reads_in_intervals_keep_data_and_end_on_cancellation() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let mut server = listener.accept().unwrap().0;
        let inner = Reader(client, LazyBuffers::new(1024, 1024));
        let mut reader = CancellableTransport { inner, socket: Socket::default() };
        let within = |time| NextTimeout { after: Span::from(time), ..NextTimeout::default() };
        let (cancellation, long) = (CancellationToken::new(), Duration::from_secs(60));

        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(120));
                server.write_all(b"late").unwrap();
            });
            assert!(reader.await_in_slices(&cancellation, within(long)).unwrap());
        });
        assert_eq!(reader.buffers().input(), b"late");

        let brief = within(Duration::from_millis(120));
        let error = reader.await_in_slices(&cancellation, brief).unwrap_err();
        assert!(matches!(error, Error::Timeout(_)), "{error:?}");

        let started = Instant::now();
        let error = std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(120));
                cancellation.cancel();
            });
            reader.await_in_slices(&cancellation, within(long)).unwrap_err()
        });
        let Error::Io(error) = error else { panic!("{error:?}") };
        let error = error.downcast::<crate::Error>().unwrap();
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        assert!(started.elapsed() < long / 2);
    }
}
