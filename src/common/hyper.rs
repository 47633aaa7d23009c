//! [`HyperUpdate`]: changes to the data of a Hyper extract on the server.

use serde_json::{Value, json};

use super::source::Source;
use crate::http::{hex, random};
use crate::{Error, Result};

/// Changes to the data of a published extract, carried out together or not at all.
///
/// ```
/// use tableau_server_client::{HyperAction, HyperCondition, HyperUpdate, Source};
///
/// let update = HyperUpdate::new()
///     .payload("changes.hyper")
///     .action(HyperAction::delete("gone", "orders", HyperCondition::eq("id", "order_id")))
///     .action(HyperAction::insert("new", ("Extract", "orders")));
/// ```
#[must_use = "nothing is changed until a data source is given it"]
#[derive(Debug, Default)]
pub struct HyperUpdate<'f> {
    actions: Vec<HyperAction>,
    request_id: Option<String>,
    pub(crate) payload: Option<Source<'f>>,
}

impl<'f> HyperUpdate<'f> {
    /// No change yet.
    pub fn new() -> HyperUpdate<'f> {
        HyperUpdate::default()
    }

    /// A further action; they are carried out in order.
    pub fn action(mut self, action: HyperAction) -> Self {
        self.actions.push(action);
        self
    }

    /// The Hyper file whose tables are the sources of the actions. It is uploaded first.
    pub fn payload(mut self, file: impl Into<Source<'f>>) -> Self {
        self.payload = Some(file.into());
        self
    }

    /// What the request is known by: the server carries out a request with the same id only once
    /// in 24 hours, so that it can be sent again after a broken connection, by the program itself
    /// too. Default: a random one, for each call.
    pub fn request_id(mut self, id: impl Into<String>) -> Self {
        self.request_id = Some(id.into());
        self
    }

    /// The request id and the body.
    pub(crate) fn request(&self) -> Result<(String, String)> {
        if self.actions.is_empty() {
            return Err(Error::input("an update of Hyper data has no action"));
        }
        let id = match &self.request_id {
            Some(id) if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_graphic()) => {
                return Err(Error::input(format!(
                    "the request id {id:?} cannot stand in a header"
                )));
            }
            Some(id) => id.clone(),
            None => hex(&random::<16>()?),
        };
        let actions: Vec<&Value> = self.actions.iter().map(|action| &action.0).collect();
        Ok((id, json!({ "actions": actions }).to_string()))
    }
}

/// One change to a table of a Hyper extract.
#[derive(Clone, Debug, PartialEq)]
pub struct HyperAction(Value);

impl HyperAction {
    fn new(
        action: &str,
        source: Option<HyperTable>,
        target: impl Into<HyperTable>,
        condition: Option<HyperCondition>,
    ) -> HyperAction {
        let mut out = serde_json::Map::new();
        out.insert("action".into(), action.into());
        for (side, table) in [("source", source), ("target", Some(target.into()))] {
            let Some(table) = table else { continue };
            out.insert(format!("{side}-table"), table.name.into());
            if let Some(schema) = table.schema {
                out.insert(format!("{side}-schema"), schema.into());
            }
        }
        if let Some(HyperCondition(condition)) = condition {
            out.insert("condition".into(), condition);
        }
        HyperAction(out.into())
    }

    /// Adds the rows of the payload's table.
    pub fn insert(source: impl Into<HyperTable>, target: impl Into<HyperTable>) -> HyperAction {
        HyperAction::new("insert", Some(source.into()), target, None)
    }

    /// Replaces all rows by those of the payload's table.
    pub fn replace(source: impl Into<HyperTable>, target: impl Into<HyperTable>) -> HyperAction {
        HyperAction::new("replace", Some(source.into()), target, None)
    }

    /// Changes the rows that meet the condition with one of the payload's table.
    pub fn update(
        source: impl Into<HyperTable>,
        target: impl Into<HyperTable>,
        condition: HyperCondition,
    ) -> HyperAction {
        HyperAction::new("update", Some(source.into()), target, Some(condition))
    }

    /// Changes the rows that meet the condition with one of the payload's table, and adds its
    /// rows that none met.
    pub fn upsert(
        source: impl Into<HyperTable>,
        target: impl Into<HyperTable>,
        condition: HyperCondition,
    ) -> HyperAction {
        HyperAction::new("upsert", Some(source.into()), target, Some(condition))
    }

    /// Deletes the rows that meet the condition with one of the payload's table.
    pub fn delete(
        source: impl Into<HyperTable>,
        target: impl Into<HyperTable>,
        condition: HyperCondition,
    ) -> HyperAction {
        HyperAction::new("delete", Some(source.into()), target, Some(condition))
    }

    /// Deletes the rows that meet a condition on themselves alone; no payload is needed.
    pub fn delete_where(target: impl Into<HyperTable>, condition: HyperCondition) -> HyperAction {
        HyperAction::new("delete", None, target, Some(condition))
    }

    /// An action as JSON, for what this library does not know.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) for a text that is no JSON object.
    pub fn raw(json: &str) -> Result<HyperAction> {
        match serde_json::from_str(json) {
            Ok(value @ Value::Object(_)) => Ok(HyperAction(value)),
            Ok(_) => Err(Error::input("an action on Hyper data is a JSON object")),
            Err(error) => Err(Error::input(format!(
                "an action on Hyper data is no JSON at line {}, column {}",
                error.line(),
                error.column()
            ))),
        }
    }
}

