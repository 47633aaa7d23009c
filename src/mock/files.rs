//! File formats: reading published workbooks, data sources and flows, and writing sample files.

use std::borrow::Cow;
use std::io::Read;

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
}

/// Maximum unpacked size of a file in an archive.
const MAX_UNPACKED: u64 = 64 << 20;

/// Reads a `.twb`, `.twbx`, `.tds`, `.tdsx`, `.tfl` or `.tflx` file; `None` if it is none of them.
pub(super) fn read(bytes: &[u8]) -> Option<Inside> {
    let (inner, packed) = if bytes.starts_with(b"PK\x03\x04") {
        (Cow::Owned(unpack(bytes, &[".twb", ".tds", "flow"])?), true)
    } else {
        (Cow::Borrowed(bytes), false)
    };
    let text = std::str::from_utf8(&inner).ok()?;
    if text.trim_start().starts_with('{') {
        return flow(text);
    }
    let document = roxmltree::Document::parse(text.trim_start_matches('\u{feff}')).ok()?;
    let root = document.root_element();
    let mut inside = Inside { has_extracts: packed && has_extract(bytes), ..Inside::default() };
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

/// A file of an archive.
struct Entry<'a> {
    name: &'a [u8],
    method: u16,
    size: usize,
    /// The offset of its header.
    offset: usize,
}

fn entries(archive: &[u8]) -> Option<Vec<Entry<'_>>> {
    let u16_at = |at: usize| Some(u16::from_le_bytes(archive.get(at..at + 2)?.try_into().ok()?));
    let u32_at = |at: usize| Some(u32::from_le_bytes(archive.get(at..at + 4)?.try_into().ok()?));
    // The end of the directory is followed only by a comment of at most 65,535 bytes.
    let from = archive.len().saturating_sub(22 + 65_535);
    let end = archive[from..].windows(4).rposition(|window| window == b"PK\x05\x06")? + from;
    let count = u16_at(end + 10)?;
    let mut at = usize::try_from(u32_at(end + 16)?).ok()?;
    let mut entries = Vec::new();
    for _ in 0..count {
        if archive.get(at..at + 4)? != b"PK\x01\x02" {
            return None;
        }
        let (name, extra, comment) = (u16_at(at + 28)?, u16_at(at + 30)?, u16_at(at + 32)?);
        let name = archive.get(at + 46..at + 46 + usize::from(name))?;
        let size = usize::try_from(u32_at(at + 20)?).ok()?;
        let offset = usize::try_from(u32_at(at + 42)?).ok()?;
        entries.push(Entry { name, method: u16_at(at + 10)?, size, offset });
        at += 46 + name.len() + usize::from(extra) + usize::from(comment);
    }
    Some(entries)
}

fn has_extract(archive: &[u8]) -> bool {
    entries(archive).is_some_and(|entries| {
        entries.iter().any(|e| e.name.ends_with(b".hyper") || e.name.ends_with(b".tde"))
    })
}

fn unpack(archive: &[u8], endings: &[&str]) -> Option<Vec<u8>> {
    let Entry { method, size, offset, .. } = entries(archive)?
        .into_iter()
        .find(|entry| endings.iter().any(|ending| entry.name.ends_with(ending.as_bytes())))?;
    let u16_at = |at: usize| Some(u16::from_le_bytes(archive.get(at..at + 2)?.try_into().ok()?));
    let names = usize::from(u16_at(offset + 26)?) + usize::from(u16_at(offset + 28)?);
    let start = offset + 30 + names;
    let packed = archive.get(start..start.checked_add(size)?)?;
    match method {
        0 => Some(packed.to_vec()),
        8 => {
            let mut unpacked = Vec::new();
            let mut reader = flate2::read::DeflateDecoder::new(packed).take(MAX_UNPACKED + 1);
            reader.read_to_end(&mut unpacked).ok()?;
            (unpacked.len() as u64 <= MAX_UNPACKED).then_some(unpacked)
        }
        _ => None,
    }
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

/// An image of one transparent pixel.
pub(super) fn png() -> Vec<u8> {
    vec![
        0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0,
        0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 13, b'I', b'D', b'A',
        b'T', 0x78, 0x9c, 0x63, 0, 1, 0, 0, 5, 0, 1, 0x0d, 0x0a, 0x2d, 0xb4, 0, 0, 0, 0, b'I',
        b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
    ]
}

pub(super) fn svg(title: &str) -> Vec<u8> {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\"><title>{}</title></svg>",
        Escaped(title)
    )
    .into_bytes()
}

