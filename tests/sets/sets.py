#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The sets beside the project, where they are:  sets.py golden|valid|invalid|zoo RUNNER SHARED WORK

golden   every case passes, ambiguous ones by their reading or an alternative, and every node is verified
valid    every document is accepted, invalid: every one is refused at its line
zoo      every network gives its expected outputs, and all but the slowest are verified (needs numpy)
"""
import glob
import json
import os
import subprocess
import sys
import tarfile


def unpack(shared, work):
    marker = os.path.join(work, 'INDEX.json')
    if not os.path.exists(marker):
        os.makedirs(work, exist_ok=True)
        with tarfile.open(os.path.join(shared, 'golden', 'public.tar.gz')) as tar:
            tar.extractall(work)
    return work


def keep_apart(work):
    """Caches of this set's own: a driver may read its cache while a test beside this one writes there (docs/drivers)."""
    for name in ('POCL_CACHE_DIR', 'XDG_CACHE_HOME'):
        os.environ[name] = os.path.join(os.path.abspath(work), 'cache')
    os.makedirs(os.environ['POCL_CACHE_DIR'], exist_ok=True)


def cases(runner, shared, work, *options):
    result = os.path.join(work, 'result-%d.json' % os.getpid())
    run = subprocess.run([sys.executable, os.path.join(shared, 'golden', 'run_cases.py'), '--json', result, '--timeout', '300'] + list(options), stdout=subprocess.PIPE, text=True)
    print(run.stdout)
    with open(result) as f:
        summary = json.load(f)
    os.remove(result)
    return summary


def golden(runner, shared, work):
    unpack(shared, work)
    summary = cases(runner, shared, work, '--runner', runner + ' {case} {io} --rtol {rtol} --atol {atol} --verify', '--cases', os.path.join(work, 'cases'))
    return ['%s: %s' % (failure['name'], failure['status']) for failure in summary['failing']]


def documents(mode, runner, shared, work):
    unpack(shared, work)
    options = ['--mode', mode, '--cases', os.path.join(work, mode)]
    if mode == 'valid':
        options += ['--runner', runner + ' --check --strict --random-weights {case}']
    else:
        options += ['--runner', runner + ' --check --strict {case}', '--lines']
    return ['%s: %s' % (f['name'], f['status']) for f in cases(runner, shared, work, *options)['failing'] if not f['ambiguous']]


SLOW = {'vit_b_16', 'bert_base_encoder', 'fcn_resnet50'}  # their definitions take minutes; docs/verification.md has them


def zoo(runner, shared, work):
    names = sorted(os.path.basename(p) for p in glob.glob(os.path.join(shared, 'zoo', 'networks', '*')))
    bad = []
    for name in names:
        run = subprocess.run([sys.executable, os.path.join(shared, 'zoo', 'zoo.py'), 'check', name, '--runner', runner + ' {dir} {io} --rtol {rtol} --atol {atol}' + ('' if name in SLOW else ' --verify')],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if run.returncode:
            bad.append('%s: %s' % (name, run.stdout[-2000:]))
        print(name, 'ok' if run.returncode == 0 else 'FAILED', flush=True)
    return bad


def main():
    mode, runner, shared, work = sys.argv[1:]
    keep_apart(work)
    bad = {'golden': golden, 'zoo': zoo}[mode](runner, shared, work) if mode in ('golden', 'zoo') else documents(mode, runner, shared, work)
    print('\n'.join(bad) or 'ok')
    sys.exit(bool(bad))


if __name__ == '__main__':
    main()
