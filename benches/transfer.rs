//! Publishes and downloads 1 GiB over https: the time compared with curl on the same server, and the
//! peak memory. `cargo bench --features mock --bench transfer`; needs curl, and Linux for the
//! memory. `-- 64` transfers 64 MiB instead.
//!
//! Each transfer runs in a separate process; the server, which stores nothing, runs in this one. The
//! rounds alternate, and the medians of five are compared.

mod support;

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tableau_server_client as tsc;

const ROUNDS: usize = 5;
/// The maximum memory in bytes, and the maximum time as a multiple of curl's.
const MEMORY: u64 = 16 << 20;
const TIMES: f64 = 1.3;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["upload" | "download", url, file] => transfer(&args[0], url, Path::new(file)),
        [] => compare(1 << 30),
        [mib] => compare(mib.parse::<u64>().context("how many MiB?")? << 20),
        _ => bail!("arguments: none, or how many MiB"),
    }
}

/// A transfer of this library, in a separate process. Prints its peak memory in bytes.
fn transfer(which: &str, url: &str, file: &Path) -> Result<()> {
    let mut server = tsc::Server::new(url)?;
    let options = tsc::HttpOptions::new().verify(false).insecure_warnings(false).no_proxy();
    server.add_http_options(options)?;
    let session = server.sign_in(&tsc::TableauAuth::new("me", "hush"))?;
    match which {
        "upload" => drop(session.workbooks().publish(file).send()?),
        _ => session.workbooks().download("w1").overwrite(true).to_path(file)?,
    }
    session.sign_out()?;
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.context("no VmHWM")?.trim().trim_end_matches(" kB").parse::<u64>()? << 10;
    writeln!(std::io::stdout(), "{peak}")?;
    Ok(())
}

fn compare(size: u64) -> Result<()> {
    let url = serve(size)?;
    let folder = std::env::temp_dir().join(format!("tsc-bench-{}", std::process::id()));
    std::fs::create_dir(&folder)?;
    let outcome = compare_in(&folder, &url, size);
    std::fs::remove_dir_all(&folder)?;
    outcome
}

fn compare_in(folder: &Path, url: &str, size: u64) -> Result<()> {
    let (file, got) = (folder.join("large.twbx"), folder.join("got.twbx"));
    let mut out = std::fs::File::create(&file)?;
    let block = block();
    for _ in 0..size / block.len() as u64 {
        out.write_all(&block)?;
    }
    out.sync_all()?;
    drop(out);
    let mut fine = true;
    for which in ["upload", "download"] {
        let (mut ours, mut theirs, mut peak) = (Vec::new(), Vec::new(), 0);
        for _ in 0..ROUNDS {
            let path = if which == "upload" { &file } else { &got };
            let started = Instant::now();
            let mut command = Command::new(std::env::current_exe()?);
            let output = command.args([which, url]).arg(path).output()?;
            ours.push(started.elapsed().as_secs_f64());
            ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            peak = peak.max(String::from_utf8(output.stdout)?.trim().parse::<u64>()?);
            ensure!(path.metadata()?.len() == size, "the file is not whole");
            let started = Instant::now();
            let flag = if which == "upload" { "-T" } else { "-o" };
            let mut command = Command::new("curl");
            command.args(["-sSfk", "--noproxy", "*", flag]).arg(path).arg(format!("{url}/plain"));
            ensure!(command.output().context("curl")?.status.success(), "curl failed");
            theirs.push(started.elapsed().as_secs_f64());
        }
        let (ours, theirs) = (median(&mut ours), median(&mut theirs));
        let ratio = ours / theirs;
        fine &= ratio <= TIMES && peak <= MEMORY;
        writeln!(
            std::io::stdout(),
            "{which} of {} MiB: {ours:.2} s, curl {theirs:.2} s, ratio {ratio:.2} (at most {TIMES}); \
             peak {:.1} MiB (at most {})",
            size >> 20,
            peak as f64 / f64::from(1 << 20),
            MEMORY >> 20,
        )?;
    }
    ensure!(fine, "slower or larger than it may be");
    Ok(())
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn block() -> Vec<u8> {
    (0..1 << 20).map(|n: u32| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect()
}

/// Serves on a thread until the process ends.
fn serve(size: u64) -> Result<String> {
    let signed = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])?;
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signed.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![signed.cert.der().clone()], key)?;
    let config = Arc::new(config);
    let block = block();
    let address = support::listen(move |stream| {
        let connection = ServerConnection::new(config.clone()).map_err(std::io::Error::other)?;
        support::serve(StreamOwned::new(connection, stream), |request| {
            let path = request.path();
            match request.name() {
                "workbooks" => request.respond("<workbook id=\"w1\" name=\"large\"/>"),
                _ if path.ends_with("/content")
                    || (path == "/plain" && request.method == "GET") =>
                {
                    request.respond_with(size, &block, "application/octet-stream")
                }
                _ => request.respond_to_session(),
            }
        })
    });
    Ok(format!("https://{address}"))
}
