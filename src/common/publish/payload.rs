//! [`PublishOptions`], and the request payload that is built from them.

use super::super::details::{LocationUpdate, in_one_place};
use super::super::sheets::read_sheets;
use super::super::source::OpenSource;
use super::connections::{ConnectionCredentials, PublishConnection, RequestedConnection};
use crate::ids::PersonalSpaceId;
use crate::secret::Secret;
use crate::text::cut;
use crate::xml::{Out, ToXml};
use crate::{Error, Result};

/// The options of publishing, of all kinds of content.
#[derive(Default)]
pub(super) struct PublishOptions {
    pub(super) name: Option<String>,
    pub(super) mode: Option<&'static str>,
    pub(super) query: Vec<(String, String)>,
    pub(super) attributes: Vec<(&'static str, String)>,
    /// Children with one attribute: tag, attribute and value.
    pub(super) children: Vec<(&'static str, &'static str, String)>,
    pub(super) space: Option<PersonalSpaceId>,
    pub(super) hidden_views: Vec<String>,
    /// The sheets to show; all others are hidden.
    pub(super) only_views: Option<Vec<String>>,
    pub(super) credentials: Option<ConnectionCredentials>,
    pub(super) connections: Vec<PublishConnection>,
}

impl PublishOptions {
    /// Rejects options that contradict each other.
    #[inline]
    pub(super) fn check(&self, kind: &str, name: &str) -> Result<()> {
        if self.connections.iter().any(|connection| connection.server.is_empty()) {
            return Err(Error::input("a connection to publish needs a server address"));
        }
        if self.credentials.is_some() && !self.connections.is_empty() {
            return Err(Error::input(
                "a data source can be published with credentials or with connections, not with both",
            ));
        }
        let has_project = self.children.iter().any(|(tag, _, _)| *tag == "project");
        in_one_place(has_project, self.space.is_some(), || format!("the {kind} {name:?}"))
    }

    /// Hides the sheets of the file that are not in `only_views`.
    #[inline]
    pub(super) fn hide_others(&mut self, source: &mut OpenSource<'_>) -> Result<()> {
        let Some(only) = &self.only_views else { return Ok(()) };
        let label = source.label.clone();
        if only.is_empty() {
            return Err(Error::input(format!("{label}: `only_views` needs at least one sheet")));
        }
        let file = source.seekable().ok_or_else(|| {
            Error::input(format!("{label}: `only_views` needs a file that can be read twice"))
        })?;
        let sheets = read_sheets(file, &label)?;
        if let Some(unknown) = only.iter().find(|name| sheets.iter().all(|s| s.name != **name)) {
            let names: Vec<String> =
                sheets.iter().map(|sheet| format!("{:?}", sheet.name)).collect();
            let what = format!("{label} has no sheet {unknown:?}, only {}", names.join(", "));
            return Err(Error::input(cut(&what, 2000)));
        }
        let others = sheets.into_iter().map(|sheet| sheet.name).filter(|name| !only.contains(name));
        self.hidden_views.extend(others);
        Ok(())
    }

    #[inline]
    pub(super) fn requested_connections(&self) -> Vec<RequestedConnection> {
        self.connections.iter().map(PublishConnection::requested).collect()
    }

    /// The passwords in the request.
    #[inline]
    pub(super) fn secrets(&self) -> Vec<Secret> {
        let connections = self.connections.iter().filter_map(|one| one.credentials.as_ref());
        connections.chain(&self.credentials).map(|one| one.password.clone()).collect()
    }
}

/// The request payload, which is sent together with the file.
pub(super) struct Payload<'a> {
    pub(super) options: &'a PublishOptions,
    pub(super) tag: &'static str,
    pub(super) name: &'a str,
}

impl ToXml for Payload<'_> {
    #[inline]
    fn to_xml(&self, out: &mut Out) {
        let PublishOptions {
            attributes,
            children,
            space,
            hidden_views,
            credentials,
            connections,
            ..
        } = self.options;
        out.element(self.tag, |out| {
            out.attribute("name", self.name);
            for (name, value) in attributes {
                out.attribute(name, value);
            }
            // In the order of the XML schema.
            for tag in ["askData", "project", "owner", "workbook"] {
                for (_, name, value) in children.iter().filter(|child| child.0 == tag) {
                    out.element(tag, |out| out.attribute(name, value));
                }
                if let Some(space) = space.as_ref().filter(|_| tag == "project") {
                    LocationUpdate::from(space).to_xml(out);
                }
            }
            if let Some(credentials) = credentials {
                credentials.to_xml(out);
            }
            if self.tag != "flow" {
                write_connections(connections, out);
            }
            if !hidden_views.is_empty() {
                out.element("views", |out| {
                    for name in hidden_views {
                        out.element("view", |out| {
                            out.attribute("name", name);
                            out.attribute("hidden", "true");
                        });
                    }
                });
            }
        });
        // The connections of a flow are a sibling of `<flow>`.
        if self.tag == "flow" {
            write_connections(connections, out);
        }
    }
}

#[inline]
fn write_connections(connections: &[PublishConnection], out: &mut Out) {
    if !connections.is_empty() {
        out.element("connections", |out| {
            connections.iter().for_each(|connection| connection.to_xml(out));
        });
    }
}
