#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the command writes for viewers:  reports.py COMMAND

trace  Chrome's Trace Event Format as docs/trace.schema.json has it; steps follow each other, each has the memory of its start
pages  HTML that is whole, asks the network for nothing, and shows something: with Chromium, if it is installed, the screenshot is not of one colour
"""
import html.parser
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

import json_schema
import patience

VOID = {'meta', 'br', 'path', 'rect', 'circle', 'input', 'hr', 'img'}
OPTIONAL = {'p', 'tr', 'td', 'th', 'html'} # their end may be left out


def run(command, *words):
    done = patience.run([command] + list(words), stdout=subprocess.PIPE)
    assert done.returncode == 0, (words, done.returncode)
    return done.stdout


SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../docs/trace.schema.json')


def check_trace(text):
    trace = json.loads(text)
    with open(SCHEMA) as file:
        schema = json.load(file)
    wrong = json_schema.fits(schema, trace)
    assert wrong is None, wrong
    step = next(event for event in trace['traceEvents'] if event['ph'] == 'X')
    for other in dict(step, dur=-1), dict(step, ph='Q'), dict(step, args={}): # the schema can refuse
        assert json_schema.fits(schema, {'traceEvents': [other], 'displayTimeUnit': 'ms'})
    end, kinds = 0, set()
    for event in trace['traceEvents']:
        kinds.add(event['ph'])
        if event['ph'] == 'X':
            assert event['ts'] >= end - 1e-3, event
            end = event['ts'] + event['dur']
    assert kinds == {'M', 'X', 'C'} and end > 0, kinds


class Page(html.parser.HTMLParser):
    """every element that must be closed is, in order"""
    def __init__(self):
        super().__init__()
        self.open, self.seen, self.text = [], {}, ''

    def handle_starttag(self, tag, attributes):
        self.seen[tag] = self.seen.get(tag, 0) + 1
        for name, value in attributes:
            assert not (name in ('src', 'href') or (value and re.match('https?:', value))), (tag, name, value)
        if tag not in VOID | OPTIONAL:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in OPTIONAL and tag not in VOID:
            assert self.open and self.open.pop() == tag, tag

    def handle_data(self, text):
        self.text += text


def check_page(text, svgs, words):
    page = Page()
    page.feed(text)
    assert not page.open, page.open
    assert page.seen['svg'] == svgs, page.seen
    assert 'nan' not in text and '<script' not in text and '@import' not in text
    for word in words:
        assert word in page.text, word


def colours(path):
    """of a PNG of 8-bit RGB or RGBA, as Chromium writes them"""
    data, at, rows = open(path, 'rb').read(), 8, b''
    while at < len(data):
        size, kind = struct.unpack('>I4s', data[at:at + 8])
        if kind == b'IHDR':
            width, height, _, colour = struct.unpack('>IIBB', data[at + 8:at + 18])
        if kind == b'IDAT':
            rows += data[at + 8:at + 8 + size]
        at += 12 + size
    raw = zlib.decompress(rows)
    line = width * (4 if colour == 6 else 3) + 1
    return len({raw[y * line + 1:(y + 1) * line] for y in range(height)})


def look(path, folder):
    browser = shutil.which('chromium') or shutil.which('chromium-browser') or shutil.which('google-chrome')
    if not browser:
        return
    picture = os.path.join(folder, 'page.png')
    subprocess.run([browser, '--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--window-size=900,1200', '--user-data-dir=' + os.path.join(folder, 'profile'),
                    '--screenshot=' + picture, 'file://' + path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120, check=True)
    assert colours(picture) > 100, 'the screenshot is empty'


def main():
    command = os.path.abspath(sys.argv[1])
    model = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'data', 'net.nnef')
    common = [model, '--random-weights', '--runs', '3', '--warmup', '1']
    with tempfile.TemporaryDirectory() as folder:
        os.environ['XDG_CACHE_HOME'] = folder
        check_trace(run(command, *common, '--profile=trace'))
        paths = [os.path.join(folder, name) for name in ('profile.html', 'report.html', 'bench.html')]
        with open(paths[0], 'wb') as f:
            f.write(run(command, *common, '--profile=html'))
        run(command, *common, '--profile', '--report', paths[1])
        run(command, *common, '--bench', '--report', paths[2])
        check_page(open(paths[0]).read(), 2, ['Profile of net', 'conv', 'Roofline', 'FLOP per byte', 'MiB alive'])
        check_page(open(paths[1]).read(), 2, ['Profile of net'])
        check_page(open(paths[2]).read(), 2, ['Benchmark of net', 'Histogram', 'p99', 'percent of the runs'])
        for path in paths[::2]:
            look(path, folder)
    print('ok')


if __name__ == '__main__':
    main()
