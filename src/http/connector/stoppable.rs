//! [`Stoppable`]: connections whose every wait a stop ends, while they are made and while they are
//! used.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use ureq::Error;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, NextTimeout, ShutdownHandle, Transport,
};

use super::Names;
use super::bounded::{Bound, Bounded};
use crate::stop;

/// Makes connections by the connectors in it.
///
/// Nothing ends a connect that the system has begun, so where a stop is watched they work on a
/// thread of their own, which is left behind when it stops and ends by itself.
#[derive(Debug)]
pub(super) struct StoppableConnector<C> {
    inner: Arc<C>,
    names: Names,
}

impl<C> StoppableConnector<C> {
    pub(super) fn new(inner: C, names: Names) -> StoppableConnector<C> {
        StoppableConnector { inner: Arc::new(inner), names }
    }
}

impl<In: Transport, C: Connector<In>> Connector<In> for StoppableConnector<C> {
    type Out = Stoppable<C::Out>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        let socket = Socket::default();
        let (found, register) = (socket.clone(), details.register_shutdown.clone());
        let (uri, config) = (details.uri.clone(), details.config.clone());
        let (addrs, request_level) = (details.addrs.clone(), details.request_level);
        let (now, timeout) = (details.now, details.timeout);
        let (current_time, run_connector) =
            (details.current_time.clone(), details.run_connector.clone());
        let (inner, names) = (self.inner.clone(), self.names.clone());
        let bound = Bound::of(details);
        let bounded = bound.clone();
        let connect = move || {
            let details = ConnectionDetails {
                uri: &uri,
                addrs,
                config: &config,
                request_level,
                resolver: &names,
                now,
                timeout,
                current_time,
                run_connector: Arc::new(move |details: &ConnectionDetails<'_>| {
                    Ok(Bounded::new(run_connector(details)?, bounded.clone()).boxed())
                }),
                register_shutdown: Arc::new(move |handle: Weak<dyn ShutdownHandle>| {
                    found.set(handle.clone());
                    register(handle)
                }),
            };
            inner.connect(&details, chained)
        };
        let connected = match stop::watched() {
            None => connect(),
            Some(stop) => stop.apart("connecting", connect).unwrap_or_else(|stopped| {
                // What the thread waits for on a socket, it need not any more.
                socket.shut_down();
                Err(Stopped::error(stopped))
            }),
        };
        bound.lift();
        Ok(connected?.map(|inner| Stoppable { inner, socket }))
    }
}

/// The socket that a connection is made of, as far as it is there.
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

pub(super) struct Stoppable<T> {
    inner: T,
    socket: Socket,
}

impl<T: fmt::Debug> fmt::Debug for Stoppable<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl<T: Transport> Stoppable<T> {
    /// Waits; a stop shuts the socket down, which ends any wait for it.
    fn wait<R>(&mut self, wait: impl FnOnce(&mut T) -> Result<R, Error>) -> Result<R, Error> {
        let Some(stop) = stop::watched() else { return wait(&mut self.inner) };
        let socket = self.socket.clone();
        let waited = stop.ending(move || socket.shut_down(), || wait(&mut self.inner));
        waited.map_err(Stopped::error)?
    }
}

impl<T: Transport> Transport for Stoppable<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.wait(|inner| inner.transmit_output(amount, timeout))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.wait(|inner| inner.await_input(timeout))
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}

/// A wait that was ended from outside.
#[derive(Debug)]
pub(in crate::http) struct Stopped(pub(in crate::http) crate::Error);

impl Stopped {
    pub(super) fn error(error: crate::Error) -> Error {
        Error::Io(io::Error::other(Stopped(error)))
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Stopped {}
