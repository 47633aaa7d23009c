use tableau_server_client as tsc;
use tsc::{JwtAuth, PersonalAccessTokenAuth as Token, TableauAuth};

use super::golden::Goldens;

/// The fields of a TSC server object after a sign-in.
#[derive(Debug)]
#[allow(dead_code, reason = "compared through Debug")]
struct State {
    token: String,
    site_id: tsc::SiteId,
    user_id: tsc::UserId,
    site_url: String,
}

fn state(session: &tsc::Session<'_>) -> State {
    State {
        token: session.auth_token(),
        site_id: session.site_id().clone(),
        user_id: session.user_id().clone(),
        site_url: session.site_url().to_owned(),
    }
}

fn sign_in(server: &tsc::Server, auth: &dyn tsc::Credentials) -> tsc::Result<State> {
    server.sign_in(auth).map(|session| state(&session))
}

pub fn cases(g: &mut Goldens) {
    g.same_server("sign_in.password_default_site", |s| {
        sign_in(s, &TableauAuth::new("ada", "hush"))
    });
    g.same_server("sign_in.password_site", |s| {
        sign_in(s, &TableauAuth::new("ada", "h\"<&>'").site("ops"))
    });
    g.same_server("sign_in.password_unicode", |s| {
        sign_in(s, &TableauAuth::new("Zoë", "Größe 東京").site("ops"))
    });
    g.same_server("sign_in.password_impersonate", |s| {
        sign_in(s, &TableauAuth::new("ada", "hush").site("ops").impersonate("user-7"))
    });
    g.same_server("sign_in.token_default_site", |s| {
        sign_in(s, &Token::new("nightly", "a+b/c==:d"))
    });
    g.same_server("sign_in.token_site", |s| {
        sign_in(s, &Token::new("nightly", "a+b/c==:d").site("ops"))
    });
    g.same_server("sign_in.token_impersonate", |s| {
        sign_in(s, &Token::new("nightly", "s").site("ops").impersonate("user-7"))
    });
    g.same_server("sign_in.jwt", |s| sign_in(s, &JwtAuth::new("eyJh.eyJi.c").site("ops")));
    g.same_server("sign_in.jwt_impersonate", |s| {
        sign_in(s, &JwtAuth::new("eyJh.eyJi.c").site("ops").impersonate("user-7"))
    });
    g.same_server("sign_in.jwt_unified", |s| {
        sign_in(s, &JwtAuth::new("eyJh.eyJi.c").unified_access_token(true).site("ops"))
    });
    g.same_server("sign_in_with_personal_access_token", |s| {
        sign_in(s, &Token::new("nightly", "s").site("ops"))
    });
    g.same_server("sign_in_with_json_web_token", |s| {
        sign_in(s, &JwtAuth::new("eyJh.eyJi.c").site("ops"))
    });
    g.same_server("sign_in.refused", |s| {
        let refused = sign_in(s, &TableauAuth::new("ada", "wrong"));
        assert!(refused.as_ref().is_err_and(tsc::Error::is_sign_in_failed));
        refused
    });
    g.reads_differently_server("sign_in.old_namespace", "old-namespace", |s| {
        let state = sign_in(s, &TableauAuth::new("ada", "hush"))?;
        assert_eq!(state.token, "fresh-token");
        Ok(state)
    });
    g.same_owned("sign_out", |session| session.sign_out().map(|()| false));
    g.same("switch_site", |session| session.switch_site("ops").map(|()| state(session)));
    g.same("switch_site.default", |session| session.switch_site("").map(|()| state(session)));
    g.same("switch_site.already_there", |session| {
        session.switch_site("ops").map(|()| state(session))
    });
    g.same("switch_site.refused", |session| {
        let refused = session.switch_site("gone");
        assert_eq!(session.site_id().as_str(), "site-1", "the session is as it was");
        refused
    });
    g.differs(
        "revoke_all_server_admin_tokens",
        "tokens-of-administrators",
        &["DELETE /api/auth/serverAdminAccessTokens"],
        |s| s.revoke_administrator_tokens(),
    );
}
