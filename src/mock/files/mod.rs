//! File formats: reading published workbooks, data sources and flows, and writing sample files.

mod archive;
mod exports;
mod extracts;

use std::borrow::Cow;

use archive::{Archive, zip};
pub(super) use exports::{csv, pdf, png, pptx, svg, xlsx};
use extracts::{is_extract, lacks_extract};
pub(super) use extracts::{with_extract, without_extracts};

use crate::xml::Escaped;

/// A connection in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// The name of its data source.
    pub(super) of: String,
    pub(super) class: String,
    pub(super) server: String,
    pub(super) port: String,
    pub(super) user: String,
    pub(super) database: String,
}

/// The contents of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Inside {
    /// Name and type of each: `view`, `dashboard` or `story`.
    pub(super) sheets: Vec<(String, &'static str)>,
    pub(super) connections: Vec<Found>,
    pub(super) has_extracts: bool,
    /// Whether it refers to an extract that it does not contain.
    pub(super) lacks_extract: bool,
}

/// Reads a `.twb`, `.twbx`, `.tds`, `.tdsx`, `.tfl` or `.tflx` file; `None` for other files.
pub(super) fn read(bytes: &[u8]) -> Option<Inside> {
    let archive = Archive::open(bytes);
    let document = match &archive {
        Some(archive) => Cow::Owned(archive.file(archive.document()?)?),
        None => Cow::Borrowed(bytes),
    };
    let text = std::str::from_utf8(&document).ok()?;
    if text.trim_start().starts_with('{') {
        return flow(text);
    }
    let document = roxmltree::Document::parse(text.trim_start_matches('\u{feff}')).ok()?;
    let root = document.root_element();
    let mut inside = Inside {
        has_extracts: archive.as_ref().is_some_and(|archive| archive.names().any(is_extract)),
        lacks_extract: lacks_extract(root, archive.as_ref()),
        ..Inside::default()
    };
    let is = |node: &roxmltree::Node<'_, '_>, name| node.has_tag_name(name);
    match root.tag_name().name() {
        "workbook" => {
            let below = |parent, child| {
                root.children()
                    .filter(move |node| is(node, parent))
                    .flat_map(|node| node.children())
                    .filter(move |node| is(node, child))
            };
            let sheet = |node: roxmltree::Node<'_, '_>, kind| {
                let story = node.attribute("type") == Some("storyboard");
                Some((node.attribute("name")?.to_owned(), if story { "story" } else { kind }))
            };
            let sheets = below("worksheets", "worksheet").map(|node| (node, "view"));
            let dashboards = below("dashboards", "dashboard").map(|node| (node, "dashboard"));
            let all = sheets.chain(dashboards).filter_map(|(node, kind)| sheet(node, kind));
            inside.sheets.extend(all);
            for datasource in below("datasources", "datasource") {
                inside.connections.extend(connections(datasource));
            }
        }
        "datasource" => inside.connections = connections(root),
        _ => return None,
    }
    Some(inside)
}

// The connections of a flow are the members of one JSON object.
fn flow(text: &str) -> Option<Inside> {
    let flow: serde_json::Value = serde_json::from_str(text).ok()?;
    let connections = flow.get("connections").and_then(|all| all.as_object());
    let found = |connection: &serde_json::Value| {
        let attributes = &connection["connectionAttributes"];
        let says = |name: &str| attributes[name].as_str().unwrap_or_default().to_owned();
        Found {
            of: connection["name"].as_str().unwrap_or_default().to_owned(),
            class: says("class"),
            server: says("server"),
            port: says("port"),
            user: says("username"),
            database: says("dbname"),
        }
    };
    let connections = connections.into_iter().flat_map(|all| all.values()).map(found).collect();
    Some(Inside { connections, ..Inside::default() })
}

fn connections(datasource: roxmltree::Node<'_, '_>) -> Vec<Found> {
    let caption = datasource.attribute("caption").or_else(|| datasource.attribute("name"));
    let of = caption.or_else(|| datasource.attribute("formatted-name")).unwrap_or_default();
    datasource
        .children()
        .filter(|node| node.has_tag_name("connection"))
        .flat_map(|connection| {
            // A federated connection consists of named connections.
            let named: Vec<_> = connection
                .descendants()
                .filter(|node| node.has_tag_name("named-connection"))
                .filter_map(|node| node.children().find(|child| child.has_tag_name("connection")))
                .collect();
            if named.is_empty() { vec![connection] } else { named }
        })
        .map(|connection| {
            let says = |name| connection.attribute(name).unwrap_or_default().to_owned();
            Found {
                of: of.to_owned(),
                class: says("class"),
                server: says("server"),
                port: says("port"),
                user: says("username"),
                database: says("dbname"),
            }
        })
        .collect()
}

