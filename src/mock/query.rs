//! Lists: filters, sorting, fields and pages, the same for every resource.

use std::borrow::Cow;
use std::cmp::Ordering;

use jiff::Timestamp;

use super::answer::{Answer, Element};
use super::refusal::Refusal;
use super::request::Call;
use super::shelf::{Item, Shelf};
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

/// A field that a resource can be filtered and sorted by.
pub(super) struct Field<T> {
    pub(super) name: &'static str,
    pub(super) holds: Type,
    pub(super) of: fn(&T, &Site) -> Value,
}

/// A resource that is listed.
pub(super) trait Listed: Clone + 'static {
    /// `workbook`, `workbooks`.
    const NAMES: (&'static str, &'static str);
    /// The attributes and children that a list shows when `fields` asks for nothing.
    const SHOWN: &'static [&'static str];
    const FIELDS: &'static [Field<Self>];

    /// All there is to say about it.
    fn element(&self, site: &Site, call: &Call) -> Element;
}

/// The answer to a request for a list of everything on a shelf.
pub(super) fn list<T: Listed + Item>(
    shelf: &Shelf<T>,
    site: &Site,
    call: &Call,
) -> Result<Answer, Refusal> {
    let asked = Asked::<T>::read(call)?;
    let picked = if asked.wanted.is_empty() && asked.order.is_empty() {
        asked.paging.check(shelf.len())?;
        (shelf.slice(asked.paging.skip(), asked.paging.size), shelf.len())
    } else {
        asked.pick(shelf.iter(), site)?
    };
    Ok(asked.answer(&picked, site, call))
}

/// The answer to a request for a list of some items.
pub(super) fn list_these<'a, T: Listed>(
    items: impl IntoIterator<Item = Cow<'a, T>>,
    site: &Site,
    call: &Call,
) -> Result<Answer, Refusal> {
    let asked = Asked::<T>::read(call)?;
    let picked = asked.pick(items.into_iter(), site)?;
    Ok(asked.answer(&picked, site, call))
}

/// What a list request asks for.
struct Asked<T> {
    paging: Paging,
    wanted: Vec<Filter<T>>,
    order: Vec<Order<T>>,
    fields: Fields,
}

/// The items of a page, and how many there are on all pages.
type Picked<'a, T> = (Vec<Cow<'a, T>>, u64);

impl<T: Listed> Asked<T> {
    fn read(call: &Call) -> Result<Asked<T>, Refusal> {
        Ok(Asked {
            paging: Paging::read(call)?,
            wanted: Filter::read_all(call.query("filter").unwrap_or_default())?,
            order: read_sort(call.query("sort").unwrap_or_default())?,
            fields: Fields::read(call),
        })
    }

    fn answer(&self, (items, total): &Picked<'_, T>, site: &Site, call: &Call) -> Answer {
        let elements = items.iter().map(|item| self.fields.keep::<T>(item.element(site, call)));
        Answer::ok([self.paging.element(*total), Element::list(T::NAMES.1, elements)])
    }

    fn pick<'a>(
        &self,
        items: impl Iterator<Item = Cow<'a, T>>,
        site: &Site,
    ) -> Result<Picked<'a, T>, Refusal> {
        pick(items, &self.wanted, &self.order, site, &self.paging)
    }
}

fn pick<'a, T: Listed>(
    items: impl Iterator<Item = Cow<'a, T>>,
    wanted: &[Filter<T>],
    order: &[Order<T>],
    site: &Site,
    paging: &Paging,
) -> Result<Picked<'a, T>, Refusal> {
    let matching = items.filter(|item| wanted.iter().all(|filter| filter.takes(item, site)));
    if order.is_empty() {
        // Only the page is kept: the rest may be a million.
        let mut page = Vec::new();
        let mut total = 0;
        for item in matching {
            if total >= paging.skip() && (page.len() as u64) < paging.size {
                page.push(item);
            }
            total += 1;
        }
        paging.check(total)?;
        return Ok((page, total));
    }
    let mut all: Vec<_> = matching
        .map(|item| {
            let keys: Vec<Value> = order.iter().map(|(of, _)| of(&item, site)).collect();
            (keys, item)
        })
        .collect();
    all.sort_by(|(a, _), (b, _)| {
        let by_key = |((a, b), &(_, down)): ((&Value, &Value), &(_, bool))| {
            let order = compare(a, b);
            if down { order.reverse() } else { order }
        };
        a.iter().zip(b).zip(order).map(by_key).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
    });
    let total = all.len() as u64;
    paging.check(total)?;
    let skip = usize::try_from(paging.skip()).unwrap_or(usize::MAX);
    let size = usize::try_from(paging.size).unwrap_or(usize::MAX);
    Ok((all.into_iter().skip(skip).take(size).map(|(_, item)| item).collect(), total))
}

