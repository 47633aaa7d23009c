use tableau_server_client as tsc;
use tsc::favorites::FavoriteItem;
use tsc::{DatasourceId, FlowId, MetricId, ProjectId, ViewId, WorkbookId};

use super::golden::{Goldens, every};

/// The favorites of a user by kind, as TSC has them.
pub fn by_kind(
    session: &tsc::Session<'_>,
    user: &str,
) -> tsc::Result<[(&'static str, Vec<FavoriteItem>); 7]> {
    let kinds =
        ["collections", "datasources", "flows", "projects", "metrics", "views", "workbooks"];
    let mut all = kinds.map(|kind| (kind, Vec::new()));
    for item in every(session.favorites().list(user))?.into_iter().filter_map(|one| one.item) {
        let at = match item {
            FavoriteItem::Collection(_) => 0,
            FavoriteItem::Datasource(_) => 1,
            FavoriteItem::Flow(_) => 2,
            FavoriteItem::Project(_) => 3,
            FavoriteItem::Metric(_) => 4,
            FavoriteItem::View(_) => 5,
            FavoriteItem::Workbook(_) => 6,
            other => panic!("{other:?}"),
        };
        all[at].1.push(item);
    }
    Ok(all)
}

pub fn cases(g: &mut Goldens) {
    g.same("get", |s| by_kind(s, "u-1"));
    macro_rules! both {
        ($add:literal, $remove:literal, $Id:ident) => {
            g.same($add, |s| s.favorites().add("u-1", &$Id::from("x-1"), "R&D"));
            g.same($remove, |s| s.favorites().remove("u-1", &$Id::from("x-1")));
        };
    }
    both!("add_favorite_workbook", "delete_favorite_workbook", WorkbookId);
    both!("add_favorite_view", "delete_favorite_view", ViewId);
    both!("add_favorite_datasource", "delete_favorite_datasource", DatasourceId);
    both!("add_favorite_project", "delete_favorite_project", ProjectId);
    both!("add_favorite_flow", "delete_favorite_flow", FlowId);
    both!("add_favorite_metric", "delete_favorite_metric", MetricId);
    g.same("add_favorite", |s| s.favorites().add("u-1", &ViewId::from("x-1"), "R&D"));
    g.differs(
        "delete_favorite",
        "favorites-have-plural-paths",
        &["DELETE ~/favorites/u-1/views/x-1"],
        |s| s.favorites().remove("u-1", &ViewId::from("x-1")),
    );
}
