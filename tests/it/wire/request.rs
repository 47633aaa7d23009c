//! Requests as text, for comparing them regardless of the order of attributes and parameters.

use std::fmt::Write as _;

use serde_json::Value;

use crate::raw::Seen;

/// `METHOD path?query`, then the token, relevant headers and the body, one per line.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    pub method: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub rest: Vec<String>,
}

impl Sent {
    /// The request of a golden.
    pub fn recorded(request: &Value) -> Sent {
        let text = |name: &str| request[name].as_str().unwrap_or_default().to_owned();
        let pairs = request["query"].as_array().into_iter().flatten();
        let query = pairs.map(|pair| (string(&pair[0]), string(&pair[1]))).collect();
        let mut rest = Vec::new();
        if let Some(token) = request["token"].as_str() {
            rest.push(format!("token: {token}"));
        }
        for (name, value) in request["headers"].as_object().into_iter().flatten() {
            rest.push(format!("header {name}: {}", string(value)));
        }
        let body = &request["body"];
        if let Some(parts) = body["parts"].as_array() {
            rest.push(text("content_type"));
            for part in parts {
                rest.push(part_head(
                    part["name"].as_str(),
                    part["filename"].as_str(),
                    part["content_type"].as_str().unwrap_or_default(),
                ));
                rest.extend(
                    recorded_body(&part["body"]).into_iter().map(|line| format!("  {line}")),
                );
            }
        } else if !body.is_null() {
            rest.push(text("content_type"));
            rest.extend(recorded_body(body));
        }
        Sent { method: text("method"), path: text("path"), query, rest }
    }

    /// The request that the server received.
    pub fn seen(seen: &Seen) -> Sent {
        let (path, query) = seen.target.split_once('?').unwrap_or((&seen.target, ""));
        let mut query: Vec<(String, String)> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (decoded(name), decoded(value)))
            .collect();
        query.sort();
        let mut rest = Vec::new();
        if let Some(token) = seen.header("x-tableau-auth") {
            rest.push(format!("token: {token}"));
        }
        for name in ["x-request-source", "requestid"] {
            if let Some(value) = seen.header(name) {
                rest.push(format!("header {name}: {value}"));
            }
        }
        if !seen.body.is_empty() {
            let content_type = seen.header("content-type").unwrap_or_default();
            rest.push(media(content_type).to_owned());
            rest.extend(match media(content_type).starts_with("multipart/") {
                true => parts(content_type, &seen.body),
                false => body(media(content_type), &seen.body),
            });
        }
        Sent { method: seen.method.clone(), path: path.to_owned(), query, rest }
    }

    /// Returns the request as lines, with the path of the site abbreviated to `~`.
    pub fn lines(&self) -> Vec<String> {
        let mut first = format!("{} {}", self.method, short(&self.path));
        for (at, (name, value)) in self.query.iter().enumerate() {
            let _ = write!(first, "{}{name}={value}", if at == 0 { '?' } else { '&' });
        }
        let mut lines = vec![first];
        lines.extend(self.rest.iter().cloned());
        lines
    }

    /// Returns the request in one line without the token, as in the `differs` calls of the cases.
    pub fn line(&self) -> String {
        let lines = self.lines().into_iter().filter(|line| !line.starts_with("token: "));
        let lines: Vec<_> = lines.map(|line| line.trim().to_owned()).collect();
        lines.join(" ").replace(" text/xml <tsRequest>", " <tsRequest>")
    }
}

