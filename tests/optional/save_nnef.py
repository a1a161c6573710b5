#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""--save-nnef on files of other frameworks: what it writes opens without a dialect and gives the same bits.  Optional: the files are not in the repository.

    tests/optional/save_nnef.py --runner build/nnef-cl-run --root FOLDER [SYSTEM[/NAME] ...]

FOLDER/SYSTEM/NAME/case.json names the model, its inputs (in/*.npy), outputs and options.  The last line is 'N passed, M failed'.
"""
import argparse
import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile


def safe(name):
    return ''.join(c if c.isalnum() or c == '_' else '_' for c in name)


def names(folder):
    found = re.search(r'graph\s+\w+\s*\(([^)]*)\)\s*->\s*\(([^)]*)\)', (folder / 'graph.nnef').read_text())
    return [[n.strip() for n in found.group(k).split(',')] for k in (1, 2)]


def call(command):
    result = subprocess.run(command, capture_output=True, text=True, errors='replace', timeout=170)
    if result.returncode:
        raise RuntimeError(f"status {result.returncode}: {' | '.join(result.stderr.strip().splitlines()[:3])[:300]}")


def outputs(runner, model, options, given, files, folder):
    folder.mkdir()
    inputs = [a for n, f in zip(given, files) for a in ('-i', f'{n}={f}')]
    call([runner, str(model), '-q', *options, *inputs, '--format', 'npy', '-o', f'{folder}/'])
    return [f.read_bytes() for f in sorted(folder.iterdir())]


def compare(runner, folder, case, work):
    options, model = shlex.split(case.get('options', '')), folder / case['model']
    files = [folder / 'in' / (safe(n) + '.npy') for n in case['inputs']]
    # extents that follow from data have to be said where there is none
    inputs = [a for n, f in zip(case['inputs'], files) for a in ('--shape', f'{n}={extents(f)}')]
    call([runner, str(model), '-q', *options, *([] if '--shape' in options else inputs), '--save-nnef', str(work / 'nnef')])
    given, _ = names(work / 'nnef')
    before = outputs(runner, model, options, case['inputs'], files, work / 'a')
    after = outputs(runner, work / 'nnef', [], given, files, work / 'b')
    if before != after:
        raise RuntimeError('other bits')


def extents(path):
    shape = re.search(rb"'shape': \(([^)]*)\)", path.read_bytes()[:400]).group(1).decode()
    return 'x'.join(s.strip() for s in shape.split(',') if s.strip())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--runner', default='build/nnef-cl-run')
    parser.add_argument('--root', type=pathlib.Path, required=True)
    parser.add_argument('only', nargs='*')
    a = parser.parse_intermixed_args()
    passed = failed = 0
    for path in sorted(a.root.glob('*/*/case.json')):
        name = f'{path.parent.parent.name}/{path.parent.name}'
        if a.only and not any(name == o or name.startswith(o + '/') for o in a.only):
            continue
        with tempfile.TemporaryDirectory() as work:
            try:
                compare(a.runner, path.parent, json.loads(path.read_text()), pathlib.Path(work))
                passed += 1
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                print(f'FAILED {name}: {error}', flush=True)
                failed += 1
    print(f'{passed} passed, {failed} failed')
    return bool(failed)


if __name__ == '__main__':
    sys.exit(main())
