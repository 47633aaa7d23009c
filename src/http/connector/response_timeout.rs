//! [`ResponseTimeoutConnector`]: separate timeouts for the first byte of a response and for later reads.

use ureq::Error;
use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

use super::context;

/// Applies the read timeout only after the first byte of a response, which has a timeout of its own.
#[derive(Debug)]
pub(super) struct ResponseTimeoutConnector;

#[derive(Debug)]
pub(super) struct ResponseTimeoutTransport<T> {
    inner: T,
    awaiting_first_byte: bool,
}

impl<In: Transport> Connector<In> for ResponseTimeoutConnector {
    type Out = ResponseTimeoutTransport<In>;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        if chained.is_some() {
            context::end_connecting();
        }
        Ok(chained.map(|inner| ResponseTimeoutTransport { inner, awaiting_first_byte: false }))
    }
}

impl<T: Transport> Transport for ResponseTimeoutTransport<T> {
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
