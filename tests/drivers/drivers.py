#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs what must hold on one OpenCL driver:  drivers.py DRIVER COMMAND [--groups LAYER] [--cases FOLDER] [--tier N] [--networks FOLDER] [--ops A,B]
    [--level quick|normal|full|none] [--jobs N]

DRIVER   pocl, rusticl, oclgrind, intel (Intel's runtime for CPUs; INTEL_OPENCL names the folder that holds lib/libintelocl.so), or SPEC for any other device (as -d takes it)
COMMAND  nnef-cl-run
--groups libgpu_layer.so: the device is a GPU with 8 compute units, and runs kernels for work-groups; cases whose plan has none are left out
--networks  each network in the folder with random weights and input, every node verified
--cases  reference cases (folders with graph.nnef, in/, out/, case.json), of tier 1 unless --tier 2 asks for all
--ops    the conformance run for these operations only
--level  of the conformance run (quick)

Oclgrind is used through the ICD loader, with its checks of races, uninitialized reads and calls on, optimization off, a buffer for each tensor; it ends
with status 0 whatever it finds, so its log must be empty. A failure that docs/drivers/known.txt lists (driver, case, reproducer) is reported, but does
not count. The last line is "DRIVER: N passed, M failed"; status 1 when something failed.
"""
import argparse
import concurrent.futures
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
KNOWN = os.path.join(HERE, '..', '..', 'docs', 'drivers', 'known.txt')
OCLGRIND = ['/usr/lib/oclgrind/liboclgrind-rt-icd.so', '/usr/lib/x86_64-linux-gnu/liboclgrind-rt-icd.so', '/usr/local/lib/liboclgrind-rt-icd.so']


class Driver:
    def __init__(self, name, folder, layer):
        self.name, self.folder, self.environment, self.options, self.logs = name, folder, {}, [], False
        if name == 'pocl':
            self.options = ['-d', 'Portable']
        elif name == 'rusticl':
            self.options, self.environment = ['-d', 'llvmpipe'], {'RUSTICL_ENABLE': 'llvmpipe'}
        elif name == 'oclgrind':
            library = next((path for path in OCLGRIND if os.path.exists(path)), None)
            if not library:
                sys.exit('oclgrind: not installed')
            with open(os.path.join(folder, 'oclgrind.icd'), 'w') as f:
                f.write(library + '\n')
            self.options, self.logs = ['-d', '0', '--separate-buffers'], True
            self.environment = {'OCL_ICD_VENDORS': folder, 'OCLGRIND_DATA_RACES': '1', 'OCLGRIND_UNINITIALIZED': '1', 'OCLGRIND_CHECK_API': '1',
                                'OCLGRIND_BUILD_OPTIONS': '-cl-opt-disable'}
        elif name == 'intel':
            libraries = os.path.join(os.path.abspath(os.environ.get('INTEL_OPENCL', '')), 'lib')
            if not os.path.exists(os.path.join(libraries, 'libintelocl.so')):
                sys.exit('intel: no libintelocl.so in %s; INTEL_OPENCL names another folder' % libraries)
            with open(os.path.join(folder, 'intel.icd'), 'w') as f:
                f.write(os.path.join(libraries, 'libintelocl.so') + '\n')
            self.options = ['-d', '0']
            self.environment = {'OCL_ICD_VENDORS': folder, 'LD_LIBRARY_PATH': libraries + os.pathsep + os.environ.get('LD_LIBRARY_PATH', '')}
        else:
            self.options = ['-d', name]
        if layer:  # tiles are read whole, also beyond the last row
            self.environment.update(OPENCL_LAYERS=os.path.abspath(layer), UNITS='8', OCLGRIND_UNINITIALIZED='')

    def run(self, arguments, **environment):
        """(what went wrong or None, output)"""
        variables = {**os.environ, **self.environment, **environment}
        log = None
        if self.logs:
            handle, log = tempfile.mkstemp(dir=self.folder)
            os.close(handle)
            variables['OCLGRIND_LOG'] = log
        try:
            done = subprocess.run(arguments + self.options, env={k: v for k, v in variables.items() if v}, capture_output=True, text=True, timeout=1500)
        except subprocess.TimeoutExpired:
            return 'no end after 1500 s', ''
        complaint = None
        if done.returncode:
            complaint = 'status %d: %s' % (done.returncode, (done.stderr or done.stdout).strip()[-300:])
        elif log:
            with open(log, errors='replace') as f:
                text = f.read().strip()
            complaint = 'log: ' + text[:300] if text else None
        if log:
            os.remove(log)
        return complaint, done.stdout


def run_case(driver, command, folder):
    with open(os.path.join(folder, 'case.json')) as f:
        case = json.load(f)

    def io(wanted):
        if os.path.isdir(os.path.join(folder, 'in')):
            return ['-i', os.path.join(folder, 'in'), '--compare', os.path.join(folder, wanted)]
        cycles = len(glob.glob(os.path.join(folder, 'in.*')))
        return sum((['-i', '%s/in.%d' % (folder, k), '--compare', '%s/%s.%d' % (folder, wanted, k)] for k in range(cycles)), [])

    tolerance = ['--rtol', str(case['rtol']), '--atol', str(case['atol'])]
    readings = ['out'] + ['alt.' + a for a in case.get('alternatives', [])]
    for reading in readings:
        complaint, _ = driver.run([command, folder] + io(reading) + tolerance)
        if not complaint:
            return None
    return complaint


def run_network(driver, command, folder):
    start = time.time()
    complaint, _ = driver.run([command, folder, '--random-weights', '--random', '--verify'])
    print('%s: %s, %.0f s' % (os.path.basename(folder), 'FAILED' if complaint else 'ok', time.time() - start), flush=True)
    return complaint


def run_conformance(driver, command, ops, level):
    """Sessions follow each other in one process there, and Oclgrind takes a new buffer for what it knew of a released one: no check of uninitialized reads."""
    arguments = [command, '--conformance'] + ([] if level == 'normal' else ['--' + level]) + (['--ops', ops] if ops else [])
    complaint, output = driver.run(arguments, **({'OCLGRIND_UNINITIALIZED': ''} if driver.logs else {}))
    print('\n'.join(line for line in output.splitlines() if line.startswith('[') or 'passed' in line or 'FAILED' in line))
    return complaint


def run_times(driver, command):
    """Times of the device are measured or absent: events of some drivers end a nanosecond behind their begin."""
    network = os.path.join(HERE, '..', 'cli', 'data', 'chain.nnef')
    complaint, output = driver.run([command, network, '--random', '--bench', '--json'])
    if complaint:
        return complaint
    bench = json.loads(output)['bench']
    times = {name: bench[name]['p99'] for name in ('device_ms', 'transfer_ms')}
    return ', '.join('%s is %g' % item for item in times.items() if item[1] is not None and item[1] < 1e-4) or None


def has_groups(command, folder):
    plan = subprocess.run([command, folder, '--dump', 'plan', '--target', 'gpu'], capture_output=True, text=True).stdout
    return re.search(r'^  k\d+ \w+_group\b', plan, re.MULTILINE)


def known_failures(driver):
    with open(KNOWN) as f:
        rows = [line.split() for line in f if line.strip() and not line.startswith('#')]
    return {row[1]: row[2] for row in rows if row[0] == driver}


def main():
    parser = argparse.ArgumentParser(add_help=False, usage=__doc__)
    parser.add_argument('driver')
    parser.add_argument('command')
    parser.add_argument('--groups')
    parser.add_argument('--cases')
    parser.add_argument('--networks')
    parser.add_argument('--tier', type=int, default=1)
    parser.add_argument('--ops')
    parser.add_argument('--level', default='quick', choices=['quick', 'normal', 'full', 'none'])
    parser.add_argument('--jobs', type=int, default=os.cpu_count())
    o = parser.parse_args()
    known, results = known_failures(o.driver), {}
    with tempfile.TemporaryDirectory() as folder:
        driver = Driver(o.driver, folder, o.groups)
        for path in sorted(glob.glob(os.path.join(o.cases, '*', 'case.json'))) if o.cases else []:
            with open(path) as f:
                if json.load(f)['tier'] <= o.tier and (not o.groups or has_groups(o.command, os.path.dirname(path))):
                    results[os.path.basename(os.path.dirname(path))] = None
        with concurrent.futures.ThreadPoolExecutor(o.jobs) as pool:
            outcome = pool.map(lambda name: run_case(driver, o.command, os.path.join(o.cases, name)), list(results))
            results = dict(zip(results, outcome))
        for network in sorted(glob.glob(os.path.join(o.networks, '*', 'graph.nnef'))) if o.networks else []:
            network = os.path.dirname(network)
            results[os.path.basename(network)] = run_network(driver, o.command, network)
        results['times'] = run_times(driver, o.command)
        if o.level != 'none':
            results['conformance'] = run_conformance(driver, o.command, o.ops, o.level)
    failed = 0
    for name, complaint in results.items():
        if complaint:
            failed += name not in known
            print('%s: %s%s' % (name, 'known, %s: ' % known[name] if name in known else '', complaint))
    print('%s: %d passed, %d failed' % (o.driver, len(results) - failed, failed))
    sys.exit(failed > 0)


main()
