//! Rows of the house's own chat that every decision reads: taken up once, before any chat is awake.

use crate::actors::intake::replay::pages;
use crate::domain::account::Account;
use crate::domain::types::ChatNo;
use crate::store::{Store, StoreError, keys};

/// The accounts that this office keeps under keys that begin so. One that cannot be read counts as a new one.
///
/// # Errors
/// When the store cannot be read.
pub async fn accounts(store: &impl Store, office: &str, prefix: &str) -> Result<Vec<Account>, StoreError> {
    let mut accounts = Vec::new();
    pages(store, keys::row(ChatNo::HOUSE, office, prefix), |_, row| {
        accounts.extend(serde_json::from_slice::<Account>(row));
    })
    .await?;
    Ok(accounts)
}
