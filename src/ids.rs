//! Ids as types.
