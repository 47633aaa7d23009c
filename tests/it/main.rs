//! The library over real sockets: one binary, a module for each subject.

mod connections;
mod credentials;
mod errors;
mod examples;
mod find;
mod help;
mod listing;
mod logs;
mod mock;
mod pages;
mod raw;
mod redirects;
mod reliability;
mod session;
mod tls;
mod tls_server;
mod version;
mod wire;
