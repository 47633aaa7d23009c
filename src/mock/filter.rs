//! Filters: `field:operator:value`, and the values that they compare.

use std::borrow::Cow;
use std::cmp::Ordering;

use jiff::Timestamp;

use super::api_error::ApiError;
use super::element::{Element, flag};
use super::schema::{Field, Filters, Type, filter_field};

/// A value to filter and sort by.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    Number(i64),
    Time(Timestamp),
    Flag(bool),
    /// Several strings, such as tags. A filter matches if at least one string matches.
    Texts(Vec<String>),
    None,
}

/// Parses a value.
pub(super) fn parse(holds: Type, text: &str) -> Value {
    match holds {
        Type::Text => Value::Text(text.to_owned()),
        Type::Number => text.parse().map_or(Value::None, Value::Number),
        Type::Time => read_time(text).map_or(Value::None, Value::Time),
        Type::Flag => Value::Flag(text == "true"),
    }
}

/// The value of a field in an item's element: at the field's path, or the attribute of its name.
pub(super) fn value_in(element: &Element, field: &Field) -> Value {
    let values = match field.path {
        "" => element.attr(field.name).into_iter().collect(),
        path => element.values(path),
    };
    match values[..] {
        [] => Value::None,
        [text] => parse(field.holds, text),
        _ => Value::Texts(values.into_iter().map(str::to_owned).collect()),
    }
}

/// One `field:operator:value`.
#[derive(Debug)]
pub(super) struct Filter {
    pub(super) field: Field,
    test: Test,
}

#[derive(Debug)]
enum Test {
    Matches(Vec<Pattern>),
    IsOneOf(Vec<Value>),
    /// The orderings of the item's value relative to this one that match.
    Compares(Value, &'static [Ordering]),
}

/// A pattern, in which an asterisk matches any text.
#[derive(Debug)]
struct Pattern {
    text: String,
    ignore_case: bool,
    /// Whether the value only has to contain the text.
    contains: bool,
}

impl Pattern {
    fn accepts(&self, value: &str) -> bool {
        let (pattern, value) = if self.ignore_case {
            (Cow::Owned(self.text.to_lowercase()), Cow::Owned(value.to_lowercase()))
        } else {
            (Cow::Borrowed(self.text.as_str()), Cow::Borrowed(value))
        };
        if self.contains { value.contains(&*pattern) } else { wildcard(&pattern, &value) }
    }
}

// Each piece between two asterisks matches at its first position after the previous one.
fn wildcard(pattern: &str, value: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == value };
    let Some(mut value) = value.strip_prefix(first) else { return false };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let last = pieces.pop().unwrap_or_default();
    for piece in pieces {
        match value.find(piece) {
            Some(at) => value = &value[at + piece.len()..],
            None => return false,
        }
    }
    value.ends_with(last)
}

impl Filter {
    /// Reads the `filter` parameter of a list with these fields.
    pub(super) fn read_all(text: &str, fields: Filters) -> Result<Vec<Filter>, ApiError> {
        if text.trim().is_empty() {
            return Ok(Vec::new());
        }
        // Tableau Server decodes a value before it looks for separators, so an encoded `&` is one too.
        if text.contains('&') {
            let detail = format!("The filter '{text}' contains '&', which no value can contain.");
            return Err(ApiError::bad("400065", detail));
        }
        split(text).iter().map(|clause| Filter::read(clause, fields)).collect()
    }

