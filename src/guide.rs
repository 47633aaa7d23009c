//! The guide: how things are done, in programs that run, and how it is built.

#[doc = include_str!("../docs/sign-in-and-out.md")]
pub mod sign_in_and_out {}

#[doc = include_str!("../docs/content.md")]
pub mod content {}

#[doc = include_str!("../docs/reliability.md")]
pub mod reliability {}

#[doc = include_str!("../docs/differences.md")]
pub mod differences {}

#[doc = include_str!("../docs/threat-model.md")]
pub mod threat_model {}

#[doc = include_str!("../docs/design.md")]
pub mod design {}

// So that the README's program is compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub mod readme {}
