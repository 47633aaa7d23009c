//! How ureq gets its connections: names looked up once, waits that can be stopped, TLS of our own,
//! and what ureq lacks.
//!
//! The chain is `Begun`, `Stoppable` (proxies and TCP, in it), `Lenient`, `Tls`, `Patient`: each
//! wraps what the one before it made.

mod http_proxy;
mod lenient;
mod names;
mod patient;
mod stoppable;
mod tls;

use std::cell::Cell;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use ureq::Error;
use ureq::config::Config;
use ureq::unversioned::transport::time::{Duration as Span, Instant as Moment};
use ureq::unversioned::transport::{
    ConnectionDetails, Connector, NextTimeout, SocksConnector, TcpConnector, Transport,
};

use http_proxy::HttpProxyConnector;
pub(super) use http_proxy::ProxyAuthRequired;
pub(super) use lenient::Broken;
use lenient::LenientConnector;
pub(super) use names::{Names, NoAddress};
use patient::PatientConnector;
use stoppable::StoppableConnector;
pub(super) use stoppable::Stopped;
use tls::TlsConnector;

/// An agent whose connections are made here.
pub(super) fn agent(config: Config, tls: Arc<ClientConfig>, names: Names) -> ureq::Agent {
    let sockets =
        ().chain(HttpProxyConnector::default())
            .chain(SocksConnector::default())
            .chain(TcpConnector::default());
    let chain =
        ().chain(Begun)
            .chain(StoppableConnector::new(sockets, names.clone()))
            .chain(LenientConnector)
            .chain(TlsConnector(tls))
            .chain(PatientConnector);
    ureq::Agent::with_parts(config, chain, names)
}

thread_local! {
    /// Connections that this thread began and has not finished making.
    static UNFINISHED: Cell<u32> = const { Cell::new(0) };
    /// Whether an answer came to this thread's request although not all of that could be sent.
    static UNTAKEN: Cell<bool> = const { Cell::new(false) };
}

/// Where an exchange was when it failed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Its connection was being made: the server has seen nothing of it.
    Connecting,
    UnderWay,
}

/// Runs a request, and says at which stage it failed; or whether the server took all of it before it
/// answered.
///
/// Its body may come from another request of this thread, which is counted for itself.
pub(super) fn staged<T>(
    run: impl FnOnce() -> Result<T, Error>,
) -> Result<(T, bool), (Error, Stage)> {
    let outer = (UNFINISHED.replace(0), UNTAKEN.replace(false));
    let outcome = run();
    let stage = match UNFINISHED.replace(outer.0) {
        0 => Stage::UnderWay,
        _ => Stage::Connecting,
    };
    let untaken = UNTAKEN.replace(outer.1);
    outcome.map(|answer| (answer, !untaken)).map_err(|error| (error, stage))
}

/// That the server answered as if it had a body of which it did not take all.
pub(super) fn untaken() -> Error {
    let what = "the server took a part of the request only, and answered as if it had all of it";
    Error::Io(io::Error::other(Broken(io::Error::other(what))))
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

/// The time that a bound allows, if it does not allow any.
fn exact(bound: Span) -> Option<Duration> {
    match bound {
        Span::Exact(time) => Some(time),
        Span::NotHappening => None,
    }
}

/// What is left of the time for connecting.
fn left_for_connecting(details: &ConnectionDetails<'_>) -> NextTimeout {
    let mut timeout = details.timeout;
    if let (Span::Exact(limit), Moment::Exact(start), Moment::Exact(now)) =
        (timeout.after, details.now, (details.current_time)())
    {
        timeout.after = Span::Exact(limit.saturating_sub(now.saturating_duration_since(start)));
    }
    timeout
}
