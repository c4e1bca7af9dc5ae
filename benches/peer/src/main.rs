//! The guard's first path as one would write it in an afternoon on a plain framework (teloxide): everything in
//! memory, nothing supervised, nothing limited, lost with the process. `benches/end_to_end` measures it with
//! `--house`, so it listens to the same settings as the house.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use teloxide::error_handlers::LoggingErrorHandler;
use teloxide::payloads::{RestrictChatMemberSetters, SendMessageSetters, SetWebhookSetters};
use teloxide::prelude::*;
use teloxide::types::{ChatPermissions, InlineKeyboardButton, InlineKeyboardMarkup, UserId};
use teloxide::update_listeners::webhooks;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// As long as the house keeps a membership.
const CACHED: Duration = Duration::from_secs(300);

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What the bot remembers.
struct Memory {
    /// How long a notice stays.
    notice: Duration,
    /// The channel that a group is guarded for.
    guarded: Mutex<HashMap<ChatId, (ChatId, String)>>,
    /// Whether somebody is inside of a chat, and since when that is known.
    known: Mutex<HashMap<(ChatId, UserId), (bool, Instant)>>,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let bot = Bot::new(setting("TELEGRAM__TOKEN")?).set_api_url(setting("TELEGRAM__API_URL")?.parse()?);
    let notice_s = setting("FEATURES__MEMBERSHIP__NOTICE_TTL_S").unwrap_or_else(|_| "60".to_owned()).parse()?;
    let memory = Memory { notice: Duration::from_secs(notice_s), guarded: Mutex::default(), known: Mutex::default() };
    let (url, secret) = (setting("TELEGRAM__WEBHOOK__URL")?, setting("TELEGRAM__WEBHOOK__SECRET")?);
    let address = setting("TELEGRAM__WEBHOOK__LISTEN")?.parse()?;
    let options = webhooks::Options::new(address, url.parse()?).secret_token(secret.clone());
    let (listener, stopped, router) = webhooks::axum_no_setup(options);
    let hook = tokio::net::TcpListener::bind(address).await?;
    tokio::spawn(async move { axum::serve(hook, router).with_graceful_shutdown(stopped).await });
    bot.set_webhook(url.parse()?).secret_token(secret).await?;
    tokio::spawn(say_ready(setting("WEB__LISTEN")?));
    Dispatcher::builder(bot, Update::filter_message().endpoint(said))
        .dependencies(dptree::deps![Arc::new(memory)])
        .build()
        .dispatch_with_listener(listener, LoggingErrorHandler::new())
        .await;
    Ok(())
}

fn setting(name: &str) -> Result<String, Failure> {
    std::env::var(format!("MAJORDOMO_{name}")).map_err(|_| format!("MAJORDOMO_{name} is not set").into())
}

async fn say_ready(address: String) -> Result<(), Failure> {
    let ready = axum::Router::new().route("/health/ready", axum::routing::get(|| async { "ready" }));
    Ok(axum::serve(tokio::net::TcpListener::bind(address).await?, ready).await?)
}

async fn said(bot: Bot, message: Message, memory: Arc<Memory>) -> Result<(), Failure> {
    if let Some(channel) = message.text().and_then(|it| it.strip_prefix("/protect ")) {
        return protect(&bot, &message, channel, &memory).await;
    }
    let Some((channel, link)) = locked(&memory.guarded).get(&message.chat.id).cloned() else { return Ok(()) };
    let Some(person) = &message.from else { return Ok(()) };
    let (subscribes, admin) =
        tokio::try_join!(subscribes(&bot, channel, person.id, &memory), is_admin(&bot, message.chat.id, person.id, &memory))?;
    if !subscribes && !admin {
        stop(&bot, &message, person, &link, &memory).await?;
    }
    Ok(())
}

async fn protect(bot: &Bot, message: &Message, channel: &str, memory: &Memory) -> Result<(), Failure> {
    let found = bot.get_chat(channel.to_owned()).await?;
    locked(&memory.guarded).insert(message.chat.id, (found.id, channel.trim_start_matches('@').to_owned()));
    bot.send_message(message.chat.id, format!("Guarded for {channel}.")).await?;
    Ok(())
}

async fn subscribes(bot: &Bot, channel: ChatId, person: UserId, memory: &Memory) -> Result<bool, Failure> {
    remembered(memory, channel, person, || async { Ok(bot.get_chat_member(channel, person).await?.is_present()) }).await
}

async fn is_admin(bot: &Bot, group: ChatId, person: UserId, memory: &Memory) -> Result<bool, Failure> {
    remembered(memory, group, person, || async { Ok(bot.get_chat_member(group, person).await?.is_privileged()) }).await
}

async fn remembered<F>(memory: &Memory, chat: ChatId, person: UserId, ask: impl FnOnce() -> F) -> Result<bool, Failure>
where
    F: Future<Output = Result<bool, Failure>>,
{
    if let Some((known, since)) = locked(&memory.known).get(&(chat, person))
        && since.elapsed() < CACHED
    {
        return Ok(*known);
    }
    let known = ask().await?;
    locked(&memory.known).insert((chat, person), (known, Instant::now()));
    Ok(known)
}

async fn stop(
    bot: &Bot,
    message: &Message,
    person: &teloxide::types::User,
    link: &str,
    memory: &Memory,
) -> Result<(), Failure> {
    let chat = message.chat.id;
    let words = format!("{}, to write here please join {link} first. Then press “I have joined”.", person.first_name);
    let buttons = InlineKeyboardMarkup::new([
        [InlineKeyboardButton::url(link, format!("https://t.me/{link}").parse()?)],
        [InlineKeyboardButton::callback("I have joined", format!("joined:{}", person.id))],
    ]);
    let (_, _, notice) = tokio::try_join!(
        bot.delete_message(chat, message.id).into_future(),
        bot.restrict_chat_member(chat, person.id, ChatPermissions::empty())
            .use_independent_chat_permissions(true)
            .into_future(),
        bot.send_message(chat, words).reply_markup(buttons).into_future(),
    )?;
    let (bot, after) = (bot.clone(), memory.notice);
    tokio::spawn(async move {
        tokio::time::sleep(after).await;
        bot.delete_message(chat, notice.id).await
    });
    Ok(())
}

fn locked<T>(it: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}
