//! [`ServerState`]: everything that the server knows.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use super::api_error::ApiError;
use super::auth::{AccessToken, Session};
use super::clock::Clock;
use super::collection::Item;
use super::context::Context;
use super::element::Element;
use super::luid::{Kind, luid};
use super::resources::{self, Effect, Job, Outcome, Project, User};
use super::sample::Sizes;
use super::site::Site;
use super::version::Version;

/// The state of a server.
pub(super) struct ServerState {
    pub(super) newest: Version,
    pub(super) clock: Arc<Clock>,
    random: RandomState,
    drawn: u64,
    pub(super) admin: String,
    pub(super) sizes: Sizes,
    next_site: u16,
    pub(super) sites: BTreeMap<u16, Site>,
    /// Passwords by user name, in lower case: names are the same on all sites.
    passwords: BTreeMap<String, String>,
    pub(super) tokens: Vec<AccessToken>,
    /// JSON Web Tokens and the users that they are for.
    pub(super) jwts: Vec<(String, String)>,
    pub(super) sessions: HashMap<String, Session>,
    /// How many sessions there have been.
    pub(super) signed_in: u64,
    pub(super) session_lifetime: Duration,
    pub(super) job_time: Duration,
    pub(super) job_polls: u32,
    /// How the next jobs end, before they succeed again.
    pub(super) job_outcomes: Vec<Outcome>,
    /// What a request may bring in a file part.
    pub(super) max_file: usize,
    pub(super) upload_lifetime: Duration,
}

impl ServerState {
    pub(super) fn new(newest: Version, admin: &str, sizes: Sizes) -> ServerState {
        let mut state = ServerState {
            newest,
            clock: Arc::default(),
            random: RandomState::new(),
            drawn: 0,
            admin: admin.to_owned(),
            sizes,
            next_site: 1,
            sites: BTreeMap::new(),
            passwords: BTreeMap::new(),
            tokens: Vec::new(),
            jwts: Vec::new(),
            sessions: HashMap::new(),
            signed_in: 0,
            session_lifetime: Duration::from_secs(240 * 60),
            job_time: Duration::from_secs(60),
            job_polls: 2,
            job_outcomes: Vec::new(),
            max_file: 64 << 20,
            upload_lifetime: Duration::from_secs(24 * 60 * 60),
        };
        state.add_site("Default", "");
        state
    }

    /// A new site with sample content; its number.
    pub(super) fn add_site(&mut self, name: &str, content_url: &str) -> u16 {
        let number = self.next_site;
        self.next_site = self.next_site.saturating_add(1);
        let site = Site::new(number, name, content_url, &self.admin, &self.sizes);
        self.sites.insert(number, site);
        number
    }

    /// A new site with nothing on it but what every site has; its number.
    pub(super) fn add_empty_site(&mut self, name: &str, content_url: &str) -> u16 {
        let nothing = Sizes { users: 1, groups: 1, projects: 1, workbooks: 0, datasources: 0 };
        let sizes = std::mem::replace(&mut self.sizes, nothing);
        let number = self.add_site(name, content_url);
        self.sizes = sizes;
        number
    }

    /// The site that the ctx is made on.
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

    /// Letters and digits that nobody guesses and no other server draws.
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

    /// Starts a background job on the caller's site.
    pub(super) fn start_job(
        &mut self,
        ctx: &Context,
        kind: &'static str,
        effect: Effect,
        on: Option<(&'static str, String, String)>,
    ) -> Result<Element, ApiError> {
        let outcome = if self.job_outcomes.is_empty() {
            Outcome::Success
        } else {
            self.job_outcomes.remove(0)
        };
        let (now, time) = (self.clock.now(), self.job_time);
        let site = self.site_mut(ctx)?;
        let job = Job::new(site, kind, effect, on, outcome, now, time);
        let element = job.element();
        site.jobs.push(job);
        Ok(element)
    }

    /// Brings sessions, jobs and uploads up to the present.
    pub(super) fn settle(&mut self) {
        let now = self.clock.now();
        let lifetime = self.session_lifetime;
        self.sessions.retain(|_, session| session.is_alive(now, lifetime));
        for site in self.sites.values_mut() {
            site.uploads.retain(|_, upload| upload.is_alive(now));
        }
        self.settle_jobs(now);
    }

    /// Ends the sessions of a user who is gone.
    pub(super) fn end_sessions_of(&mut self, site: u16, user: &str) {
        self.sessions.retain(|_, session| session.site != site || session.user != user);
    }

    pub(super) fn revoke_token(&mut self, name: &str) {
        let (gone, kept) = std::mem::take(&mut self.tokens)
            .into_iter()
            .partition::<Vec<_>, _>(|token| token.name == name);
        self.tokens = kept;
        self.sessions
            .retain(|_, session| !gone.iter().any(|token| session.was_opened_with(&token.secret)));
    }

    /// Sees to it that every site has a project at that path.
    pub(super) fn put_project(&mut self, path: &str) {
        let now = self.clock.now();
        for site in self.sites.values_mut() {
            let mut parent = None;
            for name in path.split('/').filter(|name| !name.is_empty()) {
                let is = |project: &Project| project.name == name && project.parent == parent;
                let known = site.projects.iter().find(|p| is(p)).map(|p| p.id().to_owned());
                parent = Some(known.unwrap_or_else(|| {
                    let id = site.projects.new_id();
                    let owner = luid(Kind::User, site.number, 0);
                    let parent = parent.clone();
                    site.projects.add(Project::new(id.clone(), name, parent, owner, now));
                    id
                }));
            }
        }
    }

    /// Sees to it that every site has a user of that name and role.
    pub(super) fn put_user(&mut self, name: &str, role: &str) -> Result<(), String> {
        resources::site_role(role).map_err(|api_error| api_error.detail)?;
        for site in self.sites.values_mut() {
            let known = site.user_named(name).map(|user| user.id().to_owned());
            match known {
                Some(id) => {
                    if let Ok(user) = site.users.get_mut(&id) {
                        role.clone_into(&mut user.site_role);
                    }
                }
                None => {
                    let id = site.users.new_id();
                    site.users.add(User::new(id, name, role));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ() {
        let mut state = ServerState::new(Version::NEWEST, "admin", Sizes::default());
        let (a, b) = (state.secret(32), state.secret(32));
        assert_eq!(a.len(), 32);
        assert_ne!(a, b);
        assert_ne!(a, ServerState::new(Version::NEWEST, "admin", Sizes::default()).secret(32));
    }
}
