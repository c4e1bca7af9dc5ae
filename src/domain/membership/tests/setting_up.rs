//! The list that ticks itself: from the link to the guarded group.

use super::super::super::effect::{Button, Call, Does, Effect};
use super::super::super::event::{ChatKind, Event, Happened, Moved, Note, Place, Rights, Said, Standing};
use super::super::super::fact::{ChatRef, Unknown};
use super::super::super::play::{
    self, CLUB, GROUP, ME, NEWS, Play, admin, all_rights, buttons, calls, plain, pressable,
};
use super::super::super::text::{Arg, Text};
use super::super::super::types::{ANONYMOUS_ADMIN, ChatId, Language, Person, UserId};
use super::super::{Channel, Membership, State, Word};
use super::{ANN, BOB, EVE, stage, told};

fn out() -> Standing {
    Standing::default()
}

/// The lines of the list that was said or edited.
fn lines(effects: &[Effect]) -> Vec<String> {
    let lines = |text: &Text| {
        text.args.iter().find_map(|(_, arg)| match arg {
            Arg::Lines(lines) => Some(lines.iter().map(|it| it.key.replace("membership-", "")).collect::<Vec<_>>()),
            _ => None,
        })
    };
    let mut texts = calls(effects).into_iter().filter_map(|it| match it {
        Call::Say { text, .. } | Call::Edit { text, .. } => Some(text),
        _ => None,
    });
    texts.find_map(lines).unwrap_or_default()
}

/// Where the buttons of the list lead.
fn leads(effects: &[Effect]) -> Vec<String> {
    let lead = |it: Button| match it.does {
        Does::Open(url) => url.split_once('?').map(|(_, it)| it.split(['=', '&']).next().unwrap().to_owned()),
        Does::Press { action, .. } => Some(action),
    };
    buttons(effects).into_iter().filter_map(lead).collect()
}

/// A group that we are put into, with these rights.
fn added(rights: Standing) -> (Play<Membership>, Vec<Effect>) {
    let mut play = stage();
    play.world.set(GROUP, ME, rights.clone());
    let effects = play.places(out(), rights);
    (play, effects)
}

/// Our rights in the group change.
fn granted(play: &mut Play<Membership>, rights: Standing) -> Vec<Effect> {
    let old = play.world.members[&(GROUP, ME)].clone().unwrap();
    play.world.set(GROUP, ME, rights.clone());
    play.places(old, rights)
}

/// The channel's own chat says that we are its admin now.
fn let_in(play: &mut Play<Membership>, channel: ChatId) -> Vec<Effect> {
    play.world.set(channel, ME, all_rights());
    let channel = Channel { id: channel, title: "Club".into(), username: None, link: None, since: None };
    changed(play, channel)
}

fn changed(play: &mut Play<Membership>, channel: Channel) -> Vec<Effect> {
    let word = Note::Membership(Box::new(Word::Changed { channel, ours: true }));
    let place = Place { title: String::new(), ..play.place.clone() };
    let now = play.world.now;
    play.happened(&Happened { update: None, at: now, place, event: Event::Told(word) })
}

fn restricting() -> Standing {
    admin(Rights { can_restrict_members: true, ..Rights::default() })
}

#[test]
fn whoever_adds_us_is_greeted_with_what_is_left_to_do() {
    let none = vec!["need-delete", "need-restrict", "setup-channel"];
    let cases = [
        ("no admin", plain(), none.clone(), vec!["startgroup", "startchannel", "m.s"]),
        ("admin of nothing", admin(Rights::default()), none, vec!["startgroup", "startchannel", "m.s"]),
        (
            "may not delete",
            restricting(),
            vec!["setup-restrict", "need-delete", "setup-channel"],
            vec!["startgroup", "startchannel", "m.s"],
        ),
        (
            "may not restrict",
            admin(Rights { can_delete_messages: true, ..Rights::default() }),
            vec!["setup-delete", "need-restrict", "setup-channel"],
            vec!["startgroup", "startchannel", "m.s"],
        ),
        (
            "all rights",
            all_rights(),
            vec!["setup-delete", "setup-restrict", "setup-channel"],
            vec!["startchannel", "m.s"],
        ),
    ];
    for (what, rights, expect, buttons) in cases {
        let (play, effects) = added(rights);
        assert_eq!(told(&effects), ["say membership-setup", "wake", "put setup"], "{what}");
        assert_eq!(lines(&effects), expect, "{what}");
        assert_eq!(leads(&effects), buttons, "{what}");
        assert!(play.state.setting_up, "{what}");
    }
}

#[test]
fn the_list_speaks_the_language_of_whoever_added_us() {
    let mut play = stage();
    let by = Person { language: Language::Ru, ..play::person(ANN) };
    let (who, old, new) = (play::person(ME.0), out(), all_rights());
    let moved = Moved { who, by, old, new, by_request: false, by_link: None };
    let effects = play.happen(Event::Placed(moved));
    let Some(Call::Say { text, .. }) = calls(&effects).first().copied() else { panic!("{effects:?}") };
    assert_eq!(text.language, Language::Ru);
}

