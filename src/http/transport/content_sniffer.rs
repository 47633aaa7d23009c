//! [`ContentSniffer`]: holds back the start of a file until it is known to be one, because a login page
//! or an error of Tableau's can come with the status of a success.

/// This many bytes are enough to recognize the content.
const SNIFFED_LENGTH: usize = 4 << 10;

/// Maximum length of an error of Tableau's.
const MAX_ERROR_LENGTH: usize = 64 << 10;

/// Recognizes the content of a response from its start.
pub(super) struct ContentSniffer {
    held: Vec<u8>,
    kind: ContentKind,
}

/// What to do with a block of a response.
#[derive(Debug, PartialEq)]
pub(super) enum Sniffed {
    /// Nothing yet: more bytes are needed to recognize the content.
    Incomplete,
    /// Pass on these bytes: the block, and what was held back before it.
    Start(Vec<u8>),
    /// Pass on the block.
    Block,
    /// The response has no content.
    Empty,
    /// The response is an HTML page.
    Html,
    /// The response is an error of Tableau's in XML.
    Error(Vec<u8>),
    /// The complete response: an error of Tableau's in JSON, or a file that begins like one.
    Json(Vec<u8>),
}

#[derive(Clone, Copy, PartialEq)]
enum ContentKind {
    File,
    Html,
    Error,
    Json,
    Unknown,
}

impl ContentSniffer {
    /// `any_text`: the file may be any text, and may be empty.
    pub(super) fn new(any_text: bool) -> ContentSniffer {
        let kind = if any_text { ContentKind::File } else { ContentKind::Unknown };
        ContentSniffer { held: Vec::new(), kind }
    }

    /// Takes the next block of the response. An empty block is its end.
    pub(super) fn push(&mut self, block: &[u8]) -> Sniffed {
        if self.kind == ContentKind::File {
            return Sniffed::Block;
        }
        self.held.extend_from_slice(block);
        let at_end = block.is_empty();
        if at_end && self.held.is_empty() {
            return Sniffed::Empty;
        }
        let is_complete = at_end || self.held.len() >= SNIFFED_LENGTH;
        self.kind = match self.kind {
            ContentKind::Unknown => {
                kind_of(&self.held[..self.held.len().min(SNIFFED_LENGTH)], is_complete)
            }
            ContentKind::Json if self.held.len() > MAX_ERROR_LENGTH => ContentKind::File,
            known => known,
        };
        match self.kind {
            ContentKind::Json if at_end => Sniffed::Json(std::mem::take(&mut self.held)),
            ContentKind::Html => Sniffed::Html,
            ContentKind::Error if at_end || self.held.len() > MAX_ERROR_LENGTH => {
                Sniffed::Error(std::mem::take(&mut self.held))
            }
            ContentKind::File if self.held.len() == block.len() => Sniffed::Block,
            ContentKind::File => Sniffed::Start(std::mem::take(&mut self.held)),
            ContentKind::Error | ContentKind::Json | ContentKind::Unknown => Sniffed::Incomplete,
        }
    }
}

/// Whether content that begins with a brace may be `{"error": {…}}`; `undecided` if `rest` is too short
/// to tell.
fn kind_of_json(mut rest: &[u8], undecided: ContentKind) -> ContentKind {
    for token in [&b"{"[..], b"\"error\"", b":", b"{"] {
        rest = rest.trim_ascii_start();
        match rest.strip_prefix(token) {
            Some(after) => rest = after,
            None if token.starts_with(rest) => return undecided,
            None => return ContentKind::File,
        }
    }
    ContentKind::Json
}

