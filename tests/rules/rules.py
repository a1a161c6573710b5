#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Rules of the tree that no compiler checks.  rules.py includes|registry|names|text|width|sizes|licence|references|numbers ROOT, rules.py circles ROOT NM OBJECTS

includes   a file includes its own rank or lower (the table of DESIGN), op files do not know each other, CL/ headers appear in host and opencl.h only
registry   every operation of ops.def is declared in stdlib.nnef and named by a test, and so is each that passes and kernels ask for; all 118 operations are declared; table and declarations agree on what exists;
           every public function has a row in the table of misuse
circles    who calls whom, by the symbols of the object files: a folder uses what it may include, and the operations through their tables only; no circle of files
           leaves a folder, and none within a folder has more than three files
text       the command writes text through tools/clean.c and JSON through tools/document.c only, which clean and check it;
           the library reads no environment and writes to no stream of the process
width      lines of code are 120 columns wide at most
sizes      files have 600 lines at most, functions 50, those of kernels 75
licence    every file that a person writes says its licence in its first lines
references  files that comments and documents speak of exist
numbers    what is written twice is the same: constants of a kernel and of who emits it, launches in docs/networks.md and in the golden file
names      file names are unique in the tree; so are names of static functions, but for a few, and formats of other systems apart; no option is both in the table and among the absent ones; every kernel that an operation emits exists, and every kernel in cl/ is emitted
"""
import os
import re
import subprocess
import sys

# what a folder may include besides itself and include/nnefcl: the ranks of DESIGN, folders of one rank apart
FORMATS = ['src/import/' + f for f in ('onnx', 'caffe', 'caffe2', 'tensorflow', 'torch7')]
BELOW = {
    'include': [], 'src/base': [], 'src/nnef': ['src/base'], 'src/ir': ['src/base'], 'src/emit': ['src/ir', 'src/base'],
    'src/ops': ['src/emit', 'src/ir', 'src/base'],
    'src/front': ['src/emit', 'src/nnef', 'src/ir', 'src/base'],
    **{f: ['src/import', 'src/nnef', 'src/ir', 'src/base'] for f in FORMATS}, # a folder in a folder stands in front of it
    'src/import': ['src/emit', 'src/nnef', 'src/ir', 'src/base'],
    'src/pass': ['src/emit', 'src/ir', 'src/base'],
    'src/plan': ['src/emit', 'src/ir', 'src/base'],
    'src/verify': ['src/emit', 'src/ir', 'src/base'],
    'src/model': FORMATS + ['src/front', 'src/import', 'src/pass', 'src/plan', 'src/verify', 'src/emit', 'src/ir', 'src/nnef', 'src/base'],
    'host': ['src/model', 'src/verify', 'src/front', 'src/plan', 'src/emit', 'src/ir', 'src/base'],
    'tools': [], 'examples': [],
}
SHARED = 'src/base/whole_file.h' # the command is compiled with it, too


def folder_of(path):
    return next((f for f in BELOW if path.startswith(f + '/')), None)


def files(root, folder, *ends):
    for path, folders, names in os.walk(os.path.join(root, folder)):
        for name in sorted(names):
            if name.endswith(ends):
                yield os.path.relpath(os.path.join(path, name), root)


def read(root, path):
    with open(os.path.join(root, path), encoding='utf-8') as f:
        return f.read()


def home(root, path, include):
    """the folder that an include in quotes comes from"""
    here = os.path.dirname(path)
    for base in (here, 'include', 'src', ''):
        candidate = os.path.normpath(os.path.join(base, include))
        if os.path.exists(os.path.join(root, candidate)):
            return candidate
    return None


def includes(root):
    bad = []
    for folder in BELOW:
        for path in files(root, folder, '.c', '.h'):
            if folder_of(path) != folder:
                continue
            for line, text in enumerate(read(root, path).splitlines(), 1):
                m = re.match(r'\s*#\s*include\s*([<"])([^>"]+)', text)
                if not m:
                    continue
                where = '%s:%d' % (path, line)
                if m.group(2).startswith('CL/') and folder not in ('host', 'examples') and path != 'include/nnefcl/opencl.h':
                    bad.append('%s: %s outside of host' % (where, m.group(2)))
                if m.group(1) == '<':
                    continue
                target = home(root, path, m.group(2))
                if target is None:
                    bad.append('%s: %s is not in the tree' % (where, m.group(2)))
                    continue
                of = folder_of(target)
                if of is None or not (of in (folder, 'include') or of in BELOW[folder] or (folder, target) == ('tools', SHARED)):
                    bad.append('%s: %s may not include %s' % (where, folder, target))
                if target == 'include/nnefcl/opencl.h' and folder not in ('host', 'examples'):
                    bad.append('%s: opencl.h is for host and examples' % where)
    return bad


def declared(root):
    return re.findall(r'^fragment\s+(\w+)', read(root, 'src/nnef/stdlib.nnef'), re.M)


def registry(root):
    bad = []
    names = declared(root)
    if len(names) != 118 or len(set(names)) != 118:
        bad.append('stdlib.nnef declares %d operations, not 118' % len(set(names)))
    unary = re.findall(r'^(UNARY|INNER)\((\w+)', read(root, 'src/ir/unary.def'), re.M)
    table = re.findall(r'^(?:OP|OP_AFTER|OP_PROBLEM|OP_DESCRIBED|OP_INNER|OP_CUT|ELEMENTS|BINARY)\(\s*"(\w+)"', read(root, 'src/ops/ops.def'), re.M) + [n for _, n in unary]
    dialects = re.findall(r'^fragment\s+(\w+)[^{;]*;', read(root, 'src/nnef/dialects.nnef'), re.M)
    inner = re.findall(r'^fragment\s+(\w+)[^{;]*;', read(root, 'src/pass/patterns.nnef'), re.M) + [n for kind, n in unary if kind == 'INNER']
    bad += ['ops.def: %s is declared neither in stdlib.nnef nor in patterns.nnef' % n for n in table if n not in names + dialects + inner]
    bad += ['patterns.nnef: %s is a standard operation, or has no entry in ops.def' % n for n in inner if n in names or n not in table]
    bad += ['ops.def: %s stands there twice' % n for n in set(table) if table.count(n) > 1]
    bodies = dict(re.findall(r'^fragment\s+(\w+)[^{;]*?->\s*\([^)]*\)\s*([{;]?)', read(root, 'src/nnef/stdlib.nnef'), re.M))
    bad += ['%s has neither a body nor an entry in ops.def' % n for n in names if n not in table and bodies.get(n) != '{']
    for path in (p for folder in ('src', 'host') for p in files(root, folder, '.c')):
        asked = re.findall(r'\bncl_node_is\([^"();]+, "(\w+)"\)', read(root, path))
        bad += ['%s: asks for %s, which no node is' % (path, n) for n in asked if n not in names + dialects + inner]
    tests = ''.join(read(root, p) for p in files(root, 'tests/ops', '.c'))
    bad += ['%s: no test in tests/ops names it' % n for n in names if not re.search(r'\b%s\s*(<\w+>)?\s*\(' % n, tests)]
    headers = ''.join(re.sub(r'/\*.*?\*/', '', read(root, p), flags=re.S) for p in files(root, 'include', '.h'))
    public = set(re.findall(r'\bNNEFCL_API\b[^;(]*?\b(nnefcl_\w+)\(', headers))
    rows = set(re.findall(r'^(?:REFUSED|ANSWERS|IN_CALL|FILLS|FILLS_VOID)\((nnefcl_\w+)', read(root, 'tests/host/misuse.def'), re.M))
    bad += ['%s: tests/host/misuse.def has no row of it' % f for f in sorted(public - rows)]
    bad += ['%s: tests/host/misuse.def has a row, and no public header' % f for f in sorted(rows - public)]
    return bad


REPEATED = 8 # names of static functions that stand in two files: who searches for one finds one


def names(root):
    bad = []
    seen = {}
    for folder in ('src', 'host', 'cl', 'tools', 'include'):
        for path in files(root, folder, '.c', '.h', '.cl', '.py', '.nnef'):
            seen.setdefault(os.path.basename(path), []).append(path)
    bad += ['one name, several files: %s' % ' '.join(p) for p in seen.values() if len(p) > 1]
    functions = {}
    for path in (p for folder in ('src', 'host') for p in files(root, folder, '.c') if not p.startswith('src/import/')):
        for name in re.findall(r'^static (?:inline )?[^=;(){}]*?\b(\w+)\((?=[^;]*?\)\s*\n\{)', read(root, path), re.M):
            functions.setdefault(name, {})[path] = 1 # one of two, under #if
    shared = ['one name, several static functions: %s in %s' % (n, ' '.join(p)) for n, p in functions.items() if len(p) > 1]
    bad += shared if len(shared) > REPEATED else []
    kernels = {os.path.basename(p)[:-3] for p in files(root, 'cl', '.cl')} - {'functions', 'prelude', 'math', 'persistent'}
    sources = ''.join(read(root, p) for folder in ('src/emit', 'src/ops') for p in files(root, folder, '.c'))
    emitted = set(re.findall(r'"(\w+)"', sources))
    bad += ['cl/%s.cl: no step emits it' % k for k in kernels - emitted]
    bad += ['%s: ncl_step_begin names a kernel that is not in cl/' % k for k in set(re.findall(r'ncl_step_begin\([^,]+,\s*"(\w+)"', sources)) - kernels]
    return bad


def text(root):
    """JSON is checked in one file, text for people cleaned in one; constant text is what fputs is for"""
    bad = []
    for path in files(root, 'tools', '.c', '.h'):
        name = os.path.basename(path)
        for line, code in enumerate(read(root, path).splitlines(), 1):
            if name not in ('document.c', 'document_read.c') and re.search(r'\bjson_(?!t\b|int_t\b|decref\b|boolean\b)\w+\(', code):
                bad.append('%s:%d: jansson is called by document.c and document_read.c only' % (path, line))
            if name not in ('clean.c', 'document.c') and re.search(r'(?<![\w.])(v?printf|puts|putchar)\(|\bfputs\((?!["\w]*").*stdout', code):
                bad.append('%s:%d: stdout is written by clean.h' % (path, line))
    for path in (path for folder in ('src', 'host') for path in files(root, folder, '.c', '.h')):
        for line, code in enumerate(read(root, path).splitlines(), 1):
            if os.path.basename(path) != 'kernel_folder.c' and re.search(r'\bgetenv\(|\bstd(out|err)\b|(?<![\w.])v?printf\(', code):
                bad.append('%s:%d: the environment and the streams are the application\'s' % (path, line))
    return bad


def width(root):
    """a definition that no blank may break is let through"""
    return ['%s:%d: %d columns' % (path, line, len(code)) for folder in ('cl', 'src', 'host', 'tools', 'include') for path in files(root, folder, '.c', '.h', '.cl')
            for line, code in enumerate(read(root, path).splitlines(), 1) if len(code) > 120 and not code.startswith('#define')]


def sizes(root):
    """a function begins and ends with a brace in the first column, as .clang-format has it"""
    bad = []
    for path in (p for folder in ('cl', 'src', 'host', 'tools', 'include') for p in files(root, folder, '.c', '.h', '.cl')):
        lines, start = read(root, path).splitlines(), None
        if len(lines) > 600:
            bad.append('%s: %d lines' % (path, len(lines)))
        for line, code in enumerate(lines, 1):
            start = line if code == '{' else start
            if start and code.startswith('}'):
                if line - start - 1 > (75 if path.endswith('.cl') else 50):
                    bad.append('%s:%d: a function of %d lines' % (path, start, line - start - 1))
                start = None
    return bad


# what src/ops fills in for those below and beside it, declared by them: the tables of operations and of variants
TABLES = ['src/ops/table.c', 'src/ops/variants.c']
CIRCLE = 3 # files that may call each other: expressions, operators and invocations are defined by each other


def calls(root, nm, objects):
    """by source file: the source files whose functions or data it uses, each with one of the names"""
    paths = [p for p in files(objects, '', '.c.o') if os.path.exists(os.path.join(root, p[:-2]))] # a build folder keeps objects of deleted files
    of, used = {}, {p[:-2]: set() for p in paths}
    for line in subprocess.run([nm, '-A', '-g'] + paths, cwd=objects, capture_output=True, text=True, check=True).stdout.splitlines():
        path, entry = line.split('.c.o:', 1)
        kind, name = entry.split()[-2:]
        if kind == 'U':
            used[path + '.c'].add(name)
        else:
            of[name] = path + '.c'
    return {source: {of[n]: n for n in sorted(names) if n in of and of[n] != source} for source, names in used.items()}


def reach(edges, start):
    seen, todo = set(), [start]
    while todo:
        for other in edges[todo.pop()]:
            if other not in seen:
                seen.add(other)
                todo.append(other)
    return seen


def circles(root, nm, objects):
    edges = calls(root, nm, objects)
    both = {'src/plan/kernel_text.c', 'src/plan/kernel_folder.c'} # a build has one of them
    if set(edges) | both != {p for f in BELOW if f.startswith(('src', 'host')) for p in files(root, f, '.c')} | both:
        return ['%s does not hold the objects of all sources: build first' % objects]
    bad = []
    for source, used in edges.items():
        folder = folder_of(source)
        for other, name in used.items():
            of = folder_of(other)
            if of != folder and of not in BELOW[folder] and other not in TABLES:
                bad.append('%s: %s may not use %s of %s' % (source, folder, name, other))
    below = {source: reach({s: [o for o in used if o not in TABLES] for s, used in edges.items()}, source) for source in edges}
    found = {tuple(sorted(o for o in edges if o in below[source] and source in below[o])) for source in edges if source in below[source]}
    for circle in sorted(found):
        if len(circle) > CIRCLE or len({os.path.dirname(c) for c in circle}) > 1:
            bad.append('a circle of %d files: %s' % (len(circle), ' '.join(circle)))
            bad += ['    %s -> %s (%s)' % (a, b, edges[a][b]) for a in circle for b in circle if b in edges[a]]
    return bad


def licence(root):
    """tests/documents are cases, byte by byte"""
    source = re.compile(r'\.(c|h|cl|def|map|proto|py|sh|cmake)$|(^|/)CMakeLists\.txt$|^\.ci/run$|^tools/dev$|^src/.*\.nnef$')
    bad = []
    for folder in ('src', 'host', 'cl', 'tools', 'include', 'tests', 'examples', 'cmake', '.ci', ''):
        paths = files(root, folder, '') if folder else (n for n in os.listdir(root) if os.path.isfile(os.path.join(root, n)))
        bad += ['%s: no line SPDX-License-Identifier: Apache-2.0' % p for p in paths if source.search(p) and not p.startswith('tests/documents/')
                and 'SPDX-License-Identifier: Apache-2.0' not in ''.join(read(root, p).splitlines(True)[:2])]
    return bad


# what stands for any name, and headers that are not ours
PLACEHOLDERS = {'foo.c', 'test_foo.c', 'stem.cl', 'pass_name.c', 'cl.h', 'opencl-c.h'}


def references(root):
    bad = []
    tree = [p for folder in ('include', 'src', 'host', 'cl', 'tools', 'tests', 'docs', 'examples') for p in files(root, folder, '')]
    known = {os.path.basename(p) for p in tree} | set(os.listdir(root)) | PLACEHOLDERS
    for path in tree + [n for n in os.listdir(root) if n.endswith('.md')]:
        if not path.endswith(('.c', '.h', '.cl', '.def', '.nnef', '.md')) or path.startswith(('tests/documents/', 'tests/fuzz/corpus/', 'tests/mutate/seeds/')):
            continue
        text = read(root, path)
        for comment in re.finditer(r'.+' if path.endswith('.md') else r'#.*' if path.endswith('.nnef') else r'/\*.*?\*/', text, 0 if path.endswith(('.md', '.nnef')) else re.S):
            for name in re.finditer(r'(?<![\w./<>{}*%-])(?:[a-z][\w-]*/)*([a-z][a-z0-9_-]*\.(?:c|h|cl|def|md))(?![\w*/])', comment[0]):
                if name[1] not in known:
                    bad.append('%s:%d: there is no %s' % (path, text.count('\n', 0, comment.start() + name.start()) + 1, name[1]))
    return bad


def constants(root, path):
    return dict(re.findall(r'^#define (\w+) +(\d+)(?: +/\*.*)?$', read(root, path), re.M))


def numbers(root):
    bad = []
    for path in (p for folder in ('src/emit', 'src/ops') for p in files(root, folder, '.c')):
        code, own = read(root, path), constants(root, path)
        for stem in sorted(set(re.findall(r'ncl_step_begin\([^,]+,\s*"(\w+)"', code) + re.findall(r'as in (\w+)\.cl', code))):
            theirs = constants(root, 'cl/%s.cl' % stem)
            bad += ['%s: %s is %s, in cl/%s.cl %s' % (path, n, own[n], stem, theirs[n]) for n in sorted(set(own) & set(theirs)) if own[n] != theirs[n]]
    golden = dict(re.findall(r'^(\w+) cpu: (\d+) launches', read(root, 'tests/plan/zoo.golden'), re.M))
    told = re.findall(r'(\w+) \| \d+ \| (\d+) \|', read(root, 'docs/networks.md').partition('\n## Launches\n')[2].partition('\n## ')[0])
    bad += ['docs/networks.md: %s takes %s launches, not %s' % (n, golden.get(n), count) for n, count in told if golden.get(n) != count]
    bad += ['docs/networks.md: no launches of %s' % n for n in sorted(set(golden) - {n for n, _ in told})]
    return bad


def main():
    problems = {'includes': includes, 'registry': registry, 'names': names, 'text': text, 'width': width, 'sizes': sizes, 'licence': licence, 'references': references, 'numbers': numbers, 'circles': circles}[sys.argv[1]](*sys.argv[2:])
    print('\n'.join(problems) or 'ok')
    sys.exit(bool(problems))


if __name__ == '__main__':
    main()
