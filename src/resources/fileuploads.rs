//! File uploads: `session.fileuploads()`.

use crate::Result;
use crate::common::{Source, Upload, upload_whole};

super::resource! {
    /// The way of large files to a site, in chunks. Publishing takes it by itself.
    Fileuploads
}

impl Fileuploads<'_> {
    /// Uploads a file in chunks, for whatever takes the id of an upload. The server forgets uploads
    /// that nothing takes.
    ///
    /// A chunk that was certainly not received is sent again; after one whose fate is unknown the
    /// upload begins anew under a fresh id, as often as [`Source::restarts`] says.
    ///
    /// REST: [Initiate File Upload](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_publishing.htm#initiate_file_upload)
    /// and [Append to File Upload](https://help.tableau.com/current/api/rest_api/en-us/REST/rest_api_ref_publishing.htm#append_to_file_upload), API 2.0.
    pub fn upload<'f>(&self, source: impl Into<Source<'f>>) -> Result<Upload> {
        upload_whole(self.client, source.into())
    }
}
