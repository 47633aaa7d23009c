//! The library over real sockets: one binary, a module for each subject.

mod content;
mod credentials;
mod examples;
mod find;
mod help;
mod listing;
mod logs;
mod mock;
mod raw;
mod reliability;
mod session;
mod transfers;
mod version;
mod wire;
