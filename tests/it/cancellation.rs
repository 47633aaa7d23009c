//! `CancellationToken` cancels calls in every kind of wait; the session remains usable.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tableau_server_client as tsc;
use tsc::{CancellationToken, ErrorKind, Session, SessionView, Source};

use crate::help::{LONG, auth, millis, plain, timed, token_of, with, workbooks};
use crate::proxy_server::{http_proxy, relay, socks_proxy};
use crate::raw::{Raw, Response, SOON, Seen, signed_in};
use crate::tls_server::{Authority, over_tls};

/// How a gate treats new connections.
const OPEN: usize = 0;
/// Reads everything and never responds.
const SILENT: usize = 1;
/// Reads the first MiB and stops.
const FULL: usize = 2;

/// A TCP forwarder in front of a server or proxy. It can stall connections.
struct Gate {
    raw: Raw,
    mode: Arc<AtomicUsize>,
    /// The number of connections that were stalled.
    held: Arc<AtomicUsize>,
}

impl Gate {
    fn before(inside: &Raw) -> Gate {
        let (mode, held) = (Arc::new(AtomicUsize::new(OPEN)), Arc::new(AtomicUsize::new(0)));
        let (now, hold, inside) = (mode.clone(), held.clone(), inside.address);
        let raw = Raw::on_connection(move |mut client, _, _| match now.load(Ordering::SeqCst) {
            OPEN => relay(client, TcpStream::connect(inside).unwrap()),
            SILENT => {
                hold.fetch_add(1, Ordering::SeqCst);
                let _ = io::copy(&mut client, &mut io::sink());
            }
            _ => {
                let mut server = TcpStream::connect(inside).unwrap();
                let (mut down, mut to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                let down = thread::spawn(move || io::copy(&mut down, &mut to));
                let _ = io::copy(&mut (&client).take(1 << 20), &mut server);
                hold.fetch_add(1, Ordering::SeqCst);
                while now.load(Ordering::SeqCst) == FULL {
                    thread::sleep(millis(5));
                }
                let _ = server.shutdown(Shutdown::Both);
                let _ = down.join();
            }
        });
        Gate { raw, mode, held }
    }

    fn set(&self, mode: usize) {
        self.mode.store(mode, Ordering::SeqCst);
    }

    fn held(&self) -> usize {
        self.held.load(Ordering::SeqCst)
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.set(OPEN);
    }
}

/// Marks a response so that its connection is closed, and each request makes a new one.
fn closing(response: Response) -> Response {
    let text = String::from_utf8(response.bytes()).unwrap();
    Response::SendAndClose(text.replacen("\r\n", "\r\nconnection: close\r\n", 1).into_bytes())
}

/// Options whose timeouts are longer than these tests take.
fn patient() -> tsc::HttpOptions {
    plain().connect_timeout(LONG).read_timeout(LONG)
}

/// Cancels a call when `begun` becomes true. Returns its error and how long it took to return.
fn cancelled(
    session: &Session<'_>,
    call: impl Fn(&SessionView<'_>) -> tsc::Result<()> + Sync,
    begun: impl Fn() -> bool,
) -> (tsc::Error, Duration) {
    let cancellation = CancellationToken::new();
    thread::scope(|scope| {
        let blocked = scope.spawn(|| {
            let error = call(&session.with_cancellation(&cancellation)).unwrap_err();
            (error, Instant::now())
        });
        while !begun() && !blocked.is_finished() {
            thread::sleep(millis(1));
        }
        thread::sleep(millis(100));
        assert!(!blocked.is_finished(), "{:?}", blocked.join());
        let start = Instant::now();
        cancellation.cancel();
        let (error, ended) = blocked.join().unwrap();
        (error, ended.duration_since(start))
    })
}

fn lists(session: &SessionView<'_>) -> tsc::Result<()> {
    session.workbooks().list().total().map(drop)
}

fn uploads(session: &SessionView<'_>) -> tsc::Result<()> {
    let zip = [b"PK\x03\x04".to_vec(), vec![b'u'; 24 << 20]].concat();
    session.workbooks().publish(Source::bytes("Sales.twbx", zip)).send().map(drop)
}

/// Checks that cancellation and a deadline end the call with the right error and without a retry,
/// and that the session works afterwards.
fn ends(
    name: &str,
    gate: &Gate,
    mode: usize,
    session: &Session<'_>,
    call: impl Fn(&SessionView<'_>) -> tsc::Result<()> + Sync,
) {
    gate.set(mode);
    let (connections, held) = (gate.raw.connections(), gate.held());
    let (error, took) = cancelled(session, &call, || gate.held() > held);
    assert_eq!(error.kind(), ErrorKind::Cancelled, "{name}: {error:?}");
    assert!(took < SOON, "{name}: {took:?}");

    let soon = CancellationToken::with_timeout(millis(300));
    let (result, took) = timed(|| call(&session.with_cancellation(&soon)));
    let error = result.unwrap_err();
    assert!(error.is_timeout(), "{name}: {error:?}");
    assert!(took >= millis(290) && took < SOON, "{name}: {took:?}");
    // On a busy machine the second call may end before it has a connection.
    let made = gate.raw.connections() - connections;
    assert!((1..=2).contains(&made), "{name}: {made} connections, and nothing is tried again");

    gate.set(OPEN);
    lists(&session.with_cancellation(&CancellationToken::new())).unwrap();
    session.workbooks().list().total().unwrap();
}

/// A server that uses each connection once, with or without TLS.
fn inside(authority: Option<&Authority>) -> Raw {
    let response = |seen: &Seen| closing(signed_in(seen).unwrap_or_else(|| workbooks("")));
    match authority {
        Some(authority) => over_tls(authority.server(&["127.0.0.1"]), response),
        None => Raw::start(response),
    }
}

/// A session on a server behind a gate.
fn behind(gate: &Gate, authority: Option<&Authority>) -> Session<'static> {
    let mut options = patient();
    let mut scheme = "http";
    if let Some(authority) = authority {
        options = options.verify(authority.file());
        scheme = "https";
    }
    with(&format!("{scheme}://{}", gate.raw.address), options).into_session(&auth()).unwrap()
}

/// A session on a server behind a proxy behind a gate.
fn through(gate: &Gate, scheme: &str, server: &Raw) -> Session<'static> {
    let proxy = format!("{scheme}://{}", gate.raw.address);
    with(&server.url, patient().proxy(proxy)).into_session(&auth()).unwrap()
}

#[test]
fn cancels_tls_handshake_with_silent_server() {
    let authority = Authority::new();
    let inside = inside(Some(&authority));
    let gate = Gate::before(&inside);
    ends("TLS", &gate, SILENT, &behind(&gate, Some(&authority)), lists);
}

#[test]
fn cancels_handshake_with_silent_proxy() {
    thread::scope(|scope| {
        for (scheme, proxy) in
            [("http", http_proxy(None)), ("socks4", socks_proxy()), ("socks5", socks_proxy())]
        {
            scope.spawn(move || {
                let (server, gate) = (inside(None), Gate::before(&proxy));
                ends(scheme, &gate, SILENT, &through(&gate, scheme, &server), lists);
                assert_eq!(server.count("GET", "/workbooks"), 2, "{scheme}");
            });
        }
    });
}

#[test]
fn connect_timeout_covers_a_proxy_that_sends_byte_by_byte() {
    // Each byte arrives within the timeout of a read.
    let proxy = Raw::on_connection(|mut client, _, _| {
        let response = format!("HTTP/1.1 200 OK\r\nx: {}", "y".repeat(400));
        for byte in response.bytes() {
            if client.write_all(&[byte]).is_err() {
                return;
            }
            thread::sleep(millis(50));
        }
    });
    let options = plain().connect_timeout(millis(300)).proxy(&proxy.url);
    let server = with("http://127.0.0.1:9", options.retries(tsc::RetryPolicy::none()));
    for cancellation in [None, Some(CancellationToken::new())] {
        let session = server.resume(token_of("http://127.0.0.1:9"));
        let (result, took) = timed(|| match &cancellation {
            Some(cancellation) => lists(&session.with_cancellation(cancellation)),
            None => session.workbooks().list().total().map(drop),
        });
        let error = result.unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
        assert!(took >= millis(290) && took < SOON, "{took:?}");
        let _ = session.detach();
    }
}

#[test]
fn cancels_upload_that_the_server_does_not_read() {
    let authority = Authority::new();
    thread::scope(|scope| {
        for authority in [None, Some(&authority)] {
            scope.spawn(move || {
                let server = inside(authority);
                let gate = Gate::before(&server);
                let name = format!("upload, TLS: {}", authority.is_some());
                ends(&name, &gate, FULL, &behind(&gate, authority), uploads);
            });
        }
        for (scheme, proxy) in [("http", http_proxy(None)), ("socks5", socks_proxy())] {
            scope.spawn(move || {
                let (server, gate) = (inside(None), Gate::before(&proxy));
                let session = through(&gate, scheme, &server);
                ends(&format!("upload through {scheme}"), &gate, FULL, &session, uploads);
            });
        }
    });
}

#[test]
fn cancels_wait_for_the_first_byte() {
    let server = inside(None);
    let gate = Gate::before(&server);
    ends("first byte", &gate, SILENT, &behind(&gate, None), lists);
}

#[test]
fn cancels_download_that_stalls() {
    let authority = Authority::new();
    for authority in [None, Some(&authority)] {
        let count = Arc::new(AtomicUsize::new(0));
        let counted = count.clone();
        let response = move |seen: &Seen| match seen.path().ends_with("/content") {
            true => {
                counted.fetch_add(1, Ordering::SeqCst);
                let head = b"HTTP/1.1 200 OK\r\ncontent-length: 9000000\r\n\r\n";
                Response::SendAndSilence([&head[..], &[b'd'; 1 << 20]].concat())
            }
            false => signed_in(seen).unwrap_or_else(|| workbooks("")),
        };
        let server = match authority {
            Some(authority) => over_tls(authority.server(&["127.0.0.1"]), response),
            None => Raw::start(response),
        };
        let mut options = patient();
        if let Some(authority) = authority {
            options = options.verify(authority.file());
        }
        let session = with(&server.url, options).into_session(&auth()).unwrap();
        let download = |session: &SessionView<'_>| {
            session.workbooks().download("w1").to_writer(&mut io::sink()).map(drop)
        };
        let (error, took) = cancelled(&session, download, || count.load(Ordering::SeqCst) > 0);
        assert_eq!(error.kind(), ErrorKind::Cancelled, "{error:?}");
        assert!(took < SOON, "{took:?}");
        let (result, took) = timed(|| {
            download(&session.with_cancellation(&CancellationToken::with_timeout(millis(300))))
        });
        assert!(result.unwrap_err().is_timeout());
        assert!(took < SOON, "{took:?}");
        assert_eq!(server.count("GET", "/content"), 2, "nothing is tried again");
        lists(&session.with_cancellation(&CancellationToken::new())).unwrap();
    }
}

