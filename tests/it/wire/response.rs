//! Compares what TSC and this library read from a response, attribute by attribute.

use serde_json::{Map, Value};
use tableau_server_client as tsc;

/// Attributes that have another name in TSC: class and attribute in TSC, and our field. A `.` separates
/// the names of nested fields. `?` at the end means that TSC adds a default if the response does not
/// contain the attribute (`False`, or the value of the caller's item), and our field is `None`. `-`
/// means that the attribute is not part of the response.
const NAMES: &[(&str, &str, &str)] = &[
    ("BackgroundJobItem", "name", "title"),
    ("BackgroundJobItem", "type", "job_type"),
    ("ComparisonRecord", "avg_accelerated_plt", "average_accelerated_load_time"),
    ("ComparisonRecord", "avg_non_accelerated_plt", "average_unaccelerated_load_time"),
    ("ConnectionItem", "auth_type", "authentication_type"),
    ("ConnectionItem", "datasource_id", "datasource"),
    ("ConnectionItem", "datasource_name", "datasource_name?"),
    ("ConnectionItem", "embed_password", "embed_password?"),
    ("ConnectionItem", "username", "user_name"),
    ("CustomViewItem", "owner.name", "owner_name"),
    ("CustomViewItem", "view.name", "view_name"),
    ("CustomViewItem", "workbook.has_extracts", "workbook_details.has_extracts?"),
    ("CustomViewItem", "workbook.name", "workbook_name"),
    // A random value.
    ("CustomViewItem", "workbook.project_id", "-"),
    ("CustomViewItem", "workbook.show_tabs", "workbook_details.show_tabs?"),
    ("DQWItem", "owner_id", "owner"),
    ("DatabaseItem", "contact_id", "contact"),
    ("DatabaseItem", "metadata_type", "kind"),
    ("DailyInterval", "interval", "intervals"),
    ("DailyInterval", "start_time", "start"),
    // An enum in this library. It is compared by its variant if the variant has no fields.
    ("DataFreshnessPolicyItem", "fresh_at_schedule", "="),
    ("DataFreshnessPolicyItem", "fresh_every_schedule", "="),
    ("DataFreshnessPolicyItem", "option", "$word?"),
    ("DatasourceItem", "ask_data_enablement", "ask_data"),
    ("DatasourceItem", "certified", "certified?"),
    ("DatasourceItem", "is_published", "published"),
    ("DatasourceItem", "owner.name", "owner_name"),
    ("DatasourceItem", "owner_id", "owner"),
    ("DatasourceItem", "project.name", "project_name"),
    ("DatasourceItem", "project_id", "project"),
    ("FlowItem", "owner_id", "owner"),
    ("FlowItem", "project_id", "project"),
    ("FlowRunItem", "background_job_id", "background_job"),
    ("FlowRunItem", "flow_id", "flow"),
    ("FreshAt", "interval_item", "week_days"),
    ("FreshAt", "timezone", "time_zone"),
    ("FreshEvery", "frequency", "unit"),
    ("GroupItem", "domain_name", "domain"),
    ("GroupItem", "license_mode", "grant_license_mode"),
    ("GroupItem", "minimum_site_role", "import_site_role"),
    ("HourlyInterval", "end_time", "end"),
    ("HourlyInterval", "interval", "intervals"),
    ("HourlyInterval", "start_time", "start"),
    ("JobItem", "datasource_id", "datasource"),
    ("JobItem", "flow_run.flow_id", "flow"),
    ("JobItem", "flow_run.started_at", "-"),
    ("JobItem", "type", "job_type"),
    ("JobItem", "workbook_id", "workbook"),
    ("LocationItem", "type", "kind"),
    ("MetricItem", "owner_id", "owner"),
    ("MetricItem", "project_id", "project"),
    ("MetricItem", "view_id", "view"),
    ("MonthlyInterval", "interval", "intervals"),
    ("MonthlyInterval", "start_time", "start"),
    ("ProjectItem", "owner.name", "owner_name"),
    ("ProjectItem", "owner_id", "owner"),
    ("ProjectItem", "parent_id", "parent"),
    ("ProjectItem", "top_level_project", "top_level"),
    ("ResourceReference", "tag_name", "kind"),
    ("RevisionItem", "created_at", "published_at"),
    ("RevisionItem", "resource_id", "-"),
    ("RevisionItem", "resource_name", "-"),
    ("RevisionItem", "revision_number", "number"),
    ("RevisionItem", "user_id", "publisher"),
    ("RevisionItem", "user_name", "publisher_name"),
    ("ScheduleItem", "interval_item", "times"),
    ("SiteItem", "num_users", "user_count"),
    // The server masks it.
    ("SiteOIDCConfiguration", "client_secret", "-"),
    ("UserItem", "domain_name", "domain"),
    ("UserItem", "fullname", "full_name"),
    ("ViewItem", "owner.name", "owner_name"),
    ("ViewItem", "owner_id", "owner"),
    ("ViewItem", "project.name", "project_name"),
    ("ViewItem", "project_id", "project"),
    ("ViewItem", "total_views", "total_view_count"),
    ("ViewItem", "workbook.has_extracts", "workbook_details.has_extracts?"),
    ("ViewItem", "workbook.name", "workbook_name"),
    ("ViewItem", "workbook.project_id", "-"),
    ("ViewItem", "workbook.show_tabs", "workbook_details.show_tabs?"),
    ("ViewItem", "workbook_id", "workbook"),
    ("WeeklyInterval", "interval", "intervals"),
    ("WeeklyInterval", "start_time", "start"),
    ("WorkbookItem", "data_acceleration_config", "data_acceleration"),
    ("WorkbookItem", "data_freshness_policy", "data_freshness"),
    ("WorkbookItem", "default_view_id", "default_view"),
    ("WorkbookItem", "has_extracts", "has_extracts?"),
    ("WorkbookItem", "owner.name", "owner_name"),
    ("WorkbookItem", "owner_id", "owner"),
    ("WorkbookItem", "project.name", "project_name"),
    ("WorkbookItem", "project_id", "project"),
    ("WorkbookItem", "show_tabs", "show_tabs?"),
    ("data_acceleration_config", "acceleration_enabled", "enabled"),
    ("data_acceleration_config", "acceleration_status", "status"),
    ("status_notes", "type", "kind"),
    ("DataAlertItem", "createdAt", "created_at"),
    ("DataAlertItem", "updatedAt", "updated_at"),
    ("DataAlertItem", "creatorId", "creator"),
    ("DataAlertItem", "owner_id", "owner"),
    ("DataAlertItem", "view_id", "view"),
    ("DataAlertItem", "workbook_id", "workbook"),
    ("DataAlertItem", "project_id", "project"),
    ("ExtractItem", "type", "refresh_type"),
    ("ExtractItem", "workbook_id", "workbook"),
    ("LinkedTaskItem", "num_steps", "step_count"),
    ("LinkedTaskJobItem", "linked_task_id", "linked_task"),
    ("SubscriptionItem", "page_size_option", "page_size"),
    ("SubscriptionItem", "schedule", "-"),
    ("SubscriptionItem", "schedule_id", "schedule_id"),
    ("SubscriptionItem", "send_if_view_empty", "send_if_view_empty?"),
    ("SubscriptionItem", "target", "content"),
    ("SubscriptionItem", "target.type", "content_type"),
    ("SubscriptionItem", "user_id", "user"),
    ("TableItem", "contact_id", "contact"),
    ("TaskItem", "schedule_id", "schedule.id"),
    ("TaskItem", "schedule_item", "schedule"),
    ("TaskItem", "target", "workbook?"),
    ("TaskItem", "target.type", "-"),
    ("TaskItem", "task_type", "-"),
    ("VirtualConnectionItem", "content", "-"),
    ("VirtualConnectionItem", "is_certified", "certified"),
    ("VirtualConnectionItem", "owner_id", "owner"),
    ("VirtualConnectionItem", "project_id", "project"),
    ("WebhookItem", "owner_id", "owner"),
];

