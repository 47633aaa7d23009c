SIGNED_IN = (
    '<credentials token="fresh-token"><site id="site-9" contentUrl="ops"/><user id="user-9"/></credentials>'
)
STATE = "dict(token=server.auth_token, site_id=server.site_id, user_id=server.user_id, site_url=server.site_url)"


def sign_in(name, auth, call="sign_in", answer=SIGNED_IN):
    case(name, f"server.auth.{call}({auth})\n{STATE}", answer, signed_in=False)


sign_in("sign_in.password_default_site", "TSC.TableauAuth('ada', 'hush')")
sign_in("sign_in.password_site", "TSC.TableauAuth('ada', 'h\"<&>\\'', site_id='ops')")
sign_in("sign_in.password_unicode", "TSC.TableauAuth('Zoë', 'Größe 東京', site_id='ops')")
sign_in("sign_in.password_impersonate", "TSC.TableauAuth('ada', 'hush', 'ops', 'user-7')")
sign_in("sign_in.token_default_site", "TSC.PersonalAccessTokenAuth('nightly', 'a+b/c==:d')")
sign_in("sign_in.token_site", "TSC.PersonalAccessTokenAuth('nightly', 'a+b/c==:d', site_id='ops')")
sign_in("sign_in.token_impersonate", "TSC.PersonalAccessTokenAuth('nightly', 's', 'ops', 'user-7')")
sign_in("sign_in.jwt", "TSC.JWTAuth('eyJh.eyJi.c', site_id='ops')")
sign_in("sign_in.jwt_impersonate", "TSC.JWTAuth('eyJh.eyJi.c', site_id='ops', user_id_to_impersonate='user-7')")
sign_in("sign_in.jwt_unified", "TSC.JWTAuth('eyJh.eyJi.c', isUat=True, site_id='ops')")
sign_in(
    "sign_in_with_personal_access_token",
    "TSC.PersonalAccessTokenAuth('nightly', 's', 'ops')",
    "sign_in_with_personal_access_token",
)
sign_in("sign_in_with_json_web_token", "TSC.JWTAuth('eyJh.eyJi.c', site_id='ops')", "sign_in_with_json_web_token")
sign_in(
    "sign_in.refused",
    "TSC.TableauAuth('ada', 'wrong')",
    answer=error(401, "401001", "Signin Error", "Error signing in to Tableau Server"),
)
sign_in(
    "sign_in.old_namespace",
    "TSC.TableauAuth('ada', 'hush')",
    answer=xml(SIGNED_IN, namespace="http://tableausoftware.com/api"),
)
case("sign_out", "server.auth.sign_out()\nserver.is_signed_in()", done())
case("switch_site", f"server.auth.switch_site(TSC.SiteItem('Ops', 'ops'))\n{STATE}", SIGNED_IN)
case(
    "switch_site.default",
    f"server.auth.switch_site(TSC.SiteItem('Default', ''))\n{STATE}",
    '<credentials token="fresh-token"><site id="site-0" contentUrl=""/><user id="user-0"/></credentials>',
)
case(
    "switch_site.already_there",
    f"server.auth.switch_site(TSC.SiteItem('Ops', 'ops'))\n{STATE}",
    error(403, "403070", "Forbidden", "You are on this site already"),
)
case(
    "switch_site.refused",
    "server.auth.switch_site(TSC.SiteItem('Gone', 'gone'))",
    error(401, "401002", "Unauthorized Access", "Invalid authentication credentials were provided"),
)
case("revoke_all_server_admin_tokens", "server.auth.revoke_all_server_admin_tokens()", done())