fn compare(a: &Value, b: &Value) -> Ordering {
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

/// Which page, and how large.
#[derive(Debug)]
pub(super) struct Paging {
    number: u64,
    size: u64,
}

impl Paging {
    pub(super) fn read(call: &Call) -> Result<Paging, Refusal> {
        let size = match call.query("pageSize") {
            None => 100,
            Some(text) => match text.parse::<u64>() {
                Ok(size @ 1..=1000) => size,
                Ok(1001..) => {
                    let detail = format!("The page size {text} is above the limit of 1000.");
                    return Err(Refusal::forbidden("403014", detail));
                }
                _ => return Err(Refusal::bad("400007", format!("'{text}' is no page size."))),
            },
        };
        let number = match call.query("pageNumber") {
            None => 1,
            Some(text) => match text.parse::<u64>() {
                Ok(number @ 1..) => number,
                _ => return Err(Refusal::bad("400006", format!("'{text}' is no page number."))),
            },
        };
        Ok(Paging { number, size })
    }

    fn skip(&self) -> u64 {
        (self.number - 1).saturating_mul(self.size)
    }

    fn check(&self, total: u64) -> Result<(), Refusal> {
        if self.number > 1 && self.skip() >= total {
            let detail = format!("Page {} is past the end of {total} items.", self.number);
            return Err(Refusal::bad("400006", detail));
        }
        Ok(())
    }

    fn element(&self, total: u64) -> Element {
        Element::new("pagination")
            .attr("pageNumber", self.number)
            .attr("pageSize", self.size)
            .attr("totalAvailable", total)
    }

    /// A page of elements that know no filter.
    pub(super) fn of(&self, name: &'static str, all: Vec<Element>) -> Result<Answer, Refusal> {
        let total = all.len() as u64;
        self.check(total)?;
        let skip = usize::try_from(self.skip()).unwrap_or(usize::MAX);
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let page = all.into_iter().skip(skip).take(size);
        Ok(Answer::ok([self.element(total), Element::list(name, page)]))
    }
}

/// What of each item is shown.
enum Fields {
    Default,
    All,
    /// `workbook.name`, `project.id`, or a bare name.
    These {
        default: bool,
        names: Vec<String>,
    },
}

impl Fields {
    fn read(call: &Call) -> Fields {
        let names: Vec<String> = call
            .query("fields")
            .unwrap_or_default()
            .split(',')
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect();
        if names.iter().any(|name| name == "_all_") {
            Fields::All
        } else if names.is_empty() {
            Fields::Default
        } else {
            Fields::These { default: names.iter().any(|name| name == "_default_"), names }
        }
    }

    fn keep<T: Listed>(&self, mut element: Element) -> Element {
        let (default, names) = match self {
            Fields::All => return element,
            Fields::Default => (true, &[][..]),
            Fields::These { default, names } => (*default, &names[..]),
        };
        let asked = |of: &str, name: &str| {
            names.iter().any(|wanted| match wanted.split_once('.') {
                Some((element, attribute)) => {
                    element == of
                        && (attribute == name || name.strip_suffix('s') == Some(attribute))
                }
                None => of == T::NAMES.0 && wanted == name,
            })
        };
        let shown = |name: &str| default && T::SHOWN.contains(&name);
        element.attributes.retain(|(name, _)| shown(name) || asked(T::NAMES.0, name));
        element.children.retain_mut(|child| {
            if shown(child.name) || asked(T::NAMES.0, child.name) {
                return true;
            }
            // `project.name` asks for one attribute of a child.
            child.attributes.retain(|(name, _)| asked(child.name, name));
            !child.attributes.is_empty()
        });
        element
    }
}

/// One `field:operator:value`.
struct Filter<T> {
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
    fn read_all(text: &str) -> Result<Vec<Filter<T>>, Refusal> {
        if text.trim().is_empty() {
            return Ok(Vec::new());
        }
        split(text).iter().map(|clause| Filter::read(clause)).collect()
    }

    fn read(clause: &str) -> Result<Filter<T>, Refusal> {
        let bad = |why: &str| Refusal::bad("400065", format!("The filter '{clause}' {why}."));
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
                    .map(|v| super::doc::flag(name, v).map_err(|_| wrong()))
                    .collect::<Result<_, _>>()?,
            ),
        };
        Ok(Filter { of: field.of, test })
    }

    fn takes(&self, item: &T, site: &Site) -> bool {
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

type Order<T> = (fn(&T, &Site) -> Value, bool);

fn read_sort<T: Listed>(text: &str) -> Result<Vec<Order<T>>, Refusal> {
    text.split(',')
        .map(str::trim)
        .filter(|key| !key.is_empty())
        .map(|key| {
            let bad = |why: &str| Refusal::bad("400065", format!("The sort key '{key}' {why}."));
            let (name, direction) = key.split_once(':').unwrap_or((key, "asc"));
            let field = T::FIELDS
                .iter()
                .find(|field| field.name == name)
                .ok_or_else(|| bad("names a field that cannot be sorted by"))?;
            match direction {
                "asc" => Ok((field.of, false)),
                "desc" => Ok((field.of, true)),
                _ => Err(bad("has a direction that is neither asc nor desc")),
            }
        })
        .collect()
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
