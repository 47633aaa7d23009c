//! [`Lenient`]: an answer that comes while the body is still being sent is kept.

use std::fmt;
use std::io::{self, ErrorKind};
use std::time::Duration;

use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

use super::context;

/// A connection that broke after it was made.
///
/// ureq takes some of these for the end of a body that has no length; in this wrapping it takes
/// them for what they are.
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

/// Whether a socket fails like this that is of no use any more: whatever is not the end of a wait,
/// or an error of a layer above the socket.
fn is_break(kind: ErrorKind) -> bool {
    use ErrorKind::{Interrupted, InvalidData, InvalidInput, Other, TimedOut, WouldBlock};
    !matches!(kind, Interrupted | InvalidData | InvalidInput | Other | TimedOut | WouldBlock)
}

pub(super) fn marked(error: Error) -> Error {
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
pub(super) struct LenientConnector;

#[derive(Debug)]
pub(super) struct Lenient<T> {
    inner: T,
    unwritable: Option<Error>,
    told: bool,
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
        Ok(chained.map(|inner| Lenient { inner, unwritable: None, told: false }))
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
        match (self.inner.await_input(timeout), self.unwritable.take()) {
            (Ok(false) | Err(_), Some(cause)) => Err(marked(cause)),
            (Ok(more), Some(cause)) => {
                self.unwritable = Some(cause);
                // Once: the rest of the answer may be read within another request's time.
                if !std::mem::replace(&mut self.told, true) {
                    context::set_unread();
                }
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
