//! [`Publish`]: publishing a file as content of a site.

mod connections;
mod file;
mod job;
mod payload;

use std::fmt;
use std::sync::Arc;

use log::warn;

use self::connections::check_connections;
use self::file::PublishFile;
use self::payload::{Payload, PublishOptions};
use super::chunks::upload;
use super::connections::{Connection, Connections, HasConnections};
use super::filetype::Magic;
use super::job::{Job, JobHandle};
use super::progress::Progress;
use super::source::Source;
use super::upload::Upload;
use crate::Result;
use crate::client::Client;
use crate::http::{Multipart, Request};
use crate::ids::{ContentId, PersonalSpaceId, ProjectId};
use crate::operation::Operation;
use crate::xml::{self, FromXml, Node, Text};

pub use connections::{ConnectionCredentials, PublishConnection, PublishedConnection};
pub use job::PublishJob;

/// Content that can be published.
pub trait Publishable: FromXml {
    /// The id, whose type knows the name of the element.
    type Id: ContentId;
    /// The operation that publishes it.
    const PUBLISH: &'static Operation;
    /// The name of the multipart part with the file: `tableau_workbook`.
    const PART: &'static str;
    /// The query parameter with the extension of the file: `workbookType`.
    const TYPE: Option<&'static str>;
    /// The extensions of its files, and the file format by which the extension is chosen for a file
    /// whose name has none.
    const FILES: &'static [(&'static str, Option<Magic>)];

    /// The id of the item.
    fn id(&self) -> &Self::Id;

    /// Whether the item is known to be somewhere other than this personal space.
    #[inline]
    fn is_elsewhere(&self, _space: &PersonalSpaceId) -> bool {
        false
    }
}

/// Reads the connections of a published item.
type ListConnections<T> = fn(&Arc<Client>, &T) -> Result<Vec<Connection>>;

/// A file to publish, with its options; see `publish` of each resource.
///
/// Unless a mode such as `overwrite` is set, an existing item of the same name is an error. Nothing is
/// sent before [`send`](Publish::send) or, for content that can be published as a job,
/// [`send_as_job`](Publish::send_as_job).
#[must_use = "nothing is sent before `send`"]
pub struct Publish<'s, 'f, T> {
    client: &'s Arc<Client>,
    source: Source<'f>,
    options: PublishOptions,
    /// Lists the connections of the published item. Set if connections were requested.
    list_connections: Option<ListConnections<T>>,
}

impl<'s, 'f, T: Publishable> Publish<'s, 'f, T> {
    #[inline]
    pub(crate) fn new(client: &'s Arc<Client>, source: Source<'f>) -> Publish<'s, 'f, T> {
        Publish { client, source, options: PublishOptions::default(), list_connections: None }
    }

