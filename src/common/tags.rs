//! Tags of content: `session.tags(&id)`.

use std::collections::HashSet;
use std::sync::Arc;

use super::capability;
use super::content::Readable;
use crate::client::Client;
use crate::operation::operations;
use crate::xml::{Out, ToXml};
use crate::{Error, Result};

operations! {
    ADD_TO_WORKBOOK = PUT "sites/{site}/workbooks/{workbook}/tags" since (1, 0)
        scope "tableau:workbook_tags:update" errors [400049, 404006, 404009]
        "Add Tags to Workbook" "workbooks_and_views.htm#add_tags_to_workbook";
    ADD_TO_VIEW = PUT "sites/{site}/views/{view}/tags" since (1, 0)
        scope "tableau:view_tags:update" errors [400076, 404009, 404011]
        "Add Tags to View" "workbooks_and_views.htm#add_tags_to_view";
    ADD_TO_DATASOURCE = PUT "sites/{site}/datasources/{datasource}/tags" since (1, 0)
        scope "tableau:datasource_tags:update" errors [400075, 404004, 404009]
        "Add Tags to Data Source" "data_sources.htm#add_tags_to_data_source";
    ADD_TO_FLOW = PUT "sites/{site}/flows/{flow}/tags" since (3, 3) scope unknown
        "Add Tags to Flow" "flow.htm#add_tags_to_flow";
    ADD_TO_DATABASE = PUT "sites/{site}/databases/{database}/tags" since (3, 9)
        scope "tableau:database_tags:update" errors [404031, 409048]
        "Add Tags to Database" "metadata.htm#add_tags_to_database";
    ADD_TO_TABLE = PUT "sites/{site}/tables/{table}/tags" since (3, 9)
        scope "tableau:table_tags:update" errors [404032, 409055]
        "Add Tags to Table" "metadata.htm#add_tags_to_table";
    ADD_TO_COLUMN = PUT "sites/{site}/columns/{column}/tags" since (3, 9)
        scope "tableau:column_tags:update" errors [409062, 409066]
        "Add Tags to Column" "metadata.htm#add_tags_to_column";
    ADD_TO_VIRTUAL_CONNECTION = PUT "sites/{site}/virtualconnections/{virtual-connection}/tags"
        since (3, 23) scope "tableau:virtual_connection_tags:update" errors [400049, 404006]
        "Add Tags to Virtual Connection"
        "virtual_connections.htm#add_tags_to_virtual_connection";
    REMOVE_FROM_WORKBOOK = DELETE "sites/{site}/workbooks/{workbook}/tags/{tag}" since (1, 0)
        scope "tableau:workbook_tags:delete" errors [400051, 404006, 404007]
        "Delete Tag from Workbook" "workbooks_and_views.htm#delete_tag_from_workbook";
    REMOVE_FROM_VIEW = DELETE "sites/{site}/views/{view}/tags/{tag}" since (1, 0)
        scope "tableau:view_tags:delete" errors [400078, 404006, 404007]
        "Delete Tag from View" "workbooks_and_views.htm#delete_tag_from_view";
    REMOVE_FROM_DATASOURCE = DELETE "sites/{site}/datasources/{datasource}/tags/{tag}"
        since (1, 0) scope "tableau:datasource_tags:delete" errors [400077, 404004, 404007]
        "Delete Tag from Data Source" "data_sources.htm#delete_tag_from_data_source";
    REMOVE_FROM_FLOW = DELETE "sites/{site}/flows/{flow}/tags/{tag}" since (3, 3) scope unknown
        "Delete Tag from Flow" "flow.htm#delete_tag_from_flow";
    REMOVE_FROM_DATABASE = DELETE "sites/{site}/databases/{database}/tags/{tag}" since (3, 9)
        scope "tableau:database_tags:delete" errors [404007, 404031, 409048]
        "Delete Tag from Database" "metadata.htm#delete_tag_from_database";
    REMOVE_FROM_TABLE = DELETE "sites/{site}/tables/{table}/tags/{tag}" since (3, 9)
        scope "tableau:table_tags:delete" errors [404007, 404032, 409055]
        "Delete Tag from Table" "metadata.htm#delete_tag_from_table";
    REMOVE_FROM_COLUMN = DELETE "sites/{site}/columns/{column}/tags/{tag}" since (3, 9)
        scope "tableau:column_tags:delete" errors [404007, 409062, 409066]
        "Delete Tag from Column" "metadata.htm#delete_tag_from_column";
    REMOVE_FROM_VIRTUAL_CONNECTION = DELETE
        "sites/{site}/virtualconnections/{virtual-connection}/tags/{tag}"
        since (3, 23) scope "tableau:virtual_connection_tags:delete" errors [400077, 404004, 404007]
        "Delete Tag from Virtual Connection"
        "virtual_connections.htm#delete_tag_from_virtual_connection";
    BATCH_ADD = PUT "sites/{site}/tags:batchCreate" since (3, 9)
        scope "tableau:tags:batch_create" errors [404029, 404031, 404032, 409004, 409066]
        "Batch Add Tags" "metadata.htm#batch_add_tags";
    BATCH_REMOVE = DELETE "sites/{site}/tags:BatchDelete" since (3, 9)
        scope "tableau:tags:batch_delete" errors [404029, 404031, 404032, 409004, 409066]
        "Batch Delete Tags" "metadata.htm#batch_delete_tags";
}

