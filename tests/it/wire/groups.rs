use tableau_server_client as tsc;
use tsc::groups::{DirectoryGroup, GrantLicenseMode, GroupUpdate, NewGroup};
use tsc::users::SiteRole;
use tsc::Sort;

use super::golden::{Goldens, every, job};

pub fn cases(g: &mut Goldens) {
    g.same("get", |s| every(s.groups().list()));
    g.same("get.several", |s| every(s.groups().list()));
    g.differs(
        "get.plain",
        "every-list-is-paged",
        &["GET ~/groups?pageNumber=1&pageSize=1000"],
        |s| every(s.groups().list()),
    );
    g.same("all", |s| every(s.groups().list()));
    g.same("filter", |s| {
        every(s.groups().list().filter(tsc::Filter::raw("name:eq:Super & Store")).page_size(5))
    });
    g.same("order_by", |s| {
        let list = s.groups().list().sort(Sort::raw("createdAt:desc"));
        every(list.sort(Sort::raw("name:asc")).page_size(100))
    });
    g.same("paginate", |s| every(s.groups().list().page_size(7)));
    g.same("only_fields", |s| every(s.groups().list().fields(["id", "name"]).page_size(100)));
    g.same("fields", |s| every(s.groups().list().fields(["_default_", "name"]).page_size(100)));
    g.differs(
        "find_by_name",
        "found-is-one",
        &["GET ~/groups?filter=name:eq:Sales&pageNumber=1&pageSize=1000"],
        |s| s.groups().find("Sales").map(|found| found.into_iter().collect::<Vec<_>>()),
    );
    g.same("create", |s| s.groups().create(NewGroup::new("Sales")));
    g.same("create.every", |s| {
        s.groups().create(NewGroup::new("R&D \"x\"").minimum_site_role(SiteRole::Viewer))
    });
    g.same("update", |s| s.groups().update("g-1", GroupUpdate::new().name("Sales")));
    g.same("update.every", |s| {
        let changes = GroupUpdate::new().name("Sales").minimum_site_role(SiteRole::Viewer);
        s.groups().update("g-1", changes)
    });
    g.same("delete", |s| s.groups().delete("g-1"));
    g.same("populate_users", |s| every(s.groups().members("g-1")));
    g.same("add_user", |s| s.groups().add_member("g-1", "u-1"));
    g.same("add_users", |s| s.groups().add_members("g-1", ["u-1", "u-2"]));
    g.same("remove_user", |s| s.groups().remove_member("g-1", "u-1"));
    g.same("remove_users", |s| s.groups().remove_members("g-1", ["u-1", "u-2"]));
    g.same("create_AD_group", |s| s.groups().import(staff()));
    g.same("create_AD_group.as_job", |s| job(s.groups().import_as_job(staff())));
    g.same("update.directory", |s| s.groups().sync("g-2", staff()));
    g.changed("update.as_job", "words-of-queries", &[("asJob=True", "asJob=true")], &[], |s| {
        job(s.groups().sync_as_job("g-2", staff()))
    });
}

fn staff() -> DirectoryGroup {
    DirectoryGroup::new("Staff", "corp", SiteRole::Explorer)
        .grant_license_mode(GrantLicenseMode::OnLogin)
}
