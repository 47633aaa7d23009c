"""auth, server_info, sites."""

import tableauserverclient as TSC
from tableauserverclient.server.endpoint.exceptions import FailedSignInError, ServerResponseError

from helpers import arguments, refused


def flow_password(mock):
    server = mock.server()
    with server.auth.sign_in(mock.auth()):
        assert server.is_signed_in() and len(server.auth_token) > 50
        assert server.site_id and server.user_id and server.site_url == ""
        token = server.auth_token
    assert not server.is_signed_in()
    server.auth.sign_in(mock.auth())
    server.auth.sign_out()
    assert not server.is_signed_in()
    server._set_auth("x", "x", token)
    with refused(FailedSignInError, "401002"):
        server.users.get()


def flow_wrong_credentials(mock):
    server = mock.server()
    for auth in [
        TSC.TableauAuth("admin", "wrong"),
        TSC.TableauAuth("admin", mock.info["password"], "nowhere"),
        TSC.PersonalAccessTokenAuth("mock-token", "wrong"),
        TSC.JWTAuth("a.b.c"),
    ]:
        with refused(FailedSignInError, "401001"):
            server.auth.sign_in(auth)


def flow_tokens(mock):
    first, second = mock.server(), mock.server()
    first.auth.sign_in_with_personal_access_token(mock.token_auth())
    first.users.get()
    second.auth.sign_in(mock.token_auth())
    with refused(FailedSignInError, "401002"):
        first.users.get()
    third = mock.server()
    third.auth.sign_in_with_json_web_token(TSC.JWTAuth(mock.info["jwt"]))
    # Only a server administrator can revoke tokens.
    alice = third.users.filter(name="alice")[0]
    third.users.update(alice, "hush")
    other = mock.server()
    other.auth.sign_in(TSC.TableauAuth("alice", "hush"))
    with refused(ServerResponseError, "403004"):
        other.auth.revoke_all_server_admin_tokens()
    second.users.get()
    third.auth.revoke_all_server_admin_tokens()
    with refused(FailedSignInError, "401002"):
        second.users.get()
    with refused(FailedSignInError, "401001"):
        second.auth.sign_in(mock.token_auth())


def flow_impersonation(mock):
    server = mock.signed_in()
    alice = server.users.filter(name="alice")[0]
    auth = TSC.TableauAuth("admin", mock.info["password"], user_id_to_impersonate=alice.id)
    server.auth.sign_in(auth)
    assert server.user_id == alice.id


@arguments("--api-version", "3.4")
def flow_server_info(mock):
    server = mock.server("2.4")
    info = server.server_info.get()
    assert info.rest_api_version == "3.4" and info.product_version == "2019.2.0", info
    assert info.build_number
    server.use_server_version()
    assert server.version == "3.4"
    server.version = "3.30"
    with refused(Exception):
        server.server_info.get()


@arguments("--site", "Marketing=marketing")
def flow_sites(mock):
    server = mock.signed_in()
    all_sites, pages = server.sites.get()
    assert [site.content_url for site in all_sites] == ["", "marketing"]
    assert pages.total_available == 2
    ways = server.sites.list_auth_configurations()
    assert [way.auth_setting for way in ways] == ["ServerDefault"] and ways[0].enabled
    here = server.sites.get_by_id(server.site_id)
    assert here.name == "Default" and here.state == "Active"
    assert server.sites.get_by_name("Default").id == here.id
    with refused(ServerResponseError, "404000"):
        server.sites.get_by_name("Nowhere")
    with refused(ServerResponseError, "403004"):
        server.sites.get_by_name("Marketing")

    new = server.sites.create(TSC.SiteItem("Sandbox", "sandbox", disable_subscriptions=True))
    assert new.id and new.disable_subscriptions and new.revision_history_enabled is False
    with refused(ServerResponseError, "409001"):
        server.sites.create(TSC.SiteItem("Sandbox", "sandbox2"))

    with refused(ServerResponseError, "404000"):
        server.auth.switch_site(TSC.SiteItem("x", "nowhere"))
    server.auth.switch_site(new)
    assert server.site_id == new.id and server.site_url == "sandbox"
    server.auth.switch_site(new)
    new.name = "Sandpit"
    new.revision_history_enabled = True
    changed = server.sites.update(new)
    assert changed.name == "Sandpit" and changed.revision_history_enabled
    # Limits that are none.
    changed.storage_quota, changed.revision_limit = -1, -1
    changed = server.sites.update(changed)
    assert (changed.storage_quota, changed.revision_limit) == (-1, -1)
    changed.storage_quota = -2
    with refused(ServerResponseError, "400000"):
        server.sites.update(changed)
    server.sites.encrypt_extracts(new.id)
    server.sites.re_encrypt_extracts(new.id)
    server.sites.decrypt_extracts(new.id)
    server.sites.delete(new.id)
    assert not server.is_signed_in()
    server.auth.sign_in(mock.auth())
    assert len(server.sites.get()[0]) == 2
