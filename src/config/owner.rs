//! `[owner]`: whom the house belongs to.

use super::check::Check;
use crate::domain::types::{ANONYMOUS_ADMIN, CHANNEL_BOT, TELEGRAM};
use serde::{Deserialize, Serialize};

/// `[owner]`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Owner {
    /// Telegram ids of the owners. When empty, the terminal shows a one-time link.
    pub ids: Vec<i64>,
}

impl Owner {
    pub(super) fn validate(&self, check: &mut Check) {
        let service = [ANONYMOUS_ADMIN, CHANNEL_BOT, TELEGRAM].map(|it| it.0);
        if self.ids.iter().any(|it| *it <= 0) {
            check.wrong("owner.ids", "ids of people, which are positive");
        } else if self.ids.iter().any(|it| service.contains(it)) {
            let service = service.map(|it| it.to_string()).join(", ");
            check.wrong("owner.ids", format!("ids of people; {service} are accounts in whose names anybody may write"));
        }
    }
}
