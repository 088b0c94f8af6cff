#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Flatten a kernel log with KTAP in it into TAP on stdout.

One line per test case, "ok N - suite.case"; what the kernel said between two
results becomes the diagnostics of the one that failed. Lines are added for
what KTAP does not count: every planned suite came to an end, at least one
case ran, kunit.py agreed, and no checker of the kernel spoke up.
"""
import argparse
import re
import sys

SPLAT = re.compile(
    r'BUG:|WARNING:|UBSAN|KASAN|ODEBUG|possible .* detected|suspicious RCU'
    r'|INFO: lockdep|INFO: task .* blocked|INFO: trying to register'
    r'|refcount_t:|DMA mapping failed|Kernel panic')
# Reports of faults that are 6.12's own, and that no device can cause or prevent.
KNOWN = (
    # virtio_gpu: commands in the queue when the device goes take their buffers
    # along
    re.compile(r'^WARNING: .*\nMemory manager not clean during takedown\.$',
               re.MULTILINE),
    # UML: walks the areas of any mm that unmap_mapping_range() comes upon
    re.compile(r'^WARNING: suspicious RCU usage\n(.*\n){2}lib/maple_tree\.c:'
               r'(.*\n)*?.*\] flush_tlb_mm\+', re.MULTILINE),
)
REPORT_LINES = 100
RESULT = re.compile(r'^(?P<pad> *)(?P<res>not ok|ok) \d+ (?:- )?(?P<name>.*)$')
SUBTEST = re.compile(r'^ {4}# Subtest: (?P<name>.*)$')
PLAN = re.compile(r'^1\.\.(?P<count>\d+)$')
STAMP = re.compile(r'^(?:<\d+>)?\[ *\d+\.\d+\] ?')


class Tap:
    """Numbers lines and remembers how many of them failed."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def line(self, good, name, notes=()):
        self.count += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}")
        if not good:
            for note in notes:
                print(f'#   {note}')

    def plan(self):
        print(f'1..{self.count}')
        return 1 if self.failed else 0


def convert(lines, tap):
    """Emit every case.

    Returns cases, suites seen, suites planned, and the suite left unfinished.
    """
    cases = suites = planned = 0
    suite, notes, failed = '?', [], False
    for line in lines:
        if match := PLAN.match(line):
            planned += int(match['count'])
        elif match := SUBTEST.match(line):
            suite, notes, failed = match['name'], [], False
        elif match := RESULT.match(line):
            depth = len(match['pad'])
            if depth == 4:
                good = match['res'] == 'ok'
                cases += 1
                failed |= not good
                tap.line(good, f"{suite}.{match['name']}", notes[-40:])
                notes = []
            elif depth == 0:
                suites += 1
                # a suite fails of itself when its init or exit does
                if match['res'] != 'ok' and not failed:
                    tap.line(False, f"{match['name']} (suite)", notes[-40:])
                suite, notes = '?', []
            elif match['res'] != 'ok':
                notes.append(line.strip())
        elif line.strip():
            notes.append(line.strip())
    return cases, suites, planned, suite


def find_splats(lines):
    """First lines of what the checkers reported, without the known."""
    starts = [i for i, line in enumerate(lines) if SPLAT.search(line)]
    splats = []
    for start, end in zip(starts, [*starts[1:], len(lines)]):
        report = '\n'.join(lines[start:min(end, start + REPORT_LINES)])
        if not any(known.match(report) for known in KNOWN):
            splats.append(lines[start])
    return splats


def leak_report(path):
    """What lies between the markers of leak-init.sh, or what came instead.

    Without the address spaces that KUnit of 6.12 itself forgets.
    """
    with open(path, errors='replace') as log:
        lines = [STAMP.sub('', line.rstrip()) for line in log]
    if 'leaks: begin' not in lines or 'leaks: end' not in lines:
        return ['the scan did not come to an end', *lines[-20:]]
    text = '\n'.join(lines[lines.index('leaks: begin') + 1:lines.index('leaks: end')])
    reports = re.split(r'^(?=unreferenced object)', text, flags=re.MULTILINE)
    return [line for report in reports if 'kunit_vm_mmap_init' not in report
            for line in report.splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--status', type=int, default=0,
                        help="kunit.py's exit status")
    parser.add_argument('--warnings', type=int, default=0,
                        help='compiler warnings of the build')
    parser.add_argument('--leaks', metavar='LOG',
                        help='console of a boot with leak-init.sh')
    parser.add_argument('--splats', action='store_true',
                        help='only print what the checkers said; 1 if anything')
    args = parser.parse_args()

    lines = [STAMP.sub('', line.rstrip('\r\n')) for line in
             sys.stdin.buffer.read().decode(errors='replace').splitlines()]
    splats = find_splats(lines)
    if args.splats:
        print(*splats, sep='\n', end='\n' if splats else '')
        return 1 if splats else 0

    tap = Tap()
    cases, suites, planned, last = convert(lines, tap)
    tap.line(cases > 0, 'tests of ours ran', lines[-20:])
    tap.line(suites == planned, 'every suite came to an end',
             [f'{suites} of {planned}, the last in {last}', *lines[-20:]])
    tap.line(args.status == 0 or tap.failed > 0, 'kunit.py agrees',
             [f'exit status {args.status}, but no case failed'])
    tap.line(args.warnings == 0, 'the build has no warnings',
             ['see out/kunit/build.log'])
    if args.leaks:
        leaks = leak_report(args.leaks)
        tap.line(not leaks, 'no memory was leaked', leaks[:40])
    tap.line(not splats, 'log is clean', splats[:20])
    return tap.plan()


if __name__ == '__main__':
    sys.exit(main())
