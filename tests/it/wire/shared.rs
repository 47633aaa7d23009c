//! Cases that several resources have.

use tableau_server_client as tsc;
use tsc::connections::{BatchUpdatableConnections, ConnectionUpdate, HasConnections};
use tsc::permissions::{Capability, HasPermissions, PermissionRule};
use tsc::publish::{ConnectionCredentials, PublishConnection};
use tsc::quality_warnings::{HasQualityWarnings, NewWarning, WarningType, WarningUpdate};
use tsc::revisions::{DeletableRevisions, HasRevisions};
use tsc::tags::Taggable;
use tsc::{Download, GroupId, GroupSetId, Session, UserId};

use super::golden::{Goldens, every};

/// The rules in the recorder's table.
pub fn rules() -> [PermissionRule; 3] {
    [
        PermissionRule::new(UserId::from("u-1"))
            .allow([Capability::Read])
            .deny([Capability::Write]),
        PermissionRule::new(GroupId::from("g-1")).allow([Capability::ExportData]),
        PermissionRule::new(GroupSetId::from("s-1")).deny([Capability::Filter]),
    ]
}

pub fn permissions<I: HasPermissions>(g: &mut Goldens, id: &I) {
    g.same("populate_permissions", |s| s.permissions(id).list());
    g.same("update_permissions", |s| s.permissions(id).add(rules()));
    g.same("delete_permission", |s| s.permissions(id).delete(&rules()[..1]));
}

pub fn changed_tags<I: Taggable>(g: &mut Goldens, id: &I) {
    g.same("add_tags", |s| s.tags(id).add(["plan", "two words", "größe"]));
    g.same("add_tags.one", |s| s.tags(id).add(["plan"]));
    g.same("delete_tags", |s| s.tags(id).remove(["a/b ü%"]));
}

pub fn tags<I: Taggable>(g: &mut Goldens, id: &I) {
    changed_tags(g, id);
    // TSC returns the resulting set.
    g.same("update_tags", |s| {
        s.tags(id).replace(["old", "plan"], ["plan", "new"])?;
        Ok(["new", "plan"])
    });
}

pub fn connections<I: HasConnections>(g: &mut Goldens, id: &I) {
    let one = tsc::ConnectionId::from("c-1");
    g.same("populate_connections", |s| s.connections(id).list());
    g.same("update_connection", |s| {
        let changes = ConnectionUpdate::new().server_address("db2.ops.example").server_port(1434);
        let changes = changes.user_name("writer").password("a\"<b").embed_password(true);
        s.connections(id).update(&one, changes)
    });
    let kind = format!("{}s", I::KIND);
    g.differs(
        "update_connection.capitals",
        "host-names-keep-their-case",
        &[&format!(
            "PUT ~/{kind}/{}/connections/c-1 <tsRequest> <connection serverAddress=\"DB2.Ops.Example\">",
            id.as_str()
        )],
        |s| s.connections(id).update(&one, ConnectionUpdate::new().server_address("DB2.Ops.Example")),
    );
}

pub fn many_connections<I: BatchUpdatableConnections + HasConnections>(g: &mut Goldens, id: &I) {
    g.same("update_connections", |s| {
        let changes = ConnectionUpdate::new().authentication_type("auth-user-pass");
        let changes = changes.user_name("writer").password("hush").embed_password(true);
        s.connections(id).update_all(["c-1", "c-2"], changes)
    });
}

pub fn revisions<I: DeletableRevisions + HasRevisions>(
    g: &mut Goldens,
    id: &I,
    download: impl for<'s> Fn(&'s Session<'_>, u64) -> Download<'s>,
) {
    let (kind, own) = (format!("{}s", I::KIND), id.as_str());
    g.differs(
        "populate_revisions",
        "every-list-is-paged",
        &[&format!("GET ~/{kind}/{own}/revisions?pageNumber=1&pageSize=1000")],
        |s| every(s.revisions(id).list()),
    );
    g.same("delete_revision", |s| s.revisions(id).delete(2));
    g.same("download_revision", |s| download(s, 2).to_bytes());
}

pub fn quality_warnings<I: HasQualityWarnings>(g: &mut Goldens, id: &I) {
    g.same("populate_dqw", |s| s.quality_warnings(id).list());
    g.same("add_dqw", |s| {
        let new = NewWarning::new(WarningType::Stale).message("Rows < 10 & \"old\"").severe(true);
        s.quality_warnings(id).add(new).map(|warning| [warning])
    });
    g.differs(
        "update_dqw",
        "one-warning-is-changed",
        &["PUT ~/dataQualityWarnings/dw-1 <tsRequest> <dataQualityWarning isActive=\"false\" isSevere=\"false\" message=\"PII\" type=\"SENSITIVE_DATA\">"],
        |s| {
            let changes = WarningUpdate::new().warning_type(WarningType::SensitiveData).message("PII");
            let changes = changes.active(false).severe(false);
            s.quality_warnings(id).update("dw-1", changes).map(|warning| [warning])
        },
    );
    g.same("delete_dqw", |s| s.quality_warnings(id).delete_all());
}

/// The connections that the recorder publishes with.
pub fn published_connections() -> [PublishConnection; 3] {
    let login = |user, password| ConnectionCredentials::new(user, password);
    [
        PublishConnection::new("db.ops.example").port(1433).credentials(login("reader", "a<b")),
        PublishConnection::new("bigquery.example").credentials(login("oa", "").oauth(true)),
        PublishConnection::new("plain.example").port(5432),
    ]
}

/// The replacements in what TSC sends for an upload with this number of chunks.
pub fn numbered(chunks: usize) -> &'static [(&'static str, &'static str)] {
    const ALL: &[(&str, &str)] = &[
        ("/7:ab-1:0 ", "/7:ab-1:0?sequenceID=1 "),
        ("/7:ab-1:0 ", "/7:ab-1:0?sequenceID=2 "),
        ("/7:ab-1:0 ", "/7:ab-1:0?sequenceID=3 "),
    ];
    &ALL[..chunks]
}
