"""oidc, extensions and data_acceleration_report."""

import tableauserverclient as TSC
from tableauserverclient.server.endpoint.exceptions import ServerResponseError

from helpers import refused


def flow_oidc(mock):
    server = mock.signed_in()
    item = TSC.SiteOIDCConfiguration()
    item.enabled, item.idp_configuration_name = True, "Head & office"
    item.client_id, item.client_secret = "our-id", "hush"
    item.authorization_endpoint = "https://idp.example/authorize"
    item.token_endpoint = "https://idp.example/token"
    item.userinfo_endpoint = "https://idp.example/userinfo"
    item.jwks_uri = "https://idp.example/keys"
    item.email_mapping = "mail"
    created = server.oidc.create(item)
    assert (created.idp_configuration_name, created.client_id) == ("Head & office", "our-id")
    assert created.client_secret != "hush" and created.test_login_url
    assert (created.email_mapping, created.full_name_mapping) == ("mail", "name")
    known = server.oidc.get()
    assert [one.auth_setting for one in known] == ["ServerDefault", "OIDC"]
    assert known[1].idp_configuration_id == created.idp_configuration_id
    item.idp_configuration_id, item.enabled, item.email_mapping = created.idp_configuration_id, False, None
    changed = server.oidc.update(item)
    # What an update leaves out has its default again.
    assert (changed.enabled, changed.email_mapping) == (False, "email")
    assert server.oidc.get_by_id(known[1]).userinfo_endpoint == "https://idp.example/userinfo"
    server.oidc.delete_configuration(created.idp_configuration_id)
    with refused(ServerResponseError, "400000"):
        server.oidc.get_by_id(created.idp_configuration_id)


def flow_extensions(mock):
    server = mock.signed_in()
    settings = server.extensions.get_server_settings()
    assert settings.enabled and settings.block_list == []
    settings.block_list = ["https://bad.example", "https://worse.example/?x=1&y=2"]
    assert server.extensions.update_server_settings(settings).block_list == settings.block_list
    settings.enabled, settings.block_list = False, []
    changed = server.extensions.update_server_settings(settings)
    assert (changed.enabled, changed.block_list) == (False, [])

    site = server.extensions.get()
    assert site.enabled and site.safe_list == []
    site.include_sandboxed = False
    site.safe_list = [TSC.SafeExtension("https://good.example", True, False)]
    changed = server.extensions.update(site)
    assert changed.include_sandboxed is False and changed.include_tableau_built
    assert [one.url for one in changed.safe_list] == ["https://good.example"]
    assert changed.safe_list[0].full_data_allowed and changed.safe_list[0].prompt_needed is False
    site.safe_list = []
    assert server.extensions.update(site).safe_list == []


def flow_data_acceleration_report(mock):
    assert mock.signed_in().data_acceleration_report.get().comparison_records == []
