//! Sites: `session.sites()`.

mod site;

use std::borrow::Borrow;

use crate::Result;
use crate::common::{JobHandle, List};
use crate::http::{Multipart, Request};
use crate::ids::SiteId;
use crate::operation::{Operation, PathSegment, operations};
use crate::resources::views::View;
use crate::resources::workbooks::Workbook;
use crate::xml::{self, Out, element, string_enum};

pub use site::{NewSite, Site, SiteUpdate};

operations! {
    LIST = GET "sites" since (1, 0) scope "tableau:sites:read" on Server
        "Query Sites" "site.htm#query_sites";
    GET = GET "sites/{site}" since (1, 0) scope "tableau:sites:read" errors [404000]
        "Query Site" "site.htm#query_site";
    GET_BY_CONTENT_URL = GET "sites/{content-url}" since (1, 0) scope "tableau:sites:read"
        errors [404000]
        "Query Site" "site.htm#query_site";
    GET_BY_NAME = GET "sites/{site-name}" since (1, 0) scope "tableau:sites:read" errors [404000]
        "Query Site" "site.htm#query_site";
    CREATE = POST "sites" since (1, 0) scope "tableau:sites:create" on Server
        errors [400013, 409001, 409002, 409004]
        "Create Site" "site.htm#create_site";
    UPDATE = PUT "sites/{site}" since (1, 0) scope "tableau:sites:update"
        errors [400004, 400008, 404000, 409001, 409002, 409004]
        "Update Site" "site.htm#update_site";
    DELETE = DELETE "sites/{site}" since (1, 0) scope "tableau:sites:delete" on Server
        errors [403002, 404000]
        "Delete Site" "site.htm#delete_site";
    DELETE_BY_CONTENT_URL = DELETE "sites/{content-url}" since (1, 0) scope "tableau:sites:delete"
        on Server errors [403002, 404000]
        "Delete Site" "site.htm#delete_site";
    DELETE_BY_NAME = DELETE "sites/{site-name}" since (1, 0) scope "tableau:sites:delete" on Server
        errors [403002, 404000]
        "Delete Site" "site.htm#delete_site";
    DELETE_AS_JOB = DELETE "sites/async-delete/{site}" since (3, 18) scope "tableau:sites:delete"
        on Server errors [403002, 404000]
        "Delete Site" "site.htm#delete_site";
    DELETE_AS_JOB_BY_CONTENT_URL = DELETE "sites/async-delete/{content-url}" since (3, 18)
        scope "tableau:sites:delete" on Server errors [403002, 404000]
        "Delete Site" "site.htm#delete_site";
    DELETE_AS_JOB_BY_NAME = DELETE "sites/async-delete/{site-name}" since (3, 18)
        scope "tableau:sites:delete" on Server errors [403002, 404000]
        "Delete Site" "site.htm#delete_site";
    ENCRYPT_EXTRACTS = POST "sites/{site}/encrypt-extracts" since (3, 5)
        scope "tableau:extract_encryption:create" on Server
        "Encrypt Extracts in a Site" "extract_and_encryption.htm#encrypt_extracts";
    DECRYPT_EXTRACTS = POST "sites/{site}/decrypt-extracts" since (3, 5)
        scope "tableau:extract_encryption:delete" on Server
        "Decrypt Extracts in a Site" "extract_and_encryption.htm#decrypt_extracts";
    REENCRYPT_EXTRACTS = POST "sites/{site}/reencrypt-extracts" since (3, 5)
        scope "tableau:extract_encryption:update" on Server
        "Reencrypt Extracts in a Site" "extract_and_encryption.htm#reencrypt_extracts";
    AUTH_CONFIGURATIONS = GET "sites/{site}/site-auth-configurations" since (3, 24)
        scope unknown on Cloud
        "List Authentication Configurations for Site"
        "site.htm#list_authentication_configurations_site";
    EMBEDDING = GET "sites/{site}/settings/embedding" since (3, 16)
        scope "tableau:embedding_site_settings:read"
        "Get Embedding Settings for a Site" "site.htm#embedding_settings_for_site";
    UPDATE_EMBEDDING = PUT "sites/{site}/settings/embedding" since (3, 16)
        scope "tableau:embedding_site_settings:update" errors [403500]
        "Update Embedding Settings for Site" "site.htm#update_embedding_settings_for_site";
    RECENT = GET "sites/{site}/content/recent" since (3, 5) scope "tableau:content:read"
        "Get Recently Viewed for Site" "site.htm#get_recently_viewed";
}

