//! [`Operation`]: an operation of the REST API, declared once.

use std::fmt::{self, Write};

use crate::encoding::encode_segment;
use crate::version::ApiVersion;

/// An operation of the REST API, as the reference describes it.
#[derive(Debug)]
pub struct Operation {
    pub(crate) method: Method,
    /// The path below `/api/{version}/`, with placeholders for ids: `sites/{site}/groups/{group}`.
    pub(crate) path: &'static str,
    /// The first API version that has the operation.
    pub(crate) since: ApiVersion,
    pub(crate) scope: Scope,
    /// The title in the reference.
    pub(crate) title: &'static str,
}

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// `GET`.
    Get,
    /// `POST`.
    Post,
    /// `PUT`.
    Put,
    /// `PATCH`.
    Patch,
    /// `DELETE`.
    Delete,
}

/// The scope that a JSON Web Token needs for an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Named(&'static str),
    /// A session that was signed in with a JSON Web Token cannot use the operation.
    NotAvailable,
    /// The reference does not state a scope.
    Unknown,
}

impl Scope {
    /// Whether a session with these scopes may call an operation that needs this one. `true` if it is
    /// unknown.
    pub(crate) fn is_among(self, scopes: &[String]) -> bool {
        match self {
            Scope::Named(needed) => scopes.iter().any(|scope| includes(scope, needed)),
            Scope::NotAvailable => false,
            Scope::Unknown => true,
        }
    }
}

impl Method {
    /// The method as it is sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Declares operations, one per row, and `rest!(NAME)`: the line for the documentation of the
/// method that sends the operation.
///
/// ```text
/// operations! {
///     LIST = GET "sites/{site}/groups" since (2, 0) scope "tableau:groups:read"
///         "Query Groups" "users_and_groups.htm#query_groups";
///     DELETE = DELETE "sites/{site}/groups/{group}" since (2, 0) scope "tableau:groups:delete"
///         errors [404012] "Delete Group" "users_and_groups.htm#delete_group";
///     LINT = GET "lint" since (3, 1) until (3, 22) scope unknown on Server
///         "Lint" "server.htm#lint";
/// }
/// ```
///
/// Rows that other modules use are `pub(crate)`. A scope is a name, `unavailable` or `unknown`. Path
/// and placeholders are those of the reference. The error codes are those that the reference lists for
/// the operation, without those that any operation can return.
macro_rules! operations {
    ($(
        $vis:vis $NAME:ident = $METHOD:ident $path:literal since ($major:literal, $minor:literal)
            $(until ($umajor:literal, $uminor:literal))? scope $scope:tt $(on $on:ident)?
            $(errors [$code:literal $(, $codes:literal)*])?
            $title:literal $reference:literal;
    )+) => {
        $(
            $vis static $NAME: $crate::operation::Operation = $crate::operation::Operation {
                method: $crate::operation::operations!(@method $METHOD),
                path: $path,
                since: $crate::ApiVersion::new($major, $minor),
                scope: $crate::operation::operations!(@scope $scope),
                title: $title,
            };
        )+

        #[allow(unused_macros)]
        macro_rules! rest {
            $( ($NAME) => {
                concat!(
                    "\n\nREST: [", $title, "](", $crate::operation::reference!(), $reference, "), API ",
                    $major, ".", $minor,
                    $( " until ", $umajor, ".", $uminor, )?
                    $crate::operation::operations!(@scope_doc $scope),
                    $crate::operation::operations!(@on_doc $($on)?),
                    $( ", [errors](crate::guide::errors#codes) ", $code, $(", ", $codes,)* )?
                    "."
                )
            }; )+
        }
        #[allow(unused_imports)]
        pub(crate) use rest;
    };
    (@method GET) => { $crate::operation::Method::Get };
    (@method POST) => { $crate::operation::Method::Post };
    (@method PUT) => { $crate::operation::Method::Put };
    (@method PATCH) => { $crate::operation::Method::Patch };
    (@method DELETE) => { $crate::operation::Method::Delete };
    (@scope unknown) => { $crate::operation::Scope::Unknown };
    (@scope unavailable) => { $crate::operation::Scope::NotAvailable };
    (@scope $scope:literal) => { $crate::operation::Scope::Named($scope) };
    (@scope_doc unknown) => { "" };
    (@scope_doc unavailable) => { ", not with a JSON Web Token" };
    (@scope_doc $scope:literal) => { concat!(", scope `", $scope, "`") };
    (@on_doc) => { "" };
    (@on_doc Server) => { ", Tableau Server only" };
    (@on_doc Cloud) => { ", Tableau Cloud only" };
}
pub(crate) use operations;

macro_rules! reference {
    () => {
        "https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_"
    };
}
pub(crate) use reference;

/// A value for a placeholder in the path of an operation.
pub trait PathSegment {
    /// The percent-encoded segment, or why it is invalid.
    fn segment(&self) -> Result<String, String>;
}

/// Arbitrary text, such as a tag.
impl PathSegment for str {
    fn segment(&self) -> Result<String, String> {
        match self {
            // Such a segment would change the path to that of another operation.
            "" | "." | ".." => Err(format!("{self:?} cannot be part of a path")),
            text => Ok(encode_segment(text)),
        }
    }
}

impl PathSegment for String {
    fn segment(&self) -> Result<String, String> {
        self.as_str().segment()
    }
}

/// A number, such as that of a revision.
impl PathSegment for u64 {
    fn segment(&self) -> Result<String, String> {
        Ok(self.to_string())
    }
}

/// An operation with its path filled in.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) operation: &'static Operation,
    /// The path, `/api/3.24/sites/…`, or why it is invalid.
    pub(crate) path: Result<String, String>,
}