/// A table: its name, or `(schema, name)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HyperTable {
    schema: Option<String>,
    name: String,
}

impl From<&str> for HyperTable {
    fn from(name: &str) -> Self {
        HyperTable { schema: None, name: name.to_owned() }
    }
}

impl From<String> for HyperTable {
    fn from(name: String) -> Self {
        HyperTable { schema: None, name }
    }
}

impl From<(&str, &str)> for HyperTable {
    fn from((schema, name): (&str, &str)) -> Self {
        HyperTable { schema: Some(schema.to_owned()), name: name.to_owned() }
    }
}

/// Which rows an action is about.
#[derive(Clone, Debug, PartialEq)]
pub struct HyperCondition(Value);

impl HyperCondition {
    /// The target's column equals the source's, and neither is null.
    pub fn eq(target: &str, source: &str) -> HyperCondition {
        HyperCondition::compare("eq", target, source)
    }

    /// The target's column equals the source's, or both are null.
    pub fn is(target: &str, source: &str) -> HyperCondition {
        HyperCondition::compare("is", target, source)
    }

    /// A comparison by its name (`eq`, `is`, `gt`, `gte`, `lt`, `lte`) of a column of the target
    /// with one of the source.
    pub fn compare(operator: &str, target: &str, source: &str) -> HyperCondition {
        HyperCondition(json!({ "op": operator, "target-col": target, "source-col": source }))
    }

    /// A comparison by its name of a column of the target with a value.
    pub fn value(operator: &str, target: &str, value: impl Into<HyperValue>) -> HyperCondition {
        let value = value.into().0;
        HyperCondition(json!({ "op": operator, "target-col": target, "const": value }))
    }

    /// All of these.
    pub fn all(conditions: impl IntoIterator<Item = HyperCondition>) -> HyperCondition {
        HyperCondition::of("and", conditions)
    }

    /// One of these at least.
    pub fn any(conditions: impl IntoIterator<Item = HyperCondition>) -> HyperCondition {
        HyperCondition::of("or", conditions)
    }

    /// The opposite of another one.
    #[must_use]
    pub fn negated(self) -> HyperCondition {
        HyperCondition::of("not", [self])
    }

    fn of(operator: &str, conditions: impl IntoIterator<Item = HyperCondition>) -> HyperCondition {
        let args: Vec<Value> = conditions.into_iter().map(|HyperCondition(c)| c).collect();
        HyperCondition(json!({ "op": operator, "args": args }))
    }
}

/// A value to compare with: a text, a number or a flag. Dates are texts: `2026-01-31`.
#[derive(Clone, Debug, PartialEq)]
pub struct HyperValue(Value);

macro_rules! values {
    ($($Type:ty),+) => {$(
        impl From<$Type> for HyperValue {
            fn from(value: $Type) -> Self {
                HyperValue(value.into())
            }
        }
    )+};
}

values!(&str, String, bool, i32, i64, u32, u64, f64);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn actions_are_json_as_the_server_reads_it() {
        let key = HyperCondition::all([
            HyperCondition::eq("id", "order_id"),
            HyperCondition::value("gt", "year", 2025).negated(),
        ]);
        let update = HyperUpdate::new()
            .request_id("test_id")
            .action(HyperAction::insert("t", "t"))
            .action(HyperAction::upsert(("S", "new"), ("Extract", "o\"rders"), key))
            .action(HyperAction::delete_where("t", HyperCondition::value("eq", "a", "b")))
            .action(HyperAction::raw("{\"action\":\"new\"}").unwrap());
        let (id, body) = update.request().unwrap();
        assert_eq!(id, "test_id");
        let expected = json!({"actions": [
            {"action": "insert", "source-table": "t", "target-table": "t"},
            {"action": "upsert", "source-table": "new", "source-schema": "S",
             "target-table": "o\"rders", "target-schema": "Extract",
             "condition": {"op": "and", "args": [
                 {"op": "eq", "target-col": "id", "source-col": "order_id"},
                 {"op": "not", "args": [{"op": "gt", "target-col": "year", "const": 2025}]},
             ]}},
            {"action": "delete", "target-table": "t",
             "condition": {"op": "eq", "target-col": "a", "const": "b"}},
            {"action": "new"},
        ]});
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), expected);
    }

    #[test]
    fn what_cannot_be_sent_is_named() {
        let action = || HyperAction::insert("a", "b");
        let refused = |update: HyperUpdate<'_>| {
            let error = update.request().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Input);
            error.to_string()
        };
        assert!(refused(HyperUpdate::new()).contains("no action"));
        assert!(refused(HyperUpdate::new().action(action()).request_id("a\r\nb")).contains("id"));
        assert!(HyperAction::raw("[]").unwrap_err().to_string().contains("object"));
        assert!(HyperAction::raw("{").unwrap_err().to_string().contains("line 1"));
    }

    #[test]
    fn ids_of_requests_are_made_up() {
        let update = HyperUpdate::new().action(HyperAction::replace("a", "b"));
        assert_ne!(update.request().unwrap().0, update.request().unwrap().0);
    }
}
