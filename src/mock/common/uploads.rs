//! Uploads of files in parts: `sites/{site}/fileUploads`.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use crate::mock::multipart::{part, parts};
use crate::mock::prelude::*;

struct Upload {
    chunks: BTreeMap<u64, Vec<u8>>,
    /// Whether the chunks have sequence ids. Otherwise they are numbered in the order of their arrival.
    is_sequenced: bool,
    expires: Timestamp,
}

/// The unfinished uploads, by upload session.
#[derive(Default)]
struct Uploads(HashMap<String, Upload>);

const UPLOAD: Kind = Kind::new(0x0b, "404015", "File upload");

/// Maximum size of a file, so that unfinished uploads do not exhaust the memory.
const MAX_SIZE: usize = 4 << 30;

/// Maximum number of chunks of a file.
const MAX_CHUNKS: usize = 10_000;

/// The first API version that has sequence ids.
const SEQUENCED: Version = Version(3, 27);

pub(in crate::mock) fn routes() -> Vec<Route> {
    routes! {
        Post (2, 0) "fileUploads" => initiate;
        Put (2, 0) "fileUploads/{upload}" => append;
    }
}

pub(in crate::mock) fn settle(state: &mut ServerState, now: Timestamp) {
    for site in state.sites.values_mut() {
        site.state_mut::<Uploads>().0.retain(|_, upload| now < upload.expires);
    }
}

/// The bytes of an upload, which is finished by this.
pub(in crate::mock) fn take(site: &mut Site, id: &str) -> Result<Vec<u8>> {
    let upload = site.state_mut::<Uploads>().0.remove(id);
    let chunks = upload.ok_or_else(|| UPLOAD.missing(id))?.chunks;
    Ok(chunks.into_values().collect::<Vec<_>>().concat())
}

impl Upload {
    fn size(&self) -> usize {
        self.chunks.values().map(Vec::len).sum()
    }

    /// Adds a chunk. Stricter than the server may be: what it does with a repeated sequence id is not
    /// documented.
    fn add(&mut self, sequence_id: Option<&str>, bytes: &[u8]) -> Result<()> {
        if self.chunks.len() == MAX_CHUNKS {
            let what = format!("A file can have at most {MAX_CHUNKS} blocks.");
            return Err(ApiError::bad("400000", what));
        }
        if !self.chunks.is_empty() && self.is_sequenced != sequence_id.is_some() {
            let what = "Either all blocks of a file have a sequenceID, or none.";
            return Err(ApiError::bad("400000", what));
        }
        self.is_sequenced = sequence_id.is_some();
        let number = match sequence_id {
            Some(id) => id.parse().ok().filter(|number| *number > 0).ok_or_else(|| {
                ApiError::bad("400000", format!("'{id}' is not a valid sequenceID."))
            })?,
            None => self.chunks.len() as u64 + 1,
        };
        if self.chunks.contains_key(&number) {
            let what = format!("The block with the sequenceID {number} was received before.");
            return Err(ApiError::bad("400000", what));
        }
        self.chunks.insert(number, bytes.to_vec());
        Ok(())
    }
}

fn element(id: &str, size: usize) -> Element {
    let megabytes = size.div_ceil(1 << 20);
    Element::new("fileUpload").with("uploadSessionId", id).with("fileSize", megabytes)
}

fn initiate(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::Publisher)?;
    let secret = state.secret(32).to_lowercase();
    let id = format!("{}:{secret}-0:0", state.signed_in);
    let expires = later(ctx.now, state.upload_lifetime);
    let upload = Upload { chunks: BTreeMap::new(), is_sequenced: false, expires };
    let element = element(&id, 0);
    state.site_mut(ctx)?.state_mut::<Uploads>().0.insert(id, upload);
    Ok(Response::created(element))
}

fn append(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    let id = ctx.param(0);
    let expires = later(ctx.now, state.upload_lifetime.max(Duration::from_secs(1)));
    let max_file = state.max_file;
    let uploads = state.site_mut(ctx)?.state_mut::<Uploads>();
    let upload = uploads.0.get_mut(id).ok_or_else(|| UPLOAD.missing(id))?;
    let parts = parts(ctx.request)?;
    let file = part(&parts, "tableau_file")
        .ok_or_else(|| ApiError::bad("400020", "The request has no part 'tableau_file'."))?;
    if file.body.len() > max_file || upload.size() + file.body.len() > MAX_SIZE {
        return Err(too_large(max_file));
    }
    // An older version does not know the parameter and ignores it.
    let sequence_id = ctx.query("sequenceID").filter(|_| ctx.version >= SEQUENCED);
    upload.add(sequence_id, file.body)?;
    upload.expires = expires;
    Ok(Response::one(element(id, upload.size())))
}

pub(in crate::mock) fn too_large(max_file: usize) -> ApiError {
    let detail = format!("A request can contain at most {} MB of a file.", max_file >> 20);
    ApiError::http(413, detail)
}
