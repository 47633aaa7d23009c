//! Expectations and their messages.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tableau_server_client::mock::MockServer;

use super::Client;

/// The message with which a closure panics.
fn complaint(run: impl FnOnce()) -> Option<String> {
    let cause = catch_unwind(AssertUnwindSafe(run)).err()?;
    Some(cause.downcast_ref::<String>().cloned().unwrap_or_default())
}

#[test]
fn met_expectations_are_silent() {
    let mock = MockServer::start().unwrap();
    Client::new(&mock).get("users");
    mock.expect("GET", "/users").times(1);
    mock.expect("*", "/auth/*").at_least(1).at_most(2);
    mock.expect("DELETE", "/**").never();
    mock.expect("GET", "/workbooks").at_most(1);
    mock.expect("GET", "/users").query("pageSize", "7").header("x-probe", "1").times(1);
    let client = Client::new(&mock);
    let path = format!("sites/{}/users?pageSize=7", client.site);
    client.send("GET", &path, &[("X-Probe", "1")], b"");
    mock.verify();
}

#[test]
fn unmet_expectations_name_the_nearest_request() {
    let mock = MockServer::start().unwrap();
    let client = Client::new(&mock);
    mock.expect("GET", "/workbooks").query("pageSize", "1000").times(2);
    mock.expect("POST", "/projects").body_contains("name='x'");
    mock.expect("GET", "/users").never();
    client.get("workbooks?pageSize=100");
    client.get("users?pageSize=1000");
    client.on_site("POST", "projects", "<tsRequest><project name='y'/></tsRequest>");
    let text = complaint(|| drop(mock)).unwrap();
    assert!(text.starts_with("3 of 3 expectations"), "{text}");
    assert!(text.contains("GET /workbooks: expected exactly twice, received none"), "{text}");
    assert!(text.contains("    - ?pageSize=1000\n    + ?pageSize=100\n"), "{text}");
    assert!(
        text.contains("    - a body with name='x'\n    + <tsRequest><project name='y'"),
        "{text}"
    );
    assert!(text.contains("GET /users: expected never, received once"), "{text}");
}

#[test]
fn unmet_expectation_says_if_no_request_is_similar() {
    let mock = MockServer::start().unwrap();
    mock.expect("PUT", "/nowhere");
    let text = complaint(|| mock.verify()).unwrap();
    assert!(text.contains("no similar request was received"), "{text}");
    mock.verify();
}

#[test]
fn expectations_do_not_panic_while_unwinding() {
    let text = complaint(|| {
        let mock = MockServer::start().unwrap();
        mock.expect("GET", "/never");
        panic!("{}", "the true reason");
    });
    assert_eq!(text.as_deref(), Some("the true reason"));
}
