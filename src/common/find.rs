//! Finding an item by its name, its path or an address.

use super::list::List;
use super::query::Filter;
use crate::client::Client;
use crate::http::percent_decode;
use crate::xml::Listed;
use crate::{Error, ErrorKind, Result};

/// Tableau's error code for a filter field that the server does not know.
const UNKNOWN_FILTER: &str = "400065";

/// Maximum number of items that the error for an ambiguous name lists.
const MAX_LISTED: usize = 10;

/// Returns the items of a list for which `fits` is true. The filters only reduce the number of
/// pages, so filters that cannot be sent, or that the server does not know, are omitted.
pub(crate) fn fitting<T: Listed>(
    list: List<'_, T>,
    filters: &[Filter<T>],
    fits: &dyn Fn(&T) -> bool,
) -> Result<Vec<T>> {
    let narrow = filters.iter().cloned().fold(list.clone(), List::filter_if_possible);
    let collect = |list: List<'_, T>| {
        let fits = |item: &Result<T>| item.as_ref().map_or(true, fits);
        list.into_iter().filter(fits).collect::<Result<Vec<T>>>()
    };
    match collect(narrow) {
        Err(error) if error.code() == Some(UNKNOWN_FILTER) => collect(list),
        other => other,
    }
}

/// Returns the only item, or `None` if there is none. Several items are an error that lists them.
pub(crate) fn only<T>(
    client: &Client,
    mut found: Vec<T>,
    what: &str,
    show: &dyn Fn(&T) -> String,
) -> Result<Option<T>> {
    if found.len() < 2 {
        return Ok(found.pop());
    }
    let mut shown: Vec<String> = found.iter().take(MAX_LISTED).map(show).collect();
    if found.len() > MAX_LISTED {
        shown.push("…".to_owned());
    }
    Err(ambiguous(client, found.len(), what, &shown))
}

#[inline]
fn ambiguous(client: &Client, count: usize, what: &str, shown: &[String]) -> Error {
    let what = format!("{count} {what}: {}", shown.join(", "));
    client.redact(Error::new(ErrorKind::Ambiguous, what))
}

