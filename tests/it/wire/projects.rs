use tableau_server_client as tsc;
use tsc::projects;
use tsc::permissions::DefaultsFor;
use tsc::projects::{ContentPermissions, NewProject, ProjectUpdate};

use super::golden::{Goldens, every};
use super::shared;

/// The query that TSC adds to every change of a project.
const SAMPLES: &str = "samples-are-not-mentioned";

pub fn cases(g: &mut Goldens) {
    g.differs(
        "get.plain",
        "every-list-is-paged",
        &["GET ~/projects?pageNumber=1&pageSize=1000"],
        |s| every(s.projects().list()),
    );
    for name in ["get", "get.several", "all"] {
        g.same(name, |s| every(s.projects().list()));
    }
    g.same("filter", |s| {
        every(s.projects().list().filter(tsc::Filter::raw("name:eq:Super & Store")).page_size(5))
    });
    g.same("order_by", |s| {
        let list = s.projects().list().sort(projects::CREATED_AT.desc());
        every(list.sort(projects::NAME.asc()).page_size(100))
    });
    g.same("paginate", |s| every(s.projects().list().page_size(7)));
    g.same("only_fields", |s| every(s.projects().list().fields(["id", "name"]).page_size(100)));
    g.same("fields", |s| every(s.projects().list().fields(["_default_", "name"]).page_size(100)));
    // A name does not identify a project; a list by name is the equivalent.
    g.differs(
        "find_by_name",
        "found-is-one",
        &["GET ~/projects?filter=name:eq:Operations&pageNumber=1&pageSize=100"],
        |s| every(s.projects().list().filter(projects::NAME.eq("Operations")).page_size(100)),
    );
    g.same("get.none", |s| every(s.projects().list()));
    g.differs(
        "get_by_id",
        "reading-a-project",
        &["GET ~/projects?pageNumber=1&pageSize=1000"],
        |s| s.projects().get("p-1"),
    );
    let ask = |filter| format!("GET ~/projects?filter={filter}&pageNumber=1&pageSize=1000");
    g.differs(
        "get_by_path",
        "pages-of-a-thousand",
        &[&ask("name:eq:Top"), &ask("name:eq:Operations,parentProjectId:eq:p-0")],
        |s| s.projects().find("Top/Operations"),
    );
    g.differs("get_by_path.none", "pages-of-a-thousand", &[&ask("name:eq:Nowhere")], |s| {
        s.projects().find("/Nowhere/")
    });
    g.differs(
        "create",
        SAMPLES,
        &[r#"POST ~/projects <tsRequest> <project name="Operations">"#],
        |s| s.projects().create(NewProject::new("Operations")),
    );
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
    g.differs(
        "create.samples",
        "words-of-queries",
        &[r#"POST ~/projects?publishSamples=true <tsRequest> <project name="Operations">"#],
        |s| s.projects().create_with_samples(NewProject::new("Operations")),
    );
    g.differs(
        "update.samples",
        "words-of-queries",
        &[r#"PUT ~/projects/p-1?publishSamples=true <tsRequest> <project name="Operations">"#],
        |s| {
            s.projects().update_with_samples("p-1", ProjectUpdate::new().name("Operations"))
        },
    );
    g.differs(
        "update.name",
        SAMPLES,
        &[r#"PUT ~/projects/p-1 <tsRequest> <project name="Operations">"#],
        |s| s.projects().update("p-1", ProjectUpdate::new().name("Operations")),
    );
    g.differs(
        "update.every",
        SAMPLES,
        &[r#"PUT ~/projects/p-1 <tsRequest> <project contentPermissions="ManagedByOwner" description="Day & night" name="Operations" parentProjectId="p-0"> <owner id="u-1">"#],
        |s| {
            let changes = ProjectUpdate::new().name("Operations").description("Day & night");
            let changes = changes.content_permissions(ContentPermissions::ManagedByOwner);
            s.projects().update("p-1", changes.parent("p-0").owner("u-1"))
        },
    );
    g.differs(
        "update.to_the_top",
        SAMPLES,
        &[r#"PUT ~/projects/p-1 <tsRequest> <project name="Operations" parentProjectId="">"#],
        |s| s.projects().update("p-1", ProjectUpdate::new().name("Operations").parent("")),
    );
    g.differs(
        "update.description_cleared",
        "empty-clears",
        &[r#"PUT ~/projects/p-1 <tsRequest> <project description="" name="Operations">"#],
        |s| {
            let changes = ProjectUpdate::new().name("Operations").description("");
            s.projects().update("p-1", changes)
        },
    );
    g.same("delete", |s| s.projects().delete("p-1"));
    shared::permissions(g, &tsc::ProjectId::from("p-1"));
    default_permissions(g);
}

fn default_permissions(g: &mut Goldens) {
    for (kind, of) in [
        ("workbook", DefaultsFor::Workbooks),
        ("datasource", DefaultsFor::Datasources),
        ("metric", DefaultsFor::Metrics),
        ("datarole", DefaultsFor::DataRoles),
        ("flow", DefaultsFor::Flows),
        ("lens", DefaultsFor::Lenses),
        ("database", DefaultsFor::Databases),
        ("table", DefaultsFor::Tables),
    ] {
        let project = tsc::ProjectId::from("p-1");
        g.same(&format!("populate_{kind}_default_permissions"), |s| {
            s.default_permissions(&project, of.clone()).list()
        });
        g.same(&format!("update_{kind}_default_permissions"), |s| {
            s.default_permissions(&project, of.clone()).add(shared::rules())
        });
        g.same(&format!("delete_{kind}_default_permissions"), |s| {
            s.default_permissions(&project, of.clone()).delete(&shared::rules()[..1])
        });
    }
    virtual_connection_defaults(g);
}

fn virtual_connection_defaults(g: &mut Goldens) {
    let project = tsc::ProjectId::from("p-1");
    let difference = "virtual-connections-are-lower-case";
    let lower_case = [("/virtualConnections", "/virtualconnections")];
    g.changed(
        "populate_virtualconnection_default_permissions",
        difference,
        &lower_case,
        &[],
        |s| s.default_permissions(&project, DefaultsFor::VirtualConnections).list(),
    );
    g.changed(
        "update_virtualconnection_default_permissions",
        difference,
        &lower_case,
        &[],
        |s| s.default_permissions(&project, DefaultsFor::VirtualConnections).add(shared::rules()),
    );
    g.changed(
        "delete_virtualconnection_default_permissions",
        difference,
        // One request for each of the two capabilities.
        &[lower_case[0], lower_case[0]],
        &[],
        |s| {
            let defaults = s.default_permissions(&project, DefaultsFor::VirtualConnections);
            defaults.delete(&shared::rules()[..1])
        },
    );
}