/// Abbreviates the path of the site, `/api/3.30/sites/site-1`, to `~`, and that of the API to `/api`.
fn short(path: &str) -> String {
    let Some(rest) = path.strip_prefix("/api/") else { return path.to_owned() };
    let Some((version, rest)) = rest.split_once('/') else { return path.to_owned() };
    if !version.starts_with(|c: char| c.is_ascii_digit()) {
        return path.to_owned();
    }
    match rest.strip_prefix("sites/site-1/") {
        Some(rest) => format!("~/{rest}"),
        None => format!("/api/{rest}"),
    }
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn media(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        match (bytes[at], hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn recorded_body(body: &Value) -> Vec<String> {
    match body {
        Value::Object(body) if body.contains_key("xml") => {
            unordered_tags(body["xml"].as_array().into_iter().flatten().map(string).collect())
        }
        Value::Object(body) if body.contains_key("json") => json(&body["json"]),
        body => vec![format!("{:?}", body["text"].as_str().unwrap_or_default())],
    }
}

fn body(media: &str, body: &[u8]) -> Vec<String> {
    if body.is_empty() {
        return vec![r#""""#.into()];
    }
    if media.ends_with("xml") || body.trim_ascii_start().starts_with(b"<tsRequest") {
        return xml(&String::from_utf8_lossy(body));
    }
    if media.ends_with("json")
        && let Ok(value) = serde_json::from_slice(body)
    {
        return json(&value);
    }
    let text: String = body.iter().copied().map(char::from).collect();
    vec![format!("{text:?}")]
}

fn json(value: &Value) -> Vec<String> {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// One element per line with sorted attributes, in the recorder's form.
fn xml(text: &str) -> Vec<String> {
    fn quoted(value: &str) -> String {
        let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
        format!("\"{}\"", escaped.replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t"))
    }
    fn walk(node: roxmltree::Node<'_, '_>, depth: usize, lines: &mut Vec<String>) {
        let mut attributes: Vec<_> = node.attributes().collect();
        attributes.sort_by_key(|attribute| attribute.name());
        let mut line = format!("{}<{}", "  ".repeat(depth), node.tag_name().name());
        for attribute in attributes {
            let _ = write!(line, " {}={}", attribute.name(), quoted(attribute.value()));
        }
        line.push('>');
        match node.text().map(str::trim) {
            None | Some("") => {}
            Some(text) => line += &quoted(text),
        }
        lines.push(line);
        for child in node.children().filter(|child| child.is_element()) {
            walk(child, depth + 1, lines);
        }
    }
    let mut lines = Vec::new();
    match roxmltree::Document::parse(text) {
        Ok(document) => walk(document.root_element(), 0, &mut lines),
        Err(error) => lines.push(format!("not XML ({error}): {text}")),
    }
    unordered_tags(lines)
}

/// Tags are a set, which TSC sends in arbitrary order.
fn unordered_tags(mut lines: Vec<String>) -> Vec<String> {
    let is_tag = |line: &String| line.trim_start().starts_with("<tag ");
    for tags in lines.chunk_by_mut(|one, next| is_tag(one) && is_tag(next)) {
        tags.sort();
    }
    lines
}

fn part_head(name: Option<&str>, filename: Option<&str>, content_type: &str) -> String {
    let filename = filename.filter(|name| !name.is_empty());
    let filename = filename.map_or_else(String::new, |name| format!("; filename={name:?}"));
    format!("part {:?}{filename}; {content_type}", name.unwrap_or_default())
}

fn parts(content_type: &str, whole: &[u8]) -> Vec<String> {
    let Some(boundary) = parameter(content_type, "boundary") else {
        return vec!["a multipart body without a boundary".into()];
    };
    let mark = [b"\r\n--", boundary.as_bytes()].concat();
    // The first boundary has no line break before it.
    let whole = [b"\r\n", whole].concat();
    let mut lines = Vec::new();
    let mut pieces = split(&whole, &mark);
    if pieces.pop().is_none_or(|end| end.trim_ascii() != b"--") {
        lines.push("the multipart body does not end".into());
    }
    for piece in pieces.into_iter().skip(1) {
        let Some(at) = find(piece, b"\r\n\r\n") else {
            lines.push("a part without a body".into());
            continue;
        };
        let head = String::from_utf8_lossy(&piece[..at]).into_owned();
        let header = |name: &str| {
            let mut named = head.lines().filter_map(|line| line.split_once(':'));
            named
                .find(|(n, _)| n.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.trim().to_owned())
        };
        let disposition = header("content-disposition").unwrap_or_default();
        let content_type = header("content-type").unwrap_or_else(|| "text/plain".into());
        lines.push(part_head(
            parameter(&disposition, "name").as_deref(),
            parameter(&disposition, "filename").as_deref(),
            media(&content_type),
        ));
        let inside = body(media(&content_type), &piece[at + 4..]);
        lines.extend(inside.into_iter().map(|line| format!("  {line}")));
    }
    lines
}

fn parameter(header: &str, name: &str) -> Option<String> {
    let mut parameters = header.split(';').filter_map(|parameter| parameter.split_once('='));
    let (_, value) = parameters.find(|(n, _)| n.trim() == name)?;
    Some(value.trim().trim_matches('"').to_owned())
}

fn find(whole: &[u8], what: &[u8]) -> Option<usize> {
    whole.windows(what.len()).position(|window| window == what)
}

fn split<'a>(mut whole: &'a [u8], mark: &[u8]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    while let Some(at) = find(whole, mark) {
        pieces.push(&whole[..at]);
        whole = &whole[at + mark.len()..];
    }
    pieces.push(whole);
    pieces
}

/// Compares line by line; lines of only one side are marked with `-` or `+`.
pub fn diff(recorded: &[String], sent: &[String]) -> String {
    let common = |i: usize, j: usize, table: &[Vec<usize>]| table[i][j];
    let mut table = vec![vec![0; sent.len() + 1]; recorded.len() + 1];
    for i in (0..recorded.len()).rev() {
        for j in (0..sent.len()).rev() {
            table[i][j] = match recorded[i] == sent[j] {
                true => table[i + 1][j + 1] + 1,
                false => table[i + 1][j].max(table[i][j + 1]),
            };
        }
    }
    let (mut i, mut j, mut out) = (0, 0, String::new());
    while i < recorded.len() || j < sent.len() {
        if i < recorded.len() && j < sent.len() && recorded[i] == sent[j] {
            let _ = writeln!(out, "      {}", recorded[i]);
            (i, j) = (i + 1, j + 1);
        } else if j == sent.len()
            || (i < recorded.len() && common(i + 1, j, &table) >= common(i, j + 1, &table))
        {
            let _ = writeln!(out, "    - {}", recorded[i]);
            i += 1;
        } else {
            let _ = writeln!(out, "    + {}", sent[j]);
            j += 1;
        }
    }
    out
}
