//! `majordomo demo`: a page with a chat, a real house behind it, and everything that can break.

mod acts;
mod assets;
mod cast;
mod events;
mod guard;
mod hub;
mod server;
mod stage;
mod tally;
mod visits;
mod watch;
mod words;

use crate::app::Exit;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// How the page is served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageOptions {
    /// The port on the loopback address; 0 takes a free one.
    pub port: u16,
}

/// Serves it until the process is told to stop or nobody looks; 0 when nothing was lost.
#[must_use]
pub fn run(options: PageOptions) -> Exit {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&format!("no runtime could be started: {error}")),
    };
    let exit = runtime.block_on(serve(options)).unwrap_or_else(|why| failed(&why));
    runtime.shutdown_timeout(Duration::from_secs(1));
    exit
}

async fn serve(options: PageOptions) -> Result<Exit, String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
    let listener = TcpListener::bind(address).await;
    let listener = listener.map_err(|it| format!("{address} cannot be listened on ({it}): try --port 0"))?;
    let address = listener.local_addr().map_err(|it| it.to_string())?;
    let (mut terminate, mut interrupt) = (told(SignalKind::terminate())?, told(SignalKind::interrupt())?);
    let stage = Arc::new(Box::pin(stage::Stage::build()).await?);
    let hub = Arc::new(hub::Hub::default());
    let visits = Arc::new(visits::Visits::begin());
    let watching = tokio::spawn(watch::watch(Arc::clone(&stage), Arc::clone(&hub)));
    say(&format!(
        "\n  Majordomo, with a Telegram that exists only here. Open this page in your browser:\n\n      http://{address}/\n\n  \
         Ctrl-C ends it, and so do two minutes in which nobody opens it. In the terminal instead:\n  \
         majordomo demo --terminal\n\n"
    ));
    tokio::select! {
        served = server::serve(listener, address, Arc::clone(&stage), Arc::clone(&hub), Arc::clone(&visits)) => {
            served.map_err(|it| it.to_string())?;
        }
        () = visits.over(&hub) => say("\n  Nobody looks at the page, so it ends: majordomo demo begins anew.\n"),
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    watching.abort();
    let counts = stage.close().await;
    say(&format!(
        "\n  Updates accepted: {}, done: {}, set aside: {}, lost: {}.\n",
        counts.accepted, counts.done, counts.set_aside, counts.lost
    ));
    Ok(if counts.lost == 0 { Exit::Ok } else { Exit::Failed })
}

fn told(kind: SignalKind) -> Result<tokio::signal::unix::Signal, String> {
    signal(kind).map_err(|it| format!("signals cannot be heard: {it}"))
}

fn say(words: &str) {
    let mut out = std::io::stdout();
    let _ = out.write_all(words.as_bytes()).and_then(|()| out.flush()); // the page is there without it, too
}

fn failed(words: &str) -> Exit {
    let _ = writeln!(std::io::stderr(), "majordomo demo: {words}"); // there is no third place to say it
    Exit::Failed
}
