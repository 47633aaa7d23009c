//! Uploads of files in parts: `sites/{site}/fileUploads`.

use std::collections::HashMap;
use std::time::Duration;

use crate::mock::multipart::{part, parts};
use crate::mock::prelude::*;

struct Upload {
    bytes: Vec<u8>,
    expires: Timestamp,
}

/// The unfinished uploads, by upload session.
#[derive(Default)]
struct Uploads(HashMap<String, Upload>);

const UPLOAD: Kind = Kind::new(0x0b, "404015", "File upload");

/// Maximum size of a file, so that unfinished uploads do not exhaust the memory.
const MAX_SIZE: usize = 4 << 30;

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
    upload.map(|upload| upload.bytes).ok_or_else(|| UPLOAD.missing(id))
}

fn element(id: &str, size: usize) -> Element {
    let megabytes = size.div_ceil(1 << 20);
    Element::new("fileUpload").with("uploadSessionId", id).with("fileSize", megabytes)
}

fn initiate(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::Publisher)?;
    let secret = state.secret(32).to_lowercase();
    let id = format!("{}:{secret}-0:0", state.signed_in);
    let upload = Upload { bytes: Vec::new(), expires: later(ctx.now, state.upload_lifetime) };
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
    if file.body.len() > max_file || upload.bytes.len() + file.body.len() > MAX_SIZE {
        return Err(too_large(max_file));
    }
    upload.bytes.extend_from_slice(file.body);
    upload.expires = expires;
    Ok(Response::one(element(id, upload.bytes.len())))
}

pub(in crate::mock) fn too_large(max_file: usize) -> ApiError {
    let detail = format!("A request can contain at most {} MB of a file.", max_file >> 20);
    ApiError::http(413, detail)
}