    fn read(clause: &str, fields: Filters) -> Result<Filter, ApiError> {
        let error = |why: &str| ApiError::bad("400065", format!("The filter '{clause}' {why}."));
        let mut parts = clause.splitn(3, ':');
        let (Some(name), Some(operator), Some(value)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(error("is not of the form field:operator:value"));
        };
        let field = filter_field(fields, name);
        let field = field.ok_or_else(|| error("names a field that cannot be filtered by"))?;
        let is_text = field.holds == Type::Text;
        let values: Vec<&str> = if operator == "in" {
            let list = value.strip_prefix('[').and_then(|value| value.strip_suffix(']'));
            let list = list.ok_or_else(|| error("needs a list in brackets"))?;
            // A space after a comma is part of a string value, and is ignored before other values.
            list.split(',').map(|value| if is_text { value } else { value.trim() }).collect()
        } else {
            vec![value]
        };
        let orders: &'static [Ordering] = match operator {
            "gt" => &[Ordering::Greater],
            "gte" => &[Ordering::Greater, Ordering::Equal],
            "lt" => &[Ordering::Less],
            "lte" => &[Ordering::Less, Ordering::Equal],
            "eq" | "in" => &[],
            "cieq" | "has" if is_text => &[],
            "cieq" | "has" => return Err(error("has an operator that only applies to strings")),
            _ => return Err(error("has an unknown operator")),
        };
        let typed = |text: &&str| match (field.holds, parse(field.holds, text)) {
            (_, Value::None) => Err(error("has a value of the wrong type")),
            (Type::Flag, _) => flag(name, text)
                .map(Value::Flag)
                .map_err(|_| error("has a value of the wrong type")),
            (_, value) => Ok(value),
        };
        let test = if is_text && orders.is_empty() {
            let (ignore_case, contains) = (operator == "cieq", operator == "has");
            let pattern = |text: &&str| Pattern { text: (*text).to_owned(), ignore_case, contains };
            Test::Matches(values.iter().map(pattern).collect())
        } else if orders.is_empty() {
            Test::IsOneOf(values.iter().map(typed).collect::<Result<_, _>>()?)
        } else if field.holds == Type::Flag {
            return Err(error("compares values that cannot be ordered"));
        } else {
            Test::Compares(typed(&values[0])?, orders)
        };
        Ok(Filter { field, test })
    }

    pub(super) fn accepts(&self, value: &Value) -> bool {
        match (&self.test, value) {
            (_, Value::None) => false,
            (Test::Matches(patterns), Value::Text(text)) => {
                patterns.iter().any(|pattern| pattern.accepts(text))
            }
            (Test::Matches(patterns), Value::Texts(texts)) => {
                texts.iter().any(|text| patterns.iter().any(|pattern| pattern.accepts(text)))
            }
            (Test::Matches(_), _) => false,
            // Requests have times in seconds.
            (Test::IsOneOf(values), Value::Time(time)) => values
                .iter()
                .any(|v| matches!(v, Value::Time(v) if v.as_second() == time.as_second())),
            (Test::IsOneOf(values), value) => values.contains(value),
            (Test::Compares(with, orders), value) => orders.contains(&compare(value, with)),
        }
    }
}

fn read_time(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let date: jiff::civil::Date = text.parse().ok()?;
        Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    })
}

/// Splits at the commas outside of the list of an `in`. There is no escape for a comma.
fn split(text: &str) -> Vec<&str> {
    let mut clauses = Vec::new();
    let mut rest = text;
    loop {
        let mut end = rest.find(',').unwrap_or(rest.len());
        let is_list = rest[..end].split(':').nth(1) == Some("in") && rest[..end].contains(":[");
        if is_list && let Some(close) = rest.find(']') {
            end = close + rest[close..].find(',').unwrap_or(rest.len() - close);
        }
        clauses.push(&rest[..end]);
        match rest.get(end + 1..) {
            Some(more) => rest = more,
            None => return clauses,
        }
    }
}

/// The order of two values. Strings are compared first regardless of case, then by case.
pub(super) fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => {
            a.to_lowercase().cmp(&b.to_lowercase()).then_with(|| a.cmp(b))
        }
        (Value::Number(a), Value::Number(b)) => a.cmp(b),
        (Value::Time(a), Value::Time(b)) => a.cmp(b),
        (Value::Flag(a), Value::Flag(b)) => a.cmp(b),
        (Value::Texts(a), Value::Texts(b)) => a.cmp(b),
        (Value::None, Value::None) => Ordering::Equal,
        (Value::None, _) => Ordering::Less,
        (_, Value::None) => Ordering::Greater,
        _ => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asterisks_match_any_text() {
        for (pattern, value, matches) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("a*", "ab", true),
            ("*b", "ab", true),
            ("a*c*e", "abcde", true),
            ("a*c*e", "abde", false),
            ("*", "", true),
            ("a*a", "a", false),
        ] {
            assert_eq!(wildcard(pattern, value), matches, "{pattern} {value}");
        }
    }

    #[test]
    fn splits_at_commas_outside_of_lists() {
        let clauses = ["a:eq:b", "c:in:[x,y]", "d:eq:[e", "f:eq:\\\"g\""];
        assert_eq!(split(&clauses.join(",")), clauses);
        assert_eq!(split("a:eq:b,c"), ["a:eq:b", "c"]);
        assert_eq!(split("a:in:[b"), ["a:in:[b"]);
        assert_eq!(split("a,"), ["a", ""]);
    }

    #[test]
    fn reads_times_and_dates() {
        let second = read_time("2026-01-02T00:00:00Z").unwrap();
        assert_eq!(read_time("2026-01-02"), Some(second));
        assert_eq!(read_time("tomorrow"), None);
    }
}
