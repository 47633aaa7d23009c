//! File uploads in pieces: `sites/{site}/fileUploads`.

use std::time::Duration;

use jiff::Timestamp;

use crate::mock::api_error::ApiError;
use crate::mock::clock::later;
use crate::mock::context::Context;
use crate::mock::element::Element;
use crate::mock::luid::Kind;
use crate::mock::multipart::{part, parts};
use crate::mock::response::Response;
use crate::mock::role::Role;
use crate::mock::route::{ApiResult, Method, Route};
use crate::mock::server_state::ServerState;

/// A file that arrives in pieces.
#[derive(Clone, Debug)]
pub(in crate::mock) struct Upload {
    pub(super) bytes: Vec<u8>,
    expires: Timestamp,
}

impl Upload {
    pub(in crate::mock) fn is_alive(&self, now: Timestamp) -> bool {
        now < self.expires
    }
}

pub(super) const ROUTES: &[Route] = &[
    Route::new(Method::Post, "sites/{site}/fileUploads", 2, 0, initiate),
    Route::new(Method::Put, "sites/{site}/fileUploads/{upload}", 2, 0, append),
];

fn element(id: &str, size: usize) -> Element {
    Element::new("fileUpload").attr("uploadSessionId", id).attr("fileSize", size.div_ceil(1 << 20))
}

fn initiate(state: &mut ServerState, ctx: &Context) -> ApiResult {
    ctx.require(Role::Publisher)?;
    let secret = state.secret(32).to_lowercase();
    let id = format!("{}:{secret}-0:0", state.signed_in);
    let expires = later(state.clock.now(), state.upload_lifetime);
    let element = element(&id, 0);
    state.site_mut(ctx)?.uploads.insert(id, Upload { bytes: Vec::new(), expires });
    Ok(Response::created(element))
}

fn append(state: &mut ServerState, ctx: &Context) -> ApiResult {
    // Uploads that nobody finishes must not fill the memory of whoever runs the server.
    const MOST: usize = 4 << 30;
    let id = ctx.param(0);
    let expires = later(state.clock.now(), state.upload_lifetime.max(Duration::from_secs(1)));
    let max_file = state.max_file;
    let site = state.site_mut(ctx)?;
    let upload = site.uploads.get_mut(id).ok_or_else(|| Kind::Upload.missing(id))?;
    let parts = parts(ctx.request)?;
    let file = part(&parts, "tableau_file")
        .ok_or_else(|| ApiError::bad("400020", "The request has no part 'tableau_file'."))?;
    if file.body.len() > max_file || upload.bytes.len() + file.body.len() > MOST {
        return Err(too_large(max_file));
    }
    upload.bytes.extend_from_slice(file.body);
    upload.expires = expires;
    Ok(Response::one(element(id, upload.bytes.len())))
}

pub(super) fn too_large(max_file: usize) -> ApiError {
    let detail = format!("A request carries {} MB of a file at most.", max_file >> 20);
    ApiError::http(413, detail)
}
