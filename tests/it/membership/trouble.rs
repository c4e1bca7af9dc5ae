//! When membership cannot be known or acted on: nobody is muted, and the owner is told once.

use crate::harness::{GUARD, Story};
use majordomo::domain::types::ChatId;
use majordomo::playground::telegram::{Fault, FaultKind};

#[tokio::test]
async fn a_lost_channel_opens_the_door_and_is_told_once() {
    let story = Story::new().await;
    let owner = ChatId(story.ann.0);
    story.telegram.throw_bot_out(story.channel);
    for words in ["one", "two", "three"] {
        story.untouched(story.eve, words).await;
    }
    story.hears(owner, "I can no longer see who subscribes to News").await;
    assert_eq!(story.said(owner, "I can no longer see"), 1);
    story.log.wait_for("membership.fail_open").await;
    story.telegram.place_bot(story.channel, &["can_invite_users"]);
    let guest = story.guests(1)[0];
    story.stopped(guest, "hello").await;
    story.hears(owner, "all is well again").await;
}

#[tokio::test]
async fn without_its_rights_the_bot_mutes_nobody_and_says_so_once() {
    let story = Story::new().await;
    let owner = ChatId(story.ann.0);
    story.telegram.place_bot(story.group, &["can_pin_messages"]);
    story.hears(owner, "I may no longer delete messages or mute people in Readers").await;
    story.untouched(story.eve, "hello").await;
    story.telegram.place_bot(story.group, &GUARD);
    story.hears(owner, "all is well again").await;
    story.stopped(story.eve, "hello again").await;
    assert_eq!(story.said(owner, "I may no longer"), 2, "once, and once more that it is over");
    story.ends_well().await;
}

#[tokio::test]
async fn one_lost_lookup_lets_no_stranger_pass() {
    let story = Story::new().await;
    story.telegram.fault(Fault::of("getChatMember", FaultKind::Reset).times(1));
    story.stopped(story.eve, "hello").await;
    story.ends_well().await;
}

#[tokio::test]
async fn while_nobody_can_say_nobody_is_muted_and_the_press_says_so() {
    let story = Story::new().await;
    story.stopped(story.eve, "hello").await;
    story.hears(story.group, "please join News").await;
    let broken = Fault::of("getChatMember", FaultKind::Error(500, "Internal Server Error"));
    story.telegram.fault(broken.times(2).in_chat(story.channel.0)); // one question, and its repetition
    let toast = story.press(story.eve, "I have joined").await;
    assert_eq!(toast.text, "I cannot check just now. Please try again in a moment.");
    assert_eq!(story.eve_joins("I have joined").await.text, "Thank you! You can write now.");
    story.ends_well().await;
}
