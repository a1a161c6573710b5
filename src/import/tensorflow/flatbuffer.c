/* SPDX-License-Identifier: Apache-2.0 */
/* The encoding, after the internals page of flatbuffers: offsets are unsigned and relative to where they stand; a table
 * starts with a signed offset back to its vtable, which holds the two sizes and then where each field lies in the
 * table. All little-endian. */
#include "import/tensorflow/flatbuffer.h"

#include <string.h>

static bool flat_holds(struct ncl_flat *file, size_t at, size_t bytes)
{
    if (at <= file->size && bytes <= file->size - at)
        return true;
    file->bad = true;
    return false;
}

static uint64_t flat_load(const uint8_t *data, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value |= (uint64_t)data[i] << (8 * i);
    return value;
}

static int64_t flat_extend(uint64_t value, unsigned bytes)
{
    const unsigned unused = 64 - 8 * bytes;
    return (int64_t)(value << unused) >> unused;
}

/* The place that the offset at `at` leads to; 0: outside. No object starts at 0, where the root's offset stands. */
static size_t flat_follow(struct ncl_flat *file, size_t at)
{
    if (!flat_holds(file, at, 4))
        return 0;
    const uint64_t target = at + flat_load(file->data + at, 4);
    return target < file->size && flat_holds(file, (size_t)target, 4) ? (size_t)target : (file->bad = true, 0);
}

struct ncl_flat_table ncl_flat_root(struct ncl_flat *file)
{
    return (struct ncl_flat_table){file, flat_follow(file, 0)};
}

/* Where a field lies; 0: absent. */
static size_t flat_field(struct ncl_flat_table table, unsigned field, size_t bytes)
{
    struct ncl_flat *file = table.file;
    if (!table.at || !flat_holds(file, table.at, 4))
        return 0;
    const int64_t vtable = (int64_t)table.at - flat_extend(flat_load(file->data + table.at, 4), 4);
    if (vtable < 0 || !flat_holds(file, (size_t)vtable, 4)) {
        file->bad = true;
        return 0;
    }
    const size_t entry = 4 + 2 * (size_t)field, length = (size_t)flat_load(file->data + vtable, 2);
    if (entry + 2 > length || !flat_holds(file, (size_t)vtable, length))
        return 0;
    const size_t offset = (size_t)flat_load(file->data + vtable + entry, 2);
    return offset && flat_holds(file, table.at + offset, bytes) ? table.at + offset : 0;
}

uint64_t ncl_flat_uint(struct ncl_flat_table table, unsigned field, unsigned bytes, uint64_t absent)
{
    const size_t at = flat_field(table, field, bytes);
    return at ? flat_load(table.file->data + at, bytes) : absent;
}

int64_t ncl_flat_int(struct ncl_flat_table table, unsigned field, unsigned bytes, int64_t absent)
{
    const size_t at = flat_field(table, field, bytes);
    return at ? flat_extend(flat_load(table.file->data + at, bytes), bytes) : absent;
}

static float flat_load_float(const uint8_t *data)
{
    const uint32_t bits = (uint32_t)flat_load(data, 4);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

float ncl_flat_float(struct ncl_flat_table table, unsigned field, float absent)
{
    const size_t at = flat_field(table, field, 4);
    return at ? flat_load_float(table.file->data + at) : absent;
}

struct ncl_flat_table ncl_flat_sub(struct ncl_flat_table table, unsigned field)
{
    const size_t at = flat_field(table, field, 4);
    return (struct ncl_flat_table){table.file, at ? flat_follow(table.file, at) : 0};
}

struct ncl_flat_vector ncl_flat_items(struct ncl_flat_table table, unsigned field, size_t item)
{
    struct ncl_flat *file = table.file;
    const size_t at = ncl_flat_sub(table, field).at;
    if (!at)
        return (struct ncl_flat_vector){file, NULL, 0, item};
    const size_t count = (size_t)flat_load(file->data + at, 4);
    if (count > (file->size - at - 4) / item) {
        file->bad = true;
        return (struct ncl_flat_vector){file, NULL, 0, item};
    }
    return (struct ncl_flat_vector){file, file->data + at + 4, count, item};
}

int64_t ncl_flat_int_at(struct ncl_flat_vector vector, size_t index)
{
    if (index >= vector.count)
        return 0;
    return flat_extend(flat_load(vector.data + index * vector.item, (unsigned)vector.item), (unsigned)vector.item);
}

uint64_t ncl_flat_uint_at(struct ncl_flat_vector vector, size_t index)
{
    return index < vector.count ? flat_load(vector.data + index * vector.item, (unsigned)vector.item) : 0;
}

float ncl_flat_float_at(struct ncl_flat_vector vector, size_t index)
{
    return index < vector.count && vector.item == 4 ? flat_load_float(vector.data + 4 * index) : 0;
}

struct ncl_flat_table ncl_flat_table_at(struct ncl_flat_vector vector, size_t index)
{
    if (index >= vector.count)
        return (struct ncl_flat_table){vector.file, 0};
    return (struct ncl_flat_table){vector.file,
                                   flat_follow(vector.file, (size_t)(vector.data - vector.file->data) + 4 * index)};
}

const char *ncl_flat_string(struct ncl_flat_table table, unsigned field, size_t *length)
{
    const struct ncl_flat_vector text = ncl_flat_items(table, field, 1);
    *length = text.count;
    return (const char *)text.data;
}
