"""The binary files of the cases, each told by its name: written from here, so that what they hold can be read."""
import io
import os
import struct
import tarfile
import zipfile
import zlib


def npy(descr, shape, data, fortran=False, version=(1, 0), header=None):
    text = header or "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }" % (descr, fortran, shape)
    text = text.encode() + b'\n'
    return b'\x93NUMPY' + bytes(version) + struct.pack('<H' if version[0] == 1 else '<I', len(text)) + text + data


def dat(shape, bits, code, data):
    return struct.pack('<2sBBII', b'N\xef', 1, 0, len(data), len(shape)) + struct.pack('<8I', *(shape + [0] * (8 - len(shape)))) + struct.pack('<II', bits, code) + bytes(76) + data


def npz(members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', method) as z:
        for name, data in members:
            z.writestr(name, data)
    return out.getvalue()


def tgz(name, data):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w:gz') as t:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        t.addfile(info, io.BytesIO(data))
    return out.getvalue()


def png(width, height, depth, color, rows, *more, sizes=None):
    """rows: the bytes of each row; more: chunks in front of the data"""
    def chunk(kind, data):
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    header = struct.pack('>IIBBBBB', *(sizes or (width, height)), depth, color, 0, 0, 0)
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', header) + b''.join(chunk(*m) for m in more) + chunk(b'IDAT', zlib.compress(b''.join(b'\0' + r for r in rows))) + chunk(b'IEND', b'')


def pack(order, kind, values):
    return struct.pack(order + '%d%s' % (len(values), kind), *values)


SIX = [1, 2, 3, 4, 5, 6]
GREY_JPEG = bytes.fromhex(
    'ffd8ffe000104a46494600010100000100010000ffdb0043000101010101010101010101010101010101010101010101010101010101010101010101010101010101010101'
    '01010101010101010101010101010101010101010101ffc0000b080002000201011100ffc4001400010000000000000000000000000000000affc400141001000000000000'
    '00000000000000000000ffda0008010100003f00480fffd9')
RED_JPEG = bytes.fromhex(
    'ffd8ffe000104a46494600010100000100010000ffdb0043000101010101010101010101010101010101010101010101010101010101010101010101010101010101010101'
    '01010101010101010101010101010101010101010101ffc00011080002000203011100021100031100ffc400150001010000000000000000000000000000090affc4001410'
    '0100000000000000000000000000000000ffda000c03010002000300003f0017c53afe1fffd9')

FILES = {
    # one array in all the types; big-endian and column-major ones too
    'f2.npy': npy('<f2', '(2, 3)', pack('<', 'e', [1, -2.5, 65504, 6e-8, float('inf'), 0])),
    'f4.npy': npy('<f4', '(2, 3)', pack('<', 'f', SIX)),
    'f8.npy': npy('<f8', '(2, 3)', pack('<', 'd', [0.1, -1e30, float('nan'), float('-inf'), 5, 6])),
    'f8_big.npy': npy('>f8', '(2, 3)', pack('>', 'd', SIX)),
    'f8_huge.npy': npy('<f8', '(2, 3)', pack('<', 'd', [1, 2, 1e39, 4, 5, 6])),
    'f4_column.npy': npy('<f4', '(2, 3)', pack('<', 'f', [1, 4, 2, 5, 3, 6]), fortran=True),
    'f4_v2.npy': npy('<f4', '(2, 3)', pack('<', 'f', SIX), version=(2, 0)),
    'f4_v3.npy': npy('<f4', '(2, 3)', pack('<', 'f', SIX), version=(3, 0)),
    'f4_fraction.npy': npy('<f4', '(2, 3)', pack('<', 'f', [1, 2.5, 3, 4, 5, 6])),
    'f4_flat.npy': npy('<f4', '(6,)', pack('<', 'f', SIX)),
    'i1.npy': npy('|i1', '(2, 3)', pack('<', 'b', [-128, -1, 0, 1, 2, 127])),
    'u1.npy': npy('|u1', '(2, 3)', pack('<', 'B', [0, 1, 2, 3, 4, 255])),
    'u1_01.npy': npy('|u1', '(2, 3)', bytes([0, 1, 1, 0, 1, 0])),
    'i2_big.npy': npy('>i2', '(2, 3)', pack('>', 'h', [-32768, -1, 0, 1, 2, 32767])),
    'i4.npy': npy('<i4', '(2, 3)', pack('<', 'i', [-2147483648, -1, 0, 1, 2, 2147483647])),
    'u4.npy': npy('<u4', '(2, 3)', pack('<', 'I', [0, 1, 2, 3, 4, 4294967295])),
    'i8.npy': npy('<i8', '(2, 3)', pack('<', 'q', [-2147483648, -1, 0, 1, 2, 2147483647])),
    'i8_exact.npy': npy('<i8', '(2, 3)', pack('<', 'q', [-2**63, 2**62, 16777216, 33554436, 0, 1])),
    'i8_inexact.npy': npy('<i8', '(2, 3)', pack('<', 'q', [0, 1, 2, 16777217, 4, 5])),
    'u8.npy': npy('<u8', '(2, 3)', pack('<', 'Q', [2**63, 1, 2, 3, 4, 5])),
    'b1.npy': npy('|b1', '(2, 3)', bytes([1, 0, 1, 1, 0, 0])),
    'pair.npy': npy('<f4', '(2,)', pack('<', 'f', [3, 4])),
    'row.npy': npy('<f4', '(1, 4)', pack('<', 'f', [0.5, 4, -1, 4])),
    'rows.npy': npy('<f4', '(2, 4)', pack('<', 'f', [0.5, 4, -1, 4, 1, 2, float('nan'), 3])),
    # what no reader should take
    'complex.npy': npy('<c8', '(2, 3)', bytes(48)),
    'record.npy': npy("x", '(2, 3)', bytes(24), header="{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 3), }"),
    'short.npy': npy('<f4', '(2, 3)', bytes(23)),
    'long.npy': npy('<f4', '(2, 3)', bytes(25)),
    'wrapped.npy': npy('<f4', '(4294967296, 4294967296, 4294967296)', bytes(24)),
    'version9.npy': npy('<f4', '(2, 3)', bytes(24), version=(9, 0)),
    'cut.npy': npy('<f4', '(2, 3)', b'')[:20],
    'empty.npy': b'',
    # tensor files of NNEF
    'f32.dat': dat([2, 3], 32, 0, pack('<', 'f', SIX)),
    'f32_other.dat': dat([2, 3], 32, 0, pack('<', 'f', [1, 2, 3, 4, 5, 7])),
    'f32_near.dat': dat([2, 3], 32, 0, pack('<', 'f', [1, 2, 3, 4, 5, 6.0003])),
    'f32_trailing.dat': dat([2, 3, 1, 1], 32, 0, pack('<', 'f', SIX)),
    'f32_flat.dat': dat([6], 32, 0, pack('<', 'f', SIX)),
    'i32.dat': dat([2, 3], 32, 4, pack('<', 'i', SIX)),
    'short.dat': dat([2, 3], 32, 0, pack('<', 'f', SIX))[:-1],
    'vendor.dat': dat([2, 3], 32, 0xcc00 << 16, pack('<', 'f', SIX)),
    'in/a.dat': dat([2], 32, 0, pack('<', 'f', [1, 2])),
    'in/b.npy': npy('<f4', '(2,)', pack('<', 'f', [10, 20])),
    'half/a.dat': dat([2], 32, 0, pack('<', 'f', [1, 2])),
    'want/sum.dat': dat([2], 32, 0, pack('<', 'f', [11, 22])),
    'want/product.npy': npy('<f4', '(2,)', pack('<', 'f', [10, 41])),
    'stray/sum.dat': dat([2], 32, 0, pack('<', 'f', [11, 22])),
    'stray/other.dat': dat([2], 32, 0, pack('<', 'f', [11, 22])),
    'nothing/.keep': b'',
    # archives of arrays
    'one.npz': npz([('arr_0.npy', npy('<f4', '(2, 3)', pack('<', 'f', SIX)))]),
    'named.npz': npz([('z.npy', npy('<f4', '(1,)', bytes(4))), ('x.npy', npy('<f4', '(2, 3)', pack('<', 'f', SIX)))], zipfile.ZIP_STORED),
    'others.npz': npz([('p.npy', b''), ('q.npy', b'')]),
    'bomb.npz': npz([('x.npy', npy('<f4', '(2, 3)', bytes(4 << 20)))]),
    'cut.npz': npz([('x.npy', npy('<f4', '(2, 3)', pack('<', 'f', SIX)))])[:60],
    # pictures of 2x2: red green / blue white, in all the ways a PNG can say it
    'rgb.png': png(2, 2, 8, 2, [bytes([255, 0, 0, 0, 255, 0]), bytes([0, 0, 255, 255, 255, 255])]),
    'rgba.png': png(2, 2, 8, 6, [bytes([255, 0, 0, 9, 0, 255, 0, 9]), bytes([0, 0, 255, 0, 255, 255, 255, 255])]),
    'rgb16.png': png(2, 2, 16, 2, [pack('>', 'H', [65535, 0, 0, 0, 65535, 0]), pack('>', 'H', [0, 0, 32768, 65535, 65535, 257])]),
    'palette.png': png(2, 2, 2, 3, [bytes([0b00010000]), bytes([0b10110000])], (b'PLTE', bytes([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255])), (b'tRNS', bytes([0, 255]))),
    'grey.png': png(2, 2, 8, 0, [bytes([0, 51]), bytes([102, 255])]),
    'grey1.png': png(2, 2, 1, 0, [bytes([0b01000000]), bytes([0b10000000])]),
    'grey_alpha.png': png(2, 2, 8, 4, [bytes([0, 1, 51, 2]), bytes([102, 3, 255, 4])]),
    'large.png': png(2, 2, 8, 0, [], sizes=(60000, 60000)),
    'cut.png': png(2, 2, 8, 0, [bytes([0, 51]), bytes([102, 255])])[:50],
    'grey.jpg': GREY_JPEG,
    'red.jpg': RED_JPEG,
    'red_cut.jpg': RED_JPEG[:-6],
    'bad.jpg': RED_JPEG[:30],
    # a model with a state: y = x + s, s becomes y
    'state/graph.nnef': b"version 1.0;\ngraph state(x) -> (y, t)\n{\n    x = external<scalar>(shape = [2]);\n    s = variable<scalar>(shape = [2], label = 's');\n    y = add(x, s);\n    t = update(s, y);\n}\n",
    'state/s.dat': dat([2], 32, 0, pack('<', 'f', [100, 200])),
    'labelled/filter1.dat': dat([1, 4], 32, 0, pack('<', 'f', [1, 2, 3, 4])),
    'packed.tgz': tgz('graph.nnef', b'version 1.0;\ngraph g(x) -> (y) { x = external(shape = [1]); y = relux(x); }\n'),
    # the first bytes of another format
    'foreign.h5': b'\x89HDF\r\n\x1a\n' + bytes(500),
    'labels.txt': b'zero\r\none\ntwo',
    'binary.txt': b'a\0b',
}


def write(folder):
    for name, data in FILES.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as f:
            f.write(data)