#[test]
fn rights_tick_the_list_in_place_and_what_stays_is_not_edited() {
    let (mut play, _) = added(plain());
    let effects = granted(&mut play, restricting());
    assert_eq!(told(&effects), ["edit membership-setup", "wake", "put setup"]);
    assert_eq!(lines(&effects), ["setup-restrict", "need-delete", "setup-channel"]);
    assert_eq!(told(&granted(&mut play, restricting())), ["wake", "put setup"], "nothing new");
    assert_eq!(lines(&granted(&mut play, all_rights())), ["setup-delete", "setup-restrict", "setup-channel"]);
    assert_eq!(lines(&granted(&mut play, plain())), ["need-delete", "need-restrict", "setup-channel"], "and back");
    let said = play.say(ANN, "/protect @news");
    assert_eq!(told(&said)[..2], ["delete", "drop setup"], "the new list takes the old one's place");
    assert_eq!(lines(&said), ["setup-admin", "need-delete", "need-restrict"]);
    let done = granted(&mut play, all_rights());
    assert_eq!(told(&done), ["say membership-protected", "delete", "drop setup", "no wake"]);
    assert_eq!((play.state.channels.len(), play.state.setting_up), (1, false));
}

#[test]
fn naming_the_channel_is_all_that_is_left_to_do() {
    let (mut play, _) = added(all_rights());
    let done = play.say(ANN, "/protect @news");
    assert_eq!(told(&done), ["say membership-protected", "delete", "drop setup", "no wake"]);
    assert!(!play.state.setting_up);
}

#[test]
fn a_private_channel_is_protected_as_soon_as_it_lets_us_in() {
    let (mut play, _) = added(all_rights());
    let info = play.world.chats[&ChatRef::Id(CLUB)].clone();
    play.world.lose(ChatRef::Id(CLUB), Unknown::NotFound);
    let asked = play.say(ANN, "/protect -1000000000200");
    assert_eq!(lines(&asked), ["setup-delete", "setup-restrict", "need-found"]);
    assert!(play::told(&asked).contains(&"tell linked".to_owned()), "the channel is asked to tell");
    let heard = Word::Heard { channel: CLUB, yes: true };
    let answer = play.happen(Event::Told(Note::Membership(Box::new(heard))));
    assert_eq!(play::told(&answer), ["wake", "put setup"], "looked at again, and not let go while it is waited for");
    play.world.chats.insert(ChatRef::Id(CLUB), info);
    let done = let_in(&mut play, CLUB);
    let expect = ["invite -1000000000200", "say membership-protected-by-link", "delete", "drop setup", "no wake"];
    assert_eq!(told(&done), expect);
    let titled = calls(&done).iter().any(|it| matches!(it, Call::Invite { name, .. } if name == "Group"));
    assert!(titled, "the link is named after the group, although the channel's word does not say its title");
    assert!(!play::told(&done).contains(&"tell unlinked".to_owned()));
    assert_eq!(play.state.owners, [UserId(ANN)], "it is still Ann's");
}

#[test]
fn looking_again_by_hand_does_the_same() {
    let (mut play, effects) = added(plain());
    let (action, args) = pressable(&effects);
    play.say(ANN, "/protect @news");
    assert_eq!(told(&play.press(EVE, &action, &args)), ["wake", "put setup", "toast membership-setup-toast-more"]);
    play.world.set(GROUP, ME, all_rights());
    let done = play.press(BOB, &action, &args);
    assert_eq!(told(&done).last().unwrap(), "toast membership-setup-toast-done");
    assert_eq!(play.state.channels.len(), 1);
    assert_eq!(told(&play.press(BOB, &action, &args)), ["toast membership-toast-over"]);
}

#[test]
fn a_wish_is_worth_what_its_owner_may_when_it_comes_true() {
    type Change = fn(&mut Play<Membership>);
    let cases: [(&str, Change, usize); 4] = [
        ("nothing changed", |_| (), 1),
        ("no admin any more", |play| play.world.set(GROUP, UserId(ANN), plain()), 0),
        ("an hour has gone by", |play| play.wait_s(3_601), 0),
        ("Telegram does not say", |play| play.world.doubt(GROUP, UserId(ANN), Unknown::Unavailable), 0),
    ];
    for (what, change, expect) in cases {
        let (mut play, _) = added(plain());
        play.say(ANN, "/protect @news");
        change(&mut play);
        granted(&mut play, all_rights());
        assert_eq!(play.state.channels.len(), expect, "{what}");
        assert_eq!(play.state.setting_up, expect == 0, "{what}");
    }
}

