//! Resolves the path of a raw request.

use crate::client::Client;
use crate::http::{Origin, is_clean, percent_decode};
use crate::operation::PathSegment;

/// Resolves a path below `/api/{version}/`, an absolute path or a URL on the session's server.
/// Returns the path and the query parameters, or why the path cannot be sent.
#[inline]
pub(super) fn resolve(
    client: &Client,
    path: &str,
) -> Result<(String, Vec<(String, String)>), String> {
    let is_url = path.find("://").is_some_and(|at| !path[..at].contains(['/', '?']));
    let path = match is_url {
        true => below_server(client, path)?,
        false => path,
    };
    if path.contains('#') {
        return Err("it has a fragment, which cannot be sent: write `%23` for `#`".to_owned());
    }
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    if path.starts_with("api/") {
        return Err(
            "it is below /api/{version}/ already: begin an absolute path with `/`".to_owned()
        );
    }
    let mut out = match path.starts_with('/') {
        true => String::new(),
        false => format!("/api/{}/", client.version),
    };
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or("`{` has no `}`")?;
        out.push_str(before);
        out.push_str(&match name {
            "site" => client.site_id.segment()?,
            "user" => client.user_id.segment()?,
            "version" => client.version.to_string(),
            _ => {
                return Err(format!(
                    "unknown placeholder {{{name}}}: only {{site}}, {{user}} and {{version}} are \
                     filled in; write the value itself in its place"
                ));
            }
        });
        rest = after;
    }
    out.push_str(rest);
    if !is_clean(&out) {
        let bad = out.chars().find(|c| !is_clean(&c.to_string())).unwrap_or_default();
        return Err(format!("it contains {bad:?}, which has to be percent-encoded"));
    }
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decode = |text: &str| {
            let decoded = percent_decode(&text.replace('+', " "));
            decoded
                .ok_or_else(|| format!("the query parameter {name:?} is not percent-encoded UTF-8"))
        };
        Ok((decode(name)?, decode(value)?))
    });
    let pairs = pairs.collect::<Result<_, String>>()?;
    Ok((out, pairs))
}

/// The path and query of a URL on the session's server, below the server's path prefix.
#[inline]
fn below_server<'u>(client: &Client, url: &'u str) -> Result<&'u str, String> {
    let (base, origin) = (client.transport.base(), client.transport.origin());
    let (other, path) = Origin::parse(url)?;
    if other != origin && other != base.origin {
        return Err(format!(
            "it is on {other}, but the session's token is sent only to {origin}: use a path"
        ));
    }
    let below = path.strip_prefix(&*base.prefix).filter(|path| path.starts_with('/'));
    below.ok_or_else(|| format!("it is not below {base}"))
}
