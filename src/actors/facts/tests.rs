//! Facts are asked for once for everybody, believed for as long as nothing contradicts them, and never too large.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::{FactsActor, Start};
use crate::actors::testkit::{Telegram, Told, Town};
use crate::domain::fact::{Fact, Need, Unknown};
use crate::domain::types::ChatId;
use crate::protocol::chat::{Asker, ChatMsg};
use ractor::{Actor, ActorProcessingErr, ActorRef};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

const GROUP: ChatId = ChatId(-1_000_000_001_234);

/// Whoever asks, and hands on what it is told.
struct Listener;

impl Actor for Listener {
    type Msg = ChatMsg;
    type State = UnboundedSender<(u64, Need, Fact)>;
    type Arguments = UnboundedSender<(u64, Need, Fact)>;

    async fn pre_start(&self, _: ActorRef<ChatMsg>, to: Self::Arguments) -> Result<Self::State, ActorProcessingErr> {
        Ok(to)
    }

    async fn handle(
        &self,
        _: ActorRef<ChatMsg>,
        told: ChatMsg,
        to: &mut Self::State,
    ) -> Result<(), ActorProcessingErr> {
        if let ChatMsg::Found { seq, need, fact } = told {
            to.send((seq, need, fact))?;
        }
        Ok(())
    }
}

struct Desk {
    town: Town,
    address: ActorRef<ChatMsg>,
    answers: UnboundedReceiver<(u64, Need, Fact)>,
}

impl Desk {
    async fn new(answer: fn(&str, &Value) -> Told) -> Self {
        let town = Town::new(Telegram::new(answer).await, |_| {}).await;
        let (world, client) = (town.world.clone(), town.client.clone());
        Actor::spawn(None, FactsActor, Start { world, client, file_bytes: 8 }).await.unwrap();
        let (to, answers) = unbounded_channel();
        let (address, _) = Actor::spawn(None, Listener, to).await.unwrap();
        Self { town, address, answers }
    }

    fn ask(&self, seq: u64, need: &Need) {
        self.town.world.facts.load(need.clone(), Asker::Chat { address: self.address.clone(), seq });
    }

    async fn told(&mut self) -> Fact {
        self.answers.recv().await.unwrap().2
    }

    async fn asked(&mut self, need: &Need) -> Fact {
        self.ask(1, need);
        self.told().await
    }
}

fn telegram(method: &str, body: &Value) -> Told {
    match (method, body["file_id"].as_str()) {
        ("getChatAdministrators", _) if body["chat_id"] == GROUP.0 => {
            Ok(json!([{"status": "creator", "user": {"id": 1, "first_name": "Ann"}}]))
        }
        ("getChatAdministrators", _) => Err((400, "Bad Request: chat not found")),
        ("getFile", Some("wrong")) => Err((400, "Bad Request: invalid file_id")),
        ("getFile", Some(name)) => Ok(json!({"file_id": name, "file_path": name})),
        ("small", _) => Ok(json!("1234")),
        ("large", _) => Ok(json!("123456789")),
        _ => Err((500, "what?")),
    }
}

#[tokio::test]
async fn admins_are_asked_for_once_and_believed_until_one_changes() {
    let mut desk = Desk::new(telegram).await;
    let need = Need::Admins(GROUP);
    assert_eq!(desk.town.world.facts.peek(&need), None);
    (0..5).for_each(|seq| desk.ask(seq, &need));
    for _ in 0..5 {
        let Fact::Admins(Ok(admins)) = desk.told().await else { panic!("admins") };
        assert_eq!(admins.iter().map(|it| it.person.id.0).collect::<Vec<_>>(), [1]);
    }
    assert_eq!(desk.town.telegram.methods(), ["getChatAdministrators"], "one call for everybody");
    assert!(matches!(desk.town.world.facts.peek(&need), Some(Fact::Admins(Ok(_)))));
    desk.town.world.facts.forget_admins(GROUP);
    assert_eq!(desk.town.world.facts.peek(&need), None);
    desk.asked(&need).await;
    assert_eq!(desk.town.telegram.methods().len(), 2);
}

#[tokio::test]
async fn admins_that_cannot_be_known_are_not_remembered() {
    let mut desk = Desk::new(telegram).await;
    let need = Need::Admins(ChatId(-5));
    assert_eq!(desk.asked(&need).await, Fact::Admins(Err(Unknown::NotFound)));
    assert_eq!(desk.town.world.facts.peek(&need), None);
}

#[tokio::test]
async fn a_file_is_read_up_to_what_is_wanted_and_never_beyond_the_houses_limit() {
    let mut desk = Desk::new(telegram).await;
    let cases = [
        ("small", 4, Ok("1234")),
        ("small", 3, Err(Unknown::TooLarge)),
        ("small", u32::MAX, Ok("1234")),
        ("large", u32::MAX, Err(Unknown::TooLarge)),
        ("wrong", 4, Err(Unknown::NotFound)),
    ];
    for (file, max, expected) in cases {
        let found = desk.asked(&Need::File { file: file.into(), max }).await;
        let expected = expected.map(|it| it.as_bytes().into());
        assert_eq!(found, Fact::File(expected), "{file} {max}");
    }
}