/// Splits a path into names at `/`. In a name, `\/` is a slash and `\\` a backslash.
#[inline]
pub(crate) fn names(path: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut chars = path.chars().peekable();
    while let Some(c) = chars.next() {
        let name = names.last_mut().expect("has a name from the start");
        match (c, chars.peek()) {
            ('\\', Some('/' | '\\')) => name.extend(chars.next()),
            ('/', _) => names.push(String::new()),
            _ => name.push(c),
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// What an address on the session's site identifies.
#[derive(Debug, PartialEq)]
pub(crate) enum Place {
    /// A page, by the path segments after the site: `["workbooks", "1234"]`,
    /// `["views", "Superstore", "Overview"]`.
    Page(Vec<String>),
    /// A content URL: an address without a host.
    ContentUrl(String),
}

impl Place {
    /// Parses an address on the session's site.
    #[inline]
    pub(crate) fn of(client: &Client, address: &str) -> Result<Place> {
        let (site, place) = read_address(address)?;
        match site {
            Some(site) if !site.eq_ignore_ascii_case(&client.site_url) => {
                let name = |site: &str| match site {
                    "" => "the default site".to_owned(),
                    site => format!("the site {site:?}"),
                };
                Err(Error::input(format!(
                    "invalid address {address:?}: it is on {}, but the session is on {}",
                    name(&site),
                    name(&client.site_url)
                )))
            }
            _ => Ok(place),
        }
    }

    /// The number in the address of a page of this kind: `1234` in `…/workbooks/1234/views`.
    #[inline]
    pub(crate) fn number(&self, kind: &str) -> Option<&str> {
        match self {
            Place::Page(parts) => match &parts[..] {
                [first, number, ..] if first == kind => Some(number),
                _ => None,
            },
            Place::ContentUrl(_) => None,
        }
    }

    /// Whether an item's own address (`webpageUrl`) has the same number. Hosts are not compared, since
    /// a server can have several names.
    #[inline]
    pub(crate) fn is_number_of(&self, kind: &str, webpage_url: Option<&str>) -> bool {
        let own = webpage_url.and_then(|own| read_address(own).ok());
        self.number(kind)
            .is_some_and(|number| own.is_some_and(|(_, own)| own.number(kind) == Some(number)))
    }
}

const NOT_CONTENT: &str = "it is not that of a workbook, a view, a data source or a flow";

/// The first path segments of pages in the browser.
const KINDS: [&str; 5] = ["workbooks", "views", "datasources", "flows", "authoring"];

/// Parses an address: the site, if the address has a host, and its meaning on that site.
#[inline]
fn read_address(address: &str) -> Result<(Option<String>, Place)> {
    let invalid = |why: &str| Error::input(format!("invalid address {address:?}: {why}"));
    let Some((_, rest)) = address.split_once("://") else {
        let content_url = address.trim_matches('/');
        if content_url.is_empty() {
            return Err(invalid("it is empty"));
        }
        return Ok((None, Place::ContentUrl(content_url.to_owned())));
    };
    // `https://host/#/site/Sales/workbooks/12/views?:iid=1`, or `https://host/t/Sales/views/A/B`.
    let path = rest.split_once('/').map_or("", |(_, path)| path);
    let path = path.split_once("#/").map_or(path, |(_, fragment)| fragment);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut parts = path
        .split('/')
        .filter(|part| !part.is_empty())
        .map(percent_decode)
        .collect::<Option<Vec<String>>>()
        .ok_or_else(|| invalid("its percent-encoding is not valid"))?;
    let is_site = |part: &str| matches!(part, "site" | "t");
    let start = parts.iter().position(|part| is_site(part) || KINDS.contains(&part.as_str()));
    let start = start.ok_or_else(|| invalid(NOT_CONTENT))?;
    parts.drain(..start);
    let mut site = String::new();
    if is_site(&parts[0]) && parts.len() > 1 {
        site = parts.drain(..2).nth(1).unwrap_or_default();
    }
    if parts.first().is_some_and(|kind| kind == "authoring") {
        parts[0] = "views".to_owned();
    }
    match parts.first() {
        Some(kind) if KINDS.contains(&kind.as_str()) && parts.len() > 1 => {
            Ok((Some(site), Place::Page(parts)))
        }
        _ => Err(invalid(NOT_CONTENT)),
    }
}

/// Returns the item of a list with this id, for resources without an operation for one item.
pub(crate) fn by_id<T: Listed>(
    list: List<'_, T>,
    fits: impl Fn(&T) -> bool,
    what: &str,
    id: &str,
) -> Result<T> {
    let found = list.into_iter().find(|item| item.as_ref().map_or(true, &fits));
    found.unwrap_or_else(|| Err(not_found(what, id)))
}

#[inline]
pub(crate) fn not_found(what: &str, id: &str) -> Error {
    let what = format!("the session's user can see no {what} with the id {id:?}");
    Error::new(ErrorKind::NotFound, what)
}

/// Returns the only item of a list with this name for which `fits` is true. `None` if there is none.
pub(crate) fn by_name<T: Listed>(
    client: &Client,
    list: List<'_, T>,
    filter: Filter<T>,
    fits: &dyn Fn(&T) -> bool,
    what: &str,
    show: &dyn Fn(&T) -> String,
) -> Result<Option<T>> {
    only(client, fitting(list, &[filter], fits)?, what, show)
}

/// Adds `find`, which finds an item by its name, to a resource. With `in project`, it also adds
/// `find_in`, which searches one project, for items with `project` and `project_name`.
macro_rules! find_by_name {
    (@find $Item:ident $what:literal $self:ident $name:ident $fits:expr, $show:expr) => {
        $crate::common::find::by_name(
            $self.client,
            $self.list(),
            NAME.eq($name),
            &|item: &$Item| item.name == $name && $fits(item),
            &format!(concat!($what, " have the name {:?}"), $name),
            &$show,
        )
    };
    ($Handle:ident $Item:ident $what:literal) => {
        impl $Handle<'_> {
            #[doc = concat!("Finds one of the ", $what, " by its name. `None` if there is none.")]
            #[doc = rest!(LIST)]
            #[doc(alias = "find_by_name")]
            #[inline]
            pub fn find(&self, name: &str) -> $crate::Result<Option<$Item>> {
                $crate::common::find::find_by_name!(@find $Item $what self name |_: &$Item| true, |item: &$Item| item.id.to_string())
            }
        }
    };
    ($Handle:ident $Item:ident $what:literal in project) => {
        impl $Handle<'_> {
            #[doc = concat!("Finds one of the ", $what, " by its name. `None` if there is none.")]
            ///
            /// # Errors
            ///
            /// [`Ambiguous`](crate::ErrorKind::Ambiguous) if several projects have one of that name;
            /// the message lists them.
            #[doc = rest!(LIST)]
            #[doc(alias = "find_by_name")]
            #[inline]
            pub fn find(&self, name: &str) -> $crate::Result<Option<$Item>> {
                self.find_where(name, |_| true)
            }

            #[doc = concat!("Finds one of the ", $what, " of a project by its name. Nested projects are not searched.")]
            #[doc = rest!(LIST)]
            pub fn find_in(
                &self,
                project: impl Into<$crate::ProjectId>,
                name: &str,
            ) -> $crate::Result<Option<$Item>> {
                let project = project.into();
                self.find_where(name, |item| item.project.as_ref() == Some(&project))
            }

            #[doc = concat!("Returns the ", $what, " of a project, and with `nested` those of the projects in it,")]
            /// at any depth. Also reads the list of projects.
            ///
            /// Nested projects are those that the user can see.
            ///
            /// # Errors
            ///
            /// [`NotFound`](crate::ErrorKind::NotFound) if the user can see no such project.
            #[doc = rest!(LIST)]
            pub fn in_project(
                &self,
                project: impl Into<$crate::ProjectId>,
                nested: bool,
            ) -> $crate::Result<Vec<$Item>> {
                let projects = $crate::resources::projects::Projects::new(self.client);
                let projects = projects.with_nested(&project.into(), nested)?;
                // The names only reduce the number of pages; the URL of a request with many would be too
                // long.
                let names = projects.iter().map(|project| &*project.name);
                let filters = Vec::from_iter((projects.len() <= 20).then(|| PROJECT_NAME.any_of(names)));
                let ids: std::collections::HashSet<_> = projects.iter().map(|project| &project.id).collect();
                let is_in =
                    |item: &$Item| item.project.as_ref().is_some_and(|project| ids.contains(project));
                $crate::common::find::fitting(self.list(), &filters, &is_in)
            }

            fn find_where(
                &self,
                name: &str,
                fits: impl Fn(&$Item) -> bool,
            ) -> $crate::Result<Option<$Item>> {
                $crate::common::find::find_by_name!(@find $Item $what self name fits, |item: &$Item| {
                    let project = item.project_name.as_deref().unwrap_or("(no project)");
                    format!("{} in {project:?}", item.id)
                })
            }
        }
    };
}
pub(crate) use find_by_name;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_paths_at_slashes() {
        for (path, expected) in [
            ("Marketing/Q1", &["Marketing", "Q1"][..]),
            ("/Marketing/", &["Marketing"]),
            (r"A\/B/C\\D\E", &["A/B", r"C\D\E"]),
            (r"a\", &[r"a\"]),
            ("", &[]),
        ] {
            assert_eq!(names(path), expected, "{path}");
        }
    }

    #[test]
    fn parses_addresses_of_pages_and_content_urls() {
        let page =
            |parts: &[&str]| Place::Page(parts.iter().map(|&part| part.to_owned()).collect());
        for (address, site, place) in [
            (
                "https://h/#/site/Sales/workbooks/12/views?:iid=1",
                "Sales",
                page(&["workbooks", "12", "views"]),
            ),
            ("https://h/#/workbooks/12", "", page(&["workbooks", "12"])),
            (
                "https://h/tableau/#/site/A%20B/views/Wb/S%C3%A4",
                "A B",
                page(&["views", "Wb", "Sä"]),
            ),
            (
                "https://h/t/Sales/views/Wb/Sheet?:embed=y#3",
                "Sales",
                page(&["views", "Wb", "Sheet"]),
            ),
            ("http://h/views/Wb/Sheet", "", page(&["views", "Wb", "Sheet"])),
            ("https://h/t/Sales/authoring/Wb/Sheet", "Sales", page(&["views", "Wb", "Sheet"])),
        ] {
            assert_eq!(read_address(address).unwrap(), (Some(site.to_owned()), place), "{address}");
        }
        let content = read_address("Wb/sheets/S").unwrap();
        assert_eq!(content, (None, Place::ContentUrl("Wb/sheets/S".into())));
        for address in [
            "",
            "/",
            "https://h",
            "https://h/#/site/Sales/home",
            "https://h/views",
            "https://h/views/%zz",
        ] {
            assert_eq!(read_address(address).unwrap_err().kind(), ErrorKind::Input, "{address}");
        }
    }
}
