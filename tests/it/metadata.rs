//! The Metadata API: queries, partial results, connections over several pages, and memory.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};
use tableau_server_client as tsc;
use tsc::ErrorKind;

#[cfg(target_os = "linux")]
use crate::help::peak_kib;
use crate::help::{at, auth, pinned, with};
use crate::raw::{Raw, Response, Seen, response, tableau_error};

type Named = BTreeMap<String, String>;

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

const ALL: &str = "query all($first: Int, $afterToken: String) {
    workbooksConnection(first: $first, after: $afterToken) {
        nodes { luid name } totalCount pageInfo { hasNextPage endCursor } } }";

/// A server that responds to each query with `handle`, which receives the variables.
fn metadata(handle: impl Fn(&Value) -> Value + Send + Sync + 'static) -> Raw {
    Raw::signed_in(move |seen| response(200, JSON, handle(&body(seen)["variables"]).to_string()))
}

fn body(seen: &Seen) -> Value {
    serde_json::from_slice(&seen.body).unwrap_or_default()
}

/// A page of numbered nodes, `total` in all.
fn page(variables: &Value, total: u64) -> Value {
    let start = variables["afterToken"].as_str().map_or(0, |cursor| cursor.parse().unwrap());
    let end = total.min(start + variables["first"].as_u64().unwrap());
    let nodes: Vec<Value> =
        (start..end).map(|n| json!({"luid": n.to_string(), "name": "x"})).collect();
    let info = json!({"hasNextPage": end < total, "endCursor": end.to_string()});
    json!({"data": {"workbooksConnection": {"nodes": nodes, "pageInfo": info}}})
}

fn limit_error() -> Value {
    json!({"message": "Showing partial results", "extensions":
        {"severity": "WARNING", "code": "NODE_LIMIT_EXCEEDED", "description": "ask for less"}})
}

fn session_of(raw: &Raw) -> tsc::Session<'static> {
    with(&raw.url, tsc::HttpOptions::new().retries(tsc::RetryPolicy::none()))
        .into_session(&auth())
        .unwrap()
}

/// All nodes of `ALL`, and the values of `first` that were sent.
fn nodes_of(raw: &Raw, first: Option<u64>) -> (Vec<tsc::Result<Named>>, Vec<u64>) {
    let session = session_of(raw);
    let query = session.metadata().query(ALL);
    let query = match first {
        Some(first) => query.variables(&json!({"first": first})),
        None => query,
    };
    let nodes = query.nodes().collect();
    let firsts = raw.seen().iter().filter_map(|s| body(s)["variables"]["first"].as_u64()).collect();
    (nodes, firsts)
}

#[test]
fn sends_text_and_variables_and_decodes_the_data() {
    let raw = metadata(|variables| json!({"data": {"tables": [{"name": variables["name"]}]}}));
    let session = session_of(&raw);
    let query = session.metadata().query("query q($name: String) { tables { name } }");
    let query = query.variables(&BTreeMap::from([("name", "orders")]));
    let data: BTreeMap<String, Vec<Named>> = query.send().unwrap();
    assert_eq!(data["tables"][0]["name"], "orders");
    let seen = raw.seen().into_iter().find(|s| s.path() == "/api/metadata/graphql").unwrap();
    let expected = json!({"query": "query q($name: String) { tables { name } }",
        "variables": {"name": "orders"}});
    assert_eq!(body(&seen), expected);
    assert_eq!(seen.header("content-type"), Some("application/json"));
}

#[test]
fn returns_errors_as_an_error_or_with_the_data() {
    let raw = metadata(|_| {
        let second = json!({"message": "another", "path": null, "extensions": null});
        json!({"data": {"workbooks": []}, "errors": [limit_error(), second]})
    });
    let session = session_of(&raw);
    let query = || session.metadata().query("{ workbooks { name } }");
    let error = query().send::<Value>().unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Api, Some("NODE_LIMIT_EXCEEDED")));
    assert_eq!(error.summary(), Some("Showing partial results"));
    assert_eq!(error.detail(), Some("ask for less"));
    let text = error.to_string();
    for part in
        ["POST http://", "with partial data", "and 1 more errors", "read pages with `nodes`"]
    {
        assert!(text.contains(part), "{text}");
    }
    let partial = query().send_partial::<BTreeMap<String, Vec<Named>>>().unwrap();
    assert_eq!(partial.data, Some(BTreeMap::from([("workbooks".to_owned(), Vec::new())])));
    assert_eq!(partial.errors.len(), 2);
    assert_eq!(partial.errors[0].code.as_deref(), Some("NODE_LIMIT_EXCEEDED"));
    assert_eq!((&*partial.errors[1].message, &partial.errors[1].code), ("another", &None));
}

