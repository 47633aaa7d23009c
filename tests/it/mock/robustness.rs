//! Invalid requests, and the start and stop of servers.

use std::io::{BufReader, Read, Write};
use std::time::{Duration, Instant};

use tableau_server_client::mock::{Fault, MockServer};

use super::{Client, connect, read_response, request, send_raw};

#[test]
fn invalid_requests_get_4xx_or_a_close() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    let xml = [("Content-Type", "text/xml")];
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(100_000));
    let deep = format!("<tsRequest>{}{}</tsRequest>", "<a>".repeat(50_000), "</a>".repeat(50_000));
    let bomb = "<!DOCTYPE t [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]><tsRequest>&b;</tsRequest>";
    let cut = b"POST /api/3.30/auth/signin HTTP/1.1\r\nContent-Length: 100\r\n\r\n<tsRe".to_vec();
    let cases: Vec<Vec<u8>> = vec![
        b"\r\n\r\n".to_vec(),
        b"\0\0\0\0\n\n".to_vec(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n\n".to_vec(),
        b"GET\r\n\r\n".to_vec(),
        b"GET /api/3.30/sites/../../etc/passwd HTTP/1.1\r\n\r\n".to_vec(),
        b"GET /api/3.30/%2e%2e/%2e%2e HTTP/1.1\r\n\r\n".to_vec(),
        b"GET /api/3.30/sites/%00 HTTP/1.1\r\n\r\n".to_vec(),
        b"GET /api/3.30/sites/%ZZ HTTP/1.1\r\n\r\n".to_vec(),
        b"GET /api HTTP/1.1\r\n\r\n".to_vec(),
        b"GET * HTTP/1.1\r\n\r\n".to_vec(),
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n".to_vec(),
        b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n".to_vec(),
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n".to_vec(),
        b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n".to_vec(),
        many.into_bytes(),
        request("POST", "/api/3.30/auth/signin", &xml, b""),
        request("POST", "/api/3.30/auth/signin", &xml, b"<tsRequest>"),
        request("POST", "/api/3.30/auth/signin", &xml, b"\xff\xfe\x00"),
        request("POST", "/api/3.30/auth/signin", &xml, bomb.as_bytes()),
        request("POST", "/api/3.30/auth/signin", &xml, deep.as_bytes()),
        request("POST", "/api/3.30/auth/signin", &[("Content-Type", "image/png")], b"x"),
        request("POST", "/api/3.30/auth/signin", &[("Content-Type", "application/json")], b"[[["),
        request("BREW", "/api/3.30/auth/signin", &xml, b""),
    ];
    for case in cases {
        if let Some(response) = send_raw(&mock, &case) {
            let start = String::from_utf8_lossy(&case[..case.len().min(60)]).into_owned();
            assert!((400..=501).contains(&response.status), "{} for {start}", response.status);
        }
    }
    let mut stream = connect(&mock);
    stream.write_all(&cut).unwrap();
    drop(stream);
    assert_eq!(client.get("users").status, 200);
}

#[test]
fn survives_random_changes_to_a_request() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    let auth = [("X-Tableau-Auth", client.token.as_str()), ("Content-Type", "text/xml")];
    let target =
        format!("/api/3.30/sites/{}/projects?filter=name:in:[a,b]&sort=name:asc", client.site);
    let whole = request("POST", &target, &auth, b"<tsRequest><project name='x'/></tsRequest>");
    let mut state = 42_u64;
    let mut draw = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    for _ in 0..500 {
        let mut bytes = whole.clone();
        for _ in 0..=draw(4) {
            let at = draw(bytes.len());
            match draw(3) {
                0 => bytes[at] = u8::try_from(draw(256)).unwrap(),
                1 => drop(bytes.drain(at..(at + draw(9)).min(bytes.len()))),
                _ => bytes.insert(at, u8::try_from(draw(256)).unwrap()),
            }
        }
        let mut stream = connect(&mock);
        stream.write_all(&bytes).unwrap();
        // If the changed length is too long, the server waits for more: close the sending side.
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let _ = stream.read_to_end(&mut Vec::new());
    }
    assert_eq!(client.get("users").status, 200);
}

