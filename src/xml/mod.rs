//! XML, both ways.

mod out;
mod text;

pub(crate) use out::{Escaped, Out};
pub(crate) use text::Text;
