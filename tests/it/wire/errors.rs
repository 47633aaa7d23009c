use std::time::Duration;

use tableau_server_client as tsc;
use tsc::projects::ProjectUpdate;
use tsc::{ErrorKind, HttpOptions, RetryPolicy, Workbook};

use super::golden::Goldens;

fn get(session: &mut tsc::Session<'_>) -> tsc::Result<Workbook> {
    session.workbooks().get("w-1")
}

/// The call fails with this kind of error.
fn fails(session: &mut tsc::Session<'_>, kind: ErrorKind) -> tsc::Result<Workbook> {
    let result = get(session);
    assert_eq!(result.as_ref().map_err(tsc::Error::kind).err(), Some(kind), "{result:?}");
    result
}

pub fn cases(g: &mut Goldens) {
    for name in ["400", "401", "403", "404", "405", "409", "429", "400.without_detail"] {
        g.same(name, |s| fails(s, ErrorKind::Api));
    }
    g.same("500", |s| {
        let error = get(s).unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::Api, Some("500000")));
        tsc::Result::<Workbook>::Err(error)
    });
    for name in ["503.html", "404.empty"] {
        g.same(name, |s| fails(s, ErrorKind::Http));
    }
    for name in ["404.html", "400.without_error", "206"] {
        g.reads_differently(name, "bodies-are-not-summaries", |s| {
            let error = get(s).unwrap_err();
            assert_eq!((error.kind(), error.summary()), (ErrorKind::Http, None));
            tsc::Result::<Workbook>::Err(error)
        });
    }
    g.same("404.json", |s| {
        let error = get(s).unwrap_err();
        assert_eq!(error.status(), Some(404));
        assert!(error.is_not_found());
        tsc::Result::<Workbook>::Err(error)
    });
    for name in ["200.nothing", "200.broken", "200.entities"] {
        g.same(name, |s| fails(s, ErrorKind::Decode));
    }
    g.reads_differently("200.old_namespace", "old-namespace", |s| {
        let workbook = get(s)?;
        assert_eq!(workbook.name, "R&D");
        Ok(workbook)
    });
    for (name, moved) in [
        ("redirect.301", "PUT /elsewhere/projects?x=1 <tsRequest> <project name=\"Ops\">"),
        ("redirect.302", "PUT /elsewhere/projects?x=1 <tsRequest> <project name=\"Ops\">"),
        ("redirect.303", "PUT /elsewhere/projects?x=1 <tsRequest> <project name=\"Ops\">"),
        ("redirect.307", "PUT /elsewhere/projects?x=1 <tsRequest> <project name=\"Ops\">"),
        ("redirect.308", "PUT /elsewhere/projects?x=1 <tsRequest> <project name=\"Ops\">"),
    ] {
        // The parameter that TSC adds to every project request is not sent; everything else is the
        // same.
        let first = "PUT ~/projects/p-1 <tsRequest> <project name=\"Ops\">";
        g.differs(name, "samples-are-not-mentioned", &[first, moved], |s| {
            s.projects().update("p-1", ProjectUpdate::new().name("Ops"))
        });
    }
    g.same("redirect.relative", get);
    g.differs_in_all(
        "redirect.other_host",
        "no-token-to-other-hosts",
        &["GET ~/workbooks/w-1"],
        |s| fails(s, ErrorKind::Redirect),
    );
    let eleven: Vec<_> = std::iter::once("GET ~/workbooks/w-1").chain(["GET /again"; 10]).collect();
    g.differs_in_all("redirect.endless", "ten-redirects", &eleven, |s| {
        fails(s, ErrorKind::Redirect)
    });
    g.with(HttpOptions::new().header("X-Request-Source", "nightly")).same("headers", get);
    let again = HttpOptions::new().retries(RetryPolicy::new().initial_backoff(Duration::from_millis(1)));
    for name in ["429.again", "503.again"] {
        let twice = ["GET ~/workbooks/w-1"; 2];
        g.with(again.clone()).differs_in_all(name, "failures-are-tried-again", &twice, get_rd);
    }
    g.with(HttpOptions::new().renew_sessions(true)).differs_in_all(
        "401.again",
        "expired-sessions-are-renewed",
        &[
            "GET ~/workbooks/w-1",
            "POST /api/auth/signin <tsRequest> <credentials name=\"me\" password=\"hush\"> <site contentUrl=\"\">",
            "GET ~/workbooks/w-1",
        ],
        get_rd,
    );
    // The type system prevents requests without a session.
    g.not_applicable(&["not_signed_in"]);
    g.differs(
        "version_too_old",
        "words-of-queries",
        &["PUT ~/workbooks/w-1?includeViewAccelerationStatus=true <tsRequest> <workbook>"],
        |s| {
            s.workbooks()
                .update_with_acceleration_status("w-1", tsc::workbooks::WorkbookUpdate::new())?;
            let error = s.custom_views().get("c-1").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Version);
            tsc::Result::<()>::Err(error)
        },
    );
}

fn get_rd(session: &mut tsc::Session<'_>) -> tsc::Result<Workbook> {
    let workbook = get(session)?;
    assert_eq!(workbook.name, "R&D");
    Ok(workbook)
}
