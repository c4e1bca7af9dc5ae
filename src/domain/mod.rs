//! What the program knows and decides, without touching the world: events in, effects out. Here is the registry of its
//! offices: which there are, and in which order they are asked.

pub mod account;
pub mod ai;
pub mod chart;
pub mod command;
pub mod drill;
pub mod effect;
pub mod event;
pub mod fact;
pub mod feature;
pub mod house;
pub mod hub;
pub mod limits;
pub mod markdown;
pub mod membership;
pub mod offices;
pub mod porter;
pub mod purse;
pub mod settings;
pub mod text;
pub mod types;

#[cfg(test)]
pub(crate) mod play;

use drill::Drill;
use feature::Feature;
use house::House;
use hub::Hub;
use membership::Membership;
use porter::Porter;
use std::sync::Arc;

settings::settings! {
    /// `[features]`: how the offices are set.
    #[derive(Eq)]
    pub struct Settings {
        /// `[features.membership]`
        membership: membership::Settings;
        /// `[features.hub]`
        hub: hub::Settings;
        /// `[features.porter]`
        porter: porter::Settings;
        /// `[features.drill]`
        drill: drill::Settings;
    }
}

/// The offices that are open: guards first, and last the house, which answers what nobody claimed.
#[must_use]
pub fn features(settings: &Settings) -> Vec<Arc<dyn Feature>> {
    let mut open: Vec<Arc<dyn Feature>> = Vec::new();
    if settings.membership.enabled {
        open.push(Arc::new(Membership::new(settings.membership)));
    }
    if settings.porter.enabled {
        open.push(Arc::new(Porter::new(settings.porter.clone())));
    }
    if settings.hub.enabled {
        open.push(Arc::new(Hub::new(settings.hub.clone())));
    }
    if settings.drill.enabled {
        open.push(Arc::new(Drill));
    }
    let others = open.iter().flat_map(|it| it.commands()).copied().collect();
    open.push(Arc::new(House::new(others)));
    open
}
