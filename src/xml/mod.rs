//! XML, both ways: [`Node`] reads, [`Out`] writes, and the [`element!`] table does both at once.

mod element;
mod node;
mod out;
mod text;
mod words;

pub(crate) use element::{ToXml, element, request};
pub(crate) use node::{FromXml, Node, parse};
pub(crate) use out::{Escaped, Out};
pub(crate) use text::Text;
pub(crate) use words::words;
