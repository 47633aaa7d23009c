//! Lists: sorting, fields and pages, the same for every resource; filters are in `filter`.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::api_error::ApiError;
use super::collection::{Collection, Item};
use super::context::Context;
use super::element::Element;
use super::filter::{Filter, Type, Value, compare};
use super::response::Response;
use super::site::Site;

/// A field that a resource can be filtered and sorted by.
pub(super) struct Field<T> {
    pub(super) name: &'static str,
    pub(super) holds: Type,
    pub(super) of: fn(&T, &Site) -> Value,
}

impl<T> Field<T> {
    pub(super) const fn new(
        name: &'static str,
        holds: Type,
        of: fn(&T, &Site) -> Value,
    ) -> Field<T> {
        Field { name, holds, of }
    }
}

/// A resource that is listed.
pub(super) trait Listed: Clone + 'static {
    /// `workbook`, `workbooks`.
    const NAMES: (&'static str, &'static str);
    /// The attributes and children that a list shows when `fields` asks for nothing.
    const SHOWN: &'static [&'static str];
    const FIELDS: &'static [Field<Self>];

    /// Whether the caller may know of it.
    fn is_visible(&self, _site: &Site, _call: &Context) -> bool {
        true
    }

    /// All there is to say about it.
    fn element(&self, site: &Site, ctx: &Context) -> Element;
}

/// The answer to a request for a list of everything on a collection.
pub(super) fn list<T: Listed + Item>(
    collection: &Collection<T>,
    site: &Site,
    ctx: &Context,
) -> Result<Response, ApiError> {
    let asked = Asked::<T>::read(ctx)?;
    let plain = asked.wanted.is_empty() && asked.order.is_empty();
    let picked = if plain && !site.hides_content(ctx) {
        asked.paging.check(collection.len())?;
        (collection.slice(asked.paging.skip(), asked.paging.size), collection.len())
    } else {
        asked.pick(collection.iter(), site, ctx)?
    };
    Ok(asked.answer(&picked, site, ctx))
}

/// The answer to a request for a list of some items.
pub(super) fn list_these<'a, T: Listed>(
    items: impl IntoIterator<Item = Cow<'a, T>>,
    site: &Site,
    ctx: &Context,
) -> Result<Response, ApiError> {
    let asked = Asked::<T>::read(ctx)?;
    let picked = asked.pick(items.into_iter(), site, ctx)?;
    Ok(asked.answer(&picked, site, ctx))
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
    fn read(ctx: &Context) -> Result<Asked<T>, ApiError> {
        Ok(Asked {
            paging: Paging::read(ctx)?,
            wanted: Filter::read_all(ctx.query("filter").unwrap_or_default())?,
            order: read_sort(ctx.query("sort").unwrap_or_default())?,
            fields: Fields::read(ctx),
        })
    }

    fn answer(&self, (items, total): &Picked<'_, T>, site: &Site, ctx: &Context) -> Response {
        let elements = items.iter().map(|item| self.fields.keep::<T>(item.element(site, ctx)));
        Response::ok([self.paging.element(*total), Element::list(T::NAMES.1, elements)])
    }

    fn pick<'a>(
        &self,
        items: impl Iterator<Item = Cow<'a, T>>,
        site: &Site,
        ctx: &Context,
    ) -> Result<Picked<'a, T>, ApiError> {
        let items = items.filter(|item| item.is_visible(site, ctx));
        pick(items, &self.wanted, &self.order, site, &self.paging)
    }
}

fn pick<'a, T: Listed>(
    items: impl Iterator<Item = Cow<'a, T>>,
    wanted: &[Filter<T>],
    order: &[Order<T>],
    site: &Site,
    paging: &Paging,
) -> Result<Picked<'a, T>, ApiError> {
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

/// Which page, and how large.
#[derive(Debug)]
pub(super) struct Paging {
    number: u64,
    size: u64,
}

impl Paging {
    pub(super) fn read(ctx: &Context) -> Result<Paging, ApiError> {
        let size = match ctx.query("pageSize") {
            None => 100,
            Some(text) => match text.parse::<u64>() {
                Ok(size @ 1..=1000) => size,
                Ok(1001..) => {
                    let detail = format!("The page size {text} is above the limit of 1000.");
                    return Err(ApiError::forbidden("403014", detail));
                }
                _ => return Err(ApiError::bad("400007", format!("'{text}' is no page size."))),
            },
        };
        let number = match ctx.query("pageNumber") {
            None => 1,
            Some(text) => match text.parse::<u64>() {
                Ok(number @ 1..) => number,
                _ => return Err(ApiError::bad("400006", format!("'{text}' is no page number."))),
            },
        };
        Ok(Paging { number, size })
    }

    fn skip(&self) -> u64 {
        (self.number - 1).saturating_mul(self.size)
    }

    fn check(&self, total: u64) -> Result<(), ApiError> {
        if self.number > 1 && self.skip() >= total {
            let detail = format!("Page {} is past the end of {total} items.", self.number);
            return Err(ApiError::bad("400006", detail));
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
    pub(super) fn of(&self, name: &'static str, all: Vec<Element>) -> Result<Response, ApiError> {
        let total = all.len() as u64;
        self.check(total)?;
        let skip = usize::try_from(self.skip()).unwrap_or(usize::MAX);
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let page = all.into_iter().skip(skip).take(size);
        Ok(Response::ok([self.element(total), Element::list(name, page)]))
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
    fn read(ctx: &Context) -> Fields {
        let names: Vec<String> = ctx
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

type Order<T> = (fn(&T, &Site) -> Value, bool);

fn read_sort<T: Listed>(text: &str) -> Result<Vec<Order<T>>, ApiError> {
    text.split(',')
        .map(str::trim)
        .filter(|key| !key.is_empty())
        .map(|key| {
            let bad = |why: &str| ApiError::bad("400065", format!("The sort key '{key}' {why}."));
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
