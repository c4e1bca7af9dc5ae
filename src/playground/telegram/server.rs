//! The HTTP side: `/bot<token>/<method>`, with the faults of the day.

use super::faults::{FaultKind, Hit, Layer};
use super::flood::Scope;
use super::ledger::Call;
use super::methods::{self, Method, Run};
use super::refusal::Refusal;
use super::request::{Parameters, unescape};
use super::sent::{Sent, Way};
use super::simulated::Inner;
use super::{polling, webhook};
use crate::clock;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, RETRY_AFTER};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

const PAGE: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n</html>\r\n";

/// The connection is to end without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the simulated network ends the connection")]
pub(super) struct Dropped;

/// An answer before it is HTTP.
struct Reply {
    status: u16,
    json: bool,
    body: Bytes,
    retry_after: Option<u32>,
    /// Whether the call was done.
    done: bool,
    early: bool,
    way: Way,
}

impl Reply {
    fn done(result: &[u8], description: Option<&str>) -> Self {
        let mut body = Vec::with_capacity(result.len() + 32);
        body.extend_from_slice(b"{\"ok\":true,\"result\":");
        body.extend_from_slice(result);
        if let Some(words) = description {
            body.extend_from_slice(format!(",\"description\":\"{words}\"").as_bytes());
        }
        body.push(b'}');
        Self {
            status: 200,
            json: true,
            body: body.into(),
            retry_after: None,
            done: true,
            early: false,
            way: Way::Whole,
        }
    }

    fn refused(refusal: &Refusal) -> Self {
        Self {
            status: refusal.code,
            json: true,
            body: refusal.body().into(),
            retry_after: refusal.retry_after,
            done: false,
            early: refusal.early,
            way: Way::Whole,
        }
    }

    fn page(status: u16, json: bool, body: &'static str, done: bool) -> Self {
        let body = Bytes::from_static(body.as_bytes());
        Self { status, json, body, retry_after: None, done, early: false, way: Way::Whole }
    }

    fn http(self) -> Response<Sent> {
        let kind = if self.json { "application/json" } else { "text/html" };
        let mut response = Response::new(Sent::new(self.body, self.way));
        *response.status_mut() = hyper::StatusCode::from_u16(self.status).unwrap_or_default();
        response.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static(kind));
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// Takes connections until it is stopped.
pub(super) async fn serve(inner: Arc<Inner>, listener: TcpListener) {
    let mut stop = inner.stopping();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|it| *it) => return,
        };
        let Ok((stream, _)) = stream else { continue };
        if !inner.is_cut_off() {
            tokio::spawn(connection(Arc::clone(&inner), stream));
        }
    }
}

async fn connection(inner: Arc<Inner>, stream: TcpStream) {
    let (mut stop, mut cut) = (inner.stopping(), inner.cutting());
    let _ = stream.set_nodelay(true); // slower without, not wrong
    let service = service_fn(move |request| answer(Arc::clone(&inner), request));
    let serving = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        _ = serving => {}
        _ = stop.wait_for(|it| *it) => {}
        _ = cut.wait_for(|it| *it) => {}
    }
}

async fn answer(inner: Arc<Inner>, request: Request<Incoming>) -> Result<Response<Sent>, Dropped> {
    let at_us = clock::tick_us();
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Dropped)?.to_bytes();
    if let Some(wanted) = head.uri.path().strip_prefix("/file/bot") {
        return Ok(file(&inner, wanted, at_us)?.http());
    }
    let asked = head.uri.path().strip_prefix("/bot").and_then(|it| it.split_once('/'));
    let Some((token, name)) = asked else {
        return Ok(Reply::refused(&Refusal::new(404, "Not Found")).http());
    };
    if unescape(token) != inner.options.token {
        let well_formed = token.split_once(':').is_some_and(|(id, _)| id.parse::<u64>().is_ok());
        let words = if well_formed { "Unauthorized" } else { "Unauthorized: invalid token specified" };
        return Ok(Reply::refused(&Refusal::new(401, words)).http());
    }
    let kind = head.headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let given = Parameters::read(head.uri.query(), kind, &body);
    let method = methods::find(name);
    let fresh = || fresh_call(method.map_or(name, |it| it.name), at_us);
    let (method, given) = match (method, given) {
        (_, Err(refusal)) => return Ok(record(&inner, fresh(), Some(Reply::refused(&refusal)))?.http()),
        (None, _) => {
            let refusal = Refusal::new(404, "Not Found: method not found");
            return Ok(record(&inner, fresh(), Some(Reply::refused(&refusal)))?.http());
        }
        (Some(method), Ok(given)) => (method, given),
    };
    let mut call = fresh();
    let hit = inner.hit(method.name, given.chat(), Layer::Transport);
    let hang_ms = if let Some((FaultKind::Hang(ms), _)) = hit.kind { ms } else { 0 };
    let reply = with_fault(&inner, method, &given, hit, &mut call).await;
    call.params = given.0;
    let recorded = record(&inner, call, reply);
    if hang_ms > 0 {
        tokio::time::sleep(Duration::from_millis(hang_ms)).await;
    }
    Ok(recorded?.http())
}

/// A file's bytes; in the ledger a call named `file`, for which any fault ends the connection.
fn file(inner: &Inner, wanted: &str, at_us: u64) -> Result<Reply, Dropped> {
    let (token, path) = wanted.split_once('/').unwrap_or((wanted, ""));
    if inner.hit("file", None, Layer::Transport).kind.is_some() {
        return record(inner, fresh_call("file", at_us), None);
    }
    let found = inner.world().file_at(&unescape(path)).filter(|_| unescape(token) == inner.options.token);
    let reply = match found {
        Some(body) => {
            Reply { status: 200, json: false, body, retry_after: None, done: true, early: false, way: Way::Whole }
        }
        None => Reply::refused(&Refusal::new(404, "Not Found")),
    };
    let params = serde_json::Map::from_iter([("path".to_owned(), path.into())]);
    let call = Call { params, ..fresh_call("file", at_us) };
    record(inner, call, Some(reply))
}

