//! Faults that a test requests.

use std::io::{BufReader, ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use tableau_server_client::mock::{Fault, MockServer};

use super::{Client, connect, read_response, request};

/// Sends a request and reads to the end of the connection. Returns what was received, and how the
/// connection ended.
fn to_the_end(mock: &MockServer, path: &str) -> (Vec<u8>, Result<(), ErrorKind>) {
    let mut stream = connect(mock);
    stream.write_all(&request("GET", path, &[("Connection", "close")], b"")).unwrap();
    let mut bytes = Vec::new();
    let mut piece = [0; 1000];
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return (bytes, Ok(())),
            Ok(count) => bytes.extend_from_slice(&piece[..count]),
            Err(error) => return (bytes, Err(error.kind())),
        }
    }
}

const INFO: &str = "/api/2.4/serverinfo";

#[test]
fn returns_statuses_on_request() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    mock.fault(Fault::status(503).on("GET", "/users").times(1));
    mock.fault(Fault::status(502).html().on("GET", "/users").times(1));
    mock.fault(Fault::status(504).empty().on("GET", "/users").times(1));
    mock.fault(Fault::too_many_requests(Duration::from_secs(7)).on("GET", "/users").times(1));
    mock.fault(
        Fault::status(429).retry_after_date(Duration::from_secs(7)).on("GET", "/users").times(1),
    );
    mock.fault(Fault::redirect(307, "/elsewhere").on("GET", "/users").times(1));
    mock.fault(Fault::status(409).error("409999", "S & S", "D").on("GET", "/users").times(1));
    assert_eq!(client.get("workbooks").status, 200);
    assert_eq!(client.get("users").error(), (503, "503000".to_owned()));
    let response = client.get("users");
    assert_eq!(
        (response.status, response.header("content-type")),
        (502, Some("text/html;charset=utf-8"))
    );
    assert_eq!(client.get("users").body.len(), 0);
    assert_eq!(client.get("users").header("retry-after"), Some("7"));
    assert!(client.get("users").header("retry-after").unwrap().ends_with(" GMT"));
    assert_eq!(client.get("users").header("location"), Some("/elsewhere"));
    assert_eq!(client.get("users").error(), (409, "409999".to_owned()));
    assert_eq!(client.get("users").status, 200);
    assert_eq!(mock.requests_to("GET", "/users").len(), 8);
}

#[test]
fn breaks_connections_on_request() {
    let mock = MockServer::start().unwrap();
    mock.fault(Fault::reset().times(1));
    mock.fault(Fault::reset_after_head().times(1));
    mock.fault(Fault::reset_mid_body().times(1));
    mock.fault(Fault::cut(10).times(1));
    let (bytes, end) = to_the_end(&mock, INFO);
    assert_eq!((bytes.len(), end), (0, Err(ErrorKind::ConnectionReset)));
    let (bytes, end) = to_the_end(&mock, INFO);
    assert!(bytes.ends_with(b"\r\n\r\n"), "{}", String::from_utf8_lossy(&bytes));
    assert_eq!(end, Err(ErrorKind::ConnectionReset));
    let (bytes, end) = to_the_end(&mock, INFO);
    assert!(!bytes.ends_with(b"\r\n\r\n") && !bytes.ends_with(b"</tsResponse>"));
    assert_eq!(end, Err(ErrorKind::ConnectionReset));
    let (bytes, end) = to_the_end(&mock, INFO);
    assert!(bytes.ends_with(b"\r\n\r\n<?xml vers"), "{}", String::from_utf8_lossy(&bytes));
    assert_eq!(end, Ok(()));
    let (bytes, end) = to_the_end(&mock, INFO);
    assert!(bytes.ends_with(b"</tsResponse>") && end.is_ok());
}

#[test]
fn delays_and_stalls_on_request() {
    let mock = MockServer::start().unwrap();
    mock.fault(Fault::delay(Duration::from_millis(100)).times(1));
    let start = Instant::now();
    assert!(to_the_end(&mock, INFO).1.is_ok());
    assert!(start.elapsed() >= Duration::from_millis(100));
    mock.fault(Fault::slow(50, Duration::from_millis(10)).times(1));
    let start = Instant::now();
    let (bytes, _) = to_the_end(&mock, INFO);
    assert!(bytes.ends_with(b"</tsResponse>"));
    assert!(start.elapsed() >= Duration::from_millis(50));
    mock.fault(Fault::silent());
    let mut stream = connect(&mock);
    stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    stream.write_all(&request("GET", INFO, &[], b"")).unwrap();
    let silence = stream.read(&mut [0]).unwrap_err().kind();
    assert!(matches!(silence, ErrorKind::WouldBlock | ErrorKind::TimedOut));
    let start = Instant::now();
    drop(mock);
    assert!(start.elapsed() < Duration::from_secs(1), "a waiting connection holds nothing up");
}

#[test]
fn expires_sessions_and_changes_pages_on_request() {
    let mock = MockServer::builder().workbooks(30).start().unwrap();
    let client = Client::new(&mock);
    mock.fault(Fault::status(500).page(2).times(1));
    assert_eq!(client.get("workbooks?pageSize=10&pageNumber=1").status, 200);
    assert_eq!(client.get("workbooks?pageSize=10&pageNumber=2").status, 500);
    assert_eq!(client.get("workbooks?pageSize=10&pageNumber=2").status, 200);
    mock.fault(Fault::expire_session().on("GET", "/workbooks").skip(1).times(1));
    assert_eq!(client.get("workbooks").status, 200);
    assert_eq!(client.get("workbooks").error(), (401, "401002".to_owned()));
    assert_eq!(mock.sessions_open(), 0);
}

#[test]
fn early_response_arrives_before_the_body_is_read() {
    let mock = MockServer::start().unwrap();
    mock.fault(Fault::status(413).early());
    let mut stream = connect(&mock);
    let body = vec![b'x'; 8 << 20];
    // The server may close the connection before everything is sent; its response arrives anyway.
    let _ = stream.write_all(&request("PUT", "/api/3.0/x", &[], &body));
    let response = read_response(&mut BufReader::new(stream)).unwrap();
    assert_eq!((response.status, response.header("connection")), (413, Some("close")));
}
