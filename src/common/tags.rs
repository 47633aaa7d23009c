//! Tags, on everything that carries them: `session.tags(&id)`.

use std::collections::HashSet;
use std::sync::Arc;

use crate::core::Core;
use crate::http::{Request, encode_segment};
use crate::ids::Tagged;
use crate::xml::{Out, ToXml};
use crate::{Error, Result, Session};

impl Session<'_> {
    /// The tags of a workbook, a view, a data source, a flow, a virtual connection, a database, a
    /// table or a column.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, workbook_id: tsc::WorkbookId) -> tsc::Result<()> {
    /// session.tags(&workbook_id).add(["finance", "needs review"])?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// What carries no tags does not compile:
    ///
    /// ```compile_fail,E0277
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, user_id: tsc::UserId) -> tsc::Result<()> {
    /// session.tags(&user_id).add(["finance", "needs review"])?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn tags<I: Tagged>(&self, id: &I) -> Tags<'_, I> {
        Tags { core: self.core(), id: id.clone() }
    }

    /// Tags for several things at once, of several kinds.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>, workbook_id: tsc::WorkbookId, flow_id: tsc::FlowId) -> tsc::Result<()> {
    /// session.tag_batch().on(&workbook_id).on(&flow_id).add(["finance"])?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn tag_batch(&self) -> TagBatch<'_> {
        TagBatch { core: self.core(), contents: Vec::new() }
    }
}

/// The tags of one thing; see [`Session::tags`].
#[derive(Clone, Debug)]
pub struct Tags<'s, I> {
    core: &'s Arc<Core>,
    id: I,
}

impl<I: Tagged> Tags<'_, I> {
    /// The labels of its tags. There is no call for tags alone, so this asks for the thing itself,
    /// which the server has no call for where it is a column.
    pub fn list(&self) -> Result<Vec<String>> {
        let request = self.since(Request::get(self.core.site(&self.id.path())));
        self.core.xml(request, |root| root.need(I::KIND)?.labels("tags", "tag"))
    }

    /// Adds tags and gives the labels that the server answers with. Those that are there already
    /// stay; where none is named, nothing is sent.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) for a label that is empty, and for one with
    /// quotation marks beside a space or a comma, which the server has no spelling for.
    ///
    /// REST: [Add Tags to Workbook](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#add_tags_to_workbook)
    /// and its kin, API 1.0; flows 3.3, databases, tables and columns 3.9, virtual connections 3.23.
    pub fn add<L: AsRef<str>>(&self, labels: impl IntoIterator<Item = L>) -> Result<Vec<String>> {
        let labels = Labels::new(labels)?;
        if labels.0.is_empty() {
            return Ok(Vec::new());
        }
        let request = Request::put(self.core.site(&format!("{}/tags", self.id.path())));
        let request = self.since(request).element(&labels)?;
        self.core.xml(request, |root| {
            root.need("tags")?;
            root.labels("tags", "tag")
        })
    }

    /// Removes tags, one request each.
    ///
    /// REST: [Delete Tag from Workbook](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_workbooks_and_views.htm#delete_tag_from_workbook)
    /// and its kin, API 1.0; flows 3.3, databases, tables and columns 3.9, virtual connections 3.23.
    pub fn remove<L: AsRef<str>>(&self, labels: impl IntoIterator<Item = L>) -> Result<()> {
        for label in Labels::new(labels)?.0 {
            let path = format!("{}/tags/{}", self.id.path(), encode_segment(&label));
            self.core.done(self.since(Request::delete(self.core.site(&path))))?;
        }
        Ok(())
    }

    /// Makes these its tags: reads those that are there, then removes and adds what differs.
    pub fn set<L: AsRef<str>>(&self, labels: impl IntoIterator<Item = L>) -> Result<()> {
        self.replace(self.list()?, labels)
    }

    /// Turns the tags that were read before into these: removes and adds what differs, and sends
    /// nothing where nothing does.
    pub fn replace<O: AsRef<str>, N: AsRef<str>>(
        &self,
        old: impl IntoIterator<Item = O>,
        new: impl IntoIterator<Item = N>,
    ) -> Result<()> {
        let old: Vec<String> = old.into_iter().map(|label| label.as_ref().to_owned()).collect();
        // Refused before the first is removed, if at all.
        let new = Labels::new(new)?.0;
        self.remove(old.iter().filter(|label| !new.contains(*label)))?;
        self.add(new.iter().filter(|label| !old.contains(*label))).map(drop)
    }

    fn since<'b>(&self, request: Request<'b>) -> Request<'b> {
        request.since(I::SINCE.0, I::SINCE.1)
    }
}

