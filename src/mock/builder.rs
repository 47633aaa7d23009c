//! [`Builder`]: the configuration of a mock server.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use super::MockServer;
use super::common::jobs::JobOptions;
use super::connected_app::{AppSecret, ConnectedApp, ConnectedApps};
use super::net::Net;
use super::resources::REGISTRY;
use super::sample::Sizes;
use super::seed::{Seed, ensure_project, ensure_user};
use super::server_state::ServerState;
use super::service::Service;
use super::session::AccessToken;
use super::tls::{Certificates, Kind};
use super::unified_access_token::UnifiedAccessTokens;
use super::version::Version;
use crate::{Error, ErrorKind, Result};

/// Configures a mock server; created by [`MockServer::builder`].
#[derive(Clone)]
#[must_use = "the server starts with `start`"]
pub struct Builder {
    address: SocketAddr,
    api_version: Option<String>,
    tls: Option<Kind>,
    ask_the_client: bool,
    sizes: Sizes,
    admin: String,
    password: Option<String>,
    sites: Vec<(String, String)>,
    projects: Vec<String>,
    seeds: Vec<Seed>,
    users: Vec<Credentials>,
    tokens: Vec<Credentials>,
    jwts: Vec<(String, String)>,
    /// Client id, id and value of the secret.
    connected_apps: Vec<Credentials>,
    unified_access_tokens: Vec<UnifiedAccessTokens>,
    session_lifetime: Option<Duration>,
    job_time: Option<Duration>,
    job_polls: Option<u32>,
    max_file: Option<usize>,
    all_fields: bool,
    keeps_log: bool,
}

/// User name, secret, and the site role or the token's name; or the parts of a connected app.
#[derive(Clone)]
struct Credentials(String, String, String);

/// Leaves out passwords and tokens.
impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("address", &self.address)
            .field("api_version", &self.api_version)
            .field("https", &self.tls.is_some())
            .field("sizes", &self.sizes)
            .field("sites", &self.sites)
            .finish_non_exhaustive()
    }
}

impl Builder {
    pub(super) fn new() -> Builder {
        Builder {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            api_version: None,
            tls: None,
            ask_the_client: false,
            sizes: Sizes::default(),
            admin: "admin".to_owned(),
            password: None,
            sites: Vec::new(),
            projects: Vec::new(),
            seeds: Vec::new(),
            users: Vec::new(),
            tokens: Vec::new(),
            jwts: Vec::new(),
            connected_apps: Vec::new(),
            unified_access_tokens: Vec::new(),
            session_lifetime: None,
            job_time: None,
            job_polls: None,
            max_file: None,
            all_fields: true,
            keeps_log: true,
        }
    }

    /// Sets the newest REST API version that the server supports, `"2.4"` or later. It supports all
    /// versions from 2.4 up to this one. Default: `"3.30"`.
    pub fn api_version(mut self, version: impl Into<String>) -> Builder {
        self.api_version = Some(version.into());
        self
    }

    /// Sets the port; 0 selects a free one. Default: 0.
    pub fn port(mut self, port: u16) -> Builder {
        self.address.set_port(port);
        self
    }

    /// Sets the IP address to listen on; `0.0.0.0` listens on all interfaces, so other machines can
    /// connect. Default: `127.0.0.1`.
    pub fn listen_on(mut self, address: IpAddr) -> Builder {
        self.address.set_ip(address);
        self
    }

    /// Enables HTTPS with a self-signed certificate for `localhost`, `127.0.0.1` and `::1`;
    /// [`MockServer::certificate_sha256`] is its fingerprint. Default: HTTP.
    pub fn https(mut self) -> Builder {
        self.tls = Some(Kind::SelfSigned);
        self
    }

    /// Enables HTTPS with a certificate from the server's own CA: [`MockServer::ca_pem`].
    pub fn https_with_ca(mut self) -> Builder {
        self.tls = Some(Kind::Issued);
        self
    }

    /// Requires a client certificate, such as [`MockServer::client_certificate`], and enables HTTPS.
    /// Default: not required.
    pub fn client_certificate_required(mut self) -> Builder {
        self.tls.get_or_insert(Kind::SelfSigned);
        self.ask_the_client = true;
        self
    }

    /// Sets the name and password of the server administrator, who is a user of every site.
    /// Default: `admin` and a random password.
    pub fn admin(self, name: impl Into<String>, password: impl Into<String>) -> Builder {
        self.admin_name(name).admin_password(password)
    }

    /// Sets the name of the server administrator. Default: `admin`.
    pub fn admin_name(mut self, name: impl Into<String>) -> Builder {
        self.admin = name.into();
        self
    }

    /// Sets the password of the server administrator. Default: a random one.
    pub fn admin_password(mut self, password: impl Into<String>) -> Builder {
        self.password = Some(password.into());
        self
    }

