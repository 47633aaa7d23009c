//! A parser for a subset of GraphQL: one query with variables, aliases, arguments and inline
//! fragments; no named fragments, directives or block strings.

use serde_json::{Map, Value as Json};

/// What a query selects.
#[derive(Debug, PartialEq)]
pub(super) enum Selection {
    Field(Field),
    /// `... on Type { … }`.
    On(String, Vec<Selection>),
}

#[derive(Debug, PartialEq)]
pub(super) struct Field {
    /// The alias, or the name.
    pub(super) key: String,
    pub(super) name: String,
    pub(super) arguments: Map<String, Json>,
    pub(super) selection: Vec<Selection>,
}

/// Maximum depth of selections and values.
const MAX_DEPTH: usize = 32;

/// Parses a query, with the values of its variables filled in.
pub(super) fn parse(text: &str, variables: &Map<String, Json>) -> Result<Vec<Selection>, String> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens, at: 0, variables: variables.clone(), depth: 0 };
    let selection = parser.query()?;
    match parser.peek() {
        None => Ok(selection),
        Some(token) => Err(format!("unexpected {token:?} after the query")),
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Name(String),
    Text(String),
    Number(Json),
    Sign(char),
    Spread,
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\u{feff}' | ',' => first.len_utf8(),
            c if c.is_whitespace() => c.len_utf8(),
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '.' if rest.starts_with("...") => {
                tokens.push(Token::Spread);
                3
            }
            '{' | '}' | '(' | ')' | '[' | ']' | ':' | '!' | '=' | '$' => {
                tokens.push(Token::Sign(first));
                1
            }
            '"' => {
                // Strings have the escapes of JSON.
                let mut values = serde_json::Deserializer::from_str(rest).into_iter::<String>();
                match values.next() {
                    Some(Ok(text)) => tokens.push(Token::Text(text)),
                    _ => return Err("a string is not closed".to_owned()),
                }
                values.byte_offset()
            }
            c if c.is_ascii_alphabetic() || c == '_' => {
                let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
                let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                tokens.push(Token::Name(rest[..end].to_owned()));
                end
            }
            c if c.is_ascii_digit() || c == '-' => {
                let is_part = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
                let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                let number = serde_json::from_str(&rest[..end]);
                let invalid = |_| format!("invalid number '{}'", &rest[..end]);
                tokens.push(Token::Number(number.map_err(invalid)?));
                end
            }
            c => return Err(format!("unexpected character {c:?}")),
        };
        rest = &rest[length..];
    }
    Ok(tokens)
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    variables: Map<String, Json>,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Result<Token, String> {
        let token = self.peek().cloned().ok_or("the query ends early")?;
        self.at += 1;
        Ok(token)
    }

    fn eat(&mut self, sign: char) -> bool {
        let is_next = self.peek() == Some(&Token::Sign(sign));
        self.at += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, sign: char) -> Result<(), String> {
        match self.eat(sign) {
            true => Ok(()),
            false => Err(format!("expected '{sign}', found {:?}", self.peek())),
        }
    }

    fn name(&mut self) -> Result<String, String> {
        match self.next()? {
            Token::Name(name) => Ok(name),
            other => Err(format!("expected a name, found {other:?}")),
        }
    }

    /// `query name($variable: Type = default) { … }`, or only the selection.
    fn query(&mut self) -> Result<Vec<Selection>, String> {
        if self.peek() != Some(&Token::Sign('{')) {
            match self.name()?.as_str() {
                "query" => {}
                other => return Err(format!("'{other}' is not supported: only queries are")),
            }
            if matches!(self.peek(), Some(Token::Name(_))) {
                self.name()?;
            }
            if self.eat('(') {
                while !self.eat(')') {
                    self.variable()?;
                }
            }
        }
        self.selection()
    }

    fn variable(&mut self) -> Result<(), String> {
        self.expect('$')?;
        let name = self.name()?;
        self.expect(':')?;
        let (mut brackets, mut is_required) = (0, false);
        while self.eat('[') {
            brackets += 1;
        }
        self.name()?;
        loop {
            if self.eat('!') {
                is_required = true;
            } else if brackets > 0 && self.eat(']') {
                (brackets, is_required) = (brackets - 1, false);
            } else {
                break;
            }
        }
        let default = if self.eat('=') { self.value()? } else { Json::Null };
        let value = self.variables.entry(name.clone()).or_insert(default);
        match is_required && value.is_null() {
            true => Err(format!("the variable '${name}' has no value")),
            false => Ok(()),
        }
    }

    fn deeper(&mut self) -> Result<(), String> {
        self.depth += 1;
        match self.depth > MAX_DEPTH {
            true => Err(format!("the query is nested more than {MAX_DEPTH} levels deep")),
            false => Ok(()),
        }
    }

    fn selection(&mut self) -> Result<Vec<Selection>, String> {
        self.deeper()?;
        self.expect('{')?;
        let mut all = Vec::new();
        while !self.eat('}') {
            all.push(match self.peek() {
                Some(Token::Spread) => {
                    self.at += 1;
                    if self.name()? != "on" {
                        return Err("named fragments are not supported".to_owned());
                    }
                    Selection::On(self.name()?, self.selection()?)
                }
                _ => Selection::Field(self.field()?),
            });
        }
        self.depth -= 1;
        match all.is_empty() {
            true => Err("a selection is empty".to_owned()),
            false => Ok(all),
        }
    }

    fn field(&mut self) -> Result<Field, String> {
        let key = self.name()?;
        let name = if self.eat(':') { self.name()? } else { key.clone() };
        let mut arguments = Map::new();
        if self.eat('(') {
            while !self.eat(')') {
                let name = self.name()?;
                self.expect(':')?;
                arguments.insert(name, self.value()?);
            }
        }
        let selection = match self.peek() {
            Some(Token::Sign('{')) => self.selection()?,
            _ => Vec::new(),
        };
        Ok(Field { key, name, arguments, selection })
    }

    fn value(&mut self) -> Result<Json, String> {
        self.deeper()?;
        let value = match self.next()? {
            Token::Text(text) => Json::String(text),
            Token::Number(number) => number,
            Token::Name(name) => match name.as_str() {
                "true" => true.into(),
                "false" => false.into(),
                "null" => Json::Null,
                // An enumeration value.
                _ => Json::String(name),
            },
            Token::Sign('$') => {
                let name = self.name()?;
                let unknown = || format!("the variable '${name}' is not declared");
                self.variables.get(&name).cloned().ok_or_else(unknown)?
            }
            Token::Sign('[') => {
                let mut items = Vec::new();
                while !self.eat(']') {
                    items.push(self.value()?);
                }
                Json::Array(items)
            }
            Token::Sign('{') => {
                let mut fields = Map::new();
                while !self.eat('}') {
                    let name = self.name()?;
                    self.expect(':')?;
                    fields.insert(name, self.value()?);
                }
                Json::Object(fields)
            }
            other => return Err(format!("expected a value, found {other:?}")),
        };
        self.depth -= 1;
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parsed(text: &str, variables: Json) -> Result<Vec<Selection>, String> {
        parse(text, variables.as_object().unwrap_or(&Map::new()))
    }

    #[test]
    fn parses_queries() {
        let text = "# all\nquery q($n: [String!]! = [\"a\"], $first: Int) {\n\
                    w: workbooks(filter: {nameWithin: $n, x: -1.5}, by: ASC, first: $first) {\
                    name, ... on Workbook { tags { name } } } }";
        let [Selection::Field(field)] = &parsed(text, json!({"first": 3})).unwrap()[..] else {
            panic!("one field")
        };
        assert_eq!((&*field.key, &*field.name), ("w", "workbooks"));
        let arguments =
            json!({"filter": {"nameWithin": ["a"], "x": -1.5}, "by": "ASC", "first": 3});
        assert_eq!(Json::Object(field.arguments.clone()), arguments);
        assert!(matches!(&field.selection[1], Selection::On(name, inner)
            if name == "Workbook" && inner.len() == 1));
        assert!(parsed("{ a(b: \"x \\u00e9 \\\"\") }", Json::Null).is_ok());
    }

    #[test]
    fn rejects_invalid_queries_with_a_reason() {
        let deep = "{a".repeat(100);
        for (text, why) in [
            ("", "ends early"),
            ("{ a", "ends early"),
            ("{ a } b", "after the query"),
            ("{ }", "empty"),
            ("mutation { a }", "only queries"),
            ("{ ...Part }", "named fragments"),
            ("{ a(b: $c) }", "not declared"),
            ("query($c: Int!) { a(b: $c) }", "has no value"),
            ("{ a(b: \"x) }", "not closed"),
            ("{ a(b: 1x) }", "invalid number"),
            ("{ a ~ }", "unexpected character '~'"),
            (deep.as_str(), "levels deep"),
        ] {
            let error = parsed(text, Json::Null).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
