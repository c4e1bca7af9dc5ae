//! The addresses we want to listen at.

use super::Finding;
use crate::config::Settings;
use std::io::ErrorKind;
use std::net::TcpListener;

pub(super) fn examine(settings: &Settings, running: bool) -> Vec<Finding> {
    let webhook = &settings.telegram.webhook.listen;
    let web = &settings.web.listen;
    let mut findings = Vec::new();
    if !web.is_empty() {
        findings.push(one("web.listen", web, running));
    }
    if settings.telegram.by_webhook() {
        findings.push(one("telegram.webhook.listen", webhook, running));
    }
    findings
}

fn one(check: &'static str, listen: &str, running: bool) -> Finding {
    match TcpListener::bind(listen) {
        Ok(_) if running => {
            let cause = format!("{listen} is free although a majordomo runs on this store");
            Finding::warn(check, cause, "it may run with other settings, or that part is parked: majordomo tree")
        }
        Ok(_) => Finding::pass(check, format!("{listen} is free")),
        Err(error) if running && error.kind() == ErrorKind::AddrInUse => {
            Finding::pass(check, format!("{listen} is in use, and a majordomo runs on this store"))
        }
        Err(error) => {
            let port = listen.rsplit(':').next().unwrap_or(listen);
            let remedy = match error.kind() {
                ErrorKind::AddrInUse => {
                    format!("see who has it: ss -ltnp 'sport = :{port}'; or set {check} to another port")
                }
                ErrorKind::PermissionDenied => format!("set {check} to a port from 1024 on, behind a proxy"),
                _ => format!("set {check} to an address of this machine"),
            };
            Finding::fail(check, format!("{listen} cannot be listened at: {error}"), remedy)
        }
    }
}
