use tableau_server_client as tsc;
use tsc::VirtualConnectionId;
use tsc::virtual_connections::{
    self, DatabaseConnectionUpdate, NewVirtualConnection, VirtualConnectionUpdate,
};

use super::golden::{Goldens, every};
use super::shared;

fn id() -> VirtualConnectionId {
    "vc-1".into()
}

fn new(definition: &str) -> NewVirtualConnection {
    NewVirtualConnection::new("Ops", "p-1", "u-1", definition)
}

pub fn cases(g: &mut Goldens) {
    let mut lower = |name: &str, call: fn(&mut tsc::Session<'_>) -> tsc::Result<Vec<tsc::VirtualConnection>>| {
        g.changed(name, "virtual-connections-are-lower-case", &[("/virtualConnections", "/virtualconnections")], &[], call);
    };
    for name in ["get", "all"] {
        lower(name, |s| every(s.virtual_connections().list()));
    }
    lower("filter", |s| {
        let filter = tsc::Filter::raw("name:eq:Super & Store");
        every(s.virtual_connections().list().filter(filter).page_size(5))
    });
    lower("order_by", |s| {
        let list = s.virtual_connections().list().sort(virtual_connections::CREATED_AT.desc());
        every(list.sort(virtual_connections::NAME.asc()).page_size(100))
    });
    lower("paginate", |s| every(s.virtual_connections().list().page_size(7)));
    lower("only_fields", |s| {
        every(s.virtual_connections().list().fields(["id", "name"]).page_size(100))
    });
    lower("fields", |s| {
        every(s.virtual_connections().list().fields(["_default_", "name"]).page_size(100))
    });
    let plain = ["GET ~/virtualconnections?pageNumber=1&pageSize=1000"];
    g.differs("get.plain", "every-list-is-paged", &plain, |s| every(s.virtual_connections().list()));
    g.differs("find_by_name", "found-is-one", &plain, |s| every(s.virtual_connections().list()));
    let changed: &[(&str, &str)] = &[("/virtualConnections", "/virtualconnections")];
    let reason = "virtual-connections-are-lower-case";
    // TSC reads no id, and the content.
    g.differs_in_all("get_by_id", reason, &["GET ~/virtualconnections/vc-1"], |s| {
        let read = s.virtual_connections().get(id())?;
        assert_eq!((read.id.as_str(), read.name.as_str()), ("vc-1", "Ops & more"));
        assert_eq!(read.owner, Some("u-1".into()));
        Ok(read)
    });
    g.differs_in_all("download", reason, &["GET ~/virtualconnections/vc-1"], |s| {
        let text = s.virtual_connections().download(id())?;
        assert_eq!(text, r#"{"policyCollection": {"luid": "pc-1"}}"#);
        Ok(text)
    });
    g.differs_in_all("download_revision", reason, &["GET ~/virtualconnections/vc-1/revisions/1"], |s| {
        let text = s.virtual_connections().download_revision(id(), 1)?;
        assert_eq!(text, r#"{"policyCollection": {"luid": "pc-1"}}"#);
        Ok(text)
    });
    g.changed("get_revisions", reason, changed, &[], |s| every(s.revisions(&id()).list()));
    g.differs_in_all(
        "update",
        reason,
        &["PUT ~/virtualconnections/vc-1 <tsRequest> <virtualConnection certificationNote=\"Checked\" isCertified=\"true\" name=\"New & \\\"old\\\"\"> <project id=\"p-2\"> <owner id=\"u-2\">"],
        |s| {
            let changes = VirtualConnectionUpdate::new().name("New & \"old\"").certified(true);
            let changes = changes.certification_note("Checked").project("p-2").owner("u-2");
            let read = s.virtual_connections().update(id(), changes)?;
            assert_eq!((read.id, read.project), (id(), Some("p-2".into())));
            assert_eq!(read.certification_note.as_deref(), Some("Checked"));
            Ok(())
        },
    );
    g.changed("delete", reason, changed, &[], |s| s.virtual_connections().delete(id()));
    g.changed("publish", reason, changed, &[], |s| {
        s.virtual_connections().publish(new(r#"{"a": "<b> & c"}"#))
    });
    g.changed("publish.overwrite", reason, changed, &[], |s| {
        s.virtual_connections().publish(new("{}").overwrite(true).draft(true))
    });
    g.differs_in_all(
        "publish.no_id",
        reason,
        &["POST ~/virtualconnections?overwrite=false&publishAsDraft=false <tsRequest> <virtualConnection name=\"Ops\"> <project id=\"p-1\"> <owner id=\"u-1\"> <content>\"{}\""],
        |s| {
            let read = s.virtual_connections().publish(new("{}"))?;
            assert_eq!((read.id, read.name.as_str()), (None, "Ops & more"));
            Ok(())
        },
    );
    g.changed("populate_connections", reason, changed, &[], |s| {
        every(s.virtual_connections().connections(id()).page_size(100))
    });
    g.changed("update_connection_db_connection", reason, changed, &[], |s| {
        let changes = DatabaseConnectionUpdate::new().server_address("db.ops.example");
        let changes = changes.server_port(5432).user_name("reader").password("a\"<b");
        s.virtual_connections().update_connection(id(), "c-1", changes)
    });
    g.changed("populate_permissions", reason, changed, &[], |s| s.permissions(&id()).list());
    g.changed("add_permissions", reason, changed, &[], |s| s.permissions(&id()).add(shared::rules()));
    g.changed("delete_permission", reason, &[changed[0], changed[0]], &[], |s| {
        s.permissions(&id()).delete(&shared::rules()[..1])
    });
    g.changed("add_tags", reason, changed, &[], |s| s.tags(&id()).add(["plan"]));
    g.changed("delete_tags", reason, changed, &[], |s| s.tags(&id()).remove(["a/b ü%"]));
}
