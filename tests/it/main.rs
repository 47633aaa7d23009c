//! The library over real sockets: one binary, a module for each subject.

mod raw;
mod reliability;
mod session;
mod wire;
