//! [`Builder`]: what a mock server is to be like.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use super::MockServer;
use super::common::jobs::JobOptions;
use super::net::Net;
use super::resources::REGISTRY;
use super::sample::Sizes;
use super::seed::{Seed, ensure_project, ensure_user};
use super::server_state::ServerState;
use super::service::Service;
use super::session::AccessToken;
use super::tls::{Certificates, Kind};
use super::version::Version;
use crate::{Error, ErrorKind, Result};

/// What a mock server is to be like; [`MockServer::builder`] gives one.
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
    session_lifetime: Option<Duration>,
    job_time: Option<Duration>,
    job_polls: Option<u32>,
    max_file: Option<usize>,
    keeps_log: bool,
}

/// Who, what with, and a third thing: a site role or a token's name.
#[derive(Clone)]
struct Credentials(String, String, String);

/// Addresses, versions and sizes, no secret.
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
            session_lifetime: None,
            job_time: None,
            job_polls: None,
            max_file: None,
            keeps_log: true,
        }
    }

    /// The newest REST API version that the server speaks, from `"2.4"` on; older ones are answered
    /// too, as far back as 2.4. Default: `"3.30"`.
    pub fn api_version(mut self, version: impl Into<String>) -> Builder {
        self.api_version = Some(version.into());
        self
    }

    /// The port. Default: 0, which is a free one.
    pub fn port(mut self, port: u16) -> Builder {
        self.address.set_port(port);
        self
    }

    /// The IP address to listen on, where it is not loopback: `0.0.0.0` is all that the machine
    /// has. Whoever reaches it can talk to the server. Default: `127.0.0.1`.
    pub fn listen_on(mut self, address: IpAddr) -> Builder {
        self.address.set_ip(address);
        self
    }

    /// HTTPS, with a self-signed certificate for `localhost`, `127.0.0.1` and `::1`;
    /// [`MockServer::certificate_sha256`] is its fingerprint. Default: HTTP.
    pub fn https(mut self) -> Builder {
        self.tls = Some(Kind::SelfSigned);
        self
    }

    /// HTTPS, with a certificate that a CA of the server's own issued: [`MockServer::ca_pem`].
    pub fn https_with_ca(mut self) -> Builder {
        self.tls = Some(Kind::Issued);
        self
    }

    /// Connections need a client certificate: [`MockServer::client_certificate`] is one that the
    /// server takes. Turns HTTPS on. Default: they need none.
    pub fn client_certificate_required(mut self) -> Builder {
        self.tls.get_or_insert(Kind::SelfSigned);
        self.ask_the_client = true;
        self
    }

    /// The name and the password of the server administrator, who is on every site. Default:
    /// `admin`, and a password that nobody guesses.
    pub fn admin(mut self, name: impl Into<String>, password: impl Into<String>) -> Builder {
        self.admin = name.into();
        self.password = Some(password.into());
        self
    }

    /// A user on every site, who can sign in with this password. A sample user of that name gets
    /// the role and the password.
    pub fn user(
        mut self,
        name: impl Into<String>,
        password: impl Into<String>,
        site_role: impl Into<String>,
    ) -> Builder {
        self.users.push(Credentials(name.into(), password.into(), site_role.into()));
        self
    }

    /// A personal access token of a user, who has to exist. The administrator has one anyway:
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

    /// A JSON Web Token that signs a user in, who has to exist. The administrator has one anyway:
    /// [`MockServer::jwt`]. Its text is compared, nothing more: any text will do.
    pub fn jwt(mut self, user: impl Into<String>, jwt: impl Into<String>) -> Builder {
        self.jwts.push((jwt.into(), user.into()));
        self
    }

    /// A site beside the default one, with sample content of its own.
    pub fn site(mut self, name: impl Into<String>, content_url: impl Into<String>) -> Builder {
        self.sites.push((name.into(), content_url.into()));
        self
    }

    /// How many workbooks a site starts with, two views each. They take no memory until somebody
    /// changes them, so a million is fine. Default: 12.
    pub fn workbooks(mut self, count: u64) -> Builder {
        self.sizes.workbooks = count;
        self
    }

    /// How many data sources a site starts with. Default: 4.
    pub fn datasources(mut self, count: u64) -> Builder {
        self.sizes.datasources = count;
        self
    }

    /// How many projects a site starts with, the default project included. Default: 7, some of
    /// them nested, one of them with a name that needs escaping everywhere.
    pub fn projects(mut self, count: u64) -> Builder {
        self.sizes.projects = count.max(1);
        self
    }

    /// A project on every site, by its path: `"Finance/Reports/2026"`. The ones above it are made
    /// too where they are not there yet.
    pub fn project(mut self, path: impl Into<String>) -> Builder {
        self.projects.push(path.into());
        self
    }

    pub(super) fn seed(mut self, seed: Seed) -> Builder {
        self.seeds.push(seed);
        self
    }

    /// How many users a site starts with, the administrator included. Only the administrator and
    /// the ones of [`user`](Builder::user) have a password. Default: 6.
    pub fn users(mut self, count: u64) -> Builder {
        self.sizes.users = count.max(1);
        self
    }

    /// How many groups a site starts with, the one of all users included. Default: 3.
    pub fn groups(mut self, count: u64) -> Builder {
        self.sizes.groups = count.max(1);
        self
    }

    /// How long a session lives without being used, on the server's clock. Default: 240 minutes.
    pub fn session_lifetime(mut self, time: Duration) -> Builder {
        self.session_lifetime = Some(time);
        self
    }

    /// How long a background job takes on the server's clock, if nobody asks about it. Default: a
    /// minute.
    pub fn job_time(mut self, time: Duration) -> Builder {
        self.job_time = Some(time);
        self
    }

    /// How often a client has to ask about a background job before it is done, if the clock is not
    /// faster. Default: 2.
    pub fn job_polls(mut self, polls: u32) -> Builder {
        self.job_polls = Some(polls.max(1));
        self
    }

    /// The most bytes of a file that one request can carry; more is answered with 413. Default:
    /// 64 MB, as Tableau has it.
    pub fn max_file(mut self, bytes: usize) -> Builder {
        self.max_file = Some(bytes);
        self
    }

    /// Whether the server keeps what it is sent for [`MockServer::requests`]. A server that runs
    /// for days should not. Default: `true`.
    pub fn keep_requests(mut self, keep: bool) -> Builder {
        self.keeps_log = keep;
        self
    }

    /// Starts the server. When this returns it listens.
    pub fn start(self) -> Result<MockServer> {
        let newest = match &self.api_version {
            None => Version::NEWEST,
            Some(text) => {
                Version::read(text).filter(|v| *v >= Version::OLDEST).ok_or_else(|| {
                    let what = format!("'{text}' is no REST API version from 2.4 on");
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
        for Credentials(name, password, role) in &self.users {
            for site in state.sites.values_mut() {
                ensure_user(site, name, role)
                    .map_err(|error| Error::new(ErrorKind::Config, error.detail))?;
            }
            state.set_password(name, password);
        }
        // As the server writes secrets: two parts in Base64, of which the first looks padded.
        let token_secret = format!("{}==:{}", state.secret(22), state.secret(32));
        let token_name = "mock-token".to_owned();
        let jwt = format!("eyJhbGciOiJIUzI1NiJ9.{}.{}", state.secret(60), state.secret(43));
        state.jwts = self.jwts;
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
        let service = Arc::new(Service::new(state, self.keeps_log));
        let config = certificates.as_ref().map(|certificates| Arc::clone(&certificates.config));
        let net = Net::listen(self.address, config, Arc::clone(&service)).map_err(|cause| {
            Error::io(format!("listening on {} for the mock server", self.address), cause)
        })?;
        let scheme = if certificates.is_some() { "https" } else { "http" };
        let mut address = net.address();
        if address.ip().is_unspecified() {
            // Listening everywhere; from here that is loopback.
            address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
        }
        let url = format!("{scheme}://{address}");
        // Nobody knows the address yet, so no request can have come before this.
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
