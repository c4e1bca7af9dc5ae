//! A chat: takes events from its queue, has the features decide, and commits what they want.

mod asking;
mod commit;
mod deciding;
pub mod held;
mod keeping;
mod outlive;
pub mod published;
mod rows;
pub mod writing;

#[cfg(test)]
mod tests;

use super::intake::desk::Taken;
use super::intake::item::Item;
use super::world::World;
use crate::domain::feature::Cell;
use crate::domain::types::{ChatNo, UserId};
use crate::protocol::chat::ChatMsg;
use crate::protocol::slot::{Phase, Slot, Slots};
use crate::store::{Store, keys, keys::Kind};
use asking::Pending;
use ractor::{Actor, ActorProcessingErr, ActorRef};
use rows::Rows;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// The actor. What it owns is [`Chat`].
pub struct ChatActor;

/// What a chat is started with.
pub struct Start {
    /// Everything it may reach.
    pub world: Arc<World>,
    /// Which chat.
    pub no: ChatNo,
    /// Which life of it.
    pub generation: u64,
    /// Where it notes what it is doing, for its supervisor.
    pub slots: Slots,
    /// Its path in the tree.
    pub path: String,
}

/// The state of one life of a chat.
pub struct Chat {
    world: Arc<World>,
    no: ChatNo,
    generation: u64,
    slot: Arc<Slot>,
    myself: ActorRef<ChatMsg>,
    /// Each feature's cell with its revision in the store (0: no row); empty until the first event.
    cells: Vec<(Cell, u64)>,
    /// Events that wait for facts, by the person whose order they hold up.
    aside: HashMap<Option<UserId>, Aside>,
    /// The features' rows that are in memory.
    rows: Rows,
    /// Whether [`ChatMsg::Keep`] will come.
    alarm: bool,
    /// Slots that are set aside and not used yet.
    slots: std::ops::Range<u64>,
}

/// An event that waits for facts, and the later ones of the same person.
struct Aside {
    pending: Pending,
    later: VecDeque<Arc<Item>>,
}

/// What became of an event that was worked on.
enum Worked {
    /// Its last feature has decided.
    Finished,
    /// It waits for facts.
    Waits(Pending),
}

impl Actor for ChatActor {
    type Msg = ChatMsg;
    type State = Chat;
    type Arguments = Start;

    async fn pre_start(&self, myself: ActorRef<ChatMsg>, start: Start) -> Result<Chat, ActorProcessingErr> {
        let Start { world, no, generation, slots, path } = start;
        let slot = slots.enter(myself.get_cell(), path, generation);
        world.intake.desk().attach(no, generation, myself.clone());
        let _always_there = myself.send_message(ChatMsg::Wake);
        let rows = Rows::new(world.features.len(), world.chat.clone(), Arc::clone(&world.held));
        let (cells, aside, alarm, slots) = (Vec::new(), HashMap::new(), false, 0..0);
        Ok(Chat { world, no, generation, slot, myself, cells, aside, rows, alarm, slots })
    }

    async fn handle(
        &self,
        myself: ActorRef<ChatMsg>,
        message: ChatMsg,
        chat: &mut Chat,
    ) -> Result<(), ActorProcessingErr> {
        match message {
            ChatMsg::Wake => chat.work().await?,
            ChatMsg::Found { seq, need, fact } => {
                if chat.found(seq, need, fact).await? {
                    chat.work().await?;
                }
            }
            ChatMsg::Keep => chat.alarmed().await?,
            ChatMsg::Sleep => {
                if chat.aside.is_empty() && chat.may_sleep().await? {
                    myself.stop(None);
                }
            }
        }
        Ok(())
    }

    async fn post_stop(&self, _: ActorRef<ChatMsg>, chat: &mut Chat) -> Result<(), ActorProcessingErr> {
        chat.write_last().await
    }
}

/// Reads the features' cells of a chat. A cell that cannot be read fails the start: nothing is overwritten.
async fn load_cells(world: &World, no: ChatNo) -> Result<Vec<(Cell, u64)>, ActorProcessingErr> {
    let mut cells: Vec<_> = world.features.iter().map(|it| (it.fresh(), 0)).collect();
    for (key, record) in world.patiently(|| world.store.scan(Kind::Cell.of(no), None, 64)).await? {
        let Some(n) = world.names.iter().position(|it| *it == keys::feature_of(&key)) else { continue };
        cells[n] = (world.features[n].load(&record.value)?, record.revision);
    }
    Ok(cells)
}

impl Chat {
    /// Works until the queue is empty, or as many events wait for facts as may.
    async fn work(&mut self) -> Result<(), ActorProcessingErr> {
        if self.cells.is_empty() {
            self.slot.begin("Wake", None);
            self.slot.set_phase(Phase::Store);
            self.world.writing.ended(self.no).await;
            self.cells = load_cells(&self.world, self.no).await?;
            self.slot.done();
        }
        loop {
            if self.waiting() >= self.world.runtime.chat_queue {
                return Ok(());
            }
            match self.world.intake.next(self.no, self.generation) {
                Taken::Item(item) => self.receive(item).await?,
                Taken::Refill { below, .. } => {
                    let any = self.world.patiently(|| self.world.intake.refill(self.no, below)).await?;
                    if !any && below < u64::MAX {
                        // The rows before it are still being written: some ms, unless the disk is full.
                        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                    }
                }
                Taken::Empty => return Ok(()),
                Taken::Superseded => {
                    self.myself.stop(None);
                    return Ok(());
                }
            }
        }
    }

    /// An event of a person whose earlier event waits, waits behind it; others are worked on.
    async fn receive(&mut self, item: Arc<Item>) -> Result<(), ActorProcessingErr> {
        let person = item.happened.event.person();
        if let Some(aside) = self.aside.get_mut(&person) {
            aside.later.push_back(item);
            return Ok(());
        }
        if let Worked::Waits(pending) = self.advance(Pending::new(item)).await? {
            self.aside.insert(person, Aside { pending, later: VecDeque::new() });
        }
        Ok(())
    }

    /// A fact has arrived. Answers whether events were finished by it, so that there may be room for others.
    async fn found(
        &mut self,
        seq: u64,
        need: crate::domain::fact::Need,
        fact: crate::domain::fact::Fact,
    ) -> Result<bool, ActorProcessingErr> {
        let waits = |aside: &Aside| aside.pending.item.seq == seq;
        let Some(person) = self.aside.iter().find(|(_, it)| waits(it)).map(|(person, _)| *person) else {
            return Ok(false);
        };
        let Some(aside) = self.aside.get_mut(&person) else { return Ok(false) };
        deciding::verified(&need, &fact, &aside.pending.item);
        if !aside.pending.learn(need, fact) {
            return Ok(false);
        }
        let Some(Aside { pending, mut later }) = self.aside.remove(&person) else { return Ok(false) };
        let mut next = Some(pending);
        while let Some(pending) = next.take() {
            if let Worked::Waits(pending) = self.advance(pending).await? {
                self.aside.insert(person, Aside { pending, later });
                return Ok(true);
            }
            next = later.pop_front().map(Pending::new);
        }
        Ok(true)
    }

    /// Whether nothing is left to do and to write; then the desk knows this life no more.
    async fn may_sleep(&mut self) -> Result<bool, ActorProcessingErr> {
        self.write_kept(false).await?;
        Ok(self.rows.due_ms().is_none() && self.world.intake.desk().try_sleep(self.no, self.generation))
    }

    fn waiting(&self) -> usize {
        self.aside.values().map(|it| 1 + it.later.len()).sum()
    }
}
