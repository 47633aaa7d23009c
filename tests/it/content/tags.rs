//! Tags.

use tableau_server_client as tsc;

use super::{Nothing, Xml, expect_error, talk};

#[test]
fn sends_tags_to_every_kind_of_content() {
    let responses = || Xml("<tags><tag label='a'/><tag label='b c'/></tags>");
    let (_, lines) = talk((0..8).map(|_| responses()), |session| {
        session.tags(&tsc::WorkbookId::from("1")).add(["a"]).unwrap();
        session.tags(&tsc::ViewId::from("2")).add(["a"]).unwrap();
        session.tags(&tsc::DatasourceId::from("3")).add(["a"]).unwrap();
        session.tags(&tsc::FlowId::from("4")).add(["a"]).unwrap();
        session.tags(&tsc::DatabaseId::from("5")).add(["a"]).unwrap();
        session.tags(&tsc::TableId::from("6")).add(["a"]).unwrap();
        session.tags(&tsc::ColumnId::from("7")).add(["a"]).unwrap();
        let labels = session.tags(&tsc::VirtualConnectionId::from("8")).add(["a"]).unwrap();
        assert_eq!(labels, ["a", "b c"]);
    });
    let body = "<r><tags><tag label=\"a\"/></tags></r>";
    assert_eq!(
        lines,
        [
            "workbooks/1",
            "views/2",
            "datasources/3",
            "flows/4",
            "databases/5",
            "tables/6",
            "columns/7",
            "virtualconnections/8"
        ]
        .map(|path| format!("PUT {path}/tags {body}"))
    );
}

#[test]
fn quotes_labels_with_separators() {
    let id = tsc::WorkbookId::from("w");
    let (_, lines) = talk([Xml("<tags/>"), Nothing, Nothing, Nothing], |session| {
        let labels = ["two words", "x,y", "50%", "a/b", "a/b"];
        session.tags(&id).add(labels).unwrap();
        session.tags(&id).remove(["two words", "50%", "a/b"]).unwrap();
        assert!(session.tags(&id).add([] as [&str; 0]).unwrap().is_empty());
    });
    assert_eq!(
        lines,
        [
            "PUT workbooks/w/tags <r><tags><tag label=\"&quot;two words&quot;\"/>\
             <tag label=\"&quot;x,y&quot;\"/><tag label=\"50%\"/><tag label=\"a/b\"/></tags></r>",
            "DELETE workbooks/w/tags/two%20words",
            "DELETE workbooks/w/tags/50%25",
            "DELETE workbooks/w/tags/a%2Fb",
        ]
    );
    for label in ["", "  ", "say \"hi\" now"] {
        expect_error("3.30", tsc::ErrorKind::Input, |session| {
            session.tags(&id).add(["fine", label])
        });
    }
    let error = expect_error("3.8", tsc::ErrorKind::Version, |session| {
        session.tags(&tsc::TableId::from("t")).add(["a"])
    });
    assert!(error.contains("needs REST API 3.9"), "{error}");
}

#[test]
fn set_sends_only_the_difference() {
    let view = "<view id='v' name='n'><workbook id='w'><tags><tag label='not this'/></tags>\
                </workbook><tags><tag label='keep'/><tag label='drop me'/></tags></view>";
    let response = || Xml("<tags><tag label='new'/></tags>");
    let (_, lines) =
        talk([Xml(view), Nothing, response(), Xml(view), Nothing, response()], |session| {
            let id = tsc::ViewId::from("v");
            session.tags(&id).set(["keep", "new"]).unwrap();
            session.tags(&id).set(["keep", "drop me"]).unwrap();
            session.tags(&id).replace(["a", "b"], ["b", "c"]).unwrap();
            session.tags(&id).replace(["a"], ["a"]).unwrap();
        });
    assert_eq!(
        lines,
        [
            "GET views/v",
            "DELETE views/v/tags/drop%20me",
            "PUT views/v/tags <r><tags><tag label=\"new\"/></tags></r>",
            "GET views/v",
            "DELETE views/v/tags/a",
            "PUT views/v/tags <r><tags><tag label=\"c\"/></tags></r>",
        ]
    );
    // Invalid labels are rejected before any is removed.
    expect_error("3.30", tsc::ErrorKind::Input, |session| {
        session.tags(&tsc::ViewId::from("v")).replace(["a"], [""])
    });
}

#[test]
fn adds_tags_in_batches() {
    let workbooks = [tsc::WorkbookId::from("1"), "2".into()];
    let (_, lines) =
        talk([Xml("<tagBatch><tags><tag label='a b'/></tags></tagBatch>"), Nothing], |session| {
            let batch = session
                .tag_batch()
                .on_all(&workbooks)
                .on(&tsc::DatasourceId::from("3"))
                .on(&tsc::ColumnId::from("4"));
            assert_eq!(batch.add(["a b"]).unwrap(), ["a b"]);
            batch.remove(["x"]).unwrap();
        });
    let contents = "<contents><content id=\"1\" contentType=\"Workbook\"/>\
                    <content id=\"2\" contentType=\"Workbook\"/>\
                    <content id=\"3\" contentType=\"Datasource\"/>\
                    <content id=\"4\" contentType=\"Column\"/></contents>";
    assert_eq!(
        lines,
        [
            format!(
                "PUT tags:batchCreate <r><tagBatch><tags><tag label=\"&quot;a b&quot;\"/></tags>\
                 {contents}</tagBatch></r>"
            ),
            format!(
                "DELETE tags:BatchDelete <r><tagBatch><tags><tag label=\"x\"/></tags>{contents}\
                 </tagBatch></r>"
            ),
        ]
    );
    expect_error("3.30", tsc::ErrorKind::Input, |session| session.tag_batch().add(["a"]));
    expect_error("3.30", tsc::ErrorKind::Input, |session| {
        session.tag_batch().on(&workbooks[0]).remove([] as [&str; 0])
    });
}
