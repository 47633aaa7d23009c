//! [`HyperUpdate`]: an update of the data in a published Hyper extract.

use serde_json::{Value, json};

use super::source::Source;
use crate::http::{hex, random};
use crate::{Error, Result};

/// An update of the data in a published extract. The server carries out either all of its actions
/// or none; see [`Datasources::update_data`](crate::datasources::Datasources::update_data).
///
/// ```
/// use tableau_server_client::Source;
/// use tableau_server_client::hyper::{HyperAction, HyperCondition, HyperUpdate};
///
/// let update = HyperUpdate::new()
///     .payload("changes.hyper")
///     .action(HyperAction::delete("gone", "orders", HyperCondition::eq("id", "order_id")))
///     .action(HyperAction::insert("new", ("Extract", "orders")));
/// ```
#[must_use = "nothing is sent until it is passed to `update_data`"]
#[derive(Debug, Default)]
pub struct HyperUpdate<'f> {
    actions: Vec<HyperAction>,
    request_id: Option<String>,
    pub(crate) payload: Option<Source<'f>>,
}

impl<'f> HyperUpdate<'f> {
    /// An update without actions.
    #[inline]
    pub fn new() -> HyperUpdate<'f> {
        HyperUpdate::default()
    }

    /// Adds an action. Actions are carried out in order.
    #[inline]
    pub fn action(mut self, action: HyperAction) -> Self {
        self.actions.push(action);
        self
    }

    /// The Hyper file with the source tables of the actions. It is uploaded before the request.
    pub fn payload(mut self, file: impl Into<Source<'f>>) -> Self {
        self.payload = Some(file.into());
        self
    }

    /// Id of the request. Within 24 hours, the server carries out requests with the same id only
    /// once, so a request whose response was lost can safely be sent again. Default: a random id
    /// for each request.
    pub fn request_id(mut self, id: impl Into<String>) -> Self {
        self.request_id = Some(id.into());
        self
    }

    /// Returns the request id and the request body.
    #[inline]
    pub(crate) fn request(&self) -> Result<(String, String)> {
        if self.actions.is_empty() {
            return Err(Error::input("an update of Hyper data needs at least one action"));
        }
        let id = match &self.request_id {
            Some(id) if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_graphic()) => {
                return Err(Error::input(format!(
                    "invalid request id {id:?}: must be printable ASCII characters without spaces"
                )));
            }
            Some(id) => id.clone(),
            None => hex(&random::<16>()?),
        };
        let actions: Vec<&Value> = self.actions.iter().map(|action| &action.0).collect();
        Ok((id, json!({ "actions": actions }).to_string()))
    }
}

/// An action of a [`HyperUpdate`] on one table.
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

    /// Adds the rows of the source table.
    pub fn insert(source: impl Into<HyperTable>, target: impl Into<HyperTable>) -> HyperAction {
        HyperAction::new("insert", Some(source.into()), target, None)
    }

    /// Replaces all rows with those of the source table.
    pub fn replace(source: impl Into<HyperTable>, target: impl Into<HyperTable>) -> HyperAction {
        HyperAction::new("replace", Some(source.into()), target, None)
    }

    /// Updates the target rows from the source rows that match them under the condition.
    pub fn update(
        source: impl Into<HyperTable>,
        target: impl Into<HyperTable>,
        condition: HyperCondition,
    ) -> HyperAction {
        HyperAction::new("update", Some(source.into()), target, Some(condition))
    }

    /// Updates the target rows from the source rows that match them under the condition, and
    /// inserts the source rows that match no target row.
    pub fn upsert(
        source: impl Into<HyperTable>,
        target: impl Into<HyperTable>,
        condition: HyperCondition,
    ) -> HyperAction {
        HyperAction::new("upsert", Some(source.into()), target, Some(condition))
    }

    /// Deletes the target rows that match any source row under the condition.
    pub fn delete(
        source: impl Into<HyperTable>,
        target: impl Into<HyperTable>,
        condition: HyperCondition,
    ) -> HyperAction {
        HyperAction::new("delete", Some(source.into()), target, Some(condition))
    }

    /// Deletes the target rows that meet a condition on the target table alone. Needs no payload.
    pub fn delete_where(target: impl Into<HyperTable>, condition: HyperCondition) -> HyperAction {
        HyperAction::new("delete", None, target, Some(condition))
    }

    /// An action as a JSON object, for actions that this library does not support.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) if the text is not a JSON object.
    #[inline]
    pub fn raw(json: &str) -> Result<HyperAction> {
        match serde_json::from_str(json) {
            Ok(value @ Value::Object(_)) => Ok(HyperAction(value)),
            Ok(_) => Err(Error::input("invalid action on Hyper data: must be a JSON object")),
            Err(error) => Err(Error::input(format!(
                "invalid action on Hyper data: not JSON at line {}, column {}",
                error.line(),
                error.column()
            ))),
        }
    }
}

