//! Sockets: a listener, a thread for each connection, and stopping them.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Locks a mutex even if it is poisoned, because handlers leave the state consistent.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Handles connections.
pub(super) trait Serve: Send + Sync + 'static {
    /// Serves one connection until it ends.
    fn serve(&self, stream: Stream, stop: &Stop);
}

/// A listening server. Dropping it closes the port and all connections, and ends its threads.
pub(super) struct Net {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

struct Shared {
    stop: Stop,
    tls: Option<Arc<ServerConfig>>,
    connections: Mutex<Connections>,
}

#[derive(Default)]
struct Connections {
    next: u64,
    open: HashMap<u64, (TcpStream, JoinHandle<()>)>,
    /// Threads that are about to end, so that joining them does not wait.
    done: Vec<JoinHandle<()>>,
}

impl Net {
    pub(super) fn listen(
        address: SocketAddr,
        tls: Option<Arc<ServerConfig>>,
        serve: Arc<impl Serve>,
    ) -> io::Result<Net> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            stop: Stop::default(),
            tls,
            connections: Mutex::new(Connections::default()),
        });
        let accepting =
            std::thread::Builder::new().name(format!("mock {}", address.port())).spawn({
                let shared = Arc::clone(&shared);
                move || accept(&listener, &shared, &serve)
            })?;
        Ok(Net { address, shared, accepting: Some(accepting) })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops the server, and returns when its threads have ended.
    pub(super) fn stop(&mut self) {
        let Some(accepting) = self.accepting.take() else { return };
        self.shared.stop.now();
        // Connecting ends the wait of `accept`. While the process has no free file descriptors, this
        // fails, so it is repeated after the connections were closed.
        let mut woken = wake(self.address);
        let (open, done) = {
            let mut connections = lock(&self.shared.connections);
            (std::mem::take(&mut connections.open), std::mem::take(&mut connections.done))
        };
        for (stream, _) in open.values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        for thread in open.into_values().map(|(_, thread)| thread).chain(done) {
            let _ = thread.join();
        }
        for _ in 0..50 {
            if woken || accepting.is_finished() {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
            woken = wake(self.address);
        }
        if woken || accepting.is_finished() {
            let _ = accepting.join();
        }
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        self.stop();
    }
}

fn wake(mut address: SocketAddr) -> bool {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        });
    }
    TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok()
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>, serve: &Arc<impl Serve>) {
    loop {
        let accepted = listener.accept();
        if shared.stop.is_now() {
            return;
        }
        match accepted {
            Ok((stream, _)) => {
                // If no thread can be started, the connection is closed.
                let _ = open(stream, shared, serve);
            }
            // No free file descriptor, or the client has disconnected: retry after a pause.
            Err(_) => shared.stop.wait(Duration::from_millis(10)),
        }
    }
}

fn open(tcp: TcpStream, shared: &Arc<Shared>, serve: &Arc<impl Serve>) -> io::Result<()> {
    tcp.set_nodelay(true)?;
    let port = tcp.local_addr()?.port();
    let handle = tcp.try_clone()?;
    let mut connections = lock(&shared.connections);
    for thread in connections.done.drain(..) {
        let _ = thread.join();
    }
    connections.next += 1;
    let number = connections.next;
    let thread = std::thread::Builder::new().name(format!("mock {port}")).spawn({
        let (shared, serve) = (Arc::clone(shared), Arc::clone(serve));
        move || {
            let _leave = ConnectionGuard { number, shared: &shared };
            if let Ok(stream) = Stream::new(tcp, shared.tls.clone()) {
                serve.serve(stream, &shared.stop);
            }
        }
    })?;
    connections.open.insert(number, (handle, thread));
    Ok(())
}

/// Removes a connection from the list when its thread ends.
struct ConnectionGuard<'a> {
    number: u64,
    shared: &'a Shared,
}

impl Drop for ConnectionGuard<'_> {
    fn drop(&mut self) {
        let mut connections = lock(&self.shared.connections);
        if let Some((_, thread)) = connections.open.remove(&self.number) {
            connections.done.push(thread);
        }
    }
}

