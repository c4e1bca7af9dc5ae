#!/usr/bin/env python3
"""The strict run: the real binary against an independent, strict Bot API (botapi_sim.py), by polling, then by webhook.

    python3 tests/strict/run.py [PATH/botapi_sim.py] [--binary target/debug/majordomo] [--only NAME] [--mode polling|webhook]

The simulator is not part of this repository. Its path is the argument, or BOTAPI_SIM in the environment, or else
../shared/verify/botapi_sim.py beside the repository. It needs Python 3.10 or newer with aiohttp: run this script with
that Python. Nothing else is needed, and nothing leaves the loopback interface.

What happens: the simulator is started with `--flood strict --strict-params`, the binary with its configuration in the
environment and its data in a temporary folder. Every scenario has its own people, channel and group and is played through
the simulator's control API; those of one group (protecting.py, guarding.py, troubles.py) run side by side, those of the
whole house (whole.py) after them. At the end of each mode the simulator's report must show no refused call (but those that
a scenario makes unavoidable, for example by naming a channel that does not exist), no lint error or warning, no press
without an answer, no call before `retry_after` was over, and no update left undelivered.

Two settings differ from their defaults, to keep the run short: a notice stands for a minute, and Telegram is left alone
for 2 s after three failures in a row.

Prints "N passed, N failed"; the exit code is 1 when something failed. Takes about two minutes.
"""

import argparse
import concurrent.futures
import os
import shutil
import sys
import tempfile
import time
import traceback

import guarding
import protecting
import troubles
import whole
from world import NOTICE_S, TOKEN, Failed, House, Sim, Story, Tally, free_port

HERE = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.dirname(os.path.dirname(HERE))
# Scenarios played side by side: together they stay below Telegram's 30 messages per second.
SIDE_BY_SIDE = 8


def arguments():
    beside = os.path.join(os.path.dirname(REPOSITORY), "shared", "verify", "botapi_sim.py")
    parser = argparse.ArgumentParser(description="The strict run; see the head of this file.")
    parser.add_argument("sim", nargs="?", default=os.environ.get("BOTAPI_SIM", beside), help="path of botapi_sim.py")
    parser.add_argument("--binary", default=os.path.join(REPOSITORY, "target", "debug", "majordomo"))
    parser.add_argument("--only", help="only scenarios whose name contains this")
    parser.add_argument("--mode", choices=("polling", "webhook"), help="only this mode")
    parser.add_argument("--keep", action="store_true", help="keep the folder with the logs")
    parser.add_argument("--port", type=int, default=0, help="first of four ports; 0 takes free ones")
    found = parser.parse_args()
    for path in (found.sim, found.binary):
        if not os.path.exists(path):
            parser.error(f"{path} does not exist")
    return found


def environment(sim, owner, folder, ports):
    return {
        "MAJORDOMO_TELEGRAM__TOKEN": TOKEN,
        "MAJORDOMO_TELEGRAM__API_URL": sim.base,
        "MAJORDOMO_OWNER__IDS": str(owner),
        "MAJORDOMO_STORE__PATH": os.path.join(folder, "store"),
        "MAJORDOMO_WEB__LISTEN": f"127.0.0.1:{ports[1]}",
        "MAJORDOMO_LOG__FORMAT": "json",
        "MAJORDOMO_LIMITS__BREAKER__OPEN_MS": "2000",
        "MAJORDOMO_FEATURES__MEMBERSHIP__NOTICE_TTL_S": str(NOTICE_S),
    }


def by_webhook(port):
    return {"MAJORDOMO_TELEGRAM__WEBHOOK__URL": f"http://127.0.0.1:{port}/hook",
            "MAJORDOMO_TELEGRAM__WEBHOOK__LISTEN": f"127.0.0.1:{port}"}


