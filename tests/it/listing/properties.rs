//! Properties that hold for any text and any page size.

use proptest::prelude::*;
use tableau_server_client as tsc;
use tsc::ErrorKind;
use tsc::mock::MockServer;

use super::{all, ids_of, names, page, pages, session};
use crate::help::at;

/// Text of characters that XML allows, often those with a meaning in filters or URLs.
fn text() -> impl Strategy<Value = String> {
    let marks = r#",:[]"'&+%\*#?/=;<>(){}|~`^ "#.chars().collect::<Vec<_>>();
    let mark = proptest::sample::select(marks);
    let char = prop_oneof![3 => mark, 2 => proptest::char::range('a', 'f'), 1 => any::<char>()];
    let xml = |c: &char| matches!(c, ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    proptest::collection::vec(char.prop_filter("no XML character", xml), 0..12)
        .prop_map(|chars| chars.into_iter().collect())
}

#[test]
fn filters_match_any_text() {
    let mock = MockServer::start().unwrap();
    let sessions = ["3.6", "3.24"].map(|version| {
        let mut server = at(mock.url());
        server.set_version(version).unwrap();
        server.into_session(&mock.credentials()).unwrap()
    });
    proptest!(ProptestConfig::with_cases(150), |(tail in text())| {
        // A name must not begin or end with whitespace.
        let name = format!("x{tail}x");
        let id = sessions[1].projects().create(tsc::projects::NewProject::new(&*name)).unwrap().id;
        for session in &sessions {
            for (filter, lost) in [
                (tsc::projects::NAME.eq(&*name), &[',', '&'][..]),
                (tsc::projects::NAME.any_of(["none", &*name]), &[',', '&', '[', ']']),
                (tsc::projects::NAME.any_of([&*name, "none"]), &[',', '&', '[', ']']),
            ] {
                let (found, error) = ids_of(
                    session.projects().list().filter(filter).filter(tsc::projects::TOP_LEVEL_PROJECT.eq(true)),
                    |project: &tsc::Project| project.id.to_string(),
                );
                if name.contains(lost) {
                    prop_assert_eq!(error.unwrap().kind(), ErrorKind::Input);
                } else {
                    prop_assert!(error.is_none(), "{:?}", error);
                    prop_assert!(found.contains(&id.to_string()), "{name:?}");
                    // An asterisk is a wildcard.
                    prop_assert!(found.len() == 1 || name.contains('*'), "{:?}", found);
                }
            }
            let found = session.projects().find_path([&name]).unwrap();
            prop_assert_eq!(found.map(|project| project.id), Some(id.clone()));
        }
        sessions[1].projects().delete(&id).unwrap();
    });
}

#[test]
fn any_page_size_yields_the_same_items() {
    let config = ProptestConfig::with_cases(60);
    let pages_of = proptest::collection::vec(1..6_u64, 1..12);
    proptest!(config, |(counts in pages_of, prefetch in 0..5_usize, size in 1..=1000_u32)| {
        let total = counts.iter().sum();
        let raw = pages(move |number, size| {
            let before: u64 = counts[..number as usize - 1].iter().sum();
            page(number, size, total, before..before + counts[number as usize - 1])
        });
        let session = session(&raw);
        let (ids, error) = all(session.workbooks().list().page_size(size).prefetch(prefetch));
        prop_assert!(error.is_none(), "{:?}", error);
        prop_assert_eq!(ids, names(0..total));
    });
}