fn fresh_call(method: &str, at_us: u64) -> Call {
    Call {
        n: 0,
        at_us,
        took_us: 0,
        method: method.to_owned(),
        params: serde_json::Map::new(),
        status: 0,
        done: false,
        answer: Bytes::new(),
        fault: None,
        early: false,
    }
}

async fn with_fault(
    inner: &Arc<Inner>,
    method: &Method,
    given: &Parameters,
    hit: Hit,
    call: &mut Call,
) -> Option<Reply> {
    if hit.latency_ms > 0 {
        tokio::time::sleep(Duration::from_millis(hit.latency_ms)).await;
    }
    let Some((kind, after)) = hit.kind else {
        return Some(run(inner, method, given).await);
    };
    call.fault = Some(format!("{kind:?}{}", if after { " after" } else { "" }));
    let first = if after { Some(run(inner, method, given).await) } else { None };
    if let Some(first) = &first {
        call.done = first.done;
        call.answer = first.body.clone();
        inner.changed.notify_waiters();
    }
    let done = call.done;
    match kind {
        FaultKind::Reset | FaultKind::Hang(_) => None,
        FaultKind::Status(status) => Some(Reply::page(status, false, PAGE, done)),
        FaultKind::Garbage => Some(Reply::page(200, true, "{\"ok\":tr", done)),
        FaultKind::Says(status, words) => Some(Reply::page(status, true, words, done)),
        FaultKind::Huge(bytes) => Some(Reply { body: vec![b' '; bytes].into(), ..Reply::page(200, true, "", done) }),
        FaultKind::Short => Some(Reply { way: Way::Short, ..true_answer(inner, method, given, first).await }),
        FaultKind::Drip(ms) => Some(Reply { way: Way::Drip(ms), ..true_answer(inner, method, given, first).await }),
        FaultKind::Error(code, words) => Some(Reply::refused(&Refusal::new(code, words))),
        FaultKind::Flood { retry_after_s, everywhere } => Some(flood(inner, method, given, retry_after_s, everywhere)),
        FaultKind::Latency(_) | FaultKind::Duplicate | FaultKind::Reorder | FaultKind::ForgedSecret => {
            Some(run(inner, method, given).await)
        }
    }
}

/// The answer that a fault lets through in its own way.
async fn true_answer(inner: &Arc<Inner>, method: &Method, given: &Parameters, first: Option<Reply>) -> Reply {
    match first {
        Some(reply) => reply,
        None => run(inner, method, given).await,
    }
}

/// A 429 on order. A call that comes while another wait is running is told of that one.
fn flood(inner: &Inner, method: &Method, given: &Parameters, seconds: u32, everywhere: bool) -> Reply {
    let mut world = inner.world();
    let now_ms = world.clock.now_ms();
    let chat = given.chat().unwrap_or(0);
    let own = if methods::is_message(method.name) { Scope::Chat(chat) } else { Scope::Method(chat, method.name) };
    if let Some(wait) = world.flood.early(now_ms, &[Scope::All, own.clone()]) {
        return Reply::refused(&Refusal::wait(wait));
    }
    world.flood.punish(if everywhere { Scope::All } else { own }, now_ms, seconds);
    Reply::refused(&Refusal::flood(seconds))
}

async fn run(inner: &Arc<Inner>, method: &Method, given: &Parameters) -> Reply {
    let outcome = match method.run {
        Run::Now(run) => return now(inner, method.name, run, given),
        Run::GetUpdates => polling::get_updates(inner, given).await.map(|it| Reply::done(&it, None)),
        Run::SetWebhook => hook(inner, given),
        Run::DeleteWebhook => {
            let mut given = given.clone();
            given.0.remove("url");
            hook(inner, &given)
        }
    };
    outcome.unwrap_or_else(|refusal| Reply::refused(&refusal))
}

type RunNow = fn(&mut super::world::World, &Parameters) -> Result<serde_json::Value, Refusal>;

fn now(inner: &Inner, name: &'static str, run: RunNow, given: &Parameters) -> Reply {
    let result = {
        let mut world = inner.world();
        let now_ms = world.clock.now_ms();
        let scopes = [Scope::All, Scope::Method(given.chat().unwrap_or(0), name)];
        match world.flood.early(now_ms, &scopes) {
            Some(wait) => Err(Refusal::wait(wait)),
            None => run(&mut world, given),
        }
    };
    match result {
        Ok(value) => Reply::done(value.to_string().as_bytes(), None),
        Err(refusal) => Reply::refused(&refusal),
    }
}

fn hook(inner: &Arc<Inner>, given: &Parameters) -> Result<Reply, Refusal> {
    let (words, new) = inner.world().set_webhook(given)?;
    if let Some(hook) = new {
        webhook::start(inner, &hook);
    }
    Ok(Reply::done(b"true", Some(words)))
}

/// Writes the call down; without a reply the connection ends.
fn record(inner: &Inner, mut call: Call, reply: Option<Reply>) -> Result<Reply, Dropped> {
    call.took_us = clock::tick_us().saturating_sub(call.at_us);
    if let Some(reply) = &reply {
        call.status = reply.status;
        call.done |= reply.done;
        call.early = reply.early;
        call.answer = reply.body.clone();
    }
    inner.ledger.record(call);
    inner.changed.notify_waiters();
    reply.ok_or(Dropped)
}
