//! `[owner]`: whom the house belongs to.

use crate::domain::settings::{Unfit, settings};
use crate::domain::types::{ANONYMOUS_ADMIN, CHANNEL_BOT, TELEGRAM};

settings! {
    /// `[owner]`: whom the house belongs to.
    pub struct Owner {
        /// Telegram ids of the owners. Empty: the terminal shows a one-time link at start.
        ids: Vec<i64> = Vec::new(), fits people;
    }
}

fn people(ids: &[i64]) -> Result<(), Unfit> {
    let service = [ANONYMOUS_ADMIN, CHANNEL_BOT, TELEGRAM].map(|it| it.0);
    if ids.iter().any(|it| *it <= 0) {
        return Err("ids of people, which are positive".into());
    }
    if ids.iter().any(|it| service.contains(it)) {
        let service = service.map(|it| it.to_string()).join(", ");
        return Err(format!("ids of people; {service} are accounts in whose names anybody may write").into());
    }
    Ok(())
}
