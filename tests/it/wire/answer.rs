//! What TSC and this library make of an answer, attribute by attribute.

use serde_json::Value;
use tableau_server_client as tsc;

/// Attributes of TSC's that have another name here: its class and attribute, and our field. A `.`
/// leads inside; `-` is not compared, with the reason beside it.
const NAMES: &[(&str, &str, &str)] = &[
    ("LocationItem", "type", "kind"),
    ("ProjectItem", "parent_id", "parent"),
    ("ProjectItem", "top_level_project", "top_level"),
    ("ProjectItem", "owner_id", "owner"),
    ("ProjectItem", "owner.name", "owner_name"),
    ("SiteItem", "num_users", "user_count"),
    ("UserItem", "domain_name", "domain"),
    ("UserItem", "fullname", "full_name"),
    ("ViewItem", "owner_id", "owner"),
    ("ViewItem", "total_views", "total_view_count"),
    ("WorkbookItem", "data_acceleration_config", "data_acceleration"),
    ("WorkbookItem", "default_view_id", "default_view"),
    ("WorkbookItem", "owner.name", "owner_name"),
    ("WorkbookItem", "owner_id", "owner"),
    ("WorkbookItem", "project.name", "project_name"),
    ("WorkbookItem", "project_id", "project"),
    ("data_acceleration_config", "acceleration_enabled", "enabled"),
    ("data_acceleration_config", "acceleration_status", "status"),
];

/// Where the two differ; nothing where not.
pub fn compare(case: &Value, got: &tsc::Result<Value>) -> Vec<String> {
    let mut failures = Vec::new();
    match (got, case.get("raises")) {
        (Ok(ours), None) => {
            let mut theirs = &case["result"];
            // `get` gives the items and how many there are.
            if theirs.as_array().is_some_and(|pair| pair.len() == 2)
                && theirs[1]["$type"] == "PaginationItem"
            {
                theirs = &theirs[0];
            }
            value("", theirs, ours, "result", &mut failures);
        }
        (Err(error), Some(raised)) => {
            for (name, ours) in
                [("code", error.code()), ("summary", error.summary()), ("detail", error.detail())]
            {
                let theirs = raised[name].as_str().filter(|text| !text.is_empty());
                if theirs.is_some() && theirs != ours {
                    failures.push(format!("the error's {name}: TSC {theirs:?}, here {ours:?}"));
                }
            }
        }
        (Ok(ours), Some(raised)) => {
            failures.push(format!("TSC raises {}, here it is {ours}", raised["text"]));
        }
        (Err(error), None) => {
            failures.push(format!("TSC gives {}, here it is the error {error:?}", case["result"]));
        }
    }
    failures
}

/// `class` is for what TSC has as a plain dictionary: the attribute that it is in.
fn value(class: &str, theirs: &Value, ours: &Value, at: &str, failures: &mut Vec<String>) {
    match (theirs, ours) {
        (Value::Null, _) => {}
        (Value::Object(object), _) if object.is_empty() => {}
        (Value::Array(theirs), Value::Array(ours)) => {
            if theirs.len() != ours.len() {
                failures.push(format!("{at}: TSC has {}, here are {}", theirs.len(), ours.len()));
            }
            for (n, (theirs, ours)) in theirs.iter().zip(ours).enumerate() {
                value(class, theirs, ours, &format!("{at}[{n}]"), failures);
            }
        }
        (Value::Object(object), _) if object.contains_key("$set") => {
            let mut ours = ours.clone();
            if let Value::Array(ours) = &mut ours {
                ours.sort_by_key(ToString::to_string);
            }
            value(class, &theirs["$set"], &ours, at, failures);
        }
        (Value::Object(object), Value::Array(ours)) if object.contains_key("$bytes") => {
            let bytes = ours.iter().filter_map(Value::as_u64);
            let ours: String = bytes.filter_map(|b| u8::try_from(b).ok()).map(char::from).collect();
            value(class, &theirs["$bytes"], &Value::String(ours), at, failures);
        }
        (Value::String(version), Value::Object(ours)) if ours.contains_key("major") => {
            if *version != format!("{}.{}", ours["major"], ours["minor"]) {
                failures.push(format!("{at}: TSC {version}, here {ours:?}"));
            }
        }
        (Value::Object(object), Value::Object(_)) => {
            let class = object.get("$type").and_then(Value::as_str).unwrap_or(class);
            for (name, member) in object.iter().filter(|(name, _)| *name != "$type") {
                attribute(class, name, member, ours, at, failures);
            }
        }
        _ if scalar(theirs, ours) => {}
        _ => failures.push(format!("{at}: TSC {theirs}, here {ours}")),
    }
}

fn attribute(
    class: &str,
    name: &str,
    theirs: &Value,
    ours: &Value,
    at: &str,
    failures: &mut Vec<String>,
) {
    let renamed = |name: &str| {
        let mut names = NAMES.iter().filter(|(c, n, _)| *c == class && *n == name);
        names.next().map(|(_, _, ours)| *ours)
    };
    let field = renamed(name).unwrap_or(name);
    if field == "-" || theirs.is_null() {
        return;
    }
    let here = format!("{at}.{name}");
    let Some(found) = field.split('.').try_fold(ours, |value, part| value.get(part)) else {
        failures.push(format!("{here}: TSC {theirs}, here is no `{field}`"));
        return;
    };
    let parts = theirs.as_object().filter(|object| object.contains_key("id"));
    match parts {
        // An item of which only the id is kept, and the rest beside it.
        Some(parts) if !found.is_object() => {
            value(class, &parts["id"], found, &here, failures);
            let rest = parts.iter().filter(|(part, _)| !matches!(part.as_str(), "id" | "$type"));
            for (part, theirs) in rest {
                attribute(class, &format!("{name}.{part}"), theirs, ours, at, failures);
            }
        }
        _ => value(name, theirs, found, &here, failures),
    }
}

fn scalar(theirs: &Value, ours: &Value) -> bool {
    let plain = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        _ => None,
    };
    // A word's variant has its letters; a word that is not known is not read.
    let letters = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
    };
    match (plain(theirs), plain(ours), ours["$word"].as_str()) {
        (Some(theirs), Some(ours), _) => {
            theirs == ours || theirs.parse::<f64>().is_ok_and(|n| ours.parse() == Ok(n))
        }
        (Some(theirs), None, Some(word)) => letters(&theirs) == letters(word),
        // What TSC has as an empty text is nothing here.
        (Some(theirs), None, None) => theirs.is_empty() && ours.is_null(),
        _ => false,
    }
}
