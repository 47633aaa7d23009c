//! Lists: filters, sorting, fields and pages, the same for every resource.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::api_error::ApiError;
use super::context::Context;
use super::element::Element;
use super::filter::{Filter, Value, compare, value_in};
use super::record::{Record, Resource};
use super::response::Response;
use super::schema::{Field, Filters, contains, filter_field};
use super::site::Site;

/// What a list of items needs to know about them.
pub(super) struct Listing {
    pub(super) element: &'static str,
    pub(super) list: &'static str,
    pub(super) filters: Filters,
    pub(super) hidden: &'static str,
}

impl Listing {
    fn of<R: Resource>() -> Listing {
        let schema = R::SCHEMA;
        Listing {
            element: schema.element,
            list: schema.list,
            filters: schema.filters,
            hidden: schema.hidden,
        }
    }

    /// The response to a request for some items that are given as elements.
    pub(super) fn elements(
        &self,
        items: impl Iterator<Item = Element>,
        ctx: &Context,
    ) -> Result<Response, ApiError> {
        let query = Query::read(ctx, self)?;
        let (page, total) = query.select(items, value_in)?;
        Ok(query.respond(self, page.into_iter(), total))
    }
}

/// The response to a request for all items of a resource.
pub(super) fn list_all<R: Resource>(site: &Site, ctx: &Context) -> Result<Response, ApiError> {
    let listing = Listing::of::<R>();
    let query = Query::read(ctx, &listing)?;
    let items = site.items::<R>();
    if !query.filters.is_empty() || !query.order.is_empty() || R::may_hide(site, ctx) {
        return list_some::<R>(items.iter(), site, ctx);
    }
    // Only the items of the page are generated.
    query.paging.check(items.len())?;
    let page = items.slice(query.paging.skip(), query.paging.size);
    let elements = page.iter().map(|record| R::element(record, site, ctx));
    Ok(query.respond(&listing, elements, items.len()))
}

/// The response to a request for some items of a resource.
pub(super) fn list_some<'a, R: Resource>(
    items: impl Iterator<Item = Cow<'a, Record>>,
    site: &Site,
    ctx: &Context,
) -> Result<Response, ApiError> {
    let listing = Listing::of::<R>();
    let query = Query::read(ctx, &listing)?;
    let visible = items.filter(|record| R::is_visible(record, site, ctx));
    let (page, total) =
        query.select(visible, |record, field| R::value(record, field, site, ctx))?;
    let elements = page.iter().map(|record| R::element(record, site, ctx));
    Ok(query.respond(&listing, elements, total))
}

/// The parameters of a list request.
struct Query {
    paging: Paging,
    filters: Vec<Filter>,
    /// The fields to sort by, and whether in descending order.
    order: Vec<(Field, bool)>,
    fields: Fields,
}

impl Query {
    fn read(ctx: &Context, listing: &Listing) -> Result<Query, ApiError> {
        Ok(Query {
            paging: Paging::read(ctx)?,
            filters: Filter::read_all(ctx.query("filter").unwrap_or_default(), listing.filters)?,
            order: read_sort(ctx.query("sort").unwrap_or_default(), listing.filters)?,
            fields: Fields::read(ctx, listing)?,
        })
    }

    /// The items of the page, and the number of items on all pages.
    fn select<T>(
        &self,
        items: impl Iterator<Item = T>,
        value: impl Fn(&T, &Field) -> Value,
    ) -> Result<(Vec<T>, u64), ApiError> {
        let accepts = |item: &T| {
            self.filters.iter().all(|filter| filter.accepts(&value(item, &filter.field)))
        };
        let matching = items.filter(accepts);
        if self.order.is_empty() {
            // There may be a million other items, so only those of the page are kept.
            let (mut page, mut total) = (Vec::new(), 0);
            for item in matching {
                if total >= self.paging.skip() && (page.len() as u64) < self.paging.size {
                    page.push(item);
                }
                total += 1;
            }
            self.paging.check(total)?;
            return Ok((page, total));
        }
        let keys = |item: &T| self.order.iter().map(|(field, _)| value(item, field)).collect();
        let mut all: Vec<(Vec<Value>, T)> = matching.map(|item| (keys(&item), item)).collect();
        all.sort_by(|(a, _), (b, _)| {
            let by_key = |((a, b), &(_, descending)): ((&Value, &Value), &(Field, bool))| {
                let order = compare(a, b);
                if descending { order.reverse() } else { order }
            };
            let mut orders = a.iter().zip(b).zip(&self.order).map(by_key);
            orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        });
        let total = all.len() as u64;
        self.paging.check(total)?;
        Ok((self.paging.page(all).map(|(_, item)| item).collect(), total))
    }