#[test]
fn explains_an_incomplete_index_and_an_absent_api() {
    let raw = metadata(|_| {
        json!({"data": null, "errors": [{"message": "Still creating the store",
            "extensions": {"code": "BACKFILL_RUNNING"}}]})
    });
    let error = session_of(&raw).metadata().query("{ a }").send::<Value>().unwrap_err();
    assert!(error.to_string().contains("`backfill_status` shows its progress"), "{error}");
    assert!(!error.to_string().contains("partial data"), "{error}");
    for respond in [
        || tableau_error(404, "404003", "unknown path"),
        || response(404, &[], "<html>not here</html>"),
    ] {
        let raw = Raw::signed_in(move |_| respond());
        let session = session_of(&raw);
        for error in [
            session.metadata().query("{ a }").send::<Value>().unwrap_err(),
            session.metadata().backfill_status::<Value>().unwrap_err(),
        ] {
            assert!(error.to_string().contains("the server has no Metadata API"), "{error}");
            assert_eq!(error.status(), Some(404));
        }
    }
}

#[test]
fn rejects_invalid_variables_and_queries() {
    let raw = metadata(|_| json!({}));
    let session = session_of(&raw);
    let metadata = session.metadata();
    let error = metadata.query("{ a }").variables(&[1]).send::<Value>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    assert!(error.to_string().contains("a map or a struct"), "{error}");
    for missing in ["$first", "$afterToken", "hasNextPage", "endCursor"] {
        let mut nodes = metadata.query(ALL.replace(missing, "x")).nodes::<Value>();
        let error = nodes.next().unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
        assert!(error.to_string().contains(&format!("has no `{missing}`")), "{error}");
        assert!(nodes.next().is_none());
    }
    let mut old = pinned(&raw.url);
    old.set_version("3.4").unwrap();
    let session = old.sign_in(&auth()).unwrap();
    let error = session.metadata().query("{ a }").send::<Value>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Version);
    drop(session);
    assert!(!raw.lines().iter().any(|line| line.contains("graphql")), "{:?}", raw.lines());
}

#[test]
fn follows_the_cursors_of_a_connection() {
    let raw = metadata(|variables| page(variables, 25));
    let (nodes, firsts) = nodes_of(&raw, Some(10));
    let ids: Vec<_> = nodes.into_iter().map(|node| node.unwrap()["luid"].clone()).collect();
    assert_eq!(ids, (0..25).map(|n| n.to_string()).collect::<Vec<_>>());
    assert_eq!(firsts, [10, 10, 10]);
    let raw = metadata(|variables| page(variables, 0));
    let (nodes, firsts) = nodes_of(&raw, None);
    assert_eq!((nodes.len(), &*firsts), (0, &[1000][..]));
}

#[test]
fn halves_the_page_at_the_node_limit() {
    let limited = |limit: u64| {
        metadata(move |variables| match variables["first"].as_u64().unwrap() > limit {
            true => json!({"data": page(variables, 9)["data"], "errors": [limit_error()]}),
            false => page(variables, 9),
        })
    };
    let raw = limited(3);
    let (nodes, firsts) = nodes_of(&raw, Some(8));
    assert_eq!(nodes.into_iter().map(Result::unwrap).count(), 9, "none twice");
    assert_eq!(firsts, [8, 4, 2, 2, 2, 2, 2]);
    let (nodes, firsts) = nodes_of(&limited(0), Some(2));
    let [Err(error)] = &nodes[..] else { panic!("one error: {nodes:?}") };
    assert_eq!(error.code(), Some("NODE_LIMIT_EXCEEDED"));
    assert_eq!(firsts, [2, 1]);
}

#[test]
fn continues_after_a_bad_node_and_after_an_error_with_nodes() {
    let raw = metadata(|variables| {
        let mut response = page(variables, 4);
        if variables["afterToken"].is_null() {
            response["data"]["workbooksConnection"]["nodes"][1] = json!({"luid": 7});
            response["errors"] = json!([{"message": "no permission for some"}]);
        }
        response
    });
    let (nodes, _) = nodes_of(&raw, Some(2));
    let kinds: Vec<_> =
        nodes.iter().map(|node| node.as_ref().map_err(|e| e.kind()).err()).collect();
    let expected = [None, Some(ErrorKind::Decode), Some(ErrorKind::Api), None, None];
    assert_eq!(kinds, expected, "{nodes:?}");
}