capability! {
    /// The id of content that can be tagged; see [`Session::tags`](crate::Session::tags).
    pub trait Taggable: "`{Self}` cannot be tagged",
        "workbooks, views, data sources, flows, databases, tables, columns and virtual connections can";
    WorkbookId { ADD = ADD_TO_WORKBOOK, REMOVE = REMOVE_FROM_WORKBOOK }
    ViewId { ADD = ADD_TO_VIEW, REMOVE = REMOVE_FROM_VIEW }
    DatasourceId { ADD = ADD_TO_DATASOURCE, REMOVE = REMOVE_FROM_DATASOURCE }
    FlowId { ADD = ADD_TO_FLOW, REMOVE = REMOVE_FROM_FLOW }
    DatabaseId { ADD = ADD_TO_DATABASE, REMOVE = REMOVE_FROM_DATABASE }
    TableId { ADD = ADD_TO_TABLE, REMOVE = REMOVE_FROM_TABLE }
    ColumnId { ADD = ADD_TO_COLUMN, REMOVE = REMOVE_FROM_COLUMN }
    VirtualConnectionId { ADD = ADD_TO_VIRTUAL_CONNECTION, REMOVE = REMOVE_FROM_VIRTUAL_CONNECTION }
}

/// The tags of one item; see [`Session::tags`](crate::Session::tags).
#[derive(Clone, Debug)]
pub struct Tags<'s, I> {
    client: &'s Arc<Client>,
    id: I,
}

impl<'s, I: Taggable> Tags<'s, I> {
    #[inline]
    pub(crate) fn new(client: &'s Arc<Client>, id: &I) -> Tags<'s, I> {
        Tags { client, id: id.clone() }
    }
}

impl<I: Taggable + Readable> Tags<'_, I> {
    /// Returns the labels of the item's tags. There is no operation for tags alone, so this reads
    /// the item.
    #[doc = super::content::rest!(GET_WORKBOOK)]
    #[doc = super::content::rest!(GET_VIEW)]
    #[doc = super::content::rest!(GET_DATASOURCE)]
    #[doc = super::content::rest!(GET_FLOW)]
    #[doc = super::content::rest!(GET_DATABASE)]
    #[doc = super::content::rest!(GET_TABLE)]
    #[doc = super::content::rest!(GET_VIRTUAL_CONNECTION)]
    #[inline]
    pub fn list(&self) -> Result<Vec<String>> {
        let request = self.client.request(I::GET, &[&self.id]);
        self.client.xml(request, |root| root.need(I::KIND)?.labels("tags", "tag"))
    }

    /// Replaces the item's tags with these: reads the current tags with [`list`](Tags::list), then
    /// calls [`remove`](Tags::remove) and [`add`](Tags::add) for those that differ.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input), before a tag is changed, if a label is empty. If a
    /// later request fails, some tags may have been changed; repeating the call is safe.
    #[doc(alias("update_tags", "update"))]
    pub fn set<L: AsRef<str>>(&self, labels: impl IntoIterator<Item = L>) -> Result<()> {
        self.replace(self.list()?, labels)
    }
}