    /// Adds a user to every site. If a sample user has that name, sets its role and password.
    pub fn user(
        mut self,
        name: impl Into<String>,
        password: impl Into<String>,
        site_role: impl Into<String>,
    ) -> Builder {
        self.users.push(Credentials(name.into(), password.into(), site_role.into()));
        self
    }

    /// Adds a personal access token of an existing user. The administrator always has one:
    /// [`MockServer::token_name`], [`MockServer::token_secret`].
    pub fn token(
        mut self,
        user: impl Into<String>,
        name: impl Into<String>,
        secret: impl Into<String>,
    ) -> Builder {
        self.tokens.push(Credentials(user.into(), secret.into(), name.into()));
        self
    }

    /// Adds a JSON Web Token that signs an existing user in. The administrator always has one:
    /// [`MockServer::jwt`]. The server only compares the text, so any string works.
    pub fn jwt(mut self, user: impl Into<String>, jwt: impl Into<String>) -> Builder {
        self.jwts.push((jwt.into(), user.into()));
        self
    }

    /// Adds an enabled connected app with one secret to every site. From then on, JSON Web Tokens are
    /// verified: signature, claims, and scopes, which limit the session. Tokens from
    /// [`jwt`](Builder::jwt) remain valid. Apps that requests create work in the same way.
    pub fn connected_app(
        mut self,
        client_id: impl Into<String>,
        secret_id: impl Into<String>,
        secret: impl Into<String>,
    ) -> Builder {
        self.connected_apps.push(Credentials(client_id.into(), secret_id.into(), secret.into()));
        self
    }

    /// Adds a configuration of unified access tokens. From then on, such tokens are verified: signature,
    /// claims, and scopes, which limit the session. `user_claim` is the claim that names the user
    /// (Tableau's default is `email`), and `public_key` an RSA key in PEM (`BEGIN PUBLIC KEY`) of at
    /// least 2048 bits. A key that cannot be used is an error of [`start`](Builder::start).
    pub fn unified_access_tokens(
        mut self,
        issuer: impl Into<String>,
        tenant_id: impl Into<String>,
        user_claim: impl Into<String>,
        public_key: impl Into<String>,
    ) -> Builder {
        let (issuer, tenant_id) = (issuer.into(), tenant_id.into());
        let (user_claim, public_key) = (user_claim.into(), public_key.into());
        let added = UnifiedAccessTokens { issuer, tenant_id, user_claim, public_key };
        self.unified_access_tokens.push(added);
        self
    }

    /// Adds a site with sample content of its own.
    pub fn site(mut self, name: impl Into<String>, content_url: impl Into<String>) -> Builder {
        self.sites.push((name.into(), content_url.into()));
        self
    }

    /// Sets the number of sample workbooks of each site; each has two views. They use no memory until
    /// they are changed, so a million of them is fine. Default: 12.
    pub fn workbooks(mut self, count: u64) -> Builder {
        self.sizes.workbooks = count;
        self
    }

    /// Sets the number of sample data sources of each site. Default: 4.
    pub fn datasources(mut self, count: u64) -> Builder {
        self.sizes.datasources = count;
        self
    }

    /// Sets the number of projects of each site, including the default project. Some are nested, and
    /// one has a name that needs escaping. Default: 7.
    pub fn projects(mut self, count: u64) -> Builder {
        self.sizes.projects = count.max(1);
        self
    }

    /// Adds a project to every site by its path: `"Finance/Reports/2026"`. Parents that do not exist
    /// are created.
    pub fn project(mut self, path: impl Into<String>) -> Builder {
        self.projects.push(path.into());
        self
    }

    pub(super) fn seed(mut self, seed: Seed) -> Builder {
        self.seeds.push(seed);
        self
    }

    /// Sets the number of users of each site, including the administrator. Only the administrator
    /// and users added by [`user`](Builder::user) have a password. Default: 6.
    pub fn users(mut self, count: u64) -> Builder {
        self.sizes.users = count.max(1);
        self
    }

    /// Sets the number of groups of each site, including the group of all users. Default: 3.
    pub fn groups(mut self, count: u64) -> Builder {
        self.sizes.groups = count.max(1);
        self
    }

    /// Sets how long an unused session lives, on the server's clock. Default: 240 minutes.
    pub fn session_lifetime(mut self, time: Duration) -> Builder {
        self.session_lifetime = Some(time);
        self
    }

    /// Sets how long a background job takes on the server's clock unless it is queried. Default: a
    /// minute.
    pub fn job_time(mut self, time: Duration) -> Builder {
        self.job_time = Some(time);
        self
    }

    /// Sets the number of queries after which a background job ends before its time. Default: 2.
    pub fn job_polls(mut self, polls: u32) -> Builder {
        self.job_polls = Some(polls.max(1));
        self
    }

    /// Sets the maximum number of bytes of a file in one request; larger ones fail with 413.
    /// Default: 64 MiB, like Tableau.
    pub fn max_file(mut self, bytes: usize) -> Builder {
        self.max_file = Some(bytes);
        self
    }

