"""What concerns the whole house at once; played one after the other, while nobody else plays."""

import time

from world import JOINED, Refused


# What a start within a second of the last one, or right after another mode, is refused by Telegram.
OF_RESTARTS = [("setWebhook", "Too Many Requests"), ("getUpdates", "closed the request"), ("getUpdates", "terminated by")]


def greeted(s, person, words):
    mark = s.mark(person)
    s.say(person, person, "/start")
    s.hears(person, words, after=mark)


def kills(s):
    """`kill -9` with messages on their way: each stranger is stopped all the same, each press answered."""
    s.cast()
    people = [it["id"] for it in s.sim.post("users", first_name="Kim", count=4)]
    for who in people:
        s.member(s.group_id, who, "member", service=False)
    s.protect()
    s.tally.expect("deleteMessage", s.group_id, "not found")  # done, and not noted before the kill
    for round_no, who in enumerate(people):
        hello = s.say(who, s.group_id, f"hello {round_no}")
        time.sleep((0, 0.02, 0.08, 0.3)[round_no])
        s.house.kill()
        s.house.start()
        s.until(f"{round_no}: deleted", lambda: s.gone(s.group_id, hello))
        s.until(f"{round_no}: muted", lambda: s.muted(s.group_id, who))
    notice = s.hears(s.group_id, "please join News")
    s.sim.post("join", chat_id=s.news, user_id=people[0])
    first = next(it for it in s.sim.get("messages", chat_id=s.group_id, from_bot=1)
                 if any(e.get("user", {}).get("id") == people[0] for e in it.get("entities", [])))
    press = s.sim.post("press", user_id=people[0], chat_id=s.group_id, message_id=first["message_id"], text=JOINED["en"])
    s.house.kill()
    s.house.start()
    answered = lambda: next(it for it in s.sim.get("callbacks") if it["id"] == press["id"]).get("answered")
    s.until("a press over a kill is answered", answered)
    s.until("and heard", lambda: s.may_write(s.group_id, people[0]))
    s.check("a notice", notice)
    time.sleep(7)  # the notice that counts is edited at most every 6 s: not while others break every call


def orderly_stop(s):
    """SIGTERM: ends with 0 within 10 s; what was said meanwhile is heard afterwards."""
    s.cast()
    s.protect()
    code, seconds = s.house.stop()
    s.check("it ends by itself with 0", code == 0, code)
    s.check("within 10 s", seconds < 10, seconds)
    hello = s.say(s.eve, s.group_id, "is nobody watching?")
    s.house.start()
    s.stopped(s.eve, s.group_id, hello, "please join News")


def everything_limited(s):
    """429 for the whole bot: nothing before its end, everything after it."""
    s.cast()
    s.protect()
    s.sim.post("idle", quiet_ms=300, timeout_ms=20000)
    s.sim.post("faults", method="sendMessage", kind="429", retry_after=3, times=1, **{"global": True})
    hello = s.say(s.eve, s.group_id, "hello")
    s.stopped(s.eve, s.group_id, hello, "please join News")
    greeted(s, s.person("Zoe"), "keep groups")


def bad_day(s):
    """Every fifth call fails in one way or another: everything is done in the end."""
    s.cast()
    people = [it["id"] for it in s.sim.post("users", first_name="Max", count=5)]
    for who in people:
        s.member(s.group_id, who, "member", service=False)
    s.protect()
    for method in ("sendMessage", "deleteMessage", "restrictChatMember", "getChatMember"):
        s.tally.expect(method, s.group_id, "not found")
        for kind in ("reset", "http", "latency"):
            s.sim.post("faults", method=method, kind=kind, prob=0.1, times=-1, delay_ms=300)
    time.sleep(0.3)
    words = [(who, s.say(who, s.group_id, "hello")) for who in people]
    time.sleep(3)
    s.sim.delete("faults")
    free = lambda: [it for it in people if not s.muted(s.group_id, it)]

    def ask_again():
        """A lookup may have failed for a moment: then nobody is muted, and a later word is judged."""
        for who in free():
            try:
                s.say(who, s.group_id, "hello?")
            except Refused:
                pass  # muted in the meantime
        time.sleep(1)
        return not free()
    s.until("everybody is muted", ask_again, 45)


def repeated_updates(s):
    """The same update twice, updates in another order: each is handled once."""
    s.cast()
    s.protect()
    kinds = {"polling": [("getUpdates", "duplicate_updates"), ("getUpdates", "reorder_updates")],
             "webhook": [("webhook", "duplicate"), ("webhook", "duplicate")]}[s.mode]
    for method, kind in kinds:
        s.sim.post("faults", method=method, kind=kind, times=3)
    zoe = s.person("Zoe")
    mark = s.mark(zoe)
    s.say(zoe, zoe, "/start")
    s.hears(zoe, "keep groups", after=mark)
    s.never("she is not greeted twice", lambda: len(s.words(zoe, mark)) > 1)
    hello = s.say(s.eve, s.group_id, "hello")
    s.stopped(s.eve, s.group_id, hello, "please join News")
    s.sim.delete("faults")


def forged(s):
    """Somebody who does not know the secret is turned away, and the real update still comes."""
    if s.mode != "webhook":
        return
    s.cast()
    s.protect()
    since = len(s.sim.get("updates")["deliveries"])
    s.sim.post("faults", method="webhook", kind="forge_secret", times=2)
    s.stopped(s.eve, s.group_id, s.say(s.eve, s.group_id, "hello"), "please join News")
    tries = [it.get("status") for it in s.sim.get("updates")["deliveries"][since:] if it["via"] == "webhook"]
    s.check("the forged deliveries were refused", len([it for it in tries if it in (401, 403, 404)]) >= 2, tries)


def strange_updates(s):
    """Updates that nobody knows spoil nothing around them."""
    for kind, value in [("message", {"nonsense": True}), ("something_new", {"x": 1}), ("callback_query", {"id": "1"}),
                        ("message", {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "a new type"}})]:
        try:
            s.sim.post("raw_update", type=kind, object=value)
        except Exception as refused:  # the judge may not want to send this kind
            s.check(f"{kind} is sent", False, refused)
    greeted(s, s.person("Zoe"), "keep groups")




def back_to_polling(s):
    """From webhook to polling: the webhook is taken away, and everything goes on."""
    s.check("there is no webhook any more", not s.sim.get("updates")["webhook"])
    greeted(s, s.person("Zoe"), "keep groups")


ALL = [kills, orderly_stop, everything_limited, bad_day, repeated_updates, forged, strange_updates]
