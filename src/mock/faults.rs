//! [`Fault`]: an error that a test injects.

use std::time::Duration;

use jiff::Timestamp;

use super::request::{Request, is_route};

/// An injected error; [`MockServer::fault`](super::MockServer::fault) activates it.
///
/// A fault defines what happens (the constructors), to which requests ([`on`](Fault::on),
/// [`page`](Fault::page), [`query`](Fault::query)) and how often ([`times`](Fault::times),
/// [`skip`](Fault::skip), [`probability`](Fault::probability)). By default, it applies to every
/// request. If several faults match a request, the first one applies; delays add up, and are
/// combined with the other fault.
#[derive(Clone, Debug)]
#[must_use = "a fault has no effect until it is passed to `MockServer::fault`"]
pub struct Fault {
    pub(super) what: What,
    method: Option<String>,
    pattern: Option<String>,
    query: Vec<(String, String)>,
    times: Option<u64>,
    skip: u64,
    chance: Option<Chance>,
}

/// The effect of a fault.
#[derive(Clone, Debug)]
pub(super) enum What {
    Delay(Duration),
    Response(FixedResponse),
    Silent,
    Reset(Moment),
    Cut(usize),
    Slow(usize, Duration),
    ExpireSession,
}

/// When a connection is reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    BeforeResponse,
    AfterHead,
    MidBody,
}

/// A response that replaces the server's own.
#[derive(Clone, Debug)]
pub(super) struct FixedResponse {
    pub(super) status: u16,
    pub(super) kind: Kind,
    pub(super) headers: Vec<(String, String)>,
    pub(super) retry_after: Option<RetryAfter>,
    /// Whether it is sent before the request's body was read.
    pub(super) early: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// Code, summary and detail; `None` selects the error for the status.
    Error(Option<(String, String, String)>),
    Html,
    Empty,
    Bytes(String, Vec<u8>),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum RetryAfter {
    Seconds(u64),
    /// A date, that much later than the server's clock.
    Date(Duration),
}

#[derive(Clone, Debug)]
struct Chance {
    probability: f64,
    state: u64,
}

impl Fault {
    fn new(what: What) -> Fault {
        Fault {
            what,
            method: None,
            pattern: None,
            query: Vec::new(),
            times: None,
            skip: 0,
            chance: None,
        }
    }

    fn fixed(status: u16, kind: Kind) -> Fault {
        let (headers, retry_after, early) = (Vec::new(), None, false);
        Fault::new(What::Response(FixedResponse { status, kind, headers, retry_after, early }))
    }

    /// Responds with a status without carrying out the request. The body is an XML error, unless
    /// [`html`](Fault::html), [`empty`](Fault::empty), [`error`](Fault::error) or
    /// [`body`](Fault::body) sets another one.
    pub fn status(status: u16) -> Fault {
        Fault::fixed(status, Kind::Error(None))
    }

    /// Responds with 429 and `Retry-After` in seconds.
    pub fn too_many_requests(retry_after: Duration) -> Fault {
        Fault::status(429).retry_after(retry_after)
    }

    /// Redirects to a location, which can be relative.
    pub fn redirect(status: u16, location: impl Into<String>) -> Fault {
        Fault::fixed(status, Kind::Empty).header("Location", location)
    }

    /// Delays the response.
    pub fn delay(time: Duration) -> Fault {
        Fault::new(What::Delay(time))
    }

    /// Reads the request and never responds; the connection stays open.
    pub fn silent() -> Fault {
        Fault::new(What::Silent)
    }

    /// Resets the connection after reading the request, which is not carried out.
    pub fn reset() -> Fault {
        Fault::new(What::Reset(Moment::BeforeResponse))
    }

    /// Carries out the request, and resets the connection after the response's headers.
    pub fn reset_after_head() -> Fault {
        Fault::new(What::Reset(Moment::AfterHead))
    }

