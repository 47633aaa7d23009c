use tableau_server_client as tsc;
use tsc::{Sort, users};
use tsc::users::{AuthSetting, NewUser, SiteRole, UserRow, UserRows, UserUpdate};

use super::golden::{Goldens, every};

/// TSC requests all fields of every user.
const FIELDS: &str = "users-fields";

pub fn cases(g: &mut Goldens) {
    g.same("get", |s| every(s.users().list().fields(["_all_"])));
    g.same("get.several", |s| every(s.users().list().fields(["_all_"])));
    g.differs("get.plain", FIELDS, &["GET ~/users?pageNumber=1&pageSize=1000"], |s| {
        every(s.users().list())
    });
    g.same("all", |s| every(s.users().list().fields(["_all_"])));
    g.same("filter", |s| {
        let list = s.users().list().filter(tsc::Filter::raw("name:eq:Super & Store"));
        every(list.fields(["_all_"]).page_size(5))
    });
    g.same("order_by", |s| {
        let list = s.users().list().sort(Sort::raw("createdAt:desc")).sort(users::NAME.asc());
        every(list.fields(["_all_"]).page_size(100))
    });
    g.same("paginate", |s| every(s.users().list().fields(["_all_"]).page_size(7)));
    g.same("only_fields", |s| every(s.users().list().fields(["id", "name"]).page_size(100)));
    g.same("fields", |s| every(s.users().list().fields(["_default_", "name"]).page_size(100)));
    g.differs(
        "find_by_name",
        "found-is-one",
        &["GET ~/users?fields=_all_&filter=name:eq:ada&pageNumber=1&pageSize=100"],
        |s| every(s.users().list().filter(users::NAME.eq("ada")).fields(["_all_"]).page_size(100)),
    );
    g.same("get_by_id", |s| s.users().get("u-1"));
    g.same("add", |s| {
        let new = NewUser::new("cy", SiteRole::Explorer).auth_setting(AuthSetting::ServerDefault);
        s.users().add(new)
    });
    g.same("add.configuration", |s| {
        s.users().add(NewUser::new("corp\\cy", SiteRole::Viewer).idp_configuration_id("idp-1"))
    });
    g.same("add_all", |s| {
        let new = [NewUser::new("cy", SiteRole::Viewer), NewUser::new("di", SiteRole::Creator)];
        // TSC returns the users that were added, and those that failed.
        let added: tsc::Result<Vec<_>> = new.iter().map(|user| s.users().add(user)).collect();
        Ok((added?, [(); 0]))
    });
    g.differs(
        "update",
        "unset-is-not-sent",
        &[r#"PUT ~/users/u-1 <tsRequest> <user email="a@ops.example" fullName="Ada" password="new\"pw">"#],
        |s| {
            let changes = UserUpdate::new().full_name("Ada").email("a@ops.example");
            s.users().update("u-1", changes.password("new\"pw"))
        },
    );
    g.same("update.every", |s| {
        let changes = UserUpdate::new().full_name("Ada").email("a@ops.example");
        let changes = changes.site_role(SiteRole::Creator).idp_configuration_id("idp-1");
        s.users().update("u-1", changes)
    });
    g.same("remove", |s| s.users().remove("u-1"));
    g.same("remove.map_assets_to", |s| s.users().remove_and_transfer("u-1", "u-2"));
    g.same("populate_workbooks", |s| every(s.users().workbooks("u-1")));
    g.same("populate_groups", |s| every(s.users().groups("u-1")));
    g.differs("bulk_add", "bulk-files", &[r#"POST ~/users/import multipart/mixed part "request_payload"; <tsRequest> <user> part "tableau_user_import"; filename="users.csv"; application/octet-stream "cy,,\"Cy, \"\"C\"\"\",Creator,None,1,c@ops.example,SAML\r\ndi,,,Viewer,None,0,,\r\n""#], |s| {
        let cy = UserRow::new("cy", SiteRole::Creator).full_name("Cy, \"C\"");
        let cy = cy.email("c@ops.example").auth_setting(AuthSetting::Saml);
        let rows = UserRows::from_iter([cy, UserRow::new("di", SiteRole::Viewer)]);
        s.users().import(rows).map(|import| import.job().job().clone())
    });
    g.differs("bulk_remove", "bulk-files", &[r#"POST ~/users/delete multipart/mixed part "tableau_user_delete"; filename="users.csv"; text/csv "cy,,,,,,\r\ndi,,,,,,\r\n""#], |s| {
        s.users().remove_all(["cy", "di"].map(|name| UserRow::new(name, SiteRole::Unlicensed)).into_iter().collect())
    });
    g.same("create_from_file", |s| {
        // TSC returns the users that were added, and those that failed.
        s.users().add(NewUser::new("cy", SiteRole::Viewer)).map(|added| ([added], [(); 0]))
    });
    g.same("populate_favorites", |s| super::favorites::by_kind(s, "u-1"));
}
