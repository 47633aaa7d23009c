//! Converts `Debug` output to JSON, so that every public field is compared without a line of code
//! per field.

use serde_json::{Map, Value, json};

/// Parses derived `Debug` output: structs become objects, newtypes and `Some` their content, and
/// identifiers `{"$word": …}`.
pub fn debug_json(value: &impl std::fmt::Debug) -> Value {
    let text = format!("{value:?}");
    let mut reader = Reader { text: &text, at: 0 };
    let value = reader.value();
    assert!(reader.rest().trim().is_empty(), "unread: {} of {text}", reader.rest());
    value
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn eat(&mut self, what: &str) -> bool {
        let is_there = self.rest().starts_with(what);
        if is_there {
            self.at += what.len();
        }
        is_there
    }

    fn space(&mut self) {
        while self.eat(" ") {}
    }

    fn value(&mut self) -> Value {
        self.space();
        match self.peek() {
            Some('"') => Value::String(self.string()),
            Some('[') => Value::Array(self.list("[", "]")),
            Some('(') => Value::Array(self.list("(", ")")),
            Some('{') => self.braces(),
            _ => self.named(),
        }
    }

    fn string(&mut self) -> String {
        let rest = self.rest();
        let mut escaped = false;
        let (end, _) = rest
            .char_indices()
            .skip(1)
            .find(|&(_, c)| {
                let end = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                end
            })
            .expect("a string ends");
        self.at += end + 1;
        let (mut out, mut chars) = (String::new(), rest[1..end].chars());
        while let Some(c) = chars.next() {
            if c != '\\' {
                out.push(c);
                continue;
            }
            match chars.next().expect("an escape has a second character") {
                'n' => out.push('\n'),
                'r' => out.push('\r'),
                't' => out.push('\t'),
                '0' => out.push('\0'),
                'u' => {
                    let hex: String = chars.by_ref().skip(1).take_while(|&c| c != '}').collect();
                    out.extend(u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32));
                }
                other => out.push(other),
            }
        }
        out
    }

    fn list(&mut self, open: &str, close: &str) -> Vec<Value> {
        assert!(self.eat(open));
        let mut items = Vec::new();
        loop {
            self.space();
            if self.eat(close) {
                return items;
            }
            items.push(self.value());
            self.space();
            self.eat(",");
        }
    }

    /// A set or a map.
    fn braces(&mut self) -> Value {
        assert!(self.eat("{"));
        let (mut items, mut pairs) = (Vec::new(), Map::new());
        loop {
            self.space();
            if self.eat("}") {
                return match pairs.is_empty() {
                    true => Value::Array(items),
                    false => Value::Object(pairs),
                };
            }
            let item = self.value();
            match self.eat(":") {
                true => {
                    let key =
                        item.as_str().or(item["$word"].as_str()).unwrap_or_default().to_owned();
                    let value = self.value();
                    pairs.insert(key, value);
                }
                false => items.push(item),
            }
            self.space();
            self.eat(",");
        }
    }

    /// A struct, a variant, a number, a time.
    fn named(&mut self) -> Value {
        let end =
            self.rest().find([',', ')', ']', '}', '(', '{', ' ']).unwrap_or(self.rest().len());
        let name = &self.rest()[..end];
        assert!(!name.is_empty(), "no value at {}", self.rest());
        self.at += end;
        if self.peek() == Some('(') {
            // A variant around an id: `User(UserId("u-1"))`.
            let named = self.rest()[1..].split_once('(').is_some_and(|(inner, _)| {
                name != "Some" && inner.ends_with("Id") && inner.chars().all(char::is_alphanumeric)
            });
            let mut inside = self.list("(", ")");
            if named {
                return json!({ "kind": { "$word": name }, "id": inside.remove(0) });
            }
            return match (name, inside.len()) {
                ("Unknown", 1) => json!({ "$unknown": inside.remove(0) }),
                (_, 1) => inside.remove(0),
                _ => Value::Array(inside),
            };
        }
        if self.eat(" {") {
            return self.fields();
        }
        match name {
            "None" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            name if name.starts_with(|c: char| c.is_ascii_digit() || c == '-') => {
                name.parse::<u64>().map_or_else(|_| Value::String(name.to_owned()), Value::from)
            }
            word => json!({ "$word": word }),
        }
    }

    fn fields(&mut self) -> Value {
        let mut fields = Map::new();
        loop {
            self.space();
            if self.eat("}") {
                return Value::Object(fields);
            }
            if self.eat("..") {
                continue;
            }
            let end = self.rest().find(':').expect("a field has a name");
            let name = self.rest()[..end].to_owned();
            self.at += end + 1;
            let value = self.value();
            fields.insert(name, value);
            self.space();
            self.eat(",");
        }
    }
}

#[test]
fn reads_debug_output() {
    #[derive(Debug)]
    #[allow(dead_code, reason = "read through Debug")]
    struct Inner(&'static str);
    #[derive(Debug)]
    #[allow(dead_code, reason = "read through Debug")]
    enum Word {
        Known,
        Unknown(String),
    }
    #[derive(Debug)]
    #[allow(dead_code, reason = "read through Debug")]
    struct All {
        id: Inner,
        text: Option<String>,
        none: Option<u32>,
        size: f64,
        words: Vec<Word>,
        both: (bool, i64),
        at: std::collections::BTreeMap<String, u8>,
    }
    let all = All {
        id: Inner("a, b"),
        text: Some("say \"hi\"\n(\u{1f980}\\".into()),
        none: None,
        size: 2.5,
        words: vec![Word::Known, Word::Unknown("new".into())],
        both: (true, -3),
        at: [("k".to_owned(), 1)].into(),
    };
    let expected = json!({
        "id": "a, b", "text": "say \"hi\"\n(\u{1f980}\\", "none": null, "size": "2.5",
        "words": [{ "$word": "Known" }, { "$unknown": "new" }], "both": [true, "-3"], "at": { "k": 1 },
    });
    assert_eq!(debug_json(&all), expected);
}
