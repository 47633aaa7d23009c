//! Finding one thing by what people know of it: a name, a path, an address.

use super::list::{List, Listed};
use super::query::Filter;
use crate::core::Core;
use crate::{Error, ErrorKind, Result};

/// Tableau's code for a filter that the server does not have.
const NO_SUCH_FILTER: &str = "400065";

/// So many candidates are named when there are several.
const NAMED: usize = 10;

/// The items of a list that fit. The filters only save pages: what the server cannot be asked for,
/// or does not know, is left to `fits`.
pub(crate) fn fitting<T: Listed>(
    list: List<'_, T>,
    filters: impl IntoIterator<Item = Filter<T>>,
    fits: impl Fn(&T) -> bool,
) -> Result<Vec<T>> {
    let narrow = filters.into_iter().fold(list.clone(), List::filter_if_possible);
    let collect = |list: List<'_, T>| {
        let fits = |item: &Result<T>| item.as_ref().map_or(true, &fits);
        list.into_iter().filter(fits).collect::<Result<Vec<T>>>()
    };
    match collect(narrow) {
        Err(error) if error.code() == Some(NO_SUCH_FILTER) => collect(list),
        other => other,
    }
}

/// The only one, if there is one.
pub(crate) fn only<T>(
    core: &Core,
    mut found: Vec<T>,
    what: impl FnOnce() -> String,
    show: impl Fn(&T) -> String,
) -> Result<Option<T>> {
    if found.len() < 2 {
        return Ok(found.pop());
    }
    let mut list = found.iter().take(NAMED).map(show).collect::<Vec<_>>().join(", ");
    if found.len() > NAMED {
        list += ", …";
    }
    let what = format!("{} {}: {list}", found.len(), what());
    Err(core.redact(Error::new(ErrorKind::Ambiguous, what)))
}

/// The names of a path whose parts are separated by `/`; `\/` is a slash and `\\` a backslash in a
/// name.
pub(crate) fn names(path: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut chars = path.chars().peekable();
    while let Some(c) = chars.next() {
        let name = names.last_mut().expect("there is one from the start");
        match (c, chars.peek()) {
            ('\\', Some('/' | '\\')) => name.extend(chars.next()),
            ('/', _) => names.push(String::new()),
            _ => name.push(c),
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// Where an address leads: what stands behind the site in a browser's address, or a content URL.
#[derive(Debug, PartialEq)]
pub(crate) enum Place {
    /// `["workbooks", "1234"]`, `["views", "Superstore", "Overview"]`.
    Page(Vec<String>),
    /// What is no address with a host.
    ContentUrl(String),
}

impl Place {
    /// Reads an address of the session's site.
    pub(crate) fn of(core: &Core, address: &str) -> Result<Place> {
        let (site, place) = read_address(address)?;
        match site {
            Some(site) if !site.eq_ignore_ascii_case(&core.site_url) => {
                let named = |site: &str| match site {
                    "" => "the default site".to_owned(),
                    site => format!("the site {site:?}"),
                };
                Err(Error::input(format!(
                    "the address is of {}, and the session of {}",
                    named(&site),
                    named(&core.site_url)
                )))
            }
            _ => Ok(place),
        }
    }

    /// The number of a page of that kind: `1234` of `…/workbooks/1234/views`.
    pub(crate) fn number(&self, kind: &str) -> Option<&str> {
        match self {
            Place::Page(parts) => match &parts[..] {
                [first, number, ..] if first == kind => Some(number),
                _ => None,
            },
            Place::ContentUrl(_) => None,
        }
    }

    /// Whether a thing's own address (`webpageUrl`) leads there. Hosts are not compared: a server
    /// has as many as there are ways to it.
    pub(crate) fn is_number_of(&self, kind: &str, webpage_url: Option<&str>) -> bool {
        let own = webpage_url.and_then(|own| read_address(own).ok());
        self.number(kind)
            .is_some_and(|number| own.is_some_and(|(_, own)| own.number(kind) == Some(number)))
    }
}

/// The kinds of pages in a browser's address.
const KINDS: [&str; 5] = ["workbooks", "views", "datasources", "flows", "authoring"];

/// The site that an address is of, where it has a host, and what it leads to there.
fn read_address(address: &str) -> Result<(Option<String>, Place)> {
    let refuse = |why: &str| Error::input(format!("the address {address:?} {why}"));
    let Some((_, rest)) = address.split_once("://") else {
        let content_url = address.trim_matches('/');
        if content_url.is_empty() {
            return Err(refuse("is empty"));
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
        .map(decode)
        .collect::<Option<Vec<String>>>()
        .ok_or_else(|| refuse("is not well percent-encoded"))?;
    let is_site = |part: &str| matches!(part, "site" | "t");
    let start = parts.iter().position(|part| is_site(part) || KINDS.contains(&part.as_str()));
    let start = start.ok_or_else(|| refuse("leads to no workbook, view, data source or flow"))?;
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
        _ => Err(refuse("leads to no workbook, view, data source or flow")),
    }
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

/// Finds a room's content by name: `find` on the whole site and `find_in` in one project. The items
/// have `id`, `name`, `project` and `project_name`.
macro_rules! find_by_name {
    ($Room:ident $Item:ident $what:literal) => {
        impl $Room<'_> {
            #[doc = concat!("The one of the ", $what, " that has this name, if there is one.")]
            ///
            /// # Errors
            ///
            /// [`Ambiguous`](crate::ErrorKind::Ambiguous) where several have it, in as many
            /// projects; the message lists them.
            pub fn find(&self, name: &str) -> $crate::Result<Option<$Item>> {
                self.find_where(name, |_| true)
            }

            #[doc = concat!("The one of the ", $what, " in a project (not below it) that has this name, if there is one.")]
            pub fn find_in(
                &self,
                project: &$crate::ProjectId,
                name: &str,
            ) -> $crate::Result<Option<$Item>> {
                self.find_where(name, |item| item.project.as_ref() == Some(project))
            }

            fn find_where(
                &self,
                name: &str,
                fits: impl Fn(&$Item) -> bool,
            ) -> $crate::Result<Option<$Item>> {
                let fits = |item: &$Item| item.name == name && fits(item);
                let found = $crate::shared::find::fitting(self.list(), [NAME.eq(name)], fits)?;
                let what = || format!(concat!($what, " have the name {:?}"), name);
                $crate::shared::find::only(self.core, found, what, |item| {
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
    fn paths() {
        for (path, names_of_it) in [
            ("Marketing/Q1", &["Marketing", "Q1"][..]),
            ("/Marketing/", &["Marketing"]),
            (r"A\/B/C\\D\E", &["A/B", r"C\D\E"]),
            (r"a\", &[r"a\"]),
            ("", &[]),
        ] {
            assert_eq!(names(path), names_of_it, "{path}");
        }
    }

    #[test]
    fn addresses() {
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
