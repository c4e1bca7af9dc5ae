//! Events of the process itself: its life, settings, store, clock, log and pages.

use super::{Kind, catalogue};
use crate::config::LogLevel;

catalogue! {
    APP_STARTING = "app.starting", Info {
        meaning: "The process has read its settings and starts the tree.",
        causes: ["you or the service manager started it"],
        next: "store, upstreams, chats and intake start in this order, then app.ready",
        remedy: "Nothing. If app.ready does not follow, the next lines say what is waited for.",
    }
    APP_READY = "app.ready", Info {
        meaning: "The store is open, replay is done and updates are taken in.",
        causes: ["the start went well"],
        next: "updates are handled",
        remedy: "Nothing.",
    }
    APP_DRAINING = "app.draining", Info {
        meaning: "The process was asked to stop: it takes nothing new and finishes or stores what it has.",
        causes: ["SIGTERM or SIGINT", "an upgrade by the service manager"],
        next: "it exits within 10 seconds; a second signal ends it within one",
        remedy: "Nothing.",
    }
    APP_STOPPED = "app.stopped", Info {
        meaning: "Everything acknowledged is finished or on disk, and the process ends.",
        causes: ["a drain that is complete", "a second signal, or one during the start: then there is no drain"],
        next: "the next start goes on from the store",
        remedy: "Nothing.",
    }
    APP_LAST_WORDS = "app.last_words", Error {
        meaning: "The process ends itself because going on would be worse. The line says who decided and why.",
        causes: ["the root supervisor gave up (exit code 70)", "a thread was blocked for runtime.blocked_ms (70)", "a sync to the disk failed (74)", "the store cannot be opened: no right to its folder, or another process has it (74)"],
        next: "the service manager starts it again, and the store brings back what was in hand",
        remedy: "Read the reason. For the disk, check dmesg and free space; for a blocked thread or a give-up, see the lines before it and `majordomo doctor`.",
    }
    CONFIG_REJECTED = "config.rejected", Error {
        meaning: "The settings have a mistake; the line names file, line, key and what was expected.",
        causes: ["a mistyped key or value", "an environment variable MAJORDOMO_* that fits no key", "a key of another version", "telegram.token is missing, or Telegram does not accept it"],
        next: "the process exits with code 78; starting it again does not help",
        remedy: "Mend the key that is named, and test with `majordomo config check`.",
    }
    STORE_FULL = "store.full", Error {
        meaning: "The disk of store.path has no room left (less than store.reserve_bytes). Nothing was half written.",
        causes: ["logs or backups of other programs on the same disk", "a quota"],
        next: "intake pauses, Telegram keeps updates for 24 h, and the store reopens when there is room",
        remedy: "Free space (`df -h`, `du -xh --max-depth=1 /var`). No restart is needed.",
    }
    STORE_CORRUPT = "store.corrupt", Error {
        meaning: "The store's files could not be read as they should be.",
        causes: ["a failing disk", "a file system that lost writes in a power cut", "a file changed by another program"],
        next: "the damaged folder is moved aside, never deleted; the start is refused where nothing can replace it",
        remedy: "Keep the folder named in the line. Check the disk (dmesg, smartctl), then: majordomo backup list, majordomo backup restore FILE, and start again.",
    }
    STORE_MIGRATED = "store.migrated", Info {
        meaning: "Rows of an older version were rewritten in the present format.",
        causes: ["the first start after an upgrade"],
        next: "the start goes on",
        remedy: "Nothing.",
    }
    STORE_RESTORED = "store.restored", Warn {
        meaning: "The first start after a restore: the store is as it was at the moment in the line, and what happened since is not in it.",
        causes: ["majordomo backup restore", "majordomo store import"],
        next: "the house goes on; what was owed at that moment is held back and not performed",
        remedy: "majordomo pending list, then release or drop what is held.",
    }
    BACKUP_DONE = "backup.done", Info {
        meaning: "A backup was made, read again and found whole.",
        causes: ["its hour of the day (backup.hour)", "the first start of another version", "majordomo backup create"],
        next: "older ones go by backup.keep_*",
        remedy: "Nothing. Now and then try one: majordomo backup verify FILE.",
    }
    BACKUP_FAILED = "backup.failed", Error {
        meaning: "There is no new backup. The house itself is not affected, and nothing half written was left behind.",
        causes: ["no room on the disk of backup.folder", "backup.folder cannot be written", "the store could not be read", "it took longer than backup.timeout_s"],
        next: "it is tried again within the hour; older backups stay",
        remedy: "Mend what the reason names, then: majordomo backup create.",
    }
    CLOCK_JUMP = "clock.jump", Warn {
        meaning: "The wall clock moved against the monotonic one by more than a few seconds.",
        causes: ["time synchronisation after a start without network", "the machine was suspended", "somebody set the clock"],
        next: "overdue wakes ask their feature how late is too late; waits in progress are not affected",
        remedy: "Check time synchronisation (`timedatectl`), and `majordomo doctor` for the skew against Telegram.",
    }
    CLOCK_BEHIND = "clock.behind", Warn {
        meaning: "Telegram's messages come from the future: the machine's clock is behind by at least as much as the line says.",
        causes: ["a machine without a clock of its own that has not reached its time service", "somebody set the clock"],
        next: "times that are sent to Telegram (when a mute ends) are moved by as much; all else follows the machine's clock",
        remedy: "Set the clock (`timedatectl set-ntp true`), then `majordomo doctor`.",
    }
    LOG_DROPPED = "log.dropped", Warn {
        meaning: "Standard output took lines more slowly than they came, so some were left out.",
        causes: ["the terminal is paused (Ctrl-S)", "the program that reads the log hangs", "log.level is debug under load"],
        next: "lines are written again; the house never waits for its log",
        remedy: "Let the reader of standard output go on, or set log.level to info.",
    }
    WEB_STARTED = "web.started", Info {
        meaning: "Health and metrics are served at the address in the line.",
        causes: ["web.listen is set"],
        next: "/health/live, /health/ready, /health/status and /metrics answer",
        remedy: "Nothing. Add names under which it is called to web.hosts.",
    }
}
