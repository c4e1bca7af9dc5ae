//! A file that replaces channels: what was asked for stays until what comes in its place has come.

use super::super::super::play::{CLUB, NEWS, Play, all_rights, plain, pressable};
use super::super::super::types::{ChatId, UserId};
use super::super::{Channel, Membership};
use super::hall::{exported, hands_in, import};
use super::{ANN, BOB, EVE, guarded, told};

#[test]
fn a_channel_of_others_is_still_asked_for_and_the_old_one_stays_until_they_agree() {
    let mut play = guarded();
    play.say(EVE, "hello");
    let content = exported(&mut play).replace(&NEWS.0.to_string(), &CLUB.0.to_string());
    play.world.set(CLUB, UserId(ANN), plain());
    let (action, args) = pressable(&hands_in(&mut play, &content));
    let effects = play.press(ANN, &action, &args);
    let has = |it: &str| told(&effects).contains(&it.to_owned());
    assert!(has("edit membership-transfer-applied-later") && has("say membership-may"), "{:?}", told(&effects));
    assert!(!told(&effects).iter().any(|it| it.contains("released") || it.contains("unmute")), "{effects:?}");
    let ids = |play: &Play<Membership>| play.state.channels.iter().map(|it| it.id).collect::<Vec<_>>();
    assert_eq!(ids(&play), [NEWS], "the group is not open meanwhile");
    assert!(told(&play.say(100, "hello")).contains(&"mute 100".to_owned()));
    let (action, args) = pressable(&effects);
    play.world.set(CLUB, UserId(BOB), all_rights());
    let agreed = told(&play.press(BOB, &action, &args));
    for expect in ["edit membership-protected-by-link", "say membership-released", "unmute 7", "unmute 100"] {
        assert!(agreed.contains(&expect.to_owned()), "{expect} in {agreed:?}");
    }
    assert_eq!(ids(&play), [CLUB]);
    assert!(play.state.channels[0].since.is_some_and(|it| it == play.world.now), "it is known since when");
}

#[test]
fn a_file_that_nobody_agrees_to_takes_nothing_away_and_a_full_group_has_room_for_what_replaces() {
    let mut play = guarded();
    for n in 0..4 {
        let id = ChatId(-1_000_000_009_000 - n);
        play.happen(import(Channel {
            id,
            title: "X".into(),
            username: Some(format!("x{n}")),
            link: None,
            since: None,
        }));
    }
    let mut file: serde_json::Value = serde_json::from_str(&exported(&mut play)).unwrap();
    file["channels"] = serde_json::json!([{ "id": CLUB.0 }]);
    play.world.set(CLUB, UserId(ANN), plain());
    let (action, args) = pressable(&hands_in(&mut play, &file.to_string()));
    let effects = play.press(ANN, &action, &args);
    assert_eq!(play.state.channels.len(), 5);
    let (action, args) = pressable(&effects);
    play.world.set(CLUB, UserId(BOB), all_rights());
    let mut late = guarded();
    late.state = play.state.clone();
    play.press(BOB, &action, &args);
    assert_eq!(play.state.channels.iter().map(|it| it.id).collect::<Vec<_>>(), [CLUB]);
    late.wait_s(3_601);
    assert_eq!(told(&late.press(BOB, &action, &args)), ["toast membership-toast-over"]);
    assert_eq!(late.state.channels.len(), 5);
}
