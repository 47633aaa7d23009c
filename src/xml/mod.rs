//! XML, both ways.

mod out;

pub(crate) use out::Out;
