//! Signing in and out.

use tableau_server_client as tsc;

use crate::raw::{Raw, answer, success};

#[test]
fn leaving_the_scope_signs_out() {
    let raw = Raw::signed_in(|_| {
        success(
            "<pagination pageNumber=\"1\" pageSize=\"1000\" totalAvailable=\"1\"/>\
             <workbooks><workbook id=\"w1\" name=\"R&amp;D\"/></workbooks>",
        )
    });
    let server = tsc::Server::new(&raw.url).unwrap();
    {
        let session = server.sign_in(&tsc::TableauAuth::new("me", "hush")).unwrap();
        let workbooks: Vec<_> =
            session.workbooks().list().into_iter().collect::<Result<_, _>>().unwrap();
        assert_eq!(workbooks[0].name, "R&D");
    }
    assert_eq!(
        raw.lines(),
        [
            "GET /api/2.4/serverinfo",
            "POST /api/3.24/auth/signin",
            "GET /api/3.24/sites/site-1/workbooks?pageNumber=1&pageSize=1000",
            "POST /api/3.24/auth/signout",
        ]
    );
    assert_eq!(raw.connections(), 1);
    let seen = raw.seen();
    assert_eq!(seen[3].header("x-tableau-auth"), Some("THE-TOKEN"));
    let _ = answer;
}