super::resource! {
    /// The sites of a server.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>) -> tsc::Result<()> {
    /// let site = session.sites().get(session.site_id())?;
    /// println!("{} ({:?})", site.name, site.state);
    /// # Ok(())
    /// # }
    /// ```
    Sites
}

impl<'s> Sites<'s> {
    /// Lists the sites that the user can see. Tableau Cloud refuses this (`403069`).
    #[doc = rest!(LIST)]
    #[doc(alias = "get")]
    #[inline]
    pub fn list(&self) -> List<'s, Site> {
        List::of(self.client, &LIST, &[])
    }

    /// Returns a site. Only server administrators can get a site other than the session's.
    #[doc(alias = "get_by_id")]
    #[doc = rest!(GET)]
    pub fn get(&self, id: impl Into<SiteId>) -> Result<Site> {
        self.client.get(&GET, &[&id.into()])
    }

    /// Returns a site with its number of users and the storage that its content takes.
    #[doc = rest!(GET)]
    pub fn get_with_usage(&self, id: impl Into<SiteId>) -> Result<Site> {
        let request = self.client.request(&GET, &[&id.into()]);
        self.client.read(request.query("includeUsage", "true"), "site")
    }

    /// Returns a site by its content URL.
    #[doc = rest!(GET_BY_CONTENT_URL)]
    #[inline]
    pub fn get_by_content_url(&self, content_url: &str) -> Result<Site> {
        self.client.read(by_content_url(self.named(&GET_BY_CONTENT_URL, content_url)), "site")
    }

    /// Returns a site by its name.
    #[doc = rest!(GET_BY_NAME)]
    #[inline]
    pub fn get_by_name(&self, name: &str) -> Result<Site> {
        self.client.read(by_name(self.named(&GET_BY_NAME, name)), "site")
    }

    /// Creates a site. Only server administrators can do this.
    #[doc = rest!(CREATE)]
    pub fn create(&self, site: impl Borrow<NewSite>) -> Result<Site> {
        self.client.create(&CREATE, &[], site.borrow())
    }

    /// Changes a site.
    #[doc = rest!(UPDATE)]
    pub fn update(&self, id: impl Into<SiteId>, changes: impl Borrow<SiteUpdate>) -> Result<Site> {
        self.client.update(&UPDATE, &[&id.into()], changes.borrow())
    }

    /// Replaces the logo of a site. An empty image restores the default logo.
    #[doc = rest!(UPDATE)]
    pub fn update_logo(
        &self,
        id: impl Into<SiteId>,
        file_name: &str,
        image: &[u8],
    ) -> Result<Site> {
        let payload = xml::request(&|out: &mut Out| out.element("site", |_| {}))?;
        let mut body = Multipart::new(&payload)?.file("site_logo", file_name, image);
        let request = self.client.request(&UPDATE, &[&id.into()]).since(2, 3);
        self.client.read(request.stream(body.content_type(), &mut body), "site")
    }

    /// Deletes a site and everything on it. If it is the session's site, the session ends. The
    /// default site cannot be deleted (`403002`).
    ///
    /// For a large site, use [`delete_as_job`](Sites::delete_as_job).
    #[doc = rest!(DELETE)]
    pub fn delete(&self, id: impl Into<SiteId>) -> Result<()> {
        self.client.send(&DELETE, &[&id.into()])
    }

    /// Deletes the site with this content URL.
    #[doc = rest!(DELETE_BY_CONTENT_URL)]
    #[inline]
    pub fn delete_by_content_url(&self, content_url: &str) -> Result<()> {
        self.client.done(by_content_url(self.named(&DELETE_BY_CONTENT_URL, content_url)))
    }

    /// Deletes the site of this name.
    #[doc = rest!(DELETE_BY_NAME)]
    #[inline]
    pub fn delete_by_name(&self, name: &str) -> Result<()> {
        self.client.done(by_name(self.named(&DELETE_BY_NAME, name)))
    }

    /// Starts a job that deletes a site and everything on it. The job can be read only by a session
    /// on the default site, so sign in there first.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// # fn f(session: &tsc::Session<'_>) -> tsc::Result<()> {
    /// let site = session.sites().get_by_name("Sandbox")?;
    /// session.sites().delete_as_job(&site.id)?.wait()?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc = rest!(DELETE_AS_JOB)]
    pub fn delete_as_job(&self, id: impl Into<SiteId>) -> Result<JobHandle<'s>> {
        self.delete_as(self.client.request(&DELETE_AS_JOB, &[&id.into()]))
    }

    /// Starts a job that deletes the site with this content URL, as
    /// [`delete_as_job`](Sites::delete_as_job) does.
    #[doc = rest!(DELETE_AS_JOB_BY_CONTENT_URL)]
    #[inline]
    pub fn delete_as_job_by_content_url(&self, content_url: &str) -> Result<JobHandle<'s>> {
        self.delete_as(by_content_url(self.named(&DELETE_AS_JOB_BY_CONTENT_URL, content_url)))
    }

    /// Starts a job that deletes the site of this name, as [`delete_as_job`](Sites::delete_as_job)
    /// does.
    #[doc = rest!(DELETE_AS_JOB_BY_NAME)]
    #[inline]
    pub fn delete_as_job_by_name(&self, name: &str) -> Result<JobHandle<'s>> {
        self.delete_as(by_name(self.named(&DELETE_AS_JOB_BY_NAME, name)))
    }

    /// Starts a job that encrypts all extracts of a site.
    #[doc = rest!(ENCRYPT_EXTRACTS)]
    pub fn encrypt_extracts(&self, id: impl Into<SiteId>) -> Result<()> {
        self.start(&ENCRYPT_EXTRACTS, id.into())
    }

    /// Starts a job that decrypts all extracts of a site.
    #[doc = rest!(DECRYPT_EXTRACTS)]
    pub fn decrypt_extracts(&self, id: impl Into<SiteId>) -> Result<()> {
        self.start(&DECRYPT_EXTRACTS, id.into())
    }

    /// Starts to re-encrypt all encrypted extracts of a site with new keys.
    #[doc(alias = "re_encrypt_extracts")]
    #[doc = rest!(REENCRYPT_EXTRACTS)]
    pub fn reencrypt_extracts(&self, id: impl Into<SiteId>) -> Result<()> {
        self.start(&REENCRYPT_EXTRACTS, id.into())
    }

    /// Returns the authentication configurations of the session's site.
    #[doc(alias = "list_auth_configurations")]
    #[doc = rest!(AUTH_CONFIGURATIONS)]
    #[inline]
    pub fn auth_configurations(&self) -> Result<Vec<AuthConfiguration>> {
        let request = self.client.request(&AUTH_CONFIGURATIONS, &[]);
        self.client.read_all(request, "siteAuthConfigurations", "siteAuthConfiguration")
    }

    /// Returns where views of the session's site can be embedded.
    #[doc = rest!(EMBEDDING)]
    #[inline]
    pub fn embedding_settings(&self) -> Result<EmbeddingSettings> {
        self.client.get(&EMBEDDING, &[])
    }

    /// Changes where views of the session's site can be embedded.
    #[doc = rest!(UPDATE_EMBEDDING)]
    pub fn update_embedding_settings(
        &self,
        changes: impl Borrow<EmbeddingSettingsUpdate>,
    ) -> Result<EmbeddingSettings> {
        self.client.update(&UPDATE_EMBEDDING, &[], changes.borrow())
    }

    /// Returns the views and workbooks of the session's site that the user viewed last, at most 24.
    /// The server adds an item some minutes after it was viewed.
    #[doc = rest!(RECENT)]
    #[inline]
    pub fn recently_viewed(&self) -> Result<Vec<RecentItem>> {
        self.client.read_all(self.client.request(&RECENT, &[]), "recents", "recent")
    }

    #[inline]
    fn named<'b>(&self, operation: &'static Operation, name: &str) -> Request<'b> {
        self.client.request(operation, &[&name.to_owned() as &dyn PathSegment])
    }

    #[inline]
    fn delete_as(&self, request: Request<'_>) -> Result<JobHandle<'s>> {
        Ok(JobHandle::new(self.client, self.client.read(request, "job")?))
    }

    #[inline]
    fn start(&self, operation: &'static Operation, id: SiteId) -> Result<()> {
        self.client.done(self.client.request(operation, &[&id]).xml("<tsRequest/>".into()))
    }
}

