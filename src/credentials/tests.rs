//! Tests of `credentials`.

use super::sealed::Sealed as _;
use super::*;

#[test]
fn refuses_a_site_that_is_not_a_content_url() {
    for (site, advice) in [
        ("My Site", "part after /site/"),
        ("a/b", "part after /site/"),
        ("host:8000", "part after /site/"),
        ("#home", "part after /site/"),
        (" sales", "part after /site/"),
        ("sales\n", "part after /site/"),
        ("a\u{a0}b", "part after /site/"),
        ("a\\b", "part after /site/"),
        ("a?b", "part after /site/"),
        ("R%26D", "part after /site/"),
        ("my site/x", "part after /site/"),
        ("https://h/#/site//home", "part after /site/"),
        ("/site/sales", "use \"sales\""),
        ("site/sales", "use \"sales\""),
        ("https://h/#/site/sales/home", "use \"sales\""),
        ("https://h/t/sales/views/W/V?:iid=1", "use \"sales\""),
    ] {
        let credentials = TableauAuth::new("n", "p").site(site);
        let error = credentials.sign_in().request().unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Input, "{site}");
        let text = error.to_string();
        assert!(text.contains(&format!("{site:?}")) && text.contains(advice), "{text}");
    }
    for site in ["", "Default", "sales", "Sales-2_b", "R&D", "a.b", "Bücher", "日本"] {
        assert!(check_content_url(site).is_ok(), "{site}");
    }
}

fn from(variables: &[(&str, &str)]) -> Result<String> {
    let get = |name: &str| {
        let found = variables.iter().find(|(own, _)| *own == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    from_variables(get).map(|credentials| format!("{:?}", credentials.sign_in()))
}

#[test]
fn reads_one_kind_of_credentials_from_the_environment() {
    let token = [("TABLEAU_TOKEN_NAME", "ci"), ("TABLEAU_TOKEN_VALUE", "s")];
    let password = [("TABLEAU_USERNAME", "ada"), ("TABLEAU_PASSWORD", "p")];
    let site = ("TABLEAU_SITE", "Sales");
    let shown = from(&[token[0], token[1], site]).unwrap();
    assert!(shown.contains("ci") && shown.contains("Sales"), "{shown}");
    assert!(from(&password).unwrap().contains("ada"));
    assert!(from(&[("TABLEAU_JWT", "j")]).is_ok());
    for (variables, named) in [
        (&[][..], "TABLEAU_TOKEN_VALUE"),
        (&token[..1], "TABLEAU_TOKEN_VALUE is not"),
        (&password[1..], "TABLEAU_USERNAME is not"),
        (&[token[0], token[1], password[0], password[1]], "only one"),
    ] {
        let error = from(variables).unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Config);
        assert!(error.to_string().contains(named), "{error}");
    }
}
