#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the compiler makes of the kernels' inner loops, for a CPU that need not be at hand.  widths.py KERNEL_SOURCE

Compiles conv_gemm, gemm, gemv and window_rows for vectors of 8 floats (haswell) and of 16 (skylake-avx512) with clang
and the library of PoCL's kernels, and lists the loops that multiply and add: instructions, of them multiply-adds (in
512-bit registers), those that read or write memory, and those that use the stack. KERNEL_SOURCE is bench_kernel_source
(ninja bench_kernel_source); CLANG names the compiler, the version that PoCL is built with.
Ends with 1 when a loop over register tiles uses the stack, or when vectors of 16 are not in 512-bit registers.
"""
import glob
import os
import re
import subprocess
import sys
import tempfile

POCL = os.environ.get('POCL_SHARE', '/usr/share/pocl')
CLANG = os.environ.get('CLANG', 'clang-15')
CPUS = {8: ('haswell', 'avx2'), 16: ('skylake-avx512', 'avx512')}
HEAD = "version 1.0;\ngraph g(x) -> (y) { x = external(shape = %s); w = variable(shape = %s, label = 'w'); y = %s; }\n"
MODELS = [
    ('conv_gemm', HEAD % ('[1,64,56,56]', '[64,64,3,3]', "conv(x, w, border = 'constant', padding = [(1,1),(1,1)])")),
    ('gemm', HEAD % ('[128,768]', '[768,768]', 'linear(x, w)')),
    ('gemv', HEAD % ('[1,2048]', '[1000,2048]', 'linear(x, w)')),
    ('window_rows', HEAD % ('[1,32,112,112]', '[32,1,3,3]', "conv(x, w, groups = 0, padding = [(1,1),(1,1)])")),
]
PRIVATE = 'window_rows'  # its rows are private memory, which is the stack


def output(command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def assembly(source, lanes, folder):
    cpu, library = CPUS[lanes]
    path = os.path.join(folder, 'kernel.cl')
    with open(path, 'w') as f:
        f.write(source)
    library = glob.glob('%s/kernel-*-%s.bc' % (POCL, library))[0]
    command = [CLANG, '-x', 'cl', '-cl-std=CL1.2', '-target', 'x86_64-pc-linux-gnu', '-march=' + cpu,
               '-mprefer-vector-width=512', '-O3', '-fno-builtin', '-include', POCL + '/include/_kernel.h',
               '-Xclang', '-mlink-builtin-bitcode', '-Xclang', library, '-c', '-o', path + '.o', path]
    subprocess.run(command, check=True)
    return output(['objdump', '-d', '--no-show-raw-insn', path + '.o'])


def loops(text):
    """innermost loops, as lists of (mnemonic, operands)"""
    found = re.finditer(r'^\s+([0-9a-f]+):\t(\S+)\s*(.*)$', text, re.M)
    lines = [(int(m.group(1), 16), m.group(2), m.group(3)) for m in found]
    place = {address: i for i, (address, _, _) in enumerate(lines)}
    spans = set()
    for i, (_, name, operands) in enumerate(lines):
        target = re.match(r'([0-9a-f]+)', operands) if name.startswith('j') else None
        if target and place.get(int(target.group(1), 16), i + 1) <= i:
            spans.add((place[int(target.group(1), 16)], i))
    inner = [s for s in spans if not any(o != s and o[0] >= s[0] and o[1] <= s[1] for o in spans)]
    return [[(name, operands) for _, name, operands in lines[a:b + 1]] for a, b in sorted(inner)]


def count(loop, lanes, private):
    """a line for the table, and whether the loop is as it should be; None: it does not multiply vectors"""
    products = [operands for name, operands in loop if re.match('vfm.*ps', name) and re.search('[yz]mm', operands)]
    if len(products) < 2:
        return None
    wide = sum('zmm' in operands for operands in products)
    memory = sum('(' in operands for _, operands in loop)
    stack = sum(bool(re.search(r'\(%rsp|-0x[0-9a-f]+\(%rbp', operands)) for _, operands in loop)
    text = '%12d %13d %8d %7d %6d' % (len(loop), len(products), wide, memory, stack)
    return text, (private or stack == 0) and (lanes == 8 or wide == len(products))


def main():
    good = True
    print('kernel       lanes  instructions  multiply-adds  in zmm  memory  stack')
    with tempfile.TemporaryDirectory() as folder:
        for body, graph in MODELS:
            model = os.path.join(folder, body + '.nnef')
            with open(model, 'w') as f:
                f.write(graph)
            for lanes in CPUS:
                source = output([sys.argv[1], model, body, str(lanes)])
                found = loops(assembly(source, lanes, folder))
                rows = [count(loop, lanes, body == PRIVATE) for loop in found]
                rows = [row for row in rows if row]
                for text, right in rows:
                    print('%-12s %5d %s' % (body, lanes, text))
                    good = good and right
                good = good and bool(rows)
    return 0 if good else 1


if __name__ == '__main__':
    sys.exit(main())
