//! The connectors that make ureq's connections: cached DNS lookups, cancellation, rustls, and
//! workarounds for what ureq lacks.
//!
//! The chain is [`ConnectionStart`], [`CancellableConnector`] (which contains proxies and TCP),
//! [`EarlyResponseConnector`], [`TlsConnector`] and [`ResponseTimeoutConnector`]: each wraps the
//! connection that the previous one made. Only this module uses `ureq::unversioned`.

mod caching_resolver;
mod cancellable;
mod early_response;
mod response_timeout;
mod tls;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use ureq::Error;
use ureq::config::Config;
use ureq::unversioned::transport::time::{Duration as Span, Instant as Moment};
use ureq::unversioned::transport::{
    ConnectProxyConnector, ConnectionDetails, Connector, NextTimeout, SocksConnector, TcpConnector,
    Transport,
};

use super::context;
pub(super) use caching_resolver::CachingResolver;
use cancellable::CancellableConnector;
pub(super) use early_response::Broken;
use early_response::EarlyResponseConnector;
use response_timeout::ResponseTimeoutConnector;
pub(super) use tls::HandshakeBroken;
use tls::TlsConnector;

/// Creates an agent that uses these connectors.
pub(super) fn agent(
    config: Config,
    tls: Arc<ClientConfig>,
    resolver: CachingResolver,
) -> ureq::Agent {
    let sockets =
        ().chain(ConnectProxyConnector::default())
            .chain(SocksConnector::default())
            .chain(TcpConnector::default());
    let chain =
        ().chain(ConnectionStart)
            .chain(CancellableConnector::new(sockets, resolver.clone()))
            .chain(EarlyResponseConnector)
            .chain(TlsConnector(tls))
            .chain(ResponseTimeoutConnector);
    ureq::Agent::with_parts(config, chain, resolver)
}

/// The stage at which an exchange failed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// The connection was being made: the server has not received anything.
    Connecting,
    /// The connection was made: the server may have received the request.
    Established,
}

/// Runs a request. Returns whether the server read all of it before it responded, or the stage at
/// which it failed.
pub(super) fn staged<T>(
    run: impl FnOnce() -> Result<T, Error>,
) -> Result<(T, bool), (Error, Stage)> {
    let (outcome, progress) = context::track_exchange(run);
    let stage = if progress.is_connecting { Stage::Connecting } else { Stage::Established };
    outcome.map(|response| (response, !progress.is_unread)).map_err(|error| (error, stage))
}

/// The error for a success response to a request that the server did not read completely.
pub(super) fn incomplete_request() -> Error {
    let what = "the server responded with success before it had received the whole request";
    Error::Io(io::Error::other(Broken(io::Error::other(what))))
}

/// The first connector: notes that a connection is being made.
#[derive(Debug)]
struct ConnectionStart;

impl<In: Transport> Connector<In> for ConnectionStart {
    type Out = In;

    fn connect(&self, _: &ConnectionDetails<'_>, chained: Option<In>) -> Result<Option<In>, Error> {
        context::begin_connecting();
        Ok(chained)
    }
}

/// An error of this library, carried through ureq.
pub(super) fn carried(error: crate::Error) -> Error {
    Error::Io(io::Error::other(error))
}

/// The duration of a timeout, if there is one.
fn exact(bound: Span) -> Option<Duration> {
    match bound {
        Span::Exact(time) => Some(time),
        Span::NotHappening => None,
    }
}

/// The rest of the connect timeout.
fn left_for_connecting(details: &ConnectionDetails<'_>) -> NextTimeout {
    let mut timeout = details.timeout;
    if let (Span::Exact(limit), Moment::Exact(start), Moment::Exact(now)) =
        (timeout.after, details.now, (details.current_time)())
    {
        timeout.after = Span::Exact(limit.saturating_sub(now.saturating_duration_since(start)));
    }
    timeout
}
