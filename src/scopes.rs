//! [`scopes_of`]: the scopes of the operations that a program names.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::operation::{ANY_SCOPE, Scope};
use crate::{Error, Result};

/// The operations of all features. Read from the generated page, because the declarations of the
/// operations do not contain the methods that send them.
pub(crate) static OPERATIONS: LazyLock<Vec<Row>> =
    LazyLock::new(|| include_str!("../docs/coverage.md").lines().filter_map(Row::parse).collect());

/// The number of names that the error for an unknown name suggests.
const SUGGESTIONS: usize = 3;

/// A row of the coverage page.
pub(crate) struct Row {
    pub(crate) title: &'static str,
    /// The HTTP method.
    #[cfg_attr(not(any(test, feature = "mock")), expect(dead_code))]
    pub(crate) method: &'static str,
    #[cfg_attr(not(any(test, feature = "mock")), expect(dead_code))]
    pub(crate) path: &'static str,
    pub(crate) scope: Scope,
    /// The methods of the library that send the operation: `Workbooks::list`.
    methods: Vec<&'static str>,
}

impl Row {
    /// Parses a line; `None` for lines that are not rows.
    #[inline]
    fn parse(line: &'static str) -> Option<Row> {
        let cells: Vec<_> = line.strip_prefix("| [")?.trim_end_matches(" |").split(" | ").collect();
        let [title, request, _, scope, methods] = cells[..] else { return None };
        let (method, path) = request.trim_matches('`').split_once(' ')?;
        let scope = match scope.trim_matches('`') {
            "unknown" => Scope::Unknown,
            "not available" => Scope::NotAvailable,
            scope => Scope::Named(scope),
        };
        let methods = methods.split(", ").map(|method| method.trim_matches('`')).collect();
        Some(Row { title: title.split_once("](")?.0, method, path, scope, methods })
    }

    #[inline]
    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.methods.iter().copied().chain([self.title])
    }
}

/// Returns the scopes that a JSON Web Token needs for the operations that a program uses, in
/// alphabetical order.
///
/// An operation is named by its method (`Workbooks::list`) or by its title in Tableau's reference
/// (`Query Workbooks for Site`), regardless of case. The page [Coverage](crate::guide::coverage) lists
/// both. A method that sends several operations needs the scopes of all of them. Methods that only
/// call others are not listed: for `find`, name `list`; for an upload in chunks, `Fileuploads::upload`.
///
/// An operation for which the reference states no scope adds none.
///
/// ```
/// # use tableau_server_client as tsc;
/// # fn main() -> tsc::Result<()> {
/// let scopes = tsc::scopes_of(["Workbooks::list", "Workbooks::download", "Groups::delete"])?;
/// assert_eq!(
///     scopes,
///     ["tableau:content:read", "tableau:groups:delete", "tableau:workbooks:download"]
/// );
/// let auth = tsc::ConnectedAppAuth::new("CLIENT-ID", "SECRET-ID", "SECRET", "USERNAME", scopes);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`Input`](crate::ErrorKind::Input) if a name is unknown, with the most similar names, and if an
/// operation cannot be used in a session that was signed in with a JSON Web Token.
pub fn scopes_of<S: AsRef<str>>(
    operations: impl IntoIterator<Item = S>,
) -> Result<Vec<&'static str>> {
    let mut scopes = BTreeSet::new();
    for name in operations {
        scopes.extend(scopes_of_one(name.as_ref())?);
    }
    Ok(scopes.into_iter().collect())
}

#[inline]
fn scopes_of_one(name: &str) -> Result<Vec<&'static str>> {
    let is_named = |row: &&Row| row.names().any(|known| known.eq_ignore_ascii_case(name));
    let rows: Vec<&Row> = OPERATIONS.iter().filter(is_named).collect();
    if rows.is_empty() {
        return Err(Error::input(format!(
            "no operation is named {name:?}: name a method or an operation of the page Coverage, \
             such as {}",
            similar(name).map(|name| format!("{name:?}")).join(", ")
        )));
    }
    if rows.iter().all(|row| row.scope == Scope::NotAvailable) {
        return Err(Error::input(format!(
            "{name:?} has no scope: it is not available to a session that was signed in with a JSON \
             Web Token"
        )));
    }
    let scope = |row: &Row| match row.scope {
        Scope::Named(scope) if scope != ANY_SCOPE => Some(scope),
        _ => None,
    };
    Ok(rows.into_iter().filter_map(scope).collect())
}

/// The known names that share the most pairs of adjacent letters with a name.
fn similar(name: &str) -> [&'static str; SUGGESTIONS] {
    let pairs = |text: &str| -> BTreeSet<(char, char)> {
        let text = text.to_lowercase();
        text.chars().zip(text.chars().skip(1)).collect()
    };
    let wanted = pairs(name);
    let difference = |known: &str| {
        let known = pairs(known);
        let shared = wanted.intersection(&known).count();
        // In thousandths, since a float has no order.
        1000 - 2000 * shared / (wanted.len() + known.len()).max(1)
    };
    let names: BTreeSet<&'static str> = OPERATIONS.iter().flat_map(Row::names).collect();
    let mut names: Vec<_> = names.into_iter().map(|name| (difference(name), name)).collect();
    names.sort_unstable();
    std::array::from_fn(|index| names[index].1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn lists_each_scope_once_by_method_or_title() {
        let scopes = scopes_of(["Workbooks::list", "query workbooks for site", "Groups::delete"]);
        assert_eq!(scopes.unwrap(), ["tableau:content:read", "tableau:groups:delete"]);
        assert_eq!(scopes_of([""; 0]).unwrap(), [""; 0]);
    }

    #[test]
    fn combines_the_scopes_of_a_method_with_several_operations() {
        let scopes = scopes_of(["Tags::add"]).unwrap();
        for scope in ["tableau:workbook_tags:update", "tableau:view_tags:update"] {
            assert!(scopes.contains(&scope), "{scopes:?}");
        }
        assert_eq!(scopes_of(["Permissions::add"]).unwrap(), ["tableau:permissions:update"]);
    }

    #[test]
    fn operations_without_a_scope_of_their_own_add_none() {
        assert!(scopes_of(["Metadata::query", "Session::sign_out"]).unwrap().is_empty());
    }

    #[test]
    fn unknown_name_is_an_error_with_similar_names() {
        for (name, expected) in [
            ("Workbooks::lst", "\"Workbooks::list\""),
            ("Query Workbooks", "\"Query Workbooks for Site\""),
            ("workbook.list", "\"Workbooks::list\""),
            ("", "such as \""),
        ] {
            let error = scopes_of(["Groups::list", name]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Input);
            assert!(error.to_string().contains(expected), "{error}");
        }
    }

    #[test]
    fn operation_that_is_not_available_with_a_jwt_is_an_error() {
        for name in ["Oidc::get", "Add Database Permissions"] {
            let error = scopes_of([name]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Input);
            assert!(error.to_string().contains("not available"), "{error}");
        }
    }
}
