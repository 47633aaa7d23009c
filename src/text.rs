//! Shortening and sanitizing untrusted text before it is shown in a message.

use std::borrow::Cow;

/// Puts text on one line and replaces characters that control a terminal or change the direction of
/// text. Messages can quote untrusted text, and they end up in logs.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    let is_control =
        |c: char| c.is_control() || matches!(c, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    if !text.contains(is_control) {
        return text.into();
    }
    let replace = |c: char| match c {
        '\n' | '\r' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}' => ' ',
        c if is_control(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    text.chars().map(replace).collect()
}

/// The first `max` bytes of the text, with `…` appended if it was truncated.
pub(crate) fn cut(text: &str, max: usize) -> Cow<'_, str> {
    match first(text, max) {
        whole if whole.len() == text.len() => text.into(),
        start => format!("{start}…").into(),
    }
}

/// The text if it has at most `max` bytes, otherwise only `…`: a truncated text could end with the
/// beginning of a secret, which the redactor would not recognize.
pub(crate) fn short(text: &str, max: usize) -> &str {
    if text.len() <= max { text } else { "…" }
}

/// The longest prefix of whole characters that fits into `max` bytes.
pub(crate) fn first(text: &str, max: usize) -> &str {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
