//! Proxies on loopback: HTTP's `CONNECT`, and SOCKS 4 and 5.

use std::io::{BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Mutex;
use std::thread;

use crate::raw::{Raw, Seen, read_head};

/// A host name that only the proxies resolve, to this machine. Loopback addresses would bypass the
/// proxies of the environment.
pub const BEHIND_PROXY: &str = "tableau.invalid";

fn connect(target: &str) -> std::io::Result<TcpStream> {
    TcpStream::connect(target.replace(BEHIND_PROXY, "127.0.0.1"))
}

/// An HTTP proxy that requires this value of `Proxy-Authorization`.
pub fn http_proxy(wanted: Option<&'static str>) -> Raw {
    Raw::on_connection(move |client, number, seen| {
        let mut reader = BufReader::new(client);
        let Some(mut request) = read_head(&mut reader) else { return };
        request.connection = number;
        let allowed = request.header("proxy-authorization") == wanted;
        let target = request.target.clone();
        let method = request.method.clone();
        seen.lock().unwrap().push(request);
        let client = reader.get_mut();
        let refuse = |client: &mut TcpStream, status: &str| {
            let _ = write!(client, "HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
        };
        if !allowed {
            let challenge = "Proxy-Authenticate: Basic realm=\"proxy\"";
            return refuse(client, &format!("407 Proxy Authentication Required\r\n{challenge}"));
        }
        if method != "CONNECT" {
            return refuse(client, "405 Method Not Allowed");
        }
        let Ok(server) = connect(&target) else {
            return refuse(client, "502 Bad Gateway");
        };
        let _ = client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n");
        relay(client.try_clone().unwrap(), server);
    })
}

/// A SOCKS proxy of either version. It records requests as `SOCKS5 host:port` or, with credentials,
/// `SOCKS5 name:password@host:port`.
pub fn socks_proxy() -> Raw {
    Raw::on_connection(|mut client, number, seen| {
        let Some((asked, granted)) = shake_hands(&mut client) else { return };
        let target = asked.rsplit('@').next().unwrap().to_owned();
        note(seen, number, granted[0], asked);
        let Ok(server) = connect(&target) else { return };
        let _ = client.write_all(&granted);
        relay(client, server);
    })
}

fn note(seen: &Mutex<Vec<Seen>>, connection: usize, version: u8, target: String) {
    let method = if version == 5 { "SOCKS5" } else { "SOCKS4" }.to_owned();
    let (headers, body) = Default::default();
    seen.lock().unwrap().push(Seen { method, target, headers, body, connection });
}

/// The requested target, and the response that grants it.
fn shake_hands(client: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let [version] = take(client)?;
    if version == 4 {
        let [_, high, low, a, b, c, d] = take(client)?;
        let _user = until_zero(client)?;
        let port = u16::from_be_bytes([high, low]);
        let host = match [a, b, c] {
            [0, 0, 0] => until_zero(client)?,
            _ => format!("{a}.{b}.{c}.{d}"),
        };
        return Some((format!("{host}:{port}"), vec![0, 90, 0, 0, 0, 0, 0, 0]));
    }
    let [count] = take(client)?;
    let methods: Vec<u8> = (0..count).map(|_| take(client).map(|[m]| m)).collect::<Option<_>>()?;
    let mut who = String::new();
    if methods.contains(&2) {
        client.write_all(&[5, 2]).ok()?;
        let [_version] = take(client)?;
        let (name, password) = (counted(client)?, counted(client)?);
        who = format!("{name}:{password}@");
        client.write_all(&[1, 0]).ok()?;
    } else {
        client.write_all(&[5, 0]).ok()?;
    }
    let [_, _, _, kind] = take(client)?;
    let host = match kind {
        1 => take(client).map(|[a, b, c, d]| format!("{a}.{b}.{c}.{d}"))?,
        3 => counted(client)?,
        _ => return None,
    };
    let port = u16::from_be_bytes(take(client)?);
    Some((format!("{who}{host}:{port}"), vec![5, 0, 0, 1, 0, 0, 0, 0, 0, 0]))
}

fn take<const N: usize>(client: &mut TcpStream) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    client.read_exact(&mut bytes).ok()?;
    Some(bytes)
}

fn counted(client: &mut TcpStream) -> Option<String> {
    let [length] = take(client)?;
    let mut bytes = vec![0; length.into()];
    client.read_exact(&mut bytes).ok()?;
    String::from_utf8(bytes).ok()
}

fn until_zero(client: &mut TcpStream) -> Option<String> {
    let mut text = Vec::new();
    loop {
        match take(client)? {
            [0] => return String::from_utf8(text).ok(),
            [byte] => text.push(byte),
        }
    }
}

/// Copies bytes in both directions until one side ends.
pub fn relay(client: TcpStream, server: TcpStream) {
    let (mut from_client, mut to_server) =
        (client.try_clone().unwrap(), server.try_clone().unwrap());
    let upwards = thread::spawn(move || {
        let _ = std::io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Both);
    });
    let (mut from_server, mut to_client) = (server, client);
    let _ = std::io::copy(&mut from_server, &mut to_client);
    let _ = to_client.shutdown(Shutdown::Both);
    let _ = upwards.join();
}
