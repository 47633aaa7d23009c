use std::io::{Cursor, Write};

use super::*;
use crate::ErrorKind;

const TWB: &str = "\u{feff}<?xml version='1.0' encoding='utf-8' ?>\n<!-- build 20241 -->\n\
    <workbook version='18.1'><datasources><datasource name='Orders'/></datasources>\
    <worksheets><worksheet name='Map &amp; List'/><worksheet name='Trend'/></worksheets>\
    <dashboards><dashboard name='Overview'/><dashboard name='Tour' type='storyboard'/>\
    </dashboards><windows><window class='worksheet' hidden='true' name='Trend'/>\
    <window class='dashboard' name='Overview'/></windows></workbook>";

struct File<'a> {
    name: &'a str,
    content: &'a [u8],
    is_deflated: bool,
    flags: u8,
    is_zip64: bool,
}

fn file<'a>(name: &'a str, content: &'a [u8]) -> File<'a> {
    File { name, content, is_deflated: true, flags: 0, is_zip64: false }
}

/// A zip archive with this comment, as packers write it.
fn zip(files: &[File<'_>], comment: &str) -> Vec<u8> {
    let u16 = |n: usize| u16::try_from(n).unwrap().to_le_bytes();
    let u32 = |n: usize| u32::try_from(n).unwrap().to_le_bytes();
    let u64 = |n: usize| (n as u64).to_le_bytes();
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for file in files {
        let mut packed = file.content.to_vec();
        if file.is_deflated {
            let level = flate2::Compression::default();
            let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), level);
            encoder.write_all(file.content).unwrap();
            packed = encoder.finish().unwrap();
        }
        let method = if file.is_deflated { 8 } else { 0 };
        let offset = out.len();
        let head = [20, 0, file.flags, 0, method, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        out.extend([&b"PK\x03\x04"[..], &head, &u32(packed.len())].concat());
        out.extend([&u32(file.content.len())[..], &u16(file.name.len()), &u16(3)].concat());
        out.extend([file.name.as_bytes(), b"abc", &packed].concat());
        let large = [0xff; 4];
        let (sizes, at, extra) = match file.is_zip64 {
            false => {
                let sizes = [u32(packed.len()), u32(file.content.len())].concat();
                (sizes, u32(offset), Vec::new())
            }
            true => {
                let numbers = [file.content.len(), packed.len(), offset].map(u64).concat();
                let extra = [&[9, 9, 1, 0, 7][..], &[1, 0, 24, 0], &numbers].concat();
                ([large, large].concat(), large, extra)
            }
        };
        directory.extend([&b"PK\x01\x02\x14\0"[..], &head, &sizes].concat());
        let lengths = [u16(file.name.len()), u16(extra.len()), u16(0)].concat();
        directory.extend([&lengths[..], &[0; 8], &at, file.name.as_bytes(), &extra].concat());
    }
    let (offset, size, count) = (out.len(), directory.len(), files.len());
    out.extend(directory);
    let is_zip64 = files.iter().any(|file| file.is_zip64);
    if is_zip64 {
        let end = out.len();
        out.extend([&b"PK\x06\x06"[..], &u64(44), &[45, 0, 45, 0], &[0; 8]].concat());
        out.extend([count, count, size, offset].map(u64).concat());
        out.extend([&b"PK\x06\x07"[..], &[0; 4], &u64(end), &[1, 0, 0, 0]].concat());
    }
    let (size, offset) = if is_zip64 { ([0xff; 4], [0xff; 4]) } else { (u32(size), u32(offset)) };
    let counts = [u16(count), u16(count)].concat();
    out.extend([&b"PK\x05\x06\0\0\0\0"[..], &counts, &size, &offset].concat());
    out.extend([&u16(comment.len())[..], comment.as_bytes()].concat());
    out
}

fn names(workbook: &[u8]) -> Vec<String> {
    sheets_in(Cursor::new(workbook)).unwrap().into_iter().map(|sheet| sheet.name).collect()
}

#[test]
fn reads_names_kinds_and_hidden_sheets() {
    let sheets = sheets_in(Cursor::new(TWB)).unwrap();
    let shown: Vec<_> =
        sheets.iter().map(|sheet| (&*sheet.name, sheet.kind.as_str(), sheet.is_hidden)).collect();
    let expected = [
        ("Map & List", "worksheet", false),
        ("Trend", "worksheet", true),
        ("Overview", "dashboard", false),
        ("Tour", "story", false),
    ];
    assert_eq!(shown, expected);
    assert_eq!(names(b"<workbook/>"), Vec::<String>::new());
}

#[test]
fn reads_workbooks_in_archives() {
    let twb = TWB.as_bytes();
    let other = b"<workbook><worksheets><worksheet name='other'/></worksheets></workbook>";
    let expected = names(twb);
    let stored = File { is_deflated: false, ..file("Sales.twb", twb) };
    let zip64 = File { is_zip64: true, ..file("Sales.twb", twb) };
    for archive in [
        zip(&[file("Sales.twb", twb)], ""),
        zip(&[file("Data/Sales.hyper", b"Hyper"), file("Sales.TWB", twb)], "a comment"),
        zip(&[file("backup/Old.twb", other), file("Sales.twb", twb)], ""),
        zip(&[file("__MACOSX/._Sales.twb", other), file("folder/Sales.twb", twb)], ""),
        zip(&[stored], &"long ".repeat(13_000)),
        zip(&[file("Data/a.csv", b"1,2"), zip64], "PK"),
    ] {
        assert_eq!(names(&archive), expected);
    }
}

#[test]
fn other_files_are_input_errors_that_say_what_they_are() {
    let twb = TWB.as_bytes();
    let whole = zip(&[file("Sales.twb", twb)], "");
    let encrypted = File { flags: 1, ..file("Sales.twb", twb) };
    let mut damaged = whole.clone();
    damaged[45..60].fill(0xff);
    let mut method = whole.clone();
    let directory = method.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    method[directory + 10] = 14;
    for (content, why) in [
        (b"".to_vec(), "neither XML nor a zip"),
        (b"plain text".to_vec(), "neither XML nor a zip"),
        (b"<datasource/>".to_vec(), "its content is <datasource>"),
        (b"<workbook><worksheets></workbook>".to_vec(), "not well-formed"),
        (b"<workbook name='\xff'/>".to_vec(), "not UTF-8"),
        (b"{}".to_vec(), "it is JSON"),
        (zip(&[file("Sales.tds", b"<datasource/>")], ""), "contains no .twb"),
        (zip(&[encrypted], ""), "encrypted"),
        (whole[..whole.len() / 2].to_vec(), "damaged"),
        (damaged, "damaged"),
        (method, "method 14"),
    ] {
        let error = sheets_in(Cursor::new(content)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{error:?}");
        assert!(error.to_string().contains(why), "{why}: {error}");
    }
    // The last two bytes are the length of the comment.
    for end in 0..whole.len() - 2 {
        assert!(sheets_in(Cursor::new(&whole[..end])).is_err(), "{end}");
    }
    let error = sheets("/nowhere/Sales.twbx").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io, "{error:?}");
    assert!(error.to_string().contains("/nowhere/Sales.twbx"), "{error}");
}
