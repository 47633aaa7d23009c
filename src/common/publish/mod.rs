//! [`Publish`]: a file that becomes content of the site.

mod connections;

use std::fmt;
use std::sync::Arc;

pub(crate) use connections::{Asked, compare};
pub use connections::{ConnectionCredentials, PublishConnection, PublishedConnection};

use log::warn;

use super::details::{LocationUpdate, in_one_place};
use super::filetype::{Magic, split};
use super::job::JobHandle;
use super::source::{Opened, Source};
use super::upload::{Upload, upload};
use crate::client::Client;
use crate::http::{Multipart, Request};
use crate::ids::{ContentId, Located, PersonalSpaceId, ProjectId};
use crate::secret::Secret;
use crate::xml::{FromXml, Node, Out, Text, ToXml};
use crate::{Error, Result};

/// What can be published: how the server calls it, and which files it takes.
pub trait Publishable: FromXml {
    /// Its id, which knows the segment of the URL and the name of the element.
    type Id: Located;
    /// The part that holds the file: `tableau_workbook`.
    const PART: &'static str;
    /// The parameter that says which sort of file it is: `workbookType`.
    const TYPE: Option<&'static str>;
    /// The extensions that it takes, and what tells them where the name does not.
    const FILES: &'static [(&'static str, Option<Magic>)];
    /// The first API version that publishes it.
    const SINCE: (u16, u16);
    /// Whether it stands under `/api/exp`.
    const EXPERIMENTAL: bool = false;

    /// The id of the item.
    fn id(&self) -> &Self::Id;

    /// Whether the item says that it is elsewhere than in this personal space.
    fn is_elsewhere(&self, _space: &PersonalSpaceId) -> bool {
        false
    }
}

/// A file to publish, and what is to become of it; see `publish` of each room.
///
/// Without a mode it has to be new: an item of that name is an error. Nothing is sent before
/// [`send`](Publish::send) or [`send_as_job`](Publish::send_as_job), which those have that can be
/// published as a job.
#[must_use = "nothing is sent before `send`"]
pub struct Publish<'s, 'f, T> {
    client: &'s Arc<Client>,
    source: Source<'f>,
    name: Option<String>,
    mode: Option<&'static str>,
    query: Vec<(String, String)>,
    attributes: Vec<(&'static str, String)>,
    children: Vec<(&'static str, &'static str, String)>,
    space: Option<PersonalSpaceId>,
    hidden_views: Vec<String>,
    credentials: Option<ConnectionCredentials>,
    connections: Vec<PublishConnection>,
    of: std::marker::PhantomData<fn() -> T>,
}

impl<'s, 'f, T: Publishable> Publish<'s, 'f, T> {
    pub(crate) fn new(client: &'s Arc<Client>, source: Source<'f>) -> Publish<'s, 'f, T> {
        Publish {
            client,
            source,
            name: None,
            mode: None,
            query: Vec::new(),
            attributes: Vec::new(),
            children: Vec::new(),
            space: None,
            hidden_views: Vec::new(),
            credentials: None,
            connections: Vec::new(),
            of: std::marker::PhantomData,
        }
    }

    /// What it is called on the site. Default: the file's name without its extension.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// A query parameter that this library does not know.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    pub(crate) fn mode(mut self, mode: &'static str) -> Self {
        self.mode = Some(mode);
        self
    }

    pub(crate) fn attribute(mut self, name: &'static str, value: &impl Text) -> Self {
        self.attributes.retain(|(there, _)| *there != name);
        self.attributes.push((name, value.write()));
        self
    }

    pub(crate) fn without_attribute(mut self, name: &'static str) -> Self {
        self.attributes.retain(|(there, _)| *there != name);
        self
    }

    pub(crate) fn child(
        mut self,
        tag: &'static str,
        name: &'static str,
        value: &impl Text,
    ) -> Self {
        self.children.retain(|(there, _, _)| *there != tag);
        self.children.push((tag, name, value.write()));
        self
    }

    pub(crate) fn into_space(mut self, space: &PersonalSpaceId) -> Self {
        self.space = Some(space.clone());
        self
    }

    pub(crate) fn hide(mut self, views: impl IntoIterator<Item = String>) -> Self {
        self.hidden_views.extend(views);
        self
    }

