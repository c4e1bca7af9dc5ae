"""/start, /help, /protect and /unprotect, as people use them."""

from world import GUARD, INVITE, JOINED


def greeting(s):
    """In private and in a group, in the reader's language."""
    s.cast()
    words = {"en": ("keep groups", "I am here"), "ru": ("веду группы", "Я на месте")}[s.language]
    s.say(s.eve, s.eve, "/start")
    s.hears(s.eve, words[0])
    mark = s.mark(s.eve)
    s.say(s.eve, s.eve, "/help")
    s.hears(s.eve, "/protect", after=mark)
    mark = s.mark(s.eve)
    s.say(s.eve, s.eve, "/nonsense")
    s.hears(s.eve, "/help", after=mark)
    s.say(s.ann, s.group_id, "/help@sim_test_bot")
    s.hears(s.group_id, words[1])
    mark = s.mark(s.group_id)
    s.say(s.ann, s.group_id, "/help@another_bot")
    s.never("a command for another bot is left alone", lambda: s.words(s.group_id, mark))


def menus(s):
    """Command menus exist for each kind of reader, in both languages."""
    calls = s.sim.get("calls", method="setMyCommands")
    seen = {(it["params"].get("scope", "default"), it["params"].get("language_code", "")) for it in calls}
    for language in ("", "ru"):
        for scope in ("private", "group", "admin"):
            s.check(f"a menu for {scope} {language or 'all'}", any(scope in a and b == language for a, b in seen), seen)


def protect(s):
    """The plain case, a repetition, and the way back."""
    s.cast()
    s.say(s.ann, s.group_id, "/protect")
    mark = s.hears(s.group_id, "/protect @")
    s.say(s.ann, s.group_id, f"/protect @news{s.tag}")
    mark = s.hears(s.group_id, "News", after=mark)
    s.say(s.ann, s.group_id, f"/protect https://t.me/news{s.tag}")
    mark = s.hears(s.group_id, "News", after=mark)
    s.say(s.ann, s.group_id, "/unprotect")
    mark = s.hears(s.group_id, {"en": "Everybody can write again", "ru": "писать все"}[s.language], after=mark)
    hello = s.say(s.eve, s.group_id, "hello")
    s.untouched("a message after /unprotect", s.eve, s.group_id, hello)
    s.say(s.ann, s.group_id, "/unprotect")
    s.hears(s.group_id, {"en": "already", "ru": "и так"}[s.language], after=mark)


def missing_rights(s):
    """Everything that is missing is listed at once; each grant takes one line away."""
    s.ann = s.person("Ann")
    private = s.channel("Secret", s.ann, rights={})
    group = s.group("Readers", s.ann, rights={})
    s.say(s.ann, group, f"/protect {private}")
    said = s.hears(group, "Secret")
    text = dict(s.words(group))[said]
    for words in ("Delete messages", "Ban users", "Add subscribers"):
        s.check(f"{words} is listed", words in text, text)
    s.member(group, "bot", "administrator", rights=GUARD)
    s.member(private, "bot", "administrator", rights=INVITE)
    s.say(s.ann, group, f"/protect {private}")
    s.hears(group, "Only subscribers of Secret", after=said)


def odd_names(s):
    """What is no channel of ours gets a word that helps."""
    s.ann = s.person("Ann")
    group, other = s.group("Readers", s.ann), s.group("Another", s.ann, username=f"another{s.tag}")
    outside = s.channel("Elsewhere", s.ann, username="elsewhere", rights=None)
    s.tally.expect("getChat", f"@missing{s.tag}")
    s.tally.expect("getChatMember", outside)
    s.hears(other, "ticks itself")  # what is missing, said to whoever added us
    before = s.words(other)
    mark = 0
    for word, answer in [
        (f"@missing{s.tag}", "cannot find"),
        (f"@another{s.tag}", "is not a channel"),
        (f"@elsewhere{s.tag}", "make me an admin"),
        ("https://t.me/+AbCdEfGh", "invite link"),
        ("news", "do not understand"),
    ]:
        s.say(s.ann, group, f"/protect {word}")
        mark = s.hears(group, answer, after=mark)
    s.check("the other group is left alone", s.words(other) == before)


def strangers_asking(s):
    """Who may not ask is told so; commands that are no fresh words of a person are not obeyed."""
    s.cast()
    s.say(s.eve, s.group_id, f"/protect @news{s.tag}")
    mark = s.hears(s.group_id, "change the group's info")
    helper = s.person("Hal")
    s.member(s.group_id, helper, "administrator", rights={"can_delete_messages": True})
    s.say(helper, s.group_id, f"/protect @news{s.tag}")
    mark = s.hears(s.group_id, "change the group's info", after=mark)
    command = f"/protect @news{s.tag}"
    s.say(s.ann, s.group_id, command, forward_origin={"type": "user", "sender_user": s.ann})
    s.send(s.ann, s.group_id, content={"text": command, "entities": [{"type": "bot_command", "offset": 0, "length": 8}],
                                       "via_bot": {"id": 999, "is_bot": True, "first_name": "V", "username": "vbot"}})
    first = s.say(s.ann, s.group_id, "hm")
    s.sim.post("edit", user_id=s.ann, chat_id=s.group_id, message_id=first, text=command)
    s.never("forwarded, via another bot, edited: not obeyed", lambda: s.words(s.group_id, mark))