/// Signals the threads to stop, and ends their waits.
#[derive(Default)]
pub(super) struct Stop {
    now: Mutex<bool>,
    changed: Condvar,
}

impl Stop {
    fn now(&self) {
        *lock(&self.now) = true;
        self.changed.notify_all();
    }

    pub(super) fn is_now(&self) -> bool {
        *lock(&self.now)
    }

    pub(super) fn wait_if_any(&self, time: Duration) {
        if !time.is_zero() {
            self.wait(time);
        }
    }

    /// Waits for this time, or until the server stops.
    pub(super) fn wait(&self, time: Duration) {
        let until = Instant::now().checked_add(time);
        let mut now = lock(&self.now);
        while !*now {
            let left = until.map_or(Duration::from_secs(3600), |until| {
                until.saturating_duration_since(Instant::now())
            });
            if left.is_zero() {
                return;
            }
            now = self.changed.wait_timeout(now, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// One connection, encrypted or not.
pub(super) enum Stream {
    Plain(PeekingStream),
    Tls(Box<StreamOwned<ServerConnection, PeekingStream>>),
}

impl Stream {
    fn new(tcp: TcpStream, tls: Option<Arc<ServerConfig>>) -> Result<Stream, rustls::Error> {
        let peeking = PeekingStream { tcp, unread: 0 };
        Ok(match tls {
            None => Stream::Plain(peeking),
            Some(config) => {
                let session = ServerConnection::new(config)?;
                Stream::Tls(Box::new(StreamOwned::new(session, peeking)))
            }
        })
    }

    fn peeking(&mut self) -> &mut PeekingStream {
        match self {
            Stream::Plain(peeking) => peeking,
            Stream::Tls(tls) => tls.get_mut(),
        }
    }

    /// Sets the read timeout; `None` waits without a limit.
    pub(super) fn set_read_timeout(&mut self, time: Option<Duration>) {
        let _ = self.peeking().tcp.set_read_timeout(time);
    }

    /// Closes the connection after the client has received what was written. Bytes that the client
    /// still sends are read first: closing a socket with unread bytes resets the connection, which can
    /// discard the response.
    pub(super) fn finish(mut self) {
        if let Stream::Tls(tls) = &mut self {
            tls.conn.send_close_notify();
        }
        let _ = self.flush();
        let peeking = self.peeking();
        let _ = peeking.tcp.shutdown(Shutdown::Write);
        let _ = peeking.tcp.set_read_timeout(Some(Duration::from_millis(500)));
        let mut scrap = vec![0; 64 << 10];
        let until = Instant::now() + Duration::from_secs(5);
        while peeking.read(&mut scrap).is_ok_and(|read| read > 0) && Instant::now() < until {}
    }

    /// Resets the connection.
    ///
    /// The standard library has no stable function for this, but closing a socket with unread bytes
    /// resets it, and [`PeekingStream`] always leaves some unread.
    pub(super) fn reset(self) {}
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(peeking) => peeking.read(buffer),
            Stream::Tls(tls) => tls.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(peeking) => peeking.write(buffer),
            Stream::Tls(tls) => tls.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Stream::Plain(peeking) => peeking.flush(),
            Stream::Tls(tls) => tls.flush(),
        }
    }
}

/// A TCP stream that peeks: the bytes of a read stay in the kernel until the next read.
pub(super) struct PeekingStream {
    tcp: TcpStream,
    /// The number of bytes that were returned but are still in the kernel.
    unread: usize,
}

impl Read for PeekingStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut scrap = [0; 16 << 10];
        while self.unread > 0 {
            let most = self.unread.min(scrap.len());
            match self.tcp.read(&mut scrap[..most])? {
                0 => return Ok(0),
                read => self.unread -= read,
            }
        }
        self.unread = self.tcp.peek(buffer)?;
        Ok(self.unread)
    }
}

impl Write for PeekingStream {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.tcp.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tcp.flush()
    }
}
