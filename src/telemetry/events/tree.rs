//! Events of the supervision tree, its breakers included.

use super::{Kind, catalogue};
use crate::config::LogLevel;

catalogue! {
    SUP_CHILD_STARTED = "sup.child.started", Info {
        meaning: "A supervisor started one of its children.",
        causes: ["the house is starting", "a chat woke because something happened in it"],
        next: "the child takes work",
        remedy: "Nothing, this is normal life.",
    }
    SUP_CHILD_STOPPED = "sup.child.stopped", Info {
        meaning: "A child ended in the ordinary way.",
        causes: ["the house is draining", "a chat had nothing to do for runtime.chat_idle_s and sleeps"],
        next: "it is started again when it is needed",
        remedy: "Nothing, this is normal life.",
    }
    SUP_CHILD_CRASHED = "sup.child.crashed", Error {
        meaning: "A child panicked or returned an error. The line names the reason, the source line and what it was working on.",
        causes: ["a bug in the code named after `at`", "an unusual update that a rule does not expect", "a disk or network error that nobody caught"],
        next: "its supervisor restarts it; the update in hand is tried again",
        remedy: "One crash heals itself. If the same cause keeps coming, look at the update with `majordomo inbox list` and report the line.",
    }
    SUP_CHILD_RESTARTED = "sup.child.restarted", Info {
        meaning: "A child that had ended is running again under a new generation.",
        causes: ["it crashed, was killed or was stuck shortly before: see the line above with the same path"],
        next: "it goes on where the store says it was",
        remedy: "Nothing, unless it happens to the same path again and again.",
    }
    SUP_CHILD_BACKOFF = "sup.child.backoff", Warn {
        meaning: "A child crashed repeatedly, so its next start waits longer than the last.",
        causes: ["what it needs is still missing (network, disk, a service)", "the same update crashes it each time"],
        next: "it is restarted when the wait is over; its work waits in the store",
        remedy: "Nothing yet. Read the sup.child.crashed line of the same path for the cause.",
    }
    SUP_CHILD_STUCK = "sup.child.stuck", Error {
        meaning: "A handler waited longer than runtime.stuck_ms, or blocked its thread longer than runtime.blocked_ms.",
        causes: ["a wait without a time-out", "an endless loop set off by one update", "a machine that is starved of CPU"],
        next: "the child is killed and replaced; the attempt counts against its update",
        remedy: "Check the load of the machine. If the same update is named each time, see `majordomo inbox list` and report the line.",
    }
    SUP_CHILD_KILLED = "sup.child.killed", Warn {
        meaning: "A child did not stop within its deadline and was killed.",
        causes: ["it was stuck", "a drain in which a call took longer than runtime.drain_ms"],
        next: "unfinished work is in the store and is taken up again",
        remedy: "Nothing if it happened once while stopping. If it repeats, raise runtime.drain_ms or look for sup.child.stuck.",
    }
    SUP_CHILD_PARKED = "sup.child.parked", Error {
        meaning: "A part that may fail alone (an upstream, a service, the web pages) gave up and rests for runtime.park_s.",
        causes: ["the service behind it is down or refuses us", "its settings are wrong", "its port is taken"],
        next: "the rest of the house goes on; it is tried again when the rest is over",
        remedy: "Run `majordomo doctor`, mend the cause named in the line, and wait for the next try.",
    }
    SUP_GAVE_UP = "sup.gave_up", Error {
        meaning: "A child needed more restarts than its supervisor allows (runtime.restart_max within runtime.restart_window_s).",
        causes: ["the first cause named in the line, which restarting does not cure", "a disk or a service that stays away", "wrong settings"],
        next: "the failure goes one step up: the part is parked, or its supervisor ends too",
        remedy: "Mend the first cause in the line; `majordomo doctor` tests the disk, the token and the connection. `majordomo tree` shows what runs.",
    }
    SUP_ESCALATED = "sup.escalated", Error {
        meaning: "A supervisor ended because a child gave up, and its own supervisor takes over.",
        causes: ["a sup.gave_up line shortly before, with the cause"],
        next: "the parts that depend on it are restarted in order; at the root the process exits with code 70",
        remedy: "Read the sup.gave_up line before it and mend that cause. Nothing acknowledged is lost.",
    }
    SUP_STORM = "sup.storm", Error {
        meaning: "Many different chats of one shard crashed within a minute: one common cause, not many.",
        causes: ["a bug that everyday updates reach", "the store or the cache answers nothing", "a new version that reads old rows wrongly"],
        next: "the shard starts no chat for 30 s; its events wait on disk, running chats go on",
        remedy: "Compare the causes in the sup.child.crashed lines. If it began with an upgrade, go back to the version before.",
    }
    BREAKER_OPEN = "breaker.open", Error {
        meaning: "An upstream failed several times in a row (limits.breaker.failures) and is left alone for a while.",
        causes: ["the service is down or unreachable", "DNS, proxy or firewall trouble on this machine", "a wrong telegram.api_url"],
        next: "no calls for limits.breaker.open_ms, owed effects wait in the store, then one call probes",
        remedy: "Run `majordomo doctor` to see whether the service answers from here. If it is their outage, wait.",
    }
    BREAKER_HALF_OPEN = "breaker.half_open", Info {
        meaning: "The pause is over and single calls test whether the upstream is back.",
        causes: ["limits.breaker.open_ms has passed since breaker.open"],
        next: "successes close it, one failure opens it again",
        remedy: "Nothing, the next line tells how it went.",
    }
    BREAKER_CLOSED = "breaker.closed", Info {
        meaning: "The upstream works again, and everything owed to it goes out.",
        causes: ["limits.breaker.successes calls in a row succeeded"],
        next: "what waited is sent, within the limits",
        remedy: "Nothing.",
    }
}
