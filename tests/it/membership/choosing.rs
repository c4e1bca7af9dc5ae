//! Set-up without typing a name: channel and group are chosen from Telegram's own lists.

use crate::harness::{By, LIMIT, Setting, Story};
use majordomo::domain::types::ChatId;
use majordomo::playground::telegram::ChoiceError;

/// What is said and pressed on the way, in one language.
struct Words {
    language: &'static str,
    begin: &'static str,
    hello: &'static str,
    channel: &'static str,
    group: &'static str,
    now_group: &'static str,
    done: &'static str,
    guarded: &'static str,
    please: &'static str,
    missing: &'static str,
    again: &'static str,
}

const ENGLISH: Words = Words {
    language: "en",
    begin: "Set up step by step",
    hello: "Press both buttons below the text field",
    channel: "Choose the channel",
    group: "Choose the group",
    now_group: "Secret it is. Now please choose the group",
    done: "Done: in Friends only subscribers of Secret can write now",
    guarded: "Only subscribers of Secret can write here now",
    please: "to write here please join Secret first",
    missing: "Not quite yet in Friends",
    again: "Look again",
};

const RUSSIAN: Words = Words {
    language: "ru",
    begin: "Настроить по шагам",
    hello: "Нажмите обе кнопки под полем ввода",
    channel: "Выбрать канал",
    group: "Выбрать группу",
    now_group: "Канал Secret выбран",
    done: "Готово: в группе Friends теперь пишут только подписчики канала Secret",
    guarded: "Теперь здесь пишут только подписчики канала Secret",
    please: "чтобы писать здесь, подпишитесь, пожалуйста, на канал Secret",
    missing: "В группе Friends пока готово не всё",
    again: "Проверить ещё раз",
};

#[tokio::test]
async fn nothing_is_typed_by_polling() {
    nothing_is_typed(By::Polling, &ENGLISH).await;
}

#[tokio::test]
async fn nothing_is_typed_by_webhook_and_in_russian() {
    nothing_is_typed(By::Webhook, &RUSSIAN).await;
}

/// A group and a private channel of Ann's, in neither of which the bot is.
async fn before(by: By, words: &Words) -> (Story, ChatId, ChatId) {
    let story = Story::begin(Setting::by(by).unprotected().speaking(words.language)).await;
    let group = story.telegram.supergroup("Friends", story.ann);
    let secret = story.telegram.channel("Secret", None, story.ann);
    story.telegram.join(story.eve, group).unwrap();
    (story, group, secret)
}

async fn nothing_is_typed(by: By, words: &Words) {
    let (story, group, secret) = before(by, words).await;
    let (telegram, private) = (&story.telegram, ChatId(story.ann.0));
    telegram.whisper(story.ann, "/start").unwrap();
    story.hears(private, "/protect").await;
    telegram.press(story.ann, private, words.begin, LIMIT).await.unwrap();
    story.hears(private, words.hello).await;
    assert_eq!(telegram.choose(story.ann, words.channel, group), Err(ChoiceError::NotListed("Friends".into())));
    telegram.choose(story.ann, words.channel, secret).unwrap();
    story.hears(private, words.now_group).await;
    telegram.choose(story.ann, words.group, group).unwrap();
    story.hears(private, words.done).await;
    story.hears(group, words.guarded).await;
    let gone = || matches!(telegram.choose(story.ann, words.group, group), Err(ChoiceError::NoButton { .. }));
    story.until("the keyboard is gone", gone).await;
    telegram.say(story.eve, group, "hello").unwrap();
    story.hears(group, words.please).await;
    story.until("Eve is muted", || telegram.muted(group).contains(&story.eve)).await;
    assert!(telegram.calls("createChatInviteLink").iter().any(|it| it.done), "with a link to the private channel");
    story.calm().await;
    assert_eq!(telegram.unanswered_presses(), []);
}

#[tokio::test]
async fn what_is_taken_away_meanwhile_is_said_and_looked_at_again() {
    for words in [&ENGLISH, &RUSSIAN] {
        let (mut story, group, secret) = before(By::Polling, words).await;
        let private = ChatId(story.ann.0);
        story.telegram.whisper(story.ann, "/setup").unwrap();
        story.hears(private, words.hello).await;
        story.telegram.choose(story.ann, words.channel, secret).unwrap();
        story.hears(private, words.now_group).await;
        story.telegram.demote(secret, story.telegram.bot());
        story.calm().await;
        story.restart().await; // what was chosen is on the disk
        story.telegram.choose(story.ann, words.group, group).unwrap();
        story.hears(private, words.missing).await;
        assert_eq!(story.said(group, words.guarded), 0);
        story.telegram.place_bot(secret, &["can_invite_users"]);
        story.calm().await;
        let toast = story.telegram.press(story.ann, private, words.again, LIMIT).await.unwrap();
        assert!(!toast.text.is_empty());
        story.hears(private, words.done).await;
        story.hears(group, words.guarded).await;
    }
}

#[tokio::test]
async fn whoever_is_no_admin_gets_nothing_by_a_choice_that_was_made_up() {
    let (story, group, _) = before(By::Polling, &ENGLISH).await;
    story.telegram.place_bot(group, &crate::harness::GUARD);
    let private = ChatId(story.eve.0);
    story.telegram.whisper(story.eve, "/setup").unwrap();
    story.hears(private, ENGLISH.hello).await;
    for (request, chat) in [(1, story.channel), (2, group)] {
        let (id, date) = (story.eve.0, story.telegram.now_ms() / 1_000);
        let shared = format!(
            r#"{{"update_id":$UPDATE_ID,"message":{{"message_id":9{request},"date":{date},"chat":{{"id":{id},"type":"private","first_name":"Eve"}},"from":{{"id":{id},"is_bot":false,"first_name":"Eve"}},"chat_shared":{{"request_id":{request},"chat_id":{}}}}}}}"#,
            chat.0
        );
        story.telegram.raw(&shared);
    }
    story.hears(private, "This is for admins who may change the group's info").await;
    story.calm().await;
    assert_eq!(story.said(group, "Only subscribers"), 0);
}
