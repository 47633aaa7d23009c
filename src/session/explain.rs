//! Explanations of errors at sign-in.

use crate::credentials::SignIn;
use crate::http::Transport;
use crate::{Error, ErrorKind};

/// Adds the usual causes to the error of a sign-in.
pub(super) fn explain_sign_in(error: Error, credentials: &SignIn, transport: &Transport) -> Error {
    let hint = match error.code() {
        Some("401001") => {
            let number = credentials.is_jwt().then(|| error.detail().and_then(number_at_end));
            let jwt = number.flatten().map(explain_jwt_number);
            let is_cloud = transport.base().origin.is_tableau_cloud();
            let length = explain_jwt_length(credentials);
            let site = about_site(credentials.site(), is_cloud);
            let hints = [about_credentials(credentials), jwt, length, Some(site)];
            hints.into_iter().flatten().collect::<Vec<_>>().join("; ")
        }
        _ => return explain_address(error, transport),
    };
    error.and_then_failed(&hint, None)
}

/// Adds that the server's address may be wrong to an error that a wrong address can cause.
pub(crate) fn explain_address(error: Error, transport: &Transport) -> Error {
    let origin = transport.origin();
    let is_page = error.is_html_page()
        || (error.kind() == ErrorKind::Decode && error.to_string().contains("HTML page"));
    let https = format!("https://{}", origin.authority());
    let hint = match error.kind() {
        ErrorKind::ConnectionLost if !origin.https => {
            format!("if the port expects TLS, the address is {https}")
        }
        // In plain text, as servers written in Go respond.
        ErrorKind::Http if !origin.https && error.to_string().contains("HTTPS") => {
            format!("the port seems to expect TLS; then the address is {https}")
        }
        ErrorKind::Api | ErrorKind::Http | ErrorKind::Decode
            if is_page || error.code() == Some("405000") || error.status() == Some(405) =>
        {
            let pod = "the server's address may lack the pod of Tableau Cloud, as in \
                       https://10ax.online.tableau.com";
            match origin.https {
                true => pod.to_owned(),
                false => format!("{pod}, or begin with http instead of https; then it is {https}"),
            }
        }
        _ => return error,
    };
    error.and_then_failed(&hint, None)
}

/// What to check about a password or a token when the server refuses a sign-in with 401001.
fn about_credentials(credentials: &SignIn) -> Option<String> {
    let hint = match (credentials.is_jwt(), credentials.token_name()) {
        (true, _) => return None,
        (_, Some(_)) => {
            "check the name and the secret of the personal access token, and whether it has expired"
        }
        (_, None) => "check the user name and the password",
    };
    Some(hint.to_owned())
}

/// What to check about the site when the server refuses a sign-in with 401001.
fn about_site(site: &str, is_cloud: bool) -> String {
    const WHERE: &str = "the content URL of a site is the part after /site/ in the browser's address, \
                         not the site's name";
    match site {
        "" if is_cloud => format!("Tableau Cloud requires a site, `.site(…)`: {WHERE}"),
        "" => "without `.site(…)`, the sign-in is to the default site".to_owned(),
        _ if site.eq_ignore_ascii_case("default") => format!(
            "{site:?} is the name of the default site, whose content URL is empty: leave out \
             `.site(…)`, unless the browser's address contains /site/{site}; {WHERE}"
        ),
        _ => format!("check the site {site:?}: {WHERE}"),
    }
}

/// The number in brackets at the end of a detail such as `Error signing in to Tableau Server (16)`.
fn number_at_end(detail: &str) -> Option<u32> {
    let (_, end) = detail.rsplit_once('(')?;
    end.split(')').next()?.trim().parse().ok()
}

/// The reason for refusing a JSON Web Token, by the number in the error.
fn explain_jwt_number(number: u32) -> String {
    let row = JWT_NUMBERS.iter().find(|(known, _)| *known == number);
    match row {
        Some((_, why)) => format!("{number} means: {why}"),
        None => format!(
            "{number} is the reason for which the JSON Web Token was refused; Tableau's page on \
             troubleshooting connected apps lists these numbers"
        ),
    }
}