impl<I: Taggable> Tags<'_, I> {
    /// Adds tags, and returns the labels in the response. Sends nothing if there are no labels.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) for an empty label, and for a label that
    /// contains quotation marks and a space or a comma, which the API cannot represent.
    #[doc = rest!(ADD_TO_WORKBOOK)]
    #[doc = rest!(ADD_TO_VIEW)]
    #[doc = rest!(ADD_TO_DATASOURCE)]
    #[doc = rest!(ADD_TO_FLOW)]
    #[doc = rest!(ADD_TO_DATABASE)]
    #[doc = rest!(ADD_TO_TABLE)]
    #[doc = rest!(ADD_TO_COLUMN)]
    #[doc = rest!(ADD_TO_VIRTUAL_CONNECTION)]
    #[doc(alias = "add_tags")]
    pub fn add<L: AsRef<str>>(&self, labels: impl IntoIterator<Item = L>) -> Result<Vec<String>> {
        let labels = Labels::new(labels)?;
        if labels.0.is_empty() {
            return Ok(Vec::new());
        }
        let request = self.client.request(I::ADD, &[&self.id]).element(&labels)?;
        self.client.xml(request, |root| {
            root.need("tags")?;
            root.labels("tags", "tag")
        })
    }

    /// Removes tags, with one request for each. If one fails, those before it are removed.
    #[doc = rest!(REMOVE_FROM_WORKBOOK)]
    #[doc = rest!(REMOVE_FROM_VIEW)]
    #[doc = rest!(REMOVE_FROM_DATASOURCE)]
    #[doc = rest!(REMOVE_FROM_FLOW)]
    #[doc = rest!(REMOVE_FROM_DATABASE)]
    #[doc = rest!(REMOVE_FROM_TABLE)]
    #[doc = rest!(REMOVE_FROM_COLUMN)]
    #[doc = rest!(REMOVE_FROM_VIRTUAL_CONNECTION)]
    #[doc(alias = "delete_tags")]
    pub fn remove<L: AsRef<str>>(&self, labels: impl IntoIterator<Item = L>) -> Result<()> {
        for label in Labels::new(labels)?.0 {
            self.client.send(I::REMOVE, &[&self.id, &label])?;
        }
        Ok(())
    }

    /// Replaces the tags `old`, which were read before, with `new`: calls [`remove`](Tags::remove)
    /// and [`add`](Tags::add) for those that differ. Fails like [`set`](Tags::set).
    pub fn replace<O: AsRef<str>, N: AsRef<str>>(
        &self,
        old: impl IntoIterator<Item = O>,
        new: impl IntoIterator<Item = N>,
    ) -> Result<()> {
        let old: Vec<String> = old.into_iter().map(|label| label.as_ref().to_owned()).collect();
        // Labels are checked before the first tag is removed.
        let new = Labels::new(new)?.0;
        self.remove(old.iter().filter(|label| !new.contains(*label)))?;
        self.add(new.iter().filter(|label| !old.contains(*label))).map(drop)
    }
}

/// Several items to tag at once; see [`Session::tag_batch`](crate::Session::tag_batch).
#[derive(Clone, Debug)]
#[must_use = "nothing is sent before `add` or `remove`"]
pub struct TagBatch<'s> {
    client: &'s Arc<Client>,
    /// Ids and elements.
    contents: Vec<(String, &'static str)>,
}

impl<'s> TagBatch<'s> {
    #[inline]
    pub(crate) fn new(client: &'s Arc<Client>) -> TagBatch<'s> {
        TagBatch { client, contents: Vec::new() }
    }
}

impl TagBatch<'_> {
    /// Includes an item.
    pub fn on<I: Taggable>(mut self, id: &I) -> Self {
        self.contents.push((id.as_str().to_owned(), I::KIND));
        self
    }

    /// Includes several items.
    pub fn on_all<'i, I: Taggable + 'i>(self, ids: impl IntoIterator<Item = &'i I>) -> Self {
        ids.into_iter().fold(self, TagBatch::on)
    }

