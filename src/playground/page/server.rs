//! The page's HTTP: the page and its files, a stream of what happens, and one path for all deeds.

use super::acts::{self, Act, Sorry};
use super::assets::{ASSETS, INDEX};
use super::guard::{Guard, guard};
use super::hub::Hub;
use super::stage::Stage;
use super::visits::Visits;
use super::words;
use crate::clock;
use crate::domain::types::Language;
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{from_fn_with_state, map_request};
use axum::response::sse::{KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// Bytes of a request's body.
const BODY_BYTES: usize = 32 << 10;
/// Readers of the stream at the same time.
const READERS: usize = 32;
/// Deeds at the same time; a press may wait for its answer.
const DEEDS: usize = 32;

/// What every handler reaches.
#[derive(Clone)]
struct Page {
    stage: Arc<Stage>,
    hub: Arc<Hub>,
    token: Arc<str>,
    readers: Arc<Semaphore>,
    deeds: Arc<Semaphore>,
}

/// Serves the page for ever.
pub(super) async fn serve(
    listener: TcpListener,
    address: SocketAddr,
    stage: Arc<Stage>,
    hub: Arc<Hub>,
    visits: Arc<Visits>,
) -> io::Result<()> {
    let token: Arc<str> = data_encoding::HEXLOWER.encode(&clock::random::<16>()).into();
    let guarded = Guard { port: address.port(), token: Arc::clone(&token) };
    let (readers, deeds) = (Arc::new(Semaphore::new(READERS)), Arc::new(Semaphore::new(DEEDS)));
    let router = Router::new()
        .route("/", get(index))
        .route("/words.json", get(texts))
        .route("/live", get(live))
        .route("/file/{id}", get(file))
        .route("/act", post(act))
        .route("/{name}", get(asset))
        .fallback(missing)
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(map_request(move |request: Request| {
            visits.note();
            std::future::ready(request)
        }))
        .layer(from_fn_with_state(guarded, guard))
        .with_state(Page { stage, hub, token, readers, deeds });
    axum::serve(listener, router).await
}

/// `?lang=ru`
#[derive(Debug, Deserialize)]
struct Wish {
    lang: Option<String>,
}

impl Wish {
    /// What was asked for, else the first language of the browser that we have.
    fn language(&self, headers: &HeaderMap) -> Language {
        if let Some(lang) = &self.lang {
            return Language::of_tag(lang);
        }
        let liked = headers.get(header::ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok()).unwrap_or_default();
        let mut codes = liked.split(',').map(|it| it.split([';', '-']).next().unwrap_or_default().trim());
        codes.find_map(|code| Language::ALL.into_iter().find(|it| it.code() == code)).unwrap_or_default()
    }
}

async fn index(State(page): State<Page>, Query(wish): Query<Wish>, headers: HeaderMap) -> Response {
    let language = wish.language(&headers);
    let body = INDEX.replace("[[token]]", &page.token).replace("[[lang]]", language.code());
    with_type("text/html; charset=utf-8", words::fill(&body, language))
}

async fn texts(Query(wish): Query<Wish>, headers: HeaderMap) -> Response {
    Json(words::all(wish.language(&headers))).into_response()
}

async fn asset(Path(name): Path<String>) -> Response {
    match ASSETS.iter().find(|it| it.name == name) {
        Some(asset) => with_type(asset.mime, asset.body),
        None => missing().await,
    }
}

/// A file of a message. Only pictures are shown; whatever else there is can be saved.
async fn file(State(page): State<Page>, Path(id): Path<String>) -> Response {
    let Some((name, mime, bytes)) = page.stage.set().telegram.file(&id) else { return missing().await };
    if ["image/png", "image/jpeg"].contains(&mime.as_str()) {
        return ([(header::CONTENT_TYPE, mime)], bytes).into_response();
    }
    let plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '_');
    let name: String = name.chars().map(|it| if plain(it) { it } else { '_' }).collect();
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (headers, bytes).into_response()
}

async fn live(State(page): State<Page>) -> Response {
    use futures_util::StreamExt;
    let Ok(place) = page.readers.clone().try_acquire_owned() else { return busy() };
    let events = page.hub.events().map(move |it| {
        let _held_as_long_as_the_stream = &place;
        it
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

async fn act(State(page): State<Page>, Json(act): Json<Act>) -> Response {
    let Ok(_place) = page.deeds.try_acquire() else { return busy() };
    match acts::perform(&page.stage, act).await {
        Ok(outcome) => Json(outcome).into_response(),
        Err(Sorry(words)) => (StatusCode::CONFLICT, Json(json!({ "error": words }))).into_response(),
    }
}

async fn missing() -> Response {
    (StatusCode::NOT_FOUND, Json(json!({ "error": "there is nothing here" }))).into_response()
}

fn busy() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "error": "too many at once: close other tabs of this page" })))
        .into_response()
}

fn with_type(mime: &'static str, body: impl IntoResponse) -> Response {
    ([(header::CONTENT_TYPE, mime)], body).into_response()
}