class Run:
    def __init__(self, options):
        self.options, self.tally = options, Tally()
        for method, words in whole.OF_RESTARTS:
            self.tally.expect(method, None, words)
        self.folder = tempfile.mkdtemp(prefix="majordomo-strict-")
        self.ports = [options.port + n if options.port else free_port() for n in range(3)]
        with open(os.path.join(self.folder, "sim.log"), "w", encoding="utf-8") as log:
            self.sim = Sim(os.path.abspath(options.sim), self.ports[0], log)
        self.owner = self.sim.post("users", first_name="Olga", started=True)["id"]
        binary = os.path.abspath(options.binary)
        self.house = House(binary, self.folder, environment(self.sim, self.owner, self.folder, self.ports))

    def play(self, scenario, mode, language="en"):
        name = scenario.__name__ if language == "en" else f"{scenario.__name__} ({language})"
        if self.options.only and self.options.only not in name:
            return
        story, begun = Story(name, self.sim, self.house, self.tally, self.owner, mode, language), time.time()
        before = len(self.tally.failed)
        try:
            scenario(story)
        except Failed:
            pass  # counted when it happened
        except Exception:  # a scenario that breaks down must not hide the others
            story.check("runs to its end", False, traceback.format_exc(limit=-3))
        word = "ok" if len(self.tally.failed) == before else "see above"
        print(f"  {mode:8} {name:28} {time.time() - begun:5.1f} s  {word}", flush=True)

    def mode(self, mode):
        side_by_side = [(it, "en") for it in troubles.ALL[:1] + guarding.ALL[::-1] + troubles.ALL[1:] + protecting.ALL]
        side_by_side += [(it, "ru") for it in protecting.RUSSIAN + guarding.RUSSIAN]
        with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            list(pool.map(lambda it: self.play(it[0], mode, it[1]), side_by_side))
        for scenario in troubles.BREAKING + whole.ALL:
            self.play(scenario, mode)
            self.sim.delete("faults")
        self.judge(mode)

    def judge(self, mode):
        """The simulator's own verdict."""
        check = lambda what, holds, seen="": self.tally.check(f"[{mode}] the report: {what}", holds, seen)
        try:
            self.sim.post("idle", quiet_ms=500, timeout_ms=30000)
        except Exception as busy:
            check("the house comes to rest", False, busy)
        report = self.sim.get("report")
        rejects = self.sim.get("calls", verdict="reject", limit=100000)
        titles = {str(it["id"]): it.get("title") for it in self.sim.get("chats")}
        name = lambda it: titles.get(str(it["params"].get("chat_id")), it["params"].get("chat_id"))
        strange = [f"{it['method']} in {name(it)}: {it.get('description')}" for it in rejects
                   if not self.tally.is_expected(it)]
        found = {k: v for k, v in report["findings"].items() if not k.startswith("info:")}
        check("calls were made", report["calls"] > 50 or self.options.only, report["calls"])
        check("no call is refused", not strange, strange[:20])
        check("no lint error or warning", not found, {**found, "samples": report["samples"]})
        check("every press is answered", not report["callbacks"]["unanswered"], report["callbacks"])
        check("every press is answered in time", report["callbacks"]["max_answer_s"] < 5, report["callbacks"])
        check("no call before retry_after is over", report["flood_violations"] == 0, report["flood_violations"])
        check("no update is undelivered", not any(report["pending_updates"].values()), report["pending_updates"])
        check("no update expired", report["updates_expired"] == 0, report["updates_expired"])
        bugs = [it for it in report["sim_bugs"] if "update" not in it]  # strange updates are sent on purpose
        check("the simulator is sound", not bugs, bugs[:2])
        crashes = [it for it in self.house.events() if it["event"].startswith(("sup.child.crashed", "sup.gave_up"))]
        check("nothing crashed in the house", not crashes, crashes[:3])
        print(f"  {mode}: {report['calls']} calls, verdicts {dict(report['verdicts'])}", flush=True)

    def all(self):
        modes = [self.options.mode] if self.options.mode else ["polling", "webhook"]
        for mode in modes:
            self.house.start(**(by_webhook(self.ports[2]) if mode == "webhook" else {}))
            hook = self.sim.get("updates")["webhook"]
            self.tally.check(f"[{mode}] the webhook is as it should be", bool(hook) == (mode == "webhook"), hook)
            self.mode(mode)
            code, seconds = self.house.stop()
            self.tally.check(f"[{mode}] it ends with 0 within 10 s", code == 0 and seconds < 10, (code, seconds))
        if len(modes) == 2 and not self.options.only:
            self.house.start(MAJORDOMO_TELEGRAM__MODE="polling")
            self.play(whole.back_to_polling, "polling")
            self.house.stop()

    def close(self):
        if self.house.process and self.house.process.poll() is None:
            self.house.kill()
        self.sim.stop()
        if self.options.keep or self.tally.failed:
            print(f"the logs are in {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)


def main():
    options, begun = arguments(), time.time()
    run = Run(options)
    try:
        run.all()
    finally:
        run.close()
    for failure in run.tally.failed:
        print(f"FAILED {failure}")
    print(f"{run.tally.passed} passed, {len(run.tally.failed)} failed in {time.time() - begun:.0f} s")
    return 1 if run.tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