    fn respond(
        &self,
        listing: &Listing,
        elements: impl Iterator<Item = Element>,
        total: u64,
    ) -> Response {
        let selected =
            elements.map(|element| self.fields.select(element, listing.element, listing.hidden));
        Response::ok([self.paging.element(total), Element::list(listing.list, selected)])
    }
}

/// The page that a request asks for.
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
                _ => {
                    return Err(ApiError::bad(
                        "400007",
                        format!("'{text}' is not a valid page size."),
                    ));
                }
            },
        };
        let number = match ctx.query("pageNumber") {
            None => 1,
            Some(text) => match text.parse::<u64>() {
                Ok(number @ 1..) => number,
                _ => {
                    return Err(ApiError::bad(
                        "400006",
                        format!("'{text}' is not a valid page number."),
                    ));
                }
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
            .with("pageNumber", self.number)
            .with("pageSize", self.size)
            .with("totalAvailable", total)
    }

    /// The response with a page of elements that have no filters.
    pub(super) fn respond(
        &self,
        name: &'static str,
        all: Vec<Element>,
    ) -> Result<Response, ApiError> {
        let total = all.len() as u64;
        self.check(total)?;
        Ok(Response::ok([self.element(total), Element::list(name, self.page(all))]))
    }

    fn page<T>(&self, all: Vec<T>) -> impl Iterator<Item = T> {
        let skip = usize::try_from(self.skip()).unwrap_or(usize::MAX);
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        all.into_iter().skip(skip).take(size)
    }
}

/// The attributes and children that the `fields` parameter asks for.
enum Fields {
    Default,
    All,
    /// `workbook.name`, `project.id`, or a bare name.
    Named {
        default: bool,
        names: Vec<String>,
    },
}

impl Fields {
    fn read(ctx: &Context, listing: &Listing) -> Result<Fields, ApiError> {
        let names: Vec<String> = ctx
            .query("fields")
            .unwrap_or_default()
            .split(',')
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect();
        Ok(if names.iter().any(|name| name == "_all_") {
            if !ctx.all_fields {
                let code = match listing.list {
                    "workbooks" => "400023",
                    "users" => "400025",
                    "groups" => "400028",
                    "views" => "400053",
                    _ => "400000",
                };
                let detail = format!("There was a problem querying the {}.", listing.list);
                return Err(ApiError::bad(code, detail));
            }
            Fields::All
        } else if names.is_empty() {
            Fields::Default
        } else {
            Fields::Named { default: names.iter().any(|name| name == "_default_"), names }
        })
    }

    fn select(&self, mut element: Element, item: &str, hidden: &str) -> Element {
        let (default, names) = match self {
            Fields::All => return element,
            Fields::Default => (true, &[][..]),
            Fields::Named { default, names } => (*default, &names[..]),
        };
        let requested = |of: &str, name: &str| {
            names.iter().any(|wanted| match wanted.split_once('.') {
                Some((element, attribute)) => {
                    element == of
                        && (attribute == name || name.strip_suffix('s') == Some(attribute))
                }
                None => of == item && wanted == name,
            })
        };
        let shown = |name: &str| default && !contains(hidden, name);
        element.attributes.retain(|(name, _)| shown(name) || requested(item, name));
        element.children.retain_mut(|child| {
            if shown(&child.name) || requested(item, &child.name) {
                return true;
            }
            // `project.name` requests one attribute of a child.
            child.attributes.retain(|(name, _)| requested(&child.name, name));
            !child.attributes.is_empty()
        });
        element
    }
}

fn read_sort(text: &str, filters: Filters) -> Result<Vec<(Field, bool)>, ApiError> {
    text.split(',')
        .map(str::trim)
        .filter(|key| !key.is_empty())
        .map(|key| {
            let error = |why: &str| ApiError::bad("400065", format!("The sort key '{key}' {why}."));
            let (name, direction) = key.split_once(':').unwrap_or((key, "asc"));
            let field = filter_field(filters, name);
            let field = field.ok_or_else(|| error("names a field that cannot be sorted by"))?;
            match direction {
                "asc" => Ok((field, false)),
                "desc" => Ok((field, true)),
                _ => Err(error("has a direction that is neither asc nor desc")),
            }
        })
        .collect()
}
