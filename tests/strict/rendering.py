#!/usr/bin/env python3
"""Messages made of random Markdown against an independent, strict Bot API (botapi_sim.py): it must take every one as it is.

    cargo run --example renderings -- 10000 > renderings.jsonl
    python3 tests/strict/rendering.py PATH/botapi_sim.py renderings.jsonl

Each line is a message with its entities. It is sent by sendMessage; the answer must be a message with the same text (so
nothing was trimmed or dropped) and the same entities (so none was moved, cut or left out), beside those that Telegram finds
by itself. Some messages that are wrong on purpose must be refused or changed, or the judge would prove nothing.

Prints "N of N accepted as they are"; the exit code is 1 when one was not.
"""

import http.client
import json
import os
import sys
import tempfile

from world import TOKEN, Sim, free_port

OURS = {"bold", "italic", "strikethrough", "spoiler", "code", "pre", "blockquote", "expandable_blockquote"}
# What must not be taken as it is: [text, entities].
WRONG = [
    ["a", [{"type": "bold", "offset": 0, "length": 2}]],
    ["😀", [{"type": "bold", "offset": 1, "length": 1}]],
    [" a", []],
    ["a\u202eb", []],
    ["a" * 4097, []],
    ["\u200b", []],
    ["a", [{"type": "bold", "offset": 0, "length": 0}]],
    ["a", [{"type": "strong", "offset": 0, "length": 1}]],
]


class Judge:
    def __init__(self, sim, port):
        self.chat = sim.post("users", first_name="Ann", started=True)["id"]
        self.wire = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def fault(self, text, entities):
        """Why this message is not taken as it is, or None."""
        body = json.dumps({"chat_id": self.chat, "text": text, "entities": entities})
        self.wire.request("POST", f"/bot{TOKEN}/sendMessage", body.encode(), {"Content-Type": "application/json"})
        answer = json.loads(self.wire.getresponse().read())
        if not answer.get("ok"):
            return answer.get("description", "refused")
        message = answer["result"]
        if message.get("text") != text:
            return f"the text became {message.get('text')!r}"
        order = lambda it: (it["offset"], -it["length"], it["type"])
        found = [it for it in message.get("entities", []) if it["type"] in OURS]
        if sorted(found, key=order) != sorted(entities, key=order):
            return f"the entities became {found}"
        return None


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    script, renderings = sys.argv[1:]
    with open(renderings, encoding="utf-8") as lines:
        messages = [json.loads(it) for it in lines]
    with tempfile.TemporaryDirectory(prefix="majordomo-rendering-") as folder:
        port = free_port()
        with open(os.path.join(folder, "sim.log"), "w", encoding="utf-8") as log:
            sim = Sim(os.path.abspath(script), port, log)
        try:
            return judge(sim, port, messages)
        finally:
            sim.stop()


def judge(sim, port, messages):
    sim.post("config", flood="off")
    judge = Judge(sim, port)
    faults = [(it, judge.fault(it["text"], it.get("entities", []))) for it in messages]
    faults = [it for it in faults if it[1]]
    rejected = sim.get("report")["verdicts"].get("reject", 0)
    blind = [it for it in WRONG if judge.fault(*it) is None]
    for message, why in faults[:10]:
        print(f"FAILED {why}: {json.dumps(message, ensure_ascii=False)[:400]}")
    for it in blind:
        print(f"FAILED the judge takes what is wrong: {it}")
    entities = sum(len(it.get("entities", [])) for it in messages)
    print(f"{len(messages) - len(faults)} of {len(messages)} accepted as they are, with {entities} entities; {rejected} rejected")
    return 1 if faults or blind or rejected or not messages else 0


if __name__ == "__main__":
    sys.exit(main())
