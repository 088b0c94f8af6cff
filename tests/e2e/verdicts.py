# SPDX-License-Identifier: GPL-2.0-only
"""What a conformance verdict is: "pass", "fail: why", "untestable: why", or
"informational: why", which is a fail of a row that is this project's decision
on somebody else's device.
"""

import pathlib
import re

PASS, FAIL, UNTESTABLE, INFORMATIONAL = (
    "pass", "fail", "untestable", "informational")
# What outweighs what, when a clause has several cases.
WEIGHT = {FAIL: 3, INFORMATIONAL: 2, PASS: 1, UNTESTABLE: 0}

LINE = re.compile(r"^(?P<not>not )?ok \d+ - (?P<id>\S+) (?P<title>.*?)"
                  r"(?: # (?P<word>SKIP|TODO) ?(?P<why>.*))?$")


def kind(verdict):
    return verdict.split(":", 1)[0]


def combine(one, other):
    if one is None or WEIGHT[kind(other)] > WEIGHT[kind(one)]:
        return other
    return one


def read_clauses(path):
    lines = pathlib.Path(path).read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def read_tap(path):
    """Verdicts of a run, also of one that did not reach its end."""
    verdicts, finished = {}, False
    lines = pathlib.Path(path).read_text(errors="replace").splitlines()
    for line, after in zip(lines, lines[1:] + [""]):
        finished |= re.match(r"^# \d+ passed, ", line) is not None
        match = LINE.match(line)
        if not match:
            continue
        if match["word"] == "SKIP":
            verdict = f"{UNTESTABLE}: {match['why']}"
        elif match["not"]:
            word = INFORMATIONAL if match["word"] == "TODO" else FAIL
            verdict = f"{word}: {match['title']}: {after.lstrip('# ')}"
        else:
            verdict = PASS
        verdicts[match["id"]] = combine(verdicts.get(match["id"]), verdict)
    return verdicts, finished
