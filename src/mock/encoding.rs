//! Percent-encoding in paths and queries.

/// Decodes `%41` and, in queries, `+`; `None` if the result is not UTF-8 or an escape is incomplete.
pub(super) fn decode(text: &str, plus: bool) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let high = char::from(rest.next()?).to_digit(16)?;
                let low = char::from(rest.next()?).to_digit(16)?;
                bytes.push(u8::try_from(high * 16 + low).ok()?);
            }
            b'+' if plus => bytes.push(b' '),
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).ok()
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
    fn percent_encoding() {
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
