//! File uploads: `session.fileuploads()`.

use crate::Result;
use crate::common::{Source, Upload, chunks, upload_file};

super::resource! {
    /// Uploads of large files to a site, in chunks. Publishing uploads large files by itself.
    Fileuploads
}

impl Fileuploads<'_> {
    /// Uploads a file in chunks and returns the upload, whose [id](Upload::id) other operations take.
    /// The server discards uploads that are not used.
    ///
    /// A chunk that the server cannot have received is sent again. After a chunk that the server may or
    /// may not have received, the upload starts over under a new id, at most [`Source::restarts`]
    /// times.
    #[doc = chunks::rest!(START_UPLOAD)]
    #[doc = chunks::rest!(APPEND_TO_UPLOAD)]
    #[doc(alias("append", "initiate"))]
    pub fn upload<'f>(&self, source: impl Into<Source<'f>>) -> Result<Upload> {
        upload_file(self.client, source.into())
    }
}