    /// Adds tags to every item, and returns the labels in the response.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) if there is no item or no label, and for the
    /// labels that [`Tags::add`] refuses.
    #[doc = rest!(BATCH_ADD)]
    #[doc(alias = "batch_add")]
    pub fn add<L: AsRef<str>>(&self, labels: impl IntoIterator<Item = L>) -> Result<Vec<String>> {
        let request = self.client.request(&BATCH_ADD, &[]).element(&self.batch(labels)?)?;
        self.client.xml(request, |root| root.find("tagBatch").unwrap_or(root).labels("tags", "tag"))
    }

    /// Removes tags from every item.
    ///
    /// # Errors
    ///
    /// As [`add`](TagBatch::add).
    #[doc = rest!(BATCH_REMOVE)]
    #[doc(alias = "batch_delete")]
    pub fn remove<L: AsRef<str>>(&self, labels: impl IntoIterator<Item = L>) -> Result<()> {
        let request = self.client.request(&BATCH_REMOVE, &[]);
        self.client.done(request.element(&self.batch(labels)?)?)
    }

    fn batch<L: AsRef<str>>(&self, labels: impl IntoIterator<Item = L>) -> Result<Batch<'_>> {
        let labels = Labels::new(labels)?;
        if self.contents.is_empty() || labels.0.is_empty() {
            return Err(Error::input("a batch of tags needs at least one item and one label"));
        }
        Ok(Batch { labels, contents: &self.contents })
    }
}

struct Batch<'a> {
    labels: Labels,
    contents: &'a [(String, &'static str)],
}

impl ToXml for Batch<'_> {
    #[inline]
    fn to_xml(&self, out: &mut Out) {
        out.element("tagBatch", |out| {
            self.labels.to_xml(out);
            out.element("contents", |out| {
                for (id, kind) in self.contents {
                    out.element("content", |out| {
                        out.attribute("id", id);
                        out.attribute("contentType", &content_type(kind));
                    });
                }
            });
        });
    }
}

/// The name of the kind in this operation: `Workbook`.
#[inline]
fn content_type(kind: &str) -> String {
    let (first, rest) = kind.split_at(1);
    first.to_ascii_uppercase() + rest
}

/// Labels to send, without duplicates. Rejects labels that the server would misread.
struct Labels(Vec<String>);

impl Labels {
    fn new<L: AsRef<str>>(labels: impl IntoIterator<Item = L>) -> Result<Labels> {
        let (mut all, mut known) = (Vec::new(), HashSet::new());
        for label in labels {
            let label = label.as_ref();
            if label.trim().is_empty() {
                return Err(Error::input("a tag's label is empty"));
            }
            if known.insert(label.to_owned()) {
                all.push(label.to_owned());
            }
        }
        Ok(Labels(all))
    }
}

impl ToXml for Labels {
    #[inline]
    fn to_xml(&self, out: &mut Out) {
        out.element("tags", |out| {
            for label in &self.0 {
                let written = quoted(label).unwrap_or_else(|error| {
                    out.refuse(error);
                    String::new()
                });
                out.element("tag", |out| out.attribute("label", &written));
            }
        });
    }
}

/// Quotes a label that contains a space or a comma, which separate labels.
#[inline]
fn quoted(label: &str) -> Result<String> {
    let parts = |c: char| c == ',' || c.is_whitespace();
    match (label.contains(parts), label.contains('"')) {
        (false, _) => Ok(label.to_owned()),
        (true, false) => Ok(format!("\"{label}\"")),
        (true, true) => Err(Error::input(format!(
            "the tag {label:?} contains quotation marks and a space or a \
             comma, which the API cannot represent"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_labels_with_separators() {
        assert_eq!(quoted("plain").unwrap(), "plain");
        assert_eq!(quoted("5\"").unwrap(), "5\"");
        assert_eq!(quoted("two words").unwrap(), "\"two words\"");
        assert_eq!(quoted("a,b").unwrap(), "\"a,b\"");
        let error = quoted("say \"hi\" now").unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Input);
        assert!(error.to_string().contains("hi"), "{error}");
    }

    #[test]
    fn sends_each_label_once_and_rejects_empty_labels() {
        assert_eq!(Labels::new(["a", "b", "a"]).unwrap().0, ["a", "b"]);
        assert!(Labels::new(["a", " "]).is_err());
    }

    #[test]
    fn spells_kinds_as_batches_require() {
        assert_eq!(content_type("workbook"), "Workbook");
        assert_eq!(content_type("virtualConnection"), "VirtualConnection");
    }
}