#[test]
fn ends_after_pages_that_cannot_be_read() {
    let connection = |info: Value| json!({"nodes": [], "pageInfo": info});
    let next = || json!({"hasNextPage": true, "endCursor": "c"});
    for (response, why) in [
        (json!({"data": {"a": connection(next())}}), "the next page has the same cursor"),
        (
            json!({"data": {"a": connection(json!({"hasNextPage": true}))}}),
            "`endCursor` is missing",
        ),
        (json!({"data": {"a": connection(json!({}))}}), "no `hasNextPage`"),
        (json!({"data": {"a": {"nodes": []}}}), "no `pageInfo`"),
        (json!({"data": {"a": connection(next()), "b": connection(next())}}), "one connection"),
        (json!({}), "neither `data` nor `errors`"),
    ] {
        let raw = metadata(move |_| response.clone());
        let nodes: Vec<_> = session_of(&raw).metadata().query(ALL).nodes::<Named>().collect();
        let [Err(error)] = &nodes[..] else { panic!("one error: {nodes:?}") };
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[test]
fn redacts_secrets_that_the_server_repeats() {
    let raw = metadata(|_| json!({"data": null, "errors": [{"message": "token THE-TOKEN"}]}));
    let session = session_of(&raw);
    let error = session.metadata().query("{ a }").send::<Value>().unwrap_err();
    assert!(!crate::help::everything_of(&error).contains("THE-TOKEN"), "{error:?}");
    let partial = session.metadata().query("{ a }").send_partial::<Value>().unwrap();
    assert!(!partial.errors[0].message.contains("THE-TOKEN"), "{partial:?}");
}

#[test]
fn repeats_a_query_after_a_lost_response() {
    let calls = std::sync::atomic::AtomicUsize::new(0);
    let raw =
        Raw::signed_in(move |_| match calls.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
            0 => Response::Close,
            _ => response(200, JSON, "{\"data\": 1}"),
        });
    let retries = tsc::RetryPolicy::new().initial_backoff(crate::help::millis(1));
    let server = with(&raw.url, tsc::HttpOptions::new().retries(retries));
    let session = server.sign_in(&auth()).unwrap();
    assert_eq!(session.metadata().query("{ a }").send::<u8>().unwrap(), 1);
}

#[test]
fn queries_the_content_of_the_mock_server() {
    let mock = tsc::mock::MockServer::start().unwrap();
    let session = at(mock.url()).into_session(&mock.credentials()).unwrap();
    let metadata = session.metadata();
    let workbooks: Vec<_> = session.workbooks().list().into_iter().map(Result::unwrap).collect();
    let query = metadata.query(ALL).variables(&json!({"first": 2}));
    let mut nodes: Vec<Named> = query.nodes().map(Result::unwrap).collect();
    nodes.sort();
    let mut listed: Vec<Named> = workbooks
        .iter()
        .map(|w| [("luid", w.id.to_string()), ("name", w.name.clone())])
        .map(|pairs| pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
        .collect();
    listed.sort();
    assert_eq!(nodes, listed);

    let text = "query one($luid: String) { hit: workbooks(filter: {luid: $luid}) {
        __typename name owner { username } views { name }
        upstreamTables { name columns { name } database { name }
            downstreamWorkbooks { luid } ... on DatabaseTable { fullName } } } }";
    let luid = json!({"luid": workbooks[0].id.to_string()});
    let data: Value = metadata.query(text).variables(&luid).send().unwrap();
    let hit = &data["hit"][0];
    assert_eq!(hit["name"], json!(workbooks[0].name));
    assert_eq!(
        (hit["__typename"].as_str(), data["hit"].as_array().unwrap().len()),
        (Some("Workbook"), 1)
    );
    assert!(hit["owner"]["username"].is_string() && hit["views"][0]["name"].is_string(), "{hit}");
    let table = &hit["upstreamTables"][0];
    assert_eq!(table["downstreamWorkbooks"][0]["luid"], luid["luid"], "{table}");
    let full_name = format!(
        "[{}].[{}]",
        table["database"]["name"].as_str().unwrap(),
        table["name"].as_str().unwrap()
    );
    assert_eq!(table["fullName"], json!(full_name));
    assert_eq!(table["columns"].as_array().unwrap().len(), 3);

    for root in ["publishedDatasources", "flows", "databaseTables", "columns", "databases", "views"]
    {
        let text =
            format!("{{ {root} {{ id luid name }} {root}Connection(first: 1) {{ totalCount }} }}");
        let data: Value = metadata.query(text).send().unwrap();
        let all = data[root].as_array().unwrap();
        assert!(!all.is_empty(), "{root}");
        assert_eq!(data[format!("{root}Connection")]["totalCount"], json!(all.len()), "{root}");
        let text =
            format!("query q($id: String) {{ {root}(filter: {{id: $id}}) {{ id luid name }} }}");
        let one: Value =
            metadata.query(text).variables(&json!({"id": all[0]["id"]})).send().unwrap();
        assert_eq!(one[root], json!([all[0]]), "{root}");
    }
    for (text, why) in [
        ("{ workbooks { nme } }", "the field 'nme' in type 'Workbook' is undefined"),
        ("{ workbooks }", "needs a selection"),
        ("{ workbooks { name", "ends early"),
        ("{ workbooks(filter: {size: 3}) { name } }", "'size'"),
    ] {
        let error = metadata.query(text).send::<Value>().unwrap_err();
        assert!(error.to_string().contains(why), "{text}: {error}");
    }
    assert_eq!(metadata.eventing_status::<Named>().unwrap()["eventing"], "OK");
    let backfill: BTreeMap<String, Value> = metadata.backfill_status().unwrap();
    assert_eq!(backfill["backfill"]["percent"], 100);
}