/// An address at which connecting hangs: a listener with a full backlog. `None` if the system
/// accepts connections anyway.
fn full_listener() -> Option<(TcpListener, Vec<TcpStream>)> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    for _ in 0..1000 {
        match TcpStream::connect_timeout(&address, millis(300)) {
            Ok(stream) => waiting.push(stream),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                return Some((listener, waiting));
            }
            Err(_) => return None,
        }
    }
    None
}

#[test]
fn cancels_connect_that_hangs() {
    let Some((listener, waiting)) = full_listener() else {
        eprintln!("skipped: no attempt to connect hangs here");
        return;
    };
    let address = listener.local_addr().unwrap();
    // Connects to the server directly, and through a proxy whose connection hangs.
    for options in [patient(), patient().proxy(format!("socks5://{address}"))] {
        let server = with(&format!("http://{address}"), options);
        let session = server.resume(token_of(&format!("http://{address}")));
        let begun = Instant::now();
        let (error, took) = cancelled(&session, lists, || begun.elapsed() > millis(100));
        assert_eq!(error.kind(), ErrorKind::Cancelled, "{error:?}");
        assert!(took < SOON, "{took:?}");
        let (result, took) = timed(|| {
            lists(&session.with_cancellation(&CancellationToken::with_timeout(millis(300))))
        });
        assert!(result.unwrap_err().is_timeout());
        assert!(took < SOON, "{took:?}");
        let _ = session.detach();
    }
    drop(waiting);
}

