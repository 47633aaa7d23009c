//! Filters: `field:operator:value`, and the values that they compare.

use std::borrow::Cow;
use std::cmp::Ordering;

use jiff::Timestamp;

use super::api_error::ApiError;
use super::query::Listed;
use super::site::Site;

/// A value that can be filtered and sorted by.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    Number(i64),
    Time(Timestamp),
    Flag(bool),
    /// Any of them: tags.
    Texts(Vec<String>),
    None,
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Value {
        Value::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

/// What a field holds, so which operators it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Number,
    Time,
    Flag,
}

/// One `field:operator:value`.
pub(super) struct Filter<T> {
    of: fn(&T, &Site) -> Value,
    test: Test,
}

enum Test {
    Is(Vec<Pattern>),
    Numbers(Vec<i64>),
    Times(Vec<Timestamp>),
    Flags(Vec<bool>),
    /// The value compared with this one is any of these orders.
    Compares(Value, &'static [Ordering]),
}

/// A text to be equal to; an asterisk stands for anything.
#[derive(Debug)]
struct Pattern {
    text: String,
    any_case: bool,
    /// Whether the text needs only to occur.
    within: bool,
}

impl Pattern {
    fn takes(&self, value: &str) -> bool {
        let (pattern, value) = if self.any_case {
            (Cow::Owned(self.text.to_lowercase()), Cow::Owned(value.to_lowercase()))
        } else {
            (Cow::Borrowed(self.text.as_str()), Cow::Borrowed(value))
        };
        if self.within { value.contains(&*pattern) } else { wildcard(&pattern, &value) }
    }
}

// Each piece between two asterisks is found at the first place after the one before it.
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

impl<T: Listed> Filter<T> {
    pub(super) fn read_all(text: &str) -> Result<Vec<Filter<T>>, ApiError> {
        if text.trim().is_empty() {
            return Ok(Vec::new());
        }
        split(text).iter().map(|clause| Filter::read(clause)).collect()
    }

    fn read(clause: &str) -> Result<Filter<T>, ApiError> {
        let bad = |why: &str| ApiError::bad("400065", format!("The filter '{clause}' {why}."));
        let mut parts = clause.splitn(3, ':');
        let (Some(name), Some(operator), Some(value)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(bad("is not of the form field:operator:value"));
        };
        let field = T::FIELDS
            .iter()
            .find(|field| field.name == name)
            .ok_or_else(|| bad("names a field that cannot be filtered by"))?;
        let values = if operator == "in" {
            let list = value.strip_prefix('[').and_then(|value| value.strip_suffix(']'));
            let list = list.ok_or_else(|| bad("needs a list in brackets"))?;
            // A blank after the comma is let through where it cannot belong to the value.
            let text = field.holds == Type::Text;
            let value = |value: &str| if text { value.to_owned() } else { value.trim().to_owned() };
            list.split(',').map(value).collect()
        } else {
            vec![value.to_owned()]
        };
        let orders: Option<&'static [Ordering]> = match operator {
            "gt" => Some(&[Ordering::Greater]),
            "gte" => Some(&[Ordering::Greater, Ordering::Equal]),
            "lt" => Some(&[Ordering::Less]),
            "lte" => Some(&[Ordering::Less, Ordering::Equal]),
            "eq" | "in" | "cieq" | "has" => None,
            _ => return Err(bad("has an operator that there is none of")),
        };
        let wrong = || bad("has a value that the field cannot have");
        let test = match (field.holds, operator, orders) {
            (Type::Flag, _, Some(_)) => return Err(bad("compares what has no order")),
            (Type::Number | Type::Time | Type::Flag, "has" | "cieq", _) => {
                return Err(bad("has an operator for texts"));
            }
            (_, _, Some(orders)) => {
                let value = match field.holds {
                    Type::Number => Value::Number(values[0].parse().map_err(|_| wrong())?),
                    Type::Time => Value::Time(read_time(&values[0]).ok_or_else(wrong)?),
                    _ => Value::Text(values[0].clone()),
                };
                Test::Compares(value, orders)
            }
            (Type::Text, _, None) => {
                let (any_case, within) = (operator == "cieq", operator == "has");
                let pattern = |text| Pattern { text, any_case, within };
                Test::Is(values.into_iter().map(pattern).collect())
            }
            (Type::Number, _, None) => Test::Numbers(
                values.iter().map(|v| v.parse().map_err(|_| wrong())).collect::<Result<_, _>>()?,
            ),
            (Type::Time, _, None) => Test::Times(
                values.iter().map(|v| read_time(v).ok_or_else(wrong)).collect::<Result<_, _>>()?,
            ),
            (Type::Flag, _, None) => Test::Flags(
                values
                    .iter()
                    .map(|v| super::body::flag(name, v).map_err(|_| wrong()))
                    .collect::<Result<_, _>>()?,
            ),
        };
        Ok(Filter { of: field.of, test })
    }

    pub(super) fn takes(&self, item: &T, site: &Site) -> bool {
        match (&self.test, (self.of)(item, site)) {
            (Test::Is(patterns), Value::Text(text)) => patterns.iter().any(|p| p.takes(&text)),
            (Test::Is(patterns), Value::Texts(texts)) => {
                texts.iter().any(|text| patterns.iter().any(|p| p.takes(text)))
            }
            (Test::Numbers(numbers), Value::Number(number)) => numbers.contains(&number),
            (Test::Times(times), Value::Time(time)) => {
                times.iter().any(|wanted| wanted.as_second() == time.as_second())
            }
            (Test::Flags(flags), Value::Flag(flag)) => flags.contains(&flag),
            (_, Value::None) => false,
            (Test::Compares(with, orders), value) => orders.contains(&compare(&value, with)),
            _ => false,
        }
    }
}

fn read_time(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let date: jiff::civil::Date = text.parse().ok()?;
        Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    })
}

/// Splits at the commas that are not in the list of an `in`. Nothing escapes a comma elsewhere.
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

/// The order of two values; texts without regard to case first.
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
    fn wildcards() {
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
    fn commas_that_split() {
        let clauses = ["a:eq:b", "c:in:[x,y]", "d:eq:[e", "f:eq:\\\"g\""];
        assert_eq!(split(&clauses.join(",")), clauses);
        assert_eq!(split("a:eq:b,c"), ["a:eq:b", "c"]);
        assert_eq!(split("a:in:[b"), ["a:in:[b"]);
        assert_eq!(split("a,"), ["a", ""]);
    }

    #[test]
    fn times() {
        let second = read_time("2026-01-02T00:00:00Z").unwrap();
        assert_eq!(read_time("2026-01-02"), Some(second));
        assert_eq!(read_time("tomorrow"), None);
    }
}
