//! [`Event`]: what happened to an item, for webhooks.

/// Something that happened to an item, such as `WorkbookCreated`.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) name: String,
    /// The element of the item: `workbook`.
    pub(super) resource: String,
    pub(super) resource_id: String,
    pub(super) resource_name: String,
}

/// The events of a site that were not yet handed to its webhooks.
#[derive(Default)]
pub(super) struct Events(pub(super) Vec<Event>);

impl Event {
    pub(super) fn new(element: &str, id: &str, name: &str, what: &str) -> Event {
        let mut event: String = element.get(..1).unwrap_or_default().to_uppercase();
        event.push_str(element.get(1..).unwrap_or_default());
        event.push_str(what);
        Event {
            name: event,
            resource: element.to_owned(),
            resource_id: id.to_owned(),
            resource_name: name.to_owned(),
        }
    }
}
