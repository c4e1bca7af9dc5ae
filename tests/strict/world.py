"""What the strict run drives: the judge (botapi_sim.py), the real binary, and one scenario's people and chats."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib

TOKEN = "123456789:AAFakeTokenForTheSimulatorOnly0000000"
BOT = int(TOKEN.split(":")[0])
GUARD = {"can_delete_messages": True, "can_restrict_members": True}
INVITE = {"can_invite_users": True}
JOINED = {"en": "✅ I have joined", "ru": "✅ Я подписался(-ась)"}
# How long a notice stands, in seconds; also the shortest mute there is.
NOTICE_S = 60
# How long anything may take before it counts as failed, in seconds.
LIMIT = 15


def free_port():
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return it.getsockname()[1]


class Refused(Exception):
    """The judge does not do this: a muted person may not write, a button is not there."""


class Failed(Exception):
    """A scenario cannot go on."""


class Sim:
    """The judge and its control API."""

    def __init__(self, script, port, log):
        self.base = f"http://127.0.0.1:{port}"
        command = [sys.executable, script, "--port", str(port), "--flood", "strict", "--strict-params",
                   "--webhook-time-scale", "0.05"]
        self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        for _ in range(100):
            if self.process.poll() is not None:
                raise SystemExit(f"{script} ended at once; does this python have aiohttp? Its log: {log.name}")
            try:
                self.get("health")
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit(f"{script} does not answer on {self.base}")

    def get(self, path, **query):
        return self._ask(f"{path}?{urllib.parse.urlencode(query)}", None, "GET")

    def post(self, path, **body):
        return self._ask(path, body, "POST")

    def delete(self, path):
        return self._ask(path, None, "DELETE")

    def _ask(self, path, body, method):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.base}/sim/{path}", data=data, method=method,
                                         headers={"content-type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read().decode()
        except urllib.error.HTTPError as error:
            raise Refused(f"{path} {body}: {error.read().decode()[:400]}") from None
        return json.loads(text)["result"] if text.startswith("{") else text

    def stop(self):
        self.process.kill()  # it keeps nothing, and would wait for open connections
        self.process.wait(10)


class House:
    """The binary under judgement."""

    def __init__(self, binary, folder, environment):
        self.binary, self.folder, self.environment = binary, folder, environment
        self.log, self.process = os.path.join(folder, "house.log"), None

    def start(self, **more):
        self.environment.update(more)
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("MAJORDOMO_")}
        mark = os.path.getsize(self.log) if os.path.exists(self.log) else 0
        with open(self.log, "a", encoding="utf-8") as log:
            self.process = subprocess.Popen([self.binary, "run"], cwd=self.folder, stdout=log, stderr=log,
                                            env={**inherited, **self.environment})
        self._await_ready(mark)

    def _await_ready(self, mark):
        end = time.time() + LIMIT
        while time.time() < end:
            if any(it["event"] == "app.ready" for it in self.events(mark)):
                return
            if self.process.poll() is not None:
                raise SystemExit(f"the house ended with {self.process.returncode}:\n{self.tail()}")
            time.sleep(0.02)
        raise SystemExit(f"the house is not ready:\n{self.tail()}")

    def events(self, mark=0):
        with open(self.log, "rb") as log:
            log.seek(mark)
            for line in log.read().decode("utf-8", "replace").splitlines():
                try:
                    found = json.loads(line)
                except ValueError:
                    continue
                if isinstance(found, dict) and "event" in found:
                    yield found

    def tail(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()[-4000:]

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self):
        """Asks it to end: (exit code, seconds)."""
        begun = time.time()
        self.process.terminate()
        try:
            return self.process.wait(12), time.time() - begun
        except subprocess.TimeoutExpired:
            self.kill()
            return None, time.time() - begun


class Tally:
    """What passed and what failed, from all threads."""

    def __init__(self):
        self.lock, self.passed, self.failed, self.expected = threading.Lock(), 0, [], []

    def check(self, name, holds, seen=""):
        with self.lock:
            if holds:
                self.passed += 1
            else:
                self.failed.append(f"{name}\n      {seen}" if seen != "" else name)
                print(f"  FAILED {self.failed[-1]}", flush=True)
        return holds

    def expect(self, method, chat=None, words=""):
        """A call that Telegram is bound to refuse here: no fault of the bot's."""
        with self.lock:
            self.expected.append((method, chat, words))

    def is_expected(self, call):
        chat, words = str(call["params"].get("chat_id")), str(call.get("description"))
        return any(call["method"] == m and (c is None or str(c) == chat) and w in words for m, c, w in self.expected)


