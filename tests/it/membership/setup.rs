//! From the link to the guarded group, and the panel.

use crate::harness::{By, GUARD, LIMIT, Setting, Story};
use majordomo::domain::types::{ChatId, MessageId, UserId};
use majordomo::playground::telegram::{Call, Toast, What};

/// What is said and pressed on the way, in one language.
struct Words {
    language: &'static str,
    hello: &'static str,
    delete: &'static str,
    name_it: &'static str,
    wait: &'static str,
    admin: &'static str,
    protected: &'static str,
    please: &'static str,
    home: &'static str,
    pages: [(&'static str, &'static str); 7],
    back: &'static str,
    off: (&'static str, &'static str),
    on: &'static str,
    notices: &'static str,
    words: &'static str,
    usual: &'static str,
    write: &'static str,
    asked: &'static str,
    long: &'static str,
    keep: &'static str,
    kept: &'static str,
    close: &'static str,
    stale: &'static str,
    not_allowed: &'static str,
}

const ENGLISH: Words = Words {
    language: "en",
    hello: "This list ticks itself",
    delete: "✅ I may delete messages here",
    name_it: "▫️ name the channel",
    wait: "I go on by myself",
    admin: "✅ I am an admin of Secret",
    protected: "Only subscribers of Secret can write here now",
    please: "to write here please join Secret first",
    home: "✅ This group is guarded.",
    pages: [
        ("Strangers", "What happens to somebody who writes"),
        ("Notices", "how long does a notice stand?"),
        ("Newcomers", "When are newcomers checked?"),
        ("Join requests", "Who answers join requests"),
        ("Channels", "✅ Secret"),
        ("Exceptions", "nobody so far"),
        ("Reports", "/log -100"),
    ],
    back: "Back",
    off: ("▫️ Off", "The guard is off"),
    on: "▫️ On",
    notices: "Notices",
    words: "Words of the notice",
    usual: "At present: my usual words",
    write: "Write",
    asked: "Please answer this message with your text, 500",
    long: "That was too long: 501 characters",
    keep: "Keep",
    kept: "From now on I say it in your words",
    close: "Close",
    stale: "This panel is closed.",
    not_allowed: "This is for admins who may change the group's info",
};

const RUSSIAN: Words = Words {
    language: "ru",
    hello: "Список отмечается сам",
    delete: "✅ я могу удалять здесь сообщения",
    name_it: "▫️ назовите канал",
    wait: "я продолжу без вас",
    admin: "✅ я администратор Secret",
    protected: "Теперь здесь пишут только подписчики канала Secret",
    please: "чтобы писать здесь, подпишитесь, пожалуйста, на канал Secret",
    home: "✅ Группа под защитой.",
    pages: [
        ("Неподписанные", "Что делать, если пишет неподписанный?"),
        ("Уведомления", "сколько висит уведомление?"),
        ("Новички", "Когда проверять новичков?"),
        ("Заявки", "Кто отвечает на заявки"),
        ("Каналы", "✅ Secret"),
        ("Исключения", "пока никому"),
        ("Отчёты", "/log -100"),
    ],
    back: "Назад",
    off: ("▫️ Выкл.", "Защита выключена"),
    on: "▫️ Вкл.",
    notices: "Уведомления",
    words: "Текст уведомления",
    usual: "Сейчас там мои обычные слова",
    write: "Написать",
    asked: "на это сообщение своим текстом, до 500",
    long: "Слишком длинно, символов: 501",
    keep: "Оставить",
    kept: "Теперь я говорю это вашими словами",
    close: "Закрыть",
    stale: "Эта панель закрыта.",
    not_allowed: "Это могут администраторы с правом менять профиль группы",
};

impl Story {
    /// The newest message of the bot with these words, said or edited.
    pub(super) fn message(&self, chat: ChatId, words: &str) -> MessageId {
        let calls = self.telegram.all_calls();
        let wanted = |it: &&std::sync::Arc<Call>| {
            let says = ["sendMessage", "editMessageText"].contains(&it.method.as_str());
            says && it.done && it.number("chat_id") == Some(chat.0) && it.text("text").contains(words)
        };
        let found = calls.iter().rev().find(wanted).and_then(|it| it.result()["message_id"].as_i64());
        MessageId(found.unwrap_or_else(|| panic!("a message {words:?} in:\n{}", self.calls())))
    }

    async fn press_in(&self, chat: ChatId, who: UserId, words: &str) -> Toast {
        let pressed = self.telegram.press(who, chat, words, LIMIT).await;
        pressed.unwrap_or_else(|error| panic!("{error}; the log:\n{}", self.log.text()))
    }