#[test]
fn one_token_cancels_eight_threads() {
    let raw = Raw::signed_in(|_| Response::Silence);
    let session = with(&raw.url, patient()).into_session(&auth()).unwrap();
    let cancellation = CancellationToken::new();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| (lists(&session.with_cancellation(&cancellation)), Instant::now()))
            })
            .collect();
        while raw.count("GET", "/workbooks") < 8 {
            thread::sleep(millis(5));
        }
        let start = Instant::now();
        cancellation.cancel();
        for thread in threads {
            let (result, ended) = thread.join().unwrap();
            assert_eq!(result.unwrap_err().kind(), ErrorKind::Cancelled);
            assert!(ended.duration_since(start) < SOON);
        }
    });
}

/// If the connection for a chunk was never made, the chunk was not sent, and the upload can be
/// resumed there.
#[test]
fn chunk_is_known_not_to_be_sent_if_connecting_fails() {
    let authority = Authority::new();
    let response = |seen: &Seen| {
        let upload = "<fileUpload uploadSessionId=\"u\" fileSize=\"1\"/>";
        closing(signed_in(seen).unwrap_or_else(|| crate::raw::success(upload)))
    };
    let inside = over_tls(authority.server(&["127.0.0.1"]), response);
    let ends_before_sending = |bound: &str| {
        let gate = Gate::before(&inside);
        let mut options = plain().verify(authority.file());
        match bound {
            "connecting" => options = options.connect_timeout(millis(600)),
            "timeout" => options = options.timeout(millis(600)),
            _ => {}
        }
        let url = format!("https://{}", gate.raw.address);
        let session = with(&url, options).into_session(&auth()).unwrap();
        let cancellation = if bound == "deadline" {
            CancellationToken::with_timeout(millis(1500))
        } else {
            CancellationToken::new()
        };
        let mut last = None;
        thread::scope(|scope| {
            let source = Source::bytes("Sales.twb", vec![b'<'; 300]).chunked_from(1);
            let source = source.chunk_size(100).on_checkpoint(|at| {
                if at.offset() == 100 && !at.is_uncertain() {
                    gate.set(SILENT);
                    if bound == "stop" {
                        let (cancellation, gate) = (cancellation.clone(), &gate);
                        scope.spawn(move || {
                            while gate.held() == 0 {
                                thread::sleep(millis(1));
                            }
                            cancellation.cancel();
                        });
                    }
                }
                last = Some((at.offset(), at.is_uncertain()));
            });
            let error =
                session.with_cancellation(&cancellation).fileuploads().upload(source).unwrap_err();
            assert!(error.is_timeout() || bound == "stop", "{bound}: {error:?}");
        });
        assert_eq!(last, Some((100, false)), "{bound}");
        gate.set(OPEN);
        drop(session);
    };
    thread::scope(|scope| {
        for bound in ["connecting", "timeout", "deadline", "stop"] {
            scope.spawn(move || ends_before_sending(bound));
        }
    });
    assert_eq!(inside.count("POST", "/fileUploads"), 4, "no upload started again");
}

