#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The reports of the conformance run agree with each other and can be read by what reads such files.  reports.py COMMAND

Run on every device behind the layer that makes a kernel wrong, so that there are failures to report.
"""
import html.parser
import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.text, self.documents, self.headings = [], '', [], []

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        if tag == 'pre':
            self.documents.append('')

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        self.text += data
        if 'pre' in self.open:
            self.documents[-1] += data
        if 'h1' in self.open:
            self.headings.append(data)


def main(command):
    with tempfile.TemporaryDirectory() as folder:
        paths = {kind: os.path.join(folder, 'report.' + kind) for kind in ('json', 'xml', 'html')}
        arguments = [command, '--conformance', '-d', 'all', '--ops', 'neg,relu,copy', '--quick']
        for path in paths.values():
            arguments += ['--report', path]
        run = subprocess.run(arguments, env=dict(os.environ, WRONG_KERNEL='elements'), capture_output=True, text=True)
        assert run.returncode == 1, (run.returncode, run.stderr)
        with open(paths['json'], encoding='utf-8') as f:
            report = json.load(f)
        suites = xml.etree.ElementTree.parse(paths['xml']).getroot()
        page = Page()
        with open(paths['html'], encoding='utf-8') as f:
            page.feed(f.read())

    assert report['schema'] == 'nnefcl/conformance/1' and report['level'] == 'quick', report
    assert len(report['devices']) >= 1
    for device, suite in zip(report['devices'], suites.findall('testsuite')):
        cases = suite.findall('testcase')
        failures = [c for c in cases if c.find('failure') is not None]
        assert len(cases) == device['cases'] == sum(op['cases'] for op in device['ops']) == int(suite.get('tests')), device
        assert len(failures) == device['failed'] == int(suite.get('failures')) > 0, device
        assert [op['op'] for op in device['ops']] == ['copy', 'neg', 'relu'], device
        assert device['name'] in page.text
        for case in failures:
            assert case.find('failure').text.startswith('version 1.0;'), case.find('failure').text
    failed = report['failures']
    assert len(failed) == sum(device['failed'] for device in report['devices'])
    assert sorted(page.documents) == sorted(f['document'] for f in failed)
    assert page.headings == ['nnefcl conformance']
    assert all(f['case'] in page.text and f['message'] in page.text for f in failed)


main(*sys.argv[1:])
