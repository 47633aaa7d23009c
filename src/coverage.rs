//! The coverage page, `docs/coverage.md`: which operations of the REST API have a method. Generated
//! from the operation tables and from the documentation lines of the methods; the test below checks
//! it, and writes it if `UPDATE_DOCS` is set.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::operation::{Deployment, Operation, Scope};

/// The operation tables of all modules.
fn tables() -> Vec<&'static [&'static Operation]> {
    vec![
        crate::common::chunks::OPERATIONS,
        crate::common::connections::OPERATIONS,
        crate::common::content::OPERATIONS,
        crate::common::extracts::OPERATIONS,
        crate::common::job::OPERATIONS,
        crate::common::permissions::OPERATIONS,
        crate::common::permissions::defaults::OPERATIONS,
        crate::common::quality::OPERATIONS,
        crate::common::revisions::OPERATIONS,
        crate::common::schedule::OPERATIONS,
        crate::common::tags::OPERATIONS,
        crate::resources::auth::OPERATIONS,
        crate::resources::custom_views::OPERATIONS,
        crate::resources::custom_views::export::OPERATIONS,
        crate::resources::custom_views::publish::OPERATIONS,
        crate::resources::datasources::OPERATIONS,
        crate::resources::datasources::export::OPERATIONS,
        crate::resources::datasources::publish::OPERATIONS,
        crate::resources::flow_runs::OPERATIONS,
        crate::resources::flows::OPERATIONS,
        crate::resources::flows::export::OPERATIONS,
        crate::resources::flows::publish::OPERATIONS,
        crate::resources::groups::OPERATIONS,
        crate::resources::metadata::OPERATIONS,
        crate::resources::personal_space::OPERATIONS,
        crate::resources::projects::OPERATIONS,
        crate::resources::schedules::OPERATIONS,
        crate::resources::sites::OPERATIONS,
        crate::resources::users::OPERATIONS,
        crate::resources::views::OPERATIONS,
        crate::resources::views::export::OPERATIONS,
        crate::resources::workbooks::OPERATIONS,
        crate::resources::workbooks::export::OPERATIONS,
        crate::resources::workbooks::publish::OPERATIONS,
    ]
}

/// The Rust sources of `src`.
fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// The module that a `rest!` in a file refers to: the one named before it, or that of the file, or
/// the nearest one above.
fn module_of(file: &Path, named: Option<&str>, modules: &[&str]) -> String {
    if let Some(named) = named {
        let end = format!("::{named}");
        return (*modules.iter().find(|module| module.ends_with(&end)).unwrap()).to_owned();
    }
    let below = file.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let path = below.with_extension("").to_string_lossy().replace('/', "::");
    let mut module = format!("{}::{}", crate_name(), path.trim_end_matches("::mod"));
    while !modules.contains(&module.as_str()) {
        let (above, _) = module.rsplit_once("::").expect("a rest! without an operation table");
        module = above.to_owned();
    }
    module
}

fn crate_name() -> &'static str {
    module_path!().split("::").next().unwrap()
}

/// The type of an `impl` block, by what follows the word.
fn type_of(header: &str) -> String {
    let mut depth = 0;
    let after_parameters = header.char_indices().find_map(|(at, c)| {
        depth += i32::from(c == '<') - i32::from(c == '>');
        (depth == 0).then_some(at)
    });
    let rest = header[after_parameters.unwrap_or(0)..].trim_start_matches(['>', ' ']);
    rest.chars().take_while(|c| c.is_alphanumeric()).collect()
}

