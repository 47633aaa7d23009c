//! The guide: common tasks as complete programs, and how the library is built.

#[doc = include_str!("../docs/quickstart.md")]
#[cfg(feature = "mock")]
#[cfg_attr(docsrs, doc(cfg(feature = "mock")))]
pub mod quickstart {}

#[doc = include_str!("../docs/sign-in-and-out.md")]
pub mod sign_in_and_out {}

#[doc = include_str!("../docs/content.md")]
pub mod content {}

#[doc = include_str!("../docs/raw-requests.md")]
pub mod raw_requests {}

#[doc = include_str!("../docs/metadata.md")]
#[cfg(feature = "metadata")]
#[cfg_attr(docsrs, doc(cfg(feature = "metadata")))]
pub mod metadata {}

#[doc = include_str!("../docs/people.md")]
#[cfg(feature = "people")]
#[cfg_attr(docsrs, doc(cfg(feature = "people")))]
pub mod people {}

#[doc = include_str!("../docs/schedules.md")]
#[cfg(feature = "schedules")]
#[cfg_attr(docsrs, doc(cfg(feature = "schedules")))]
pub mod schedules {}

#[doc = include_str!("../docs/cookbook.md")]
#[cfg(feature = "mock")]
#[cfg_attr(docsrs, doc(cfg(feature = "mock")))]
pub mod cookbook {}

#[doc = include_str!("../docs/errors.md")]
pub mod errors {}

#[doc = include_str!("../docs/versions.md")]
pub mod versions {}

#[doc = include_str!("../docs/administration.md")]
#[cfg(feature = "admin")]
#[cfg_attr(docsrs, doc(cfg(feature = "admin")))]
pub mod administration {}

#[doc = include_str!("../docs/reliability.md")]
pub mod reliability {}

#[doc = include_str!("../docs/testing.md")]
#[cfg(feature = "mock")]
#[cfg_attr(docsrs, doc(cfg(feature = "mock")))]
pub mod testing {}

#[doc = include_str!("../docs/coming-from-tsc.md")]
#[cfg(feature = "mock")]
#[cfg_attr(docsrs, doc(cfg(feature = "mock")))]
pub mod coming_from_tsc {}

#[doc = include_str!("../docs/differences.md")]
pub mod differences {}

#[doc = include_str!("../docs/threat-model.md")]
pub mod threat_model {}

#[doc = include_str!("../docs/design.md")]
pub mod design {}

#[doc = include_str!("../docs/contributing.md")]
pub mod contributing {}

#[doc = include_str!("../docs/coverage.md")]
pub mod coverage {}

#[doc = include_str!("../CHANGELOG.md")]
pub mod changelog {}

// Compiles the README's program.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub mod readme {}
