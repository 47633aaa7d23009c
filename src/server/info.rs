//! [`ServerInfo`]: product and API version of a server.

use crate::version::ApiVersion;
use crate::xml::element;

element! {
    /// Product and API version of a server.
    pub struct ServerInfo = "serverInfo";
    {
        /// The version of the product: `"2024.3.0"`.
        product_version: String = child_text("productVersion");
        /// The build: `"20243.24.1010.1014"`. Empty if the server does not return it.
        build_number: String = child_attr("productVersion", "build");
        /// The newest REST API version that the server supports.
        rest_api_version: ApiVersion = child_text("restApiVersion");
    }
}
