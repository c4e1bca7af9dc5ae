//! `majordomo tree --watch`: the tree drawn anew every second, in place.

use super::draw;
use crate::app::Exit;
use crate::cli::client::{Client, Trouble};
use crate::cli::out::{self, Look, Tone, cut};
use crate::config::Loaded;
use crate::protocol::control::TreeNode;
use std::time::Duration;

/// How often it is drawn.
const EVERY: Duration = Duration::from_secs(1);

const ENTER: &str = "\x1b[?1049h\x1b[?25l\x1b[?7l";
const LEAVE: &str = "\x1b[?7h\x1b[?25h\x1b[?1049l";

/// Watches until Ctrl-C. A house that goes away is waited for; one that is not there at first is not.
pub(super) fn run(loaded: &Loaded, json: bool) -> Exit {
    let client = match Client::connect(loaded) {
        Ok(client) => client,
        Err(trouble) => {
            out::complain(trouble);
            return Exit::Failed;
        }
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            out::complain(error);
            return Exit::Failed;
        }
    };
    let watcher = Watcher { loaded: loaded.clone(), client: Some(client) };
    let exit = runtime.block_on(watch(watcher, json));
    runtime.shutdown_background(); // a question may still wait for its answer
    exit
}

/// Keeps a connection, and makes a new one when that is lost.
struct Watcher {
    loaded: Loaded,
    client: Option<Client>,
}

impl Watcher {
    fn look(&mut self) -> Result<TreeNode, Trouble> {
        let mut client = match self.client.take() {
            Some(client) => client,
            None => Client::connect(&self.loaded)?,
        };
        let tree = super::ask(&mut client)?;
        self.client = Some(client);
        Ok(tree)
    }
}

async fn watch(mut watcher: Watcher, json: bool) -> Exit {
    let screen = (!json).then(Screen::enter).flatten();
    let mut stop = std::pin::pin!(told_to_stop());
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let looking = async {
            tick.tick().await;
            tokio::task::spawn_blocking(move || (watcher.look(), watcher)).await
        };
        let seen = tokio::select! {
            () = &mut stop => return Exit::Ok,
            seen = looking => seen,
        };
        let Ok((tree, back)) = seen else { return Exit::Failed };
        watcher = back;
        let shown = if json { as_line(tree) } else { frame(tree, screen.is_some(), Look::now()) };
        if !out::print_all(&shown) {
            return Exit::Ok; // the reader has left
        }
    }
}

/// Ctrl-C or a polite kill.
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut polite) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = polite.recv() => {}
    }
}

fn as_line(tree: Result<TreeNode, Trouble>) -> String {
    let line = match tree {
        Ok(tree) => serde_json::to_string(&tree),
        Err(trouble) => serde_json::to_string(&serde_json::json!({ "error": trouble.to_string() })),
    };
    line.unwrap_or_default() + "\n"
}

/// One picture. In place it overwrites the one before, line by line, so that nothing flickers.
fn frame(tree: Result<TreeNode, Trouble>, in_place: bool, look: Look) -> String {
    let look = if in_place { look.narrower() } else { look };
    let mut lines = match tree {
        Ok(tree) => draw::lines(&tree, look),
        Err(trouble) => {
            let why = cut(&trouble.to_string(), look.width());
            vec![look.paint(Tone::Bad, &why), look.paint(Tone::Dim, "waiting for it …")]
        }
    };
    let Some((_, rows)) = look.size.filter(|_| in_place) else { return lines.join("\n") + "\n\n" };
    let room = rows.saturating_sub(1).max(1);
    if lines.len() > room {
        let more = lines.len() - (room - 1);
        lines.truncate(room - 1);
        lines.push(look.paint(Tone::Dim, &format!("… {more} more: majordomo tree | less")));
    }
    let help = look.paint(Tone::Dim, &cut("every second · Ctrl-C ends", look.width()));
    let body = lines.join("\x1b[K\r\n");
    format!("\x1b[H{body}\x1b[K\r\n{help}\x1b[K\x1b[J")
}

/// The terminal while we draw on it; put back as it was when this goes.
struct Screen;

impl Screen {
    /// Takes the terminal, if there is one.
    fn enter() -> Option<Self> {
        Look::now().size?;
        out::print_all(ENTER).then_some(Self)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        out::print_all(LEAVE);
    }
}

#[cfg(test)]
mod tests {
    use super::draw::tests::house;
    use super::*;

    #[test]
    fn a_picture_overwrites_the_one_before_and_fits_the_terminal() {
        for rows in 1..20 {
            let shown = frame(Ok(house()), true, Look { color: false, size: Some((40, rows)) });
            assert!(shown.starts_with("\x1b[H") && shown.ends_with("\x1b[K\x1b[J"), "{shown}");
            assert!(!shown.contains("\x1b[2J"), "clearing the screen flickers");
            let lines = shown.matches('\n').count() + 1;
            assert!(
                shown.split("\r\n").all(|it| it
                    .replace("\x1b[K", "")
                    .replace("\x1b[H", "")
                    .replace("\x1b[J", "")
                    .chars()
                    .count()
                    < 40),
                "the last column stays free: {shown}"
            );
            assert!(lines <= rows.max(2), "{rows} rows: {lines} lines");
        }
    }

    #[test]
    fn a_house_that_went_away_is_waited_for_in_words() {
        let shown = frame(Err(Trouble::NotRunning("/data".into())), true, Look { color: false, size: Some((200, 24)) });
        assert!(
            shown.contains("no running majordomo on this store (/data)") && shown.contains("waiting for it"),
            "{shown}"
        );
    }
}