impl Operation {
    /// The operation's path for a session on `site`. `ids` replace the placeholders, in order;
    /// `{site}` is the session's own site, unless there is an id for it, too.
    pub(crate) fn call(
        &'static self,
        version: ApiVersion,
        site: Option<&dyn PathSegment>,
        ids: &[&dyn PathSegment],
    ) -> Call {
        Call { operation: self, path: self.fill(version, site, ids) }
    }

    fn fill(
        &self,
        version: ApiVersion,
        site: Option<&dyn PathSegment>,
        ids: &[&dyn PathSegment],
    ) -> Result<String, String> {
        // Long enough for most paths, which have two ids.
        let mut path = String::with_capacity(128);
        if !self.path.starts_with('/') {
            let _ = write!(path, "/api/{version}/");
        }
        let names_site = self.path.bytes().filter(|byte| *byte == b'{').count() == ids.len();
        let mut ids = ids.iter();
        let mut rest = self.path;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').expect("placeholders are closed");
            path.push_str(before);
            let segment = match name == "site" && !names_site {
                true => site.expect("an operation of a site is called by a session").segment(),
                false => ids.next().expect("an operation is called with all its ids").segment(),
            };
            path.push_str(
                &segment.map_err(|why| format!("invalid {name} for {:?}: {why}", self.title))?,
            );
            rest = after;
        }
        path.push_str(rest);
        Ok(path)
    }

    /// The scope that a session signed in with a JSON Web Token needs for the operation, as a hint
    /// for an error message.
    pub(crate) fn scope_hint(&self) -> Option<String> {
        match self.scope {
            Scope::Named(scope) => {
                Some(format!("{} needs the scope `{scope}` in a JSON Web Token", self.title))
            }
            Scope::NotAvailable => Some(format!(
                "{} is not available to a session that was signed in with a JSON Web Token",
                self.title
            )),
            Scope::Unknown => None,
        }
    }
}

/// The scope of signing out, which every other scope includes.
pub(crate) const ANY_SCOPE: &str = "tableau:*:*";

