//! Reading comma-separated values.

use super::api_error::ApiError;

/// The rows of the file. Quoted fields can contain commas and line ends.
pub(super) fn rows(bytes: &[u8]) -> Result<Vec<Vec<String>>, ApiError> {
    let text =
        std::str::from_utf8(bytes).map_err(|_| ApiError::malformed("The file is not UTF-8."))?;
    let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            c => field.push(c),
        }
    }
    row.push(field);
    rows.push(row);
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
