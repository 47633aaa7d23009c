//! The library over real sockets: one binary, a module for each subject.

mod credentials;
mod examples;
mod faults;
mod find;
mod help;
mod listing;
mod logs;
mod mock;
mod raw;
mod reliability;
mod session;
mod version;