/// The methods that send each operation, by the module and the name of the operation.
fn methods(modules: &[&str]) -> BTreeMap<(String, String), Vec<String>> {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut all: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let (mut owner, mut pending) = (String::new(), Vec::new());
        for line in text.lines() {
            if let Some(header) = line.strip_prefix("impl") {
                owner = type_of(header);
            } else if line.starts_with("session_methods! {") {
                owner = "Session".to_owned();
            } else if let Some(rest) = line.trim().strip_prefix("#[doc = ") {
                if let Some((before, name)) = rest.split_once("rest!(") {
                    let named = before.trim_end_matches("::").rsplit("::").next();
                    let module = module_of(&file, named.filter(|name| !name.is_empty()), modules);
                    pending.push((module, name.trim_end_matches(")]").to_owned()));
                }
            } else if let Some(rest) = line.trim().strip_prefix("pub fn ") {
                let name: String =
                    rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                for operation in pending.drain(..) {
                    let methods = all.entry(operation).or_default();
                    let method = format!("{owner}::{name}");
                    if !methods.contains(&method) {
                        methods.push(method);
                    }
                }
            }
        }
        assert!(pending.is_empty(), "{}: a rest! without a method: {pending:?}", file.display());
    }
    all
}

fn page() -> String {
    let operations: Vec<&Operation> = tables().into_iter().flatten().copied().collect();
    let mut modules: Vec<&str> = operations.iter().map(|operation| operation.module).collect();
    modules.dedup();
    let methods = methods(&modules);
    let mut out = String::from(
        "# Coverage of the REST API\n\nThe operations that have a method, with the first API version \
         and the scope that a JSON Web Token\nneeds. Generated from the source.\n\n\
         | operation | request | since | scope | method |\n|---|---|---|---|---|\n",
    );
    let (mut rows, mut missing): (Vec<String>, Vec<String>) = Default::default();
    for operation in operations {
        let key = (operation.module.to_owned(), operation.name.to_owned());
        let Some(methods) = methods.get(&key).map(|methods| methods.join("`, `")) else {
            missing.push(format!("{}::{}", operation.module, operation.name));
            continue;
        };
        let scope = match operation.scope {
            Scope::Named(scope) => format!("`{scope}`"),
            Scope::NotAvailable => "not available".to_owned(),
            Scope::Unknown => "unknown".to_owned(),
        };
        let until = operation.until.map(|until| format!(", until {until}")).unwrap_or_default();
        let on = match operation.on {
            Deployment::Both => "",
            Deployment::Server => ", Server",
            Deployment::Cloud => ", Cloud",
        };
        rows.push(format!(
            "| [{}]({}) | `{} {}` | {}{until}{on} | {scope} | `{methods}` |",
            operation.title, operation.reference, operation.method, operation.path, operation.since
        ));
    }
    assert!(missing.is_empty(), "no method is documented with rest!: {missing:#?}");
    rows.sort();
    writeln!(out, "{}", rows.join("\n")).unwrap();
    out
}

#[test]
fn coverage_page_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/coverage.md");
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/coverage.md is out of date: run the tests with UPDATE_DOCS=1");
}

#[test]
fn operations_are_declared_once() {
    let mut seen = BTreeMap::new();
    for operation in tables().into_iter().flatten() {
        let key = (operation.method.as_str(), operation.path);
        if let Some(other) = seen.insert(key, operation.name) {
            panic!("{} {} is both {other} and {}", key.0, key.1, operation.name);
        }
    }
}

/// The mock server has a route table of its own, so that each table checks the other. It has no
/// assets of Tableau Catalog and no virtual connections, and its oldest version is 2.0.
#[cfg(feature = "mock")]
#[test]
fn mock_server_agrees_about_operations() {
    const ABSENT: [&str; 4] = ["/databases/", "/tables/", "/columns/", "/virtualconnections/"];
    let oldest = crate::ApiVersion::new(2, 0);
    for operation in tables().into_iter().flatten() {
        let path = operation.path.replace(['{', '}'], "");
        let path = match path.starts_with('/') {
            true => path,
            false => format!("/api/3.30/{path}"),
        };
        let shown = format!("{} {}", operation.method, operation.path);
        match crate::mock::fuzzing::first_version(operation.method.as_str(), &path) {
            Some((major, minor)) => {
                let since = crate::ApiVersion::new(major, minor);
                assert!(since <= operation.since.max(oldest), "the mock has {shown} since {since}");
            }
            None => assert!(ABSENT.iter().any(|kind| path.contains(kind)), "no {shown}"),
        }
    }
}
