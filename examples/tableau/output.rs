//! Tables for people, and the same as JSON for scripts.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde_json::Value;

/// The text of a value, or an empty text.
pub fn or_empty(value: Option<impl Display>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

pub struct Table {
    columns: &'static [&'static str],
    rows: Vec<Vec<Value>>,
}

impl Table {
    pub fn new(columns: &'static [&'static str]) -> Table {
        Table { columns, rows: Vec::new() }
    }

    pub fn row<const N: usize>(mut self, cells: [impl Into<Value>; N]) -> Table {
        self.push(cells);
        self
    }

    pub fn push<const N: usize>(&mut self, cells: [impl Into<Value>; N]) {
        assert_eq!(N, self.columns.len(), "a cell for each column");
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// The table in aligned columns, with a line of column names.
    pub fn text(&self) -> String {
        let text = |cell: &Value| cell.as_str().map_or_else(|| cell.to_string(), str::to_owned);
        let header = self.columns.iter().map(|name| name.to_uppercase()).collect();
        let mut lines: Vec<Vec<String>> = vec![header];
        lines.extend(self.rows.iter().map(|row| row.iter().map(text).collect()));
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max();
        let widths: Vec<usize> = (0..self.columns.len()).filter_map(width).collect();
        let mut out = String::new();
        for line in &lines {
            let mut text = String::new();
            for (cell, width) in line.iter().zip(&widths) {
                text += cell;
                text += &" ".repeat(width + 2 - cell.chars().count());
            }
            out += text.trim_end();
            out.push('\n');
        }
        out
    }

    /// An array with an object for each row.
    pub fn json(&self) -> anyhow::Result<String> {
        let rows: Vec<BTreeMap<&str, &Value>> =
            self.rows.iter().map(|row| self.columns.iter().copied().zip(row).collect()).collect();
        Ok(serde_json::to_string_pretty(&rows)? + "\n")
    }
}
