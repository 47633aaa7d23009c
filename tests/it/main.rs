//! Tests of the library over real sockets: one binary, one module per subject.

// Deprecated parts of the API are tested as well.
#![allow(deprecated)]

mod cancellation;
mod connected_app;
mod connections;
mod content;
mod credentials;
mod errors;
mod examples;
mod faults;
mod find;
mod guide;
mod help;
mod hints;
mod listing;
mod logs;
mod metadata;
mod mock;
mod options;
mod proxy_server;
mod public_api;
mod raw;
mod raw_requests;
mod redirects;
mod reliability;
mod secrets;
mod session;
mod session_facts;
mod shared_sessions;
mod tls;
mod tls_server;
mod transfers;
mod version;
mod wire;