#[test]
fn mock_server_has_a_node_limit() {
    let mock = tsc::mock::MockServer::builder().workbooks(11_000).start().unwrap();
    let session = at(mock.url()).into_session(&mock.credentials()).unwrap();
    let text = ALL.replace("luid name", "luid tags { name } owner { username }");
    let query =
        |first: u64| session.metadata().query(text.clone()).variables(&json!({"first": first}));
    let partial = query(11_000).send_partial::<Value>().unwrap();
    assert_eq!(partial.errors[0].code.as_deref(), Some("NODE_LIMIT_EXCEEDED"));
    let luids = query(11_000)
        .nodes::<BTreeMap<String, Value>>()
        .map(|node| node.unwrap()["luid"].to_string());
    assert_eq!(luids.collect::<std::collections::BTreeSet<_>>().len(), 11_000);
}

const CHILD_URL: &str = "TSC_TEST_METADATA_URL";

#[test]
#[cfg(target_os = "linux")]
fn memory_does_not_grow_with_the_number_of_nodes() {
    let raw = Raw::signed_in(|seen| {
        let variables = &body(seen)["variables"];
        let start = variables["afterToken"].as_str().map_or(0, |cursor| cursor.parse().unwrap());
        let end = 100_000.min(start + variables["first"].as_u64().unwrap());
        let mut text = "{\"data\":{\"workbooksConnection\":{\"nodes\":[".to_owned();
        for n in start..end {
            let comma = if n > start { "," } else { "" };
            let _ = write!(
                text,
                "{comma}{{\"luid\":\"3b000100-0000-4000-8000-{n:012x}\",\"name\":\"Workbook {n}\",\
                 \"projectName\":\"Operations\",\"description\":\"The sales of region {n} by month\"}}"
            );
        }
        let _ = write!(
            text,
            "],\"pageInfo\":{{\"hasNextPage\":{},\"endCursor\":\"{end}\"}}}}}}}}",
            end < 100_000
        );
        response(200, JSON, text)
    });
    let output =
        crate::help::child("metadata::child_reads_100_000_nodes", &[(CHILD_URL, &raw.url)]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
#[ignore = "run by another test, in a process of its own"]
#[cfg(target_os = "linux")]
fn child_reads_100_000_nodes() {
    let url = std::env::var(CHILD_URL).unwrap();
    let session = pinned(&url).into_session(&auth()).unwrap();
    // The code of the test program does not count.
    let before = peak_kib();
    let nodes = session.metadata().query(ALL).nodes::<Named>();
    let count = nodes.map(Result::unwrap).filter(|node| node.len() == 4).count();
    assert_eq!(count, 100_000);
    let (after, mib) = (peak_kib(), 1 << 10);
    assert!(after - before < 12 * mib, "{before} KiB after the sign-in, {after} KiB at the end");
}
