//! The library over real sockets: one binary, a module for each subject.

mod mock;
mod raw;
mod session;
