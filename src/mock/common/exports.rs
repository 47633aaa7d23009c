//! Exports of views as images, PDFs and data.

use crate::mock::files;
use crate::mock::prelude::*;

/// Checks the query parameters of an export.
pub(in crate::mock) fn check(ctx: &Context) -> Result<()> {
    if ctx.query("vizHeight").is_some() != ctx.query("vizWidth").is_some() {
        return Err(ApiError::bad("400003", "'vizHeight' and 'vizWidth' must be used together."));
    }
    for name in ["maxAge", "vizHeight", "vizWidth"] {
        let field = number(name).range(0, i64::from(u32::MAX));
        ctx.query(name).map(|value| field.check(value)).transpose()?;
    }
    if ctx.query("resolution").is_some_and(|r| !matches!(r, "high" | "standard")) {
        return Err(ApiError::bad("400003", "'resolution' must be 'high' or 'standard'."));
    }
    Ok(())
}

/// Returns a placeholder image with this title.
pub(in crate::mock) fn image(title: &str, ctx: &Context) -> Result<Response> {
    check(ctx)?;
    match one_of("format", "png svg").check(ctx.query("format").unwrap_or("png"))?.as_str() {
        "svg" => Ok(Response::bytes("image/svg+xml", files::svg(title))),
        _ => Ok(Response::bytes("image/png", files::png())),
    }
}

/// Returns a placeholder PDF with this title.
pub(in crate::mock) fn pdf(title: &str, ctx: &Context) -> Result<Response> {
    check(ctx)?;
    Ok(Response::bytes("application/pdf", files::pdf(title)))
}

/// Returns the data of a view as CSV: the rows that match the `vf_` parameters of the request.
pub(in crate::mock) fn data(view: &Record, ctx: &Context) -> Result<Response> {
    check(ctx)?;
    let query = ctx.request.query.iter();
    let filters: Vec<(&str, &str)> = query
        .filter_map(|(name, value)| Some((name.strip_prefix("vf_")?, value.as_str())))
        .collect();
    Ok(Response::bytes("text/csv;charset=UTF-8", files::csv(view.int("usage"), &filters)))
}
