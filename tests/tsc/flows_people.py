"""users, groups."""

import os
import tempfile

import tableauserverclient as TSC
from tableauserverclient.server.endpoint.exceptions import ServerResponseError

from helpers import arguments, one, refused


def flow_users(mock):
    server = mock.signed_in()
    users, pages = server.users.get()
    assert pages.total_available == 6 and users[0].name == "admin"
    assert users[0].site_role == "ServerAdministrator" and users[0].fullname == "Admin"
    assert users[0].last_login is not None and users[0].domain_name == "local"
    new = server.users.add(TSC.UserItem("zoë", "Viewer", "SAML"))
    assert new.id and new.auth_setting == "SAML"
    with refused(ServerResponseError, "409017"):
        server.users.add(TSC.UserItem("zoë", "Viewer"))
    new.fullname, new.email, new.site_role = "Zoë <Z>", "z@example.com", "Creator"
    server.users.update(new, "pass & word")
    again = server.users.get_by_id(new.id)
    assert (again.fullname, again.email, again.site_role) == ("Zoë <Z>", "z@example.com", "Creator")
    mock.server().auth.sign_in(TSC.TableauAuth("zoë", "pass & word"))
    server.users.remove(new.id)
    with refused(ServerResponseError, "404002"):
        server.users.get_by_id(new.id)
    alice = server.users.filter(name="alice")[0]
    with refused(ServerResponseError, "409003"):
        server.users.remove(alice.id)
    server.users.populate_workbooks(alice, owned_only=True)
    owned = len(list(alice.workbooks))
    assert owned == 2, owned
    bob = server.users.filter(name="bob")[0]
    server.users.remove(alice.id, map_assets_to=bob.id)
    server.users.populate_workbooks(bob, owned_only=True)
    assert len(list(bob.workbooks)) == 4
    server.users.populate_groups(bob)
    assert "All Users" in [group.name for group in bob.groups]


def flow_user_import(mock):
    server = mock.signed_in()
    good = TSC.UserItem("carl", "ExplorerCanPublish")
    good.fullname, good.email = "Carl, C", "carl@example.com"
    odd = TSC.UserItem("odd", "Guest")
    job = server.users.bulk_add([good, odd])
    job = server.jobs.wait_for_job(job, timeout=30)
    assert any("Row 2" in note for note in job.notes), job.notes
    assert job.status_notes[0]["value"] == "1", job.status_notes
    carl = server.users.filter(name="carl")[0]
    assert server.users.get_by_id(carl.id).fullname == "Carl, C"
    assert carl.site_role == "ExplorerCanPublish"
    server.users.bulk_remove([carl])
    assert len(server.users.filter(name="carl")) == 0


def flow_users_one_by_one(mock):
    server = mock.signed_in()
    users = [TSC.UserItem(name, "Viewer") for name in ["ann", "bob", "cid"]]
    created, failed = server.users.add_all(users)
    assert [user.name for user in created] == ["ann", "cid"] and failed == [users[1]]
    assert all(user.id and user.site_role == "Viewer" for user in created)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "users.csv")
        with open(path, "w") as file:
            file.write("dot,,Dot D,Creator,Site,1,dot@example.com,\nann,,Ann A,Viewer,None,0,,\n")
        created, failed = server.users.create_from_file(path)
    assert [user.site_role for user in created] == ["SiteAdministratorCreator"]
    [(user, error)] = failed
    assert (user.name, error.code) == ("ann", "409017")
    # By one of the site's ways to sign in, of which there is no other.
    [way] = server.sites.list_auth_configurations()
    eve = TSC.UserItem("eve", "Viewer")
    eve.idp_configuration_id = way.idp_configuration_id
    assert server.users.add(eve).idp_configuration_id == way.idp_configuration_id
    eve = TSC.UserItem("eve2", "Viewer")
    eve.idp_configuration_id = "nowhere"
    with refused(ServerResponseError, "400003"):
        server.users.add(eve)


def flow_lists_of_people(mock):
    server = mock.signed_in()
    options = TSC.RequestOptions()
    options.sort.add(TSC.Sort("jobType", "asc"))
    for endpoint, size in [(server.users, 6), (server.groups, 3)]:
        names = [item.name for item in endpoint.get()[0]]
        assert [item.name for item in endpoint.all(page_size=2)] == names and len(names) == size
        assert [item.name for item in endpoint.filter(name=names[1])] == [names[1]]
        assert [item.name for item in endpoint.order_by("-name")] == sorted(names, key=str.casefold, reverse=True)
        page = endpoint.paginate(page_size=1, page_number=2)
        assert page.total_available == size and page[0].name == names[0], page[0].name
        assert [item.name for item in endpoint.find_by_name(names[-1])] == [names[-1]]
        assert endpoint.find_by_name("there is none") == []
        assert [item.name for item in endpoint.fields("_all_")] == names
        assert [item.name for item in endpoint.only_fields("id", "name", "domain")] == names
        with refused(ServerResponseError, "400065"):
            endpoint.get(options)