/// The kind of content that begins with `start`. `is_complete`: there are no more bytes to look at, so
/// that the kind has to be decided.
fn kind_of(start: &[u8], is_complete: bool) -> ContentKind {
    let undecided = if is_complete { ContentKind::File } else { ContentKind::Unknown };
    const BOM: &[u8] = b"\xEF\xBB\xBF";
    if BOM.starts_with(start) {
        return undecided;
    }
    let mut rest = start.strip_prefix(BOM).unwrap_or(start).trim_ascii_start();
    if rest.starts_with(b"{") {
        return kind_of_json(rest, undecided);
    }
    // Skip declarations and comments before the root element.
    loop {
        let closes: &[u8] = match rest {
            [b'<', b'?', ..] => b"?>",
            [b'<', b'!', b'-', b'-', ..] => b"-->",
            _ => break,
        };
        let Some(end) = rest.windows(closes.len()).position(|end| end == closes) else {
            return undecided;
        };
        rest = rest[end + closes.len()..].trim_ascii_start();
    }
    let Some(tag) = rest.strip_prefix(b"<") else {
        return if rest.is_empty() { undecided } else { ContentKind::File };
    };
    let begins = |word: &[u8]| tag.get(..word.len()).is_some_and(|t| t.eq_ignore_ascii_case(word));
    if begins(b"!doctype html") || begins(b"html") {
        return ContentKind::Html;
    }
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/');
    let Some(end) = tag.iter().position(ends) else {
        return if tag.len() < 64 { undecided } else { ContentKind::File };
    };
    if tag.len() < b"!doctype html".len()
        && !is_complete
        && tag[..end].eq_ignore_ascii_case(b"!doctype")
    {
        return ContentKind::Unknown;
    }
    let local = tag[..end].rsplit(|byte| *byte == b':').next();
    if local == Some(b"tsResponse") { ContentKind::Error } else { ContentKind::File }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The result for a body, which is the same in one block and byte by byte.
    fn sniff(body: &[u8]) -> Sniffed {
        let fed = |size: usize| {
            let mut sniffer = ContentSniffer::new(false);
            let (mut passed, mut blocks) = (Vec::new(), body.chunks(size));
            loop {
                let block = blocks.next().unwrap_or_default();
                match sniffer.push(block) {
                    Sniffed::Incomplete => {}
                    Sniffed::Block => passed.extend(block),
                    Sniffed::Start(bytes) => passed.extend(bytes),
                    other => {
                        assert!(passed.is_empty());
                        return other;
                    }
                }
                if block.is_empty() {
                    return Sniffed::Start(passed);
                }
            }
        };
        let whole = fed(body.len().max(1));
        for size in [1, 7, 100] {
            assert_eq!(fed(size), whole);
        }
        whole
    }

    #[test]
    fn passes_files_unchanged() {
        let long = format!("<?xml version='1.0'?><!--{}--><html>", "x".repeat(5000));
        let json = format!("{{\"error\":{{\"{}\":1}}}}", "x".repeat(70_000));
        for body in [
            &b"PK\x03\x04<html>"[..],
            b"%PDF-1.7",
            b"x",
            b" ",
            b"<",
            b"<?xml",
            b"<svg/>",
            b"<workbook/>",
            b"\xEF\xBB\xBF<?xml version='1.0'?>\n<!-- <html> -->\n<workbook><html/></workbook>",
            b"<tsResponses/> and more than a few bytes of it, so that it is clear",
            b"{\"error\":1}",
            b"{",
            b"{ \"err",
            b"{\"version\":{}}",
            json.as_bytes(),
            long.as_bytes(),
        ] {
            assert_eq!(sniff(body), Sniffed::Start(body.to_vec()), "{}", body.escape_ascii());
        }
    }

    #[test]
    fn recognizes_responses_that_are_not_files() {
        for body in [
            &b"<!DOCTYPE html><html>"[..],
            b"\r\n <HTML lang='de'>",
            b"\xEF\xBB\xBF<!-- gateway --><?xml version='1.0'?> <!doctype HTML PUBLIC>",
        ] {
            assert_eq!(sniff(body), Sniffed::Html, "{}", body.escape_ascii());
        }
        for body in [
            "<?xml version='1.0'?><tsResponse><error code='1'/></tsResponse>",
            "<a:tsResponse xmlns:a='x'/>",
        ] {
            assert_eq!(sniff(body.as_bytes()), Sniffed::Error(body.as_bytes().to_vec()));
        }
        let json = b" \n{ \"error\" :{\"code\":\"401002\"}}";
        assert_eq!(sniff(json), Sniffed::Json(json.to_vec()));
        assert_eq!(sniff(b""), Sniffed::Empty);
        let endless = format!("<tsResponse>{}", "x".repeat(100_000));
        let mut sniffer = ContentSniffer::new(false);
        assert!(matches!(sniffer.push(endless.as_bytes()), Sniffed::Error(_)));
    }

    #[test]
    fn passes_any_text_if_allowed() {
        let mut sniffer = ContentSniffer::new(true);
        assert_eq!(sniffer.push(b"<html>"), Sniffed::Block);
        assert_eq!(ContentSniffer::new(true).push(b""), Sniffed::Block);
    }
}
