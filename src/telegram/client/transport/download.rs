//! The content of a file: from Telegram's own address for files, or from this machine's disk.

use super::{Raw, Transport, failed};
use crate::telegram::error::{ApiError, Parameters, Refusal};
use bytes::Bytes;
use reqwest::{Method, Response, StatusCode, Url};
use std::io::Read;
use std::time::Duration;

/// The name under which downloads are counted.
const DOWNLOAD: &str = "download";

impl Transport {
    /// Loads a file by the path that `getFile` told; `None` when it has more bytes than that.
    pub async fn download(&self, path: &str, max: u64, deadline: Duration) -> Result<Option<Bytes>, ApiError> {
        let raw = async {
            if self.local && path.starts_with('/') {
                read(path, max).await
            } else {
                self.get(path, max, deadline).await
            }
        };
        let found = self.measured(DOWNLOAD, raw, |raw| {
            if raw.status.is_success() {
                return Ok(raw.body.clone());
            }
            // A file's address answers with a status and nothing else.
            let (code, description) = (raw.status.as_u16(), format!("HTTP {}", raw.status.as_u16()));
            if raw.status == StatusCode::NOT_FOUND || raw.status.is_redirection() {
                return Err(ApiError::Rejected { code, description });
            }
            let parameters = Parameters { retry_after: raw.retry_after, migrate_to_chat_id: None };
            Err(Refusal { code, description: Some(description), parameters }.class(DOWNLOAD))
        });
        found.await.map(|it| (it.len() as u64 <= max).then_some(it))
    }

    async fn get(&self, path: &str, max: u64, deadline: Duration) -> Result<Raw, ApiError> {
        let url = self.address(path).ok_or_else(|| ApiError::Malformed { why: "a path that leads nowhere".into() })?;
        let mut request = reqwest::Request::new(Method::GET, url);
        *request.timeout_mut() = Some(deadline);
        let response = self.http.execute(request).await.map_err(failed)?;
        let status = response.status();
        Ok(Raw { status, retry_after: None, body: up_to(response, max).await? })
    }

    /// The address of a file. A path that would lead out of the bot's own folder has none.
    fn address(&self, path: &str) -> Option<Url> {
        let strange = |it: &str| it.is_empty() || it.chars().all(|it| it == '.') || it.contains('\\');
        if path.split('/').any(strange) {
            return None;
        }
        let mut url = self.files.clone();
        url.path_segments_mut().ok()?.pop_if_empty().extend(path.split('/'));
        Some(url)
    }
}

/// Reads a body until it is over, or known to be too large: then one byte more than allowed is enough.
async fn up_to(mut response: Response, max: u64) -> Result<Bytes, ApiError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        body.extend_from_slice(&chunk);
        if body.len() as u64 > max {
            break;
        }
    }
    Ok(body.into())
}

/// Reads a file of this machine. Its path stays out of all errors: a local server has the token in it.
async fn read(path: &str, max: u64) -> Result<Raw, ApiError> {
    let path = path.to_owned();
    let load = move || {
        let file = std::fs::File::open(path)?;
        if !file.metadata()?.is_file() {
            return Err(std::io::ErrorKind::InvalidInput.into());
        }
        let mut body = Vec::new();
        file.take(max.saturating_add(1)).read_to_end(&mut body)?;
        Ok(body)
    };
    let found: std::io::Result<Vec<u8>> =
        tokio::task::spawn_blocking(load).await.unwrap_or_else(|_| Err(std::io::ErrorKind::Other.into()));
    match found {
        Ok(body) => Ok(Raw { status: StatusCode::OK, retry_after: None, body: body.into() }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Ok(Raw { status: StatusCode::NOT_FOUND, retry_after: None, body: Bytes::new() })
        }
        Err(error) => {
            let why = format!("the local file cannot be read: {:?}", error.kind());
            Err(ApiError::Rejected { code: 400, description: why })
        }
    }
}
