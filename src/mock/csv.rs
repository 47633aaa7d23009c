//! Reading comma-separated values.

use super::api_error::ApiError;

/// The rows of the file that are not empty. Quoted fields can contain commas and line ends.
pub(super) fn rows(bytes: &[u8]) -> Result<Vec<Vec<String>>, ApiError> {
    let reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(bytes)
        .into_records();
    let rows = reader.map(|record| Ok(record?.iter().map(str::to_owned).collect()));
    let mut rows: Vec<Vec<String>> = rows
        .collect::<Result<_, csv::Error>>()
        .map_err(|_| ApiError::malformed("The file is not UTF-8."))?;
    rows.retain(|row| row.iter().any(|field| !field.trim().is_empty()));
    Ok(rows)
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads_quoted_fields() {
        let rows = super::rows(b"a,\"b, \"\"c\"\"\",\r\n\r\n d ,\"e\nf\"").unwrap();
        assert_eq!(rows, [vec!["a", "b, \"c\"", ""], vec![" d ", "e\nf"]]);
    }
}
