"""Strangers, subscribers, and those who are never touched; what the button does."""

import time

from world import GUARD, INVITE, JOINED, Refused

LACKS = {"en": "Not there yet", "ru": "Подписки пока нет"}
WELCOME = {"en": "You can write now", "ru": "можете писать"}
PLEASE = {"en": "please join News", "ru": "подпишитесь, пожалуйста, на канал News"}


def stranger(s):
    """The whole path: stopped, too early, joined, welcome."""
    s.cast()
    s.protect()
    before = s.sim.get("chat", chat_id=s.group_id)["permissions"]
    fine = s.say(s.sam, s.group_id, "a subscriber's words")
    hello = s.say(s.eve, s.group_id, "hello")
    notice = s.stopped(s.eve, s.group_id, hello, PLEASE[s.language])
    s.untouched("the subscriber", s.sam, s.group_id, fine)
    found = next(it for it in s.sim.get("messages", chat_id=s.group_id) if it["message_id"] == notice)
    s.check("the notice makes no sound", found["_silent"], found)
    s.check("the notice mentions her", any(e["type"] == "text_mention" for e in found.get("entities", [])), found)
    rows = found["reply_markup"]["inline_keyboard"]
    s.check("a button opens the channel", rows[0][0].get("url") == f"https://t.me/news{s.tag}", rows)
    s.toast("somebody else", s.sam, s.group_id, notice, JOINED[s.language],
            {"en": "another person", "ru": "другого человека"}[s.language])
    early = s.toast("too early", s.eve, s.group_id, notice, JOINED[s.language], LACKS[s.language])
    s.check("too early: the channel is named", "News" in early["text"] and early["show_alert"], early)
    s.sim.post("join", chat_id=s.news, user_id=s.eve)
    s.toast("joined", s.eve, s.group_id, notice, JOINED[s.language], WELCOME[s.language])
    s.until("she may write", lambda: s.may_write(s.group_id, s.eve))
    s.until("the notice is gone", lambda: s.gone(s.group_id, notice))
    rights = s.sim.get("member", chat_id=s.group_id, user_id=s.eve)
    wrong = {k: v for k, v in before.items() if k in rights and rights[k] != v}
    s.check("she has what everybody has", not wrong, wrong)
    thanks = s.say(s.eve, s.group_id, "thanks")
    s.untouched("her words now", s.eve, s.group_id, thanks)


def pressed_twice(s):
    """Two presses at once are both answered, and the second does no harm."""
    s.cast()
    s.protect()
    notice = s.stopped(s.eve, s.group_id, s.say(s.eve, s.group_id, "hello"), PLEASE[s.language])
    s.sim.post("join", chat_id=s.news, user_id=s.eve)
    press = lambda **more: s.sim.post("press", user_id=s.eve, chat_id=s.group_id, message_id=notice,
                                      text=JOINED[s.language], **more)
    press()
    try:
        second = press(wait_ms=9000)
        s.check("the second is answered", second.get("answered") is not None, second)
    except Refused:
        s.check("the notice was gone already", True)
    s.until("she may write", lambda: s.may_write(s.group_id, s.eve))
    mine = lambda: [it for it in s.sim.get("callbacks") if it["user_id"] == s.eve]
    s.until("every press is answered", lambda: all(it.get("answered") for it in mine()))


def made_up_presses(s):
    """Data that we did not write, or wrote for another chat, opens nothing."""
    s.cast()
    s.protect()
    notice = s.stopped(s.eve, s.group_id, s.say(s.eve, s.group_id, "hello"), PLEASE[s.language])
    other = s.group("Other", s.ann, [s.eve])
    s.say(s.ann, other, "/help@sim_test_bot")
    there = s.hears(other, "I am here")
    s.sim.post("press", user_id=s.eve, chat_id=s.group_id, message_id=notice, text=JOINED[s.language], wait_ms=9000)
    real = s.sim.get("callbacks")
    data = next(it["data"] for it in reversed(real) if it["user_id"] == s.eve)
    forged = [(s.group_id, notice, it) for it in ("x", "v1|m.ok|", "v1|m.ok||AAAAAAAAAAA", data[:-1], data.replace("m.ok", "m.me"),
                                                  "|" * 64, "v2" + data[2:])]
    for chat, message, made_up in [*forged, (other, there, data)]:
        answer = s.sim.post("press", user_id=s.eve, chat_id=chat, message_id=message, data=made_up, force=True, wait_ms=9000)
        s.check(f"{made_up[:12]!r} is answered", answer.get("answered") is not None, answer)
    s.check("she is muted still", s.muted(s.group_id, s.eve))


