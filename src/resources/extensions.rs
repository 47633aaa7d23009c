//! Settings for dashboard extensions: `session.extensions()`.

use std::borrow::Borrow;

use crate::Result;
use crate::operation::operations;
use crate::xml::{Contradicts, FieldValue, Out, ToXml, WriteField, element};

operations! {
    GET = GET "sites/{site}/settings/extensions" since (3, 21)
        scope "tableau:extensions_site_settings:read" errors [403000]
        "List Tableau extensions site settings"
        "tableau_extensions_settings.htm#list_tableau_extensions_site_settings";
    UPDATE = PUT "sites/{site}/settings/extensions" since (3, 21)
        scope "tableau:extensions_site_settings:update" errors [403000]
        "Update Tableau extensions site settings"
        "tableau_extensions_settings.htm#update_tableau_extensions_site_settings";
    SERVER = GET "settings/extensions" since (3, 21)
        scope "tableau:extensions_server_settings:read" on Server errors [403000]
        "List Tableau extensions server settings"
        "tableau_extensions_settings.htm#list_tableau_extensions_server_settings";
    UPDATE_SERVER = PUT "settings/extensions" since (3, 21)
        scope "tableau:extensions_server_settings:update" on Server errors [403000]
        "Update Tableau extensions server settings"
        "tableau_extensions_settings.htm#update_tableau_extensions_server_settings";
}

super::resource! {
    /// Which dashboard extensions can be used.
    ///
    /// ```no_run
    /// # use tableau_server_client as tsc;
    /// use tsc::extensions::{ExtensionsSettingsUpdate, SafeExtension};
    /// # fn f(session: &tsc::Session<'_>) -> tsc::Result<()> {
    /// let mut safe = session.extensions().get()?.safe_list;
    /// safe.push(SafeExtension::new("https://example.com/extension.html"));
    /// let changes = ExtensionsSettingsUpdate::new().enabled(true).safe_list(safe);
    /// session.extensions().update(changes)?;
    /// # Ok(())
    /// # }
    /// ```
    Extensions
}

impl Extensions<'_> {
    /// Returns the settings of the session's site.
    #[doc = rest!(GET)]
    #[inline]
    pub fn get(&self) -> Result<ExtensionsSettings> {
        self.client.get(&GET, &[])
    }

    /// Changes the settings of the session's site. The server requires `enabled` in every update, and
    /// removes extensions that the update does not list, so send the whole safe list each time.
    #[doc = rest!(UPDATE)]
    pub fn update(
        &self,
        changes: impl Borrow<ExtensionsSettingsUpdate>,
    ) -> Result<ExtensionsSettings> {
        self.client.update(&UPDATE, &[], changes.borrow())
    }

    /// Returns the settings of the server. Only server administrators can do this.
    #[doc(alias = "get_server_settings")]
    #[doc = rest!(SERVER)]
    #[inline]
    pub fn server_settings(&self) -> Result<ExtensionsServerSettings> {
        self.client.get(&SERVER, &[])
    }

    /// Changes the settings of the server. The server requires `enabled` in every update, and
    /// unblocks domains that the update does not list, so send the whole block list each time.
    #[doc = rest!(UPDATE_SERVER)]
    pub fn update_server_settings(
        &self,
        changes: impl Borrow<ExtensionsServerSettingsUpdate>,
    ) -> Result<ExtensionsServerSettings> {
        self.client.update(&UPDATE_SERVER, &[], changes.borrow())
    }
}

