//! Extracts in files: removing them, and detecting that one is missing.

use super::archive::{Archive, zip};
use crate::xml::Escaped;

/// Whether a file of an archive is an extract.
pub(super) fn is_extract(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".hyper", ".tde"].iter().any(|ending| name.ends_with(ending))
}

/// Whether a document refers to an extract that is not a file of its archive.
pub(super) fn lacks_extract(
    document: roxmltree::Node<'_, '_>,
    archive: Option<&Archive<'_>>,
) -> bool {
    fn file(path: &str) -> &str {
        path.rsplit(['/', '\\']).next().unwrap_or(path)
    }
    let extracts = document.descendants().filter(|node| node.has_tag_name("extract"));
    let enabled = extracts.filter(|extract| extract.attribute("enabled") != Some("false"));
    let mut paths = enabled
        .flat_map(|extract| extract.children())
        .filter_map(|connection| connection.attribute("dbname"))
        .filter(|path| is_extract(path));
    paths.any(|path| {
        !archive.is_some_and(|archive| archive.names().any(|name| file(name) == file(path)))
    })
}

/// `<extract>`, as in the document of a data source.
fn reference(path: &str) -> String {
    let path = Escaped(path);
    format!("<extract enabled='true'><connection class='hyper' dbname=\"{path}\"/></extract>")
}

/// The archive of a document and an extract. The document refers to the extract.
pub(in crate::mock) fn with_extract(name: &str, document: &[u8]) -> Vec<u8> {
    const EXTRACT: &str = "Data/Extracts/sample.hyper";
    let document = add_reference(document, EXTRACT).unwrap_or_else(|| document.to_vec());
    zip(&[(name, &document), (EXTRACT, b"HyPer")])
}

/// The file without its extracts, and its extension; `None` if it has none. Like a file of Tableau
/// Server, it still refers to them.
pub(in crate::mock) fn without_extracts(
    name: &str,
    extension: &'static str,
    bytes: &[u8],
) -> Option<(&'static str, Vec<u8>)> {
    if matches!(extension, "hyper" | "tde" | "parquet") {
        let extract = reference(&format!("Data/Extracts/{name}.hyper"));
        let document = format!(
            "<?xml version='1.0' encoding='utf-8' ?>\n<datasource caption=\"{}\">{extract}</datasource>\n",
            Escaped(name)
        );
        return Some(("tds", document.into_bytes()));
    }
    let archive = Archive::open(bytes)?;
    let extract = archive.names().find(|name| is_extract(name))?;
    let document = archive.document()?;
    let mut files = Vec::new();
    for name in archive.names().filter(|name| !is_extract(name)) {
        let mut file = archive.file(name)?;
        if name == document {
            file = add_reference(&file, extract)?;
        }
        files.push((name, file));
    }
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, file)| (*name, &file[..])).collect();
    Some((extension, zip(&files)))
}

/// Adds an `<extract>` at the end of a document that does not refer to an extract yet.
fn add_reference(document: &[u8], path: &str) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(document).ok()?;
    let tree = roxmltree::Document::parse(text.trim_start_matches('\u{feff}')).ok()?;
    let root = tree.root_element();
    if lacks_extract(root, None) {
        return Some(document.to_vec());
    }
    let (start, end) = (root.range().start, root.range().end);
    let text = tree.input_text();
    let (before, close) = match text[start..end].strip_suffix("/>") {
        Some(empty) => (format!("{empty}>"), format!("</{}>", root.tag_name().name())),
        None => {
            let at = text[start..end].rfind("</")?;
            (text[start..start + at].to_owned(), text[start + at..end].to_owned())
        }
    };
    let reference = reference(path);
    Some(format!("{}{before}{reference}{close}{}", &text[..start], &text[end..]).into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::files::read;

    #[test]
    fn leaves_extracts_out_and_keeps_the_reference() {
        let image: &[u8] = b"\x89PNG";
        for document in ["<workbook/>", "<workbook> <worksheets/> </workbook>\n"] {
            let files =
                [("w.twb", document.as_bytes()), ("Data/x.hyper", b"x"), ("Image/i.png", image)];
            let packed = zip(&files);
            assert!(!read(&packed).unwrap().lacks_extract);
            let (extension, bytes) = without_extracts("w", "twbx", &packed).unwrap();
            let archive = Archive::open(&bytes).unwrap();
            assert_eq!(extension, "twbx");
            assert!(archive.names().eq(["w.twb", "Image/i.png"]));
            assert_eq!(archive.file("Image/i.png").unwrap(), image);
            let inside = read(&bytes).unwrap();
            assert!(inside.lacks_extract && !inside.has_extracts);
            assert_eq!(without_extracts("w", "twbx", &bytes), None);
        }
        let (extension, document) = without_extracts("R&D", "hyper", b"HyPer").unwrap();
        assert_eq!(extension, "tds");
        assert!(read(&document).unwrap().lacks_extract);
    }

    #[test]
    fn detects_a_missing_extract() {
        let document = "<datasource><extract enabled='true'><connection class='hyper' \
            dbname='C:\\Data\\orders.hyper'/></extract></datasource>";
        let lacks = |bytes: &[u8]| read(bytes).unwrap().lacks_extract;
        assert!(lacks(document.as_bytes()));
        assert!(!lacks(document.replace("'true'", "'false'").as_bytes()));
        assert!(!lacks(document.replace("orders.hyper", "orders").as_bytes()));
        let archive = |extract| zip(&[("o.tds", document.as_bytes()), (extract, b"HyPer")]);
        assert!(!lacks(&archive("Data/Extracts/orders.hyper")));
        assert!(lacks(&archive("Data/Extracts/other.hyper")));
    }

    #[test]
    fn samples_contain_their_extracts() {
        let inside = read(&with_extract("o.tds", &crate::mock::files::tds("Orders"))).unwrap();
        assert!(inside.has_extracts && !inside.lacks_extract);
        assert_eq!(inside.connections.len(), 1);
    }
}