#[test]
fn serves_many_requests_on_one_connection() {
    let mock = MockServer::start().unwrap();
    let stream = connect(&mock);
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    let one = request("GET", "/api/2.4/serverinfo", &[], b"");
    // Two pipelined requests, then one that waits for `100 Continue`.
    stream.write_all(&[one.clone(), one].concat()).unwrap();
    assert_eq!(read_response(&mut reader).unwrap().status, 200);
    assert_eq!(read_response(&mut reader).unwrap().status, 200);
    stream
        .write_all(b"POST /api/3.0/auth/signin HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        .unwrap();
    let mut line = [0; 25];
    reader.read_exact(&mut line).unwrap();
    assert_eq!(&line, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"hi").unwrap();
    assert_eq!(read_response(&mut reader).unwrap().status, 400);
}

#[test]
fn two_servers_share_no_state() {
    let (a, b) = (MockServer::start().unwrap(), MockServer::start().unwrap());
    let client = Client::new(&a);
    let there = Client { mock: &b, token: client.token.clone(), ..Client::new(&a) };
    assert_eq!(there.get("users").error(), (401, "401002".to_owned()));
    assert_ne!(a.password(), b.password());
    assert_ne!(a.token_secret(), b.token_secret());
    assert_eq!(b.requests().len(), 1);
}

// Other tests run in parallel, so only the ports of this test are checked.
#[cfg(target_os = "linux")]
#[test]
fn stopped_servers_leak_nothing() {
    let start = Instant::now();
    let mut servers: Vec<MockServer> = (0..50)
        .map(|n| {
            let builder = MockServer::builder();
            if n % 10 == 0 { builder.https() } else { builder }.start().unwrap()
        })
        .collect();
    let mut open = Vec::new();
    for (n, mock) in servers.iter().enumerate() {
        mock.fault(Fault::delay(Duration::from_secs(600)).on("GET", "/never"));
        if mock.url().starts_with("https") {
            continue;
        }
        let client = Client::new(mock);
        assert_eq!(client.get("users").status, 200);
        // Some connections are idle, some in the middle of a request, some in a delay.
        let mut stream = connect(mock);
        match n % 3 {
            0 => {}
            1 => stream.write_all(b"GET /half HTTP").unwrap(),
            _ => stream.write_all(&request("GET", "/never", &[], b"")).unwrap(),
        }
        open.push(stream);
    }
    let ports: Vec<String> =
        servers.iter().map(|mock| mock.url().rsplit(':').next().unwrap().to_owned()).collect();
    let stopping = Instant::now();
    servers.clear();
    assert!(stopping.elapsed() < Duration::from_secs(10), "{:?}", stopping.elapsed());
    assert!(start.elapsed() < Duration::from_secs(60));
    for mut stream in open {
        // The server has closed the connection: an end or a reset, without a wait.
        if let Err(error) = stream.read_to_end(&mut Vec::new()) {
            assert_ne!(error.kind(), std::io::ErrorKind::WouldBlock, "{error}");
        }
    }
    // The system's tables list open sockets by inode and threads by name.
    let tcp = std::fs::read_to_string("/proc/self/net/tcp").unwrap();
    let sockets: Vec<Vec<&str>> =
        tcp.lines().skip(1).map(|line| line.split_whitespace().collect()).collect();
    for port in &ports {
        let local = format!(":{:04X}", port.parse::<u16>().unwrap());
        let open = sockets.iter().find(|socket| socket[1].ends_with(&local) && socket[9] != "0");
        assert_eq!(open, None, "port {port}");
    }
    let threads: Vec<String> = std::fs::read_dir("/proc/self/task")
        .unwrap()
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok())
        .collect();
    for port in &ports {
        assert!(!threads.iter().any(|name| name.trim() == format!("mock {port}")), "{threads:?}");
    }
}

#[test]
fn server_is_shareable_and_debug_shows_no_secret() {
    fn shared<T: Send + Sync + 'static>(_: &T) {}
    let builder = MockServer::builder().admin("root", "geheim").jwt("root", "geheim.x.y");
    assert!(!format!("{builder:?}").contains("geheim"));
    let mock = builder.start().unwrap();
    shared(&mock);
    assert!(!format!("{mock:?}").contains("geheim"));
}

#[test]
fn head_requests_get_no_body() {
    let mock = MockServer::start().unwrap();
    let mut stream = connect(&mock);
    let bytes =
        [request("HEAD", "/x", &[], b""), request("GET", "/x", &[("Connection", "close")], b"")];
    stream.write_all(&bytes.concat()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let mut responses = text.split("HTTP/1.1 ").skip(1);
    let (head, get) = (responses.next().unwrap(), responses.next().unwrap());
    assert!(head.ends_with("\r\n\r\n") && head.contains("Content-Length: "), "{text}");
    assert!(get.contains("X-Tableau-Request-Id: mock-") && get.contains("404003"), "{text}");
}

#[test]
fn closes_the_connection_on_a_tls_handshake() {
    let mock = MockServer::start().unwrap();
    let mut stream = super::connect(&mock);
    // The client waits for a handshake, so it neither sends more nor closes the connection.
    stream.write_all(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03").unwrap();
    let mut response = Vec::new();
    stream.read_to_end(&mut response).unwrap();
    assert_eq!(response, b"");
}
