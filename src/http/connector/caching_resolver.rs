//! [`CachingResolver`]: a DNS resolver with a cache.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::http::uri::{Authority, Scheme};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;
use ureq::unversioned::transport::time::Duration as Span;

use super::{carried, context, exact};
use crate::ErrorKind;

/// Caches the addresses of host names, because ureq resolves the host for every request, even if it
/// uses a pooled connection.
#[derive(Debug)]
pub(in crate::http) struct CachingResolver<R = DefaultResolver>(Arc<Cache<R>>);

impl<R> Clone for CachingResolver<R> {
    fn clone(&self) -> Self {
        CachingResolver(self.0.clone())
    }
}

#[derive(Debug)]
struct Cache<R> {
    resolver: R,
    /// A transport sends to few hosts, usually one.
    known: Mutex<Vec<Known>>,
}

/// The addresses of a host.
#[derive(Debug)]
struct Known {
    scheme: Option<Scheme>,
    authority: Option<Authority>,
    since: Instant,
    addresses: ResolvedSocketAddrs,
}

impl Known {
    fn is_of(&self, uri: &Uri) -> bool {
        self.scheme.as_ref() == uri.scheme() && self.authority.as_ref() == uri.authority()
    }
}

/// How long an address is cached.
const TIME_TO_LIVE: Duration = Duration::from_secs(30);

impl Default for CachingResolver {
    fn default() -> Self {
        CachingResolver::new(DefaultResolver::default())
    }
}

impl<R> CachingResolver<R> {
    fn new(resolver: R) -> CachingResolver<R> {
        CachingResolver(Arc::new(Cache { resolver, known: Mutex::default() }))
    }

    /// Clears the cache after a failed connection, because the address may have changed.
    pub(in crate::http) fn clear(&self) {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl<R: Resolver> Resolver for CachingResolver<R> {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let all_known = || self.0.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all_known().iter().find(|known| known.is_of(uri))
            && known.since.elapsed() < TIME_TO_LIVE
        {
            return Ok(known.addresses.clone());
        }
        // With a timeout, ureq would start a thread, and panic if the system has none.
        let never = NextTimeout { after: Span::NotHappening, ..timeout };
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let looked_up = match (host.parse::<IpAddr>(), timeout.after, context::cancellation()) {
            (Ok(_), _, _) | (_, Span::NotHappening, None) => {
                self.0.resolver.resolve(uri, config, never)
            }
            // A lookup cannot be interrupted.
            (_, within, cancellation) => {
                let (cache, uri, config) = (self.0.clone(), uri.clone(), config.clone());
                let look_up = move || cache.resolver.resolve(&uri, &config, never);
                let looked_up = cancellation.unwrap_or_default().run_on_thread(
                    "looking up",
                    exact(within),
                    look_up,
                );
                let looked_up = looked_up.map_err(carried)?;
                looked_up.unwrap_or(Err(Error::Timeout(timeout.reason)))
            }
        };
        let addresses = match looked_up {
            Err(Error::Io(cause)) => return Err(carried(no_address(uri).because(cause))),
            Err(Error::HostNotFound) => return Err(carried(no_address(uri))),
            other => other?,
        };
        let (scheme, authority) = (uri.scheme().cloned(), uri.authority().cloned());
        let known =
            Known { scheme, authority, since: Instant::now(), addresses: addresses.clone() };
        let mut all_known = all_known();
        all_known.retain(|known| !known.is_of(uri));
        all_known.push(known);
        Ok(addresses)
    }
}

/// The error for a host name that has no address.
fn no_address(uri: &Uri) -> crate::Error {
    let host = uri.host().unwrap_or_default();
    let what = format!("no connection: the host name {host} has no address");
    crate::Error::new(ErrorKind::Connect, what)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::cancel::CancellationToken;

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
    fn looks_up_each_name_once() {
        let asked = Arc::new(AtomicU32::new(0));
        let resolver = CachingResolver::new(Counting(asked.clone()));
        let resolve = |host: &'static str| {
            let (config, timeout) = (Config::default(), NextTimeout::default());
            resolver.resolve(&Uri::from_static(host), &config, timeout).unwrap();
        };
        for _ in 0..5 {
            resolve("http://a.example/x");
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        resolve("http://b.example/x");
        assert_eq!(asked.load(Ordering::Relaxed), 2);
        resolver.clear();
        resolve("http://a.example/x");
        assert_eq!(asked.load(Ordering::Relaxed), 3);
    }

    /// A resolver that is slow, and reports when it begins.
    #[derive(Debug)]
    struct Slow(std::sync::mpsc::SyncSender<()>);

    impl Resolver for Slow {
        fn resolve(
            &self,
            _: &Uri,
            _: &Config,
            _: NextTimeout,
        ) -> Result<ResolvedSocketAddrs, Error> {
            self.0.send(()).unwrap();
            std::thread::sleep(Duration::from_secs(20));
            Ok(self.empty())
        }
    }

    #[test]
    fn cancellation_ends_a_lookup() {
        let (begun, begins) = std::sync::mpsc::sync_channel(1);
        let (resolver, cancellation) =
            (CachingResolver::new(Slow(begun)), CancellationToken::new());
        let started = Instant::now();
        let ending = cancellation.clone();
        let failed = std::thread::scope(|scope| {
            scope.spawn(move || {
                begins.recv().unwrap();
                ending.cancel();
            });
            context::with_cancellation(Some(&cancellation), || {
                let (config, timeout) = (Config::default(), NextTimeout::default());
                resolver.resolve(&Uri::from_static("http://a.example/x"), &config, timeout)
            })
        });
        let Err(Error::Io(failed)) = failed else { panic!("{failed:?}") };
        assert!(failed.get_ref().unwrap().is::<crate::Error>(), "{failed:?}");
        assert!(started.elapsed() < Duration::from_secs(10));
    }
}
