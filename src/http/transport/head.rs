//! [`Head`]: the beginning of a file, held back until it is known to be that of one. A login page or
//! an error that comes with a success's status is not to be taken for the file.

/// So much of an answer tells what it is.
const ENOUGH: usize = 4 << 10;

/// An error of Tableau's is no longer than that.
const LONGEST_ERROR: usize = 64 << 10;

/// What has come so far.
pub(super) struct Head {
    held: Vec<u8>,
    /// What it was found to be.
    is: Looks,
}

/// What is to be done with a block of an answer.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    /// There has to come more, to tell.
    Held,
    /// The block, and what was held back before it.
    File(Vec<u8>),
    /// The block as it is.
    Go,
    /// There is nothing at all.
    Nothing,
    /// A page of HTML.
    Page,
    /// An error of Tableau's.
    Error(Vec<u8>),
    /// All of what may be an error of Tableau's in JSON, or a file that begins like one.
    Json(Vec<u8>),
}

#[derive(Clone, Copy, PartialEq)]
enum Looks {
    File,
    Page,
    Error,
    Json,
    Unclear,
}

impl Head {
    /// `any_text`: what comes may be any text there is, also none.
    pub(super) fn new(any_text: bool) -> Head {
        let is = if any_text { Looks::File } else { Looks::Unclear };
        Head { held: Vec::new(), is }
    }

    /// The next block; an empty one is the end.
    pub(super) fn see(&mut self, block: &[u8]) -> Verdict {
        if self.is == Looks::File {
            return Verdict::Go;
        }
        self.held.extend_from_slice(block);
        let at_end = block.is_empty();
        if at_end && self.held.is_empty() {
            return Verdict::Nothing;
        }
        let whole = at_end || self.held.len() >= ENOUGH;
        self.is = match self.is {
            Looks::Unclear => looks(&self.held[..self.held.len().min(ENOUGH)], whole),
            Looks::Json if self.held.len() > LONGEST_ERROR => Looks::File,
            known => known,
        };
        match self.is {
            Looks::Json if at_end => Verdict::Json(std::mem::take(&mut self.held)),
            Looks::Page => Verdict::Page,
            Looks::Error if at_end || self.held.len() > LONGEST_ERROR => {
                Verdict::Error(std::mem::take(&mut self.held))
            }
            Looks::File if self.held.len() == block.len() => Verdict::Go,
            Looks::File => Verdict::File(std::mem::take(&mut self.held)),
            Looks::Error | Looks::Json | Looks::Unclear => Verdict::Held,
        }
    }
}

/// Whether what begins with a brace may be `{"error": {…}}`.
fn looks_as_json(mut rest: &[u8], unclear: Looks) -> Looks {
    for token in [&b"{"[..], b"\"error\"", b":", b"{"] {
        rest = rest.trim_ascii_start();
        match rest.strip_prefix(token) {
            Some(after) => rest = after,
            None if token.starts_with(rest) => return unclear,
            None => return Looks::File,
        }
    }
    Looks::Json
}

/// What begins like this; `whole` where there comes no more that could tell.
fn looks(start: &[u8], whole: bool) -> Looks {
    let unclear = if whole { Looks::File } else { Looks::Unclear };
    const BOM: &[u8] = b"\xEF\xBB\xBF";
    if BOM.starts_with(start) {
        return unclear;
    }
    let mut rest = start.strip_prefix(BOM).unwrap_or(start).trim_ascii_start();
    if rest.starts_with(b"{") {
        return looks_as_json(rest, unclear);
    }
    // Declarations and comments come before what it is.
    loop {
        let closes: &[u8] = match rest {
            [b'<', b'?', ..] => b"?>",
            [b'<', b'!', b'-', b'-', ..] => b"-->",
            _ => break,
        };
        let Some(end) = rest.windows(closes.len()).position(|end| end == closes) else {
            return unclear;
        };
        rest = rest[end + closes.len()..].trim_ascii_start();
    }
    let Some(tag) = rest.strip_prefix(b"<") else {
        return if rest.is_empty() { unclear } else { Looks::File };
    };
    let begins = |word: &[u8]| tag.get(..word.len()).is_some_and(|t| t.eq_ignore_ascii_case(word));
    if begins(b"!doctype html") || begins(b"html") {
        return Looks::Page;
    }
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/');
    let Some(end) = tag.iter().position(ends) else {
        return if tag.len() < 64 { unclear } else { Looks::File };
    };
    if tag.len() < b"!doctype html".len() && !whole && tag[..end].eq_ignore_ascii_case(b"!doctype")
    {
        return Looks::Unclear;
    }
    let local = tag[..end].rsplit(|byte| *byte == b':').next();
    if local == Some(b"tsResponse") { Looks::Error } else { Looks::File }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of it, in one block and byte by byte.
    fn verdict(body: &[u8]) -> Verdict {
        let fed = |size: usize| {
            let mut head = Head::new(false);
            let (mut passed, mut blocks) = (Vec::new(), body.chunks(size));
            loop {
                let block = blocks.next().unwrap_or_default();
                match head.see(block) {
                    Verdict::Held => {}
                    Verdict::Go => passed.extend(block),
                    Verdict::File(bytes) => passed.extend(bytes),
                    other => {
                        assert!(passed.is_empty());
                        return other;
                    }
                }
                if block.is_empty() {
                    return Verdict::File(passed);
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
    fn files_pass_as_they_are() {
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
            assert_eq!(verdict(body), Verdict::File(body.to_vec()), "{}", body.escape_ascii());
        }
    }

    #[test]
    fn what_is_no_file_is_told() {
        for body in [
            &b"<!DOCTYPE html><html>"[..],
            b"\r\n <HTML lang='de'>",
            b"\xEF\xBB\xBF<!-- gateway --><?xml version='1.0'?> <!doctype HTML PUBLIC>",
        ] {
            assert_eq!(verdict(body), Verdict::Page, "{}", body.escape_ascii());
        }
        for body in [
            "<?xml version='1.0'?><tsResponse><error code='1'/></tsResponse>",
            "<a:tsResponse xmlns:a='x'/>",
        ] {
            assert_eq!(verdict(body.as_bytes()), Verdict::Error(body.as_bytes().to_vec()));
        }
        let json = b" \n{ \"error\" :{\"code\":\"401002\"}}";
        assert_eq!(verdict(json), Verdict::Json(json.to_vec()));
        assert_eq!(verdict(b""), Verdict::Nothing);
        let endless = format!("<tsResponse>{}", "x".repeat(100_000));
        let mut head = Head::new(false);
        assert!(matches!(head.see(endless.as_bytes()), Verdict::Error(_)));
    }

    #[test]
    fn any_text_is_one() {
        let mut head = Head::new(true);
        assert_eq!(head.see(b"<html>"), Verdict::Go);
        assert_eq!(Head::new(true).see(b""), Verdict::Go);
    }
}
