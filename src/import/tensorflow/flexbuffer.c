/* SPDX-License-Identifier: Apache-2.0 */
/* The last byte is the width of the root, the one in front of it its type, and its value stands in front of both. Types
 * have the binary logarithm of a width in their two low bits. A map is where its values begin; in front of them are
 * their number, the width of its keys and the way back to them, behind them one byte for the type of each. */
#include "import/tensorflow/flexbuffer.h"

#include <string.h>

enum { TYPE_INT = 1, TYPE_UINT, TYPE_FLOAT, TYPE_FAR_INT = 6, TYPE_FAR_UINT, TYPE_FAR_FLOAT, TYPE_MAP, TYPE_BOOL = 26 };

struct flex {
    const uint8_t *data;
    size_t size;
    bool bad;
};

static uint64_t unsigned_at(struct flex *f, size_t at, size_t width)
{
    uint64_t value = 0;
    if (at > f->size || width > f->size - at) {
        f->bad = true;
        return 0;
    }
    for (size_t i = 0; i < width; i++)
        value |= (uint64_t)f->data[at + i] << 8 * i;
    return value;
}

static int64_t signed_at(struct flex *f, size_t at, size_t width)
{
    const unsigned shift = 64 - 8 * (unsigned)width;
    return (int64_t)(unsigned_at(f, at, width) << shift) >> shift;
}

static double real_at(struct flex *f, size_t at, size_t width)
{
    const uint64_t bits = unsigned_at(f, at, width);
    const uint32_t low = (uint32_t)bits;
    float single;
    double value;
    memcpy(&single, &low, sizeof single);
    memcpy(&value, &bits, sizeof value);
    return width == 4 ? (double)single : width == 8 ? value : 0;
}

/* Where the offset at `at` leads: backwards. */
static size_t back_from(struct flex *f, size_t at, size_t width)
{
    const uint64_t offset = unsigned_at(f, at, width);
    if (offset == 0 || offset > at) {
        f->bad = true;
        return 0;
    }
    return at - (size_t)offset;
}

static bool read_number(struct flex *f, size_t at, size_t width, unsigned type, struct ncl_flex_number *number)
{
    const unsigned kind = type >> 2;
    if (kind >= TYPE_FAR_INT && kind <= TYPE_FAR_FLOAT) {
        at = back_from(f, at, width);
        width = (size_t)1 << (type & 3);
    }
    number->real = kind == TYPE_FLOAT || kind == TYPE_FAR_FLOAT;
    if (number->real) {
        number->scalar = real_at(f, at, width);
        return true;
    }
    number->integer =
        kind == TYPE_INT || kind == TYPE_FAR_INT ? signed_at(f, at, width) : (int64_t)unsigned_at(f, at, width);
    number->scalar = (double)number->integer;
    return kind == TYPE_INT || kind == TYPE_UINT || kind == TYPE_FAR_INT || kind == TYPE_FAR_UINT || kind == TYPE_BOOL;
}

size_t ncl_flex_numbers(const uint8_t *data, size_t size, struct ncl_flex_number *number, size_t room)
{
    struct flex f = {data, size, false};
    const size_t root_width = size >= 3 ? data[size - 1] : 0;
    size_t found = 0;
    if ((root_width != 1 && root_width != 2 && root_width != 4 && root_width != 8) || size < 2 + root_width ||
        data[size - 2] >> 2 != TYPE_MAP)
        return 0;
    const size_t width = (size_t)1 << (data[size - 2] & 3), at = back_from(&f, size - 2 - root_width, root_width);
    if (f.bad || at < 3 * width)
        return 0;
    const size_t count = (size_t)unsigned_at(&f, at - width, width), keys = back_from(&f, at - 3 * width, width),
                 key_width = (size_t)unsigned_at(&f, at - 2 * width, width);
    if (count > size / width || (key_width != 1 && key_width != 2 && key_width != 4 && key_width != 8))
        return 0;
    for (size_t i = 0; i < count && found < room && !f.bad; i++) {
        const size_t key = back_from(&f, keys + i * key_width, key_width);
        const unsigned type = (unsigned)unsigned_at(&f, at + count * width + i, 1);
        number[found] = (struct ncl_flex_number){.name = (const char *)data + key};
        if (!f.bad && memchr(data + key, 0, size - key) && read_number(&f, at + i * width, width, type, &number[found]))
            found += !f.bad;
    }
    return found;
}
