//! HTTP: from the options to the one loop that sends.

mod url;

pub(crate) use url::encode_segment;