/// Values that TSC does not decode or makes up, and the values of our field.
const VALUES: &[(&str, &str, Option<&str>)] = &[
    ("finish_code", "-1", None),
    ("finish_code", "0", Some("Success")),
    ("finish_code", "1", Some("Failed")),
    ("finish_code", "2", Some("Cancelled")),
];

/// Whether this library returns the same values as TSC, including defaults that TSC fills in itself. If
/// TSC returns nothing, this library has to return nothing, too.
pub fn is_same(case: &Value, got: &tsc::Result<Value>) -> bool {
    let nothing = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    let silent = case.get("raises").is_none() && case["result"].is_null();
    match got {
        Ok(ours) if silent => nothing(ours),
        _ => compared(case, got, true).is_empty(),
    }
}

/// Returns the differences between the results of this library and of TSC.
pub fn compare(case: &Value, got: &tsc::Result<Value>) -> Vec<String> {
    compared(case, got, false)
}

fn compared(case: &Value, got: &tsc::Result<Value>, strict: bool) -> Vec<String> {
    let mut compared = Comparison { strict, failures: Vec::new() };
    match (got, case.get("raises")) {
        (Ok(ours), None) => {
            let mut theirs = &case["result"];
            // `get` returns the items and their number.
            if theirs.as_array().is_some_and(|pair| pair.len() == 2)
                && theirs[1]["$type"] == "PaginationItem"
            {
                theirs = &theirs[0];
            }
            compared.value("", theirs, ours, "result");
        }
        (Err(error), Some(raised)) => {
            for (name, ours) in
                [("code", error.code()), ("summary", error.summary()), ("detail", error.detail())]
            {
                let theirs = raised[name].as_str().filter(|text| !text.is_empty());
                if theirs.is_some() && theirs != ours {
                    compared.fail(format!("the error's {name}: TSC {theirs:?}, here {ours:?}"));
                }
            }
        }
        (Ok(ours), Some(raised)) => {
            compared.fail(format!("TSC raises {}, here it is {ours}", raised["text"]));
        }
        (Err(error), None) => {
            compared.fail(format!("TSC gives {}, here it is the error {error:?}", case["result"]));
        }
    }
    compared.failures
}

