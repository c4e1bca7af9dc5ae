//! The simulated Telegram: its own Bot API over loopback HTTP, a small world of people and chats behind it.
//!
//! What it models it models strictly, in the official server's words; what it does not model answers 404.
//! People act through [`Simulated`]'s methods; the bot acts through HTTP; both leave traces in the ledger.

mod access;
mod chat;
mod choices;
mod entrances;
mod faults;
mod files;
mod flood;
mod hands;
mod happening;
mod ledger;
mod letters;
mod methods;
mod multipart;
mod openings;
mod options;
mod people;
mod places;
mod polling;
mod post;
mod presses;
mod queue;
mod refusal;
mod render;
mod request;
mod rights;
mod sending;
mod sent;
mod server;
mod sights;
mod simulated;
mod text;
mod view;
mod webhook;
mod world;

pub use choices::ChoiceError;
pub use faults::{Fault, FaultKind};
pub use files::SentFile;
pub use flood::FloodLimits;
pub use hands::Hand;
pub use happening::{Happening, What};
pub use ledger::{Call, Counts, Delivery, Observer, Seen};
pub use letters::Letter;
pub use options::{DEFAULT_TOKEN, Detail, Options};
pub use people::Refused;
pub use presses::{Place, PressError, Toast};
pub use rights::{ADMIN_RIGHTS, PERMISSIONS};
pub use simulated::Simulated;
pub use view::{ChatView, MemberView, MessageView, PersonView, View};
