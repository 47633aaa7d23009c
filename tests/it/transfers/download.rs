//! Downloads: names, targets, and interrupted downloads.

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};

use tableau_server_client as tsc;
use tsc::{Download, ErrorKind, ProgressUnit};

use super::{Folder, content, server};
use crate::help::{auth, millis, with};
use crate::raw::{Raw, Response, Seen, response, success, tableau_error};

fn file() -> Vec<u8> {
    content(300_000)
}

fn named(header: &str) -> Vec<(&str, &str)> {
    vec![("Content-Disposition", header), ("Content-Type", "application/octet-stream")]
}

/// Serves the file with this `Content-Disposition`.
fn giving(header: &'static str) -> Raw {
    Raw::signed_in(move |_| response(200, &named(header), file()))
}

/// Downloads the workbook w1.
fn download<T>(raw: &Raw, to: impl FnOnce(Download<'_>) -> tsc::Result<T>) -> tsc::Result<T> {
    let server = server(raw);
    let session = server.sign_in(&auth()).unwrap();
    to(session.workbooks().download("w1"))
}

#[test]
fn downloads_to_folder_path_writer_and_memory() {
    let raw = giving("name=\"tableau_file\"; filename=\"R&D.twbx\"");
    let folder = Folder::new("places");
    let path = download(&raw, |d| d.to_folder(folder.path())).unwrap();
    assert_eq!(path, folder.path().join("R&D.twbx"));
    download(&raw, |d| d.to_path(folder.path().join("mine.twbx"))).unwrap();
    assert_eq!(folder.names(), ["R&D.twbx", "mine.twbx"]);
    for name in folder.names() {
        assert!(std::fs::read(folder.path().join(name)).unwrap() == file());
    }
    let mut bytes = Vec::new();
    assert_eq!(download(&raw, |d| d.to_writer(&mut bytes)).unwrap(), file().len() as u64);
    assert!(bytes == file());
    assert!(download(&raw, |d| d.to_bytes()).unwrap() == file());
    assert!(raw.lines()[2].ends_with("GET /api/3.24/sites/site-1/workbooks/w1/content"));
}

#[test]
fn malicious_names_stay_in_the_folder() {
    let long = format!("attachment; filename=\"{}.twbx\"", "a".repeat(10_000));
    let long: &'static str = Box::leak(long.into_boxed_str());
    for header in [
        "attachment; filename=\"../../etc/x\"",
        "attachment; filename=\"..\\..\\x\"",
        "attachment; filename=\"/tmp/tsc-escaped\"",
        "attachment; filename=\"C:\\Windows\\x.twb\"",
        "attachment; filename*=UTF-8''..%2F..%2Fx",
        "attachment; filename*=UTF-8''x%00.twb",
        "attachment; filename=\"..\"",
        "attachment; filename=\"CON\"",
        "attachment; filename=\"nul.twbx\"",
        "attachment; filename=\"./\"",
        long,
    ] {
        let around = Folder::new("malicious");
        let inner = around.path().join("inner");
        std::fs::create_dir(&inner).unwrap();
        let path = download(&giving(header), |d| d.to_folder(&inner)).unwrap();
        assert_eq!(path.parent(), Some(inner.as_path()), "{header}");
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(name.len() < 255 && !name.starts_with('.'), "{name}");
        assert!(!["CON", "nul.twbx"].contains(&name), "{name}");
        assert!(std::fs::read(&path).unwrap() == file());
        assert_eq!(around.names(), ["inner"], "{header}");
        assert_eq!(std::fs::read_dir(&inner).unwrap().count(), 1, "{header}");
    }
}

#[test]
fn names_files_after_the_item_without_content_disposition() {
    let of_item = |item: Response| {
        let item = item.bytes();
        Raw::signed_in(move |seen: &Seen| match seen.path().ends_with("/content") {
            true => response(200, &[], file()),
            false => Response::Send(item.clone()),
        })
    };
    let folder = Folder::new("nameless");
    let raw = of_item(success("<workbook id=\"w1\" name=\"Q1/Q2: R&amp;D\"/>"));
    let path = download(&raw, |d| d.to_folder(folder.path())).unwrap();
    assert_eq!(path, folder.path().join("Q1_Q2_ R&D.twbx"));
    // If the name of the item cannot be read, the file is kept.
    let path =
        download(&of_item(tableau_error(403, "403004", "no")), |d| d.to_folder(folder.path()));
    assert_eq!(path.unwrap(), folder.path().join("w1.twbx"));
}

#[test]
fn separators_in_names_become_underscores() {
    let folder = Folder::new("separators");
    for (header, name) in [
        ("filename=\"North/South.twbx\"", "North_South.twbx"),
        ("filename=\"East/South.twbx\"", "East_South.twbx"),
        ("filename=\"East\\South/West.twbx\"", "East_South_West.twbx"),
        ("filename*=UTF-8''Up%2FDown.twbx", "Up_Down.twbx"),
        ("filename*=UTF-8''\"In/Out.twbx\"", "In_Out.twbx"),
        ("name=\"tableau_workbook\"; filename*=UTF-8''\"Night shift.twbx\"", "Night shift.twbx"),
        ("filename*=UTF-8''Night+shift+%28v2%29.twbx", "Night shift (v2).twbx"),
        ("filename=\"A+B.twbx\"", "A+B.twbx"),
        ("filename=\"Sales \"best\" of.twbx\"", "Sales _best_ of.twbx"),
    ] {
        let path = download(&giving(header), |d| d.to_folder(folder.path())).unwrap();
        assert_eq!(path, folder.path().join(name), "{header}");
    }
    assert_eq!(folder.names().len(), 9);
}

#[test]
fn extension_comes_from_the_item_if_the_header_has_none() {
    const ZIP: &[u8] = b"PK\x03\x04 zip";
    const HYPER_2: &[u8] = b"Hyper\x08\0\0\x01\0\x02\0 rows";
    let flow = |file_type: &'static str, header: &'static str| {
        Raw::signed_in(move |seen: &Seen| match seen.path().ends_with("/content") {
            true => response(200, &named(header), ZIP),
            false => success(&format!("<flow id=\"f1\" name=\"Clean\" {file_type}/>")),
        })
    };
    let folder = Folder::new("extensions");
    let of_flow = |raw: &Raw| {
        let session = with(&raw.url, crate::help::plain()).into_session(&auth()).unwrap();
        let path = session.flows().download("f1").overwrite(true).to_folder(folder.path()).unwrap();
        path.file_name().unwrap().to_str().unwrap().to_owned()
    };
    for (file_type, header, name) in [
        ("fileType=\"tfl\"", "filename=\"Prep\"", "Prep.tfl"),
        ("fileType=\"TFL\"", "attachment", "Clean.tfl"),
        ("fileType=\"tflx\"", "filename=\"Prep v1.2\"", "Prep v1.2.tflx"),
        ("fileType=\"exe\"", "filename=\"Prep\"", "Prep.tflx"),
        ("", "filename=\"Prep\"", "Prep.tflx"),
        ("fileType=\"tflx\"", "filename=\"Prep.tfl\"", "Prep.tfl"),
    ] {
        assert_eq!(of_flow(&flow(file_type, header)), name, "{file_type} {header}");
    }
    for (header, content, name) in [
        ("filename=\"Rows\"", HYPER_2, "Rows.hyper"),
        ("filename=\"Rows.Final\"", HYPER_2, "Rows.Final.hyper"),
        ("filename=\"Sales\"", ZIP, "Sales.tdsx"),
        (
            "filename*=UTF-8''Sales+%26+more",
            b"<?xml version='1.0'?><datasource/>",
            "Sales & more.tds",
        ),
        ("filename=\"Sales.TDSX\"", ZIP, "Sales.TDSX"),
    ] {
        let raw = Raw::signed_in(move |_| response(200, &named(header), content));
        let session = with(&raw.url, crate::help::plain()).into_session(&auth()).unwrap();
        let path = session.datasources().download("d1").to_folder(folder.path()).unwrap();
        assert_eq!(path, folder.path().join(name), "{header}");
        // No request for the data source.
        assert_eq!(raw.count("GET", ""), 2, "{:?}", raw.lines());
    }
}

#[test]
fn does_not_replace_files_by_default() {
    let raw = giving("filename=\"there.twbx\"");
    let folder = Folder::new("there");
    let path = folder.file("there.twbx", b"mine");
    for outcome in [
        download(&raw, |d| d.to_folder(folder.path()).map(|_| ())),
        download(&raw, |d| d.to_path(&path)),
    ] {
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
        assert!(error.to_string().contains("there.twbx"), "{error}");
    }
    // The file may appear during the download.
    let new = folder.path().join("new.twbx");
    let appear = |_| std::fs::write(&new, b"mine").unwrap();
    let error = download(&raw, |d| d.on_progress(appear).to_path(&new)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    assert_eq!(std::fs::read(&path).unwrap(), b"mine");
    assert_eq!(std::fs::read(&new).unwrap(), b"mine");
    download(&raw, |d| d.overwrite(true).to_folder(folder.path())).unwrap();
    assert!(std::fs::read(&path).unwrap() == file());
    assert_eq!(folder.names(), ["new.twbx", "there.twbx"]);
}

/// A response that is cut off in the middle.
fn cut_off() -> Response {
    let whole = response(200, &named("filename=\"x.twbx\""), file()).bytes();
    Response::SendAndClose(whole[..200_000].to_vec())
}

/// A chunked response without the last chunk.
fn cut_off_chunked() -> Response {
    let mut bytes = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10000\r\n".to_vec();
    bytes.extend(&file()[..0x10000]);
    Response::SendAndClose([&bytes[..], b"\r\n"].concat())
}

#[test]
fn interrupted_download_starts_again() {
    for broken in [cut_off, cut_off_chunked, || Response::Close, || response(502, &[], "x")] {
        let request_count = AtomicUsize::new(0);
        let raw = Raw::signed_in(move |_| match request_count.fetch_add(1, Ordering::SeqCst) {
            0 | 1 => broken(),
            _ => response(200, &named("filename=\"x.twbx\""), file()),
        });
        let folder = Folder::new("anew");
        let path = download(&raw, |d| d.to_folder(folder.path())).unwrap();
        assert!(std::fs::read(path).unwrap() == file());
        assert_eq!(folder.names(), ["x.twbx"]);
        assert_eq!(raw.count("GET", "/content"), 3);
    }
}

#[test]
fn failed_download_leaves_no_file() {
    for (broken, attempts) in [
        (cut_off as fn() -> Response, 4),
        (cut_off_chunked, 4),
        (|| Response::Close, 4),
        (|| response(504, &[], "x"), 4),
        (|| tableau_error(404, "404006", "no such workbook"), 1),
        (|| response(500, &[], "x"), 1),
    ] {
        let raw = Raw::signed_in(move |_| broken());
        let folder = Folder::new("nothing");
        let there = folder.file("there.twbx", b"mine");
        let error = download(&raw, |d| d.to_folder(folder.path())).unwrap_err();
        download(&raw, |d| d.to_path(folder.path().join("x.twbx"))).unwrap_err();
        download(&raw, |d| d.overwrite(true).to_path(&there)).unwrap_err();
        assert_eq!(folder.names(), ["there.twbx"], "{error}");
        assert_eq!(std::fs::read(&there).unwrap(), b"mine");
        assert_eq!(raw.count("GET", "/content"), 3 * attempts, "{error}");
    }
}

#[test]
fn rejects_html_and_errors_in_place_of_the_file() {
    const LOGIN: &str = "<!-- gateway -->\n<!DOCTYPE html><html><body>Please log in</body></html>";
    let error = || tableau_error(200, "404006", "no such workbook");
    type Wrong<'a> = (&'a str, Box<dyn Fn() -> Response + Send + Sync>, ErrorKind, &'a str);
    let wrong: [Wrong<'_>; 5] = [
        (
            "html",
            Box::new(|| response(200, &named("filename=\"x.twbx\""), LOGIN)),
            ErrorKind::Decode,
            "login page",
        ),
        (
            "in pieces",
            Box::new(|| {
                let (head, body) = (response(200, &[], LOGIN).bytes(), LOGIN.len());
                let (head, body) = head.split_at(head.len() - body);
                let pieces = [head, &body[..3], &body[3..25], &body[25..]];
                Response::Slowly(pieces.map(<[u8]>::to_vec).into(), millis(5))
            }),
            ErrorKind::Decode,
            "login page",
        ),
        ("error", Box::new(error), ErrorKind::Api, "no such workbook"),
        ("xml", Box::new(|| success("<workbook id=\"w1\"/>")), ErrorKind::Decode, "Tableau's XML"),
        (
            "nothing",
            Box::new(|| response(200, &named("filename=\"x.twbx\""), "")),
            ErrorKind::Decode,
            "empty",
        ),
    ];
    for (what, respond, kind, expected) in wrong {
        let raw = Raw::signed_in(move |_| respond());
        let folder = Folder::new("no-file");
        let there = folder.file("there.twbx", b"mine");
        let mut written = Vec::new();
        for outcome in [
            download(&raw, |d| d.to_folder(folder.path()).map(drop)),
            download(&raw, |d| d.overwrite(true).to_path(&there)),
            download(&raw, |d| d.to_bytes().map(drop)),
            download(&raw, |d| d.to_writer(&mut written).map(drop)),
        ] {
            let error = outcome.unwrap_err();
            assert_eq!(error.kind(), kind, "{what}: {error}");
            assert!(error.to_string().contains(expected), "{what}: {error}");
            assert_eq!(error.status(), Some(200), "{what}");
            assert!(error.url().unwrap().ends_with("/content"), "{what}");
        }
        assert!(written.is_empty());
        assert_eq!(folder.names(), ["there.twbx"], "{what}");
        assert_eq!(std::fs::read(&there).unwrap(), b"mine");
        assert_eq!(raw.count("GET", "/content"), 4, "{what}: a retry would not help");
    }
    // A CSV file may contain anything, even nothing, so only an announced content type shows an
    // error page.
    for (sort, body, is_csv) in [
        ("text/csv", LOGIN, true),
        ("text/csv", "", true),
        ("text/html; charset=utf-8", LOGIN, false),
        ("text/html", "a,b\r\n1,2\r\n", true),
    ] {
        let raw = Raw::signed_in(move |_| response(200, &[("Content-Type", sort)], body));
        let server = server(&raw);
        let session = server.sign_in(&auth()).unwrap();
        let csv = session.views().csv("v1", tsc::export::CsvExport::new()).to_bytes();
        match is_csv {
            true => assert_eq!(csv.unwrap(), body.as_bytes()),
            false => assert_eq!(csv.unwrap_err().kind(), ErrorKind::Decode),
        }
    }
}

#[test]
fn concurrent_downloads_to_one_path_do_not_mix() {
    // Each response is another file.
    let request_count = AtomicUsize::new(0);
    let raw = Raw::signed_in(move |_| {
        let number = request_count.fetch_add(1, Ordering::SeqCst);
        response(
            200,
            &named("filename=\"x.twbx\""),
            number.to_string().repeat(1_000_000).get(..1_000_000).unwrap(),
        )
    });
    let server = server(&raw);
    let session = server.sign_in(&auth()).unwrap();
    let folder = Folder::new("one-path");
    for (overwrite, good) in [(false, 1), (true, 4)] {
        let outcomes: Vec<_> = std::thread::scope(|scope| {
            let one = || {
                let download = session.workbooks().download("w1").overwrite(overwrite);
                download.to_folder(folder.path()).is_ok()
            };
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(one)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(outcomes.iter().filter(|good| **good).count(), good);
        assert_eq!(folder.names(), ["x.twbx"]);
        let there = std::fs::read(folder.path().join("x.twbx")).unwrap();
        assert!(there.len() == 1_000_000 && there.iter().all(|byte| *byte == there[0]));
    }
}

/// A writer that accepts this many bytes.
struct FullWriter(usize);

impl Write for FullWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn writer_never_receives_a_byte_twice() {
    let raw = giving("filename=\"x.twbx\"");
    let error = download(&raw, |d| d.to_writer(FullWriter(100_000))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("cannot be written"), "{error}");
    assert_eq!(raw.count("GET", "/content"), 1);
    let raw = Raw::signed_in(|_| cut_off());
    let mut written = Vec::new();
    let error = download(&raw, |d| d.to_writer(&mut written)).unwrap_err();
    assert!(error.is_retryable() && written == file()[..written.len()], "{error}");
    assert_eq!(raw.count("GET", "/content"), 1);
    // Before the first byte the download can be repeated.
    let request_count = AtomicUsize::new(0);
    let raw = Raw::signed_in(move |_| match request_count.fetch_add(1, Ordering::SeqCst) {
        0 => Response::Close,
        _ => response(200, &[], file()),
    });
    let mut written = Vec::new();
    download(&raw, |d| d.to_writer(&mut written)).unwrap();
    assert!(written == file());
}

#[test]
fn to_bytes_is_limited_and_files_are_not() {
    let raw = giving("filename=\"x.twbx\"");
    let options = tsc::HttpOptions::new().max_response(100_000);
    let server =
        with(&raw.url, options.retries(tsc::RetryPolicy::new().initial_backoff(millis(1))));
    let session = server.sign_in(&auth()).unwrap();
    let download = || session.workbooks().download("w1");
    let error = download().to_bytes().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("max_response"), "{error}");
    assert_eq!(download().to_writer(io::sink()).unwrap(), file().len() as u64);
}

#[test]
fn rejects_invalid_targets_before_sending() {
    let raw = giving("filename=\"x.twbx\"");
    let folder = Folder::new("no-place");
    let file = folder.file("file", b"");
    let refused = |outcome: tsc::Result<()>, kind| {
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
    };
    refused(download(&raw, |d| d.to_path(folder.path())), ErrorKind::Input);
    refused(download(&raw, |d| d.to_folder(&file).map(|_| ())), ErrorKind::Input);
    let missing = folder.path().join("missing");
    refused(download(&raw, |d| d.to_folder(&missing).map(|_| ())), ErrorKind::Input);
    refused(download(&raw, |d| d.to_path(missing.join("x"))), ErrorKind::Io);
    #[cfg(unix)]
    {
        let long = folder.path().join("x".repeat(300));
        refused(download(&raw, |d| d.to_path(long)), ErrorKind::Io);
        // A dangling link is an existing file; a link to a folder is a folder.
        for (name, to) in [("dangling", "nowhere"), ("folder", "..")] {
            let link = folder.path().join(name);
            std::os::unix::fs::symlink(to, &link).unwrap();
            refused(download(&raw, |d| d.to_path(&link)), ErrorKind::Input);
        }
    }
    assert_eq!(raw.count("GET", "/content"), 0);
    // The name that the server gives may be that of an existing folder.
    let inner = folder.path().join("x.twbx");
    std::fs::create_dir(&inner).unwrap();
    let to_folder = |d: Download<'_>| d.overwrite(true).to_folder(folder.path()).map(drop);
    refused(download(&raw, to_folder), ErrorKind::Input);
    assert!(inner.is_dir() && !folder.names().iter().any(|name| name.ends_with(".part")));
}

#[test]
fn reports_received_bytes_as_progress() {
    let raw = giving("filename=\"x.twbx\"");
    let mut reported = Vec::new();
    download(&raw, |d| d.on_progress(|progress| reported.push(progress)).to_bytes()).unwrap();
    let all = file().len() as u64;
    assert!(reported.len() > 1 && reported.is_sorted_by_key(|progress| progress.done));
    let last = reported.last().unwrap();
    assert_eq!((last.done, last.total, last.unit), (all, Some(all), ProgressUnit::Bytes));
}

#[test]
fn exports_use_their_own_paths() {
    let raw = Raw::signed_in(|_| response(200, &[], "x"));
    let mut server = server(&raw);
    server.set_version("3.29").unwrap();
    let session = server.sign_in(&auth()).unwrap();
    let (workbooks, views, custom_views) =
        (session.workbooks(), session.views(), session.custom_views());
    let (datasources, flows) = (session.datasources(), session.flows());
    let (w, v, c) = ("w?1", "v1", "c1");
    let (d, f) = ("d1", "f1");
    let pdf = tsc::export::PdfExport::new().page_type("a5");
    for (download, expected) in [
        (
            workbooks.download(w).include_extract(false),
            "workbooks/w%3F1/content?includeExtract=false",
        ),
        (workbooks.download(w).include_extract(true), "workbooks/w%3F1/content"),
        (workbooks.download_revision(w, 3), "workbooks/w%3F1/revisions/3/content"),
        (workbooks.pdf(w, &pdf), "workbooks/w%3F1/pdf?type=a5"),
        (
            workbooks.powerpoint(w, tsc::export::PowerPointExport::new()),
            "workbooks/w%3F1/powerpoint",
        ),
        (workbooks.preview_image(w), "workbooks/w%3F1/previewImage"),
        (
            views.image(v, tsc::export::ImageExport::new().resolution("high")),
            "views/v1/image?resolution=high",
        ),
        (views.pdf(v, &pdf), "views/v1/pdf?type=a5"),
        (views.csv(v, tsc::export::CsvExport::new().filter("a", ["b"])), "views/v1/data?vf_a=b"),
        (views.excel(v, tsc::export::ExcelExport::new()), "views/v1/crosstab/excel"),
        (views.preview_image(w, v), "workbooks/w%3F1/views/v1/previewImage"),
        (custom_views.download(c), "customviews/c1/content"),
        (custom_views.image(c, tsc::export::ImageExport::new()), "customviews/c1/image"),
        (custom_views.pdf(c, pdf.clone()), "customviews/c1/pdf?type=a5"),
        (custom_views.csv(c, tsc::export::CsvExport::new()), "customviews/c1/data"),
        (datasources.download(d), "datasources/d1/content"),
        (datasources.download_revision(d, 1), "datasources/d1/revisions/1/content"),
        (flows.download(f), "flows/f1/content"),
        (flows.download_revision(f, 2), "flows/f1/revisions/2/content"),
    ] {
        assert_eq!(download.to_bytes().unwrap(), b"x");
        let line = raw.lines().pop().unwrap();
        let api = if expected == "customviews/c1/content" { "exp" } else { "3.29" };
        assert_eq!(line, format!("GET /api/{api}/sites/site-1/{expected}"));
    }
    let error = flows.download(f).include_extract(false).to_bytes().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    let too_old = tsc::export::PdfExport::new().max_age(millis(1));
    assert_eq!(views.pdf(v, too_old).to_bytes().unwrap_err().kind(), ErrorKind::Input);
}

#[test]
fn names_files_by_content_without_a_name() {
    let folder = Folder::new("by-content");
    for (body, name) in [
        (&b"PK\x03\x04.."[..], "d1.tdsx"),
        (b"<?xml version='1.0'?><datasource/>", "d1.tds"),
        (b"Hyper\x08\0\0\x01\0\0\0", "d1.hyper"),
        (b"??", "d1.tdsx"),
    ] {
        let raw = Raw::signed_in(move |seen| match seen.path().ends_with("/content") {
            true => response(200, &[], body),
            false => response(404, &[], ""),
        });
        let server = server(&raw);
        let session = server.sign_in(&auth()).unwrap();
        let download = session.datasources().download("d1").overwrite(true);
        assert_eq!(download.to_folder(folder.path()).unwrap(), folder.path().join(name));
    }
}
