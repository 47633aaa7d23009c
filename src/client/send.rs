//! Sending requests with the session's token, and renewing the session.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{Client, Renewal, Token};
use crate::http::{AuthContext, Request, Success};
use crate::operation::Operation;
use crate::{Error, ErrorKind, Result};

impl Client {
    /// Sends a request with the session's token and reads the response. If the session has expired,
    /// renews it once and sends the request again; a second 401002 is returned to the caller. A
    /// token that another process has shared may have expired as well, so it does not count as a
    /// renewal.
    pub(crate) fn ask<T>(
        &self,
        request: Request<'_>,
        mut finish: impl FnMut(Success) -> Result<T>,
    ) -> Result<T> {
        let mut done = None;
        self.ask_and(request, &mut |response| {
            done = Some(finish(response)?);
            Ok(())
        })?;
        Ok(done.expect("the closure was called, because the request succeeded"))
    }

    /// Same as [`ask`](Client::ask). Not generic, so that it is compiled once.
    pub(super) fn ask_and(
        &self,
        mut request: Request<'_>,
        finish: &mut dyn FnMut(Success) -> Result<()>,
    ) -> Result<()> {
        self.check_request(&request)?;
        let outcome = self.send_renewing(&mut request, finish);
        outcome.map_err(|error| self.explain_scope(error, request.operation()))
    }

    fn send_renewing(
        &self,
        request: &mut Request<'_>,
        finish: &mut dyn FnMut(Success) -> Result<()>,
    ) -> Result<()> {
        let mut used = Vec::new();
        let outcome = self.send_with_tokens(request, finish, &mut used);
        for token in used {
            self.release(token, request);
        }
        outcome
    }

    /// Adds the tokens that the request was sent with to `used`.
    fn send_with_tokens(
        &self,
        request: &mut Request<'_>,
        finish: &mut dyn FnMut(Success) -> Result<()>,
        used: &mut Vec<Arc<Token>>,
    ) -> Result<()> {
        let (mut renewed, mut replaced) = (None, None::<Arc<Token>>);
        loop {
            let token = self.token();
            used.push(token.clone());
            let outcome = self.transport.send_and(request, self.auth_context(&token), finish);
            let expired = match outcome {
                Err(error) if error.is_session_expired() => error,
                other => return other,
            };
            // The server sends the same error for a missing scope, which a new token would also lack.
            if token.lacks_scope(request.operation()) {
                return Err(expired);
            }
            if !request.is_repeatable() {
                let what = "the request body cannot be sent again";
                return Err(expired.and_then_failed(what, None));
            }
            if !self.may_renew() || renewed == Some(Renewal::SignedIn) {
                // If the new token is refused as well, a scope may be missing, and the replaced token
                // may still be valid.
                if let Some(replaced) = replaced.filter(|_| self.auth.uses_jwt()) {
                    replaced.is_replaced.store(true, Ordering::Release);
                }
                return Err(expired);
            }
            let renewal = self.auth.renew(self, &token, expired, request.deadline());
            let renewal = renewal.map_err(|error| request.not_sent(error))?;
            // At most one shared token is tried, because another process could keep sharing expired
            // ones.
            renewed = Some(if renewed.is_none() { renewal } else { Renewal::SignedIn });
            replaced = Some(token).filter(|_| renewal == Renewal::SignedIn);
        }
    }

    /// Signs out a replaced token after the last request that used it: signing it out earlier would
    /// make the requests of other threads fail.
    fn release(&self, used: Arc<Token>, request: &Request<'_>) {
        if let Some(used) = Arc::into_inner(used)
            && used.is_replaced.load(Ordering::Acquire)
        {
            self.auth.end_replaced(self, &used, request.deadline());
        }
    }

    /// Sends a request with the session's token, without renewing the session.
    pub(crate) fn ask_once<T>(
        &self,
        mut request: Request<'_>,
        finish: impl FnMut(Success) -> Result<T>,
    ) -> Result<T> {
        self.check_request(&request)?;
        let token = self.token();
        self.transport.send(&mut request, self.auth_context(&token), finish)
    }

    /// Adds the scope that the operation needs to an error that a missing scope can cause.
    fn explain_scope(&self, error: Error, operation: Option<&Operation>) -> Error {
        let is_refused = error.kind() == ErrorKind::Api
            && (error.code() == Some("401002") || error.status() == Some(403));
        if !is_refused {
            return error;
        }
        let token = self.token();
        let may_lack_scope = match token.scopes {
            Some(_) => token.lacks_scope(operation),
            None => self.auth.uses_jwt(),
        };
        match operation.filter(|_| may_lack_scope).and_then(Operation::scope_hint) {
            Some(hint) => error.and_then_failed(&hint, None),
            None => error,
        }
    }

    fn auth_context<'a>(&'a self, token: &'a Token) -> AuthContext<'a> {
        AuthContext {
            token: Some(&token.token),
            redactor: &token.redactor,
            cancellation: self.cancellation.as_ref(),
        }
    }

    fn may_renew(&self) -> bool {
        self.transport.renews_sessions() && self.auth.can_renew()
    }

    /// Rejects requests with a token of another server, and requests that need a newer API version,
    /// before anything is sent.
    fn check_request(&self, request: &Request<'_>) -> Result<()> {
        if let Some(foreign) = &self.foreign_origin {
            return Err(Error::config(format!(
                "the session token belongs to {foreign}, but this server is {}: nothing was sent",
                self.transport.origin()
            )));
        }
        match request.needs() {
            Some(needed) => self.has(needed, || match request.operation() {
                Some(operation) if operation.since < needed => {
                    format!("{} with these options", operation.title)
                }
                Some(operation) => operation.title.to_owned(),
                None => format!("{} {}", request.method(), request.path()),
            }),
            None => Ok(()),
        }
    }
}
