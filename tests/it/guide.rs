//! The tables of the guide.

use std::collections::BTreeSet;

/// The first cells of the rows of the tables in a page.
fn first_cells(page: &str) -> impl Iterator<Item = &str> {
    page.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next())
}

#[test]
fn errors_page_has_each_kind_and_each_code_once() {
    let page = include_str!("../../docs/errors.md");
    let kinds: BTreeSet<&str> =
        first_cells(page).filter_map(|cell| cell.strip_prefix('`')?.strip_suffix('`')).collect();
    let source = include_str!("../../src/error/kind.rs");
    let declared: BTreeSet<&str> = source
        .lines()
        .filter_map(|line| line.strip_prefix("    ")?.strip_suffix(','))
        .filter(|name| name.bytes().all(|byte| byte.is_ascii_alphabetic()))
        .collect();
    assert_eq!(kinds, declared);

    let codes: Vec<&str> =
        first_cells(page).filter(|cell| cell.bytes().all(|byte| byte.is_ascii_digit())).collect();
    assert!(codes.len() >= 60, "{} codes", codes.len());
    assert!(codes.is_sorted_by(|one, next| one < next), "{codes:?}");
}

/// `tests/links.py` checks where the links lead, in the HTML that rustdoc builds.
#[test]
fn links_between_pages_are_defined_for_rustdoc() {
    let defined: BTreeSet<&str> = definitions(include_str!("../../src/guide_links.md")).collect();
    let mut count = 0;
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    for page in std::fs::read_dir(docs).unwrap() {
        let page = page.unwrap().path();
        let (text, page) = (std::fs::read_to_string(&page).unwrap(), page.display());
        let inline = text.lines().find(|line| {
            let mut targets = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
            targets.any(|target| target.split('#').next().unwrap().ends_with(".md"))
        });
        assert_eq!(inline, None, "{page}: write [text][page.md], and define [page.md]");
        for target in definitions(&text) {
            assert!(defined.contains(target), "{page}: {target} is not in src/guide_links.md");
            count += 1;
        }
    }
    assert!(count > 20, "{count} links");
}

/// The labels of the definitions of links to pages.
fn definitions(page: &str) -> impl Iterator<Item = &str> {
    let labels = page.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: "));
    labels.map(|(label, _)| label).filter(|label| label.contains(".md"))
}

#[test]
fn cookbook_has_a_program_for_each_task() {
    let page = include_str!("../../docs/cookbook.md");
    let tasks: Vec<&str> = page.split("\n### ").skip(1).collect();
    assert!(tasks.len() >= 30, "{} tasks", tasks.len());
    for task in tasks {
        assert_eq!(task.matches("```rust\nuse ").count(), 1, "{task}");
    }
}

#[test]
fn subcommands_for_the_samples_of_tsc_exist() {
    let page = include_str!("../../docs/coming-from-tsc.md");
    let (_, table) = page.split_once("## TSC's samples").unwrap();
    let (table, _) = table.split_once("\n## ").unwrap();
    let names = table.lines().filter_map(|line| line.strip_suffix(" |")?.rsplit_once(" | "));
    let mut names: Vec<&str> =
        names.flat_map(|(_, cell)| cell.split('`').skip(1).step_by(2)).collect();
    assert!(names.len() > 30, "{names:?}");
    let source = [
        include_str!("../../examples/tableau/content.rs"),
        include_str!("../../examples/tableau/people.rs"),
        include_str!("../../examples/tableau/schedules.rs"),
        include_str!("../../examples/tableau/site.rs"),
    ]
    .concat();
    names.retain(|name| {
        let subcommand = name.split(' ').next().unwrap();
        !source.contains(&format!("\"{subcommand}\","))
    });
    assert_eq!(names, [""; 0]);
}