/// Cancels the version request, the sign-in, a thread that waits for another thread's version
/// request, and the wait for a file that another process has locked.
#[test]
fn cancels_sign_in() {
    for (silent, pin) in [("serverinfo", false), ("signin", false), ("signin", true)] {
        let raw = Raw::start(move |seen| match seen.path().ends_with(silent) {
            true => Response::Silence,
            false => signed_in(seen).unwrap_or_else(|| workbooks("")),
        });
        let mut server = with(&raw.url, patient());
        if pin {
            server.set_version("3.24").unwrap();
        }
        let cancellation = CancellationToken::new();
        thread::scope(|scope| {
            let both = [(), ()].map(|()| {
                scope.spawn(|| {
                    let error =
                        server.with_cancellation(&cancellation).sign_in(&auth()).unwrap_err();
                    (error, Instant::now())
                })
            });
            while !raw.lines().iter().any(|line| line.contains(silent)) {
                thread::sleep(millis(1));
            }
            thread::sleep(millis(100));
            let start = Instant::now();
            cancellation.cancel();
            for blocked in both {
                let (error, ended) = blocked.join().unwrap();
                assert_eq!(error.kind(), ErrorKind::Cancelled, "{silent}: {error:?}");
                assert!(ended.duration_since(start) < SOON);
            }
        });
        let soon = CancellationToken::with_timeout(millis(200));
        let (result, took) = timed(|| server.with_cancellation(&soon).sign_in(&auth()).map(drop));
        assert!(result.unwrap_err().is_timeout() && took < SOON, "{silent}: {took:?}");
        assert_eq!(raw.count("GET", "/signout") + raw.count("POST", "/signout"), 0);
    }
    let raw = Raw::signed_in(|_| workbooks(""));
    let server = with(&raw.url, patient());
    // The token does not cancel calls of the session that was opened.
    let cancellation = CancellationToken::new();
    assert_eq!(
        server.with_cancellation(&cancellation).server_info().unwrap().rest_api_version.to_string(),
        "3.24"
    );
    let session = server.with_cancellation(&cancellation).sign_in(&auth()).unwrap();
    cancellation.cancel();
    session.workbooks().list().total().unwrap();
    session.sign_out().unwrap();
    let cancelled = server.with_cancellation(&cancellation);
    let error = cancelled.clone().into_session(&auth()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled, "{error:?}");
    let token = server.with_cancellation(&CancellationToken::new());
    let owned: Session<'static> = token.into_session(&auth()).unwrap();
    // A session that is resumed or joined is not cancelled either: the token is for signing in.
    let joined = cancelled.join(&cancelled.resume(owned.detach()).detach());
    joined.workbooks().list().total().unwrap();

    let path = std::env::temp_dir().join(format!("tsc-cancelled-{}", std::process::id()));
    let file = tsc::SessionFile::at(&path);
    let holder = server.sign_in_shared(&auth(), &file).unwrap();
    let locked = std::fs::File::options().write(true).open(&path).unwrap();
    locked.lock().unwrap();
    let soon = CancellationToken::with_timeout(millis(100));
    let view = server.with_cancellation(&soon);
    let (result, took) = timed(|| {
        let joins = [view.join_shared(&file), view.join_shared_with(&auth(), &file)];
        let all = joins.into_iter().chain([view.sign_in_shared(&auth(), &file)]);
        all.map(|one| one.unwrap_err().is_timeout()).collect::<Vec<_>>()
    });
    assert!(result == [true; 3] && took < SOON, "{result:?} {took:?}");
    drop(locked);
    drop(holder);
    std::fs::remove_file(&path).unwrap();
}