    /// Carries out the request, and resets the connection in the middle of the response's body.
    pub fn reset_mid_body() -> Fault {
        Fault::new(What::Reset(Moment::MidBody))
    }

    /// Carries out the request, and closes the connection after that many bytes of the response's
    /// body, before its `Content-Length`.
    pub fn cut(bytes: usize) -> Fault {
        Fault::new(What::Cut(bytes))
    }

    /// Sends the response's body in chunks of that many bytes, with a pause before each.
    pub fn slow(piece: usize, pause: Duration) -> Fault {
        Fault::new(What::Slow(piece.max(1), pause))
    }

    /// Expires the request's session first, so that the response is `401002`.
    pub fn expire_session() -> Fault {
        Fault::new(What::ExpireSession)
    }

    fn with(mut self, change: impl FnOnce(&mut FixedResponse)) -> Fault {
        if let What::Response(fixed) = &mut self.what {
            change(fixed);
        }
        self
    }

    /// Sends an HTML page instead of an XML error, like a gateway or login page.
    pub fn html(self) -> Fault {
        self.with(|fixed| fixed.kind = Kind::Html)
    }

    /// Sends no body instead of an XML error.
    pub fn empty(self) -> Fault {
        self.with(|fixed| fixed.kind = Kind::Empty)
    }

    /// Sends an XML error with this code, summary and detail.
    pub fn error(
        self,
        code: impl Into<String>,
        summary: impl Into<String>,
        detail: impl Into<String>,
    ) -> Fault {
        let error = Some((code.into(), summary.into(), detail.into()));
        self.with(|fixed| fixed.kind = Kind::Error(error))
    }

    /// Sends this body.
    pub fn body(self, content_type: impl Into<String>, body: impl Into<Vec<u8>>) -> Fault {
        let bytes = Kind::Bytes(content_type.into(), body.into());
        self.with(|fixed| fixed.kind = bytes)
    }

    /// Adds a header to the response.
    pub fn header(self, name: impl Into<String>, value: impl Into<String>) -> Fault {
        let header = (name.into(), value.into());
        self.with(|fixed| fixed.headers.push(header))
    }

    /// Adds `Retry-After` in whole seconds.
    pub fn retry_after(self, time: Duration) -> Fault {
        self.with(|fixed| fixed.retry_after = Some(RetryAfter::Seconds(time.as_secs())))
    }

    /// Adds `Retry-After` as a date, that much later than the server's clock.
    pub fn retry_after_date(self, time: Duration) -> Fault {
        self.with(|fixed| fixed.retry_after = Some(RetryAfter::Date(time)))
    }

    /// Responds as soon as the request's headers were read, before its body.
    pub fn early(self) -> Fault {
        self.with(|fixed| fixed.early = true)
    }

    /// Applies only to requests with this method (`"*"` is any) and this route: the path without
    /// `/api/{version}` and `/sites/{site}`, in which `*` stands for a segment and a `**` at the end
    /// for any number of segments: `"/workbooks"`, `"/workbooks/*/tags"`, `"/auth/**"`.
    pub fn on(mut self, method: impl Into<String>, route: impl Into<String>) -> Fault {
        let method = method.into();
        self.method = (method != "*").then_some(method);
        self.pattern = Some(route.into());
        self
    }

    /// Applies only to requests with this query parameter.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Fault {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Applies only to requests for this page of a list.
    pub fn page(self, number: u64) -> Fault {
        self.query("pageNumber", number.to_string())
    }

    /// Applies only to that many of the matching requests.
    pub fn times(mut self, times: u64) -> Fault {
        self.times = Some(times);
        self
    }

    /// Skips that many of the matching requests first.
    pub fn skip(mut self, requests: u64) -> Fault {
        self.skip = requests;
        self
    }

    /// Applies at random to this share of the matching requests. The seed makes runs repeatable.
    pub fn probability(mut self, probability: f64, seed: u64) -> Fault {
        self.chance = Some(Chance { probability, state: seed });
        self
    }

