//! Who may ask: this page alone, under a loopback name, and for changes with the page's own token.

use crate::protocol::browser;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// The header that carries the token.
const TOKEN: &str = "x-demo-token";

/// What the page may load: what we serve, and nothing that is written into it.
const POLICY: (&str, &str) = (
    "content-security-policy",
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
);

/// What is let in.
#[derive(Clone)]
pub(super) struct Guard {
    /// The port that we listen on.
    pub(super) port: u16,
    /// What the page knows and others do not.
    pub(super) token: Arc<str>,
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    Host,
    Origin,
    Token,
}

/// Lets a request pass or refuses it in words; puts the headers on either answer.
pub(super) async fn guard(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let mut response = match guard.judge(request.method(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.answer(),
    };
    let headers = browser::HEADERS.into_iter().chain([POLICY]);
    let headers = headers.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
    response.headers_mut().extend(headers);
    response
}

impl Guard {
    fn judge(&self, method: &Method, headers: &HeaderMap) -> Result<(), Refusal> {
        let host = single(headers, header::HOST.as_str()).ok_or(Refusal::Host)?;
        let ours = ["127.0.0.1", "localhost", "[::1]"].map(|it| format!("{it}:{}", self.port));
        if !ours.iter().any(|it| it.eq_ignore_ascii_case(host)) {
            return Err(Refusal::Host);
        }
        let foreign = |it: &str| !it.strip_prefix("http://").is_some_and(|it| it.eq_ignore_ascii_case(host));
        if headers.contains_key(header::ORIGIN) && single(headers, "origin").is_none_or(foreign) {
            return Err(Refusal::Origin);
        }
        let site = single(headers, "sec-fetch-site").unwrap_or("same-origin");
        let reads = matches!(*method, Method::GET | Method::HEAD);
        if !reads && site != "same-origin" {
            return Err(Refusal::Origin);
        }
        let given = single(headers, TOKEN).unwrap_or_default();
        let known = bool::from(given.as_bytes().ct_eq(self.token.as_bytes()));
        if reads || known { Ok(()) } else { Err(Refusal::Token) }
    }
}

/// A header that is there exactly once.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    if values.next().is_some() { None } else { first.to_str().ok() }
}

impl Refusal {
    fn answer(self) -> Response {
        let (status, words) = match self {
            Self::Host => (StatusCode::MISDIRECTED_REQUEST, "open the address that majordomo demo printed"),
            Self::Origin => (StatusCode::FORBIDDEN, "pages of another origin may not ask here"),
            Self::Token => (StatusCode::FORBIDDEN, "the page is from an earlier start: reload it"),
        };
        (status, axum::Json(serde_json::json!({ "error": words }))).into_response()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn only_our_page_may_ask_and_only_with_its_token_may_it_change_anything() {
        type Headers = Vec<(&'static str, &'static str)>;
        let guard = Guard { port: 8090, token: "secret".into() };
        let get: &[(&'static str, &'static str)] = &[("host", "127.0.0.1:8090")];
        let page: &[(&str, &str)] =
            &[("host", "localhost:8090"), ("origin", "http://localhost:8090"), (TOKEN, "secret")];
        let with = |base: &[(&'static str, &'static str)], name: &'static str, value: &'static str| {
            let rest = base.iter().filter(|it| it.0 != name).copied();
            rest.chain([(name, value)]).filter(|it| !it.1.is_empty()).collect::<Vec<_>>()
        };
        let cases: [(Method, Headers, Result<(), Refusal>); 14] = [
            (Method::GET, get.to_vec(), Ok(())),
            (Method::GET, with(get, "host", "[::1]:8090"), Ok(())),
            (Method::GET, with(get, "host", ""), Err(Refusal::Host)),
            (Method::GET, with(get, "host", "127.0.0.1"), Err(Refusal::Host)),
            (Method::GET, with(get, "host", "127.0.0.1:80"), Err(Refusal::Host)),
            (Method::GET, with(get, "host", "evil.example:8090"), Err(Refusal::Host)),
            (Method::GET, with(get, "origin", "http://evil.example"), Err(Refusal::Origin)),
            (Method::POST, page.to_vec(), Ok(())),
            (Method::POST, with(page, TOKEN, ""), Err(Refusal::Token)),
            (Method::POST, with(page, TOKEN, "secret2"), Err(Refusal::Token)),
            (Method::POST, with(page, "origin", "null"), Err(Refusal::Origin)),
            (Method::POST, with(page, "origin", "http://127.0.0.1:8090"), Err(Refusal::Origin)),
            (Method::POST, with(page, "sec-fetch-site", "cross-site"), Err(Refusal::Origin)),
            (Method::DELETE, with(page, TOKEN, "x"), Err(Refusal::Token)),
        ];
        for (method, fields, expected) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in &fields {
                headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
            }
            assert_eq!(guard.judge(&method, &headers), expected, "{method} {fields:?}");
        }
        let mut twice = HeaderMap::new();
        twice.append("host", HeaderValue::from_static("127.0.0.1:8090"));
        twice.append("host", HeaderValue::from_static("127.0.0.1:8090"));
        assert_eq!(guard.judge(&Method::GET, &twice), Err(Refusal::Host));
    }
}
