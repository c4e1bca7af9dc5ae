//! Everything that a stranger can post is caught, and hardly anybody notices.

use crate::harness::{By, Setting, Story};
use majordomo::domain::types::{ChatId, MessageId, UserId};
use majordomo::playground::telegram::{Letter, Options, What};

impl Story {
    /// Whether a message was deleted, one by one or in bulk.
    pub(super) fn is_deleted(&self, chat: ChatId, message: MessageId) -> bool {
        !self.telegram.stands(chat, message)
    }

    /// Ann opens the panel and chooses something on the page about strangers.
    pub(super) async fn ann_chooses(&self, page: &str, button: &str, shows: &str) {
        self.telegram.say(self.ann, self.group, "/protection").unwrap();
        self.until("the panel", || self.telegram.press_and_go(self.ann, self.group, page).is_ok()).await;
        self.until(button, || self.telegram.press_and_go(self.ann, self.group, button).is_ok()).await;
        let ticked = |it: &What| matches!(it, What::Edited { buttons, .. } if buttons.iter().any(|it| it == shows));
        self.until(shows, || self.telegram.story().iter().any(|it| ticked(&it.what))).await;
        self.calm().await;
    }
}

#[tokio::test]
async fn everything_a_stranger_posts_is_caught_by_polling() {
    everything_a_stranger_posts(By::Polling, "en", "to write here please join News first").await;
}

#[tokio::test]
async fn everything_a_stranger_posts_is_caught_by_webhook_and_in_russian() {
    everything_a_stranger_posts(By::Webhook, "ru", "чтобы писать здесь, подпишитесь").await;
}

async fn everything_a_stranger_posts(by: By, language: &'static str, please: &str) {
    let story = Story::begin(Setting::by(by).speaking(language)).await;
    let (telegram, group) = (&story.telegram, story.group);
    let robot = telegram.other_bot("Robo");
    let elsewhere = telegram.channel("Elsewhere", None, story.sam);
    let letters = [
        Letter::words("words"),
        Letter::words("/start@robo_bot"),
        Letter::photo(),
        Letter::video().saying("a film"),
        Letter::voice(),
        Letter::video_note(),
        Letter::sticker(),
        Letter::animation(),
        Letter::audio(),
        Letter::document("a.txt", "text/plain", "x"),
        Letter::contact("Somebody"),
        Letter::location(),
        Letter::poll("Why?", &["a", "b"]),
        Letter::story(elsewhere),
        Letter::words("inline").via(robot),
        Letter::photo().from_channel(elsewhere),
        Letter::words("his").from_person(story.sam),
        Letter::words("theirs").from_somebody("Nobody"),
    ];
    let guests: Vec<_> = (0..letters.len())
        .map(|at| {
            let who = telegram.person(&format!("Guest {at}"), language);
            telegram.join(who, group).unwrap();
            who
        })
        .collect();
    let sent: Vec<(UserId, MessageId)> = letters
        .iter()
        .zip(&guests)
        .filter_map(|(letter, who)| Some((*who, telegram.send(*who, group, letter.clone()).ok()?)))
        .collect();
    assert_eq!(sent.len(), letters.len());
    for (at, (who, message)) in sent.iter().enumerate() {
        let letter = &letters[at];
        story.until(&format!("{letter:?} is deleted"), || story.is_deleted(group, *message)).await;
        story.until(&format!("{letter:?} mutes"), || telegram.muted(group).contains(who)).await;
    }
    story.hears(group, please).await;
    story.ends_well().await;
    assert!(telegram.calls("sendMessage").len() <= 1 + 3, "the answer to /protect, and three notices at most");
}

#[tokio::test]
async fn an_album_is_one_notice() {
    let story = Story::begin(Setting::by(By::Webhook)).await;
    let photos = vec![Letter::photo(); 10];
    let sent = story.telegram.album(story.eve, story.group, &photos).unwrap();
    story.until("all ten are deleted", || sent.iter().all(|it| story.is_deleted(story.group, *it))).await;
    story.hears(story.group, "please join").await;
    story.calm().await;
    assert_eq!(story.said(story.group, "please join"), 1);
    assert_eq!(story.telegram.calls("restrictChatMember").len(), 1);
    story.ends_well().await;
}

#[tokio::test]
async fn an_edit_that_adds_something_is_judged() {
    let story = Story::new().await;
    let said = story.telegram.say(story.sam, story.group, "harmless").unwrap();
    story.calm().await;
    story.telegram.leave(story.sam, story.channel).unwrap();
    story.calm().await;
    if story.telegram.stands(story.group, said) {
        let _ = story.telegram.edit_into(story.group, said, Letter::photo().saying("buy this"));
    }
    story.until("it is deleted", || story.is_deleted(story.group, said)).await;
    story.until("Sam is muted", || story.telegram.muted(story.group).contains(&story.sam)).await;
    story.ends_well().await;
}

