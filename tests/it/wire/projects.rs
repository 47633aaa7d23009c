use tableau_server_client as tsc;
use tsc::{ContentPermissions, NewProject, ProjectUpdate};

use super::golden::{Goldens, every};

/// What TSC adds to the address of each project that it writes.
const SAMPLES: &str = "samples-are-not-mentioned";

pub fn cases(g: &mut Goldens) {
    g.same("get", |s| every(s.projects().list()));
    g.same("get.plain", |s| every(s.projects().list()));
    g.same("get.none", |s| every(s.projects().list()));
    g.differs(
        "get_by_id",
        "reading-a-project",
        &["GET ~/projects?pageNumber=1&pageSize=1000"],
        |s| {
            s.projects().get(&"p-1".into())
        },
    );
    g.not_yet(&["get_by_path", "get_by_path.none"], "listing: find");
    g.differs("create", SAMPLES, &[r#"POST ~/projects <tsRequest> <project name="Operations">"#], |s| {
        s.projects().create(NewProject::new("Operations"))
    });
    g.differs(
        "create.every",
        SAMPLES,
        &[r#"POST ~/projects <tsRequest> <project contentPermissions="LockedToProjectWithoutNested" description="what it is\nfor" name="R&D \"x\" <東京>" parentProjectId="p-0">"#],
        |s| {
            let project = NewProject::new("R&D \"x\" <東京>").description("what it is\nfor");
            let locked = ContentPermissions::LockedToProjectWithoutNested;
            s.projects().create(project.content_permissions(locked).parent("p-0"))
        },
    );
    g.not_yet(&["create.samples", "update.samples"], "projects: samples");
    g.differs("update.name", SAMPLES, &[r#"PUT ~/projects/p-1 <tsRequest> <project name="Operations">"#], |s| {
        s.projects().update(&"p-1".into(), ProjectUpdate::new().name("Operations"))
    });
    g.differs(
        "update.every",
        SAMPLES,
        &[r#"PUT ~/projects/p-1 <tsRequest> <project contentPermissions="ManagedByOwner" description="Day & night" name="Operations" parentProjectId="p-0"> <owner id="u-1">"#],
        |s| {
            let changes = ProjectUpdate::new().name("Operations").description("Day & night");
            let changes = changes.content_permissions(ContentPermissions::ManagedByOwner);
            s.projects().update(&"p-1".into(), changes.parent("p-0").owner("u-1"))
        },
    );
    g.differs(
        "update.to_the_top",
        SAMPLES,
        &[r#"PUT ~/projects/p-1 <tsRequest> <project name="Operations" parentProjectId="">"#],
        |s| s.projects().update(&"p-1".into(), ProjectUpdate::new().name("Operations").parent("")),
    );
    g.differs(
        "update.description_cleared",
        "empty-clears",
        &[r#"PUT ~/projects/p-1 <tsRequest> <project description="" name="Operations">"#],
        |s| {
            let changes = ProjectUpdate::new().name("Operations").description("");
            s.projects().update(&"p-1".into(), changes)
        },
    );
    g.same("delete", |s| s.projects().delete(&"p-1".into()));
}
