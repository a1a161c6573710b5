#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Branches that the suites take:  coverage.py ROOT EXPORT JUSTIFIED [--missing]

EXPORT is what `llvm-cov export` says of the library. A branch is one outcome of one condition, also within && and ||. JUSTIFIED has a line for each kind of branch that no test can take:
file (a pattern), outcome (T, F, both), condition (an expression for all of its text), reason. Of the others as many of 100 must be taken as LEAST says, and a justification that justifies nothing
any more is an error. The aim is 95 of 100 in each folder; LEAST never falls. --missing lists what is left.
"""
import fnmatch
import json
import pathlib
import re
import sys

ROOT, EXPORT, JUSTIFIED = (pathlib.Path(a) for a in sys.argv[1:4])
LEAST = {'src/nnef': 95, 'src/front': 95, 'src/plan': 95}
FOLDERS = tuple(LEAST)


class Justification:
    def __init__(self, line):
        self.file, self.outcome, condition, self.reason = (part.strip() for part in line.split(' | '))
        self.condition, self.count = re.compile(condition), 0

    def fits(self, file, outcome, condition):
        return outcome in self.outcome and fnmatch.fnmatch(file, self.file) and self.condition.fullmatch(condition)


def branches():
    """(file, line, outcome, condition, times): what is compiled into several places is one branch"""
    for entry in json.loads(EXPORT.read_text())['data'][0]['files']:
        file = 'src/' + entry['filename'].rpartition('/src/')[2]  # names are those of the tree
        if not file.startswith(FOLDERS):
            continue
        source, times = (ROOT / file).read_text().split('\n'), {}
        for line, column, end, last, taken, passed, *_ in entry.get('branches', []):
            before = times.get((line, column, end, last), (0, 0))
            times[line, column, end, last] = (before[0] + taken, before[1] + passed)
        for (line, column, end, last), counts in sorted(times.items()):
            lines = source[line - 1:end]
            lines[-1] = lines[-1][:last - 1]
            lines[0] = lines[0][column - 1:]
            condition = ' '.join(text.strip() for text in lines)
            for outcome, count in zip('TF', counts):
                yield file, line, outcome, condition, count


justifications = [Justification(line) for line in JUSTIFIED.read_text().split('\n') if line and not line.startswith('#')]
sums, failed = {folder: [0, 0, 0] for folder in FOLDERS}, False
for file, line, outcome, condition, count in branches():
    total = sums[next(f for f in FOLDERS if file.startswith(f))]
    total[0] += 1
    found = not count and next((j for j in justifications if j.fits(file, outcome, condition)), None)
    if count:
        total[1] += 1
    elif found:
        total[2] += 1
        found.count += 1
    elif '--missing' in sys.argv:
        print('%s:%d: %s: %s' % (file, line, outcome, condition))
for folder, (all_, taken, justified) in sums.items():
    percent = 100 * taken / max(1, all_ - justified)
    failed |= percent < LEAST[folder]
    print('%-10s %5d branches, %5d taken, %4d justified: %.1f %%' % (folder, all_, taken, justified, percent))
for j in justifications:
    if not j.count:
        failed = True
        print('justifies nothing: %s | %s | %s' % (j.file, j.outcome, j.condition.pattern))
sys.exit(failed)
