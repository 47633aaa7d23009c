//! [`ErrorKind`]: the kinds of errors.

/// The kinds of [`Error`](crate::Error), which tell how to resolve the error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting of the program is invalid: the server's address, a PEM file, a proxy, or a session
    /// token of another server. Nothing was sent.
    ///
    /// *Try:* correct the setting that the message names.
    Config,
    /// The connection could not be made: the host name has no address, the port is closed, or the
    /// proxy refused. The message names host and port.
    ///
    /// *Usually* a mistyped address, a firewall, or a proxy that has to be set
    /// ([`HttpOptions::proxy`](crate::HttpOptions::proxy)).
    Connect,
    /// The TLS handshake failed: the certificate is not trusted, has expired or is for another name,
    /// or the server asks for a client certificate.
    ///
    /// *Try:* [`HttpOptions::verify`](crate::HttpOptions::verify) with the company's CA file or with
    /// the certificate's fingerprint;
    /// [`HttpOptions::client_cert`](crate::HttpOptions::client_cert) if the server asks for one.
    Tls,
    /// The server sent nothing for longer than the options allow, or the whole request took too
    /// long.
    ///
    /// *Try:* `read_timeout` or `timeout` of [`HttpOptions`](crate::HttpOptions), a smaller page, or
    /// the same call later.
    Timeout,
    /// A redirect that is not followed: to another host, from `https` to `http`, without a
    /// `Location`, or the eleventh consecutive redirect. Token, password and body were not sent to
    /// its target.
    ///
    /// *Try:* the address that the message names as the server's address, or
    /// [`HttpOptions::trust_redirects_to`](crate::HttpOptions::trust_redirects_to) for your own load
    /// balancer.
    Redirect,
    /// Tableau refused the request. [`code`](crate::Error::code),
    /// [`summary`](crate::Error::summary) and [`detail`](crate::Error::detail) are from its
    /// response, regardless of the HTTP status.
    ///
    /// *Usually* a wrong password (`401001`), an expired session (`401002`), a missing permission
    /// (`403…`) or an id that does not exist (`404…`).
    Api,
    /// An HTTP status that is not a success, without Tableau's error: a gateway, a proxy or a login
    /// page in front of the server responded.
    ///
    /// *Try:* look at [`status`](crate::Error::status), and at the start of the body in the message;
    /// 502, 503 and 504 are temporary.
    Http,
    /// The response is a success, but not what the API promises: not XML, an element or attribute is
    /// missing or invalid, or the body has more bytes than
    /// [`max_response`](crate::HttpOptions::max_response). The message has line and column.
    ///
    /// *Usually* a login page or a proxy's page with status 200: check the address.
    Decode,
    /// The call needs a newer REST API version than the session's; the message names both. Nothing
    /// was sent.
    ///
    /// *Try:* a newer server, or no [`Server::set_version`](crate::Server::set_version).
    Version,
    /// The arguments cannot be sent, such as a page size of 0 or a character that XML 1.0 does not
    /// allow. Nothing was sent.
    ///
    /// *Try:* correct the value that the message names.
    Input,
    /// A file or stream of the program could not be read or written.
    ///
    /// *Try:* see the cause, which is an [`std::io::Error`].
    Io,
    /// An established connection broke. The server may have carried out the request.
    ///
    /// *Try:* the same call again, if carrying it out twice does no harm.
    ConnectionLost,
    /// A background job failed or was cancelled.
    ///
    /// *Try:* read the server's notes in the message.
    Job,
    /// The program cancelled the call with
    /// [`CancellationToken::cancel`](crate::CancellationToken::cancel).
    ///
    /// The server may have carried out the request that was in progress.
    Cancelled,
    /// The server responded to every request, but no item matches the search.
    ///
    /// *Usually* an id or a name of another site, or one that this user cannot see.
    NotFound,
    /// Several items match the search; the message lists them.
    ///
    /// *Try:* search in one project, or use the id.
    Ambiguous,
    /// A list changed while it was read, so that items may be missing or repeated.
    ///
    /// *Try:* read it again, or [`List::on_change`](crate::List::on_change) if that does no harm.
    Changed,
}