    /// Name of the item on the site. Default: the name of the file without its extension.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.options.name = Some(name.into());
        self
    }

    /// Adds a query parameter, for options that this library does not support.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.query.push((name.into(), value.into()));
        self
    }

    /// Calls `report` with the number of bytes sent; see [`Source::on_progress`].
    pub fn on_progress(mut self, report: impl FnMut(Progress) + 'f) -> Self {
        self.source = self.source.on_progress(report);
        self
    }

    /// Sets or clears a mode. If several modes are set, the last one applies.
    #[inline]
    pub(crate) fn mode(mut self, mode: &'static str, set: bool) -> Self {
        match set {
            true => self.options.mode = Some(mode),
            false => self.options.mode = self.options.mode.filter(|current| *current != mode),
        }
        self
    }

    /// Sets or clears a query parameter with the value `true`.
    #[inline]
    pub(crate) fn flag(mut self, name: &'static str, set: bool) -> Self {
        self.options.query.retain(|(other, _)| other != name);
        if set {
            self.options.query.push((name.to_owned(), "true".to_owned()));
        }
        self
    }

    pub(crate) fn attribute(self, name: &'static str, value: &impl Text) -> Self {
        let mut publish = self.without_attribute(name);
        publish.options.attributes.push((name, value.write()));
        publish
    }

    #[inline]
    pub(crate) fn without_attribute(mut self, name: &'static str) -> Self {
        self.options.attributes.retain(|(other, _)| *other != name);
        self
    }

    pub(crate) fn child(
        mut self,
        tag: &'static str,
        name: &'static str,
        value: &impl Text,
    ) -> Self {
        self.options.children.retain(|(other, _, _)| *other != tag);
        self.options.children.push((tag, name, value.write()));
        self
    }

    #[inline]
    pub(crate) fn into_space(mut self, space: PersonalSpaceId) -> Self {
        self.options.space = Some(space);
        self
    }

    pub(crate) fn hide(mut self, views: impl IntoIterator<Item = String>) -> Self {
        self.options.hidden_views.extend(views);
        self
    }

    pub(crate) fn hide_others_than(mut self, views: impl IntoIterator<Item = String>) -> Self {
        self.options.only_views = Some(views.into_iter().collect());
        self
    }

    #[inline]
    pub(crate) fn log_in(mut self, credentials: ConnectionCredentials) -> Self {
        self.options.credentials = Some(credentials);
        self
    }

    /// Publishes the file and waits until the server has processed it: up to half an hour, which a
    /// gateway between client and server may not allow. [`send_as_job`](Publish::send_as_job) avoids
    /// that wait.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Input`](crate::ErrorKind::Input), before anything is sent, if the file is empty,
    /// has no name or has a format that the resource does not accept. After an error that occurs when
    /// the whole file was sent (a broken connection, 504), the item may or may not be published.
    #[inline]
    pub fn send(self) -> Result<Published<T>> {
        let (client, requested, space) =
            (self.client, self.options.requested_connections(), self.options.space.clone());
        let list = self.list_connections;
        let item: T = self.post(false, |root| T::from_xml(root.need(T::Id::KIND)?))?;
        if let Some(space) = space {
            check_location(client, &item, &space);
        }
        let connections = check_connections(&requested, || list.map(|list| list(client, &item)));
        Ok(Published { item, connections })
    }

    fn post<A>(mut self, as_job: bool, read: impl Fn(Node<'_>) -> Result<A>) -> Result<A> {
        // The version is checked before a large file is uploaded.
        self.client.has(T::PUBLISH.since, || T::PUBLISH.title.to_owned())?;
        if as_job {
            self.client.needs((3, 0), || "publishing as a job".into())?;
        }
        if self.options.space.is_some() {
            self.client.needs((3, 13), || "publishing to a personal space".into())?;
        }
        let mut source = std::mem::replace(&mut self.source, Source::path("")).open()?;
        let file = PublishFile::new::<T>(self.options.name.as_deref(), &mut source)?;
        self.options.check(T::Id::KIND, &file.item)?;
        self.options.hide_others(&mut source)?;
        let payload = Payload { options: &self.options, tag: T::Id::KIND, name: &file.item };
        let payload = xml::request(&payload)?;
        let is_one_request =
            source.length < source.options.chunked_from && source.options.resume.is_none();
        let upload = match is_one_request {
            true => None,
            false => Some(upload(self.client, &mut source)?),
        };
        let mut request = self.request(&file, as_job, upload.as_ref());
        if is_one_request && !source.is_replayable() {
            request = request.once();
        }
        let length = source.length;
        let mut whole = source.part(0, length);
        let body = Multipart::new(&payload)?;
        let mut body = match is_one_request {
            true => body.file(T::PART, &file.name, &mut whole),
            false => body,
        };
        self.client.xml(request.stream(body.content_type(), &mut body).long_running(), read)
    }

    #[inline]
    fn request<'b>(
        &self,
        file: &PublishFile,
        as_job: bool,
        upload: Option<&Upload>,
    ) -> Request<'b> {
        let mut request = self.client.request(T::PUBLISH, &[]);
        if let Some(name) = T::TYPE {
            request = request.query(name, file.extension);
        }
        if let Some(mode) = self.options.mode {
            request = request.query(mode, "true");
        }
        if as_job {
            request = request.query("asJob", "true");
        }
        for (name, value) in &self.options.query {
            request = request.query(name, value);
        }
        if let Some(upload) = upload {
            request = request.query("uploadSessionId", upload.id());
        }
        self.options.secrets().iter().fold(request, |request, secret| request.hiding(Some(secret)))
    }
}

