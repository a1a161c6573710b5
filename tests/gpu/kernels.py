#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What compilers of GPUs make of the kernels for GPUs, without one:  kernels.py COMMAND [--networks FOLDER | MODEL...] [--halves] [--table FILE]

COMMAND   nnef-cl-run. Every kernel of GROUP mapping and those in registers (*_item, *_column, deconv_join, winograd_*), as --dump cl --target nvidia has them, once for each set
          of defines (what hangs on a kernel left out), is compiled
          - by clang to PTX, and where ptxas is there by it for sm_80 and sm_90: registers, bytes spilled, occupancy;
          - by clang for AMD's gfx90a: vector registers, bytes of scratch, waves of a SIMD unit.
          In the innermost loop with most multiply-adds of the PTX: instructions, of them multiply-adds, reads of local and of global memory.
--halves  instead the kernels that multiply halves, of plans for amd with --precision fp16
--table   writes the table as Markdown

CLANG names the compiler (clang-15), CLC the folder of libclc's libraries (/usr/lib/clc), PTXAS the assembler.
Ends with 1 when a kernel spills within REGISTERS_MOST registers, when less of a loop of its tiles are multiply-adds than PRODUCTS asks for, or when one reads local
memory other than in vectors there.
"""
import argparse
import concurrent.futures
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

CLANG = os.environ.get('CLANG', 'clang-15')
CLC = os.environ.get('CLC', '/usr/lib/clc')
PTXAS = os.environ.get('PTXAS') or shutil.which('ptxas') or '/usr/local/cuda/bin/ptxas'
SMS = ['sm_80', 'sm_90']
OPTIONS = ['-x', 'cl', '-cl-std=CL1.2', '-O3', '-w', '-Xclang', '-finclude-default-header', '-Dcl_clang_storage_class_specifiers', '-S']
TARGETS = {
    'nvidia': ['-target', 'nvptx64-nvidia-nvcl', '-Xclang', '-target-cpu', '-Xclang', 'sm_80', '-Xclang', '-cl-ext=+cl_khr_fp16', '-Xclang', '-mlink-builtin-bitcode', '-Xclang', CLC + '/nvptx64--nvidiacl.bc'],
    'amd': ['-target', 'amdgcn-amd-amdhsa', '-mcpu=gfx90a', '-nogpulib', '-Xclang', '-mlink-builtin-bitcode', '-Xclang', CLC + '/amdgcn--amdhsa.bc'],
}
NO_OFFSET = '#define get_global_offset(axis) ((size_t)0)\n'  # libclc has none for NVIDIA
WANTED = re.compile(r'_group$|_item$|_column$|^deconv_join$|^winograd_')
PRODUCTS = {'gemm_group': 0.85, 'attention_group': 0.8}  # least part of what their loops issue that multiplies and adds
PAIRED = re.compile(r'\bmov\.b32.*[{}]')  # two halves as one register, and apart: none of the multiprocessor's instructions, which name either
HALVES = 0.7  # the same of loops that multiply halves, two at a time
SPILLED = 32  # bytes of their kernels at most: what waits for the end of the loop over panels
REGISTERS_MOST = 128  # as the host tells NVIDIA's compiler
REGISTERS = 65536  # of a multiprocessor, whose work-items are 2048 at most and whose local memory is 164 KiB
ITEMS = 2048
LOCAL = 164 * 1024


def kernels(command, model, halves):
    """(body, defines, group, local bytes, text) of each program in a plan"""
    options = ['--random-weights', '-q', '--target'] + (['amd', '--precision', 'fp16'] if halves else ['nvidia'])
    plan = subprocess.run([command, model, '--dump', 'plan'] + options, check=True, capture_output=True, text=True).stdout
    source = subprocess.run([command, model, '--dump', 'cl'] + options, check=True, capture_output=True, text=True).stdout
    facts = {}
    for number, body, rest in re.findall(r'^  k(\d+) (\w+)(.*)$', plan.partition('kernels\n')[2].partition('\ninit')[0], re.M):
        group = re.search(r' group (\d+) local (\d+)', rest)
        defines = re.sub(r' CHAIN\w*=.*?(?= [A-Z]\w*=|$)| NCL_REALS=\d+| group \d+ local \d+', '', rest)
        facts[number] = (body, defines.strip(), int(group.group(1)) if group else 64, int(group.group(2)) if group else 0)
    parts = re.split(r'^/\* ---- k(\d+) (\w+) ---- \*/\n', source, flags=re.M)
    for number, _, text in zip(parts[1::3], parts[2::3], parts[3::3]):
        if WANTED.search(facts[number][0]) and ('HALVES=1' in facts[number][1] or not halves):
            yield facts[number] + (text,)


def compile_for(target, text, folder):
    source, out = os.path.join(folder, 'kernel.cl'), os.path.join(folder, target + '.s')
    with open(source, 'w') as f:
        f.write((NO_OFFSET if target == 'nvidia' else '') + text)
    subprocess.run([CLANG] + OPTIONS + TARGETS[target] + ['-o', out, source], check=True, stderr=subprocess.DEVNULL)
    return out


def innermost(ptx):
    """instructions, multiply-adds, vector reads and scalar reads of local memory, reads of global memory in the loop with most multiply-adds"""
    lines = [line.strip() for line in ptx.splitlines() if line.strip() and not line.strip().startswith(('//', '.'))]
    place = {line[:-1]: i for i, line in enumerate(lines) if line.endswith(':')}
    place.update({m.group(1): i for i, line in enumerate(ptx.splitlines()) for m in [re.match(r'(\$L\w+):', line)] if m and m.group(1) not in place})
    spans = []
    for i, line in enumerate(lines):
        jump = re.search(r'\bbra(?:\.uni)?\s+(\$L\w+);', line)
        if jump and place.get(jump.group(1), i + 1) <= i:
            spans.append((place[jump.group(1)], i))
    inner = [s for s in spans if not any(o != s and o[0] >= s[0] and o[1] <= s[1] for o in spans)]
    loops = [[line for line in lines[a:b + 1] if not line.endswith(':') and not PAIRED.search(line)] for a, b in inner]

    def count(loop, pattern):
        return sum(bool(re.search(pattern, line)) for line in loop)
    rows = [(len(loop), count(loop, r'\bfma\.rn\.(f32|f16x2)'), count(loop, r'\bld\.shared\.v[24]'), count(loop, r'\bld\.shared\.f32'), count(loop, r'\bld\.global')) for loop in loops]
    return max(rows, key=lambda row: row[1], default=(0, 0, 0, 0, 0))


def assemble(path, sm):
    done = subprocess.run([PTXAS, '-v', '--gpu-name', sm, '--maxrregcount', str(REGISTERS_MOST), '-o', '/dev/null', path], check=True, capture_output=True, text=True).stderr
    spilled = sum(int(n) for n in re.findall(r'(\d+) bytes spill', done))
    return int(re.search(r'Used (\d+) registers', done).group(1)), spilled


def occupancy(registers, group, local):
    """of the work-items that a multiprocessor can hold, in percent; registers come in blocks of 256 for 32 work-items"""
    warps = (group + 31) // 32
    groups = min(REGISTERS // (-(-registers * 32 // 256) * 256 * warps), ITEMS // (warps * 32), 32, LOCAL // (local + 1024))
    return 100 * groups * warps * 32 // ITEMS


def measure(kernel):
    body, defines, group, local, text = kernel
    with tempfile.TemporaryDirectory() as folder:
        ptx = compile_for('nvidia', text, folder)
        with open(ptx) as f:
            loop = innermost(f.read())
        sms = [assemble(ptx, sm) for sm in SMS] if os.path.exists(PTXAS) else []
        with open(compile_for('amd', text, folder)) as f:
            amd = f.read()
    row = {'body': body, 'defines': defines, 'group': group, 'local': local, 'loop': loop, 'sms': sms, 'text': text}
    row['vgprs'], row['scratch'], row['waves'] = (int(re.search(r'; %s: (\d+)' % name, amd).group(1)) for name in ('NumVgprs', 'ScratchSize', 'Occupancy'))
    return row


def faults(row):
    instructions, products, _, scalar, _ = row['loop']
    halves = 'HALVES=1' in row['defines']
    bad = ['%d bytes spilled for %s' % (spilled, sm) for sm, (_, spilled) in zip(SMS, row['sms']) if spilled > SPILLED * halves]
    if row['body'] in PRODUCTS:
        bad += ['%d registers for sm_80' % row['sms'][0][0]] if row['sms'] and row['sms'][0][0] > REGISTERS_MOST else []
        least = HALVES if halves else PRODUCTS[row['body']]
        bad += ['%d of %d instructions multiply and add' % (products, instructions)] if products < least * instructions else []
        bad += ['%d scalars from local memory' % scalar] if scalar else []
    return bad


def line(row):
    instructions, products, vectors, scalars, globals_ = row['loop']
    sms = ' | '.join('%d | %d %%' % (registers, occupancy(registers, row['group'], row['local'])) for registers, _ in row['sms']) or '- | - | - | -'
    return '| %s | %s | %d | %d | %s | %d | %d | %d | %d | %d | %d | %d | %d |' % (
        row['body'], row['defines'] or '-', row['group'], row['local'], sms, sum(spilled for _, spilled in row['sms']), row['vgprs'], row['scratch'], row['waves'],
        instructions, products, vectors + scalars, globals_)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('command')
    parser.add_argument('models', nargs='*')
    parser.add_argument('--networks')
    parser.add_argument('--halves', action='store_true')
    parser.add_argument('--table')
    arguments = parser.parse_args()
    models = arguments.models + sorted(glob.glob(os.path.join(arguments.networks, '*'))) if arguments.networks else arguments.models
    found = {}
    for model in models:
        for kernel in kernels(arguments.command, model, arguments.halves):
            found.setdefault(kernel[:2], kernel)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        rows = list(pool.map(measure, (found[key] for key in sorted(found))))
    table = ['| kernel | defines | group | local bytes | sm_80 registers | occupancy | sm_90 registers | occupancy | spilled | VGPRs | scratch | waves | instructions | multiply-adds | local reads | global reads |',
             '|' + '---|' * 16] + [line(row) for row in rows]
    if arguments.table:
        with open(arguments.table, 'w') as f:
            f.write('\n'.join(table) + '\n')
    print('\n'.join(table))
    bad = ['%s %s: %s' % (row['body'], row['defines'], fault) for row in rows for fault in faults(row)]
    print('\n'.join(bad), file=sys.stderr)
    print('%d kernels, %d faults' % (len(rows), len(bad)))
    return 1 if bad or not rows else 0


if __name__ == '__main__':
    sys.exit(main())
