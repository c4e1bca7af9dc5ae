//! What the desk promises, as tables of events.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::*;
use crate::domain::event::{ChatKind, Event, Happened, Place};
use crate::domain::types::{ChatId, Moment, UpdateId};
use bytes::Bytes;

const CHAT: ChatNo = ChatNo(7);

fn desk(chat: usize, total: usize) -> Desk<&'static str, u32> {
    Desk::new(Bounds { chat, total })
}

fn item(seq: u64, press: bool, tick_ms: u64) -> Arc<Item> {
    item_of(CHAT, seq, press, tick_ms)
}

fn item_of(chat: ChatNo, seq: u64, press: bool, tick_ms: u64) -> Arc<Item> {
    let place = Place { id: ChatId(-5), kind: ChatKind::Supergroup, title: String::new(), username: None };
    let happened = Happened { update: Some(UpdateId(seq)), at: Moment(0), place, event: Event::Other };
    Item::new(chat, seq, Bytes::from_static(b"{}"), happened, press, tick_ms)
}

fn offer(desk: &mut Desk<&'static str, u32>, seq: u64) -> Offered<&'static str> {
    desk.offer(item(seq, false, seq), Some(0))
}

fn taken(desk: &mut Desk<&'static str, u32>, generation: u64) -> Option<u64> {
    match desk.take(CHAT, generation) {
        Taken::Item(item) => Some(item.seq),
        Taken::Empty => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_first_event_starts_a_chat_and_later_ones_do_not() {
    let mut desk = desk(8, 100);
    assert!(matches!(offer(&mut desk, 1), Offered::Queued(Wake::Start)));
    assert!(matches!(offer(&mut desk, 2), Offered::Queued(Wake::Awake)));
    desk.attach(CHAT, 1, "first");
    assert_eq!((taken(&mut desk, 1), taken(&mut desk, 1), taken(&mut desk, 1)), (Some(1), Some(2), None));
    assert!(matches!(offer(&mut desk, 3), Offered::Queued(Wake::Tell("first"))));
    assert!(matches!(offer(&mut desk, 4), Offered::Queued(Wake::Awake)));
}

#[test]
fn a_press_goes_before_waiting_messages() {
    let mut desk = desk(8, 100);
    offer(&mut desk, 1);
    desk.offer(item(2, true, 2), None);
    desk.attach(CHAT, 1, "it");
    assert_eq!((taken(&mut desk, 1), taken(&mut desk, 1)), (Some(2), Some(1)));
}

#[test]
fn a_crash_gives_back_what_was_in_hand_in_its_order() {
    let mut desk = desk(8, 100);
    (1..=3).for_each(|it| drop(offer(&mut desk, it)));
    desk.attach(CHAT, 1, "first");
    assert_eq!((taken(&mut desk, 1), taken(&mut desk, 1)), (Some(1), Some(2)));
    let Some(done) = desk.find(CHAT, 1) else { panic!("it is in hand") };
    desk.finish(&done, 0);
    assert!(desk.detach(CHAT, 1), "there is work left");
    desk.attach(CHAT, 2, "second");
    assert!(matches!(desk.take(CHAT, 1), Taken::Superseded), "the dead one gets nothing");
    assert_eq!((taken(&mut desk, 2), taken(&mut desk, 2), taken(&mut desk, 2)), (Some(2), Some(3), None));
    assert_eq!(desk.depth(), (2, 0));
}

#[test]
fn beyond_the_bound_events_wait_on_the_disk_and_later_ones_behind_them() {
    let mut desk = desk(2, 100);
    offer(&mut desk, 1);
    offer(&mut desk, 2);
    let Offered::Spill(spilled, _) = offer(&mut desk, 3) else { panic!("the queue is full") };
    desk.attach(CHAT, 1, "it");
    assert_eq!(taken(&mut desk, 1), Some(1));
    assert!(matches!(offer(&mut desk, 4), Offered::Spill(..)), "there is room, but not before event 3");
    assert_eq!(taken(&mut desk, 1), Some(2));
    assert_eq!(taken(&mut desk, 1), None, "their rows are still being written");
    assert_eq!(desk.spilled(&spilled, true), Wake::Tell("it"));
    let Taken::Refill { below, .. } = desk.take(CHAT, 1) else { panic!("event 3 is on the disk") };
    assert_eq!(below, 4, "the row of event 4 is not there yet");
    let (held, spills) = desk.held(CHAT);
    assert_eq!(held, [1, 2].into(), "in hand");
    desk.refilled(CHAT, vec![spilled], 0, spills);
    assert_eq!(taken(&mut desk, 1), Some(3));
}

#[test]
fn what_is_spilled_while_the_disk_is_read_is_not_forgotten() {
    let mut desk = desk(1, 100);
    offer(&mut desk, 1);
    let Offered::Spill(second, _) = offer(&mut desk, 2) else { panic!() };
    desk.attach(CHAT, 1, "it");
    desk.spilled(&second, true);
    assert_eq!(taken(&mut desk, 1), Some(1));
    let (_, spills) = desk.held(CHAT);
    let Offered::Spill(third, _) = offer(&mut desk, 3) else { panic!() };
    desk.spilled(&third, true);
    desk.refilled(CHAT, vec![second], 0, spills);
    assert_eq!(taken(&mut desk, 1), Some(2));
    assert!(matches!(desk.take(CHAT, 1), Taken::Refill { .. }), "event 3");
}

#[test]
fn what_is_unfinished_after_a_while_is_due_once_and_in_order() {
    let mut desk = desk(8, 100);
    (1..=3).for_each(|it| drop(offer(&mut desk, it)));
    desk.attach(CHAT, 1, "it");
    taken(&mut desk, 1);
    let first = desk.find(CHAT, 1).unwrap();
    desk.finish(&first, 0);
    assert!(desk.due(11, 10, 99).is_empty(), "the first is finished, the others are young");
    let due: Vec<_> = desk.due(13, 10, 99).iter().map(|it| it.seq).collect();
    assert_eq!(due, [2, 3]);
    assert!(desk.due(99, 10, 99).is_empty());
}

#[test]
fn one_update_is_one_event_however_often_it_comes() {
    let mut desk = desk(8, 100);
    assert_eq!(desk.known(1, 10).unwrap_err(), 10);
    desk.offer(item(1, false, 0), Some(10));
    assert!(matches!(desk.known(1, 11), Ok(Offered::Joined)));
    desk.attach(CHAT, 1, "it");
    taken(&mut desk, 1);
    let it = desk.find(CHAT, 1).unwrap();
    assert_eq!(desk.finish(&it, 0), [10, 11], "both are acknowledged");
    assert!(matches!(desk.known(1, 12), Ok(Offered::Duplicate)));
}

#[test]
fn a_chat_sleeps_only_with_nothing_to_do_and_is_started_again() {
    let mut desk = desk(8, 100);
    offer(&mut desk, 1);
    desk.attach(CHAT, 1, "it");
    assert!(!desk.try_sleep(CHAT, 1));
    taken(&mut desk, 1);
    let it = desk.find(CHAT, 1).unwrap();
    desk.finish(&it, 0);
    taken(&mut desk, 1);
    assert_eq!(desk.idle(100, 9, 1), ["it"]);
    assert!(desk.try_sleep(CHAT, 1));
    assert!(matches!(offer(&mut desk, 2), Offered::Queued(Wake::Start)));
}

#[test]
fn when_too_many_are_awake_those_idle_for_longest_go_and_nobody_at_work() {
    let mut desk = desk(8, 100);
    let names = ["first", "second", "third", "at work"];
    for (n, name) in (1..).zip(names) {
        let chat = ChatNo(n);
        let item = item_of(chat, n, false, 50 + n);
        desk.offer(item, Some(0));
        desk.attach(chat, 1, name);
        if name != "at work" {
            desk.take(chat, 1);
            let it = desk.find(chat, n).unwrap();
            desk.finish(&it, 0);
            assert!(matches!(desk.take(chat, 1), Taken::Empty));
        }
    }
    let sorted = |desk: &Desk<&'static str, u32>, before, most| {
        let mut idle = desk.idle(before, 2, most);
        idle.sort_unstable();
        idle
    };
    assert_eq!(sorted(&desk, 0, 4), [""; 0], "there is room for all");
    assert_eq!(sorted(&desk, 0, 2), ["first", "second"]);
    assert_eq!(sorted(&desk, 52, 2), ["first", "second"], "whose time has come anyway counts");
    assert_eq!(sorted(&desk, 54, 4).len(), 2, "so many at once");
    assert_eq!(sorted(&desk, 54, 1), ["first", "second", "third"], "unless too many are awake");
    assert_eq!(sorted(&desk, 0, 0), ["first", "second", "third"], "whoever has work stays");
}