#[test]
fn a_channel_of_somebody_else_needs_its_admin_and_the_list_says_so() {
    let (mut play, _) = added(plain());
    play.world.set(NEWS, UserId(ANN), plain());
    play.world.set(NEWS, UserId(9), all_rights());
    play.say(ANN, "/protect @news");
    let asked = granted(&mut play, all_rights());
    assert_eq!(told(&asked)[..2], ["say membership-may", "edit membership-setup"]);
    let (action, args) = pressable(&asked);
    let list = calls(&asked)[1].clone();
    let Call::Edit { text, .. } = list else { panic!("{asked:?}") };
    let Some((_, Arg::Lines(lines))) = text.args.first() else { panic!("{text:?}") };
    assert_eq!(lines.last().unwrap().key, "membership-setup-agree");
    let agreed = play.press(9, &action, &args);
    assert_eq!(
        told(&agreed),
        ["toast membership-toast-thanks", "edit membership-protected", "delete", "drop setup", "no wake"]
    );
    assert_eq!((play.state.channels.len(), play.state.setting_up), (1, false));
}

#[test]
fn an_anonymous_admin_has_a_wish_too() {
    let (mut play, _) = added(plain());
    let said = Said { sender_chat: Some(GROUP), ..play.words(ANONYMOUS_ADMIN.0, "/protect @news") };
    let (action, args) = pressable(&play.happen(Event::Said(said)));
    let shown = play.press(ANN, &action, &args);
    assert_eq!(lines(&shown), ["setup-admin", "need-delete", "need-restrict"]);
    granted(&mut play, all_rights());
    assert_eq!((play.state.channels.len(), play.state.owners.clone()), (1, vec![UserId(ANN)]));
}

#[test]
fn a_basic_group_goes_on_when_it_has_grown() {
    let mut play = stage();
    let old = ChatId(-500);
    let grown = play.place.clone();
    play.place = Place { id: old, kind: ChatKind::Group, ..grown.clone() };
    let effects = play.places(out(), plain());
    assert_eq!(lines(&effects), ["setup-supergroup", "setup-channel"]);
    let wished = play.say(ANN, "/protect @news");
    assert_eq!(lines(&wished), ["setup-supergroup"]);
    let moved = play.happen(Event::Migrated { to: GROUP });
    assert_eq!(told(&moved), ["wake"]);
    play.place = Place { title: String::new(), ..grown };
    play.world.set(GROUP, ME, plain());
    let again = play.wakes("setup");
    assert_eq!(told(&again), ["say membership-missing", "wake", "put setup"], "anew, where everybody is now");
    assert_eq!(lines(&again), ["setup-admin", "need-delete", "need-restrict"]);
    let done = granted(&mut play, all_rights());
    assert_eq!(told(&done), ["say membership-protected", "delete", "drop setup", "no wake"]);
}

#[test]
fn start_setup_says_the_list_once() {
    let (mut play, _) = added(plain());
    assert_eq!(told(&play.say(ANN, "/start@house_bot setup")), [""; 0], "it stands already");
    assert!(play.claimed, "and nobody else answers");
    play.wait_s(61);
    let again = play.say(ANN, "/start@house_bot setup");
    assert_eq!(told(&again), ["delete", "say membership-setup", "wake", "put setup"]);
    let mut fresh = stage();
    assert_eq!(told(&fresh.say(ANN, "/start setup")), ["say membership-setup", "wake", "put setup"]);
    for text in ["/start", "/start other", "start setup"] {
        assert_eq!(told(&stage().say(ANN, text)), [""; 0], "{text}");
    }
    let mut guarded = super::guarded();
    assert_eq!(told(&guarded.say(ANN, "/start setup")), [""; 0], "nothing is left to set up");
}

#[test]
fn the_list_goes_away_after_a_day_and_the_channels_need_not_tell_any_more() {
    let (mut play, _) = added(all_rights());
    play.world.set(CLUB, ME, plain());
    play.say(ANN, "/protect -1000000000200");
    play.wait_s(3_600);
    let hushed = play.wakes("setup");
    assert_eq!(play::told(&hushed)[..2], ["tell unlinked", "edit membership-setup"], "the wish is over");
    play.wait_s(24 * 3_600);
    assert_eq!(told(&play.wakes("setup")), ["delete", "drop setup", "no wake"]);
    assert_eq!(play.state, State { setting_up: false, ..play.state.clone() });
    assert_eq!(told(&play.wakes("setup")), [""; 0]);
}

#[test]
fn thrown_out_in_between_nothing_is_left() {
    let (mut play, _) = added(plain());
    let gone = play.places(plain(), out());
    assert!(told(&gone).contains(&"drop setup".to_owned()), "{gone:?}");
    assert!(!play.state.setting_up);
    let back = play.places(out(), plain());
    assert!(told(&back).contains(&"say membership-setup".to_owned()), "and it begins anew");
}
