use std::collections::BTreeMap;

use tableau_server_client as tsc;

use super::golden::{Goldens, every};

type Named = BTreeMap<String, String>;
type Data = BTreeMap<String, Vec<Named>>;

const ALL: &str = "{ publishedDatasources { luid name } }";
const ONE: &str =
    "query one($name: String) { publishedDatasources(filter: {name: $name}) { luid name } }";
const PAGED: &str = "query all($first: Int, $afterToken: String) { workbooksConnection(first: \
                     $first, after: $afterToken) { nodes { luid } pageInfo { hasNextPage endCursor } } }";

pub fn cases(g: &mut Goldens) {
    g.same("query", |s| s.metadata().query(ALL).send_partial::<Data>());
    g.same("query.variables", |s| {
        let variables = BTreeMap::from([("name", "R&D")]);
        s.metadata().query(ONE).variables(&variables).send_partial::<Data>()
    });
    g.same("query.partial", |s| s.metadata().query(ALL).send_partial::<Data>());
    g.same("query.abort_on_error", |s| s.metadata().query(ALL).send::<Data>());
    g.reads_differently("paginated_query", "nodes-not-pages", |s| {
        let query = s.metadata().query(PAGED).variables(&BTreeMap::from([("first", 1)]));
        let nodes: Vec<Named> = every(query.nodes())?;
        let ids: Vec<_> = nodes.iter().map(|node| node["luid"].as_str()).collect();
        assert_eq!(ids, ["w-1", "w-2", "w-3"]);
        tsc::Result::Ok(nodes)
    });
    g.same("paginated_query.not_paged", |s| every(s.metadata().query(ALL).nodes::<Named>()));
    g.same("backfill_status", |s| {
        s.metadata().backfill_status::<BTreeMap<String, BTreeMap<String, String>>>()
    });
    g.same("eventing_status", |s| s.metadata().eventing_status::<Named>());
}
