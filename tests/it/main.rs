//! The library over real sockets: one binary, a module for each subject.

mod connections;
mod credentials;
mod errors;
mod help;
mod listing;
mod logs;
mod raw;
mod redirects;
mod session;
mod tls;
mod tls_server;
mod version;
