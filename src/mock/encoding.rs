//! Percent-encoding in paths and queries.

use crate::encoding::percent_decode;

/// Decodes `%41` and, in queries, `+`; `None` if the result is not UTF-8 or an escape is incomplete.
pub(super) fn decode(text: &str, plus: bool) -> Option<String> {
    match plus {
        true => percent_decode(&text.replace('+', " ")),
        false => percent_decode(text),
    }
}

/// The query's names and values, decoded.
pub(super) fn decode_query(query: &str) -> Option<Vec<(String, String)>> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name, true)?, decode(value, true)?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_percent_encoding() {
        assert_eq!(decode("a%2Fb+c%C3%9F", false).as_deref(), Some("a/b+cß"));
        assert_eq!(decode("a+b", true).as_deref(), Some("a b"));
        for bad in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(decode(bad, false), None, "{bad}");
        }
        assert_eq!(
            decode_query("a=1&&b"),
            Some(vec![("a".into(), "1".into()), ("b".into(), String::new())])
        );
    }
}