/// Run by the test below, in a process whose threads and descriptors are counted.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "started by the test below"]
fn child_that_cancels_calls() {
    if crate::help::given("TSC_TEST_CANCELLATION").is_none() {
        return;
    }
    let count = |what: &str| std::fs::read_dir(format!("/proc/self/{what}")).unwrap().count();
    let at_first = (count("fd"), count("task"));
    let authority = Authority::new();
    let servers = [inside(Some(&authority)), inside(None), inside(None), http_proxy(None)];
    let gates = [0, 1, 3].map(|server| Gate::before(&servers[server]));
    let sessions = [
        behind(&gates[0], Some(&authority)),
        behind(&gates[1], None),
        through(&gates[2], "http", &servers[2]),
    ];
    gates.iter().for_each(|gate| gate.set(SILENT));
    for _ in 0..25 {
        let cancellation = CancellationToken::new();
        thread::scope(|scope| {
            for session in sessions.iter().cycle().take(8) {
                scope.spawn(|| {
                    let error = lists(&session.with_cancellation(&cancellation)).unwrap_err();
                    assert_eq!(error.kind(), ErrorKind::Cancelled, "{error:?}");
                });
            }
            thread::sleep(millis(20));
            cancellation.cancel();
        });
    }
    gates.iter().for_each(|gate| gate.set(OPEN));
    sessions.iter().for_each(|session| {
        session.workbooks().list().total().unwrap();
    });
    // The threads of the servers end with them; the sessions still exist.
    drop((gates, servers));
    let started = Instant::now();
    loop {
        let now = (count("fd"), count("task"));
        if now.0 <= at_first.0 && now.1 <= at_first.1 {
            break;
        }
        assert!(started.elapsed() < LONG, "descriptors and threads: {now:?}, first {at_first:?}");
        thread::sleep(millis(20));
    }
    sessions.into_iter().for_each(|session| drop(session.detach()));
}

#[cfg(target_os = "linux")]
#[test]
fn cancelled_calls_leak_no_threads_or_descriptors() {
    crate::help::child("cancellation::child_that_cancels_calls", &[("TSC_TEST_CANCELLATION", "1")]);
}

#[test]
fn session_view_has_the_accessors_of_its_session() {
    let raw = Raw::signed_in(|_| workbooks(""));
    let session = with(&raw.url, patient()).into_session(&auth()).unwrap();
    let cancellation = CancellationToken::new();
    {
        let view = session.with_cancellation(&cancellation);
        assert_eq!((view.site_id(), view.site_url()), (session.site_id(), session.site_url()));
        assert_eq!((view.user_id(), view.version()), (session.user_id(), session.version()));
        assert_eq!(view.auth_token(), session.auth_token());
        let shown = format!("{view:?}");
        assert_eq!(shown.replacen("SessionView", "Session", 1), format!("{session:?}"));
        lists(&view).unwrap();
    }
    assert_eq!(raw.count("POST", "/signout"), 0, "dropping a view does not sign out");
    cancellation.cancel();
    let view = session.with_cancellation(&cancellation);
    assert_eq!(
        view.tags(&tsc::WorkbookId::from("w")).list().unwrap_err().kind(),
        ErrorKind::Cancelled
    );
    session.sign_out().unwrap();
    assert_eq!(raw.count("POST", "/signout"), 1, "a cancelled token does not prevent the sign-out");
}