/// A workbook file that describes its sheets and one connection.
pub(super) fn twb<'a>(
    name: &str,
    sheets: impl Iterator<Item = (&'a str, &'a str)> + Clone,
) -> Vec<u8> {
    let tags = |are_views: bool, tag: &str| -> String {
        let of_kind = sheets.clone().filter(|(_, kind)| (*kind == "view") == are_views);
        of_kind.map(|(sheet, _)| format!("<{tag} name=\"{}\"/>", Escaped(sheet))).collect()
    };
    let (worksheets, dashboards) = (tags(true, "worksheet"), tags(false, "dashboard"));
    let connection = connection_xml(name);
    format!(
        "<?xml version='1.0' encoding='utf-8' ?>\n<workbook version='18.1'>\
         <datasources>{connection}</datasources><worksheets>{worksheets}</worksheets>\
         <dashboards>{dashboards}</dashboards></workbook>\n",
    )
    .into_bytes()
}

/// A data source's file.
pub(super) fn tds(name: &str) -> Vec<u8> {
    let xml = connection_xml(name);
    format!("<?xml version='1.0' encoding='utf-8' ?>\n{xml}\n").into_bytes()
}

/// A flow's file: an archive of JSON that describes its connection.
pub(super) fn tflx(name: &str) -> Vec<u8> {
    let flow = serde_json::json!({
        "connections": {
            "1": {
                "name": name,
                "connectionAttributes": {
                    "class": "sqlserver",
                    "server": "db.example.com",
                    "port": "1433",
                    "username": "reporting",
                    "dbname": "warehouse",
                },
            },
        },
    });
    zip(&[("flow", flow.to_string().as_bytes())])
}

fn connection_xml(name: &str) -> String {
    format!(
        "<datasource caption=\"{}\" version='18.1'><connection class='federated'>\
         <named-connections><named-connection name='sqlserver.1'><connection class='sqlserver' \
         server='db.example.com' port='1433' username='reporting' dbname='warehouse'/>\
         </named-connection></named-connections></connection></datasource>",
        Escaped(name)
    )
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const TWB: &str = "<workbook><datasources><datasource name='Parameters'/>\
        <datasource caption='Orders'><connection class='federated'><named-connections>\
        <named-connection><connection class='postgres' server='h' port='5432' username='u' dbname='d'/>\
        </named-connection></named-connections></connection></datasource></datasources>\
        <worksheets><worksheet name='One'/><worksheet name='R&amp;D'/></worksheets>\
        <dashboards><dashboard name='All'/><dashboard name='Why' type='storyboard'/></dashboards></workbook>";

    #[test]
    fn reads_workbooks_and_archives() {
        let inside = read(TWB.as_bytes()).unwrap();
        let sheets = [("One", "view"), ("R&D", "view"), ("All", "dashboard"), ("Why", "story")];
        assert_eq!(inside.sheets, sheets.map(|(name, kind)| (name.to_owned(), kind)));
        assert_eq!(inside.connections.len(), 1);
        assert_eq!(inside.connections[0].class, "postgres");
        assert_eq!(inside.connections[0].of, "Orders");
        let packed = zip(&[("Data/x.hyper", b"x"), ("w.twb", TWB.as_bytes())]);
        assert_eq!(read(&packed).unwrap(), Inside { has_extracts: true, ..inside });
    }

    #[test]
    fn reads_the_workbook_among_other_documents() {
        let expected = read(TWB.as_bytes()).unwrap();
        let datasource = tds("Orders");
        let fork: &[u8] = b"\0\x05\x16\x07\0\x02";
        for others in [
            &[("Data/Datasources/x.tds", &datasource[..])][..],
            &[("__MACOSX/._w.twb", fork), ("._w.twb", fork)],
            &[("Old/v.twb", b"<workbook/>"), ("workflow", b"{}")],
        ] {
            let archive = zip(&[others, &[("w.twb", TWB.as_bytes())]].concat());
            assert_eq!(read(&archive).unwrap(), expected, "{others:?}");
        }
    }

    #[test]
    fn reads_flows_and_archives() {
        let packed = tflx("Orders");
        let inside = read(&packed).unwrap();
        let [connection] = &inside.connections[..] else { panic!("{inside:?}") };
        assert_eq!((&*connection.class, &*connection.of), ("sqlserver", "Orders"));
        let document = Archive::open(&packed).unwrap().file("flow").unwrap();
        assert_eq!(read(&document).unwrap(), inside);
        assert_eq!(read(b"{}").unwrap(), Inside::default());
        assert_eq!(read(b"{\"connections\": 1}").unwrap(), Inside::default());
        assert_eq!(read(b"{"), None);
    }

    #[test]
    fn reads_deflated_files() {
        let mut encoder =
            flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(TWB.as_bytes()).unwrap();
        let packed = encoder.finish().unwrap();
        let mut archive = zip(&[("w.twb", &packed)]);
        // The compression method is in both headers.
        let directory = archive.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
        (archive[8], archive[directory + 10]) = (8, 8);
        assert_eq!(read(&archive).unwrap().sheets.len(), 4);
    }

    #[test]
    fn rejects_other_files() {
        let archive = zip(&[("w.twb", TWB.as_bytes())]);
        for end in 0..archive.len() {
            let _ = read(&archive[..end]);
        }
        for bytes in [&b""[..], b"PK\x03\x04wb", b"<other/>", b"\xff", b"<!DOCTYPE a><workbook/>"] {
            assert_eq!(read(bytes), None);
        }
    }
}
