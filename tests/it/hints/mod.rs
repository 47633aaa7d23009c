//! Errors that suggest a fix: wrong addresses and sites, certificates and files in other formats.

mod address;
mod files;
mod site;
mod tls;