    /// Presses a button and waits for what it shows.
    async fn turn(&self, chat: ChatId, button: &str, shows: &str) {
        let before = self.said(chat, shows);
        assert_eq!(self.press_in(chat, self.ann, button).await.text, "", "{button}");
        self.until(shows, || self.said(chat, shows) > before).await;
    }
}

/// A group that Ann adds the bot to, and a private channel of hers that it is not in.
async fn before(by: By, words: &Words) -> (Story, ChatId, ChatId) {
    let setting = Setting::by(by).unprotected().speaking(words.language);
    let unhurried = ["CHAT_PER_S", "GROUP_PER_MIN"]; // one press after another is not what these are for
    let named = |it| format!("MAJORDOMO_LIMITS__TELEGRAM__{it}");
    let setting = unhurried.into_iter().fold(setting, |setting, it| setting.with(&named(it), "0"));
    let story = Story::begin(setting).await;
    let group = story.telegram.supergroup("Friends", story.ann);
    let secret = story.telegram.channel("Secret", None, story.ann);
    for who in [story.sam, story.eve] {
        story.telegram.join(who, group).unwrap();
    }
    story.telegram.join(story.sam, secret).unwrap();
    (story, group, secret)
}

/// Looking for a channel that is still closed is refused, and nothing else is.
async fn ends_as_well_as_it_can(story: &Story) {
    story.calm().await;
    assert_eq!(story.telegram.unanswered_presses(), []);
    let refused =
        |it: &&std::sync::Arc<Call>| it.status == 400 && !["getChat", "getChatMember"].contains(&it.method.as_str());
    assert_eq!(story.telegram.all_calls().iter().filter(refused).count(), 0, "{}", story.calls());
}

/// Ann names the private channel by answering one of its posts.
fn protect_by_post(story: &Story, group: ChatId, channel: ChatId) {
    let post = story.telegram.post(channel, "a post");
    let here = story.telegram.forward(story.ann, channel, post, group).unwrap();
    story.telegram.reply(story.ann, group, here, "/protect").unwrap();
}

#[tokio::test]
async fn a_group_sets_itself_up_by_polling() {
    from_the_link_to_the_guarded_group(By::Polling, &ENGLISH).await;
}

#[tokio::test]
async fn a_group_sets_itself_up_by_webhook() {
    from_the_link_to_the_guarded_group(By::Webhook, &ENGLISH).await;
}

#[tokio::test]
async fn a_group_sets_itself_up_in_russian() {
    from_the_link_to_the_guarded_group(By::Polling, &RUSSIAN).await;
}

async fn from_the_link_to_the_guarded_group(by: By, words: &Words) {
    let (story, group, secret) = before(by, words).await;
    story.telegram.add_bot(group);
    story.hears(group, words.hello).await;
    story.hears(group, words.name_it).await;
    story.telegram.say(story.ann, group, "/start@majordomo_play_bot setup").unwrap();
    story.calm().await;
    assert_eq!(story.said(group, words.hello), 1, "one list, not two");
    protect_by_post(&story, group, secret);
    story.hears(group, words.wait).await;
    story.telegram.place_bot(group, &GUARD);
    story.hears(group, words.delete).await;
    assert_eq!(story.said(group, words.protected), 0, "the channel is still closed");
    story.telegram.place_bot(secret, &["can_invite_users"]);
    story.hears(group, words.protected).await;
    story.called("createChatInviteLink", |it| it.number("chat_id") == Some(secret.0) && it.done).await;
    story.calm().await; // the link is known
    let taken = |it: &What| matches!(it, What::Deleted { text } if text.contains(words.wait));
    let gone = || story.telegram.story().iter().any(|it| it.chat == group && taken(&it.what));
    story.until("the list goes away", gone).await;
    story.telegram.say(story.eve, group, "hello").unwrap();
    story.hears(group, words.please).await;
    let says = |it: &What| matches!(it, What::Said { buttons, .. } if buttons.iter().any(|it| it.contains("Secret")));
    assert!(story.telegram.story().iter().any(|it| it.chat == group && says(&it.what)), "with the bot's own link");
    story.until("Eve is muted", || story.telegram.muted(group) == [story.eve]).await;
    ends_as_well_as_it_can(&story).await;
}