def kinds_of_messages(s):
    """Whatever a stranger sends goes: photo, album, forward, sticker, edit, via a bot."""
    s.cast()
    send = lambda who, **more: s.send(who, s.group_id, **more)
    via = {"id": 999, "is_bot": True, "first_name": "V", "username": "vbot"}
    kinds = {
        "photo": dict(photo={}, caption="look"),
        "album": dict(media_group=[dict(photo={}), dict(photo={}), dict(video={})]),
        "forward": dict(text="news", forward_origin={"type": "user", "sender_user": s.sam}),
        "sticker": dict(sticker={}),
        "via a bot": dict(content={"text": "gif", "via_bot": via}),
        "voice": dict(voice={}),
        "location": dict(location={"latitude": 1.0, "longitude": 2.0}),
    }
    people = {kind: s.person(f"P {kind}") for kind in kinds}
    for who in people.values():  # they were there before the guard; newcomers are stopped at the door
        s.member(s.group_id, who, "member", service=False)
    s.protect()
    for kind, what in kinds.items():
        who = people[kind]
        sent = send(who, **what)
        ids = [it["message_id"] for it in (sent if isinstance(sent, list) else [sent])]
        s.until(f"{kind} is deleted", lambda: all(s.gone(s.group_id, it) for it in ids))
        s.until(f"{kind}: muted", lambda: s.muted(s.group_id, who))
    notices = [it for it, text in s.words(s.group_id, include_deleted=1) if "P album" in text]
    s.check("one notice for an album", len(notices) <= 1, notices)


def edits(s):
    """Somebody who left the channel cannot go on by editing what they wrote before."""
    s.cast()
    s.protect()
    old = s.say(s.sam, s.group_id, "harmless")
    s.untouched("a subscriber", s.sam, s.group_id, old)
    s.sim.post("leave", chat_id=s.news, user_id=s.sam)
    time.sleep(0.3)
    s.sim.post("edit", user_id=s.sam, chat_id=s.group_id, message_id=old, text="buy this")
    s.stopped(s.sam, s.group_id, old, "please join News")


def topics(s):
    """In a topic the notice comes in the same topic, and in General without one."""
    s.cast()
    topic = s.sim.post("topic", chat_id=s.group_id, name="Cats", user_id=s.ann)["message_thread_id"]
    joe = s.person("Joe")
    s.member(s.group_id, joe, "member", service=False)  # before the guard: else he is held as he comes in
    s.protect()
    notice = s.stopped(s.eve, s.group_id, s.say(s.eve, s.group_id, "meow", message_thread_id=topic), "please join News")
    found = next(it for it in s.sim.get("messages", chat_id=s.group_id) if it["message_id"] == notice)
    s.check("the notice is in the topic", found.get("message_thread_id") == topic, found)
    notice = s.stopped(joe, s.group_id, s.say(joe, s.group_id, "hi"), "please join News")
    found = next(it for it in s.sim.get("messages", chat_id=s.group_id) if it["message_id"] == notice)
    s.check("General has no topic", not found.get("is_topic_message") or not found.get("message_thread_id"), found)


def never_touched(s):
    """Admins, anonymous admins, linked and sending channels, bots, service messages."""
    s.cast()
    s.protect()
    say = lambda who, **more: s.say(who, s.group_id, "my words", **more)
    admin, robot, guest = s.person("Ada"), s.person("Robo", is_bot=True), s.person("Gus")
    s.member(s.group_id, admin, "administrator", rights={"can_pin_messages": True}, service=False)
    s.member(s.group_id, robot, "member", service=False)
    linked = s.channel("Linked", s.ann, rights=None)
    s.sim.post("set_chat", chat_id=s.group_id, linked_chat_id=linked)
    s.sim.post("set_chat", chat_id=linked, linked_chat_id=s.group_id)
    sent = {
        "the owner": (s.ann, say(s.ann)),
        "an admin": (admin, say(admin)),
        "an anonymous admin": (s.ann, say(s.ann, sender_chat=s.group_id)),
        "a channel": (s.eve, say(s.eve, sender_chat=s.news)),
        "a bot": (robot, say(robot)),
    }
    s.send(s.ann, linked, text="a post")
    s.sim.post("join", chat_id=s.group_id, user_id=guest)
    forwarded = [it["message_id"] for it in s.sim.get("messages", chat_id=s.group_id) if it.get("is_automatic_forward")]
    joined = [it["message_id"] for it in s.sim.get("messages", chat_id=s.group_id) if it.get("new_chat_members")]
    s.check("the post came into the group", forwarded)
    time.sleep(1)
    for name, (who, message) in sent.items():
        s.check(f"{name}: not deleted", not s.gone(s.group_id, message))
        s.check(f"{name}: not muted", not s.muted(s.group_id, who))
    for message in forwarded + joined:
        s.check("the linked channel's post and the join message stay", not s.gone(s.group_id, message))
    muted = [it["user_id"] for it in s.sim.get("muted", chat_id=s.group_id)]
    s.check("nobody is muted but the guest who has just come in", muted == [guest], muted)


MASKED = {"en": "nobody writes in the name of a channel", "ru": "не пишут от имени канала"}