/// Several things to tag at once; see [`Session::tag_batch`].
#[derive(Clone, Debug)]
#[must_use = "nothing is sent before `add` or `remove`"]
pub struct TagBatch<'s> {
    core: &'s Arc<Core>,
    /// Id and kind.
    contents: Vec<(String, &'static str)>,
}

impl TagBatch<'_> {
    /// And this one.
    pub fn on<I: Tagged>(mut self, id: &I) -> Self {
        self.contents.push((id.as_str().to_owned(), I::KIND));
        self
    }

    /// And these.
    pub fn on_all<'i, I: Tagged + 'i>(self, ids: impl IntoIterator<Item = &'i I>) -> Self {
        ids.into_iter().fold(self, TagBatch::on)
    }

    /// Adds tags to all of them, and gives the labels that the server answers with.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input) where no thing or no tag is named, and for the
    /// labels that [`Tags::add`] refuses.
    ///
    /// REST: [Batch Add Tags](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_metadata.htm#batch_add_tags), API 3.9.
    pub fn add<L: AsRef<str>>(&self, labels: impl IntoIterator<Item = L>) -> Result<Vec<String>> {
        let request = Request::put(self.core.site("tags:batchCreate"));
        let request = self.body(request, Labels::new(labels)?)?;
        self.core.xml(request, |root| root.find("tagBatch").unwrap_or(root).labels("tags", "tag"))
    }

    /// Removes tags from all of them.
    ///
    /// # Errors
    ///
    /// As [`add`](TagBatch::add).
    ///
    /// REST: [Batch Delete Tags](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_metadata.htm#batch_delete_tags), API 3.9.
    pub fn remove<L: AsRef<str>>(&self, labels: impl IntoIterator<Item = L>) -> Result<()> {
        let request = Request::delete(self.core.site("tags:BatchDelete"));
        self.core.done(self.body(request, Labels::new(labels)?)?)
    }

    fn body<'b>(&self, request: Request<'b>, labels: Labels) -> Result<Request<'b>> {
        if self.contents.is_empty() || labels.0.is_empty() {
            return Err(Error::input("a batch of tags names no thing to tag, or no tag"));
        }
        request.since(3, 9).element(&Batch { labels, contents: &self.contents })
    }
}

struct Batch<'a> {
    labels: Labels,
    contents: &'a [(String, &'static str)],
}

impl ToXml for Batch<'_> {
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

/// The kind as this one call spells it: `Workbook`.
fn content_type(kind: &str) -> String {
    let (first, rest) = kind.split_at(1);
    first.to_ascii_uppercase() + rest
}

/// Labels to send: each once, and none that would become another one on the way.
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

/// A label as the server takes it for one: spaces and commas part labels, unless quoted.
fn quoted(label: &str) -> Result<String> {
    let parts = |c: char| c == ',' || c.is_whitespace();
    match (label.contains(parts), label.contains('"')) {
        (false, _) => Ok(label.to_owned()),
        (true, false) => Ok(format!("\"{label}\"")),
        (true, true) => Err(Error::input(format!(
            "the tag {label:?} has quotation marks beside a space or a comma, \
             which the server has no spelling for"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_that_part_are_quoted() {
        assert_eq!(quoted("plain").unwrap(), "plain");
        assert_eq!(quoted("5\"").unwrap(), "5\"");
        assert_eq!(quoted("two words").unwrap(), "\"two words\"");
        assert_eq!(quoted("a,b").unwrap(), "\"a,b\"");
        let error = quoted("say \"hi\" now").unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Input);
        assert!(error.to_string().contains("hi"), "{error}");
    }

    #[test]
    fn labels_are_sent_once_and_none_is_empty() {
        assert_eq!(Labels::new(["a", "b", "a"]).unwrap().0, ["a", "b"]);
        assert!(Labels::new(["a", " "]).is_err());
    }

    #[test]
    fn kinds_as_batches_spell_them() {
        assert_eq!(content_type("workbook"), "Workbook");
        assert_eq!(content_type("virtualConnection"), "VirtualConnection");
    }
}