/// Names the length of a JSON Web Token as a possible cause if it exceeds the limit of Tableau
/// Cloud.
fn explain_jwt_length(credentials: &SignIn) -> Option<String> {
    let length = credentials.secret().reveal().len();
    (credentials.is_jwt() && length > MAX_JWT).then(|| {
        format!(
            "the JSON Web Token is {length} bytes long, and Tableau Cloud refuses those above \
             {MAX_JWT}: name fewer scopes"
        )
    })
}

/// Maximum length of a JSON Web Token that Tableau Cloud accepts, in bytes.
const MAX_JWT: usize = 8192;

/// The guide (`docs/sign-in-and-out.md`) has the same table.
const JWT_NUMBERS: [(u32, &str); 24] = [
    (5, "no user has the name in `sub`, which is case-sensitive"),
    (
        16,
        "the token is valid for more than 10 minutes (`exp`), or `sub` is not a user of this site",
    ),
    (67, "the site does not have on-demand access"),
    (126, "the connected app in `iss` does not exist or is disabled"),
    (127, "the secret in `kid` does not exist in the connected app"),
    (128, "the connected app has two secrets already"),
    (133, "the domain allowlist of the connected app is invalid"),
    (10081, "the metadata of the identity provider could not be fetched"),
    (10082, "the issuer of the authorization server is not registered"),
    (10083, "the header is wrong: check `alg`, `typ`, `kid` and `iss`"),
    (
        10084,
        "the claims or the signature are wrong: check `aud` (\"tableau\"), `exp` and the secret",
    ),
    (10085, "the key that signs the token was not found: check `iss` and `kid`"),
    (10087, "the signature algorithm in `alg` is not allowed"),
    (10088, "the RSA key of the signature is too short"),
    (10091, "the `jti` was used before: each token needs a new one"),
    (10092, "the domain is not on the allowlist of the connected app"),
    (10094, "the claim `jti` is missing"),
    (10096, "the token is valid for longer than the server allows (`exp`)"),
    (10097, "the claim `scp` is not a list of scopes"),
    (10098, "the token is not signed, or is encrypted"),
    (10099, "the claim `scp` is missing"),
    (10100, "the server could not store the `jti`"),
    (10101, "the site's license does not include users on demand"),
    (10103, "the token is too large"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_number_in_brackets() {
        for (detail, number) in [
            ("Error signing in to Tableau Server (16)", Some(16)),
            ("Error signing in to Tableau Server (10084)\nTableauErrorCode::3F8E8553", Some(10084)),
            ("Error signing in (site 3) (10091).", Some(10091)),
            ("Error signing in to Tableau Server", None),
            ("Error signing in ()", None),
            ("Error signing in (x)", None),
        ] {
            assert_eq!(number_at_end(detail), number, "{detail}");
        }
    }

    #[test]
    fn explains_the_content_url() {
        for (site, is_cloud, expected) in [
            ("", false, "without `.site(…)`"),
            ("", true, "Tableau Cloud requires a site"),
            ("sales", false, "check the site \"sales\""),
            ("Default", false, "\"Default\" is the name of the default site"),
            ("default", true, "leave out `.site(…)`"),
        ] {
            let hint = about_site(site, is_cloud);
            assert!(hint.contains(expected), "{site}: {hint}");
            let explains = !site.is_empty() || is_cloud;
            assert_eq!(hint.contains("after /site/"), explains, "{site}: {hint}");
        }
    }

    #[test]
    fn the_guide_has_each_number_in_order() {
        assert!(JWT_NUMBERS.is_sorted_by_key(|(number, _)| *number));
        let guide = include_str!("../../docs/sign-in-and-out.md");
        let rows: Vec<&str> = guide
            .lines()
            .filter(|line| {
                line.starts_with("| ") && line[2..].starts_with(|c: char| c.is_ascii_digit())
            })
            .collect();
        let expected: Vec<_> =
            JWT_NUMBERS.iter().map(|(number, why)| format!("| {number} | {why} |")).collect();
        assert_eq!(rows, expected);
    }
}
