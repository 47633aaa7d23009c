//! Active Directory domains of a server: `session.domains()`.

use std::borrow::Borrow;

use crate::Result;
use crate::operation::operations;
use crate::xml::element;

operations! {
    LIST = GET "domains" since (3, 11) scope "tableau:domains:read" on Server
        "List Server Active Directory Domains" "server.htm#list-server-active-directory-domains";
    UPDATE = PUT "domains/{domain}" since (3, 11) scope "tableau:domains:update" on Server
        errors [404032]
        "Update Server Active Directory Domain"
        "server.htm#update-server-active-directory-domain";
}

super::resource! {
    /// The Active Directory domains of a server.
    Domains
}

impl Domains<'_> {
    /// Returns the domains. A server with local authentication has only the domain `local`.
    #[doc = rest!(LIST)]
    #[inline]
    pub fn list(&self) -> Result<Vec<Domain>> {
        self.client.read_all(self.client.request(&LIST, &[]), "domainList", "domain")
    }

    /// Changes the names of a domain.
    #[doc = rest!(UPDATE)]
    pub fn update(&self, id: u64, changes: impl Borrow<DomainUpdate>) -> Result<Domain> {
        self.client.update(&UPDATE, &[&id], changes.borrow())
    }
}

element! {
    /// An Active Directory domain.
    pub struct Domain = "domain";
    /// Changes to a domain; see [`Domains::update`].
    pub struct DomainUpdate: update;
    {
        /// The domain's number.
        id: Option<u64> = attr("id");
        /// The domain's full name, such as `example.lan`.
        name: Option<String> = attr("name"), update String;
        /// The domain's short name, such as `EXAMPLE`.
        short_name: Option<String> = attr("shortName"), update String;
    }
}