/// A table, converted from its name or from `(schema, name)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HyperTable {
    schema: Option<String>,
    name: String,
}

impl From<&str> for HyperTable {
    #[inline]
    fn from(name: &str) -> Self {
        HyperTable { schema: None, name: name.to_owned() }
    }
}

impl From<String> for HyperTable {
    #[inline]
    fn from(name: String) -> Self {
        HyperTable { schema: None, name }
    }
}

impl From<(&str, &str)> for HyperTable {
    #[inline]
    fn from((schema, name): (&str, &str)) -> Self {
        HyperTable { schema: Some(schema.to_owned()), name: name.to_owned() }
    }
}

/// The condition that selects the rows of a [`HyperAction`].
#[derive(Clone, Debug, PartialEq)]
pub struct HyperCondition(Value);

impl HyperCondition {
    /// A target column equals a source column, and neither is null.
    #[inline]
    pub fn eq(target: &str, source: &str) -> HyperCondition {
        HyperCondition::compare("eq", target, source)
    }

    /// A target column equals a source column, or both are null.
    #[inline]
    pub fn is(target: &str, source: &str) -> HyperCondition {
        HyperCondition::compare("is", target, source)
    }

    /// Compares a target column with a source column. The operator is `eq`, `is`, `gt`, `gte`, `lt`
    /// or `lte`.
    #[inline]
    pub fn compare(operator: &str, target: &str, source: &str) -> HyperCondition {
        HyperCondition(json!({ "op": operator, "target-col": target, "source-col": source }))
    }

    /// Compares a target column with a value. The operators are those of
    /// [`compare`](HyperCondition::compare).
    pub fn value(operator: &str, target: &str, value: impl Into<HyperValue>) -> HyperCondition {
        let value = value.into().0;
        HyperCondition(json!({ "op": operator, "target-col": target, "const": value }))
    }

    /// All of these conditions are true.
    pub fn all(conditions: impl IntoIterator<Item = HyperCondition>) -> HyperCondition {
        HyperCondition::combine("and", conditions)
    }

    /// At least one of these conditions is true.
    pub fn any(conditions: impl IntoIterator<Item = HyperCondition>) -> HyperCondition {
        HyperCondition::combine("or", conditions)
    }

    /// The condition is false.
    #[must_use]
    #[inline]
    pub fn negated(self) -> HyperCondition {
        HyperCondition::combine("not", [self])
    }

    fn combine(
        operator: &str,
        conditions: impl IntoIterator<Item = HyperCondition>,
    ) -> HyperCondition {
        let args: Vec<Value> = conditions.into_iter().map(|HyperCondition(c)| c).collect();
        HyperCondition(json!({ "op": operator, "args": args }))
    }
}

/// A value in a [`HyperCondition`]: a string, a number or a Boolean. A date is a string such as
/// `2026-01-31`.
#[derive(Clone, Debug, PartialEq)]
pub struct HyperValue(Value);

macro_rules! hyper_values {
    ($($Type:ty),+) => {$(
        impl From<$Type> for HyperValue {
            #[inline]
            fn from(value: $Type) -> Self {
                HyperValue(value.into())
            }
        }
    )+};
}

hyper_values!(&str, String, bool, i32, i64, u32, u64, f64);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn writes_actions_as_json() {
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
    fn rejects_invalid_updates() {
        let action = || HyperAction::insert("a", "b");
        let error_of = |update: HyperUpdate<'_>| {
            let error = update.request().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Input);
            error.to_string()
        };
        assert!(error_of(HyperUpdate::new()).contains("at least one action"));
        assert!(error_of(HyperUpdate::new().action(action()).request_id("a\r\nb")).contains("id"));
        assert!(HyperAction::raw("[]").unwrap_err().to_string().contains("object"));
        assert!(HyperAction::raw("{").unwrap_err().to_string().contains("line 1"));
    }

    #[test]
    fn generates_a_request_id_for_each_request() {
        let update = HyperUpdate::new().action(HyperAction::replace("a", "b"));
        assert_ne!(update.request().unwrap().0, update.request().unwrap().0);
    }
}
