//! [`Item`]: an item of the server's content, for tests to inspect.

use super::element::Element;

/// An item of the mock server's content, such as a group or a workbook, as an administrator would
/// get it from the REST API.
///
/// ```
/// use tableau_server_client::mock::MockServer;
///
/// # fn main() -> tableau_server_client::Result<()> {
/// let builder = MockServer::builder();
/// let mock = builder.webhook("audit", "UserDeleted", "https://ops.example/hook").start()?;
/// let [hook] = &mock.webhooks()[..] else { panic!("one webhook") };
/// assert_eq!((hook.name(), hook.attribute("event")), ("audit", Some("UserDeleted")));
/// assert_eq!(hook.child("owner").expect("webhooks have owners").name(), "admin");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Item(pub(super) Element);

impl Item {
    /// The id; empty if the element has none.
    pub fn id(&self) -> &str {
        self.0.attr("id").unwrap_or_default()
    }

    /// The name; empty if the element has none.
    pub fn name(&self) -> &str {
        self.0.attr("name").unwrap_or_default()
    }

    /// An attribute by the name that the REST API gives it, such as `siteRole`.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.0.attr(name)
    }

    /// The first child element of that name, such as `owner`.
    pub fn child(&self, name: &str) -> Option<Item> {
        self.0.child(name).cloned().map(Item)
    }

    /// The child elements, such as the views in a workbook's `views`.
    pub fn children(&self) -> Vec<Item> {
        self.0.children.iter().cloned().map(Item).collect()
    }

    /// The text of the element.
    pub fn text(&self) -> &str {
        self.0.text.as_deref().unwrap_or_default()
    }
}
