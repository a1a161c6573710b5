#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Do the tests notice?  mutations.py [--applies] [--work DIR] [NAME ...]

Each mutation is one fault that a change could bring in and that once nobody saw, or nobody would see on one driver. It
is applied to a copy of the tree, the suites that should know are built and run, and the fault counts as caught when one
of them fails. All must pass without any. By hand: a mutation costs a build of a few files and a minute or so.

--applies asks only whether each still finds the text that it changes. Run with no names: all. Exit status 1: one survived that is not marked as harmless, or does not apply any more.
"""
import argparse
import glob
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Mutation:
    """`edits`: (file pattern, old text, new text), each old text at least once in exactly one file that matches."""

    def __init__(self, name, what, edits, suites, sanitize='', harmless=False):
        self.name, self.what, self.edits, self.suites = name, what, edits, suites
        self.sanitize, self.harmless = sanitize, harmless


MUTATIONS = [
    Mutation('M1', 'both fences of the persistent form removed',
             [('cl/persistent.cl', 'mem_fence(CLK_GLOBAL_MEM_FENCE);', '')],
             ['plan/test_source_persistent']),
    Mutation('M2', 'groups do not wait for earlier steps',
             [('cl/persistent.cl', '&settled, step[STEP_WAIT], counters', '&settled, 0, counters')],
             ['host/test_persistent']),
    Mutation('M3', 'filters of 4096 taps go where 1024 fit',
             [('src/ops/*.c', 'taps > TAPS_MAX', 'taps > 4 * TAPS_MAX')],
             ['ops/test_limits'], sanitize='address,undefined'),
    Mutation('M4', 'a convolution is not shared out',
             [('src/ops/*conv_gemm.c', 'wanted = 4 * (int64_t)', 'wanted = 0 * (int64_t)')],
             ['plan/test_plan_golden']),
    Mutation('M5', 'steps on an out-of-order queue are not chained',
             [('host/run.c', 'if (event && !in_order) {', 'if (event && !in_order && !event) {')],
             ['host/test_opencl', 'delay/opencl']),
    Mutation('M6', 'a session does not wait for the run that the application enqueued',
             [('host/run.c', 'ncl_wait_event(session, session->last, diag);', 'diag ? NNEFCL_OK : NNEFCL_ERR_DEVICE;')],
             ['host/test_state', 'delay/state', 'delay/opencl']),
    Mutation('M7', 'the block of small weights is used again too early',
             [('host/upload.c', 'status = ncl_wait_event(upload->session, upload->other, diag);', 'status = NNEFCL_OK;')],
             ['layers/test_delay']),
    Mutation('M8', 'buffers of init are kept',
             [('host/memory.c', 'ncl_memory_release(session, NCL_STORE_INIT);', '(void)session;')],
             ['layers/test_memory']),
    Mutation('M9', 'one task too many in work-groups',
             [('src/plan/*.c', 'if (task < tasks)', 'if (task <= tasks)')],
             ['host/test_groups']),
    Mutation('M10', "the application's queue is not flushed where another one waits for it",
             [('host/event.c', '        clFlush(own);', '        (void)own;')],
             ['delay/opencl', 'delay/state']),
    Mutation('M11', 'tensors are aligned to 64 bytes whatever the device wants: offsets address all of them, as yet',
             [('host/device_facts.c', 'info->alignment = bits / 8;', 'info->alignment = 64 + 0 * bits;')],
             ['host/test_device', 'host/test_session'], harmless=True),
    Mutation('M12', 'init loads in the reverse order of the files',
             [('src/plan/schedule.c', 'x->file < y->file ? -1', 'x->file > y->file ? -1')],
             ['plan/test_schedule', 'plan/test_plan_golden']),
    Mutation('M13', 'the offset of a binding is lost in the persistent form',
             [('host/persistent.c', 'slot->bound ? slot->offset : 0', 'slot->bound ? 0 : 0')],
             ['host/test_opencl']),
    Mutation('M14', '64-bit indices only when they are asked for',
             [('src/emit/lower.c', 'lower->long_index || emit->largest > INT_INDEX_LIMIT || tasks > INT_INDEX_LIMIT',
               'lower->long_index')],
             ['plan/test_long_index']),
    Mutation('M15', 'work-items do not wait for the panels of the others',
             [('cl/gemm_group.cl', '''DEPTH * (TALL + GAP));
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    FN(gemm_group_store_tile)''', '''DEPTH * (TALL + GAP));
    }
    FN(gemm_group_store_tile)''')],
             ['gpu/simulate']),
    Mutation('M16', 'a tree goes on before all have written',
             [('cl/prelude.cl', 'barrier(CLK_LOCAL_MEM_FENCE);', '')],
             ['gpu/simulate']),
]


def run(words, **more):
    return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)


def copy_tree(source):
    """The tracked files as they are here; only those that changed, so that a second run builds little."""
    os.makedirs(source, exist_ok=True)
    files = subprocess.run(['git', '-C', ROOT, 'ls-files', '-z'], stdout=subprocess.PIPE, check=True).stdout
    subprocess.run(['sh', '-c', 'cd "$1" && xargs -0 cp -pu --parents -t "$2"', 'sh', ROOT, source], input=files,
                   check=True)


def has(tool):
    return subprocess.run(['sh', '-c', 'command -v ' + tool], stdout=subprocess.DEVNULL).returncode == 0


def targets_of(suite):
    folder, name = suite.split('/')
    if folder == 'gpu':
        return ['nnef-cl-run', 'gpu_layer']
    return ['host_test_' + name if folder == 'delay' else '%s_%s' % (folder, name)]


def test(source, mutation):
    """None: all suites pass; else what happened."""
    build = os.path.join(source, 'build' + ('-sanitized' if mutation.sanitize else ''))
    options = ['-DNNEFCL_WERROR=ON', '-DNNEFCL_SANITIZE=' + mutation.sanitize]
    if has('ccache'):
        options.append('-DCMAKE_C_COMPILER_LAUNCHER=ccache')
    configured = run(['cmake', '-S', source, '-B', build, '-G', 'Ninja'] + options)
    targets = sorted({target for suite in mutation.suites for target in targets_of(suite)})
    built = run(['cmake', '--build', build, '--target'] + targets)
    if configured.returncode or built.returncode:
        sys.exit('%s does not build:\n%s%s' % (mutation.name, configured.stdout[-1500:], built.stdout[-1500:]))
    ran = run(['ctest', '--test-dir', build, '--no-tests=error', '--output-on-failure', '-R',
               '^(%s)$' % '|'.join(mutation.suites)], env=dict(os.environ, ASAN_OPTIONS='detect_leaks=0'))
    return ran.stdout if ran.returncode else None


def find(source, mutation):
    """The file of each edit."""
    found = []
    for pattern, before, _ in mutation.edits:
        paths = [p for p in glob.glob(os.path.join(source, pattern)) if before in open(p).read()]
        if len(paths) != 1:
            sys.exit('%s does not apply: %r is in %d files of %s' % (mutation.name, before, len(paths), pattern))
        found.append(paths[0])
    return found


def apply(source, mutation):
    """The files that were changed, with their old text."""
    old = {}
    for path, (_, before, after) in zip(find(source, mutation), mutation.edits):
        with open(path) as f:
            text = f.read()
        old.setdefault(path, text)
        with open(path, 'w') as f:
            f.write(text.replace(before, after))
    return old


def first_failure(output):
    """The suites that failed and, where there is one, the line that says what."""
    lines = output.split('\n')
    failed = [line.split()[2] for line in lines if line.strip().endswith(('(Failed)', '(Timeout)', 'aborted)'))]
    told = [line for line in lines if any(mark in line for mark in (':F:', 'delay layer:', 'Sanitizer', 'error:'))]
    return '%s: %s' % (', '.join(failed), (told[0] if told else output).strip()[-160:])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--work', default='/tmp/nnefcl-mutations')
    parser.add_argument('--applies', action='store_true')
    parser.add_argument('names', nargs='*')
    arguments = parser.parse_args()
    if arguments.applies:
        for mutation in MUTATIONS:
            find(ROOT, mutation)
        return
    source, bad = arguments.work, 0
    copy_tree(source)
    for mutation in MUTATIONS:
        if arguments.names and mutation.name not in arguments.names:
            continue
        before = test(source, mutation)
        if before:
            sys.exit('%s: its suites fail without it:\n%s' % (mutation.name, before[-3000:]))
        old = apply(source, mutation)
        try:
            caught = test(source, mutation)
        finally:
            for path, text in old.items():
                with open(path, 'w') as f:
                    f.write(text)
        verdict = 'caught' if caught else 'survived, as it may' if mutation.harmless else 'SURVIVED'
        bad += verdict == 'SURVIVED'
        print('%-4s %-20s %s' % (mutation.name, verdict, mutation.what), flush=True)
        if caught:
            print('     ' + first_failure(caught), flush=True)
    sys.exit(bad > 0)


if __name__ == '__main__':
    main()