struct Comparison {
    strict: bool,
    failures: Vec<String>,
}

impl Comparison {
    fn fail(&mut self, what: String) {
        self.failures.push(what);
    }

    /// `class` names the attribute of a plain dictionary in TSC.
    fn value(&mut self, class: &str, theirs: &Value, ours: &Value, at: &str) {
        match (theirs, ours) {
            (Value::Null, _) => {}
            (Value::Object(object), _) if object.is_empty() => {}
            (Value::Array(theirs), Value::Array(ours)) => {
                if theirs.len() != ours.len() {
                    self.fail(format!("{at}: TSC has {}, here are {}", theirs.len(), ours.len()));
                }
                for (n, (theirs, ours)) in theirs.iter().zip(ours).enumerate() {
                    self.value(class, theirs, ours, &format!("{at}[{n}]"));
                }
            }
            (Value::Object(object), _) if object.contains_key("$set") => {
                let mut ours = ours.clone();
                if let Value::Array(ours) = &mut ours {
                    ours.sort_by_key(ToString::to_string);
                }
                self.value(class, &theirs["$set"], &ours, at);
            }
            (Value::Object(object), Value::Array(ours)) if object.contains_key("$bytes") => {
                let bytes = ours.iter().filter_map(Value::as_u64);
                let bytes = bytes.filter_map(|byte| u8::try_from(byte).ok());
                let ours: String = bytes.map(char::from).collect();
                self.value(class, &theirs["$bytes"], &Value::String(ours), at);
            }
            (Value::String(version), Value::Object(ours)) if ours.contains_key("major") => {
                if *version != format!("{}.{}", ours["major"], ours["minor"]) {
                    self.fail(format!("{at}: TSC {version}, here {ours:?}"));
                }
            }
            (Value::Object(object), Value::Array(pairs)) if !object.contains_key("$type") => {
                self.dictionary(class, object, pairs, at);
            }
            // A response that TSC returns unparsed.
            (Value::Object(object), _) if object.len() == 1 && object.contains_key("$type") => {}
            (Value::Object(object), Value::Object(_)) => {
                let class = object.get("$type").and_then(Value::as_str).unwrap_or(class);
                for (name, member) in object.iter().filter(|(name, _)| *name != "$type") {
                    self.attribute(class, name, member, ours, at);
                }
            }
            (_, Value::Object(interval)) if interval.contains_key("week_day") => {
                if !is_same_interval(theirs, ours) {
                    self.fail(format!("{at}: TSC {theirs}, here {ours}"));
                }
            }
            _ if scalar(theirs, ours) => {}
            _ => self.fail(format!("{at}: TSC {theirs}, here {ours}")),
        }
    }