#[tokio::test]
async fn the_list_ticks_itself_in_any_order_and_over_a_kill() {
    let (mut story, group, secret) = before(By::Polling, &ENGLISH).await;
    story.telegram.add_bot(group);
    story.hears(group, ENGLISH.hello).await;
    protect_by_post(&story, group, secret);
    story.hears(group, ENGLISH.wait).await;
    story.restart().await;
    story.telegram.place_bot(secret, &["can_invite_users"]);
    story.hears(group, ENGLISH.admin).await;
    story.restart().await;
    story.telegram.place_bot(group, &GUARD);
    story.hears(group, ENGLISH.protected).await;
    story.telegram.say(story.eve, group, "hello").unwrap();
    story.until("Eve is muted", || story.telegram.muted(group) == [story.eve]).await;
}

#[tokio::test]
async fn looking_again_finds_what_nobody_told() {
    let (story, group, _) = before(By::Polling, &ENGLISH).await;
    story.telegram.add_bot(group);
    story.hears(group, ENGLISH.hello).await;
    let toast = story.press_in(group, story.eve, "Look again").await;
    assert_eq!(toast.text, "Not everything is there yet.");
    story.ends_well().await;
}

#[tokio::test]
async fn a_basic_group_grows_and_goes_on_by_itself_by_polling() {
    let words = [
        "▫️ turn this group into a supergroup",
        "▫️ let me delete messages here",
        "Only subscribers of News",
        "Readers of old",
    ];
    a_basic_group_grows(By::Polling, &ENGLISH, words).await;
}

#[tokio::test]
async fn a_basic_group_grows_and_goes_on_by_itself_by_webhook_and_in_russian() {
    let words = [
        "▫️ сделайте группу супергруппой",
        "▫️ разрешите мне удалять",
        "Теперь здесь пишут только подписчики",
        "Readers of old",
    ];
    a_basic_group_grows(By::Webhook, &RUSSIAN, words).await;
}

/// Killed on the way, too: what was wished is done in the new group, whose id its channel and its owner know.
async fn a_basic_group_grows(by: By, words: &Words, [grow, delete, guarded, title]: [&str; 4]) {
    let mut story = Story::begin(Setting::by(by).unprotected().speaking(words.language)).await;
    let basic = story.telegram.group(title, story.ann);
    story.telegram.join(story.eve, basic).unwrap();
    story.telegram.add_bot(basic);
    story.hears(basic, grow).await;
    story.telegram.say(story.ann, basic, "/protect @news").unwrap();
    story.hears(basic, words.wait).await;
    let new = story.telegram.migrate(basic);
    story.restart().await;
    story.hears(new, delete).await;
    story.telegram.place_bot(new, &GUARD);
    story.hears(new, guarded).await;
    story.telegram.say(story.eve, new, "hello").unwrap();
    story.until("Eve is muted there", || story.telegram.muted(new).contains(&story.eve)).await;
    story.calm().await;
    story.telegram.join(story.eve, story.channel).unwrap();
    story.until("the channel knows the new group", || story.telegram.may_write(new, story.eve)).await;
    story.telegram.whisper(story.ann, "/groups").unwrap();
    story.hears(ChatId(story.ann.0), title).await;
}

#[tokio::test]
async fn the_panel_has_a_page_for_everything_by_polling() {
    every_page_of_the_panel(By::Polling, &ENGLISH).await;
}

#[tokio::test]
async fn the_panel_has_a_page_for_everything_by_webhook_and_in_russian() {
    every_page_of_the_panel(By::Webhook, &RUSSIAN).await;
}

