//! `multipart/mixed` bodies, as sent for publishing, uploading and importing.

use super::api_error::ApiError;
use super::request::Request;

/// A part of a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part<'a> {
    pub(super) name: String,
    pub(super) filename: Option<String>,
    pub(super) body: &'a [u8],
}

/// The parts of a request's body.
pub(super) fn parts(request: &Request) -> Result<Vec<Part<'_>>, ApiError> {
    let content_type = request.header("content-type").unwrap_or_default();
    if !content_type.to_ascii_lowercase().starts_with("multipart/") {
        let detail = "The request has to be multipart/mixed.";
        return Err(ApiError::http(415, detail));
    }
    let boundary = parameter(content_type, "boundary")
        .filter(|boundary| !boundary.is_empty() && boundary.len() <= 200)
        .ok_or_else(|| ApiError::malformed("The content type has no boundary."))?;
    split(&request.body, &boundary)
        .ok_or_else(|| ApiError::malformed("The parts are not separated by their boundary."))
}

/// The part of that name.
pub(super) fn part<'p, 'a>(parts: &'p [Part<'a>], name: &str) -> Option<&'p Part<'a>> {
    parts.iter().find(|part| part.name == name)
}

fn split<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<Part<'a>>> {
    let delimiter = format!("--{boundary}");
    let delimiter = delimiter.as_bytes();
    let mut rest = if body.starts_with(delimiter) {
        &body[delimiter.len()..]
    } else {
        // Text before the first part is ignored.
        let lead = [b"\r\n", delimiter].concat();
        &body[find(body, &lead)? + lead.len()..]
    };
    let between = [b"\r\n", delimiter].concat();
    let mut parts = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Some(parts);
        }
        rest = rest.strip_prefix(b"\r\n")?;
        let end = find(rest, &between)?;
        parts.push(read(&rest[..end])?);
        rest = &rest[end + between.len()..];
    }
}

fn read(part: &[u8]) -> Option<Part<'_>> {
    // A part without headers begins with the empty line that ends them.
    let (headers, body) = match part.strip_prefix(b"\r\n") {
        Some(body) => (&part[..0], body),
        None => {
            let end = find(part, b"\r\n\r\n")?;
            (&part[..end], &part[end + 4..])
        }
    };
    let headers = std::str::from_utf8(headers).ok()?;
    let disposition = headers
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("content-disposition"))
        .map_or("", |(_, value)| value);
    Some(Part {
        name: parameter(disposition, "name").unwrap_or_default(),
        filename: parameter(disposition, "filename").filter(|name| !name.is_empty()),
        body,
    })
}

/// Writes parts, each with name, file name and content; the content type and the body.
pub(super) fn write(parts: &[(&str, &str, &[u8])]) -> (String, Vec<u8>) {
    const BOUNDARY: &str = "mock-server-boundary-7a1f";
    let mut body = Vec::new();
    for (name, filename, content) in parts {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; \
             filename=\"{filename}\"\r\n\r\n"
        );
        body.extend([head.as_bytes(), content, b"\r\n"].concat());
    }
    body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    (format!("multipart/mixed; boundary={BOUNDARY}"), body)
}

/// A parameter of a header: `name="…"` or `name=…`.
fn parameter(header: &str, name: &str) -> Option<String> {
    // The examples of the REST API reference have no disposition before the name.
    let mut rest = match header.split_once(';') {
        Some((first, rest)) if !first.contains('=') => rest,
        _ => header,
    };
    loop {
        let (key, after) = rest.split_once('=')?;
        let (value, left) = match after.trim_start().strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => after
                .split_once(';')
                .map_or((after.trim(), ""), |(value, _)| (value.trim(), &after[value.len()..])),
        };
        if key.trim().trim_start_matches(';').trim().eq_ignore_ascii_case(name) {
            // Browsers and TSC escape characters that would end the value like this.
            return Some(value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n"));
        }
        rest = left;
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    // Most files rarely contain the first byte; comparing at each position would take seconds for
    // 64 MB.
    let first = *what.first()?;
    let mut from = 0;
    loop {
        let at = from + text[from..].iter().position(|&byte| byte == first)?;
        if text[at..].starts_with(what) {
            return Some(at);
        }
        from = at + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_bodies_of_the_python_client() {
        let body =
            b"--B\r\nContent-Disposition: form-data; name=\"request_payload\"; filename=\"\"\r\n\
            Content-Type: text/xml\r\n\r\n<a/>\r\n--B\r\n\
            Content-Disposition: form-data; name=\"tableau_file\"; filename=\"a %22b\".x\"\r\n\r\n\
            \r\n--A\r\n\r\n--B--\r\n";
        let parts = split(body, "B").unwrap();
        assert_eq!(parts.len(), 2);
        assert_eq!((parts[0].name.as_str(), parts[0].body), ("request_payload", &b"<a/>"[..]));
        assert_eq!(parts[0].filename, None);
        assert_eq!(parts[1].filename.as_deref(), Some("a \"b"));
        assert_eq!(parts[1].body, b"\r\n--A\r\n");
    }

    #[test]
    fn reads_the_bodies_of_the_reference() {
        let body = b"--B\r\nContent-Disposition: name=\"request_payload\"\r\n\
            Content-Type: text/xml\r\n\r\n<a/>\r\n--B\r\n\
            Content-Disposition: name=\"tableau_workbook\"; filename=\"a;b=c.twb\"\r\n\r\nx\r\n--B--";
        let parts = split(body, "B").unwrap();
        assert_eq!((parts[0].name.as_str(), &parts[0].filename), ("request_payload", &None));
        assert_eq!(parts[1].name, "tableau_workbook");
        assert_eq!(parts[1].filename.as_deref(), Some("a;b=c.twb"));
    }

    #[test]
    fn rejects_truncated_bodies() {
        for body in
            [&b""[..], b"--B", b"--B\r\n\r\nx", b"--B\r\nno end\r\n--B--", b"--C\r\n\r\n\r\n--C--"]
        {
            assert_eq!(split(body, "B"), None, "{}", String::from_utf8_lossy(body));
        }
        assert_eq!(split(b"--B\r\n\r\nx\r\n--B--", "B").unwrap()[0].body, b"x");
    }

    #[test]
    fn reads_quoted_and_unquoted_parameters() {
        for (header, expected) in [
            ("multipart/mixed; boundary=abc", Some("abc")),
            ("multipart/mixed; charset=x; Boundary=\"a b\"", Some("a b")),
            ("multipart/mixed", None),
            ("multipart/mixed; boundary", None),
            ("multipart/mixed; boundary=\"x", None),
        ] {
            assert_eq!(parameter(header, "boundary").as_deref(), expected, "{header}");
        }
    }
}
