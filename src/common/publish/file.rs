//! [`PublishFile`]: the names of a file to publish.

use super::super::filetype::{EXTENSIONS, Magic, split};
use super::super::source::OpenSource;
use super::Publishable;
use crate::ids::ContentId;
use crate::{Error, Result};

/// A file with the names under which it is published.
pub(super) struct PublishFile {
    /// The extension: the value of the query parameter `workbookType` or similar.
    pub(super) extension: &'static str,
    /// The file name.
    pub(super) name: String,
    /// The name of the item.
    pub(super) item: String,
}

impl PublishFile {
    /// Determines the extension from the file name, or else from the first bytes.
    pub(super) fn new<T: Publishable>(
        item: Option<&str>,
        source: &mut OpenSource<'_>,
    ) -> Result<PublishFile> {
        let kind = T::Id::KIND;
        let name = source.name.clone().unwrap_or_default();
        let (stem, extension) = split(&name);
        let item = item.unwrap_or(stem).to_owned();
        if item.is_empty() {
            return Err(Error::input(format!("the {kind} to publish has no name")));
        }
        let by_name = T::FILES.iter().find(|(known, _)| extension.as_deref() == Some(known));
        if let Some((extension, _)) = by_name {
            return Ok(PublishFile { extension, name, item });
        }
        let accepted: Vec<String> = T::FILES.iter().map(|(known, _)| format!(".{known}")).collect();
        let accepted = accepted.join(", ");
        // A file name with the extension of another kind of content, whatever the format of its
        // content.
        if let Some(other) = extension.filter(|other| EXTENSIONS.contains(&other.as_str())) {
            return Err(Error::input(format!(
                "{}: a .{other} file cannot be published as a {kind}, which is a file of the type \
                 {accepted}",
                source.label
            )));
        }
        let start = source.first_bytes();
        let start =
            start.map_err(|error| Error::io(format!("{} cannot be read", source.label), error))?;
        let format = Magic::of(&start);
        match T::FILES.iter().find(|(_, known)| known.is_some() && *known == format) {
            Some((extension, _)) => {
                Ok(PublishFile { extension, name: format!("{stem}.{extension}"), item })
            }
            None => Err(Error::input(format!(
                "{} is not a {kind}: its name has none of the extensions {accepted}, and its \
                 content is {}",
                source.label,
                format.map_or("of an unknown format", Magic::name)
            ))),
        }
    }
}
