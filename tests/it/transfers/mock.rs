//! Publishing to the mock server and downloading from it.

use tableau_server_client as tsc;
use tsc::Source;
use tsc::mock::MockServer;

use super::Folder;
use crate::help::at;

#[test]
fn mock_server_returns_published_files() {
    let mock = MockServer::start().unwrap();
    let server = at(mock.url());
    let session = server.sign_in(&mock.credentials()).unwrap();
    let projects = session.projects().list().into_iter().collect::<tsc::Result<Vec<_>>>().unwrap();
    let folder = Folder::new("mock");
    let mut tds = b"<?xml version='1.0'?><datasource formatted-name='x'>".to_vec();
    tds.extend(b"<!-- ".iter().chain(&[b'x'; 300_000]).chain(b" --></datasource>"));
    for (name, chunked_from) in [("R&D \"x\"", 64 << 20), ("In chunks", 0)] {
        let source = Source::bytes("x.tds", &tds[..]).chunked_from(chunked_from).chunk_size(99_999);
        let publish = session.datasources().publish(source).name(name);
        let published = publish.project(&projects[0].id).send().unwrap().item;
        assert_eq!(published.name, name);
        let path = session.datasources().download(&published.id).to_folder(folder.path()).unwrap();
        assert!(std::fs::read(&path).unwrap() == tds, "{name}");
        std::fs::remove_file(path).unwrap();
    }
    let again = Source::bytes("x.tds", &tds[..]);
    let publish = session.datasources().publish(again).name("In chunks").project(&projects[0].id);
    assert!(publish.send().unwrap_err().code().is_some());
    let again = Source::bytes("x.tds", &tds[..]);
    let publish = session.datasources().publish(again).name("In chunks").project(&projects[0].id);
    let mut job = publish.overwrite(true).send_as_job().unwrap();
    let job = job.wait().unwrap();
    assert!(job.completed_at.is_some());
}