def flow_groups(mock):
    server = mock.signed_in()
    groups, pages = server.groups.get()
    assert [group.name for group in groups] == ["All Users", "Analysts", "Managers"]
    assert pages.total_available == 3 and groups[0].domain_name == "local"
    group = TSC.GroupItem("R&D <\"'>")
    group.minimum_site_role = "Viewer"
    group = server.groups.create(group)
    with refused(ServerResponseError, "409009"):
        server.groups.create(TSC.GroupItem("R&D <\"'>"))
    users = server.users.get()[0]
    added = server.groups.add_user(group, users[1].id)
    assert added.name == "alice"
    with refused(ServerResponseError, "409011"):
        server.groups.add_user(group, users[1].id)
    server.groups.add_users(group, users[1:4])
    server.groups.populate_users(group)
    assert [user.name for user in group.users] == ["alice", "bob", "carol"]
    server.groups.remove_user(group, users[1].id)
    server.groups.remove_users(group, [users[2]])
    assert [user.name for user in group.users] == ["carol"]
    group.name = "Renamed"
    assert server.groups.update(group).name == "Renamed"
    assert one(server.groups.all(), "Renamed").id == group.id
    server.groups.delete(group.id)
    with refused(ServerResponseError, "404012"):
        server.groups.delete(group.id)
    directory = TSC.GroupItem("Staff", "example.com")
    directory.minimum_site_role, directory.license_mode = "Viewer", "onSync"
    made = server.groups.create_AD_group(directory)
    assert made.domain_name == "example.com" and made.license_mode == "onSync"
    job = server.groups.create_AD_group(TSC.GroupItem("Later", "example.com"), asJob=True)
    assert server.jobs.wait_for_job(job, timeout=30).finish_code == 0
    made.minimum_site_role = "Explorer"
    job = server.groups.update(made, as_job=True)
    assert job.type == "GroupSync" and server.jobs.wait_for_job(job, timeout=30).finish_code == 0
    assert one(server.groups.get()[0], "Staff").minimum_site_role == "Explorer"


def flow_group_sets(mock):
    server = mock.signed_in()
    analysts = one(server.groups.all(), "Analysts")
    made = server.group_sets.create(TSC.GroupSetItem("R&D <x>"))
    with refused(ServerResponseError, "409121"):
        server.group_sets.create(TSC.GroupSetItem("r&d <X>"))
    server.group_sets.add_group(made, analysts)
    found = server.group_sets.get_by_id(made.id)
    assert found.group_count == 1 and [group.name for group in found.groups] == ["Analysts"]
    made.name = "Renamed"
    assert server.group_sets.update(made).name == "Renamed"
    assert [item.id for item in server.group_sets.filter(name="Renamed")] == [made.id]
    room = server.group_sets
    for query in [room.all(), room.fields("name"), room.only_fields("name"), room.order_by("name"), room.paginate(page_size=5)]:
        assert [item.name for item in query] == ["Renamed"]
    assert [item.id for item in room.find_by_name("Renamed")] == [made.id]
    server.group_sets.remove_group(made, analysts)
    assert server.group_sets.get_by_id(made.id).group_count == 0
    server.group_sets.delete(made)
    with refused(ServerResponseError, "409120"):
        server.group_sets.get_by_id(made.id)


@arguments("--users", "2500")
def flow_pages(mock):
    server = mock.signed_in()
    assert len(list(TSC.Pager(server.users, TSC.RequestOptions(pagesize=1000)))) == 2500
    assert len(list(TSC.Pager(server.users, TSC.RequestOptions(3, 700)))) == 1100
    query = server.users.filter(site_role="Viewer").order_by("-name")
    names = [user.name for user in query]
    assert len(names) == 499 and names == sorted(names, reverse=True), len(names)
    with refused(ServerResponseError, "400006"):
        server.users.get(TSC.RequestOptions(4, 1000))
    with refused(ServerResponseError, "403014"):
        server.users.get(TSC.RequestOptions(1, 1001))