element! {
    /// The settings of a site for dashboard extensions.
    pub struct ExtensionsSettings = "extensionsSiteSettings";
    /// Changes to the settings of a site; see [`Extensions::update`].
    pub struct ExtensionsSettingsUpdate: update;
    {
        /// Whether extensions can be used on the site.
        enabled: Option<bool> = child_text("extensionsEnabled"), update bool;
        /// Whether the site uses the server's default for extensions that are not on the safe list.
        use_default_setting: Option<bool> = child_text("useDefaultSetting"), update bool;
        /// Whether trusted extensions can be used. The three fields below need it to be `true`.
        allow_trusted: Option<bool> = child_text("allowTrusted"), update bool;
        /// Whether sandboxed extensions can be used.
        include_sandboxed: Option<bool> = child_text("includeSandboxed"), update bool;
        /// Whether extensions by Tableau can be used.
        include_tableau_built: Option<bool> = child_text("includeTableauBuilt"), update bool;
        /// Whether extensions by Tableau's partners can be used.
        include_partner_built: Option<bool> = child_text("includePartnerBuilt"), update bool;
        /// The extensions that can be used.
        safe_list: Vec<SafeExtension> = items("safeList"), update SafeList;
    }
}

element! {
    /// An extension that can be used on a site.
    pub struct SafeExtension = "safeList";
    {
        /// The URL of the extension. It can be a regular expression.
        url: String = child_text("url");
        /// Whether the extension can read the data of the workbook. If unset, the server uses `false`.
        full_data_allowed: Option<bool> = child_text("fullDataAllowed");
        /// Whether users are asked before the extension is run.
        prompt_needed: Option<bool> = child_text("promptNeeded");
    }
}

impl SafeExtension {
    /// The extension with this URL.
    pub fn new(url: impl Into<String>) -> SafeExtension {
        SafeExtension { url: url.into(), full_data_allowed: None, prompt_needed: None }
    }

    /// Whether the extension can read the data of the workbook.
    #[inline]
    pub fn full_data_allowed(self, allowed: bool) -> SafeExtension {
        SafeExtension { full_data_allowed: Some(allowed), ..self }
    }

    /// Whether users are asked before the extension is run.
    #[inline]
    pub fn prompt_needed(self, needed: bool) -> SafeExtension {
        SafeExtension { prompt_needed: Some(needed), ..self }
    }
}

impl ToXml for SafeExtension {
    #[inline]
    fn to_xml(&self, out: &mut Out) {
        out.element("safeList", |out| {
            out.element("url", |out| out.text(&self.url));
            let flags =
                [("fullDataAllowed", self.full_data_allowed), ("promptNeeded", self.prompt_needed)];
            for (tag, flag) in flags {
                if let Some(flag) = flag {
                    out.element(tag, |out| out.text(&flag.to_string()));
                }
            }
        });
    }
}

/// The safe list of an [`ExtensionsSettingsUpdate`].
#[derive(Clone, Debug, PartialEq)]
pub struct SafeList(Vec<SafeExtension>);

impl<I: IntoIterator<Item = SafeExtension>> From<I> for SafeList {
    #[inline]
    fn from(extensions: I) -> SafeList {
        SafeList(extensions.into_iter().collect())
    }
}

impl ToXml for SafeList {
    #[inline]
    fn to_xml(&self, out: &mut Out) {
        self.0.iter().for_each(|extension| extension.to_xml(out));
        if self.0.is_empty() {
            out.element("safeList", |_| {});
        }
    }
}

impl WriteField for SafeList {
    #[inline]
    fn write_field(&self) -> FieldValue<'_> {
        FieldValue::Element(self)
    }
}

impl Contradicts<SafeList> for Vec<SafeExtension> {
    #[inline]
    fn contradicts(&self, requested: &SafeList) -> bool {
        let urls = |list: &[SafeExtension]| -> Vec<String> {
            list.iter().map(|extension| extension.url.clone()).collect()
        };
        urls(self) != urls(&requested.0)
    }
}

element! {
    /// The settings of a server for dashboard extensions.
    pub struct ExtensionsServerSettings = "extensionsServerSettings";
    /// Changes to the settings of a server; see [`Extensions::update_server_settings`].
    pub struct ExtensionsServerSettingsUpdate: update;
    {
        /// Whether extensions can be used on the server.
        enabled: Option<bool> = child_text("extensionsGloballyEnabled"), update bool;
        /// The domains whose extensions are blocked on all sites, such as `https://example.com`.
        block_list: Vec<String> = texts("blockList"), update Vec<String>;
    }
}
