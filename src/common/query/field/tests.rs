use super::*;
use crate::ErrorKind;

struct Item;
const NAME: Field<Item, Text, ops::EqualOrIn> = Field::new("name");
const SIZE: Field<Item, Number, ops::Ordered> = Field::new("size");
const WHEN: Field<Item, Time, ops::Ordered> = Field::new("createdAt");
const FLAG: Field<Item, Flag, ops::Equal> = Field::new("isLocal");
const ROLE: Field<Item, Word<crate::users::SiteRole>, ops::EqualOrIn> = Field::new("siteRole");
const TITLE: Field<Item, Text, ops::EqualOrHas> = Field::new("title");
const PATTERN: Field<Item, Text, ops::TextOrLike> = Field::new("name");

fn sent(filter: Filter<Item>) -> String {
    filter.0.text().unwrap().to_owned()
}

fn error_of(filter: Filter<Item>) -> String {
    let error = filter.0.text().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Input);
    error.to_string()
}

#[test]
fn writes_every_operator_and_type() {
    let second: Timestamp = "2026-01-02T05:04:05.678+02:00".parse().unwrap();
    for (filter, text) in [
        (NAME.eq("a b"), "name:eq:a b"),
        (NAME.eq(String::from("x")), "name:eq:x"),
        (NAME.any_of(["a", "O'Brien"]), "name:in:[a,O'Brien]"),
        (NAME.any_of(vec![String::from("a")]), "name:in:[a]"),
        (TITLE.has("x:y"), "title:has:x:y"),
        (PATTERN.like("mark*ex*"), "name:like:mark*ex*"),
        (PATTERN.eq_ignore_case("A"), "name:cieq:A"),
        (PATTERN.eq("a"), "name:eq:a"),
        (PATTERN.any_of(["a"]), "name:in:[a]"),
        (SIZE.gt(5), "size:gt:5"),
        (SIZE.lte(7_u64), "size:lte:7"),
        (WHEN.gte(second), "createdAt:gte:2026-01-02T03:04:05Z"),
        (WHEN.lt(second), "createdAt:lt:2026-01-02T03:04:05Z"),
        (FLAG.eq(false), "isLocal:eq:false"),
        (ROLE.eq(crate::users::SiteRole::Viewer), "siteRole:eq:Viewer"),
        (ROLE.any_of(["Viewer", "Novelty"]), "siteRole:in:[Viewer,Novelty]"),
        (Field::named("new").eq_ignore_case("a"), "new:cieq:a"),
        (Field::named("new").gt(second), "new:gt:2026-01-02T03:04:05Z"),
        (Field::named("new".to_owned()).any_of([1, 2]), "new:in:[1,2]"),
        (Filter::raw("a:b:c,d"), "a:b:c,d"),
    ] {
        assert_eq!(sent(filter), text);
    }
    assert_eq!(NAME.asc().0.text().unwrap(), "name:asc");
    assert_eq!(WHEN.desc().0.text().unwrap(), "createdAt:desc");
}

#[test]
fn writes_values_with_other_characters_unchanged() {
    for value in [
        "a:b",
        "a[1]",
        "[",
        "]",
        "\"q\"",
        "O'Brien",
        "1+1",
        "50%",
        "%2C",
        r"DOM\me",
        "東京 🦀",
        "#?/=;",
        " two ",
        "a\nb",
    ] {
        assert_eq!(sent(NAME.eq(value)), format!("name:eq:{value}"));
        if !value.contains(['[', ']']) {
            assert_eq!(sent(NAME.any_of([value, "x"])), format!("name:in:[{value},x]"));
        }
    }
}

#[test]
fn rejects_values_that_the_server_does_not_support() {
    let message = error_of(NAME.eq("Sales, East"));
    assert!(message.contains("`eq` on name") && message.contains("\"Sales, East\""), "{message}");
    assert!(message.contains("`,` (at position 6)"), "{message}");
    for value in ["R&D", "&", "A & B", "a&amp;b"] {
        let message = error_of(NAME.eq(value));
        let hint = "with `Iterator::filter` or the resource's `find`";
        assert!(message.contains("`&` (at position") && message.contains(hint), "{message}");
        assert!(error_of(NAME.any_of(["a", value])).contains("`&`"));
        assert!(error_of(TITLE.has(value)).contains("`&`"));
        assert!(error_of(PATTERN.like(value)).contains("`&`"));
    }
    assert!(error_of(NAME.any_of(["a", "b]"])).contains("`]`"));
    assert!(error_of(NAME.any_of(["[a"])).contains("`[`"));
    assert!(error_of(NAME.any_of(["a", ""])).contains("empty"));
    assert!(error_of(NAME.any_of([""; 0])).contains("no values"));
    assert!(error_of(NAME.eq("")).contains("empty"));
    assert!(error_of(Field::named("a:b").eq("x")).contains("\"a:b\""));
    assert!(error_of(Field::named("").eq("x")).contains("invalid field name"));
    assert!(Field::<Item>::named("a,b").asc().0.text().is_err());
}
