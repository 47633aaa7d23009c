use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// Inputs that once caused a failure, and seeds.
#[test]
fn accepts_the_corpus() {
    type Entry = (&'static str, fn(&[u8]));
    let entries: [Entry; 6] = [
        ("answer", answer),
        ("error", error),
        ("filter", filter),
        ("disposition", disposition),
        ("multipart", multipart),
        ("request", request),
    ];
    for (name, run) in entries {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(name);
        let mut seeds = 0;
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            eprintln!("{}", path.display());
            run(&bytes);
            // The function does not panic on truncated inputs either, or on inputs that lack one byte.
            for cut in 0..bytes.len().min(400) {
                run(&bytes[..cut]);
                run(&[&bytes[..cut], &bytes[cut + 1..]].concat());
            }
            seeds += 1;
        }
        assert!(seeds >= 3, "{name} has {seeds} seeds");
    }
}

/// A sequence of valid pieces and random ones.
fn pieces(of: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => proptest::sample::select(of).prop_map(|piece| piece.as_bytes().to_vec()),
        2 => vec(any::<u8>(), 0..8),
        1 => "\\PC{0,8}".prop_map(String::into_bytes),
    ];
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

#[rustfmt::skip]
const XML: &[&str] = &[
    "<tsResponse>", "</tsResponse>", "<tsResponse xmlns='http://tableau.com/api'>", "<workbooks>",
    "</workbooks>", "<workbook id='a' name='b'>", "</workbook>", "<workbook ", "id=\"x\" ", "/>", ">",
    "size='9999999999999999999999'", " createdAt='2026-01-02T03:04:05Z'", "<tags><tag label='", "'/>",
    "</tags>", "<project id='p'/>", "<owner id=''/>", "<job id='j' mode='' type='' progress='-1'>",
    "</job>", "<error code='401002'>", "</error>", "<summary>", "</summary>", "<detail>", "</detail>",
    "&amp;", "&#x41;", "&#0;", "&x;", "<![CDATA[", "]]>", "<!--", "-->", "<?x", "?>", "<!DOCTYPE x>",
    "<html>", "{\"error\":{\"code\":\"", "\"}}", "\u{FEFF}", "=", "'", "\"", "\n", "<pagination",
    "<user id='u' name='n' siteRole='", "<site id='s' contentUrl='", "<statusNotes>", "xmlns:t='u'",
];

#[rustfmt::skip]
const DISPOSITION: &[&str] = &[
    "attachment", "name=\"tableau_file\"", ";", "; ", "filename=", "filename*=", "FILENAME=", "\"",
    "\\", "..", "/", ".", "UTF-8''", "utf-8'de'", "iso-8859-1''", "%2F", "%2e%2E", "%00", "%", "%F6",
    "CON", "NUL.twbx", "x.twbx", " ", "\u{202E}", "\u{0}", "\r\n", "C:", "=", "'", "\u{6771}",
];

#[rustfmt::skip]
const MULTIPART: &[&str] = &[
    "--B", "\r\n", "\n", "--", "Content-Disposition: form-data; name=\"request_payload\"", "--B--",
    "; filename=\"a b.twbx\"", "Content-Type: text/xml", "<tsRequest/>", "\"", "%22", "%0D", "%0A",
    ";", "=", "name=", "PK\u{3}\u{4}", "\r\n\r\n", "\u{0}",
];

#[rustfmt::skip]
const REQUEST: &[&str] = &[
    "GET ", "POST ", "PUT ", "DELETE ", "/api/3.30/sites/{site}/", "workbooks", "projects", "users",
    "fileUploads", "datasources", "groups", "jobs", "tags", "/", "/api/3.30/auth/signout", "?", "&",
    "filter=name:eq:", "filter=tags:in:[", "sort=name:asc", "pageSize=", "pageNumber=2", "1000", "0",
    "fields=_all_", "%41", "%", " HTTP/1.1\r\n", " HTTP/1.0\n", "Host: h\r\n", "\r\n", "\n",
    "Content-Length: 5\r\n", "Content-Length: ", "Transfer-Encoding: chunked\r\n", "5\r\nabcde\r\n",
    "0\r\n\r\n", "ffffffffffffffff\r\n", "Content-Type: text/xml\r\n", "Accept: application/json\r\n",
    "Content-Type: multipart/mixed; boundary=B\r\n", "<tsRequest><project name='x'/></tsRequest>",
    "--B\r\n", "\r\n--B--", "X-Tableau-Auth: x\r\n", "Expect: 100-continue\r\n", ",", ":", "]", "-1",
];

fn filters() -> impl Strategy<Value = Vec<u8>> {
    let word = proptest::sample::select(&["eq", "in", "has", "gt", "cieq", ""][..]);
    let value = prop_oneof!["[a-zA-Z,:\\[\\]&=%+#?* ]{0,12}", "\\PC{0,12}", "(?s).{0,6}"];
    let one = (word, "[a-zA-Z:,%]{0,6}", vec(value, 0..4));
    let one = one.prop_map(|(word, name, values)| format!("{word}\t{name}\t{}", values.join("\t")));
    vec(one, 1..5).prop_map(|lines| lines.join("\u{1}").into_bytes())
}

/// Few cases, so that the tests stay fast; `cargo fuzz` runs more.
fn some() -> ProptestConfig {
    // Failures are added to the corpus by hand, which both use.
    ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(some())]

    #[test]
    fn reads_arbitrary_responses(data in pieces(XML)) {
        answer(&data);
        answer(&[b"<tsResponse>", &data[..], b"</tsResponse>"].concat());
    }

    #[test]
    fn reads_arbitrary_errors(status in any::<u8>(), after in "[0-9 A-Za-z:,]{0,30}", data in pieces(XML)) {
        error(&[&[status], after.as_bytes(), b"\n", &data[..]].concat());
    }

    #[test]
    fn filters_round_trip(data in filters()) {
        filter(&data);
    }

    #[test]
    fn file_names_stay_in_the_folder(data in pieces(DISPOSITION)) {
        disposition(&data);
    }

    #[test]
    fn multipart_bodies_round_trip(data in pieces(MULTIPART)) {
        multipart(&data);
    }

    #[test]
    fn mock_server_survives_arbitrary_requests(data in pieces(REQUEST)) {
        request(&data);
    }
}
