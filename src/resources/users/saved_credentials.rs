//! Moving the saved OAuth credentials of users from one site to another.

use std::borrow::Borrow;

use super::Users;
use crate::Result;
use crate::ids::{SiteId, UserId};
use crate::operation::operations;
use crate::secret::Secret;
use crate::xml::{Node, Out, ToXml};

operations! {
    DOWNLOAD = POST "sites/{site}/users/{user}/retrieveSavedCreds" since (3, 23)
        scope "tableau:oauth_credentials:download" errors [403054, 404002]
        "Download User Credentials" "users_and_groups.htm#download_user_credentials";
    UPLOAD = PUT "sites/{site}/users/{user}/uploadSavedCreds" since (3, 23)
        scope "tableau:oauth_credentials:upload" errors [403054, 404002]
        "Upload User Credentials" "users_and_groups.htm#upload_user_credentials";
}

impl Users<'_> {
    /// Returns the OAuth credentials that a user saved, encrypted for another site. The keys for
    /// such a migration have to exist on both sites.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// use tsc::users::DestinationSite;
    ///
    /// # fn f(
    /// #     from: &tsc::Session<'_>, to: &tsc::Session<'_>, old: &tsc::UserId, new: &tsc::UserId,
    /// # ) -> tsc::Result<()> {
    /// let site = DestinationSite::new("https://10ax.online.tableau.com", "finance", to.site_id());
    /// let credentials = from.users().saved_credentials(old, site)?;
    /// to.users().upload_saved_credentials(new, credentials.map_user(old, new))?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc = rest!(DOWNLOAD)]
    pub fn saved_credentials(
        &self,
        id: impl Into<UserId>,
        destination: impl Borrow<DestinationSite>,
    ) -> Result<SavedCredentials> {
        let request = self.client.request(&DOWNLOAD, &[&id.into()]);
        self.client.xml(request.element(destination.borrow())?, |root| {
            let texts = |wrap, item| -> Result<Vec<String>> {
                let items = root.items(wrap, item, Node::LONGEST)?;
                Ok(items.into_iter().map(Node::text).collect())
            };
            let keychains = texts("encryptedKeychainList", "encryptedKeychain")?;
            let users = texts("associatedUserLuidList", "associatedUserLuid")?;
            Ok(SavedCredentials {
                users: users.into_iter().map(UserId::from).collect(),
                keychains: keychains.into_iter().map(Secret::from).collect(),
                mapping: Vec::new(),
            })
        })
    }

    /// Saves OAuth credentials for a user of this site, which was the destination when they were
    /// [downloaded](Users::saved_credentials).
    #[doc = rest!(UPLOAD)]
    pub fn upload_saved_credentials(
        &self,
        id: impl Into<UserId>,
        credentials: impl Borrow<SavedCredentials>,
    ) -> Result<()> {
        let credentials = credentials.borrow();
        let request = self.client.request(&UPLOAD, &[&id.into()]).element(credentials)?;
        let hidden = credentials.keychains.iter();
        self.client.done(hidden.fold(request, |request, secret| request.hiding(Some(secret))))
    }
}

/// The site that saved credentials are encrypted for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DestinationSite {
    server_url: String,
    content_url: String,
    id: SiteId,
}

impl DestinationSite {
    /// The site by the address of its server, its content URL and its id.
    pub fn new(
        server_url: impl Into<String>,
        content_url: impl Into<String>,
        id: impl Into<SiteId>,
    ) -> DestinationSite {
        let (server_url, content_url) = (server_url.into(), content_url.into());
        DestinationSite { server_url, content_url, id: id.into() }
    }
}

impl ToXml for DestinationSite {
    #[inline]
    fn to_xml(&self, out: &mut Out) {
        for (name, value) in [
            ("destinationSiteUrlNamespace", &*self.content_url),
            ("destinationSiteLuid", self.id.as_str()),
            ("destinationServerUrl", &self.server_url),
        ] {
            out.element(name, |out| out.text(value));
        }
    }
}

/// Encrypted OAuth credentials of a user, to upload to another site. `Debug` does not show them.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SavedCredentials {
    /// The users of the source site that the credentials refer to.
    pub users: Vec<UserId>,
    keychains: Vec<Secret>,
    mapping: Vec<(UserId, UserId)>,
}

impl SavedCredentials {
    /// Returns whether the user has no saved credentials.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.keychains.is_empty()
    }

    /// Maps a user of the source site to a user of the destination.
    pub fn map_user(
        mut self,
        source: impl Into<UserId>,
        destination: impl Into<UserId>,
    ) -> SavedCredentials {
        self.mapping.push((source.into(), destination.into()));
        self
    }
}

impl ToXml for SavedCredentials {
    #[inline]
    fn to_xml(&self, out: &mut Out) {
        out.element("associatedUserLuidMapping", |out| {
            for (source, destination) in &self.mapping {
                out.element("userLuidPair", |out| {
                    out.attr("sourceSiteUserLuid", source);
                    out.attr("destinationSiteUserLuid", destination);
                });
            }
        });
        out.element("encryptedKeychainList", |out| {
            for keychain in &self.keychains {
                out.element("encryptedKeychain", |out| out.text(keychain.reveal()));
            }
        });
    }
}
