use tableau_server_client as tsc;
use tsc::{DatasourceId, FlowId, WorkbookId};

use super::golden::Goldens;

/// TSC omits the site from the path.
const SITE: &str = "tags-of-several-things";

pub fn cases(g: &mut Goldens) {
    let workbook = WorkbookId::from("w-1");
    let tag = r#"<tsRequest> <tagBatch> <tags> <tag label="\"two words\""> <contents> <content contentType="Workbook" id="w-1">"#;
    let others =
        r#"<content contentType="Datasource" id="d-1"> <content contentType="Flow" id="f-1">"#;
    g.differs("batch_add", SITE, &[&format!("PUT ~/tags:batchCreate {tag} {others}")], |s| {
        let batch = s.tag_batch().on(&workbook).on(&DatasourceId::from("d-1"));
        batch.on(&FlowId::from("f-1")).add(["two words"])
    });
    g.differs_in_all("batch_delete", SITE, &[&format!("DELETE ~/tags:BatchDelete {tag}")], |s| {
        s.tag_batch().on(&workbook).remove(["two words"])
    });
}
