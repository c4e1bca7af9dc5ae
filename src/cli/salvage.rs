//! `majordomo store salvage`: takes over what can still be read of a damaged store.

use super::{Exit, Source, out};
use crate::store::{Salvaged, salvage};
use std::path::PathBuf;

/// Which folder.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder that the damaged data was moved to (store.path/damaged-..); it is only read
    #[arg(value_name = "FOLDER")]
    from: PathBuf,
}

/// Fills the empty store, and says what is there and what is lost.
pub(super) fn run(file: &Source, args: &Args) -> Exit {
    let loaded = match file.load() {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    match salvage(&loaded.settings.store, &args.from) {
        Ok(done) => out::print(told(&done)),
        Err(error) => {
            out::complain(error);
            Exit::Store
        }
    }
}

fn told(done: &Salvaged) -> String {
    let Salvaged { rows, chats, waiting, owed, damaged, homeless, stopped, gaps } = done;
    let mut text = format!("Taken over: {rows} rows of {chats} chats, {waiting} events that waited.\n");
    if *owed > 0 {
        text += &format!("{owed} effects were owed. None is performed by itself: majordomo pending list.\n");
    }
    let lost = damaged + homeless;
    if lost > 0 {
        text += &format!("{lost} rows were damaged, or of chats of which the id is lost. They are left out.\n");
    }
    if let Some(why) = stopped {
        text += &format!("Not everything could be read: {why}.\n");
    }
    if *gaps {
        text += "Of what was written last, some is missing.\n";
    }
    text += "Rows may be older than they were, and deleted ones may be back. Keep the damaged folder, and compare.\n";
    text
}
