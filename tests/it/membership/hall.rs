//! Numbers, settings as a file, a list of the operator, and a world that breaks and heals.

use crate::harness::{By, LIMIT, Setting, Story};
use majordomo::domain::types::ChatId;
use majordomo::playground::telegram::{Fault, FaultKind, Letter};

#[tokio::test]
async fn numbers_come_with_a_picture_in_the_admins_language() {
    for (by, language, words) in
        [(By::Polling, "en", "Messages checked: 2"), (By::Webhook, "ru", "Проверено сообщений: 2")]
    {
        let story = Story::begin(Setting::by(by).speaking(language)).await;
        story.untouched(story.sam, "hello").await;
        story.stopped(story.eve, "hello").await;
        story.telegram.say(story.ann, story.group, "/stats").unwrap();
        story.until("a picture", || !story.telegram.photos(story.group).is_empty()).await;
        let photo = story.telegram.photos(story.group).remove(0);
        assert!(photo.caption.contains(words), "{}", photo.caption);
        assert!(photo.bytes.starts_with(b"\x89PNG"), "{}", photo.mime);
        story.ends_well().await;
    }
}

#[tokio::test]
async fn without_a_picture_the_words_come() {
    let story = Story::new().await;
    let refused =
        Fault::of("sendPhoto", FaultKind::Error(400, "Bad Request: not enough rights to send photos to the chat"));
    story.telegram.fault(refused);
    story.telegram.say(story.ann, story.group, "/stats").unwrap();
    story.hears(story.group, "Messages checked:").await;
    assert_eq!(story.telegram.photos(story.group), []);
}

#[tokio::test]
async fn settings_move_to_another_group_as_a_file() {
    for (language, apply) in [("en", "Apply"), ("ru", "Применить")] {
        let story = Story::begin(Setting::by(By::Polling).speaking(language)).await;
        story.telegram.say(story.ann, story.group, "/export").unwrap();
        story.until("a file", || !story.telegram.documents(story.group).is_empty()).await;
        let file = story.telegram.documents(story.group).remove(0);
        let other = story.telegram.supergroup("Others", story.ann);
        story.telegram.place_bot(other, &crate::harness::GUARD);
        let sent =
            story.telegram.send(story.ann, other, Letter::document("a.json", "application/json", file.bytes)).unwrap();
        story.telegram.send(story.ann, other, Letter::words("/import").answering(sent)).unwrap();
        story.hears(other, "News (@news)").await;
        story.telegram.press(story.ann, other, apply, LIMIT).await.unwrap();
        let guarded = if language == "en" { "Only subscribers of News" } else { "News" };
        story.hears(other, guarded).await;
        story.telegram.join(story.eve, other).unwrap();
        story.telegram.say(story.eve, other, "hello").unwrap();
        story.until("Eve is stopped there", || story.telegram.muted(other).contains(&story.eve)).await;
        story.ends_well().await;
    }
}

#[tokio::test]
async fn an_operators_list_guards_many_groups() {
    let story = Story::begin(Setting::by(By::Polling).unprotected()).await;
    let secret = story.telegram.channel("Secret", None, story.ann);
    story.telegram.place_bot(secret, &[]);
    let poor = story.telegram.supergroup("Poor", story.ann);
    story.telegram.place_bot(poor, &["can_pin_messages"]);
    let list = story.store().with_file_name("list.csv");
    let (group, channel) = (story.group.0, secret.0);
    let lines = format!(
        "group,channel,link\n{group},@news\n{group},{channel},https://t.me/+given\n{},@news\n{group},@nobody_here\n",
        poor.0
    );
    std::fs::write(&list, lines).unwrap();
    let list = list.to_str().unwrap().to_owned();
    let rehearsal = story.run(&["membership", "import", "--csv", &list, "--dry-run"]).await;
    assert!(rehearsal.1.contains("2 would be protected, 0 already, 2 failed"), "{rehearsal:?}");
    story.untouched(story.eve, "still free").await;
    let (code, out, errors) = story.run(&["membership", "import", "--csv", &list]).await;
    assert_eq!(code, Some(1), "{out}{errors}");
    for words in ["line 2: ", "protected", "line 4: ", "let the bot delete messages", "line 5: ", "channel not found"] {
        assert!(out.contains(words), "{words} in {out}");
    }
    story.stopped(story.eve, "hello").await;
    story.called("sendMessage", |it| format!("{:?}", it.params).contains("https://t.me/+given")).await;
    story
        .until("both are asked for", || story.telegram.transcript(story.group).join("\n").contains("News, Secret"))
        .await;
    let again = || async { story.run(&["membership", "import", "--csv", &list]).await.1 };
    assert!(again().await.contains("0 protected, 2 already, 2 failed"));
    story.ann_asks("/unprotect", "No longer required").await;
    let private = ChatId(story.ann.0);
    assert_eq!(story.said(private, "Agree"), 0, "nobody was asked");
}

#[tokio::test]
async fn what_breaks_without_a_word_is_told_to_those_who_set_the_group_up_and_heals_by_itself() {
    let story = Story::begin(Setting::by(By::Polling).unprotected()).await;
    let bob = story.telegram.person("Bob", "ru");
    story.telegram.started(bob);
    story.telegram.say(bob, ChatId(bob.0), "/start").unwrap();
    story.telegram.join(bob, story.group).unwrap();
    story.telegram.promote(story.group, bob, &["can_change_info"]);
    story.telegram.promote(story.channel, bob, &["can_invite_users"]);
    story.telegram.say(bob, story.group, "/protect @news").unwrap();
    story.hears(story.group, "News").await;
    story.telegram.throw_bot_out(story.channel);
    story.untouched(story.eve, "one").await;
    story.hears(ChatId(bob.0), "больше не вижу").await;
    story.hears(ChatId(story.ann.0), "I can no longer see who subscribes to News").await;
    story.telegram.place_bot(story.channel, &["can_invite_users"]);
    let guest = story.guests(1)[0];
    story.stopped(guest, "hello").await;
    story.hears(ChatId(bob.0), "снова под охраной").await;
    story.hears(ChatId(story.ann.0), "all is well again").await;
    assert_eq!(story.said(ChatId(bob.0), "больше не вижу"), 1, "once");
}
