//! [`EarlyResponseConnector`]: keeps a response that arrives while the body is still being sent.

use std::fmt;
use std::io::{self, ErrorKind};
use std::time::Duration;

use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

use super::context;

/// An established connection that broke.
///
/// ureq treats some I/O errors as the end of a body without a length. Wrapped in this type, they
/// remain errors.
#[derive(Debug)]
pub(in crate::http) struct Broken(pub(super) io::Error);

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

/// Whether an I/O error means that the socket is broken, rather than a timeout or an error of a
/// layer above the socket.
fn is_break(kind: ErrorKind) -> bool {
    use ErrorKind::{Interrupted, InvalidData, InvalidInput, Other, TimedOut, WouldBlock};
    !matches!(kind, Interrupted | InvalidData | InvalidInput | Other | TimedOut | WouldBlock)
}

/// Wraps the error of a broken connection in [`Broken`].
pub(super) fn mark_broken(error: Error) -> Error {
    match error {
        Error::Io(cause) if is_break(cause.kind()) => Error::Io(io::Error::other(Broken(cause))),
        other => other,
    }
}

/// Keeps a response that arrives while the body is still being sent.
///
/// A server that refuses a request early (401, 413) responds, and then closes the connection or stops
/// reading. The next write fails, and ureq would report that error without reading the response. This
/// transport reports the write as successful, so that ureq reads the response; if there is none, the
/// read fails with the error of the write.
#[derive(Debug)]
pub(super) struct EarlyResponseConnector;

#[derive(Debug)]
pub(super) struct EarlyResponseTransport<T> {
    inner: T,
    write_error: Option<Error>,
    is_reported: bool,
}

/// After a write that timed out, the response has either arrived already or will not arrive.
const ARRIVED: Duration = Duration::from_secs(1);

impl<In: Transport> Connector<In> for EarlyResponseConnector {
    type Out = EarlyResponseTransport<In>;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        Ok(chained.map(|inner| EarlyResponseTransport {
            inner,
            write_error: None,
            is_reported: false,
        }))
    }
}

impl<T: Transport> Transport for EarlyResponseTransport<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        if self.write_error.is_some() {
            return Ok(()); // The rest of the body is discarded.
        }
        match self.inner.transmit_output(amount, timeout) {
            Err(Error::Io(cause)) if is_break(cause.kind()) => {
                self.write_error = Some(Error::Io(cause));
                Ok(())
            }
            Err(timeout @ Error::Timeout(ureq::Timeout::PerWrite)) => {
                self.write_error = Some(timeout);
                Ok(())
            }
            other => other,
        }
    }

    fn await_input(&mut self, mut timeout: NextTimeout) -> Result<bool, Error> {
        if let Some(Error::Timeout(_)) = self.write_error {
            timeout.after = timeout.after.min(ARRIVED.into());
        }
        match (self.inner.await_input(timeout), self.write_error.take()) {
            (Ok(false) | Err(_), Some(cause)) => Err(mark_broken(cause)),
            (Ok(more), Some(cause)) => {
                self.write_error = Some(cause);
                // Reported only once, because the rest of the response may be read while the thread
                // sends another request.
                if !std::mem::replace(&mut self.is_reported, true) {
                    context::set_unread();
                }
                Ok(more)
            }
            (result, None) => result.map_err(mark_broken),
        }
    }

    fn is_open(&mut self) -> bool {
        self.write_error.is_none() && self.inner.is_open()
    }

    fn is_tls(&self) -> bool {
        self.inner.is_tls()
    }
}
