//! Where the simulated Telegram delivers: nothing is passed on, everything is kept for the load to deliver.

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use majordomo::telegram::update::update_id;
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;

/// Keeps the bodies of deliveries by update.
#[derive(Clone)]
pub struct Hole {
    address: String,
    kept: Arc<Mutex<HashMap<u64, Bytes>>>,
}

impl Hole {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let hole = Self { address: listener.local_addr().unwrap().to_string(), kept: Arc::default() };
        let kept = Arc::clone(&hole.kept);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let _ = stream.set_nodelay(true);
                let kept = Arc::clone(&kept);
                let service = hyper::service::service_fn(move |it| keep(Arc::clone(&kept), it));
                let http = hyper::server::conn::http1::Builder::new();
                tokio::spawn(http.serve_connection(TokioIo::new(stream), service));
            }
        });
        hole
    }

    /// The address for `setWebhook`.
    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Takes the body of an update out, as soon as it has come.
    pub async fn body(&self, update: u64) -> Bytes {
        loop {
            if let Some(body) = self.kept.lock().unwrap().remove(&update) {
                return body;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

async fn keep(
    kept: Arc<Mutex<HashMap<u64, Bytes>>>,
    request: Request<Incoming>,
) -> Result<Response<Empty<Bytes>>, Infallible> {
    if let Ok(body) = request.into_body().collect().await {
        let body = body.to_bytes();
        // The echoes of the house's own doings are not kept: nobody asks for them.
        if let Some(id) = update_id(&body).filter(|_| body.windows(6).any(|it| it == b"\"text\"")) {
            kept.lock().unwrap().insert(id.0, body);
        }
    }
    Ok(Response::default())
}
