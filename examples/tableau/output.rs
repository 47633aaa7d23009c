//! Tables for people, and the same as JSON for scripts.

use std::collections::BTreeMap;
use std::fmt::Display;

/// The text of a value, or an empty text.
pub fn or_empty(value: Option<impl Display>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

pub struct Table {
    columns: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(columns: &'static [&'static str]) -> Table {
        Table { columns, rows: Vec::new() }
    }

    pub fn row<const N: usize>(mut self, cells: [String; N]) -> Table {
        self.push(cells);
        self
    }

    pub fn push<const N: usize>(&mut self, cells: [String; N]) {
        assert_eq!(N, self.columns.len(), "a cell for each column");
        self.rows.push(cells.into());
    }

    /// The table in aligned columns, with a line of column names.
    pub fn text(&self) -> String {
        let header: Vec<String> = self.columns.iter().map(|name| name.to_uppercase()).collect();
        let lines = || std::iter::once(&header).chain(&self.rows);
        let widths: Vec<usize> = (0..header.len())
            .map(|column| lines().map(|line| line[column].chars().count()).max().unwrap_or(0))
            .collect();
        let mut out = String::new();
        for line in lines() {
            let cells: Vec<String> =
                line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            out += cells.join("  ").trim_end();
            out.push('\n');
        }
        out
    }

    /// An array with an object for each row.
    pub fn json(&self) -> anyhow::Result<String> {
        let rows: Vec<BTreeMap<&str, &String>> =
            self.rows.iter().map(|row| self.columns.iter().copied().zip(row).collect()).collect();
        Ok(serde_json::to_string_pretty(&rows)? + "\n")
    }
}
