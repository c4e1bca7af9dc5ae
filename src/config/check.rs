//! Limits that sections share: addresses, and where to listen.

use crate::domain::settings::Unfit;

const URL: &str = "an address that begins with http:// or https://";

/// An address of the web.
pub(super) fn an_address(value: &str) -> Result<(), Unfit> {
    let Ok(url) = reqwest::Url::parse(value) else {
        return Err(Unfit { expected: URL.into(), hidden: value.contains('@') });
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Unfit { expected: "an address without a name and password in it".into(), hidden: true });
    }
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(URL.into());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("an address without `?` and `#`".into());
    }
    Ok(())
}

/// An address of the web, if any.
pub(super) fn nothing_or_an_address(value: &str) -> Result<(), Unfit> {
    if value.is_empty() { Ok(()) } else { an_address(value) }
}

/// An address to listen at.
pub(super) fn a_listener(value: &str) -> Result<(), Unfit> {
    if port_of(value).is_some() {
        return Ok(());
    }
    Err("an address and port, like 127.0.0.1:8080 or [::1]:8080".into())
}

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
