//! Which of our numbers a Telegram chat has, also after it has changed its id.

use crate::domain::types::{ChatId, ChatNo};
use std::collections::HashMap;

/// The numbers of all chats that have ever had a row, and of those that have none yet.
#[derive(Debug, Default)]
pub struct Numbers {
    by_id: HashMap<ChatId, ChatNo>,
    by_no: HashMap<ChatNo, (ChatId, bool)>,
    next: u64,
}

impl Numbers {
    /// Takes over a row: this id leads to that number, whose present id is `now`.
    pub fn load(&mut self, id: ChatId, no: ChatNo, now: ChatId) {
        self.by_id.insert(id, no);
        self.by_no.insert(no, (now, true));
        self.next = self.next.max(no.0 + 1);
    }

    /// The number of a chat; a new one when it is unknown.
    pub fn number(&mut self, id: ChatId) -> ChatNo {
        if let Some(no) = self.by_id.get(&id) {
            return *no;
        }
        self.next = self.next.max(1);
        let no = ChatNo(self.next);
        self.next += 1;
        self.by_id.insert(id, no);
        self.by_no.insert(no, (id, false));
        no
    }

    /// The present Telegram id of a number.
    #[must_use]
    pub fn id(&self, no: ChatNo) -> Option<ChatId> {
        self.by_no.get(&no).map(|(id, _)| *id)
    }

    /// The id to write into the row of this number, if it has none yet. Until [`Self::row_stored`] every batch
    /// of the chat carries it.
    #[must_use]
    pub fn needs_row(&self, no: ChatNo) -> Option<ChatId> {
        self.by_no.get(&no).filter(|(_, stored)| !stored).map(|(id, _)| *id)
    }

    /// The row of this number is on the disk.
    pub fn row_stored(&mut self, no: ChatNo) {
        if let Some((_, stored)) = self.by_no.get_mut(&no) {
            *stored = true;
        }
    }

    /// The row of this number could not be written.
    pub fn row_missing(&mut self, no: ChatNo) {
        if let Some((_, stored)) = self.by_no.get_mut(&no) {
            *stored = false;
        }
    }

    /// This number is in use somewhere on the disk: it is not given to another chat.
    pub fn in_use(&mut self, no: ChatNo) {
        self.next = self.next.max(no.0 + 1);
    }

    /// A group became a supergroup: both ids lead to the old number, or to the new one's if the `newcomer` is
    /// to win. The answer is that number, and the other one, if there was another.
    pub fn migrate(&mut self, old: ChatId, new: ChatId, newcomer: bool) -> (ChatNo, Option<ChatNo>) {
        let (of_old, of_new) = (self.number(old), self.number(new));
        let (no, other) = if newcomer { (of_new, of_old) } else { (of_old, of_new) };
        self.by_id.insert(old, no);
        self.by_id.insert(new, no);
        self.by_no.insert(no, (new, true));
        (no, (other != no).then_some(other))
    }

    /// How many chats are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_no.len()
    }

    /// Whether no chat is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_no.is_empty()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_chat_keeps_its_number_and_only_its_first_row_is_written() {
        let mut numbers = Numbers::default();
        let no = numbers.number(ChatId(-5));
        assert_eq!((numbers.number(ChatId(-5)), numbers.id(no)), (no, Some(ChatId(-5))));
        assert_ne!(no, ChatNo::HOUSE);
        assert_eq!(numbers.needs_row(no), Some(ChatId(-5)));
        assert_eq!(numbers.needs_row(no), Some(ChatId(-5)), "until it is on the disk");
        numbers.row_stored(no);
        assert_eq!(numbers.needs_row(no), None);
        numbers.row_missing(no);
        assert_eq!(numbers.needs_row(no), Some(ChatId(-5)));
    }

    #[test]
    fn a_group_that_becomes_a_supergroup_keeps_its_number_and_the_new_ids_own_number_gives_way() {
        let mut numbers = Numbers::default();
        let (old, new) = (numbers.number(ChatId(-5)), numbers.number(ChatId(-1005)));
        assert_eq!(numbers.migrate(ChatId(-5), ChatId(-1005), false), (old, Some(new)));
        assert_eq!(numbers.number(ChatId(-1005)), old);
        assert_eq!(numbers.number(ChatId(-5)), old);
        assert_eq!(numbers.id(old).unwrap(), ChatId(-1005));
        assert_eq!(numbers.migrate(ChatId(-5), ChatId(-1005), false), (old, None), "told again by the other message");
    }

    #[test]
    fn a_new_id_that_was_set_up_before_the_old_one_was_heard_of_keeps_its_number() {
        let mut numbers = Numbers::default();
        let (old, new) = (numbers.number(ChatId(-5)), numbers.number(ChatId(-1005)));
        assert_eq!(numbers.migrate(ChatId(-5), ChatId(-1005), true), (new, Some(old)));
        assert_eq!((numbers.number(ChatId(-5)), numbers.number(ChatId(-1005))), (new, new));
    }

    #[test]
    fn numbers_of_an_earlier_run_are_not_given_again() {
        let mut numbers = Numbers::default();
        numbers.load(ChatId(-5), ChatNo(41), ChatId(-5));
        assert_eq!(numbers.number(ChatId(-6)), ChatNo(42));
        assert_eq!(numbers.needs_row(ChatNo(41)), None);
    }
}