#[tokio::test]
async fn a_notice_stands_in_the_topic_of_what_was_written() {
    let story = Story::new().await;
    let telegram = &story.telegram;
    let (forum, topics) = telegram.forum("Forum", story.ann, &["Cars"]);
    telegram.place_bot(forum, &crate::harness::GUARD);
    let (pia, tom) = (telegram.person("Pia", "en"), telegram.person("Tom", "en"));
    for who in [pia, tom] {
        telegram.join(who, forum).unwrap();
    }
    telegram.say(story.ann, forum, "/protect @news").unwrap();
    story.hears(forum, "Only subscribers of News").await;
    telegram.send(pia, forum, Letter::words("vroom").in_topic(topics[0])).unwrap();
    story.hears(forum, "Pia, to write here").await;
    telegram.say(tom, forum, "hello").unwrap();
    story.hears(forum, "Tom, to write here").await;
    let topic_of = |name: &str| {
        let said = telegram.calls("sendMessage");
        said.iter().find(|it| it.text("text").starts_with(name)).map(|it| it.number("message_thread_id"))
    };
    assert_eq!(topic_of("Pia"), Some(Some(topics[0])));
    assert_eq!(topic_of("Tom"), Some(None), "General has no number");
}

#[tokio::test]
async fn only_the_stranger_sees_the_notice_where_telegram_can_do_that() {
    for by in [By::Polling, By::Webhook] {
        let options = Options { ephemeral: true, webhook_time_scale: 0.05, ..Options::default() };
        let story = Story::begin(Setting::by(by).telegram(options)).await;
        let (telegram, group) = (&story.telegram, story.group);
        story.stopped(story.eve, "hello").await;
        let sees = |who| telegram.screen(who, group).iter().any(|it| it.contains("please join News"));
        story.until("Eve sees it", || sees(story.eve)).await;
        assert!(!sees(story.sam) && !sees(story.ann), "nobody else sees it");
        let early = story.press(story.eve, "I have joined").await;
        assert!(early.alert, "{early:?}");
        let toast = story.eve_joins("I have joined").await;
        assert_eq!(toast.text, "Thank you! You can write now.");
        story.until("it is gone", || !sees(story.eve)).await;
        story.untouched(story.eve, "now I may").await;
        story.ends_well().await;
    }
}

#[tokio::test]
async fn a_stranger_outside_is_told_in_front_of_everybody() {
    let options = Options { ephemeral: true, ..Options::default() };
    let story = Story::begin(Setting::by(By::Polling).telegram(options)).await;
    let far = story.telegram.person("Far", "en");
    for chat in [story.channel, story.group] {
        story.telegram.resident(far, chat); // else Telegram would not tell us of somebody it has not shown us
        story.telegram.leave(far, chat).unwrap();
    }
    story.calm().await;
    story.telegram.raw(&comment(story.group, far));
    story.hears(story.group, "Far, to write here").await;
    assert!(story.telegram.screen(story.sam, story.group).iter().any(|it| it.contains("Far, to write here")));
    story.calm().await;
}

/// A message under a channel's post by somebody who is not in the group.
fn comment(group: ChatId, who: UserId) -> String {
    format!(
        r#"{{"update_id":$UPDATE_ID,"message":{{"message_id":900001,"date":{},"text":"buy",
        "chat":{{"id":{},"type":"supergroup","title":"Readers"}},
        "from":{{"id":{},"is_bot":false,"first_name":"Far","language_code":"en"}}}}}}"#,
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs(),
        group.0,
        who.0
    )
}

#[tokio::test]
async fn a_reaction_is_writing_where_the_group_wants_that() {
    let story = Story::new().await;
    let post = story.telegram.say(story.sam, story.group, "read this").unwrap();
    story.telegram.react(story.eve, story.group, post, Some("👎")).unwrap();
    story.calm().await;
    assert_eq!(story.telegram.muted(story.group), [], "nobody has chosen it");
    story.ann_chooses("Strangers", "Reactions count as writing", "✅ Reactions count as writing").await;
    story.telegram.react(story.sam, story.group, post, Some("👍")).unwrap();
    story.telegram.react(story.eve, story.group, post, None).unwrap();
    story.calm().await;
    assert_eq!(story.telegram.muted(story.group), [], "nor is one taken away");
    story.telegram.react(story.eve, story.group, post, Some("👎")).unwrap();
    story.hears(story.group, "Eve, reactions here are for those who have joined News").await;
    story.until("Eve is muted", || story.telegram.muted(story.group) == [story.eve]).await;
    assert!(story.telegram.stands(story.group, post));
    story
        .sees("her reaction is taken away", |it| {
            it.by_bot && it.who == "Eve" && it.what == What::Reacted(String::new())
        })
        .await;
    story.eve_joins("I have joined").await;
    story.ends_well().await;
}

#[tokio::test]
async fn warnings_are_counted_over_a_kill_in_russian_too() {
    for (language, strangers, texts) in [
        ("en", "Strangers", ["After one more I mute you", "After the next one I mute you"]),
        ("ru", "Неподписанные", ["Ещё 1 сообщение", "После следующего писать не получится"]),
    ] {
        let mut story = Story::begin(Setting::by(By::Polling).speaking(language)).await;
        story.ann_chooses(strangers, "2×", "✅ 2×").await;
        for text in texts {
            let said = story.telegram.say(story.eve, story.group, "hello").unwrap();
            story.until("deleted", || story.is_deleted(story.group, said)).await;
            story.hears(story.group, text).await;
            assert_eq!(story.telegram.muted(story.group), []);
            story.calm().await;
            story.restart().await;
            tokio::time::sleep(std::time::Duration::from_secs(11)).await; // time to read it
        }
        story.stopped(story.eve, "hello").await;
        story.ends_well().await;
    }
}