async fn every_page_of_the_panel(by: By, words: &Words) {
    let (story, group, secret) = before(by, words).await;
    story.telegram.place_bot(secret, &["can_invite_users"]);
    story.telegram.place_bot(group, &GUARD);
    protect_by_post(&story, group, secret);
    story.hears(group, words.protected).await;
    story.telegram.say(story.ann, group, "/protection").unwrap();
    story.hears(group, words.home).await;
    let panel = story.message(group, words.home);
    for (button, shows) in words.pages {
        story.turn(group, button, shows).await;
        story.turn(group, words.back, words.home).await;
    }
    story.turn(group, words.off.0, words.off.1).await;
    let hello = story.telegram.say(story.eve, group, "nobody minds me").unwrap();
    story.calm().await;
    story.is_untouched(hello, "the guard is off");
    story.turn(group, words.on, words.home).await;

    let refused = story.press_in(group, story.eve, words.off.0).await;
    assert!(refused.alert && refused.text.starts_with(words.not_allowed), "{refused:?}");
    story.telegram.promote(group, story.sam, &["can_change_info"]);
    story.calm().await;
    let (notices, before) = (words.pages[1].1, story.said(group, words.pages[1].1));
    assert_eq!(story.press_in(group, story.sam, words.notices).await.text, "", "it belongs to whoever may");
    story.until(notices, || story.said(group, notices) > before).await;
    story.telegram.demote(group, story.sam);
    story.calm().await;
    let lost = story.press_in(group, story.sam, words.words).await;
    assert!(lost.text.starts_with(words.not_allowed), "rights were lost between two presses: {lost:?}");

    story.turn(group, words.words, words.usual).await;
    story.turn(group, words.write, words.asked).await;
    story.telegram.reply(story.ann, group, panel, &"x".repeat(501)).unwrap();
    story.hears(group, words.long).await;
    story.telegram.reply(story.ann, group, panel, "Dear {name}, <b>only</b> with {channels}!").unwrap();
    story.hears(group, "Dear Ann, <b>only</b> with Secret!").await;
    story.turn(group, words.keep, words.kept).await;
    story.telegram.say(story.eve, group, "hello").unwrap();
    story.hears(group, "Dear Eve, <b>only</b> with Secret!").await;

    story.turn(group, words.back, notices).await;
    story.turn(group, words.back, words.home).await;
    assert_eq!(story.press_in(group, story.ann, words.close).await.text, "");
    let gone = |it: &What| matches!(it, What::Deleted { text } if text.contains(words.home));
    story.until("the panel is gone", || story.telegram.story().iter().any(|it| gone(&it.what))).await;
    story.ends_well().await;
}

#[tokio::test]
async fn a_second_panel_closes_the_first() {
    let story = Story::new().await;
    story.ann_asks("/protection", ENGLISH.home).await;
    let first = story.message(story.group, ENGLISH.home);
    story.telegram.fault(majordomo::playground::telegram::Fault::of(
        "deleteMessage",
        majordomo::playground::telegram::FaultKind::Error(400, "Bad Request: message can't be deleted"),
    ));
    story.telegram.say_anonymously(story.group, "/protection");
    story.hears(story.group, "You write anonymously").await;
    assert_eq!(story.press(story.ann, "It is me").await.text, "Thank you!");
    story.until("a second panel", || story.said(story.group, ENGLISH.home) == 2).await;
    let stale = story.telegram.press_on(story.ann, story.group, first, "Strangers", LIMIT).await.unwrap();
    assert!(stale.alert && stale.text.starts_with(ENGLISH.stale), "{stale:?}");
    story.turn(story.group, "Strangers", "What happens to somebody who writes").await;
}

#[tokio::test]
async fn many_groups_and_owners_share_a_channel() {
    let story = Story::new().await;
    let telegram = &story.telegram;
    let bob = telegram.person("Bob", "ru");
    telegram.promote(story.channel, bob, &["can_invite_users"]);
    let theirs = telegram.supergroup("Bob's readers", bob);
    telegram.place_bot(theirs, &GUARD);
    telegram.join(story.eve, theirs).unwrap();
    telegram.say(bob, theirs, "/protect @news").unwrap();
    story.hears(theirs, "Теперь здесь пишут только подписчики канала News").await;
    story.stopped(story.eve, "hello").await;
    telegram.say(story.eve, theirs, "hello").unwrap();
    story.until("muted in both", || telegram.muted(theirs) == [story.eve]).await;
    telegram.say(story.ann, story.group, "/unprotect").unwrap();
    story.until("free in one", || telegram.may_write(story.group, story.eve)).await;
    assert_eq!(telegram.muted(theirs), [story.eve], "the other owner's group stays guarded");
    telegram.say(story.ann, theirs, "/unprotect").unwrap_err();
    story.ends_well().await;
}

#[tokio::test]
async fn reports_are_chosen_from_the_chat_that_reads_them() {
    let story = Story::new().await;
    let telegram = &story.telegram;
    let (staff, topics) = telegram.forum("Staff", story.ann, &["Guard"]);
    telegram.place_bot(staff, &["can_delete_messages"]);
    telegram.join(story.eve, staff).unwrap();
    story.calm().await;
    let line = format!("/log {}", story.group.0);
    telegram.say_in(story.eve, staff, topics[0], &line).unwrap();
    story.hears(staff, ENGLISH.not_allowed).await;
    telegram.say_in(story.ann, staff, topics[0], &line).unwrap();
    story.hears(staff, "From now on I report here what I do in Readers").await;
    story.calm().await;
    story.ann_asks("/protection", ENGLISH.home).await;
    story.turn(story.group, "Reports", "I report what I do here to Staff").await;
    story.ends_well().await;
}