    /// Compares a dictionary of TSC with our list of pairs.
    fn dictionary(&mut self, class: &str, object: &Map<String, Value>, pairs: &[Value], at: &str) {
        if object.len() != pairs.len() {
            self.fail(format!("{at}: TSC has {}, here are {}", object.len(), pairs.len()));
        }
        for (name, member) in object {
            let same = |pair: &&Value| scalar(&Value::String(name.clone()), &pair[0]);
            match pairs.iter().find(same) {
                Some(pair) => self.value(class, member, &pair[1], &format!("{at}.{name}")),
                None => self.fail(format!("{at}.{name}: TSC {member}, missing here")),
            }
        }
    }

    fn attribute(&mut self, class: &str, name: &str, theirs: &Value, ours: &Value, at: &str) {
        let mut names = NAMES.iter().filter(|(c, n, _)| *c == class && *n == name);
        let field = names.next().map_or(name, |(_, _, ours)| *ours);
        if field == "-" || is_empty(theirs) {
            return;
        }
        let here = format!("{at}.{name}");
        let (field, fills_in) =
            field.strip_suffix('?').map_or((field, false), |field| (field, true));
        let found = match field {
            "=" => Some(ours),
            field => field.split('.').try_fold(ours, |value, part| value.get(part)),
        };
        if fills_in && !self.strict && found.is_none_or(Value::is_null) {
            return;
        }
        let spelled = theirs.to_string();
        if let Some((.., word)) = VALUES.iter().find(|(n, v, _)| *n == name && *v == spelled) {
            let ours = found.and_then(|value| value["$word"].as_str());
            if ours != *word {
                self.fail(format!("{here}: TSC {theirs}, here {ours:?}"));
            }
            return;
        }
        let Some(found) = found else {
            return self.fail(format!("{here}: TSC {theirs}, here `{field}` is missing"));
        };
        match theirs.as_object().filter(|object| object.contains_key("id")) {
            // Our field has only the id of the item; the other attributes are separate fields.
            Some(parts) if !found.is_object() => {
                self.value(class, &parts["id"], found, &here);
                for (part, theirs) in parts {
                    if !matches!(part.as_str(), "id" | "$type") {
                        self.attribute(class, &format!("{name}.{part}"), theirs, ours, at);
                    }
                }
            }
            _ => self.value(name, theirs, found, &here),
        }
    }
}

/// Whether an interval of a schedule is the same. TSC has one value for it: a fraction of an hour
/// instead of minutes, or the name of a day.
fn is_same_interval(theirs: &Value, ours: &Value) -> bool {
    let text = theirs.as_str().map_or_else(|| theirs.to_string(), str::to_owned);
    match (ours["minutes"].as_f64(), &ours["month_day"]["$word"]) {
        (Some(minutes), _) => text.parse::<f64>().is_ok_and(|hours| hours * 60.0 == minutes),
        (None, Value::String(last)) => text == format!("{last}Day"),
        _ => ["hours", "week_day", "month_day"].iter().any(|name| scalar(theirs, &ours[*name])),
    }
}

/// Absence in TSC: `None`, an empty text, set or dictionary.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Object(object) => {
            object.is_empty()
                || object.get("$set").is_some_and(|set| set == &Value::Array(Vec::new()))
        }
        _ => false,
    }
}

fn scalar(theirs: &Value, ours: &Value) -> bool {
    let plain = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        _ => None,
    };
    // The variant of a known value is named after it; an unknown value keeps its text.
    let letters = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
    };
    match (plain(theirs), plain(ours), ours["$word"].as_str()) {
        (Some(theirs), Some(ours), _) => {
            theirs == ours || theirs.parse::<f64>().is_ok_and(|n| ours.parse() == Ok(n))
        }
        (Some(theirs), None, Some(word)) => letters(&theirs) == letters(word),
        // An empty text in TSC is `None` here.
        (Some(theirs), None, None) => theirs.is_empty() && ours.is_null(),
        _ => false,
    }
}
