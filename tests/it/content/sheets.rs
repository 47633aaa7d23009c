//! Publishing only some sheets of a workbook.

use std::io::Cursor;

use tableau_server_client as tsc;
use tsc::mock::MockServer;
use tsc::{ErrorKind, Source};

use crate::help;

const TWB: &str = "<?xml version='1.0'?><workbook><worksheets><worksheet name='Orders'/>\
    <worksheet name='R&amp;D'/></worksheets><dashboards><dashboard name='Overview'/>\
    <dashboard name='Tour' type='storyboard'/></dashboards></workbook>";

#[test]
fn publishes_only_the_named_views() {
    let mock = MockServer::start().unwrap();
    let session = help::at(mock.url()).into_session(&mock.credentials()).unwrap();
    let path = crate::tls_server::file("Sheets.twb", TWB);
    let names: Vec<_> =
        tsc::workbooks::sheets(&path).unwrap().into_iter().map(|sheet| sheet.name).collect();
    assert_eq!(names, ["Orders", "R&D", "Overview", "Tour"]);
    let sources: [fn(&std::path::Path) -> Source<'static>; 3] = [
        |path| Source::path(path),
        |_| Source::bytes("Sheets.twb", TWB.as_bytes()),
        |_| Source::seekable("Sheets.twb", Cursor::new(TWB)),
    ];
    for (number, source) in sources.into_iter().enumerate() {
        for only in [&["Overview"][..], &["R&D", "Tour"], &["Orders", "R&D", "Overview", "Tour"]] {
            let publish = session.workbooks().publish(source(&path));
            let publish =
                publish.name(format!("w{number}{}", only.len())).only_views(only.to_vec());
            let workbook = publish.send().unwrap().item;
            let views = session.workbooks().views(&workbook.id).unwrap();
            let mut shown: Vec<_> = views.iter().map(|view| view.name.as_str()).collect();
            shown.sort_unstable();
            let mut expected = only.to_vec();
            expected.sort_unstable();
            assert_eq!(shown, expected);
        }
    }
}

#[test]
fn an_unknown_sheet_is_refused_before_sending() {
    let mock = MockServer::start().unwrap();
    let session = help::at(mock.url()).into_session(&mock.credentials()).unwrap();
    let before = mock.requests().len();
    let error_of = |source: Source<'_>, only: &[&str]| {
        let publish = session.workbooks().publish(source).only_views(only.to_vec());
        let error = publish.send().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{error:?}");
        error.to_string()
    };
    let twb = || Source::bytes("Sheets.twb", TWB.as_bytes());
    for unknown in ["overview", "Orders ", "", "R&amp;D", "Nothing"] {
        let message = error_of(twb(), &["Overview", unknown]);
        assert!(message.contains(&format!("no sheet {unknown:?}")), "{message}");
        assert!(message.contains("\"Orders\", \"R&D\", \"Overview\", \"Tour\""), "{message}");
    }
    assert!(error_of(twb(), &[]).contains("at least one"));
    let once = Source::reader("Sheets.twb", TWB.len() as u64, TWB.as_bytes());
    assert!(error_of(once, &["Overview"]).contains("read twice"));
    let archive = Source::bytes("Sheets.twbx", &b"PK\x03\x04 is not all of a zip file"[..]);
    assert!(error_of(archive, &["Overview"]).contains("damaged"));
    let large = Source::bytes("Sheets.twb", TWB.as_bytes()).chunked_from(1).chunk_size(1);
    assert!(error_of(large, &["Nothing"]).contains("no sheet"));
    assert_eq!(mock.requests().len(), before);
}
