//! Who may ask for a channel, and what must be granted first.

use crate::harness::{By, GUARD, Setting, Story};
use majordomo::domain::types::ChatId;

async fn before() -> Story {
    Story::begin(Setting::by(By::Polling).unprotected()).await
}

#[tokio::test]
async fn what_is_missing_is_listed_and_can_be_granted() {
    let story = before().await;
    story.telegram.place_bot(story.group, &[]);
    let secret = story.telegram.channel("Secret", None, story.ann);
    story.telegram.place_bot(secret, &[]);
    let command = format!("/protect {}", secret.0);
    story.ann_asks(&command, "Add subscribers").await;
    for words in ["Delete messages", "Ban users"] {
        assert!(story.said(story.group, words) > 0, "{words}");
    }
    story.telegram.place_bot(story.group, &GUARD);
    story.telegram.place_bot(secret, &["can_invite_users"]);
    story.ann_asks(&command, "Only subscribers of Secret").await;
    story.called("createChatInviteLink", |it| it.number("chat_id") == Some(secret.0) && it.done).await;
    story.stopped(story.sam, "hello").await;
    story.hears(story.group, "please join Secret").await;
    story.ends_well().await;
}

#[tokio::test]
async fn members_and_poor_admins_may_not_ask() {
    let story = before().await;
    let helper = story.guests(1)[0];
    story.telegram.promote(story.group, helper, &["can_delete_messages"]);
    for (at, who) in [story.eve, helper].into_iter().enumerate() {
        story.telegram.say(who, story.group, "/protect @news").unwrap();
        let told = || story.said(story.group, "change the group's info") == at + 1;
        story.until("they are told who may", told).await;
    }
    story.untouched(story.eve, "nothing is protected").await;
}

#[tokio::test]
async fn an_anonymous_admin_shows_who_they_are() {
    let story = before().await;
    story.telegram.say_anonymously(story.group, "/protect @news");
    story.hears(story.group, "You write anonymously").await;
    let toast = story.press(story.eve, "It is me").await;
    assert!(toast.text.contains("change the group's info"), "{toast:?}");
    assert_eq!(story.press(story.ann, "It is me").await.text, "Thank you!");
    story.hears(story.group, "Only subscribers of News").await;
    story.stopped(story.eve, "hello").await;
    story.ends_well().await;
}

#[tokio::test]
async fn another_owners_channel_needs_their_consent() {
    let story = before().await;
    let (bob, eve) = (story.guests(1)[0], story.eve);
    let theirs = story.telegram.channel("Theirs", None, bob);
    story.telegram.place_bot(theirs, &["can_invite_users"]);
    story.ann_asks(&format!("/protect {}", theirs.0), "May they?").await;
    for who in [eve, story.ann] {
        let toast = story.press(who, "Agree").await;
        assert!(toast.text.starts_with("Only an admin of Theirs"), "{toast:?}");
    }
    story.untouched(eve, "not protected yet").await;
    assert!(story.telegram.calls("createChatInviteLink").is_empty(), "no link before the consent");
    assert_eq!(story.press(bob, "Agree").await.text, "Thank you!");
    story.hears(story.group, "Only subscribers of Theirs").await;
    story.stopped(eve, "hello").await;
    story.ends_well().await;
}

#[tokio::test]
async fn a_private_channel_is_named_by_answering_its_post() {
    let story = before().await;
    let secret = story.telegram.channel("Secret", None, story.ann);
    story.telegram.place_bot(secret, &["can_invite_users"]);
    let post = story.telegram.post(secret, "a post");
    let here = story.telegram.forward(story.ann, secret, post, story.group).unwrap();
    story.telegram.reply(story.ann, story.group, here, "/protect").unwrap();
    story.hears(story.group, "Only subscribers of Secret").await;
    story.stopped(story.eve, "hello").await;
    story.ends_well().await;
}

#[tokio::test]
async fn of_two_channels_the_toast_names_the_missing_one() {
    let story = before().await;
    let other = story.telegram.channel("Other", Some("other"), story.ann);
    story.telegram.place_bot(other, &["can_invite_users"]);
    story.ann_asks("/protect @news @other", "News, Other").await;
    story.stopped(story.eve, "hello").await;
    story.hears(story.group, "please join News, Other").await;
    story.telegram.join(story.eve, story.channel).unwrap();
    let toast = story.press(story.eve, "I have joined").await;
    assert_eq!(toast.text, "Not there yet. Please join Other, then press again.");
    story.telegram.join(story.eve, other).unwrap();
    assert_eq!(story.press(story.eve, "I have joined").await.text, "Thank you! You can write now.");
    story.until("Eve may write", || story.telegram.may_write(story.group, story.eve)).await;
    story.ends_well().await;
}

#[tokio::test]
async fn a_basic_group_becomes_a_supergroup_first() {
    let story = before().await;
    let basic = story.telegram.group("Old", story.ann);
    story.telegram.place_bot(basic, &["can_delete_messages"]);
    story.telegram.join(story.eve, basic).unwrap();
    story.telegram.say(story.ann, basic, "/protect @news").unwrap();
    story.hears(basic, "turn this group into a supergroup").await;
    let new: ChatId = story.telegram.migrate(basic);
    story.telegram.place_bot(new, &GUARD);
    story.calm().await;
    story.telegram.say(story.ann, new, "/protect @news").unwrap();
    story.hears(new, "Only subscribers of News").await;
    story.telegram.say(story.eve, new, "hello").unwrap();
    story.until("Eve is muted in the new group", || story.telegram.muted(new).contains(&story.eve)).await;
    let moved = story.log.wait_for("upstream.migrated").await;
    assert_eq!((&moved["from"], &moved["to"]), (&basic.0.into(), &new.0.into()), "{moved}");
    assert_eq!(story.log.events("upstream.migrated").len(), 1, "once: {}", story.log.text());
}
