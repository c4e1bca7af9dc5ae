//! Events about updates, effects, Telegram and people: what comes in and what goes out.

use super::{Kind, catalogue};
use crate::config::LogLevel;

catalogue! {
    UPDATE_QUARANTINED = "update.quarantined", Warn {
        meaning: "An update crashed its chat runtime.poison_after times and was set aside whole. No other feature and no other update is affected.",
        causes: ["a bug that this update reaches; the line names feature and cause"],
        next: "the chat goes on with the updates after it",
        remedy: "Look with `majordomo inbox show <u>`; after an upgrade that mends it `majordomo inbox release <u>`, else `majordomo inbox drop <u>`.",
    }
    UPDATE_RELEASED = "update.released", Info {
        meaning: "An update left quarantine and is handled again.",
        causes: ["an operator ran `majordomo inbox release`"],
        next: "it stands at the end of its chat's queue with a clean record",
        remedy: "Watch whether it is quarantined again.",
    }
    UPDATE_DUPLICATE = "update.duplicate", Debug {
        meaning: "Telegram delivered an update a second time and it was left out.",
        causes: ["our acknowledgement came too late or was lost", "the process was restarted"],
        next: "nothing, the first delivery counts",
        remedy: "Nothing, this is normal life.",
    }
    UPDATE_UNDECODABLE = "update.undecodable", Warn {
        meaning: "An update could not be read. It was acknowledged and a sample of it kept, its neighbours were handled.",
        causes: ["a kind or field newer than this version", "a request that did not come from Telegram"],
        next: "it is counted and skipped",
        remedy: "See `majordomo inbox list`. If it names a new kind of update, upgrade; if nothing is missing, leave it.",
    }
    UPDATE_EXPIRED = "update.expired", Info {
        meaning: "An update waited on the disk for longer than it is worth: words for 24 h, a button press for 150 s.",
        causes: ["the bot was away for long while it had this unfinished", "a queue that is longer than it can be worked off", "the clock was moved forward"],
        next: "old words are left out; an old press is decided, and what a toast would have said goes as a message",
        remedy: "Nothing after a stop or an outage. In normal running look at bot_inbox_oldest_seconds.",
    }
    EFFECT_UNKNOWN = "effect.unknown", Warn {
        meaning: "Nobody knows whether a visible message went out: the call was made and its answer lost. It is not repeated by itself, so that nobody sees it twice.",
        causes: ["the process was killed in the middle of a call", "the connection broke before the answer", "Telegram answered with a server error"],
        next: "it is listed as pending and waits for a decision; everything else goes on",
        remedy: "Look into the chat, then `majordomo pending resend <id>` or `majordomo pending drop <id>`; `majordomo pending list` shows all.",
    }
    AI_FAILED = "ai.failed", Info {
        meaning: "A call to a provider brought no answer. The question goes to the next model at once, or waits.",
        causes: ["the provider is down, slow or asks for patience", "its key is refused or its account is used up", "there is no such model, or it refuses this question"],
        next: "the next model of ai.routes is asked; when there is none, the question is kept",
        remedy: "Read the reason: a refused key or a wrong model is set right in the configuration, the rest passes by itself.",
    }
    AI_WAITS = "ai.waits", Warn {
        meaning: "No provider can answer a question now. It is kept on the disk, its person knows, and it is asked again by itself.",
        causes: ["all providers for this kind of question are down or silent", "all of them ask for patience", "the budget is spent"],
        next: "it is asked again when a provider may be back, until features.hub.give_up_s is over",
        remedy: "See which provider has trouble in the lines before this one; add a second provider under ai.providers.",
    }
    EFFECT_DROPPED = "effect.dropped", Warn {
        meaning: "An effect was given up for good.",
        causes: ["Telegram refuses it: right missing, chat gone, user blocked the bot", "its time was over before it could be done"],
        next: "it is struck from what is owed and counted",
        remedy: "Read the reason. A missing right is granted in the group's administrator settings; `/protect` lists what it needs.",
    }
    INTAKE_PAUSED = "intake.paused", Error {
        meaning: "No updates are taken in. Telegram keeps them for 24 hours and delivers them later.",
        causes: ["the disk is full or the store cannot write", "the queue of the store is full"],
        next: "the webhook answers 503 with Retry-After, or polling stops, until the store takes writes again",
        remedy: "Free space on the disk of store.path, and look for store.full above. Nothing is lost within 24 hours.",
    }
    INTAKE_RESUMED = "intake.resumed", Info {
        meaning: "Updates are taken in again.",
        causes: ["the cause of intake.paused or intake.conflict is gone"],
        next: "what Telegram kept arrives in order",
        remedy: "Nothing.",
    }
    INTAKE_CONFLICT = "intake.conflict", Error {
        meaning: "Telegram answers 409: somebody else receives this bot's updates.",
        causes: ["a second program runs with the same token", "a webhook is still set for this bot while we poll", "the token is in foreign hands"],
        next: "polling is tried again with growing pauses, nothing else is affected",
        remedy: "Stop the other program. If you know of none, revoke the token at @BotFather and set the new one. `majordomo doctor` shows a webhook that is set.",
    }
    INTAKE_STALLED = "intake.stalled", Warn {
        meaning: "A poll got no answer for telegram.polling.stall_s and was begun anew.",
        causes: ["a proxy, NAT or firewall dropped the idle connection without a word", "the network is down"],
        next: "a new connection asks from the same place, so no update is skipped",
        remedy: "Nothing if it is rare. If it is regular, set telegram.polling.wait_s below the idle limit of your proxy or router.",
    }
    UPSTREAM_FAILED = "upstream.failed", Warn {
        meaning: "A call to an upstream failed: no connection, a time-out or a server error.",
        causes: ["a short network failure", "the service is overloaded or restarting", "telegram.call_timeout_ms is too short for this line"],
        next: "it is repeated with growing pauses; failures in a row open the breaker",
        remedy: "Nothing if it is rare; breaker.open tells when it is not. `majordomo doctor` tests the connection.",
    }
    UPSTREAM_FLOOD = "upstream.flood", Warn {
        meaning: "Telegram answered 429: too many calls in a chat or in all. No call is made before its retry_after is over.",
        causes: ["many notices at once, for example when a group is raided", "limits.telegram.* are set higher than Telegram allows", "another program uses the same token"],
        next: "the chat or the whole token pauses as told, then calls go on in order",
        remedy: "Nothing if it is rare. If it is regular, lower limits.telegram.overall_per_s or group_per_min.",
    }
    UPSTREAM_BLOCKED = "upstream.blocked", Info {
        meaning: "Telegram says that this chat cannot be written to.",
        causes: ["the person blocked the bot or deleted the account", "the bot was removed from the group", "the group was deleted"],
        next: "what is owed there is dropped; the chat is reachable again with its next update",
        remedy: "Nothing, it is their choice.",
    }
    UPSTREAM_MIGRATED = "upstream.migrated", Info {
        meaning: "A group became a supergroup with a new id; its state moved along.",
        causes: ["an admin changed a setting that only supergroups have"],
        next: "both ids lead to the same chat",
        remedy: "Nothing.",
    }
    UPSTREAM_REFUSED = "upstream.refused", Warn {
        meaning: "Telegram understood a call and refused it. Repeating would not help.",
        causes: ["a right is missing in that chat", "the message or person is gone", "the token was revoked (401)"],
        next: "the call is given up, the feature is told where it waits for the outcome",
        remedy: "Read the reason. For 401 set the new telegram.token; for a missing right make the bot administrator with the rights that `/protect` lists.",
    }
    UPSTREAM_NOT_EPHEMERAL = "upstream.not_ephemeral", Warn {
        meaning: "Telegram refused to show a message to one person alone (it knows ephemeral messages since Bot API 10.2).",
        causes: ["the Bot API server is an older one", "the bot may not do that in that group"],
        next: "the message is said to everybody, and so is every such message until the next start",
        remedy: "Nothing. To keep it that way set telegram.ephemeral = false; else update the Bot API server and restart.",
    }
    SEC_AUTH_FAIL = "sec.auth_fail", Warn {
        meaning: "Somebody tried what is not for them: to become an owner by a wrong link, to call a page under a foreign name or from a foreign page, or to use the control socket as another user.",
        causes: ["a wrong, used or old one-time link", "someone is guessing", "a page of web.listen was called under a host name that is not in web.hosts", "a program of another user of this machine"],
        next: "it was refused; after 5 wrong links the account is not heard until a new link is made, after some wrong invitation codes not for an hour",
        remedy: "Nothing if it was you; add your own host names to web.hosts. If wrong links keep coming, name the owners in owner.ids.",
    }
    SEC_WEBHOOK_FORGED = "sec.webhook_forged", Warn {
        meaning: "A request at the webhook did not carry our secret and was refused.",
        causes: ["a scanner found the address", "the webhook was registered by another installation with another secret", "telegram.webhook.secret was changed and Telegram has the old one"],
        next: "it was answered 401 without being read; the hourly check registers our secret again",
        remedy: "Nothing for a few. If no real updates arrive, restart: the webhook is then set with the current secret.",
    }
    SEC_WEBHOOK_FOREIGN = "sec.webhook_foreign", Error {
        meaning: "Telegram has a webhook address for this bot that is not ours. Someone else may hold the token.",
        causes: ["another installation uses the same bot", "the token leaked"],
        next: "our address is set again, and the check repeats every telegram.webhook.check_every_s",
        remedy: "If the address in the line is not yours, revoke the token at @BotFather now and set the new one.",
    }
    SEC_PRESS_FORGED = "sec.press_forged", Warn {
        meaning: "A button press carried data that we did not sign for this person and chat.",
        causes: ["a modified client", "a button that was made by an installation with another key", "a restored backup with an older key"],
        next: "the press was answered with a refusal and did nothing",
        remedy: "Nothing. If honest people are hit after a restore, send the command again for fresh buttons.",
    }
    SEC_OWNER_CLAIMED = "sec.owner_claimed", Warn {
        meaning: "A person became an owner of this house through the one-time link.",
        causes: ["you opened the link that the terminal showed"],
        next: "the link is void and this person may do all that owners may",
        remedy: "If this was not you, stop the bot, set owner.ids to your own id, and start again.",
    }
    MEMBERSHIP_RAID = "membership.raid", Warn {
        meaning: "Strangers come into a group many times faster than usual.",
        causes: ["somebody sends accounts to write there", "a post elsewhere brought many people who have not joined the channel"],
        next: "newcomers share one notice, what they write is deleted in bulk, the group's admins see how it goes",
        remedy: "Nothing: it ends after five quiet minutes. Real people may be let off with `/undo raid` in the group.",
    }
    MEMBERSHIP_FAIL_OPEN = "membership.fail_open", Warn {
        meaning: "It could not be known whether people are subscribers, so nobody is muted for now.",
        causes: ["the bot is no longer admin in the channel", "Telegram does not answer", "the channel was deleted"],
        next: "everybody may write; each new message asks again, and the owner is told once",
        remedy: "Make the bot administrator of the channel named in the line, or lift the guard with `/unprotect` in the group.",
    }
}
