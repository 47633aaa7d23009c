//! [`Role`]: the rights that a site role gives.

/// The rights of a user on a site, in ascending order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Reader,
    Publisher,
    SiteAdmin,
    ServerAdmin,
}

impl Role {
    pub(super) fn from_site_role(site_role: &str) -> Role {
        match site_role {
            "ServerAdministrator" => Role::ServerAdmin,
            "SiteAdministrator" | "SiteAdministratorCreator" | "SiteAdministratorExplorer" => {
                Role::SiteAdmin
            }
            "Creator" | "ExplorerCanPublish" | "Publisher" => Role::Publisher,
            _ => Role::Reader,
        }
    }
}