    /// Sets whether lists accept `fields=_all_`. Some releases, such as 2021.3 and 2022.3, refuse it
    /// with an error such as 400023 for workbooks. Default: `true`.
    pub fn all_fields(mut self, accept: bool) -> Builder {
        self.all_fields = accept;
        self
    }

    /// Sets whether the server keeps requests for [`MockServer::requests`]; disable it for servers
    /// that run for days. Default: `true`.
    pub fn keep_requests(mut self, keep: bool) -> Builder {
        self.keeps_log = keep;
        self
    }

    /// Starts the server, which listens when this returns.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Config`] if the API version is invalid, [`ErrorKind::Io`] if the address cannot be
    /// used.
    pub fn start(self) -> Result<MockServer> {
        let newest = match &self.api_version {
            None => Version::NEWEST,
            Some(text) => {
                Version::read(text).filter(|v| *v >= Version::OLDEST).ok_or_else(|| {
                    let what = format!(
                        "invalid REST API version '{text}': expected one such as 3.30, 2.4 or later"
                    );
                    Error::new(ErrorKind::Config, what)
                })?
            }
        };
        let certificates =
            self.tls.map(|kind| Certificates::make(kind, self.ask_the_client)).transpose()?;
        let mut state = ServerState::new(newest, &self.admin, self.sizes, &REGISTRY);
        for (name, content_url) in &self.sites {
            state.add_site(name, content_url);
        }
        let password = self.password.unwrap_or_else(|| state.secret(20));
        state.set_password(&self.admin, &password);
        let now = state.clock.now();
        for site in state.sites.values_mut() {
            self.projects.iter().for_each(|path| drop(ensure_project(site, path, now)));
        }
        for Credentials(client_id, id, value) in self.connected_apps {
            let name = format!("Connected app {client_id}");
            let mut app = ConnectedApp::new(client_id, name, now);
            app.secrets.push(AppSecret { id, value, created: now });
            for site in state.sites.values_mut() {
                site.state_mut::<ConnectedApps>().0.push(app.clone());
            }
        }
        for Credentials(name, password, role) in &self.users {
            for site in state.sites.values_mut() {
                ensure_user(site, name, role)
                    .map_err(|error| Error::new(ErrorKind::Config, error.detail))?;
            }
            state.set_password(name, password);
        }
        // The form of Tableau's secrets: two parts in Base64, the first one padded.
        let token_secret = format!("{}==:{}", state.secret(22), state.secret(32));
        let token_name = "mock-token".to_owned();
        let jwt = format!("eyJhbGciOiJIUzI1NiJ9.{}.{}", state.secret(60), state.secret(43));
        state.jwts = self.jwts;
        for added in &self.unified_access_tokens {
            added.key().map_err(|why| {
                let what = format!("invalid public key of the issuer {:?}: {why}", added.issuer);
                Error::new(ErrorKind::Config, what)
            })?;
        }
        state.unified_access_tokens = self.unified_access_tokens;
        state.jwts.push((jwt.clone(), self.admin.clone()));
        let last_used = state.clock.now();
        state.tokens = self
            .tokens
            .into_iter()
            .map(|Credentials(user, secret, name)| AccessToken { user, name, secret, last_used })
            .collect();
        state.tokens.push(AccessToken {
            user: self.admin.clone(),
            name: token_name.clone(),
            secret: token_secret.clone(),
            last_used,
        });
        if let Some(time) = self.session_lifetime {
            state.session_lifetime = time;
        }
        if let Some(time) = self.job_time {
            state.server.state_mut::<JobOptions>().time = time;
        }
        if let Some(polls) = self.job_polls {
            state.server.state_mut::<JobOptions>().polls = polls;
        }
        if let Some(bytes) = self.max_file {
            state.max_file = bytes;
        }
        state.all_fields = self.all_fields;
        let service = Arc::new(Service::new(state, self.keeps_log));
        let config = certificates.as_ref().map(|certificates| Arc::clone(&certificates.config));
        let net = Net::listen(self.address, config, Arc::clone(&service)).map_err(|cause| {
            Error::io(format!("listening on {} for the mock server", self.address), cause)
        })?;
        let scheme = if certificates.is_some() { "https" } else { "http" };
        let mut address = net.address();
        if address.ip().is_unspecified() {
            // The server listens on all interfaces, which includes loopback.
            address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
        }
        let url = format!("{scheme}://{address}");
        // No request can have arrived, because the address was unknown until now.
        let _ = service.base.set(url.clone());
        let mock = MockServer {
            net,
            service,
            url,
            api_version: newest.to_string(),
            user: self.admin,
            password,
            token_name,
            token_secret,
            jwt,
            certificates,
        };
        self.seeds.iter().try_for_each(|seed| seed.add(&mock))?;
        Ok(mock)
    }
}
