//! Errors that say what to do: wrong addresses and sites, certificates and files in other formats.

mod address;
mod files;
mod site;
mod tls;
