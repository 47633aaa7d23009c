//! The secrets of connected apps.

use jiff::Timestamp;

use super::{CREATE_SECRET, ConnectedApps, DELETE_SECRET, GET_SECRET, rest};
use crate::Result;
use crate::ids::{ConnectedAppId, ConnectedAppSecretId};
use crate::secret::Secret;
use crate::xml::{FromXml, Node, element};

const TAG: &str = "connectedApplicationSecret";

/// Tableau's error code for a third secret of an app.
const TOO_MANY_SECRETS: &str = "400144";

impl ConnectedApps<'_> {
    /// Creates a secret of a connected app. An app has at most two secrets (400144 otherwise), which
    /// do not expire.
    #[doc = rest!(CREATE_SECRET)]
    pub fn create_secret(
        &self,
        client_id: impl Into<ConnectedAppId>,
    ) -> Result<ConnectedAppSecret> {
        let request = self.client.request(&CREATE_SECRET, &[&client_id.into()]);
        self.client.read(request, TAG)
    }

    /// Returns a secret with its value.
    #[doc = rest!(GET_SECRET)]
    pub fn get_secret(
        &self,
        client_id: impl Into<ConnectedAppId>,
        secret_id: impl Into<ConnectedAppSecretId>,
    ) -> Result<ConnectedAppSecret> {
        let ids: (ConnectedAppId, ConnectedAppSecretId) = (client_id.into(), secret_id.into());
        self.client.read(self.client.request(&GET_SECRET, &[&ids.0, &ids.1]), TAG)
    }

    /// Deletes a secret. The server refuses its tokens from then on; sessions remain open.
    #[doc = rest!(DELETE_SECRET)]
    pub fn delete_secret(
        &self,
        client_id: impl Into<ConnectedAppId>,
        secret_id: impl Into<ConnectedAppSecretId>,
    ) -> Result<()> {
        self.client.send(&DELETE_SECRET, &[&client_id.into(), &secret_id.into()])
    }

    /// Replaces a secret: creates a new one, and then deletes the old one.
    ///
    /// If the new secret cannot be created, the old one is unchanged; this includes an app that has
    /// two secrets already (400144), such as after a rotation that could not delete the old one. If the
    /// response is lost, the app may have another secret, which [`get`](ConnectedApps::get) shows. If the old one cannot be deleted, both are valid, and the error
    /// names the new one: [`get_secret`](ConnectedApps::get_secret) returns its value, and
    /// [`delete_secret`](ConnectedApps::delete_secret) deletes the old one.
    ///
    /// Programs that use the old secret cannot sign in until they have the new one. To give it to
    /// them before the old one is deleted, call [`create_secret`](ConnectedApps::create_secret) and
    /// `delete_secret` instead.
    #[doc = rest!(CREATE_SECRET)]
    #[doc = rest!(DELETE_SECRET)]
    pub fn rotate_secret(
        &self,
        client_id: impl Into<ConnectedAppId>,
        old_secret_id: impl Into<ConnectedAppSecretId>,
    ) -> Result<ConnectedAppSecret> {
        let (client_id, old) = (client_id.into(), old_secret_id.into());
        let new = self.create_secret(&client_id).map_err(|error| match error.code() {
            Some(TOO_MANY_SECRETS) => {
                let what = format!(
                    "the app has two secrets already: if an earlier rotation created the other one, \
                     delete the secret {old}, otherwise delete the other one and rotate again"
                );
                self.client.redact(error.and_then_failed(&what, None))
            }
            _ => error,
        })?;
        self.delete_secret(&client_id, &old).map_err(|error| {
            let what = format!(
                "the new secret {} was created, and the old secret {old} may still be valid: get \
                 the new one, and delete the old one",
                new.id
            );
            self.client.redact(error.and_then_failed(&what, None))
        })?;
        Ok(new)
    }
}

element! {
    /// A secret of a connected app, without its value.
    pub struct SecretInfo = "secret";
    {
        /// The secret's id.
        id: ConnectedAppSecretId = attr_or_text("id");
        /// When the secret was created.
        created_at: Option<Timestamp> = attr_or_text("createdAt");
    }
}

/// A secret of a connected app. `Debug` output does not contain its value, and the type cannot be
/// serialized.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ConnectedAppSecret {
    /// The secret's id: the header `kid` of its tokens.
    pub id: ConnectedAppSecretId,
    /// The value, for [`ConnectedAppAuth`](crate::ConnectedAppAuth).
    pub value: Secret,
    /// When the secret was created.
    pub created_at: Option<Timestamp>,
}

impl ConnectedAppSecret {
    /// Returns the value as text, to store it for programs that sign in with it. **It is a secret.**
    #[inline]
    pub fn export_value(&self) -> String {
        self.value.reveal().to_owned()
    }
}

impl FromXml for ConnectedAppSecret {
    #[inline]
    fn from_xml(node: Node<'_>) -> Result<Self> {
        let SecretInfo { id, created_at } = SecretInfo::from_xml(node)?;
        let value = node.need("value")?;
        let text = value.text();
        if text.is_empty() {
            return Err(value.fail("the text", "is missing"));
        }
        Ok(ConnectedAppSecret { id, value: Secret::new(text), created_at })
    }
}
