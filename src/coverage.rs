//! The coverage page, `docs/coverage.md`: which operations of the REST API have a method. Generated
//! from the operation tables and from the documentation lines of the methods in the source; the test
//! below checks it, and writes it if `UPDATE_DOCS` is set.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::ApiVersion;
use crate::operation::Scope;

/// A row of an `operations!` table, as it is written in the source.
struct Row {
    module: String,
    name: String,
    method: String,
    path: String,
    since: ApiVersion,
    until: Option<ApiVersion>,
    /// A name, `unavailable` or `unknown`.
    scope: String,
    /// `Server` or `Cloud`, if only one of them has the operation.
    on: Option<String>,
    title: String,
    reference: String,
}

impl Row {
    /// Parses a row. Every second part between quotation marks is a string: the path, the scope if it
    /// has a name, the title and the reference.
    fn parse(module: &str, row: &str) -> Row {
        let parts: Vec<&str> = row.split('"').collect();
        let strings: Vec<&str> = parts.iter().skip(1).step_by(2).copied().collect();
        let others = parts.iter().step_by(2).copied().collect::<Vec<_>>().join(" ");
        let words: Vec<&str> =
            others.split_whitespace().filter(|word| !word.starts_with("pub")).collect();
        let after = |name: &str| {
            let at = words.iter().position(|word| *word == name)?;
            Some(words[at + 1..].iter().take(2).copied().collect::<Vec<_>>())
        };
        let version = |name: &str| -> Option<ApiVersion> {
            let digits = after(name)?.join(".").replace(['(', ',', ')'], "");
            Some(digits.parse().unwrap())
        };
        let scope = match strings[..] {
            [_, scope, _, _] => scope,
            _ => after("scope").unwrap()[0],
        };
        Row {
            module: module.to_owned(),
            name: words[0].to_owned(),
            method: words[2].to_owned(),
            path: strings[0].to_owned(),
            since: version("since").unwrap(),
            until: version("until"),
            scope: scope.to_owned(),
            on: after("on").map(|on| on[0].to_owned()),
            title: strings[strings.len() - 2].to_owned(),
            reference: concat!(crate::operation::reference!(), "{}")
                .replace("{}", strings[strings.len() - 1]),
        }
    }
}

/// The rows of all operation tables.
fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for file in sources() {
        let text = std::fs::read_to_string(&file).unwrap();
        if let Some((_, table)) = text.split_once("\noperations! {\n") {
            let (table, _) = table.split_once("\n}\n").expect("a table ends");
            let lines = table.lines().filter(|line| !line.trim().starts_with("//"));
            let table = lines.collect::<Vec<_>>().join("\n");
            let module = module(&file);
            rows.extend(table.split_terminator(';').map(|row| Row::parse(&module, row)));
        }
    }
    rows
}

