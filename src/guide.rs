//! The guide: common tasks as complete programs, and how the library is built.
//!
//! - First steps: [quick start](quickstart/index.html), [signing in and out](sign_in_and_out/index.html),
//!   [cookbook](cookbook/index.html); for readers who know TSC, [coming from TSC](coming_from_tsc/index.html)
//!   and the [differences](differences/index.html).
//! - By subject: [content](content/index.html), [users, groups and permissions](people/index.html),
//!   [schedules](schedules/index.html), [administration](administration/index.html),
//!   [metadata](metadata/index.html), [requests without a method](raw_requests/index.html).
//! - In operation: [errors](errors/index.html), [reliability](reliability/index.html), [versions, scopes and
//!   limits](versions/index.html), [testing](testing/index.html), [performance](performance/index.html),
//!   [threat model](threat_model/index.html).
//! - About the library: [design](design/index.html), [contributing](contributing/index.html), [coverage of the
//!   REST API](coverage/index.html), [changes](changelog/index.html).

/// Declares a module for each page of the guide, with the features of the items that it links to. Every
/// page can start the mock server: tests are always compiled with the feature `mock`.
///
/// The pages end with definitions of their links to other pages, which work where the files are read
/// as they are. In rustdoc, the definitions in `guide_links.md` come first and take precedence.
/// Doctests go without them, so that failures name the page and the line.
macro_rules! pages {
    ($($name:ident $(($($cfg:tt)+))? $file:literal;)+) => {$(
        #[cfg_attr(not(doctest), doc = include_str!("guide_links.md"))]
        #[doc = include_str!($file)]
        $(
            #[cfg($($cfg)+)]
            #[cfg_attr(docsrs, doc(cfg($($cfg)+)))]
        )?
        pub mod $name {}
    )+};
}

pages! {
    quickstart "../docs/quickstart.md";
    sign_in_and_out "../docs/sign-in-and-out.md";
    content "../docs/content.md";
    raw_requests "../docs/raw-requests.md";
    metadata(feature = "metadata") "../docs/metadata.md";
    people(feature = "people") "../docs/people.md";
    schedules(feature = "schedules") "../docs/schedules.md";
    cookbook "../docs/cookbook.md";
    errors "../docs/errors.md";
    versions "../docs/versions.md";
    administration(feature = "admin") "../docs/administration.md";
    reliability "../docs/reliability.md";
    testing "../docs/testing.md";
    performance "../docs/performance.md";
    coming_from_tsc(all(feature = "people", feature = "schedules", feature = "admin", feature = "metadata"))
        "../docs/coming-from-tsc.md";
    differences "../docs/differences.md";
    threat_model "../docs/threat-model.md";
    design "../docs/design.md";
    contributing "../docs/contributing.md";
    coverage "../docs/coverage.md";
    changelog "../CHANGELOG.md";
}

// Compiles the README's program.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub mod readme {}
