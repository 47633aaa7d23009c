//! The `filter` parameter of lists: parsing `field:operator:value`, and comparing values.

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

/// Parses a value of this type; [`Value::None`] if it is invalid.
pub(super) fn parse(value_type: Type, text: &str) -> Value {
    match value_type {
        Type::Text => Value::Text(text.to_owned()),
        Type::Number => text.parse().map_or(Value::None, Value::Number),
        Type::Time => read_time(text).map_or(Value::None, Value::Time),
        Type::Flag => Value::Flag(text == "true"),
    }
}

/// Returns the value of a field of an item: at the field's path in the element, or the attribute with
/// the field's name.
pub(super) fn value_in(element: &Element, field: &Field) -> Value {
    let values = match field.path {
        "" => element.attr(field.name).into_iter().collect(),
        path => element.values(path),
    };
    match values[..] {
        [] => Value::None,
        [text] => parse(field.value_type, text),
        _ => Value::Texts(values.into_iter().map(str::to_owned).collect()),
    }
}

/// A filter, parsed from `field:operator:value`.
#[derive(Debug)]
pub(super) struct Filter {
    pub(super) field: Field,
    condition: Condition,
}

#[derive(Debug)]
enum Condition {
    /// Matches if the text matches at least one of the patterns.
    Matches(Vec<Pattern>),
    /// Matches if the value equals one of these.
    IsOneOf(Vec<Value>),
    /// Matches if comparing the item's value with this value results in one of the orderings.
    Compares(Value, &'static [Ordering]),
}

/// A pattern, in which an asterisk matches any text.
#[derive(Debug)]
struct Pattern {
    text: String,
    ignore_case: bool,
    /// Whether the text may be anywhere in the value. An asterisk then has no meaning.
    contains: bool,
}

impl Pattern {
    fn matches(&self, value: &str) -> bool {
        let (pattern, value) = if self.ignore_case {
            (Cow::Owned(self.text.to_lowercase()), Cow::Owned(value.to_lowercase()))
        } else {
            (Cow::Borrowed(self.text.as_str()), Cow::Borrowed(value))
        };
        if self.contains { value.contains(&*pattern) } else { wildcard(&pattern, &value) }
    }
}

// Each piece between two asterisks is matched at its first position after the previous piece.
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
        // Tableau Server decodes a value before it splits it, so an encoded `&` is a separator, too.
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
        let is_text = field.value_type == Type::Text;
        let values: Vec<&str> = if operator == "in" {
            let list = value.strip_prefix('[').and_then(|value| value.strip_suffix(']'));
            let list = list.ok_or_else(|| error("has no list in brackets after 'in'"))?;
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
        let typed = |text: &&str| match (field.value_type, parse(field.value_type, text)) {
            (_, Value::None) => Err(error("has a value of the wrong type")),
            (Type::Flag, _) => flag(name, text)
                .map(Value::Flag)
                .map_err(|_| error("has a value of the wrong type")),
            (_, value) => Ok(value),
        };
        let condition = if is_text && orders.is_empty() {
            let (ignore_case, contains) = (operator == "cieq", operator == "has");
            let pattern = |text: &&str| Pattern { text: (*text).to_owned(), ignore_case, contains };
            Condition::Matches(values.iter().map(pattern).collect())
        } else if orders.is_empty() {
            Condition::IsOneOf(values.iter().map(typed).collect::<Result<_, _>>()?)
        } else if field.value_type == Type::Flag {
            return Err(error("has a comparison operator, which a boolean field does not support"));
        } else {
            Condition::Compares(typed(&values[0])?, orders)
        };
        Ok(Filter { field, condition })
    }

    pub(super) fn accepts(&self, value: &Value) -> bool {
        match (&self.condition, value) {
            (_, Value::None) => false,
            (Condition::Matches(patterns), Value::Text(text)) => {
                patterns.iter().any(|pattern| pattern.matches(text))
            }
            (Condition::Matches(patterns), Value::Texts(texts)) => {
                texts.iter().any(|text| patterns.iter().any(|pattern| pattern.matches(text)))
            }
            (Condition::Matches(_), _) => false,
            // Filters have times with a precision of seconds.
            (Condition::IsOneOf(values), Value::Time(time)) => values
                .iter()
                .any(|v| matches!(v, Value::Time(v) if v.as_second() == time.as_second())),
            (Condition::IsOneOf(values), value) => values.contains(value),
            (Condition::Compares(operand, orders), value) => {
                orders.contains(&compare(value, operand))
            }
        }
    }
}

fn read_time(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let date: jiff::civil::Date = text.parse().ok()?;
        Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    })
}

/// Splits the parameter at commas, except those in the list of an `in`. There is no escape for a comma.
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

/// Compares two values. Strings are first compared regardless of case, then by case.
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
