//! Exports of views and workbooks: small valid files.

use super::archive::zip;
use crate::xml::Escaped;

/// An image of one transparent pixel.
pub(in crate::mock) fn png() -> Vec<u8> {
    vec![
        0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0,
        0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 13, b'I', b'D', b'A',
        b'T', 0x78, 0x9c, 0x63, 0, 1, 0, 0, 5, 0, 1, 0x0d, 0x0a, 0x2d, 0xb4, 0, 0, 0, 0, b'I',
        b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
    ]
}

pub(in crate::mock) fn svg(title: &str) -> Vec<u8> {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\"><title>{}</title></svg>",
        Escaped(title)
    )
    .into_bytes()
}

/// One empty page, with a title.
pub(in crate::mock) fn pdf(title: &str) -> Vec<u8> {
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

/// A view's data, filtered by column. `usage` makes the data of views differ.
pub(in crate::mock) fn csv(usage: u64, filters: &[(&str, &str)]) -> Vec<u8> {
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
pub(in crate::mock) fn xlsx(usage: u64) -> Vec<u8> {
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
pub(in crate::mock) fn pptx(title: &str) -> Vec<u8> {
    let core = format!(
        "<coreProperties xmlns=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\"><title xmlns=\"http://purl.org/dc/elements/1.1/\">{}</title></coreProperties>",
        Escaped(title)
    );
    zip(&[("docProps/core.xml", core.as_bytes())])
}
