//! Ports: limits, restarts, and every way in which an answer can fail to come.

#![expect(clippy::unwrap_used, reason = "tests")]
use super::*;
use ractor::{Actor, ActorProcessingErr};
use std::sync::Mutex;

/// Notes what it is told, answers what it is asked.
struct Clerk;

enum Word {
    Note(u32),
    Ask(Reply<u32>),
    Drop(Reply<u32>),
    Hold(oneshot::Receiver<()>),
    Panic,
}

type Notes = Arc<Mutex<Vec<u32>>>;

impl Actor for Clerk {
    type Msg = Letter<Word>;
    type State = Notes;
    type Arguments = Notes;

    async fn pre_start(&self, _: ActorRef<Self::Msg>, notes: Notes) -> Result<Notes, ActorProcessingErr> {
        Ok(notes)
    }

    async fn handle(
        &self,
        _: ActorRef<Self::Msg>,
        letter: Self::Msg,
        notes: &mut Notes,
    ) -> Result<(), ActorProcessingErr> {
        match letter.open() {
            Word::Note(it) => notes.lock().unwrap().push(it),
            Word::Ask(reply) => reply.send(42),
            Word::Drop(reply) => drop(reply),
            Word::Hold(until) => drop(until.await),
            Word::Panic => return Err("told to".into()),
        }
        Ok(())
    }
}

async fn clerk(notes: &Notes) -> ActorRef<Letter<Word>> {
    Actor::spawn(None, Clerk, Arc::clone(notes)).await.unwrap().0
}

fn port(capacity: usize) -> (Port<Word>, Notes) {
    (Port::unbound("clerk", capacity), Notes::default())
}

const SECOND: Duration = Duration::from_secs(1);

/// Letters before this question have been handled when it is answered.
async fn settled(port: &Port<Word>) {
    port.ask(Word::Ask, SECOND).await.unwrap();
}

#[tokio::test]
async fn what_is_told_before_binding_arrives_first_and_in_order() {
    let (port, notes) = port(8);
    (1..=3).for_each(|it| port.tell(Word::Note(it)).unwrap());
    assert_eq!(port.bound(), None);
    let clerk = clerk(&notes).await;
    port.bind(clerk.clone());
    assert_eq!(port.bound(), Some(clerk.get_id()));
    port.tell(Word::Note(4)).unwrap();
    settled(&port).await;
    assert_eq!(*notes.lock().unwrap(), [1, 2, 3, 4]);
    assert_eq!(port.depth(), 0);
}

#[tokio::test]
async fn an_unbound_port_keeps_as_much_as_a_mailbox_and_then_says_not_ready() {
    let (port, _) = port(2);
    assert_eq!(port.tell(Word::Note(1)), Ok(()));
    assert_eq!(port.tell(Word::Note(2)), Ok(()));
    assert_eq!(port.tell(Word::Note(3)), Err(TellError::NotReady));
    assert_eq!(port.depth(), 2);
}

#[tokio::test]
async fn an_unbound_port_answers_a_question_with_not_ready_at_once() {
    let (port, _) = port(2);
    assert_eq!(port.ask(Word::Ask, SECOND).await, Err(AskError::NotReady));
    assert_eq!(port.depth(), 0);
}

#[tokio::test]
async fn a_full_mailbox_says_busy_to_telling_and_asking_and_recovers() {
    let (port, notes) = port(2);
    port.bind(clerk(&notes).await);
    let (release, held) = oneshot::channel();
    port.tell(Word::Hold(held)).unwrap();
    while port.depth() > 0 {
        tokio::task::yield_now().await;
    }
    port.tell(Word::Note(1)).unwrap();
    port.tell(Word::Note(2)).unwrap();
    assert!(matches!(port.offer(Word::Note(3)), Err((Word::Note(3), TellError::Busy))));
    assert_eq!(port.ask(Word::Ask, SECOND).await, Err(AskError::Busy));
    release.send(()).unwrap();
    while port.depth() > 0 {
        tokio::task::yield_now().await;
    }
    settled(&port).await;
    assert_eq!(*notes.lock().unwrap(), [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_question_nobody_answers_times_out_and_its_late_reader_is_no_trouble() {
    let (port, notes) = port(4);
    port.bind(clerk(&notes).await);
    let (release, held) = oneshot::channel();
    port.tell(Word::Hold(held)).unwrap();
    assert_eq!(port.ask(Word::Ask, SECOND).await, Err(AskError::TimedOut));
    release.send(()).unwrap();
    settled(&port).await;
}

#[tokio::test]
async fn a_question_that_is_dropped_says_gone() {
    let (port, notes) = port(4);
    port.bind(clerk(&notes).await);
    assert_eq!(port.ask(Word::Drop, SECOND).await, Err(AskError::Gone));
}

#[tokio::test]
async fn a_crash_frees_every_place_and_the_next_life_gets_what_is_told_meanwhile() {
    let (port, notes) = port(3);
    let first = clerk(&notes).await;
    port.bind(first.clone());
    let (_release, held) = oneshot::channel();
    port.tell(Word::Panic).unwrap();
    port.tell(Word::Hold(held)).unwrap();
    port.tell(Word::Note(1)).unwrap();
    first.wait(None).await.unwrap();
    assert_eq!(port.depth(), 0, "a dropped mailbox holds no places");
    (2..=4).for_each(|it| port.tell(Word::Note(it)).unwrap());
    assert_eq!(port.tell(Word::Note(5)), Err(TellError::NotReady));
    port.bind(clerk(&notes).await);
    while port.depth() > 0 {
        tokio::task::yield_now().await;
    }
    settled(&port).await;
    assert_eq!(*notes.lock().unwrap(), [2, 3, 4]);
}

#[tokio::test]
async fn a_late_unbinding_by_the_former_actor_does_not_touch_the_new_one() {
    let (port, notes) = port(2);
    let (old, new) = (clerk(&notes).await, clerk(&notes).await);
    port.bind(old.clone());
    port.bind(new.clone());
    port.unbind(old.get_id());
    assert_eq!(port.bound(), Some(new.get_id()));
    port.unbind(new.get_id());
    assert_eq!(port.bound(), None);
}

#[tokio::test]
async fn binding_an_actor_that_has_ended_keeps_what_waits() {
    let (port, notes) = port(2);
    let dead = clerk(&notes).await;
    dead.stop_and_wait(None, None).await.unwrap();
    port.tell(Word::Note(1)).unwrap();
    port.bind(dead);
    assert_eq!(port.bound(), None);
    port.bind(clerk(&notes).await);
    settled(&port).await;
    assert_eq!(*notes.lock().unwrap(), [1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_senders_never_exceed_the_limit_and_lose_nothing_that_was_accepted() {
    let (port, notes) = port(8);
    port.bind(clerk(&notes).await);
    let senders: Vec<_> = (0..4)
        .map(|_| {
            let port = port.clone();
            tokio::spawn(async move {
                let mut accepted = 0_usize;
                for it in 0..500 {
                    assert!(port.depth() <= port.capacity() + 4);
                    accepted += usize::from(port.tell(Word::Note(it)).is_ok());
                    tokio::task::yield_now().await;
                }
                accepted
            })
        })
        .collect();
    let mut accepted = 0;
    for sender in senders {
        accepted += sender.await.unwrap();
    }
    while port.depth() > 0 {
        tokio::task::yield_now().await;
    }
    settled(&port).await;
    assert_eq!(notes.lock().unwrap().len(), accepted);
    assert!(accepted > 0);
}