    pub(crate) fn log_in(mut self, credentials: ConnectionCredentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Publishes it, and waits until the server has done so: up to half an hour, which a gateway in
    /// between may not grant. [`send_as_job`](Publish::send_as_job) does without.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input), before anything is sent, for a file that is
    /// none of those the room takes, an empty one, or no name. An error after the whole file was
    /// sent (a broken connection, 504) does not say whether the item was published.
    pub fn send(self) -> Result<Published<T>> {
        let (client, asked, space) = (self.client, self.asked(), self.space.clone());
        let item: T = self.post(false, |root| T::from_xml(root.need(T::Id::KIND)?))?;
        if let Some(space) = space {
            check_location(client, &item, &space);
        }
        let connections = compare(client, Some(&item.id().path()), &asked);
        Ok(Published { item, connections })
    }

    /// What is to be asked for when it is published.
    fn asked(&self) -> Vec<Asked> {
        self.connections.iter().map(PublishConnection::asked).collect()
    }

    fn post<A>(mut self, as_job: bool, read: impl Fn(Node<'_>) -> Result<A>) -> Result<A> {
        // Not after a gigabyte was uploaded for nothing.
        self.client.needs(T::SINCE, || format!("publishing a {}", T::Id::KIND))?;
        if as_job {
            self.client.needs((3, 0), || "publishing as a job".into())?;
        }
        if self.space.is_some() {
            self.client.needs((3, 13), || "publishing to a personal space".into())?;
        }
        let chunked_by_force = self.source.resume.is_some();
        let mut source = std::mem::replace(&mut self.source, Source::path("")).open()?;
        let file = self.file(&mut source)?;
        let payload = self.payload(&file)?;
        let one_request = source.length < source.chunked_from && !chunked_by_force;
        let upload = match one_request {
            true => None,
            false => Some(upload(self.client, &mut source)?),
        };
        let mut request = self.request(&file, as_job, upload.as_ref());
        if one_request && !source.is_replayable() {
            request = request.once();
        }
        let length = source.length;
        let mut whole = source.part(0, length);
        let body = Multipart::new(&payload)?;
        let mut body = match one_request {
            true => body.file(T::PART, &file.name, &mut whole),
            false => body,
        };
        self.client.xml(request.stream(body.content_type(), &mut body).patiently(), read)
    }

    fn request<'b>(&self, file: &File, as_job: bool, upload: Option<&Upload>) -> Request<'b> {
        let path = match T::EXPERIMENTAL {
            true => self.client.experimental_site(T::Id::AT),
            false => self.client.site(T::Id::AT),
        };
        let mut request = Request::post(path);
        if let Some(name) = T::TYPE {
            request = request.query(name, file.sort);
        }
        if let Some(mode) = self.mode {
            request = request.query(mode, "true");
        }
        if as_job {
            request = request.query("asJob", "true");
        }
        for (name, value) in &self.query {
            request = request.query(name, value);
        }
        if let Some(upload) = upload {
            request = request.query("uploadSessionId", upload.id());
        }
        self.hidden().iter().fold(request, |request, secret| request.hiding(Some(secret)))
    }

    /// What the server is told in confidence.
    fn hidden(&self) -> Vec<Secret> {
        let connections = self.connections.iter().filter_map(|one| one.credentials.as_ref());
        connections.chain(&self.credentials).map(|one| one.password.clone()).collect()
    }

    /// Which sort of file it is, and what it is called.
    fn file(&self, source: &mut Opened<'_>) -> Result<File> {
        let given = source.name.clone().unwrap_or_default();
        let (stem, extension) = split(&given);
        let name = match &self.name {
            Some(name) => name.clone(),
            None => stem.to_owned(),
        };
        if name.is_empty() {
            return Err(Error::input(format!("a {} to publish has no name", T::Id::KIND)));
        }
        let by_name = T::FILES.iter().find(|(sort, _)| extension.as_deref() == Some(sort));
        if let Some((sort, _)) = by_name {
            return Ok(File { sort, name: given, item: name });
        }
        let takes = || {
            let all: Vec<String> = T::FILES.iter().map(|(sort, _)| format!(".{sort}")).collect();
            all.join(", ")
        };
        if let Some(other) = extension.filter(|extension| OF_OTHERS.contains(&extension.as_str())) {
            return Err(Error::input(format!(
                "{}: a .{other} file is not published as a {} (which is {})",
                source.what,
                T::Id::KIND,
                takes()
            )));
        }
        let unread = format!("{} cannot be read", source.what);
        let start = source.beginning().map_err(|error| Error::io(unread, error))?;
        let magic = Magic::of(&start);
        let by_content = T::FILES.iter().find(|(_, of)| of.is_some() && *of == magic);
        match by_content {
            Some((sort, _)) => Ok(File { sort, name: format!("{stem}.{sort}"), item: name }),
            None => Err(Error::input(format!(
                "{} is no {}: its name has none of the extensions {}, and it is {} inside",
                source.what,
                T::Id::KIND,
                takes(),
                magic.map_or("nothing that is known", Magic::name)
            ))),
        }
    }

    fn payload(&self, file: &File) -> Result<String> {
        for connection in &self.connections {
            if connection.server.is_empty() {
                return Err(Error::input("a connection to publish has no server address"));
            }
        }
        let project = self.children.iter().any(|(tag, _, _)| *tag == "project");
        let what = || format!("the {} {:?}", T::Id::KIND, file.item);
        in_one_place(project, self.space.is_some(), what)?;
        if self.credentials.is_some() && !self.connections.is_empty() {
            return Err(Error::input(
                "a data source is published with credentials or with connections, not with both",
            ));
        }
        let mut out = Out::new();
        out.element("tsRequest", |out| {
            out.element(T::Id::KIND, |out| {
                out.attribute("name", &file.item);
                for (name, value) in &self.attributes {
                    out.attribute(name, value);
                }
                // In the order that the schema has.
                for tag in ["askData", "project", "owner", "workbook"] {
                    for (_, name, value) in self.children.iter().filter(|child| child.0 == tag) {
                        out.element(tag, |out| out.attribute(name, value));
                    }
                    if let Some(space) = self.space.as_ref().filter(|_| tag == "project") {
                        LocationUpdate::from(space).to_xml(out);
                    }
                }
                if let Some(credentials) = &self.credentials {
                    credentials.write(out);
                }
                if !self.connections.is_empty() {
                    out.element("connections", |out| {
                        self.connections.iter().for_each(|connection| connection.write(out));
                    });
                }
                if !self.hidden_views.is_empty() {
                    out.element("views", |out| {
                        for name in &self.hidden_views {
                            out.element("view", |out| {
                                out.attribute("name", name);
                                out.attribute("hidden", "true");
                            });
                        }
                    });
                }
            });
        });
        out.finish()
    }
}

/// What lives in a project and connects to data.
pub trait InProject: Publishable {}

impl<T: InProject> Publish<'_, '_, T> {
    /// The project that it goes to. Default: the site's default project.
    pub fn project(self, id: impl Into<ProjectId>) -> Self {
        let id = &id.into();
        self.child("project", "id", id)
    }

    /// Replaces the item of that name in the project, if there is one.
    pub fn overwrite(self) -> Self {
        self.mode("overwrite")
    }

    /// How one of its connections signs in. [`Published::connections`] tells whether the server
    /// took it.
    pub fn connection(mut self, connection: PublishConnection) -> Self {
        self.connections.push(connection);
        self
    }
}

/// What the server can add rows to.
pub trait Appendable: Publishable {}

impl<T: Appendable> Publish<'_, '_, T> {
    /// Adds the data to the item of that name.
    pub fn append(self) -> Self {
        self.mode("append")
    }
}

/// What can hold extracts, and is published as a job where that is asked for.
pub trait HoldsExtracts: Publishable {}

impl<'s, T: HoldsExtracts> Publish<'s, '_, T> {
    /// What it is about.
    pub fn description(self, text: impl Into<String>) -> Self {
        self.attribute("description", &text.into())
    }

    /// Whether its extracts are encrypted. Default: as the site is set up.
    pub fn encrypt_extracts(self, yes: bool) -> Self {
        self.attribute("encryptExtracts", &yes)
    }

    /// As [`send`](Publish::send), and the server answers as soon as it has the file. What became
    /// of the connections, [`JobHandle::published_connections`] tells when the job has ended. API
    /// 3.0.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(publish: tsc::Publish<'_, '_, tsc::Workbook>) -> tsc::Result<()> {
    /// let mut job = publish.send_as_job()?;
    /// println!("{:?}", job.wait()?.workbook);
    /// println!("{:?}", job.published_connections()?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn send_as_job(self) -> Result<JobHandle<'s>> {
        let (client, asked, hidden) = (self.client, self.asked(), self.hidden());
        let job =
            self.post(true, |root| crate::resources::jobs::Job::from_xml(root.need("job")?))?;
        Ok(JobHandle::new(client, job).publishing(asked, hidden))
    }
}