/// Content that is in a project and has connections.
pub trait InProject: Publishable<Id: HasConnections> {}

impl<T: InProject> Publish<'_, '_, T> {
    /// The project to publish to. Default: the default project of the site.
    pub fn project(self, id: impl Into<ProjectId>) -> Self {
        self.child("project", "id", &id.into())
    }

    /// Whether an item of the same name in the project is replaced. Default: `false`.
    #[inline]
    pub fn overwrite(self, overwrite: bool) -> Self {
        self.mode("overwrite", overwrite)
    }

    /// Adds the credentials of a connection in the file. [`Published::connections`] says whether the
    /// server applied them.
    #[inline]
    pub fn connection(mut self, connection: PublishConnection) -> Self {
        self.options.connections.push(connection);
        self.list_connections = Some(|client, item| Connections::new(client, item.id()).list());
        self
    }
}

/// Content that the server can append data to.
pub trait Appendable: Publishable {}

impl<T: Appendable> Publish<'_, '_, T> {
    /// Whether the data is appended to the item of the same name. Default: `false`.
    #[inline]
    pub fn append(self, append: bool) -> Self {
        self.mode("append", append)
    }
}

/// Content that can have extracts and can be published as a job.
pub trait HoldsExtracts: Publishable {}

impl<'s, T: HoldsExtracts> Publish<'s, '_, T> {
    /// Description of the item.
    pub fn description(self, text: impl Into<String>) -> Self {
        self.attribute("description", &text.into())
    }

    /// Whether the extracts are encrypted. Default: the setting of the site.
    #[inline]
    pub fn encrypt_extracts(self, encrypt: bool) -> Self {
        self.attribute("encryptExtracts", &encrypt)
    }

    /// Publishes the file as a job. Returns as soon as the server has received the file. After the job
    /// has ended, [`PublishJob::connections`] returns the outcome of the connections. API 3.0.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(publish: tsc::Publish<'_, '_, tsc::Workbook>) -> tsc::Result<()> {
    /// let mut job = publish.send_as_job()?;
    /// println!("{:?}", job.wait()?.workbook);
    /// println!("{:?}", job.connections()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`send`](Publish::send). What fails after the server has received the file is an error of
    /// [`wait`](PublishJob::wait).
    #[inline]
    pub fn send_as_job(self) -> Result<PublishJob<'s>> {
        let (client, requested, secrets) =
            (self.client, self.options.requested_connections(), self.options.secrets());
        let job = self.post(true, |root| Job::from_xml(root.need("job")?))?;
        let handle = JobHandle::new(client, job).with_secrets(secrets);
        Ok(PublishJob::new(client, handle, requested))
    }
}

/// Logs a warning if the item was not published to the personal space. This is not an error,
/// because the item exists.
fn check_location<T: Publishable>(client: &Client, item: &T, space: &PersonalSpaceId) {
    if item.is_elsewhere(space) {
        let (kind, id) = (T::Id::KIND, client.shown(item.id().as_str()));
        warn!(
            target: "tableau_server_client::publish",
            "the {kind} {id} was published elsewhere instead of to the personal space {space}"
        );
    }
}

/// A published item.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Published<T> {
    /// The item, as the server returned it.
    pub item: T,
    /// The outcome of the connections that were passed to [`Publish::connection`], in that order.
    pub connections: Vec<PublishedConnection>,
}

impl<T> fmt::Debug for Publish<'_, '_, T> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publish")
            .field("source", &self.source)
            .field("name", &self.options.name)
            .field("mode", &self.options.mode)
            .field("connections", &self.options.connections)
            .finish_non_exhaustive()
    }
}