/// The Rust sources of `src`, sorted.
fn sources() -> Vec<PathBuf> {
    let (mut folders, mut files) = (vec![source_folder()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The module of a file: `common::tags`.
fn module(file: &Path) -> String {
    let path = file.strip_prefix(source_folder()).unwrap().with_extension("");
    let module = path.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("::");
    module.trim_end_matches("::mod").to_owned()
}

/// The module that a `rest!` in a file refers to: the one named before it, that of the file, or the
/// nearest parent.
fn module_of(file: &Path, named: Option<&str>, modules: &[&str]) -> String {
    if let Some(named) = named {
        let end = format!("::{named}");
        return (*modules.iter().find(|module| module.ends_with(&end)).unwrap()).to_owned();
    }
    let mut module = module(file);
    while !modules.contains(&module.as_str()) {
        let (above, _) = module.rsplit_once("::").expect("a rest! without an operation table");
        module = above.to_owned();
    }
    module
}

/// The type of an `impl` block, from the text after `impl`.
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
    let mut all: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for file in sources() {
        let text = std::fs::read_to_string(&file).unwrap();
        let (mut owner, mut pending) = (String::new(), Vec::new());
        let mut in_macro = false;
        for line in text.lines() {
            // Methods that are defined in a macro belong to the modules that use it.
            in_macro = line.starts_with("macro_rules!") || (in_macro && line != "}");
            if in_macro {
                continue;
            }
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
    let operations = rows();
    let mut modules: Vec<&str> = operations.iter().map(|row| row.module.as_str()).collect();
    modules.dedup();
    let methods = methods(&modules);
    let mut out = String::from(
        "# Coverage of the REST API\n\nThe operations that have a method, with the first API version \
         and the scope that a JSON Web Token\nneeds. Generated from the source.\n\n\
         | operation | request | since | scope | method |\n|---|---|---|---|---|\n",
    );
    let (mut rows, mut missing): (Vec<String>, Vec<String>) = Default::default();
    for Row { module, name, method, path, since, until, scope, on, title, reference } in &operations
    {
        let key = (module.clone(), name.clone());
        let Some(methods) = methods.get(&key).map(|methods| methods.join("`, `")) else {
            missing.push(format!("{module}::{name}"));
            continue;
        };
        let scope = match scope.as_str() {
            "unavailable" => "not available".to_owned(),
            "unknown" => "unknown".to_owned(),
            name => format!("`{name}`"),
        };
        let until = until.map(|until| format!(", until {until}")).unwrap_or_default();
        let on = on.as_ref().map(|on| format!(", {on}")).unwrap_or_default();
        rows.push(format!(
            "| [{title}]({reference}) | `{method} {path}` | {since}{until}{on} | {scope} | `{methods}` |"
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
fn scopes_of_operations_are_read_from_the_page() {
    let declared = rows().into_iter().map(|row| (row.method, row.path, row.title, row.scope));
    let read = crate::scopes::OPERATIONS.iter().map(|row| {
        let scope = match row.scope {
            Scope::Named(scope) => scope,
            Scope::NotAvailable => "unavailable",
            Scope::Unknown => "unknown",
        };
        let [method, path, title, scope] =
            [row.method, row.path, row.title, scope].map(str::to_owned);
        (method, path, title, scope)
    });
    assert_eq!(read.collect::<BTreeSet<_>>(), declared.collect::<BTreeSet<_>>());
}

#[test]
fn operations_are_declared_once() {
    let mut seen = BTreeMap::new();
    for Row { method, path, name, title, .. } in rows() {
        // Two operations of the reference can share a request and differ in its body.
        let shown = format!("{method} {path} ({title})");
        if let Some(other) = seen.insert(shown.clone(), name.clone()) {
            panic!("{shown} is both {other} and {name}");
        }
    }
}

/// The mock server has a route table of its own, so the two tables check each other. It has no
/// assets of Tableau Catalog and no virtual connections, and its oldest version is 2.0.
#[cfg(feature = "mock")]
#[test]
fn mock_server_agrees_about_operations() {
    const ABSENT: [&str; 4] = ["/databases/", "/tables/", "/columns/", "/virtualconnections/"];
    let oldest = crate::ApiVersion::new(2, 0);
    for operation in rows() {
        let path = operation.path.replace(['{', '}'], "");
        let path = match path.starts_with('/') {
            true => path,
            false => format!("/api/3.30/{path}"),
        };
        let shown = format!("{} {}", operation.method, operation.path);
        match crate::mock::fuzzing::first_version(&operation.method, &path) {
            Some((major, minor)) => {
                let since = crate::ApiVersion::new(major, minor);
                assert!(since <= operation.since.max(oldest), "the mock has {shown} since {since}");
            }
            None => assert!(ABSENT.iter().any(|kind| path.contains(kind)), "no {shown}"),
        }
    }
}

/// Programs compile only the methods that they call. Generic methods need no attribute for that.
#[test]
fn methods_of_resources_are_inline() {
    let resources = source_folder().join("resources");
    for file in sources().into_iter().filter(|file| file.starts_with(&resources)) {
        let text = std::fs::read_to_string(&file).unwrap();
        for (start, _) in text.match_indices("\n    pub fn ") {
            let head = text[start..].split(['{', '-']).next().unwrap().trim();
            let is_generic =
                head.contains("impl ") || head.split('(').next().unwrap().contains('<');
            let is_inline = text[..start].ends_with("#[inline]");
            assert!(is_generic || is_inline, "{}: {head} is not `#[inline]`", file.display());
        }
    }
}

/// Each function that returns a `Result` documents its errors: with the line of an operation, which lists
/// error codes, with a description, or with a reference to another function.
#[test]
fn functions_document_their_errors() {
    let left_out = ["benchmarks.rs", "fuzzing", "fuzzing.rs", "bin"];
    let is_public = |file: &PathBuf| {
        let path = file.strip_prefix(source_folder()).unwrap();
        !left_out.iter().any(|name| path.starts_with(name))
    };
    let words = ["rest!(", "ErrorKind", "# Errors", "Fails", "fails", "Same as [", "see [`"];
    let mut missing = Vec::new();
    for file in sources().into_iter().filter(is_public) {
        let text = std::fs::read_to_string(&file).unwrap();
        for (start, _) in text.match_indices("pub fn ") {
            let (signature, _) = text[start..].split_once('{').unwrap_or_default();
            let Some((name, result)) = signature.split_once("->") else { continue };
            let is_documented = text[..start]
                .lines()
                .rev()
                .skip(1)
                .take_while(|line| {
                    let is_doc = line.trim_start().starts_with("///");
                    is_doc || !(line.is_empty() || line.ends_with(['{', '}', ';']))
                })
                .any(|line| words.iter().any(|word| line.contains(word)));
            if result.contains("Result<") && !is_documented {
                missing.push(format!("{}: {}", file.display(), name.trim()));
            }
        }
    }
    assert!(missing.is_empty(), "no word on errors:\n{}", missing.join("\n"));
}
