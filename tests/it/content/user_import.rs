//! Adding and removing users in bulk.

use std::io::{self, Read};

use tableau_server_client as tsc;
use tsc::ErrorKind;
use tsc::mock::MockServer;
use tsc::users::{SiteRole, UserRow, UserRows};

use crate::help;

fn with_mock(check: impl FnOnce(&MockServer, &tsc::Session<'_>)) {
    let mock = MockServer::builder().user("ada", "pw", "Viewer").start().unwrap();
    let server = help::at(mock.url());
    let session = server.sign_in(&mock.credentials()).unwrap();
    check(&mock, &session);
}

fn from_text(text: &str) -> UserRows {
    UserRows::from_reader(text.as_bytes()).unwrap()
}

fn role(session: &tsc::Session<'_>, name: &str) -> Option<SiteRole> {
    let found = session.users().list().filter(tsc::users::NAME.eq(name));
    found.into_iter().next().and_then(|user| user.unwrap().site_role)
}

#[test]
fn imports_rows_and_removes_them() {
    with_mock(|_, session| {
        let rows = [
            UserRow::new("cy", SiteRole::ExplorerCanPublish)
                .full_name("Cy, \"C\"")
                .password("pw-cy"),
            UserRow::new("ada", SiteRole::Creator),
        ];
        let mut import = session.users().import(rows.into_iter().collect()).unwrap();
        let outcomes: Vec<_> = import.wait().unwrap().collect::<Result<_, _>>().unwrap();
        let shown: Vec<_> =
            outcomes.iter().map(|one| (one.row, &*one.name, &one.failure)).collect();
        assert_eq!(shown, [(1, "cy", &None), (2, "ada", &None)]);
        assert_eq!(role(session, "cy"), Some(SiteRole::ExplorerCanPublish));
        assert_eq!(role(session, "ada"), Some(SiteRole::Creator));

        let gone = UserRow::new("cy", SiteRole::Unlicensed);
        session.users().remove_all([gone].into_iter().collect()).unwrap();
        assert_eq!(role(session, "cy"), None);
    });
}

#[test]
fn reads_files_with_and_without_column_names() {
    with_mock(|_, session| {
        let standard = "\u{feff}cy,,\"Cy\nC\",explorer,Site,1,cy@example.com,SAML\r\ndi\r\n";
        let named = "E-mail,Site Role,User Name\n eve@example.com , Viewer , eve\n";
        for text in [standard, named] {
            let mut import = session.users().import(from_text(text)).unwrap();
            for outcome in import.wait().unwrap() {
                assert_eq!(outcome.unwrap().failure, None);
            }
        }
        assert_eq!(role(session, "cy"), Some(SiteRole::SiteAdministratorExplorer));
        assert_eq!(role(session, "di"), Some(SiteRole::Unlicensed));
        assert_eq!(role(session, "eve"), Some(SiteRole::Viewer));
    });
}

#[test]
fn refuses_invalid_rows_before_anything_is_sent() {
    with_mock(|mock, session| {
        let sent = mock.requests().len();
        for (text, expected) in [
            ("ok,,,Viewer\ncy,,,Viwer", "row 2, column \"license\": \"Viwer\" is not"),
            ("cy,,,Viewer,Site", "row 1, column \"administrator\""),
            ("cy,,,Creator,None,maybe", "row 1, column \"publisher\""),
            ("cy,,,Viewer,None,0,,SMAL", "row 1, column \"authentication\": \"SMAL\""),
            ("cy,,,Viewer,None,0,,,x", "row 1, column \"authentication\": 9 columns"),
            (",,,Viewer", "row 1, column \"name\""),
            ("name,site role\ncy,Viwer", "row 1, column \"site role\""),
            ("name,colour\ncy,red", "unknown column \"colour\""),
            ("name,name\ncy,cy", "occurs twice"),
            ("name\n", "there are no rows"),
        ] {
            let error = session.users().import(from_text(text)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Input, "{text}: {error}");
            assert!(error.to_string().contains(expected), "{text}: {error}");
        }
        let invalid = UserRows::from_reader(&b"cy,,\xff"[..]).unwrap();
        assert_eq!(session.users().import(invalid).unwrap_err().kind(), ErrorKind::Input);
        let guest = UserRow::new("cy", SiteRole::Guest);
        let error = session.users().import([guest].into_iter().collect()).unwrap_err();
        assert!(error.to_string().contains("row 1, column \"site role\""), "{error}");
        assert_eq!(mock.requests().len(), sent);
    });
}

#[test]
fn joins_the_notes_of_the_job_to_the_rows() {
    with_mock(|_, session| {
        let text = "cy,,,Viewer\nno good,topsecret1,,Viewer\n";
        let mut import = session.users().import(from_text(text)).unwrap();
        let outcomes: Vec<_> = import.wait().unwrap().collect::<Result<_, _>>().unwrap();
        assert_eq!(outcomes[0].failure, None);
        assert_eq!((outcomes[1].row, &*outcomes[1].name), (2, "no good"));
        assert!(
            outcomes[1].failure.as_ref().is_some_and(|why| why.contains("not a valid user name"))
        );
        assert!(!format!("{import:?} {outcomes:?}").contains("topsecret1"));
    });
}

/// A reader of many rows that are never in memory together.
struct ManyRows {
    next: u32,
    last: u32,
    line: Vec<u8>,
}

impl Read for ManyRows {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.line.is_empty() && self.next < self.last {
            self.line = format!("user-{:06},,,Viewer,None,0,,\r\n", self.next).into_bytes();
            self.next += 1;
        }
        let read = self.line.len().min(buffer.len());
        buffer[..read].copy_from_slice(&self.line[..read]);
        self.line.drain(..read);
        Ok(read)
    }
}

#[test]
fn sends_the_rows_of_a_reader_from_a_temporary_file() {
    with_mock(|_, session| {
        let rows =
            UserRows::from_reader(ManyRows { next: 0, last: 3000, line: Vec::new() }).unwrap();
        let before = session.users().list().total().unwrap();
        let mut import = session.users().import(rows).unwrap();
        assert_eq!(import.wait().unwrap().count(), 3000);
        assert_eq!(session.users().list().total().unwrap(), before + 3000);
    });
}
