//! The operator vouches for a group and a channel: looked up like everything else, then told to the group.

use crate::actors::world::World;
use crate::clock;
use crate::domain::fact::{Fact, Need};
use crate::domain::feature::{Facts, Pace, ROUNDS};
use crate::domain::offices::lists::{self, Fit, Outcome, Pair};
use crate::protocol::control::Response;
use crate::store::{Batch, Op, Store, keys, rows};

/// Looks, and unless it is a rehearsal tells the group.
pub(super) async fn answer(world: &World, pair: &Pair, dry_run: bool) -> Result<Response, String> {
    if !world.names.contains(&lists::OFFICE) {
        return Err(format!("the office {} is closed in this house: see [features]", lists::OFFICE));
    }
    let Some(owner) = world.house().owners.first().copied() else {
        return Err("this house has no owner yet: set owner.ids, or open the owner link".into());
    };
    let fit = match weigh(world, pair).await {
        Ok(fit) => fit,
        Err(outcome) => return Ok(Response::Guarded(outcome)),
    };
    let no = world.intake.numbers().number(fit.chat());
    let cell = world.store.get(keys::cell(no, lists::OFFICE)).await.map_err(|it| format!("the store: {it}"))?;
    let outcome = fit.standing(cell.as_ref().map(|it| it.value.as_slice()));
    if outcome == Outcome::Protected && !dry_run {
        tell(world, fit, owner).await?;
    }
    Ok(Response::Guarded(outcome))
}

async fn weigh(world: &World, pair: &Pair) -> Result<Fit, Outcome> {
    let house = world.house();
    let mut known: Vec<(Need, Fact)> = Vec::new();
    for _ in 0..=ROUNDS {
        let facts = Facts { now: clock::now(), house: &house, slots: 0, pace: Pace::Free, known: &known };
        let needs = match pair.weigh(&facts) {
            Ok(fit) => return Ok(fit),
            Err(Err(outcome)) => return Err(outcome),
            Err(Ok(needs)) => needs,
        };
        for need in needs {
            let fact = world.facts.ask(need.clone()).await;
            known.push((need, fact));
        }
    }
    Err(Outcome::Unavailable)
}

/// Puts the word onto the disk and into the group's queue.
async fn tell(world: &World, fit: Fit, owner: crate::domain::types::UserId) -> Result<(), String> {
    let no = world.intake.numbers().number(fit.chat());
    let happened = fit.event(owner, clock::now());
    let seq = world.sequence.take(1);
    let row = rows::Queued {
        raw: None,
        own: Some(happened.clone()),
        decided: Vec::new(),
        released: false,
        at: Some(happened.at),
    };
    let mut batch = Batch::default();
    world.intake.number_row(no, &mut batch);
    batch.0.push(Op::Put { key: keys::queued(no, seq), value: rows::write(&row), expect: Some(0) });
    world.store.commit(batch).await.map_err(|it| format!("the store: {it}; try again"))?;
    world.intake.numbers().row_stored(no);
    world.intake.push_own(no, seq, happened);
    Ok(())
}
