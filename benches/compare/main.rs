//! The Rust clients that `benches/compare/run.py` measures: this library, and the same requests sent with
//! ureq and read with roxmltree.
//!
//! Arguments: the client (`library` or `ureq`), the work (`get`, `list`, `prefetch`, `upload`,
//! `download` or `process`), the URL of the server, its user and password, the certificate to trust or an
//! empty text, an id of a workbook, how many items or requests, a file, and how many threads `get` uses.

mod tls;

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use tableau_server_client as tsc;
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{Connector, DefaultConnector};

/// The API version of all clients. They do not ask the server for it.
const VERSION: &str = "3.24";

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if args.is_empty() {
        // `cargo bench` runs all benchmarks. This one needs the server that the script starts.
        return Ok(());
    }
    let [client, work, url, user, password, trusted, workbook, count, file, threads] = &args[..]
    else {
        bail!("started without the arguments of benches/compare/run.py");
    };
    let (count, threads) = (count.parse()?, threads.parse()?);
    let (trusted, file) = (Path::new(trusted), Path::new(file));
    let job = Job { url, user, password, trusted, workbook, count, file, threads };
    match &**client {
        "library" => library(work, &job),
        "ureq" => raw(work, &job),
        _ => bail!("unknown client {client}"),
    }
}

struct Job<'a> {
    url: &'a str,
    user: &'a str,
    password: &'a str,
    trusted: &'a Path,
    workbook: &'a str,
    count: usize,
    file: &'a Path,
    threads: usize,
}

impl Job<'_> {
    fn is_https(&self) -> bool {
        self.url.starts_with("https:")
    }

    /// Does something `count` times, divided among the threads.
    fn on_threads(&self, once: impl Fn() -> Result<()> + Sync) -> Result<()> {
        let repeat = || (0..self.count / self.threads).try_for_each(|_| once());
        if self.threads == 1 {
            return repeat();
        }
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..self.threads).map(|_| scope.spawn(repeat)).collect();
            threads.into_iter().try_for_each(|thread| thread.join().expect("a thread panicked"))
        })
    }
}

fn library(work: &str, job: &Job<'_>) -> Result<()> {
    let mut server = tsc::Server::new(job.url)?;
    let mut options = tsc::HttpOptions::new().no_proxy();
    if job.is_https() {
        options = options.verify(job.trusted);
    }
    server.add_http_options(options)?;
    server.set_version(VERSION)?;
    let session = server.sign_in(&tsc::TableauAuth::new(job.user, job.password))?;
    let workbooks = session.workbooks();
    let id = tsc::WorkbookId::from(job.workbook);
    match work {
        "get" => job.on_threads(|| {
            ensure!(!workbooks.get(&id)?.name.is_empty(), "no name");
            Ok(())
        })?,
        "list" | "prefetch" | "process" => {
            let pages = if work == "prefetch" { 4 } else { 0 };
            let mut seen = 0;
            for workbook in workbooks.list().page_size(1000).prefetch(pages) {
                seen += usize::from(!workbook?.name.is_empty());
            }
            ensure!(seen == job.count, "{seen} workbooks");
        }
        "upload" => drop(session.fileuploads().upload(job.file)?),
        "download" => workbooks.download(&id).overwrite(true).to_path(job.file)?,
        _ => bail!("unknown work {work}"),
    }
    session.sign_out()?;
    Ok(())
}

/// Reads one attribute of an element.
fn attribute(text: &str, tag: &str, name: &str) -> Result<String> {
    let document = roxmltree::Document::parse(text)?;
    let element =
        document.descendants().find(|node| node.has_tag_name(("http://tableau.com/api", tag)));
    let value = element.and_then(|node| node.attribute(name));
    Ok(value.with_context(|| format!("no {tag} with {name}"))?.to_owned())
}

