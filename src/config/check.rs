//! What is wrong with values: the checks that the sections share.

use std::fmt::Display;
use std::ops::RangeInclusive;

/// Collects what is wrong, so that everything can be told at once.
#[derive(Debug, Default)]
pub struct Check(Vec<Wrong>);

/// One value that cannot work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Its key, with dots.
    pub key: &'static str,
    /// What would work, as the end of a sentence that begins with "expected".
    pub expected: String,
    /// The value must not be shown: it holds a secret.
    pub hidden: bool,
}

impl Check {
    /// Reports a value.
    pub fn wrong(&mut self, key: &'static str, expected: impl Into<String>) {
        self.0.push(Wrong { key, expected: expected.into(), hidden: false });
    }

    /// Reports a value that must not be shown.
    pub fn wrong_secret(&mut self, key: &'static str, expected: impl Into<String>) {
        self.0.push(Wrong { key, expected: expected.into(), hidden: true });
    }

    /// A whole number within bounds.
    pub fn within<T: PartialOrd + Display>(&mut self, key: &'static str, value: T, bounds: RangeInclusive<T>) {
        if !bounds.contains(&value) {
            self.wrong(key, format!("a whole number from {} to {}", bounds.start(), bounds.end()));
        }
    }

    /// A rate: any number from 0, where 0 means no limit.
    pub fn rate(&mut self, key: &'static str, value: f64) {
        if !(0.0..=1e6).contains(&value) {
            self.wrong(key, "a number from 0 to 1000000 (0 = no limit)");
        }
    }

    /// An address of the web.
    pub fn url(&mut self, key: &'static str, value: &str) {
        let Ok(url) = reqwest::Url::parse(value) else {
            return self.0.push(Wrong { key, expected: URL.into(), hidden: value.contains('@') });
        };
        if !url.username().is_empty() || url.password().is_some() {
            self.wrong_secret(key, "an address without a name and password in it");
        } else if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            self.wrong(key, URL);
        } else if url.query().is_some() || url.fragment().is_some() {
            self.wrong(key, "an address without `?` and `#`");
        }
    }

    /// An address to listen at.
    pub fn listen(&mut self, key: &'static str, value: &str) {
        if port_of(value).is_none() {
            self.wrong(key, "an address and port, like 127.0.0.1:8080 or [::1]:8080");
        }
    }

    /// All that was found.
    #[must_use]
    pub fn done(self) -> Vec<Wrong> {
        self.0
    }
}

const URL: &str = "an address that begins with http:// or https://";

/// The port of `host:port`, where the host is an address or a plain name.
fn port_of(listen: &str) -> Option<u16> {
    if let Ok(address) = listen.parse::<std::net::SocketAddr>() {
        return Some(address.port());
    }
    let (host, port) = listen.rsplit_once(':')?;
    let plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '-');
    let name = host.starts_with(|it: char| it.is_ascii_alphabetic()) && host.chars().all(plain);
    if name { port.parse().ok() } else { None }
}

/// Whether two listeners would want the same port. Port 0 is any free one.
pub(super) fn same_port(one: &str, other: &str) -> bool {
    let port = port_of(one);
    port.is_some_and(|it| it != 0) && port == port_of(other)
}
