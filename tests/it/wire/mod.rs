//! Compares what this library sends and reads with what TSC 0.42 sends and reads for the same call.
//!
//! `tests/wire/record.py` records the goldens from TSC. Each golden has one entry here: it is the
//! [same](golden::Goldens::same), or a difference that `docs/differences.md` names.

mod debug_json;
mod golden;
mod request;
mod response;
mod shared;

use std::collections::{BTreeMap, BTreeSet};

use golden::{Comparison, Goldens, read};

macro_rules! resources {
    ($($resource:ident),+ $(,)?) => {
        $(
            mod $resource;

            #[test]
            fn $resource() {
                let mut goldens = Goldens::open(stringify!($resource));
                $resource::cases(&mut goldens);
                goldens.finish();
            }
        )+

        /// How each golden is used, without running it.
        fn census() -> Vec<(&'static str, BTreeMap<String, Comparison>)> {
            vec![$({
                let mut goldens = Goldens::counting(stringify!($resource));
                $resource::cases(&mut goldens);
                (stringify!($resource), goldens.finish())
            }),+]
        }
    };
}

resources! {
    auth, custom_views, data_acceleration_report, data_alerts, databases, datasources, errors,
    extensions, favorites, fileuploads, flow_runs, flow_tasks, flows, group_sets, groups, jobs,
    linked_tasks, listing, metadata, metrics, oidc, projects, schedules, server_info, sites,
    subscriptions, tables, tags, tasks, users, views, virtual_connections, webhooks, workbooks,
}

/// Methods of TSC without a golden, and why.
const WITHOUT_GOLDEN: &[(&str, &str)] = &[
    ("databases.populate_tables", "needs API version 99"),
    ("databases.update_tags", "raises NotImplementedError"),
    ("tables.update_tags", "raises NotImplementedError"),
    ("virtual_connections.update_tags", "raises NotImplementedError"),
];

/// Every public method of TSC on these endpoints has a golden or a reason in `WITHOUT_GOLDEN`, and not
/// both.
#[test]
fn every_method_is_accounted_for() {
    let mut covered = BTreeSet::new();
    for (resource, cases) in census() {
        let goldens = read(resource);
        for name in cases.into_keys() {
            let calls = goldens["cases"][&name]["calls"].as_array().cloned().unwrap_or_default();
            covered.extend(calls.iter().filter_map(|call| call.as_str().map(str::to_owned)));
        }
    }
    let methods = read("methods");
    let mut gaps = Vec::new();
    for (resource, names) in methods.as_object().expect("an object") {
        for name in names.as_array().into_iter().flatten() {
            let method = format!("{resource}.{}", name.as_str().unwrap_or_default());
            let excused = WITHOUT_GOLDEN.iter().any(|(excused, _)| *excused == method);
            if covered.contains(&method) == excused {
                gaps.push(method);
            }
        }
    }
    assert!(gaps.is_empty(), "methods with neither a golden nor a reason, or with both: {gaps:#?}");
}

/// Differences that no golden shows, with the tests that do.
const TESTED_ELSEWHERE: &[(&str, &[&str])] = &[
    (
        "version-negotiation",
        &["requests_the_version_once", "pinned_version_sends_no_version_request"],
    ),
    ("empty-filter-values", &["rejects_values_that_the_server_does_not_support"]),
    ("fields-are-filtered-once", &["rejects_values_and_filters_that_the_server_misreads"]),
    ("empty-files", &["rejects_invalid_files_before_sending"]),
    ("empty-updates", &["updates_that_set_nothing_are_not_sent"]),
    ("datasource-count", &["reads_both_spellings_of_project_counts"]),
    (
        "download-names",
        &[
            "separators_in_names_become_underscores",
            "extension_comes_from_the_item_if_the_header_has_none",
            "names_files_after_the_item_without_content_disposition",
        ],
    ),
    ("published-stream-extension", &["detects_the_file_type_by_name_or_content"]),
    ("published-hyper-streams", &["detects_the_file_type_by_name_or_content"]),
    (
        "left-to-the-server",
        &[
            "leaves_checks_of_sites_to_the_server",
            "server_info_is_requested_with_every_pinned_version",
            "leaves_the_owner_of_a_custom_view_to_the_server",
        ],
    ),
    ("show-tabs-read-back", &["updates_return_the_values_of_the_response"]),
];

/// All Rust files below a folder.
fn sources(folder: &std::path::Path, all: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            *all += &std::fs::read_to_string(path).unwrap();
        }
    }
}

/// Each difference of `docs/differences.md` is tested, and each tested difference is described.
#[test]
fn every_difference_is_described_and_tested() {
    let text = include_str!("../../../docs/differences.md");
    let mut code = String::new();
    for folder in ["src", "tests/it"] {
        sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut code);
    }
    for (difference, tests) in TESTED_ELSEWHERE {
        for test in *tests {
            let is_there = code.contains(&format!("#[test]\nfn {test}()"))
                || code.contains(&format!("#[test]\n    fn {test}()"));
            assert!(is_there, "{difference}: there is no test {test}");
        }
    }
    let described: BTreeSet<String> = text
        .lines()
        .filter_map(|line| Some(line.split_once("<a id=\"")?.1.split_once('"')?.0.to_owned()))
        .collect();
    let elsewhere = TESTED_ELSEWHERE.iter().map(|(difference, _)| (*difference).to_owned());
    let mut tested: BTreeSet<String> = elsewhere.collect();
    for (_, cases) in census() {
        tested.extend(cases.into_values().filter_map(|how| match how {
            Comparison::Differs(difference) => Some(difference.to_owned()),
            _ => None,
        }));
    }
    assert_eq!(described, tested, "described on the left, tested on the right");
}