    fn fits(&self, request: &Request) -> bool {
        self.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(&request.method))
            && self.pattern.as_ref().is_none_or(|pattern| is_route(pattern, &request.path))
            && self.query.iter().all(|(name, value)| request.query_value(name) == Some(value))
    }

    /// Whether it applies to this request; counts the matching requests.
    fn happens(&mut self, request: &Request) -> bool {
        if self.times == Some(0) || !self.fits(request) {
            return false;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        if let Some(chance) = &mut self.chance
            && chance.draw() >= chance.probability
        {
            return false;
        }
        if let Some(times) = &mut self.times {
            *times -= 1;
        }
        true
    }
}

impl Chance {
    /// A number from 0 to below 1 (SplitMix64).
    fn draw(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit into a double")]
        let number = (z >> 11) as f64;
        number / (1_u64 << 53) as f64
    }
}

/// The faults that apply to one request.
#[derive(Debug, Default)]
pub(super) struct Selected {
    pub(super) delay: Duration,
    pub(super) what: Option<What>,
}

/// The active faults.
#[derive(Debug, Default)]
pub(super) struct Faults {
    active: Vec<Fault>,
}

impl Faults {
    pub(super) fn add(&mut self, fault: Fault) {
        self.active.push(fault);
    }

    pub(super) fn clear(&mut self) {
        self.active.clear();
    }

    pub(super) fn select(&mut self, request: &Request) -> Selected {
        let mut selected = Selected::default();
        for fault in &mut self.active {
            let delays = matches!(fault.what, What::Delay(_));
            // Apart from delays, at most one fault applies to a request.
            if (!delays && selected.what.is_some()) || !fault.happens(request) {
                continue;
            }
            match &fault.what {
                What::Delay(time) => selected.delay = selected.delay.saturating_add(*time),
                what => selected.what = Some(what.clone()),
            }
        }
        self.active.retain(|fault| fault.times != Some(0));
        selected
    }
}

/// A date in the format of HTTP.
pub(super) fn http_date(time: Timestamp) -> String {
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::http::Head;

    fn request(method: &str, target: &str) -> Request {
        let text = format!("{method} {target} HTTP/1.1\r\n\r\n");
        let mut reader =
            crate::mock::http::RequestReader::new(std::io::Cursor::new(text.into_bytes()));
        let head: Head = reader.head().unwrap();
        Request::new(&head, Vec::new())
    }

    #[test]
    fn selects_requests_and_limits_their_number() {
        let mut faults = Faults::default();
        faults.add(Fault::status(503).on("GET", "/workbooks").skip(1).times(2));
        faults.add(Fault::silent().on("*", "/users/**").page(2));
        faults.add(Fault::delay(Duration::from_millis(1)).on("*", "/workbooks"));
        let list = request("GET", "/api/3.1/sites/s/workbooks");
        let hits: Vec<bool> = (0..5).map(|_| faults.select(&list).what.is_some()).collect();
        assert_eq!(hits, [false, true, true, false, false]);
        assert_eq!(faults.select(&list).delay, Duration::from_millis(1));
        assert!(
            faults.select(&request("POST", "/api/3.1/sites/s/users/u?pageNumber=2")).what.is_some()
        );
        assert!(
            faults.select(&request("POST", "/api/3.1/sites/s/users/u?pageNumber=1")).what.is_none()
        );
    }

    #[test]
    fn a_seed_makes_probabilities_reproducible() {
        let run = |seed| -> Vec<bool> {
            let mut faults = Faults::default();
            faults.add(Fault::reset().probability(0.5, seed));
            let any = request("GET", "/");
            (0..100).map(|_| faults.select(&any).what.is_some()).collect()
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
        let hits = run(7).into_iter().filter(|&hit| hit).count();
        assert!((30..70).contains(&hits), "{hits}");
    }

    #[test]
    fn formats_http_dates() {
        let time = Timestamp::from_second(784_111_777).unwrap();
        assert_eq!(http_date(time), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
