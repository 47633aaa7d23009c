//! Active Directory domains of the server, `domains`, and the retired report about view
//! acceleration, `sites/{site}/dataAccelerationReport`.

use crate::mock::prelude::*;

pub(super) fn routes() -> Vec<Route> {
    routes! {
        Get (3, 11) "/domains" => list_domains;
        Put (3, 11) "/domains/{domain}" => update_domain;
        Get (3, 8) "dataAccelerationReport" => report;
    }
}

/// Name and short name of each domain; the id is the position, from 1. The first one is that of
/// users with a password of the server.
struct Domains(Vec<(String, String)>);

impl Default for Domains {
    fn default() -> Domains {
        let domain = |name: &str, short: &str| (name.to_owned(), short.to_owned());
        Domains(vec![domain("local", "local"), domain("example.lan", "EXAMPLE")])
    }
}

fn element((index, (name, short)): (usize, &(String, String))) -> Element {
    Element::new("domain").with("id", index + 1).with("name", name).with("shortName", short)
}

fn list_domains(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::ServerAdmin)?;
    let domains = &state.server.state_mut::<Domains>().0;
    Ok(Response::one(Element::list("domainList", domains.iter().enumerate().map(element))))
}

fn update_domain(state: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::ServerAdmin)?;
    let body = ctx.body_child("domain")?;
    let domains = &mut state.server.state_mut::<Domains>().0;
    let index = ctx.param(0).parse::<usize>().ok().and_then(|id| id.checked_sub(1));
    let index = index.filter(|index| *index < domains.len()).ok_or_else(|| {
        ApiError::not_found("404032", format!("Domain '{}' could not be found.", ctx.param(0)))
    })?;
    if index == 0 {
        return Err(ApiError::malformed("The domain 'local' cannot be renamed."));
    }
    let (name, short) = &mut domains[index];
    for (field, sent) in [(name, body.attr("name")), (short, body.attr("shortName"))] {
        if let Some(value) = sent {
            *field = value.to_owned();
        }
    }
    Ok(Response::one(element((index, &domains[index]))))
}

/// No sheet of the mock server is accelerated.
fn report(_: &mut ServerState, ctx: &Context) -> Result<Response> {
    ctx.require(Role::SiteAdmin)?;
    Ok(Response::one(Element::new("dataAccelerationReport")))
}
