//! [`ServerState`]: the state of the server.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use super::api_error::ApiError;
use super::clock::Clock;
use super::context::Context;
use super::registry::Registry;
use super::sample::{Sample, Sizes};
use super::session::{AccessToken, Session};
use super::site::Site;
use super::unified_access_token::UnifiedAccessTokens;
use super::version::Version;

/// The state of a server.
pub(super) struct ServerState {
    pub(super) registry: &'static Registry,
    pub(super) newest: Version,
    pub(super) clock: Arc<Clock>,
    random: RandomState,
    drawn: u64,
    pub(super) admin: String,
    sizes: Sizes,
    next_site: u16,
    pub(super) sites: BTreeMap<u16, Site>,
    /// What belongs to the server rather than to a site, such as schedules.
    pub(super) server: Site,
    /// Passwords by user name in lower case. A name has the same password on all sites.
    passwords: BTreeMap<String, String>,
    pub(super) tokens: Vec<AccessToken>,
    /// JSON Web Tokens, and the users whom they sign in.
    pub(super) jwts: Vec<(String, String)>,
    pub(super) unified_access_tokens: Vec<UnifiedAccessTokens>,
    /// The claims `jti` of verified tokens, each of which can be used once.
    pub(super) used_jwt_ids: HashSet<String>,
    pub(super) sessions: HashMap<String, Session>,
    /// The number of sign-ins so far.
    pub(super) signed_in: u64,
    pub(super) session_lifetime: Duration,
    /// The maximum number of bytes of a file in one request.
    pub(super) max_file: usize,
    pub(super) upload_lifetime: Duration,
    /// Whether lists accept `fields=_all_`.
    pub(super) all_fields: bool,
}

impl ServerState {
    pub(super) fn new(
        newest: Version,
        admin: &str,
        sizes: Sizes,
        registry: &'static Registry,
    ) -> ServerState {
        let mut state = ServerState {
            registry,
            newest,
            clock: Arc::default(),
            random: RandomState::new(),
            drawn: 0,
            admin: admin.to_owned(),
            sizes,
            next_site: 1,
            sites: BTreeMap::new(),
            server: Site::new(0, "", "", registry, &Sample::default()),
            passwords: BTreeMap::new(),
            tokens: Vec::new(),
            jwts: Vec::new(),
            unified_access_tokens: Vec::new(),
            used_jwt_ids: HashSet::new(),
            sessions: HashMap::new(),
            signed_in: 0,
            session_lifetime: Duration::from_secs(240 * 60),
            max_file: 64 << 20,
            upload_lifetime: Duration::from_secs(24 * 60 * 60),
            all_fields: true,
        };
        state.add_site("Default", "");
        state
    }

    /// Adds a site with sample content and returns its number.
    pub(super) fn add_site(&mut self, name: &str, content_url: &str) -> u16 {
        self.add_site_with(name, content_url, self.sizes.clone())
    }

    /// Adds a site that has only what every site has and returns its number.
    pub(super) fn add_empty_site(&mut self, name: &str, content_url: &str) -> u16 {
        self.add_site_with(name, content_url, Sizes::EMPTY)
    }

    fn add_site_with(&mut self, name: &str, content_url: &str, sizes: Sizes) -> u16 {
        let number = self.next_site;
        self.next_site = self.next_site.saturating_add(1);
        let sample = Sample { site: number, sizes, admin: self.admin.as_str().into() };
        let site = Site::new(number, name, content_url, self.registry, &sample);
        self.sites.insert(number, site);
        number
    }

    /// The site that the caller is signed in to.
    pub(super) fn site(&self, ctx: &Context) -> Result<&Site, ApiError> {
        self.sites.get(&ctx.caller()?.site).ok_or_else(ApiError::not_signed_in)
    }

    pub(super) fn site_mut(&mut self, ctx: &Context) -> Result<&mut Site, ApiError> {
        self.sites.get_mut(&ctx.caller()?.site).ok_or_else(ApiError::not_signed_in)
    }

    pub(super) fn site_at(&self, content_url: &str) -> Option<&Site> {
        self.sites.values().find(|site| site.content_url.eq_ignore_ascii_case(content_url))
    }

    pub(super) fn set_password(&mut self, user: &str, password: &str) {
        self.passwords.insert(user.to_lowercase(), password.to_owned());
    }

    pub(super) fn is_password(&self, user: &str, password: &str) -> bool {
        self.passwords.get(&user.to_lowercase()).is_some_and(|known| known == password)
    }

    /// Random letters and digits, different for each server.
    pub(super) fn secret(&mut self, length: usize) -> String {
        const LETTERS: &[u8; 62] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let mut text = String::with_capacity(length);
        while text.len() < length {
            self.drawn += 1;
            let mut hasher = self.random.build_hasher();
            hasher.write_u64(self.drawn);
            let mut drawn = hasher.finish();
            for _ in 0..10 {
                if text.len() < length {
                    text.push(char::from(LETTERS[usize::try_from(drawn % 62).unwrap_or_default()]));
                }
                drawn /= 62;
            }
        }
        text
    }

    /// Updates sessions and the state of resources to the current time.
    pub(super) fn settle(&mut self) {
        let (now, lifetime) = (self.clock.now(), self.session_lifetime);
        self.sessions.retain(|_, session| session.is_alive(now, lifetime));
        self.registry.resources.iter().for_each(|resource| (resource.settle)(self, now));
    }

    /// Revokes the tokens that match, and ends the sessions that they opened.
    pub(super) fn revoke_tokens(&mut self, matches: impl Fn(&AccessToken) -> bool) {
        let tokens = std::mem::take(&mut self.tokens).into_iter();
        let (revoked, kept) = tokens.partition::<Vec<_>, _>(matches);
        self.tokens = kept;
        self.sessions.retain(|_, session| {
            !revoked.iter().any(|token| session.was_opened_with(&token.secret))
        });
    }
}
