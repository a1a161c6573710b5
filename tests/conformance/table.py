#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts the figures of a conformance report into a page:  table.py REPORT.json PAGE.md

Between the lines "<!-- conformance: ... -->" and "<!-- /conformance -->" comes a table: operation, cases, the worst ULP on each device of the report.
"""
import json
import re
import sys

COLUMNS = 3  # operations side by side


def cell(op):
    if op['failed']:
        return '**%d failed**' % op['failed']
    return '%.2g' % op['ulp'] if not isinstance(op['ulp'], str) else op['ulp']


def table(report):
    devices = report['devices']
    rows = [[op['op'], str(op['cases']), ' \\| '.join(cell(device['ops'][i]) for device in devices)] for i, op in enumerate(devices[0]['ops'])]
    height = -(-len(rows) // COLUMNS)
    lines = ['| ' + ' | '.join(['operation', 'cases', 'ULP'] * COLUMNS) + ' |', '|' + '---|---:|---:|' * COLUMNS]
    for i in range(height):
        parts = [rows[i + k * height] if i + k * height < len(rows) else ['', '', ''] for k in range(COLUMNS)]
        lines.append('| ' + ' | '.join(sum(parts, [])) + ' |')
    return '\n'.join(lines)


def main(report, page):
    with open(report, encoding='utf-8') as f:
        report = json.load(f)
    with open(page, encoding='utf-8') as f:
        text = f.read()
    text, count = re.subn(r'(<!-- conformance:.*?-->\n).*?(<!-- /conformance -->)', lambda m: m.group(1) + '\n' + table(report) + '\n\n' + m.group(2), text, flags=re.S)
    if count != 1:
        sys.exit('%s has no place for the table' % page)
    with open(page, 'w', encoding='utf-8') as f:
        f.write(text)
    print('; '.join('%s: %d cases, %d failed' % (d['name'], d['cases'], d['failed']) for d in report['devices']))


main(*sys.argv[1:])
