#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Networks that are too slow as a whole, verified part by part:  parts.py COMMAND NETWORK DEVICE [--list] OPTION...

COMMAND  nnef-cl-run          NETWORK  a model          DEVICE  a part of a device's name; with --list also a target that the command knows (nvidia)
OPTION   what the command gets for the network and for each part: variants of kernels
--list   only says which parts there are

A part lies between two tensors that all of the rest hangs on, and that are in memory in the plan of the whole: parts begin and end where steps do. Parts that differ in names alone are run once, with random weights and input, every node against its
definition. In the end each step of the plan of the whole, its kernel, defines and sizes, must be a step of one of the parts, or it is named; status 1 for one of these, and for a part that is wrong.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import time


class Graph:
    """statements of flat NNEF text: `reads`, `writes`: names of tensors"""

    def __init__(self, text):
        self.outputs = re.findall(r'\w+', re.search(r'^graph .*?->\s*\((.*?)\)', text, re.M).group(1))
        self.lines, self.writes, self.reads = [], [], []
        known = set()
        for line in re.findall(r'^\s+(\S.* = .*;)$', text, re.M):
            left, right = line.split(' = ', 1)
            self.lines.append(line)
            self.writes.append(re.findall(r'\w+', left))
            self.reads.append([name for name in dict.fromkeys(re.findall(r'\w+', re.sub(r"'[^']*'|\w+ = ", '', right))) if name in known])
            known.update(self.writes[-1])
        self.maker = {name: i for i, names in enumerate(self.writes) for name in names}
        self.free = set()  # of no input: comes with whoever reads it
        for i, line in enumerate(self.lines):
            if not re.search(r' = external\W', line) and all(self.maker[name] in self.free for name in self.reads[i]):
                self.free.add(i)

    def cuts(self, stored):
        """the last statement of each part"""
        steps = [i for i, line in enumerate(self.lines) if i not in self.free]
        last = {name: i for i in steps for name in self.reads[i]}
        found, live = [], set()
        for i in steps:
            live |= {name for name in self.writes[i] if name in last}
            live = {name for name in live if last[name] > i}
            if i == steps[-1] or (len(live) == 1 and live <= stored and 'external' not in self.lines[i]):
                found.append(i)
        return found

    def part(self, first, end, tensors):
        """the text of statements first to end"""
        steps = [i for i in range(first, end + 1) if i not in self.free and not re.search(r' = external\W', self.lines[i])]
        made = {name for i in steps for name in self.writes[i]}
        needed, free = [name for i in steps for name in self.reads[i] if name not in made], set()
        inputs = [name for name in dict.fromkeys(needed) if self.maker[name] not in self.free]
        while needed:
            i = self.maker[needed.pop()]
            if i in self.free and i not in free:
                free.add(i)
                needed += self.reads[i]
        later = {name for i in range(end + 1, len(self.lines)) for name in self.reads[i]}
        outputs = [name for i in steps for name in self.writes[i] if name in later or name in self.outputs]
        lines = ['%s = external<%s>(shape = %s);' % (name, *tensors[name]) for name in inputs]
        lines += [self.lines[i] for i in sorted(free.union(steps))]
        return 'version 1.0;\n\ngraph part( %s ) -> ( %s )\n{\n    %s\n}\n' % (', '.join(inputs), ', '.join(outputs), '\n    '.join(lines))


def nameless(text):
    """what stays when names and labels do not matter"""
    text = re.sub(r"label = '[^']*'", 'label', text)
    names = {name: 'n%d' % i for i, name in enumerate(dict.fromkeys(re.findall(r'\b\w+\b', ' '.join(re.findall(r'^ +(.*?) = ', text, re.M)))))}
    return re.sub(r'\b\w+\b', lambda m: names.get(m.group(), m.group()), text)


class Command:
    """plans are those of the device's facts: asked for a device itself, the command would compile all of them"""

    def __init__(self, command, device, options, folder):
        self.command, self.device, self.options, self.target = command, device, options, device
        devices = json.loads(subprocess.run([command, '--list-devices', '-v', '--json'], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True).stdout)['devices']
        facts = [one for one in devices if device in one['name']]
        if facts:
            self.target = os.path.join(folder, 'target.json')
            with open(self.target, 'w') as f:
                json.dump(facts[0], f)

    def run(self, model, *arguments, check=True):
        return subprocess.run([self.command, model, '--random-weights', '-q', *arguments], check=check, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def tensors(self, model):
        nodes = json.loads(self.run(model, '--summary', '--json').stdout)['nodes']
        outputs = [(name, node) for node in nodes for name in re.findall(r'\w+', node['output'])]
        return {name: (node['dtype'], node['shape']) for name, node in outputs}

    def plan(self, model):
        """(each step without names of tensors, names of the tensors that steps write)"""
        text = self.run(model, '--dump', 'plan', '--target', self.target, *self.options).stdout
        kernels = dict(re.findall(r'^  (k\d+) (.*)$', text.partition('\nkernels\n')[2].partition('\ninit')[0], re.M))
        steps, stored = set(), set()
        for kernel, sizes, name in re.findall(r'^  (k\d+) \w+ (.*?)  # (\S+) = .*$', text.partition('\nrun\n')[2], re.M):
            steps.add((kernels[kernel], ' '.join(word for word in sizes.split() if not re.match(r'[>&]?t\d', word))))
            stored.add(name)
        return steps, stored


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    model, device, options = sys.argv[2:4] + [sys.argv[4:]]
    listed = '--list' in options
    with tempfile.TemporaryDirectory() as folder:
        command = Command(os.path.abspath(sys.argv[1]), device, [word for word in options if word != '--list'], folder)
        flat = os.path.join(folder, 'flat.nnef')
        with open(flat, 'w') as f:
            f.write(command.run(model, '--dump', 'flat').stdout)
        with open(flat) as f:
            graph = Graph(f.read())
        tensors, steps, stored = command.tensors(flat), command.plan(model)[0], command.plan(flat)[1]
        parts, first = {}, 0
        for end in graph.cuts(stored):
            text = graph.part(first, end, tensors)
            parts.setdefault(nameless(text), []).append(text)
            first = end + 1
        failed, found = 0, set()
        for i, texts in enumerate(parts.values()):
            part, start = os.path.join(folder, 'part%d.nnef' % i), time.time()
            with open(part, 'w') as f:
                f.write(texts[0])
            found |= command.plan(part)[0]
            bad, line = 0, ''
            if not listed:
                done = command.run(part, '--random', '--verify', '-d', device, *command.options, check=False)
                told = [line for line in (done.stdout + done.stderr).splitlines() if not line.startswith('MESA')]
                bad, line = done.returncode, told[-1] if told else ''
            failed += bad != 0
            print('part %d, %d times, %d statements, to %s: %s, %.0f s' % (i, len(texts), texts[0].count(';\n') - 1, re.search(r'-> \( (.*?) \)', texts[0]).group(1),
                                                                   'FAILED: ' + line if bad else line or '-', time.time() - start), flush=True)
    missing = steps - found
    for kernel, sizes in sorted(missing):
        print('no part has: %s %s' % (kernel, sizes))
    print('%s: %d parts, %d of them distinct, %d failed; %d distinct steps, %d in no part' % (
        os.path.basename(model), sum(map(len, parts.values())), len(parts), failed, len(steps), len(missing)))
    return failed > 0 or len(missing) > 0


if __name__ == '__main__':
    sys.exit(main())
