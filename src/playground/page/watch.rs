//! Looks at the stage a dozen times a second and tells the hub what it sees.

use super::events;
use super::hub::Hub;
use super::stage::Stage;
use crate::telemetry::{self, Told};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::MissedTickBehavior;

/// How often it looks.
const LOOK: Duration = Duration::from_millis(80);
/// Messages of each chat that are shown.
const MESSAGES: usize = 80;

/// Watches until it is aborted.
pub(super) async fn watch(stage: Arc<Stage>, hub: Arc<Hub>) {
    let mut lines = telemetry::subscribe();
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told = 0;
    let mut tell = |line: &Told| {
        told += 1;
        hub.line(events::line(told, line).to_string());
    };
    telemetry::tail(50).iter().for_each(|it| tell(it));
    loop {
        tokio::select! {
            line = lines.recv() => match line {
                Ok(line) => tell(&line),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            },
            _ = look.tick() => if hub.is_read() { show(&stage, &hub).await },
        }
    }
}

async fn show(stage: &Stage, hub: &Hub) {
    let set = stage.set();
    let view = set.telegram.view(MESSAGES);
    let (inside, counts) = (stage.inside().await, stage.counts().await);
    let chats: Vec<i64> = view.chats.iter().map(|it| it.id).collect();
    let people = json!({
        "people": view.people,
        "chats": chats,
        "owner": set.cast.ann,
        "channel": set.cast.channel,
        "group": set.cast.group,
        "language": set.language,
    });
    hub.retain(|part| part.strip_prefix("chat ").is_none_or(|id| chats.iter().any(|it| it.to_string() == id)));
    hub.put("a people", "people", people.to_string());
    for chat in &view.chats {
        hub.put(&format!("chat {}", chat.id), "chat", json!(chat).to_string());
    }
    let tree = inside.tree.map(|it| events::tree(&it, &view));
    hub.put("tree", "tree", json!({ "root": tree }).to_string());
    hub.put("inbox", "inbox", events::inbox(&inside.inbox, &inside.doubts).to_string());
    let mut numbers = json!(counts);
    (numbers["cut"], numbers["open"]) = (set.cut.into(), stage.is_open().await.into());
    numbers["set_aside"] = inside.inbox.len().into();
    hub.put("counts", "counts", numbers.to_string());
}
