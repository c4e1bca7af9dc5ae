//! The path of a stranger, and those who are never on it.

use crate::harness::{By, Setting, Story};
use majordomo::playground::telegram::What;

/// What is said on the way, in one language.
struct Words {
    language: &'static str,
    protected: &'static str,
    please: &'static str,
    button: &'static str,
    others: &'static str,
    early: &'static str,
    welcome: &'static str,
    help: &'static str,
}

const ENGLISH: Words = Words {
    language: "en",
    protected: "Only subscribers of News can write here now",
    please: "Eve, to write here please join News first",
    button: "I have joined",
    others: "This button is for another person.",
    early: "Not there yet. Please join News, then press again.",
    welcome: "Thank you! You can write now.",
    help: "I am here. What you can say:",
};

const RUSSIAN: Words = Words {
    language: "ru",
    protected: "Теперь здесь пишут только подписчики канала News",
    please: "Eve, чтобы писать здесь, подпишитесь, пожалуйста, на канал News",
    button: "Я подписался(-ась)",
    others: "Эта кнопка для другого человека.",
    early: "Подписки пока нет. Подпишитесь, пожалуйста, на News и нажмите ещё раз.",
    welcome: "Спасибо! Теперь вы можете писать.",
    help: "Я на месте. Что можно сказать:",
};

#[tokio::test]
async fn a_stranger_becomes_a_reader_by_polling() {
    the_path_of_a_stranger(By::Polling, &ENGLISH).await;
}

#[tokio::test]
async fn a_stranger_becomes_a_reader_by_webhook() {
    the_path_of_a_stranger(By::Webhook, &ENGLISH).await;
}

#[tokio::test]
async fn a_stranger_becomes_a_reader_in_russian() {
    the_path_of_a_stranger(By::Polling, &RUSSIAN).await;
}

async fn the_path_of_a_stranger(by: By, words: &Words) {
    let story = Story::begin(Setting::by(by).speaking(words.language)).await;
    let telegram = &story.telegram;
    story.hears(story.group, words.protected).await;
    story.untouched(story.sam, "I have been a subscriber for years").await;

    story.stopped(story.eve, "hello").await;
    story.hears(story.group, words.please).await;
    assert_eq!(story.press(story.sam, words.button).await.text, words.others);
    let early = story.press(story.eve, words.button).await;
    assert_eq!((early.text.as_str(), early.alert), (words.early, true));
    let toast = story.eve_joins(words.button).await;
    assert_eq!((toast.text.as_str(), toast.alert), (words.welcome, false));
    story.words_deleted(words.please).await;
    story.untouched(story.eve, "now I may").await;

    telegram.say(story.sam, story.group, "/help@majordomo_play_bot").unwrap();
    story.hears(story.group, words.help).await;
    story.ends_well().await;
}

#[tokio::test]
async fn whoever_is_special_is_never_touched() {
    let story = Story::new().await;
    let telegram = &story.telegram;
    story.calm().await; // what was said while the group was set up is gone
    telegram.forget_calls();
    let admin = story.guests(1)[0];
    telegram.promote(story.group, admin, &["can_pin_messages"]);
    let linked = telegram.channel("Linked", None, story.ann);
    telegram.link(linked, story.group);
    let robot = telegram.other_bot("Robo");
    telegram.join(robot, story.group).unwrap();
    let sent = [
        ("an admin", telegram.say(admin, story.group, "admin").unwrap()),
        ("the owner", telegram.say(story.ann, story.group, "owner").unwrap()),
        ("a bot", telegram.say(robot, story.group, "bot").unwrap()),
        ("an anonymous admin", telegram.say_anonymously(story.group, "anonymous")),
        ("a sending channel", telegram.say_as(story.channel, story.group, "channel")),
        ("the linked channel", telegram.post(linked, "a post")),
    ];
    story.calm().await;
    for (what, message) in sent {
        story.is_untouched(message, what);
    }
    assert_eq!(telegram.calls("deleteMessage").len(), 0, "nor the post's copy, nor that people came in");
    assert_eq!(telegram.muted(story.group), []);
    story.ends_well().await;
}

#[tokio::test]
async fn an_edit_is_judged_like_a_message() {
    let story = Story::new().await;
    let said = story.telegram.say(story.sam, story.group, "harmless").unwrap();
    story.calm().await;
    story.telegram.leave(story.sam, story.channel).unwrap();
    story.calm().await;
    story.telegram.edit(story.group, said, "buy this").unwrap();
    story.words_deleted("buy this").await;
    story.until("Sam is muted", || story.telegram.muted(story.group).contains(&story.sam)).await;
    story.ends_well().await;
}

#[tokio::test]
async fn unprotecting_frees_everybody_and_clears_up() {
    let story = Story::new().await;
    for who in story.guests(2) {
        story.stopped(who, "hello").await;
    }
    story.until("both are told", || story.said(story.group, "please join News") == 2).await;
    story.ann_asks("/unprotect", "Everybody can write again").await;
    story.until("nobody is muted", || story.telegram.muted(story.group).is_empty()).await;
    let gone = || {
        let deleted = |it: &What| matches!(it, What::Deleted { text } if text.contains("please join News"));
        story.telegram.story().iter().filter(|it| deleted(&it.what)).count() == 2
    };
    story.until("no notice stands", gone).await;
    story.untouched(story.eve, "hello").await;
    story.ends_well().await;
}

#[tokio::test]
async fn an_admins_mute_is_not_ours_to_lift() {
    let story = Story::new().await;
    story.stopped(story.eve, "hello").await;
    story.hears(story.group, "please join News").await;
    story.telegram.restrict(story.group, story.eve, &[]);
    story.telegram.join(story.eve, story.channel).unwrap();
    story.calm().await;
    let toast = story.press(story.eve, "I have joined").await;
    assert!(toast.text.contains("restricted here by an admin"), "{toast:?}");
    story.calm().await;
    assert!(story.telegram.muted(story.group).contains(&story.eve));
    story.ends_well().await;
}

#[tokio::test]
async fn pressing_twice_is_answered_twice() {
    let story = Story::new().await;
    story.stopped(story.eve, "hello").await;
    story.hears(story.group, "please join News").await;
    story.telegram.join(story.eve, story.channel).unwrap();
    let press = || story.telegram.press_and_go(story.eve, story.group, "I have joined").unwrap();
    let (first, second) = (press(), press());
    for it in [&first, &second] {
        let toast = story.telegram.answered(it, crate::harness::LIMIT).await.unwrap();
        assert_eq!(toast.text, "Thank you! You can write now.");
    }
    story.until("Eve may write", || story.telegram.may_write(story.group, story.eve)).await;
    story.ends_well().await;
}

#[tokio::test]
async fn greetings_are_given_in_private() {
    let story = Story::begin(Setting::by(By::Polling).unprotected()).await;
    let pia = story.telegram.person("Pia", "ru");
    for (who, start, help) in [(story.eve, "I keep groups", "only its subscribers"), (pia, "Я веду группы", "/protect")]
    {
        let private = majordomo::domain::types::ChatId(who.0);
        story.telegram.whisper(who, "/start").unwrap();
        story.hears(private, start).await;
        story.telegram.whisper(who, "/help").unwrap();
        story.hears(private, help).await;
    }
    story.ends_well().await;
    let menus = story.telegram.calls("setMyCommands");
    let languages = |code: &str| menus.iter().filter(|it| it.text("language_code") == code).count();
    assert!(languages("") > 0 && languages("") == languages("ru"), "every menu in both languages");
}