/// One empty page, with a title.
pub(super) fn pdf(title: &str) -> Vec<u8> {
    let title: String = title
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .collect();
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>".to_owned(),
        format!("<</Title({title})>>"),
    ];
    let mut text = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        places.push(text.len());
        text.push_str(&format!("{} 0 obj\n{object}\nendobj\n", at + 1));
    }
    let table = text.len();
    text.push_str("xref\n0 5\n0000000000 65535 f \n");
    for place in places {
        text.push_str(&format!("{place:010} 00000 n \n"));
    }
    text.push_str(&format!(
        "trailer\n<</Size 5/Root 1 0 R/Info 4 0 R>>\nstartxref\n{table}\n%%EOF\n"
    ));
    text.into_bytes()
}

/// A view's data as far as the filters by column accept it; `usage` makes views differ.
pub(super) fn csv(usage: u64, filters: &[(&str, &str)]) -> Vec<u8> {
    let mut text = "Region,Measure Names,Measure Values\r\n".to_owned();
    for (at, region) in ["East", "North", "South", "West"].into_iter().enumerate() {
        let accepts = |(name, values): &(&str, &str)| {
            *name != "Region" || values.is_empty() || values.split(',').any(|v| v == region)
        };
        if filters.iter().all(accepts) {
            let value = (usage + 1) * 100 + at as u64;
            text.push_str(&format!("{region},Sales,{value}\r\n"));
        }
    }
    text.into_bytes()
}

/// A view's data as an Excel file.
pub(super) fn xlsx(usage: u64) -> Vec<u8> {
    const TYPES: &str = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/><Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/></Types>";
    const ROOT: &str = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";
    const BOOK: &str = "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"Sheet1\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>";
    const BOOK_PARTS: &str = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>";
    let rows: String = String::from_utf8_lossy(&csv(usage, &[]))
        .lines()
        .map(|line| {
            let cells: String = line
                .split(',')
                .map(|cell| format!("<c t=\"inlineStr\"><is><t>{}</t></is></c>", Escaped(cell)))
                .collect();
            format!("<row>{cells}</row>")
        })
        .collect();
    let sheet = format!(
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{rows}</sheetData></worksheet>"
    );
    zip(&[
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", ROOT.as_bytes()),
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", BOOK_PARTS.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

/// A PowerPoint archive with a title and no slides.
pub(super) fn pptx(title: &str) -> Vec<u8> {
    let core = format!(
        "<coreProperties xmlns=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\"><title xmlns=\"http://purl.org/dc/elements/1.1/\">{}</title></coreProperties>",
        Escaped(title)
    );
    zip(&[("docProps/core.xml", core.as_bytes())])
}

/// An archive of uncompressed files.
fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes();
        let place = u32::try_from(out.len()).unwrap_or(u32::MAX).to_le_bytes();
        let name_size = u16::try_from(name.len()).unwrap_or(u16::MAX).to_le_bytes();
        // Version 2.0, no flags, stored, at midnight on 1 January 1980.
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        common.extend(crc.sum().to_le_bytes());
        common.extend([size, size].concat());
        common.extend(name_size);
        common.extend([0, 0]);
        out.extend(b"PK\x03\x04");
        out.extend(&common);
        out.extend(name.as_bytes());
        out.extend_from_slice(bytes);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(place);
        directory.extend(name.as_bytes());
    }
    let count = u16::try_from(files.len()).unwrap_or(u16::MAX).to_le_bytes();
    let size = u32::try_from(directory.len()).unwrap_or(u32::MAX).to_le_bytes();
    let place = u32::try_from(out.len()).unwrap_or(u32::MAX).to_le_bytes();
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([count, count].concat());
    out.extend([size, place].concat());
    out.extend([0, 0]);
    out
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
    fn reads_flows_and_archives() {
        let packed = tflx("Orders");
        let inside = read(&packed).unwrap();
        let [connection] = &inside.connections[..] else { panic!("{inside:?}") };
        assert_eq!((&*connection.class, &*connection.of), ("sqlserver", "Orders"));
        assert_eq!(read(&unpack(&packed, &["flow"]).unwrap()).unwrap(), inside);
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