class Story:
    """One scenario's own people, channel and group: no other scenario touches them."""

    def __init__(self, name, sim, house, tally, owner, mode, language="en"):
        self.name, self.sim, self.house, self.tally = name, sim, house, tally
        self.owner, self.mode, self.language = owner, mode, language
        self.tag = f"{zlib.crc32(f'{name} {mode} {language}'.encode()) % 10**8}"

    # -- judging

    def check(self, what, holds, seen=""):
        return self.tally.check(f"[{self.mode}] {self.name}: {what}", holds, seen)

    def until(self, what, holds, limit=LIMIT):
        """Waits until it holds; what it gave is handed back."""
        end, last = time.time() + limit, None
        while time.time() < end:
            last = holds()
            if last:
                self.check(what, True)
                return last
            time.sleep(0.03)
        self.check(what, False, f"after {limit} s: {last}")
        raise Failed(what)

    def never(self, what, holds, seconds=1.5):
        """Nothing happened, and nothing happens for a while."""
        end = time.time() + seconds
        while time.time() < end:
            seen = holds()
            if seen:
                return self.check(what, False, seen)
            time.sleep(0.1)
        return self.check(what, True)

    # -- people and places

    def person(self, name, **more):
        more.setdefault("language_code", self.language)
        return self.sim.post("users", first_name=name, **more)["id"]

    def channel(self, title, creator, username=None, rights=INVITE, **more):
        """A channel; `rights=None` leaves the bot outside."""
        if username:
            more["username"] = f"{username}{self.tag}"
        if rights is not None:
            more.update(bot_status="administrator", bot_rights=rights)
        return self.sim.post("chats", type="channel", title=title, creator=creator, **more)["id"]

    def group(self, title, creator, members=(), rights=GUARD, **more):
        more.setdefault("type", "supergroup")
        if rights is not None:
            more.update(bot_status="administrator", bot_rights=rights)
        return self.sim.post("chats", title=title, creator=creator, members=list(members), **more)["id"]

    def cast(self, **channel):
        """Ann owns channel and group; Sam subscribes, Eve does not."""
        self.ann, self.eve, self.sam = self.person("Ann"), self.person("Eve"), self.person("Sam")
        channel.setdefault("username", "news")
        self.news = self.channel("News", self.ann, members=[self.sam], **channel)
        self.title = f"Readers of {self.name} {self.tag}"
        self.group_id = self.group(self.title, self.ann, [self.eve, self.sam])

    def protect(self):
        mark = self.mark(self.group_id)
        self.say(self.ann, self.group_id, f"/protect @news{self.tag}")
        self.hears(self.group_id, "News", after=mark)

    # -- doing

    def say(self, user, chat, text, **more):
        return self.sim.post("send", user_id=user, chat_id=chat, text=text, **more)["message_id"]

    def send(self, user, chat, **more):
        return self.sim.post("send", user_id=user, chat_id=chat, **more)

    def press(self, user, chat, message, text, **more):
        return self.sim.post("press", user_id=user, chat_id=chat, message_id=message, text=text,
                             wait_ms=LIMIT * 1000, **more).get("answered") or {"text": None}

    def toast(self, what, user, chat, message, button, words, **more):
        answer = self.press(user, chat, message, button, **more)
        said = answer["text"]
        self.check(f"{what}: the toast", said is not None and words in said, f"{words!r} in {said!r}")
        return answer

    def member(self, chat, user, status, **more):
        return self.sim.post("member", chat_id=chat, user_id=user, status=status, **more)

    # -- seeing

    def mark(self, chat):
        return max((it["message_id"] for it in self.sim.get("messages", chat_id=chat, include_deleted=1)), default=0)

    def words(self, chat, after=0, **more):
        """What the bot said there, as (id, text)."""
        found = self.sim.get("messages", chat_id=chat, from_bot=1, **more)
        return [(it["message_id"], it.get("text", "")) for it in found if it["message_id"] > after]

    def hears(self, chat, words, after=0):
        """Waits for the bot's words; gives the message's id."""
        find = lambda: next((it for it, text in self.words(chat, after) if words in text), None)
        try:
            return self.until(f"the bot says {words!r}", find)
        except Failed:
            print(self.sim.get("transcript", chat_id=chat), flush=True)
            raise

    def gone(self, chat, message):
        return all(it["message_id"] != message for it in self.sim.get("messages", chat_id=chat))

    def muted(self, chat, user):
        return any(it["user_id"] == user for it in self.sim.get("muted", chat_id=chat))

    def may_write(self, chat, user):
        return self.sim.get("member", chat_id=chat, user_id=user)["_can_send_text"]

    def stopped(self, user, chat, message, words):
        """All three answers to a stranger; gives the notice's id."""
        self.until("the message is deleted", lambda: self.gone(chat, message))
        self.until("its writer is muted", lambda: self.muted(chat, user))
        return self.hears(chat, words, after=message)

    def untouched(self, what, user, chat, message):
        holds = self.never(f"{what} stays", lambda: self.gone(chat, message), 0.8)
        return self.check(f"{what}: nobody is muted", not self.muted(chat, user)) and holds