/// Whether a scope is the needed one, its group (`tableau:tasks` includes `tableau:tasks:read`), or
/// has wildcards for it (`tableau:tasks:*`).
fn includes(scope: &str, needed: &str) -> bool {
    if needed == ANY_SCOPE {
        return true;
    }
    let mut needed = needed.split(':');
    let is_next = |part| needed.next().is_some_and(|needed| part == "*" || part == needed);
    scope.contains(':') && scope.split(':').all(is_next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{GroupId, SiteId, UserId};

    operations! {
        MEMBER = DELETE "sites/{site}/groups/{group}/users/{user}" since (2, 0)
            scope "tableau:groups:update" errors [404002, 404012]
            "Remove User from Group" "x.htm#y";
        SCHEDULES = GET "schedules" since (2, 2) until (3, 22) scope unavailable on Server
            "Query Schedules" "x.htm#z";
        SITE = GET "sites/{site}" since (1, 0) scope unknown "Query Site" "x.htm#s";
        CONTENT = GET "/api/exp/sites/{site}/customviews/{custom-view}" since (3, 21)
            scope unknown "Download Custom View" "x.htm#c";
    }

    fn path(operation: &'static Operation, ids: &[&dyn PathSegment]) -> Result<String, String> {
        operation.call(ApiVersion::new(3, 24), Some(&SiteId::from("s-1")), ids).path
    }

    #[test]
    fn fills_in_ids_in_order() {
        let (group, user) = (GroupId::from("g 1"), UserId::from("u"));
        let filled = path(&MEMBER, &[&group, &user]).unwrap();
        assert_eq!(filled, "/api/3.24/sites/s-1/groups/g%201/users/u");
        assert_eq!(path(&SCHEDULES, &[]).unwrap(), "/api/3.24/schedules");
        assert_eq!(path(&SITE, &[]).unwrap(), "/api/3.24/sites/s-1");
        assert_eq!(path(&SITE, &[&SiteId::from("other")]).unwrap(), "/api/3.24/sites/other");
        let content = path(&CONTENT, &[&"c".to_owned()]).unwrap();
        assert_eq!(content, "/api/exp/sites/s-1/customviews/c");
    }

    #[test]
    fn refuses_ids_that_are_not_one_segment() {
        for id in ["", ".", "..", "a/b", "../users"] {
            let why = path(&MEMBER, &[&GroupId::from(id), &UserId::from("u")]).unwrap_err();
            assert!(why.contains("group") && why.contains(&format!("{id:?}")), "{why}");
        }
    }

    #[test]
    fn hints_at_the_scope_if_it_is_known() {
        let needed = "Remove User from Group needs the scope `tableau:groups:update` in a JSON Web \
                      Token";
        assert_eq!(MEMBER.scope_hint().as_deref(), Some(needed));
        let unavailable = SCHEDULES.scope_hint().unwrap();
        assert!(unavailable.starts_with("Query Schedules is not available to a session"));
        assert_eq!(SITE.scope_hint(), None);
    }

    #[test]
    fn allows_an_operation_by_its_scope_or_one_that_includes_it() {
        let allows =
            |operation: &Operation, scope: &str| operation.scope.is_among(&[scope.to_owned()]);
        for scope in ["tableau:groups:update", "tableau:groups", "tableau:groups:*", "tableau:*:*"]
        {
            assert!(allows(&MEMBER, scope), "{scope}");
        }
        for scope in
            ["tableau", "tableau:groups:read", "tableau:group", "tableau:groups:update:x", ""]
        {
            assert!(!allows(&MEMBER, scope), "{scope}");
        }
        assert!(!MEMBER.scope.is_among(&[]));
        assert!(!allows(&SCHEDULES, "tableau:*:*"));
        assert!(SITE.scope.is_among(&[]));
    }

    #[test]
    fn documents_an_operation_in_one_line() {
        let line = rest!(SCHEDULES);
        let (start, end) = (
            "\n\nREST: [Query Schedules](https://",
            "API 2.2 until 3.22, not with a JSON Web Token, Tableau Server only.",
        );
        assert!(line.starts_with(start) && line.ends_with(end), "{line}");
        let end = "), API 2.0, scope `tableau:groups:update`, \
                   [errors](crate::guide::errors#codes) 404002, 404012.";
        assert!(rest!(MEMBER).ends_with(end), "{}", rest!(MEMBER));
    }
}
