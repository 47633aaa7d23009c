//! [`ServerInfo`]: a server's versions.

use crate::Result;
use crate::version::ApiVersion;
use crate::xml::{FromXml, Node};

/// The product version and the REST API version of a server, returned by
/// [`Server::server_info`](crate::Server::server_info).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ServerInfo {
    /// The product version, such as `"2024.3.0"`.
    pub product_version: String,
    /// The build number, such as `"20243.24.1010.1014"`. Empty if the server does not state it.
    pub build_number: String,
    /// The newest REST API version that the server supports.
    pub rest_api_version: ApiVersion,
}

impl FromXml for ServerInfo {
    fn from_xml(node: Node<'_>) -> Result<ServerInfo> {
        let version = node.need("restApiVersion")?.text();
        Ok(ServerInfo {
            product_version: node.find("productVersion").map(Node::text).unwrap_or_default(),
            build_number: node.child_attr("productVersion", "build")?,
            rest_api_version: version
                .trim()
                .parse()
                .map_err(|_| node.fail("<restApiVersion>", "is no version"))?,
        })
    }
}
