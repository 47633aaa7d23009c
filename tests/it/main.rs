//! The library over real sockets: one binary, a module for each subject.

mod listing;
mod raw;
mod session;
