//! [`Role`]: the rights that a site role gives.

/// A user's role on the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Reader,
    Publisher,
    SiteAdmin,
    ServerAdmin,
}

impl Role {
    pub(super) fn of(site_role: &str) -> Role {
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