fn raw(work: &str, job: &Job<'_>) -> Result<()> {
    let config = ureq::Agent::config_builder().proxy(None).build();
    let agent = if job.is_https() {
        let connector = DefaultConnector::new().chain(tls::TlsConnector::trusting(job.trusted)?);
        ureq::Agent::with_parts(config, connector, DefaultResolver::default())
    } else {
        config.into()
    };
    let base = format!("{}/api/{VERSION}", job.url.trim_end_matches('/'));
    let body = format!(
        "<tsRequest><credentials name=\"{}\" password=\"{}\"><site contentUrl=\"\"/></credentials></tsRequest>",
        job.user, job.password
    );
    let signed_in =
        agent.post(format!("{base}/auth/signin")).send(body)?.into_body().read_to_string()?;
    let token = attribute(&signed_in, "credentials", "token")?;
    let site = format!("{base}/sites/{}", attribute(&signed_in, "site", "id")?);
    let get = |url: &str| agent.get(url).header("X-Tableau-Auth", &token).call();
    let text = |url: &str| -> Result<String> {
        Ok(get(url)?.into_body().into_with_config().limit(1 << 30).read_to_string()?)
    };
    let one = format!("{site}/workbooks/{}", job.workbook);
    match work {
        "get" => job.on_threads(|| {
            ensure!(!attribute(&text(&one)?, "workbook", "name")?.is_empty(), "no name");
            Ok(())
        })?,
        "list" | "process" => {
            let mut seen = 0;
            for page in 1..=job.count.div_ceil(1000) {
                let url = format!("{site}/workbooks?pageNumber={page}&pageSize=1000");
                seen += fields(&text(&url)?)?;
            }
            ensure!(seen == job.count, "{seen} workbooks");
        }
        "upload" => upload(&agent, &site, &token, job.file)?,
        "download" => {
            let mut body = get(&format!("{one}/content"))?.into_body().into_reader();
            std::io::copy(&mut body, &mut File::create(job.file)?)?;
        }
        _ => bail!("unknown work {work}"),
    }
    agent.post(format!("{base}/auth/signout")).header("X-Tableau-Auth", &token).send_empty()?;
    Ok(())
}

/// Copies all attributes of the workbooks on a page and of their children, and returns how many
/// workbooks there are.
fn fields(text: &str) -> Result<usize> {
    let document = roxmltree::Document::parse(text)?;
    let mut seen = 0;
    for node in document.descendants().filter(|node| node.tag_name().name() == "workbook") {
        let values: Vec<String> = node
            .descendants()
            .flat_map(|node| node.attributes())
            .map(|attribute| attribute.value().to_owned())
            .collect();
        seen += usize::from(!std::hint::black_box(values).is_empty());
    }
    Ok(seen)
}

/// Uploads the file in chunks of 50 MiB.
fn upload(agent: &ureq::Agent, site: &str, token: &str, path: &Path) -> Result<()> {
    const CHUNK: u64 = 50 << 20;
    let url = format!("{site}/fileUploads");
    let started = agent.post(&url).header("X-Tableau-Auth", token).send_empty()?;
    let id = attribute(&started.into_body().read_to_string()?, "fileUpload", "uploadSessionId")?;
    let mut file = BufReader::with_capacity(64 << 10, File::open(path)?);
    let mut left = path.metadata()?.len();
    while left > 0 {
        let size = left.min(CHUNK);
        let head =
            b"--b\r\nContent-Disposition: form-data; name=\"request_payload\"; filename=\"\"\r\n\
                     Content-Type: text/xml\r\n\r\n\r\n--b\r\nContent-Disposition: form-data; \
                     name=\"tableau_file\"; filename=\"file\"\r\n\
                     Content-Type: application/octet-stream\r\n\r\n";
        let tail = b"\r\n--b--\r\n";
        let mut body = head.chain(file.by_ref().take(size)).chain(&tail[..]);
        let length = head.len() as u64 + size + tail.len() as u64;
        agent
            .put(format!("{url}/{id}"))
            .header("X-Tableau-Auth", token)
            .header("Content-Type", "multipart/mixed; boundary=b")
            .header("Content-Length", length.to_string())
            .send(ureq::SendBody::from_reader(&mut body))?;
        left -= size;
    }
    Ok(())
}