/// The item is published, so that it is no error where it is.
fn check_location<T: Publishable>(client: &Client, item: &T, space: &PersonalSpaceId) {
    if item.is_elsewhere(space) {
        let (kind, id) = (T::Id::KIND, client.shown(item.id().as_str()));
        warn!(
            target: "tableau_server_client::publish",
            "the {kind} {id} was to go to the personal space {space}, and the server has put it \
             elsewhere"
        );
    }
}

/// Extensions that belong to a room; the file of one is none of another's, whatever is inside.
const OF_OTHERS: &[&str] =
    &["twb", "twbx", "tds", "tdsx", "tde", "hyper", "parquet", "tfl", "tflx", "json"];

/// A file as it is published.
struct File {
    /// The value of `workbookType` and the like.
    sort: &'static str,
    /// The name of the file.
    name: String,
    /// The name of the item.
    item: String,
}

/// What was published.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Published<T> {
    /// The item, as the server describes it.
    pub item: T,
    /// What became of the connections that were published along, in their order.
    pub connections: Vec<PublishedConnection>,
}

impl<T> fmt::Debug for Publish<'_, '_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publish")
            .field("source", &self.source)
            .field("name", &self.name)
            .field("mode", &self.mode)
            .field("connections", &self.connections)
            .finish_non_exhaustive()
    }
}
