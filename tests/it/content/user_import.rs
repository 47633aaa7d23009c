//! Adding and removing users in bulk.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use tableau_server_client as tsc;
use tsc::ErrorKind;
use tsc::mock::MockServer;
use tsc::sites::SiteUpdate;
use tsc::users::{AuthSetting, ImportOptions, ImportResult, NewUser, SiteRole, UserRow, UserRows};

use crate::help;
use crate::raw::{Raw, success, tableau_error};

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
            outcomes.iter().map(|one| (one.row, &*one.name, one.result, &one.failure)).collect();
        let expected =
            [(1, "cy", ImportResult::Added, &None), (2, "ada", ImportResult::RoleChanged, &None)];
        assert_eq!(shown, expected);
        assert_eq!(role(session, "cy"), Some(SiteRole::ExplorerCanPublish));
        assert_eq!(role(session, "ada"), Some(SiteRole::Creator));

        let gone = UserRow::new("cy", SiteRole::Unlicensed);
        session.users().remove_all([gone].into_iter().collect()).unwrap();
        assert_eq!(role(session, "cy"), None);
    });
}

#[test]
fn sends_the_options_of_an_import() {
    with_mock(|mock, session| {
        let (saml, server) = (AuthSetting::Saml, AuthSetting::ServerDefault);
        let rows = [
            UserRow::new("cy", SiteRole::Viewer),
            UserRow::new("di", SiteRole::Viewer).auth_setting(server.clone()),
        ];
        let options = ImportOptions::new().auth_setting(saml.clone());
        let rows = rows.into_iter().collect();
        session.users().import_with(rows, options).unwrap().wait().unwrap();
        let setting = |name: &str| {
            let found = session.users().list().filter(tsc::users::NAME.eq(name));
            let id = found.into_iter().next().unwrap().unwrap().id;
            session.users().get(id).unwrap().auth_setting
        };
        assert_eq!((setting("cy"), setting("di")), (Some(saml.clone()), Some(server)));

        let rows = || from_text("a b\nc d\ne f\ng h\ni j\n");
        for (verbose, failures) in [(false, 3), (true, 5)] {
            let options = ImportOptions::new().verbose(verbose);
            let mut import = session.users().import_with(rows(), options).unwrap();
            let outcomes = import.wait().unwrap().map(Result::unwrap);
            let failed = outcomes.filter(|one| one.result == ImportResult::Failed).count();
            assert_eq!(failed, failures, "{verbose}");
        }
        let sent = mock.requests_to("POST", "/users/import");
        let verbose: Vec<_> =
            sent.iter().map(|sent| sent.query_value("isVerbose").map(str::to_owned)).collect();
        assert_eq!(verbose, [None, Some("false".to_owned()), Some("true".to_owned())]);

        let both = ImportOptions::new().auth_setting(saml).idp_configuration_id("idp-1");
        let error = session.users().import_with(rows(), both).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
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
fn matches_notes_of_the_job_to_rows() {
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
            let name = "n".repeat(200);
            self.line = format!("user-{:06},,{name},Viewer,None,0,,\r\n", self.next).into_bytes();
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

#[test]
fn distinguishes_the_results_of_rows() {
    with_mock(|mock, session| {
        let has_license = |user: &&tsc::mock::Item| {
            let creators = ["Creator", "SiteAdministratorCreator", "ServerAdministrator"];
            user.attribute("siteRole").is_some_and(|role| creators.contains(&role))
        };
        let creators = i64::try_from(mock.users().iter().filter(has_license).count()).unwrap();
        let limit = SiteUpdate::new().tier_creator_capacity(creators + 1);
        session.sites().update(session.site_id(), limit).unwrap();
        session.users().add(NewUser::new("already", SiteRole::Explorer)).unwrap();
        let creators = ["one", "two"].map(|name| UserRow::new(name, SiteRole::Creator));
        let rows = [
            UserRow::new("ada", SiteRole::Viewer),
            UserRow::new("already", SiteRole::Viewer),
            UserRow::new("no good", SiteRole::Viewer).password("topsecret1"),
            UserRow::new("new", SiteRole::Viewer),
        ];
        let rows: UserRows = rows.into_iter().chain(creators).collect();
        let mut import = session.users().import(rows).unwrap();
        let outcomes: Vec<_> = import.wait().unwrap().map(Result::unwrap).collect();
        let results: Vec<_> = outcomes.iter().map(|one| (&*one.name, one.result)).collect();
        assert_eq!(
            results,
            [
                ("ada", ImportResult::Existing),
                ("already", ImportResult::RoleChanged),
                ("no good", ImportResult::Failed),
                ("new", ImportResult::Added),
                ("one", ImportResult::Added),
                ("two", ImportResult::LicenseMissing),
            ]
        );
        let why = outcomes[5].failure.as_deref();
        assert!(why.is_some_and(|why| why.contains("no license is left")), "{why:?}");
        assert!(outcomes[..2].iter().all(|one| one.failure.is_none()));
    });
}

#[test]
fn without_a_count_of_added_users_rows_without_a_note_are_imported() {
    let job = |inside: &str| format!("<job id='j' mode='Asynchronous' type='UserImport' {inside}");
    let raw = Raw::signed_in(move |seen| match seen.path() {
        path if path.ends_with("/import") => success(&job("progress='0'/>")),
        _ => success(&job("progress='100' finishCode='0' completedAt='2026-01-01T00:00:00Z'>\
             <userImportJob><notes>Row 2: the role was updated</notes></userImportJob></job>")),
    });
    let server = help::at(&raw.url);
    let session = server.sign_in(&help::auth()).unwrap();
    let mut import = session.users().import(from_text("cy,,,Viewer\ndi,,,Viewer\n")).unwrap();
    let results: Vec<_> = import.wait().unwrap().map(|one| one.unwrap().result).collect();
    assert_eq!(results, [ImportResult::Imported, ImportResult::RoleChanged]);
}

#[test]
fn redacts_the_passwords_of_rows_in_errors() {
    let rows = || from_text("cy,topsecret1,,Viewer\ndi,topsecret2,,Viewer\n");
    let refuses = Raw::signed_in(|_| {
        tableau_error(400, "400000", "The rows cy,topsecret1 and di,topsecret2 are invalid")
    });
    let server = help::at(&refuses.url);
    let session = server.sign_in(&help::auth()).unwrap();
    let error = session.users().import(rows()).unwrap_err();
    let shown = help::everything_of(&error);
    assert!(shown.contains("are invalid") && !shown.contains("topsecret"), "{shown}");

    let fails = Raw::signed_in(|seen| match seen.path() {
        path if path.ends_with("/import") => success("<job id='j' progress='0'/>"),
        _ => success(
            "<job id='j' progress='100' finishCode='1' completedAt='2026-01-01T00:00:00Z'>\
             <extractRefreshJob><notes>bad row di,topsecret2</notes></extractRefreshJob></job>",
        ),
    });
    let server = help::at(&fails.url);
    let session = server.sign_in(&help::auth()).unwrap();
    let mut import = session.users().import(rows()).unwrap();
    let error = import.wait().err().unwrap();
    let shown = help::everything_of(&error);
    assert!(shown.contains("bad row") && !shown.contains("topsecret"), "{shown}");
}

#[test]
fn imports_a_file_by_its_path() {
    with_mock(|_, session| {
        let path = std::env::temp_dir().join(format!("import-{}.csv", std::process::id()));
        std::fs::write(&path, "name,site role\ncy,Viewer\n").unwrap();
        let rows = UserRows::from_path(&path).unwrap();
        let mut import = session.users().import(rows).unwrap();
        let outcomes: Vec<_> = import.wait().unwrap().map(Result::unwrap).collect();
        std::fs::remove_file(&path).unwrap();
        assert_eq!((outcomes.len(), outcomes[0].result), (1, ImportResult::Added));
        assert_eq!(role(session, "cy"), Some(SiteRole::Viewer));

        let error = UserRows::from_path(&path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    });
}

/// A server that drops the bodies of requests, so that it needs no memory for them.
fn discarding_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            std::thread::spawn(move || discard(connection?));
        }
        io::Result::Ok(())
    });
    url
}

fn discard(connection: TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(connection.try_clone()?);
    loop {
        let (mut request, mut length) = (String::new(), 0);
        reader.read_line(&mut request)?;
        let Some(path) = request.split(' ').nth(1) else { return Ok(()) };
        loop {
            let mut header = String::new();
            reader.read_line(&mut header)?;
            let Some((name, value)) = header.split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().unwrap();
            }
        }
        io::copy(&mut reader.by_ref().take(length), &mut io::sink())?;
        let inside = match path.rsplit('/').next().unwrap() {
            "signin" => {
                "<credentials token=\"t\"><site id=\"s\" contentUrl=\"\"/><user id=\"u\"/></credentials>"
            }
            "signout" => "",
            _ => {
                "<job id=\"j\" progress=\"100\" finishCode=\"0\" completedAt=\"2026-01-01T00:00:00Z\"/>"
            }
        };
        let body = format!("<tsResponse xmlns=\"http://tableau.com/api\">{inside}</tsResponse>");
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        (&connection).write_all(format!("{head}{body}").as_bytes())?;
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_memory_of_an_import_does_not_grow_with_its_rows() {
    import_in_a_child("50000");
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "takes minutes without optimization"]
fn imports_a_million_rows_in_bounded_memory() {
    import_in_a_child("1000000");
}

/// Runs the client in a separate process, whose memory no other test uses.
#[cfg(target_os = "linux")]
fn import_in_a_child(rows: &str) {
    let url = discarding_server();
    let test = "content::user_import::child_imports_rows";
    help::child(test, &[("TSC_URL", &url), ("TSC_ROWS", rows)]);
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "run by other tests in a process of its own"]
fn child_imports_rows() {
    let Some(url) = help::given("TSC_URL") else { return };
    let rows: u32 = help::given("TSC_ROWS").unwrap().parse().unwrap();
    let mut server = help::at(&url);
    server.set_version("3.24").unwrap();
    let session = server.sign_in(&help::auth()).unwrap();
    let import = |last| {
        let reader = ManyRows { next: 0, last, line: Vec::new() };
        let mut import = session.users().import(UserRows::from_reader(reader).unwrap()).unwrap();
        assert_eq!(import.wait().unwrap().count(), last as usize);
        help::peak_kib()
    };
    let before = import(100);
    let after = import(rows);
    // The text of 50,000 rows is twice as large as this.
    assert!(after - before < 4096, "peak memory grew from {before} to {after} KiB");
}