def anonymous_admin(s):
    """An anonymous admin shows who they are by a button; others cannot press it for them."""
    s.cast()
    ask = lambda text: s.say(s.ann, s.group_id, text, sender_chat=s.group_id)
    ask(f"/protect @news{s.tag}")
    question = s.hears(s.group_id, "anonymously")
    s.toast("a member presses", s.eve, s.group_id, question, "It is me", "change the group's info")
    s.toast("the admin presses", s.ann, s.group_id, question, "It is me", "Thank you")
    s.until("the question became the answer",
            lambda: "Only subscribers of News" in dict(s.words(s.group_id)).get(question, ""))
    data = next(it["data"] for it in reversed(s.sim.get("callbacks")) if it["user_id"] == s.ann)
    again = s.sim.post("press", user_id=s.ann, chat_id=s.group_id, message_id=question, data=data, force=True, wait_ms=9000)
    s.check("the settled question is not asked again", "settled" in again["answered"]["text"], again)
    hello = s.say(s.eve, s.group_id, "hello")
    s.stopped(s.eve, s.group_id, hello, "News")


def consent(s):
    """Another owner's channel: one of its admins who may invite must agree."""
    s.ann, s.bob, s.eve = s.person("Ann"), s.person("Bob"), s.person("Eve")
    poor = s.person("Pat")
    theirs = s.channel("Theirs", s.bob)  # private: a link would show to all
    s.member(theirs, poor, "administrator", rights={"can_post_messages": True})
    group = s.group("Readers", s.ann, [s.bob, s.eve, poor])
    s.say(s.ann, group, f"/protect {theirs}")
    question = s.hears(group, "May they?")
    s.check("no link was made before the consent", not s.sim.get("calls", method="createChatInviteLink", chat_id=theirs))
    for who, name in ((s.eve, "a member"), (s.ann, "the asker"), (poor, "an admin who may not invite")):
        s.toast(name, who, group, question, "Agree", "may agree")
    hello = s.say(s.eve, group, "hello")
    s.untouched("a message before the consent", s.eve, group, hello)
    s.toast("the owner agrees", s.bob, group, question, "Agree", "Thank you")
    s.until("the question became the answer", lambda: "Only subscribers of" in dict(s.words(group)).get(question, ""))
    hello = s.say(s.eve, group, "hello again")
    notice = s.stopped(s.eve, group, hello, "Theirs")
    s.until("the link is ours", lambda: s.sim.get("calls", method="createChatInviteLink", chat_id=theirs))
    s.check("one invite link", len(s.sim.get("calls", method="createChatInviteLink", chat_id=theirs)) == 1)
    s.check("a notice", notice)


def private_channel(s):
    """By id, and by answering a forwarded post; the notice's button opens our own link."""
    s.ann, s.eve = s.person("Ann"), s.person("Eve")
    secret = s.channel("Secret", s.ann)
    for way in ("id", "reply"):
        group = s.group(f"By {way}", s.ann, [s.eve])
        if way == "id":
            s.say(s.ann, group, f"/protect {secret}")
        else:
            post = s.say(s.ann, group, "a post", forward_origin={"type": "channel", "chat": secret})
            s.say(s.ann, group, "/protect", reply_to=post)
        s.hears(group, "Only subscribers of Secret")
        s.until(f"{way}: a link is made", lambda: s.sim.get("chat", chat_id=secret)["invite_links"])
        hello = s.say(s.eve, group, "hello")
        notice = s.stopped(s.eve, group, hello, "Secret")
        links = [it["invite_link"] for it in s.sim.get("chat", chat_id=secret)["invite_links"]]
        rows = buttons(s, group, notice)
        s.check(f"{way}: the button opens our link", any(it.get("url") in links for row in rows for it in row), (rows, links))
        s.member(group, s.eve, "member")


def buttons(s, chat, message):
    found = next(it for it in s.sim.get("messages", chat_id=chat) if it["message_id"] == message)
    return found["reply_markup"]["inline_keyboard"]


def two_channels(s):
    """Both are required; the toast names the one that is missing; one can be let go."""
    s.ann, s.eve = s.person("Ann"), s.person("Eve")
    one, two = s.channel("One", s.ann, username="one"), s.channel("Two", s.ann, username="two")
    group = s.group("Readers", s.ann, [s.eve])
    s.say(s.ann, group, f"/protect @one{s.tag} @two{s.tag}")
    s.hears(group, "One, Two")
    hello = s.say(s.eve, group, "hello")
    notice = s.stopped(s.eve, group, hello, "One, Two")
    rows = buttons(s, group, notice)
    s.check("a button to each, one to press, and one row to ask why and to object", len(rows) == 4, rows)
    s.sim.post("join", chat_id=one, user_id=s.eve)
    s.toast("one of two", s.eve, group, notice, JOINED[s.language], "Two")
    s.check("she is muted still", s.muted(group, s.eve))
    s.say(s.ann, group, f"/unprotect @two{s.tag}")
    s.hears(group, "Still required")
    s.until("she is free, as One is enough", lambda: s.may_write(group, s.eve))


def basic_group(s):
    """A basic group is told how to become a supergroup; after that all works under the new id."""
    s.ann, s.eve = s.person("Ann"), s.person("Eve")
    s.channel("News", s.ann, username="news")
    group = s.group("Old", s.ann, [s.eve], rights=None, type="group", bot_status="administrator", bot_rights=GUARD)
    s.say(s.ann, group, f"/protect @news{s.tag}")
    s.hears(group, "supergroup")
    for method in ("sendMessage", "getChatMember", "getChat", "deleteMessage", "restrictChatMember"):
        s.tally.expect(method, group, "upgraded")
    new = s.sim.post("migrate", chat_id=group)["id"]
    s.say(s.ann, new, f"/protect @news{s.tag}")
    s.hears(new, "Only subscribers of News")
    hello = s.say(s.eve, new, "hello")
    s.stopped(s.eve, new, hello, "News")


ALL = [greeting, menus, protect, missing_rights, odd_names, strangers_asking, anonymous_admin, consent, private_channel,
       two_channels, basic_group]
RUSSIAN = [greeting, protect]
