//! XML, both ways: [`Node`] reads, [`Out`] writes, and the [`element!`] table does both at once.

mod element;
mod node;
mod out;
mod text;
mod words;

pub(crate) use element::{Changes, Shows, ToXml, element, request};
pub(crate) use node::{FromXml, Node, parse};
#[cfg(feature = "mock")]
pub(crate) use out::Escaped;
pub(crate) use out::Out;
pub(crate) use text::Text;
pub(crate) use words::words;
