# SPDX-License-Identifier: Apache-2.0
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

YCCK_JPEG = bytes.fromhex(  # cyan ink of 80 %, as Adobe stores it
    'ffd8ffee000e41646f626500640000000002ffdb00430001010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101'
    '010101010101010101010101010101010101010101ffdb00430101010101010101010101010101010101010101010101010101010101010101010101010101010101010101'
    '01010101010101010101010101010101010101010101ffc00014080002000204012200021101031101042200ffc40015000101000000000000000000000000000000'
    '0affc40014100100000000000000000000000000000000ffc400150101010000000000000000000000000000090affc40014110100000000000000000000000000000000'
    'ffda000e040100021103110400003f009e70077acc17f003ffd9')
COLORS_WEBP = bytes.fromhex('524946462c000000574542505650384c1f0000002f014000001f201048de1f3a8df9171014fc1fddfc47640fe0060c11fd0f0100')


def exif(orientation):
    """TIFF of one entry, big-endian"""
    return b'MM\0*' + struct.pack('>IHHHIHHI', 8, 1, 0x112, 3, 1, orientation, 0, 0)


def bmp(width, height, rows, bits=24, masks=(), palette=b'', core=False, compression=None):
    """blue first, the last row in front; of a negative height the first one"""
    body = b''.join(r + bytes(-len(r) % 4) for r in (rows if height < 0 else reversed(rows)))
    head = struct.pack('<IHHHH', 12, width, height, 1, bits) if core else \
        struct.pack('<IiiHHIIiiII', 40, width, height, 1, bits, compression or (3 if masks else 0), len(body), 0, 0, len(palette) // 4, 0)
    head += pack('<', 'I', masks) + palette
    return struct.pack('<2sIHHI', b'BM', 14 + len(head) + len(body), 0, 0, 14 + len(head)) + head + body


def webp_frames(still, *chunks):
    """an animation of frames like the only chunk of a still"""
    frame = bytes(16) + still[12:]
    frames = struct.pack('<4sI', b'ANMF', len(frame)) + frame
    body = b'WEBP' + struct.pack('<4sIB', b'VP8X', 10, 2) + bytes(3) + b'\1\0\0\1\0\0' + struct.pack('<4sI', b'ANIM', 6) + bytes(6) + frames + frames + b''.join(chunks)
    return struct.pack('<4sI', b'RIFF', len(body)) + body


def gif(width, height, palette, codes, *more):
    """codes: (code, bits) of LZW; more: bytes of further frames"""
    number = at = 0
    for code, bits in codes:
        number, at = number | code << at, at + bits
    data = number.to_bytes((at + 7) // 8, 'little')
    frame = struct.pack('<BHHHHB', 0x2c, 0, 0, width, height, 0) + bytes([2, len(data)]) + data + b'\0'
    return b'GIF89a' + struct.pack('<HHBBB', width, height, 0x81, 0, 0) + palette + frame + b''.join(more) + b';'


FOUR_COLORS = bytes([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255])
FOUR_CODES = [(4, 3), (0, 3), (1, 3), (2, 3), (3, 4), (5, 4)]
FILES = {
    # one array in all the types; big-endian and column-major ones too
    'f2.npy': npy('<f2', '(2, 3)', pack('<', 'e', [1, -2.5, 65504, 6e-8, float('inf'), 0])),
    'f4.npy': npy('<f4', '(2, 3)', pack('<', 'f', SIX)),
    'f8.npy': npy('<f8', '(2, 3)', pack('<', 'd', [0.1, -1e30, float('nan'), float('-inf'), 5, 6])),
    'f8_big.npy': npy('>f8', '(2, 3)', pack('>', 'd', SIX)),
    'f8_huge.npy': npy('<f8', '(2, 3)', pack('<', 'd', [1, 2, 1e39, 1e-300, 5, 6])),
    'f4_column.npy': npy('<f4', '(2, 3)', pack('<', 'f', [1, 4, 2, 5, 3, 6]), fortran=True),
    'f4_python2.npy': npy('<f4', '(2L, 3L)', pack('<', 'f', SIX)),
    'f4_python2_odd.npy': npy('<f4', '(2L, L)', pack('<', 'f', SIX)),
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
    'colors.npy': npy('<f4', '(1, 3, 2, 2)', pack('<', 'f', [1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1])),
    'tenth.npy': npy('<f4', '(2,)', pack('<', 'f', [0.1, 0.05])),
    'three.npy': npy('<f4', '(3,)', pack('<', 'f', [1, 2, 3])),
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
    'ycck.jpg': YCCK_JPEG,
    'turned.png': png(2, 2, 8, 2, [bytes([0, 255, 0, 255, 255, 255]), bytes([255, 0, 0, 0, 0, 255])], (b'eXIf', exif(6))),
    'mirrored.png': png(2, 2, 8, 2, [bytes([0, 255, 0, 255, 0, 0]), bytes([255, 255, 255, 0, 0, 255])], (b'eXIf', exif(2))),
    'no_orientation.png': png(2, 2, 8, 0, [bytes([0, 51]), bytes([102, 255])], (b'eXIf', exif(9))),
    'wide.png': png(4, 2, 8, 0, [bytes([0, 51, 102, 153]), bytes([204, 255, 0, 51])]),
    'colors.webp': COLORS_WEBP,
    'cut.webp': COLORS_WEBP[:30],
    'colors.bmp': bmp(2, 2, [bytes([0, 0, 255, 0, 255, 0]), bytes([255, 0, 0, 255, 255, 255])]),
    'rgb555.bmp': bmp(2, 2, [pack('<', 'H', [0x7c00, 0x83e0]), pack('<', 'H', [0x1f, 0x7fff])], 16),
    'rgb565.bmp': bmp(2, 2, [pack('<', 'H', [0xf800, 0x07e0]), pack('<', 'H', [0x1f, 0xffff])], 16, (0xf800, 0x7e0, 0x1f)),
    'xrgb.bmp': bmp(2, 2, [bytes([0, 0, 255, 9, 0, 255, 0, 9]), bytes([255, 0, 0, 9, 255, 255, 255, 9])], 32),
    'rgbx.bmp': bmp(2, -2, [bytes([9, 0, 0, 255, 9, 0, 255, 0]), bytes([9, 255, 0, 0, 9, 255, 255, 255])], 32, (0xff000000, 0xff0000, 0xff00)),
    'palette4.bmp': bmp(2, 2, [b'\x01', b'\x23'], 4, palette=bytes([0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0])),
    'core.bmp': bmp(2, 2, [b'\0\1', b'\2\3'], 8, palette=bytes([0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255]), core=True) + b'behind',
    'packed.bmp': bmp(2, 2, [b'\0\1', b'\2\3'], 8, compression=1),
    'cut.bmp': bmp(2, 2, [bytes(6)] * 2)[:-1],
    'depth.bmp': bmp(2, 2, [bytes(6)] * 2, 3),
    'frames.webp': webp_frames(COLORS_WEBP),
    'frames_turned.webp': webp_frames(COLORS_WEBP, struct.pack('<4sI', b'EXIF', len(exif(3))) + exif(3)),
    'frames_cut.webp': webp_frames(COLORS_WEBP)[:60],
    'comments.ppm': b'P6# one\n2 # two\n#three\n02\n255\n' + FOUR_COLORS,
    'plain.ppm': b'P3 #one\n2\n2 255\n255 0 0 0 255 0\n0 0 255 255 255 255\n',
    'long.ppm': b'P6 12345678 2 255\n' + FOUR_COLORS,
    'huge.ppm': b'P6 30000 30000 255\n',
    'colors.gif': gif(2, 2, FOUR_COLORS, FOUR_CODES),
    'frames.gif': gif(2, 2, FOUR_COLORS, FOUR_CODES, struct.pack('<BHHHHB', 0x2c, 0, 0, 60000, 60000, 0) + b'\2\0'),
    'cut.gif': gif(2, 2, FOUR_COLORS, FOUR_CODES)[:30],
    'colors.ppm': b'P6 2 2 255\n' + bytes([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]),
    'grey.pgm': b'P5\n# a comment\n2 2\n255\n' + bytes([0, 51, 102, 255]),
    'frames.raw': bytes([0, 51, 102, 255, 255, 255, 0, 0, 51, 51, 51, 51]),
    'frames_cut.raw': bytes([0, 51, 102, 255, 255]),
    'photos/a.png': png(2, 2, 8, 0, [bytes([0, 51]), bytes([102, 255])]),
    'photos/b.pgm': b'P5 2 2 255\n' + bytes([255, 255, 0, 0]),
    'photos/notes.txt': b'none',
    'list.txt': b'photos/b.pgm\r\n\nphotos/a.png\n',
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
    'classes.txt': b'zero\r\none\ntwo\nthree\n\n',
    'binary.onnx': b'\x08\x07\x12\x07pytorch',
    'binary.model': b'\x08\x07\x12\x07pytorch',
    'cut.caffemodel': b'\n\x05Alex',
    'text.onnx': b'# a text\nversion 1.0;\ngraph g(x) -> (y)\n{\n    x = external<scalar>(shape = [2]);\n    y = relu(x);\n}\n',
    'empty.TFLITE': b'',
    'binary.txt': b'a\0b',
    # rows of 70 weights: one NaN, one infinite, nothing, what a 127th of is 0, and numbers
    'odd/w.dat': dat([37, 70], 32, 0, pack('<', 'f', [float('nan')] + [1] * 69 + [float('-inf')] + [1] * 69 + [-0.0] * 70 + [2.0**-148] * 70 + [4, 1] * 1155)),
}


def write(folder):
    for name, data in FILES.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as f:
            f.write(data)
