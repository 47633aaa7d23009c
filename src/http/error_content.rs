//! [`ErrorContent`]: the formats of Tableau's errors in XML and JSON.

use serde_json::{Value, json};
use ureq::http::HeaderMap;

use crate::error::{ErrorResponse, ErrorWarning, is_code};
use crate::redact::Redactor;
use crate::text::{cut, one_line};
use crate::xml::{self, Node, Reports};
use crate::{Error, ErrorKind};

/// Maximum length in bytes of each part of a Tableau error.
const SUMMARY: usize = 200;
const DETAIL: usize = 700;

/// Maximum size of a JSON error. Parsing a large body takes many times its size in memory.
pub(super) const MAX_JSON_ERROR: usize = 64 << 10;

/// Maximum number of warnings that are kept with an error.
const MAX_WARNINGS: usize = 1000;

/// The content of a Tableau error.
#[derive(Default)]
pub(super) struct ErrorContent {
    pub(super) code: Option<String>,
    summary: Option<String>,
    detail: Option<String>,
    warnings: Vec<ErrorWarning>,
}

impl ErrorContent {
    pub(super) fn from_xml(text: &str) -> Option<ErrorContent> {
        let document = xml::parse(text).ok()?;
        ErrorContent::from_root(Node::root(&document, &Reports::default()).ok()?)
    }

    pub(super) fn from_root(root: Node<'_>) -> Option<ErrorContent> {
        let error = root.find("error")?;
        Some(ErrorContent {
            code: error.attr("code").ok()?,
            summary: error.find("summary").map(Node::text),
            detail: error.find("detail").map(Node::text),
            // Present in addition to the error if part of the request was carried out.
            warnings: root
                .items("warnings", "warning", MAX_WARNINGS)
                .unwrap_or_default()
                .into_iter()
                .map(|warning| {
                    let text = |name| warning.attribute(name).map(str::to_owned);
                    ErrorWarning::new(text("id"), text("errorCode"), text("message"))
                })
                .collect(),
        })
    }

    pub(super) fn from_json(text: &str) -> Option<ErrorContent> {
        if text.len() > MAX_JSON_ERROR {
            return None;
        }
        let json: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
        let Some(error) = json.get("error") else {
            // The VizQL Data Service.
            let code = text_of(&json, "errorCode").filter(|code| is_code(code))?;
            return Some(ErrorContent {
                code: Some(code),
                summary: text_of(&json, "message"),
                detail: json.get("debug").filter(|debug| !debug.is_null()).map(debug_text),
                ..ErrorContent::default()
            });
        };
        Some(ErrorContent {
            code: Some(text_of(error, "code")?),
            summary: text_of(error, "summary"),
            detail: text_of(error, "detail"),
            ..ErrorContent::default()
        })
    }

    /// Reads the formats that only the operations below `/api/-/` and the Metadata API use.
    pub(super) fn from_json_api(
        text: &str,
        address: &str,
        headers: &HeaderMap,
    ) -> Option<ErrorContent> {
        let path = address.split('?').next().unwrap_or_default();
        let (is_dash, is_metadata) = (path.contains("/api/-/"), path.contains("/api/metadata/"));
        if text.len() > MAX_JSON_ERROR || !(is_dash || is_metadata) {
            return None;
        }
        let json: Value = serde_json::from_str(text).ok()?;
        if is_metadata {
            return ErrorContent::from_graphql(json.get("errors")?.get(0)?);
        }
        let header = |name| headers.get(name)?.to_str().ok().map(str::to_owned);
        Some(ErrorContent {
            code: Some(header("tableau_error_code").or_else(|| text_of(&json, "code"))?),
            summary: Some(text_of(&json, "message")?),
            detail: json.get("details").filter(|details| **details != json!([])).map(debug_text),
            ..ErrorContent::default()
        })
    }

    fn from_graphql(error: &Value) -> Option<ErrorContent> {
        let extension = |name| text_of(error.get("extensions")?, name);
        Some(ErrorContent {
            code: extension("code"),
            summary: Some(text_of(error, "message")?),
            detail: extension("description"),
            ..ErrorContent::default()
        })
    }

    pub(super) fn about_success(self, status: u16, address: &str, redactor: &Redactor) -> Error {
        let url = Some(redactor.redact(address).into_owned());
        self.into_error(
            ErrorResponse { status: Some(status), url, ..ErrorResponse::default() },
            redactor,
        )
    }

    pub(super) fn into_error(self, response: ErrorResponse, redactor: &Redactor) -> Error {
        // A valid code is not redacted, even if a password happens to be the same six digits.
        let code = self.code.filter(|code| !code.is_empty()).map(|code| match is_code(&code) {
            true => code,
            false => redactor.redact_start(&code, false, 20),
        });
        let redact = |word: Option<String>, most| {
            word.map(|word| redactor.redact_start(word.trim(), false, most))
                .filter(|word| !word.is_empty())
        };
        let (summary, detail) = (redact(self.summary, SUMMARY), redact(self.detail, DETAIL));
        let what = [summary.as_deref(), detail.as_deref()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(": ");
        let warnings = self.warnings.into_iter().map(|ErrorWarning { id, code, message }| {
            ErrorWarning::new(redact(id, SUMMARY), redact(code, SUMMARY), redact(message, DETAIL))
        });
        let warnings: Vec<ErrorWarning> = warnings.collect();
        let what = cut(&one_line(&what), SUMMARY + DETAIL).into_owned();
        let status = response.status.unwrap_or_default();
        let named =
            code.as_ref().map_or_else(|| "Tableau".into(), |code| format!("Tableau {code}"));
        let mut what = format!("{what} ({named}, HTTP {status})");
        if let Some(first) = warnings.first() {
            what += &format!("; {} warnings, the first: {first}", warnings.len());
        }
        let response = ErrorResponse { code, summary, detail, warnings, ..response };
        Error::new(ErrorKind::Api, what.trim_start()).with_response(response)
    }
}

/// A string or number member of a JSON object.
fn text_of(json: &Value, name: &str) -> Option<String> {
    match json.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn debug_text(json: &Value) -> String {
    json.as_str().map_or_else(|| json.to_string(), str::to_owned)
}
