//! The simulated Telegram against its own promises: words, rights, floods, polls, webhooks, faults.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod choices;
mod ephemeral;
mod faults;
mod floods;
mod hands;
mod joining;
mod ledger;
mod letters;
mod polling;
mod presses;
mod refusals;
mod standing;
mod types;
mod updates;
mod webhook;

use majordomo::domain::types::{ChatId, UserId};
use majordomo::playground::telegram::{Options, Simulated};
use serde_json::{Value, json};
use std::time::Duration;

const SOON: Duration = Duration::from_secs(5);
const GUARD: [&str; 3] = ["can_delete_messages", "can_restrict_members", "can_invite_users"];

/// A bot made of nothing but an HTTP client.
#[derive(Clone)]
struct Bot {
    http: reqwest::Client,
    base: String,
}

impl Bot {
    fn of(telegram: &Simulated) -> Self {
        let base = format!("{}/bot{}", telegram.api_url(), telegram.token());
        Self { http: reqwest::Client::new(), base }
    }

    async fn try_call(&self, method: &str, params: Value) -> Result<(u16, String), reqwest::Error> {
        let request = self.http.post(format!("{}/{method}", self.base)).header("content-type", "application/json");
        let response = request.body(params.to_string()).send().await?;
        Ok((response.status().as_u16(), response.text().await?))
    }

    async fn call(&self, method: &str, params: Value) -> (u16, Value) {
        let (status, text) = self.try_call(method, params).await.unwrap();
        (status, serde_json::from_str(&text).unwrap())
    }

    async fn ok(&self, method: &str, params: Value) -> Value {
        let (status, mut body) = self.call(method, params).await;
        assert_eq!((status, &body["ok"]), (200, &json!(true)), "{method}: {body}");
        body["result"].take()
    }

    async fn refused(&self, method: &str, params: Value) -> String {
        let (status, body) = self.call(method, params.clone()).await;
        assert_eq!(body["ok"], json!(false), "{method} {params}: {body}");
        assert_eq!(body["error_code"], json!(status));
        body["description"].as_str().unwrap().to_owned()
    }

    async fn updates(&self, params: Value) -> Vec<Value> {
        self.ok("getUpdates", params).await.as_array().unwrap().clone()
    }
}

/// A small world: Ann owns a group and a channel, Eve is in the group, Sam has never met anybody.
struct Small {
    telegram: Simulated,
    bot: Bot,
    ann: UserId,
    eve: UserId,
    sam: UserId,
    channel: ChatId,
    group: ChatId,
}

async fn small(options: Options) -> Small {
    let telegram = Simulated::start(options).await.unwrap();
    let (ann, eve, sam) = (telegram.person("Ann", "en"), telegram.person("Eve", "en"), telegram.person("Sam", "ru"));
    let channel = telegram.channel("News", Some("news"), ann);
    let group = telegram.supergroup("Readers", ann);
    telegram.place_bot(group, &GUARD);
    telegram.join(eve, group).unwrap();
    Small { bot: Bot::of(&telegram), telegram, ann, eve, sam, channel, group }
}

fn kinds(updates: &[Value]) -> Vec<String> {
    let kind = |it: &Value| it.as_object().unwrap().keys().find(|it| *it != "update_id").unwrap().clone();
    updates.iter().map(kind).collect()
}

fn after(updates: &[Value]) -> u64 {
    updates.last().map_or(0, |it| it["update_id"].as_u64().unwrap() + 1)
}

fn no_permissions() -> Value {
    json!({ "can_send_messages": false })
}