#[inline]
fn by_content_url(request: Request<'_>) -> Request<'_> {
    request.query("key", "contentUrl")
}

#[inline]
fn by_name(request: Request<'_>) -> Request<'_> {
    request.query("key", "name")
}

element! {
    /// Where the views of a site can be embedded.
    pub struct EmbeddingSettings = "site";
    /// Changes to the embedding settings of a site; see [`Sites::update_embedding_settings`].
    pub struct EmbeddingSettingsUpdate: update;
    {
        /// Whether views can be embedded in pages of all domains.
        unrestricted: Option<bool> = child_attr("settings", "unrestrictedEmbedding"), update bool;
        /// The domains whose pages can embed views, separated by spaces. `*` matches any
        /// characters.
        allow_list: Option<String> = child_attr("settings", "allowList"), update String;
    }
}

element! {
    /// A view or a workbook that the user viewed; see [`Sites::recently_viewed`].
    pub struct RecentItem = "recent";
    {
        /// The view, if it is one.
        view: Option<View> = child("view");
        /// The workbook, if it is one.
        workbook: Option<Workbook> = child("workbook");
    }
}

element! {
    /// An authentication configuration of a site.
    pub struct AuthConfiguration = "siteAuthConfiguration";
    {
        /// The id, which [`User::idp_configuration_id`](crate::User::idp_configuration_id) refers to.
        idp_configuration_id: Option<String> = attr("idpConfigurationId");
        /// The name.
        idp_configuration_name: Option<String> = attr("idpConfigurationName");
        /// The authentication type: `SAML`, `OPENID`, ….
        auth_setting: Option<String> = attr("authSetting");
        /// The identity provider, if it is one that Tableau knows.
        known_provider_alias: Option<String> = attr("knownProviderAlias");
        /// Whether it is enabled.
        enabled: Option<bool> = attr("enabled");
    }
}

string_enum! {
    /// Whether users can sign in to a site.
    pub enum SiteState {
        /// Users can sign in.
        Active = "Active",
        /// Users cannot sign in.
        Suspended = "Suspended",
    }
}

string_enum! {
    /// What site administrators can manage.
    pub enum AdminMode {
        /// Content and users.
        ContentAndUsers = "ContentAndUsers",
        /// Content only; server administrators manage the users.
        ContentOnly = "ContentOnly",
    }
}

string_enum! {
    /// Whether extracts are encrypted at rest.
    pub enum ExtractEncryptionMode {
        /// All extracts are encrypted.
        Enforced = "enforced",
        /// Extracts are encrypted on request.
        Enabled = "enabled",
        /// No extracts are encrypted.
        Disabled = "disabled",
    }
}

string_enum! {
    /// Which other users of a site a user can see.
    pub enum UserVisibilityMode {
        /// All users.
        Full = "FULL",
        /// No other users.
        Limited = "LIMITED",
    }
}