def masked(s):
    """A channel that the group knows nothing of is no mask for a stranger: deleted and explained, and nobody is muted."""
    s.cast()
    s.protect()
    foreign = s.channel("Foreign", s.eve, rights=None)
    post = s.say(s.eve, s.group_id, "look here", sender_chat=foreign)
    s.until("it is deleted", lambda: s.gone(s.group_id, post))
    s.hears(s.group_id, MASKED[s.language], after=post)
    muted = s.sim.get("muted", chat_id=s.group_id)
    s.check("nobody is muted", not muted, muted)


def asking(s):
    """Who asks to join comes in at once as a subscriber, else after joining the channel; also who never met the bot."""
    s.cast()
    s.protect()
    s.member(s.group_id, "bot", "administrator", rights={**GUARD, **INVITE})
    s.sim.post("set_chat", chat_id=s.group_id, join_by_request=True)
    sue, zoe = s.person("Sue"), s.person("Zoe")
    # The judge knows neither of the two: Telegram lets a bot write to who asks, and look them up.
    s.tally.expect("sendMessage", zoe, "chat not found")
    s.tally.expect("getChatMember", s.news, "PARTICIPANT_ID_INVALID")
    s.sim.post("join", chat_id=s.news, user_id=sue)
    inside = lambda who: s.sim.get("member", chat_id=s.group_id, user_id=who)["status"] == "member"
    for who in (sue, zoe):
        s.sim.post("join", chat_id=s.group_id, user_id=who)
    s.until("a subscriber is let in", lambda: inside(sue))
    s.until("the other is told what is missing", lambda: s.sim.get("calls", method="sendMessage", chat_id=zoe))
    s.check("and waits", not inside(zoe))
    s.check("nobody is told that the channel is out of sight", not [it for _, it in s.words(s.owner) if s.title in it])
    s.sim.post("join", chat_id=s.news, user_id=zoe)
    s.until("who has joined is let in", lambda: inside(zoe))


def muted_by_an_admin(s):
    """A restriction by another hand is not ours to lift."""
    s.cast()
    s.protect()
    # The press takes the notice away; its alarm does so once more, and after a restart nobody remembers the first time.
    s.tally.expect("deleteMessage", s.group_id, "not found")
    notice = s.stopped(s.eve, s.group_id, s.say(s.eve, s.group_id, "hello"), "please join News")
    s.member(s.group_id, s.eve, "restricted", permissions={"can_send_messages": False}, until_date=0, service=False)
    time.sleep(0.5)
    s.sim.post("join", chat_id=s.news, user_id=s.eve)
    s.toast("held", s.eve, s.group_id, notice, JOINED[s.language], "restricted here by an admin")
    s.check("she is muted still", s.muted(s.group_id, s.eve))


def unprotect(s):
    """Everybody who waits is let go."""
    s.cast()
    people = [s.eve, s.person("Joe"), s.person("Jim")]
    for who in people[1:]:
        s.member(s.group_id, who, "member", service=False)
    s.protect()
    for who in people:
        s.stopped(who, s.group_id, s.say(who, s.group_id, "hello"), "please join News")
    mark = s.mark(s.group_id)
    s.say(s.ann, s.group_id, "/unprotect")
    s.hears(s.group_id, "Everybody can write again", after=mark)
    s.until("all may write", lambda: all(s.may_write(s.group_id, it) for it in people))
    s.until("no notice asks them for anything any more",
            lambda: not [text for _, text in s.words(s.group_id) if "please join" in text])


def flood(s):
    """Many strangers at once: all stopped, few notices, one that counts, no limit of Telegram's broken."""
    s.cast()
    many = [it["id"] for it in s.sim.post("users", first_name="Bot farm", count=40)]
    for who in many:
        s.member(s.group_id, who, "member", service=False)
    s.protect()
    sent = [(who, s.say(who, s.group_id, "buy this")) for who in many]
    s.until("every message is deleted", lambda: all(s.gone(s.group_id, it) for _, it in sent), 40)
    s.until("everybody is muted", lambda: all(s.muted(s.group_id, it) for it in many), 40)
    notice = s.until("one notice counts those who wait",
                     lambda: next((it for it, text in s.words(s.group_id) if "38 people are waiting" in text), None), 40)
    s.check("few notices", len([1 for _, text in s.words(s.group_id) if "please join" in text]) <= 3, s.words(s.group_id))
    last = many[-1]
    s.toast("one of many, too early", last, s.group_id, notice, JOINED[s.language], LACKS[s.language])
    s.sim.post("join", chat_id=s.news, user_id=last)
    s.toast("one of many", last, s.group_id, notice, JOINED[s.language], WELCOME[s.language])
    s.until("this one may write", lambda: s.may_write(s.group_id, last))
    s.check("the notice stays for the others", not s.gone(s.group_id, notice))


ALL = [stranger, pressed_twice, made_up_presses, kinds_of_messages, edits, topics, never_touched, masked, asking,
       muted_by_an_admin, unprotect, flood]
RUSSIAN = [stranger, masked]
