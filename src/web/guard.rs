//! Who may ask, and the headers that every answer carries.

use super::answers::{STYLE, refusal};
use super::server::WebState;
use crate::protocol::browser;
use crate::telemetry::{Line, events};
use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use data_encoding::BASE64;
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use std::sync::LazyLock;

/// The address on which a connection came in; a request under that address is meant for us.
#[derive(Clone, Copy, Debug)]
pub(super) struct CameInOn(pub(super) IpAddr);

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    Method,
    NoHost,
    Host,
    Origin,
}

/// Headers for every answer: nothing is framed, sniffed, cached, or loaded from elsewhere.
pub(super) static HEADERS: LazyLock<Vec<(HeaderName, HeaderValue)>> = LazyLock::new(|| {
    let style = BASE64.encode(&Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let policy = HeaderValue::from_str(&policy).map(|it| (header::CONTENT_SECURITY_POLICY, it));
    let fixed = browser::HEADERS.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
    policy.into_iter().chain(fixed).collect()
});

/// Lets a request pass or refuses it in words; puts the headers on either answer.
pub(super) async fn guard(State(state): State<WebState>, request: Request, next: Next) -> Response {
    let mut response = match judge(&request, &state.hosts) {
        Ok(()) => next.run(request).await,
        Err(refused) => {
            refused.tell();
            refused.answer()
        }
    };
    response.headers_mut().extend(HEADERS.iter().cloned());
    response
}

fn judge(request: &Request, hosts: &[String]) -> Result<(), Refused> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(Refused::Method);
    }
    let host = single(request.headers(), &header::HOST).and_then(authority).ok_or(Refused::NoHost)?;
    let came_in_on = request.extensions().get::<CameInOn>().map(|it| it.0);
    let is_ours = |it: &Authority| is_our_host(it.host(), hosts, came_in_on);
    let is_meant_for_us = is_ours(&host) && request.uri().authority().is_none_or(is_ours);
    if !is_meant_for_us {
        return Err(Refused::Host);
    }
    match request.headers().contains_key(header::ORIGIN) {
        true if !is_same_origin(request.headers(), &host) => Err(Refused::Origin),
        _ => Ok(()),
    }
}

/// Loopback under any name, the address the connection came in on, or a name of `web.hosts`. Other names are
/// refused although they lead here: a page elsewhere could have pointed its own name at us.
fn is_our_host(host: &str, hosts: &[String], came_in_on: Option<IpAddr>) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
    if let Ok(address) = bare.parse::<IpAddr>() {
        let address = address.to_canonical();
        return address.is_loopback()
            || came_in_on.map(|it| it.to_canonical()) == Some(address)
            || is_listed(bare, hosts);
    }
    bare.eq_ignore_ascii_case("localhost") || is_listed(bare, hosts)
}

fn is_listed(host: &str, hosts: &[String]) -> bool {
    hosts.iter().any(|it| it.trim_end_matches('.').eq_ignore_ascii_case(host))
}

/// Whether the asking page is one of ours: same host, same port.
fn is_same_origin(headers: &HeaderMap, host: &Authority) -> bool {
    let Some(origin) = single(headers, &header::ORIGIN) else { return false };
    let Some((scheme, rest)) = origin.split_once("://") else { return false };
    let default_port = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return false,
    };
    let port = |it: &Authority| it.port_u16().unwrap_or(default_port);
    authority(rest).is_some_and(|it| it.host().eq_ignore_ascii_case(host.host()) && port(&it) == port(host))
}

/// A header that is there exactly once.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    if values.next().is_some() { None } else { first.to_str().ok() }
}

/// A host with or without a port; no user name.
fn authority(text: &str) -> Option<Authority> {
    text.parse::<Authority>().ok().filter(|it| !it.as_str().contains('@') && !it.host().is_empty())
}

impl Refused {
    /// A foreign name or page is somebody's attempt, whether they know it or not; the rest is clumsiness.
    fn tell(self) {
        let reason = match self {
            Self::Method | Self::NoHost => return,
            Self::Host => "a page was called under a host name that is not ours",
            Self::Origin => "a page of another origin called ours",
        };
        Line::new(&events::SEC_AUTH_FAIL).actor("web/pages").reason(reason).next("it was refused").emit();
    }

    fn answer(self) -> Response {
        let (status, words) = match self {
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD are answered here"),
            Self::NoHost => (StatusCode::BAD_REQUEST, "a request needs exactly one valid Host header"),
            Self::Host => (
                StatusCode::MISDIRECTED_REQUEST,
                "this host name is not ours: call the listening address, or add the name to web.hosts",
            ),
            Self::Origin => (StatusCode::FORBIDDEN, "pages of another origin may not ask here"),
        };
        let mut response = refusal(status, words);
        if self == Self::Method {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_ours_or_not() {
        let listed = ["bot.example".to_owned(), "10.0.0.9".to_owned()];
        let came_in_on: IpAddr = [192, 168, 1, 5].into();
        let cases = [
            ("localhost", true),
            ("LOCALHOST", true),
            ("localhost.", true),
            ("127.0.0.1", true),
            ("127.8.9.10", true),
            ("[::1]", true),
            ("[::ffff:127.0.0.1]", true),
            ("192.168.1.5", true),
            ("192.168.1.6", false),
            ("bot.example", true),
            ("BOT.example.", true),
            ("10.0.0.9", true),
            ("evil.example", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example", false),
            ("bot.example.evil", false),
            ("0x7f000001", false),
            ("2130706433", false),
        ];
        for (host, expected) in cases {
            assert_eq!(is_our_host(host, &listed, Some(came_in_on)), expected, "{host}");
        }
    }

    #[test]
    fn an_origin_must_be_the_host_itself() {
        let cases = [
            ("http://localhost:8080", "localhost:8080", true),
            ("http://LOCALHOST:8080", "localhost:8080", true),
            ("http://localhost", "localhost:80", true),
            ("https://bot.example", "bot.example", true),
            ("http://localhost:3000", "localhost:8080", false),
            ("https://evil.example", "localhost:8080", false),
            ("http://127.0.0.1:8080", "localhost:8080", false),
            ("null", "localhost:8080", false),
            ("", "localhost:8080", false),
            ("file://", "localhost:8080", false),
            ("ftp://localhost:8080", "localhost:8080", false),
            ("http://localhost:8080@evil.example", "localhost:8080", false),
        ];
        for (origin, host, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            let host = authority(host);
            assert_eq!(host.map(|it| is_same_origin(&headers, &it)), Some(expected), "{origin}");
        }
    }
}
