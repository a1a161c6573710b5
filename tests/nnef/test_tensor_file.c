/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dat_bytes.h"
#include "nnef/tensor_file.h"
#include "nnefcl/model.h"
#include "suite.h"

#define FLOATS(n)                                                                                                      \
    {                                                                                                                  \
        1, {n}, 32, 0,                                                                                                 \
        {                                                                                                              \
            0                                                                                                          \
        }                                                                                                              \
    }

/* ---- headers ---- */

struct header_case {
    const char *name;
    struct dat dat;
    size_t length;   /* bytes behind the header */
    int patch, byte; /* one byte of the file changed; patch -1: none */
    unsigned compat;
    nnefcl_status status;
    const char *text; /* part of the error, or of the warning; NULL: silent */
};

static const struct header_case header_cases[] = {
    {"floats", {2, {3, 4}, 32, 0, {0}}, 48, -1, 0, 0, NNEFCL_OK, NULL},
    {"rank 0", {0, {0}, 32, 0, {0}}, 4, -1, 0, 0, NNEFCL_OK, NULL},
    {"rank 8", {8, {1, 2, 1, 2, 1, 2, 1, 3}, 16, 0, {0}}, 48, -1, 0, 0, NNEFCL_OK, NULL},
    {"no items", {2, {0, 4}, 32, 0, {0}}, 0, -1, 0, 0, NNEFCL_OK, NULL},
    {"no items of a wrapping shape",
     {4, {0, 0xffffffff, 0xffffffff, 0xffffffff}, 32, 0, {0}},
     0,
     -1,
     0,
     0,
     NNEFCL_OK,
     NULL},
    {"12 bits", {1, {5}, 12, 1, {0}}, 8, -1, 0, 0, NNEFCL_OK, NULL},
    {"bools of a bit", {1, {9}, 1, 5, {0}}, 2, -1, 0, 0, NNEFCL_OK, NULL},
    {"signed by parameter", {1, {4}, 8, 1, {1}}, 4, -1, 0, 0, NNEFCL_OK, NULL},
    {"magic", FLOATS(4), 16, 1, 0xee, 0, NNEFCL_ERR_DATA,
     "w: not a tensor file: it starts with the bytes 4e ee, expected 4e ef"},
    {"version 0", FLOATS(4), 16, 2, 0, 0, NNEFCL_ERR_DATA, "w: tensor file version 0.0, expected 1.0"},
    {"version 1.1", FLOATS(4), 16, 3, 1, 0, NNEFCL_OK, "w: tensor file version 1.1 is read as 1.0"},
    {"rank 9", {9, {3, 4}, 32, 0, {0}}, 48, -1, 0, 0, NNEFCL_ERR_DATA, "w: rank 9, at most 8 is allowed"},
    {"rank 2^32-1", {0xffffffff, {3, 4}, 32, 0, {0}}, 48, -1, 0, 0, NNEFCL_ERR_DATA, "w: rank 4294967295"},
    {"bits 0", {1, {4}, 0, 1, {0}}, 0, -1, 0, 0, NNEFCL_ERR_DATA, "w: items of 0 bits, expected 1 to 64"},
    {"bits 65", {1, {4}, 65, 4, {0}}, 33, -1, 0, 0, NNEFCL_ERR_DATA, "w: items of 65 bits"},
    {"bits 2^32-1", {1, {4}, 0xffffffff, 4, {0}}, 33, -1, 0, 0, NNEFCL_ERR_DATA, "w: items of 4294967295 bits"},
    {"floats of 8 bits",
     {1, {4}, 8, 0, {0}},
     4,
     -1,
     0,
     0,
     NNEFCL_ERR_DATA,
     "w: floats of 8 bits, expected 16, 32 or 64"},
    {"bools of 16 bits", {1, {4}, 16, 5, {0}}, 8, -1, 0, 0, NNEFCL_ERR_DATA, "w: bools of 16 bits, expected 1 or 8"},
    {"code 6", {1, {4}, 8, 6, {0}}, 4, -1, 0, 0, NNEFCL_ERR_DATA, "w: item type 6, expected 0 to 5"},
    {"code 0x11",
     {1, {4}, 8, 0x11, {0}},
     4,
     -1,
     0,
     0,
     NNEFCL_ERR_UNSUPPORTED,
     "w: item type 0x11 needs --compat=legacy"},
    {"code 0x11, legacy", {1, {4}, 8, 0x11, {0}}, 4, -1, 0, NNEFCL_COMPAT_LEGACY, NNEFCL_OK, NULL},
    {"Q4_0", {2, {2, 32}, 0xffffffff, 0x54523040, {0}}, 36, -1, 0, 0, NNEFCL_OK, NULL},
    {"Q4_0 of 33 items",
     {1, {33}, 0xffffffff, 0x54523040, {0}},
     18,
     -1,
     0,
     0,
     NNEFCL_ERR_DATA,
     "w: 33 items are no whole blocks of 32"},
    {"Q8_1, cut off",
     {1, {32}, 0xffffffff, 0x54523081, {0}},
     35,
     -1,
     0,
     0,
     NNEFCL_ERR_DATA,
     "w: the header gives 35 bytes of data, but 32 items of Q8_1 take 36"},
    {"strings of tract",
     {1, {32}, 0xffffffff, 0x54521000, {0}},
     32,
     -1,
     0,
     0,
     NNEFCL_ERR_UNSUPPORTED,
     "w: item type 0x1000 of vendor 0x5452 is not supported"},
    {"vendor",
     {1, {4}, 8, 0x00070003, {0}},
     4,
     -1,
     0,
     0,
     NNEFCL_ERR_UNSUPPORTED,
     "w: item type 0x0003 of vendor 0x0007 is not supported"},
    {"product wraps 32 bits",
     {4, {65536, 65536, 3, 4}, 32, 0, {0}},
     48,
     -1,
     0,
     0,
     NNEFCL_ERR_DATA,
     "51539607552 items of 32 bits take 206158430208"},
    {"product wraps 64 bits",
     {4, {65536, 65536, 65536, 65536}, 32, 0, {0}},
     0,
     -1,
     0,
     0,
     NNEFCL_ERR_DATA,
     "w: the product of the extents overflows"},
    {"bits wrap 64 bits",
     {4, {65536, 65536, 65536, 32768}, 64, 1, {0}},
     0,
     -1,
     0,
     0,
     NNEFCL_ERR_DATA,
     "items of 64 bits are too many"},
    {"length", FLOATS(4), 12, -1, 0, 0, NNEFCL_ERR_DATA,
     "w: the header gives 12 bytes of data, but 4 items of 32 bits take 16"},
    {"length 0", FLOATS(4), 16, 4, 0, 0, NNEFCL_ERR_DATA, "w: the header gives 0 bytes of data"},
    {"longer by 1", FLOATS(4), 17, 4, 16, 0, NNEFCL_ERR_DATA, "w: the file has 1 bytes behind its data"},
    {"longer by 4", FLOATS(4), 20, 4, 16, 0, NNEFCL_ERR_UNSUPPORTED,
     "w: the file has 4 bytes behind its data; --compat=legacy ignores them"},
    {"longer by 4, legacy", FLOATS(4), 20, 4, 16, NNEFCL_COMPAT_LEGACY, NNEFCL_OK,
     "w: 4 bytes behind the data are ignored"},
    {"cut off", FLOATS(4), 8, 4, 16, 0, NNEFCL_ERR_DATA, "w: the file is cut off: 8 of 16 bytes of data"},
    {"reserved bytes", FLOATS(4), 16, 127, 1, 0, NNEFCL_OK, "w: reserved bytes of the header are not zero"},
    {"unused extents",
     {1, {4, 7}, 32, 0, {0}},
     16,
     -1,
     0,
     0,
     NNEFCL_OK,
     "w: extents beyond the rank of 1 are not zero"},
};

static char said[1024];

static void listen(void *user, nnefcl_severity severity, const nnefcl_error *diagnostic)
{
    (void)user;
    (void)severity;
    snprintf(said, sizeof said, "%s", diagnostic->message);
}

static nnefcl_status read_header(const uint8_t *file, uint64_t size, unsigned compat, bool strict,
                                 struct ncl_tensor_header *header)
{
    struct ncl_diag diag;
    said[0] = '\0';
    ncl_diag_init(&diag, NULL, listen, NULL, strict);
    return ncl_tensor_header_read(file, size, "w", compat, NNEFCL_ERR_DATA, &diag, header);
}

START_TEST(headers)
{
    const struct header_case *c = &header_cases[_i];
    uint8_t file[256], data[64] = {0};
    struct ncl_tensor_header header;
    size_t size = dat_make(file, &c->dat, data, c->length);
    if (c->patch >= 0)
        file[c->patch] = (uint8_t)c->byte;
    nnefcl_status status = read_header(file, size, c->compat, false, &header);
    ck_assert_msg(status == c->status, "%s: status %s, '%s'", c->name, nnefcl_status_name(status), said);
    ck_assert_msg(c->text ? strstr(said, c->text) != NULL : !said[0], "%s: said '%s'", c->name, said);
}
END_TEST

START_TEST(header_of_every_cut)
{
    uint8_t file[256], data[16] = {0};
    struct ncl_tensor_header header;
    size_t size = dat_make(file, &(struct dat)FLOATS(4), data, sizeof data);
    for (size_t cut = 0; cut < size; cut++)
        ck_assert_int_eq(read_header(file, cut, 0, false, &header), NNEFCL_ERR_DATA);
    ck_assert_int_eq(read_header(file, 100, 0, false, &header), NNEFCL_ERR_DATA);
    ck_assert_str_eq(said, "w: the file of 100 bytes ends inside the header of 128");
}
END_TEST

/* 2^30 + 1 floats: the length field holds 4. Only the header is needed for that. */
START_TEST(length_that_wraps)
{
    uint8_t file[256], data[4] = {0};
    struct ncl_tensor_header header;
    dat_make(file, &(struct dat){1, {(1u << 30) + 1}, 32, 0, {0}}, data, 4);
    ck_assert_int_eq(read_header(file, 128 + ((uint64_t)1 << 32) + 4, 0, true, &header), NNEFCL_OK);
    ck_assert_uint_eq(header.bytes, ((uint64_t)1 << 32) + 4);
    ck_assert_msg(strstr(said, "4 stands for 4294967300") != NULL, "%s", said);
    ck_assert_int_eq(read_header(file, 132, 0, false, &header), NNEFCL_ERR_DATA);
}
END_TEST

START_TEST(strict_refuses_another_version)
{
    uint8_t file[256], data[16] = {0};
    struct ncl_tensor_header header;
    size_t size = dat_make(file, &(struct dat)FLOATS(4), data, sizeof data);
    file[3] = 1;
    ck_assert_int_eq(read_header(file, size, 0, true, &header), NNEFCL_ERR_MODEL);
    file[3] = 0;
    file[100] = 1; /* legal, so a warning also now */
    ck_assert_int_eq(read_header(file, size, 0, true, &header), NNEFCL_OK);
}
END_TEST

/* ---- items ---- */

/* Whole bytes are little-endian, everything else is a stream with the most significant bit first. */
static void put_item(uint8_t *data, size_t index, uint64_t value, unsigned bits)
{
    if (bits % 8 != 0)
        dat_put_bits(data, index * bits, value, bits);
    else
        for (unsigned i = 0; i < bits / 8; i++)
            data[index * (bits / 8) + i] = (uint8_t)(value >> (8 * i));
}

/* Every width, both signs: the extremes, and patterns that no other bit order would give back. */
START_TEST(integers_of_every_width)
{
    unsigned bits = (unsigned)_i;
    uint64_t mask = bits == 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1;
    const uint64_t patterns[] = {0,
                                 1,
                                 mask,
                                 mask >> 1,
                                 (mask >> 1) + 1,
                                 0x123456789abcdef0u & mask,
                                 0xa5a5a5a55a5a5a5au & mask,
                                 mask - 1,
                                 2 & mask,
                                 5 & mask,
                                 7 & mask};
    enum { COUNT = sizeof patterns / sizeof *patterns };
    uint8_t data[COUNT * 8 + 8] = {0};
    for (size_t i = 0; i < COUNT; i++)
        put_item(data, i, patterns[i], bits);
    for (int is_signed = 0; is_signed < 2; is_signed++) {
        struct ncl_tensor_header header = {.bits = bits, .code = is_signed ? NCL_ITEM_SIGNED : NCL_ITEM_UNSIGNED};
        int64_t integers[COUNT];
        double reals[COUNT];
        ncl_items_to_int64(&header, data, 0, COUNT, integers);
        ncl_items_to_double(&header, data, 0, COUNT, reals);
        for (size_t i = 0; i < COUNT; i++) {
            bool negative = is_signed && patterns[i] >> (bits - 1);
            uint64_t expected = negative ? patterns[i] | ~mask : patterns[i];
            ck_assert_uint_eq((uint64_t)integers[i], expected);
            ck_assert(reals[i] == (negative ? -(double)(~expected + 1) : (double)expected));
        }
        ncl_items_to_int64(&header, data, 3 * bits, 2, integers); /* from within */
        ck_assert_uint_eq((uint64_t)integers[0] & mask, patterns[3]);
        ck_assert_uint_eq((uint64_t)integers[1] & mask, patterns[4]);
    }
}
END_TEST

START_TEST(bit_order)
{
    const uint8_t data[] = {0xda, 0x2d, 0x09, 0xbb, 0x5b, 0x80, 0xf6, 0xe0}; /* five items of 12 bits */
    struct ncl_tensor_header header = {.bits = 12, .code = NCL_ITEM_UNSIGNED};
    int64_t items[16];
    ncl_items_to_int64(&header, data, 0, 5, items);
    ck_assert_int_eq(items[0], 0xda2);
    ck_assert_int_eq(items[1], 0xd09);
    ck_assert_int_eq(items[4], 0xf6e);
    header = (struct ncl_tensor_header){.bits = 24, .code = NCL_ITEM_SIGNED};
    ncl_items_to_int64(&header, data, 0, 2, items);
    ck_assert_int_eq(items[0], 0x092dda);
    ck_assert_int_eq(items[1], (int64_t)0x805bbb - 0x1000000);
    header = (struct ncl_tensor_header){.bits = 1, .code = NCL_ITEM_BOOL};
    ncl_items_to_int64(&header, data, 0, 8, items);
    for (int i = 0; i < 8; i++)
        ck_assert_int_eq(items[i], 0xda >> (7 - i) & 1);
    header.bits = 8;
    ncl_items_to_int64(&header, data, 0, 1, items);
    ck_assert_int_eq(items[0], 1); /* any non-zero byte is true */
}
END_TEST

static const struct {
    uint16_t bits;
    double value;
} halves[] = {{0x0000, 0},         {0x8000, -0.0},     {0x3c00, 1},         {0xc000, -2},
              {0x7bff, 65504},     {0x0001, 0x1p-24},  {0x03ff, 0x3ffp-24}, {0x0400, 0x1p-14},
              {0x3555, 0x555p-12}, {0x7c00, INFINITY}, {0xfc00, -INFINITY}, {0x3c01, 1 + 0x1p-10}};

START_TEST(floats_of_every_width)
{
    uint8_t data[8];
    double value;
    struct ncl_tensor_header header = {.bits = 16, .code = NCL_ITEM_FLOAT};
    for (size_t i = 0; i < sizeof halves / sizeof *halves; i++) {
        put_item(data, 0, halves[i].bits, 16);
        ncl_items_to_double(&header, data, 0, 1, &value);
        ck_assert_msg(value == halves[i].value && signbit(value) == signbit(halves[i].value), "half %04x is %a",
                      halves[i].bits, value);
    }
    put_item(data, 0, 0x7e01, 16);
    ncl_items_to_double(&header, data, 0, 1, &value);
    ck_assert(isnan(value));
    header.bits = 32;
    put_item(data, 0, 0xc0490fdb, 32);
    ncl_items_to_double(&header, data, 0, 1, &value);
    ck_assert(value == -0x1.921fb6p+1);
    header.bits = 64;
    put_item(data, 0, 0x400921fb54442d18u, 64);
    ncl_items_to_double(&header, data, 0, 1, &value);
    ck_assert(value == 3.14159265358979312);
}
END_TEST

/* Scale 0.5: item 1 is the low half of the second byte, or the high half of the first; 16 bytes behind the scale. */
static const struct {
    uint32_t type;
    double first, second, sixteenth, last;
} block_cases[] = {
    {0x3040, -4, -3.5, 3.5, -3.5},
    {0x2040, -4, 3.5, -3.5, -3.5},
    {0x3080, 0.5 * -16, 0.5 * 0x01, 0, 0.5 * 0x70},
    {0x3081, 0.5 * -16, 0.5 * 0x01, 0, 0.5 * 0x70},
};

START_TEST(blocks)
{
    uint8_t block[36] = {0x00, 0x38, 0xf0, 0x01}; /* Q4_0: 0 and 15, 1 and 0 */
    double item[NCL_BLOCK_ITEMS];
    const bool wide = block_cases[_i].type >= 0x3080;
    if (wide) {
        block[4] = 0xf0; /* -16, 1, ..., 112 */
        block[5] = 0x01;
        block[35] = 0x70;
    } else {
        block[17] = 0x11;
    }
    const struct ncl_tensor_header header = {.blocks = ncl_item_blocks_find(block_cases[_i].type)};
    ck_assert_uint_eq(ncl_items_bytes(&header, 64), wide ? 72 : 36);
    ncl_items_to_double(&header, block, 0, NCL_BLOCK_ITEMS, item);
    ck_assert(item[0] == block_cases[_i].first);
    ck_assert(item[1] == block_cases[_i].second);
    ck_assert(item[wide ? 16 : _i == 0 ? 16 : 2] == block_cases[_i].sixteenth);
    ck_assert(item[31] == block_cases[_i].last);
}
END_TEST

/* ---- the public functions ---- */

static size_t live;  /* allocations that were not freed */
static int64_t left; /* allocations until one fails, below 0: none */

static void *counted(void *user, void *pointer, size_t size)
{
    (void)user;
    if (size > 0 && left == 0)
        return NULL;
    left -= size > 0 && left > 0;
    live += size > 0 && !pointer;
    live -= size == 0 && pointer;
    if (size == 0) {
        free(pointer);
        return NULL;
    }
    return realloc(pointer, size);
}

static const nnefcl_allocator counting = {counted, NULL};

static uint32_t float_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, 4);
    return bits;
}

/* More items than one chunk, of a width that does not divide it. */
START_TEST(parse_many_items)
{
    enum { COUNT = 10001, BITS = 3 };
    size_t length = (COUNT * BITS + 7) / 8;
    uint8_t *data = calloc(1, length), *file = malloc(128 + length);
    for (size_t i = 0; i < COUNT; i++)
        dat_put_bits(data, i * BITS, i % 8, BITS);
    size_t size = dat_make(file, &(struct dat){1, {COUNT}, BITS, 4, {0}}, data, length);
    nnefcl_tensor tensor;
    ck_assert_int_eq(nnefcl_tensor_parse(file, size, "w", &counting, &tensor, NULL), NNEFCL_OK);
    ck_assert_int_eq(tensor.dtype, NNEFCL_INTEGER);
    ck_assert_uint_eq(tensor.bytes, COUNT * 4);
    for (size_t i = 0; i < COUNT; i++)
        ck_assert_int_eq(((int32_t *)tensor.data)[i], (int)(i % 8) - (i % 8 > 3 ? 8 : 0));
    nnefcl_tensor_clear(&tensor, &counting);
    ck_assert_uint_eq(live, 0);
    free(data);
    free(file);
}
END_TEST

START_TEST(parse_types)
{
    static const struct {
        struct dat dat;
        uint8_t data[8];
        nnefcl_dtype dtype;
        double value; /* of the first element */
    } cases[] = {
        {{1, {2}, 16, 0, {0}}, {0, 0x3c, 0, 0x40}, NNEFCL_SCALAR, 1},
        {{0, {0}, 64, 0, {0}}, {0, 0, 0, 0, 0, 0, 0xf0, 0x3f}, NNEFCL_SCALAR, 1},
        {{1, {4}, 8, 2, {0}}, {200, 1, 2, 3}, NNEFCL_SCALAR, 200},
        {{1, {4}, 8, 3, {0}}, {200, 1, 2, 3}, NNEFCL_SCALAR, -56},
        {{1, {4}, 8, 1, {1}}, {200, 1, 2, 3}, NNEFCL_INTEGER, -56},
        {{1, {1}, 64, 4, {0}}, {255, 255, 255, 127}, NNEFCL_INTEGER, 2147483647},
        {{1, {9}, 1, 5, {0}}, {0x80, 0x80}, NNEFCL_LOGICAL, 1},
        {{1, {2}, 8, 5, {0}}, {0, 0x80}, NNEFCL_LOGICAL, 0},
        {{1, {4}, 8, 2, {0xbfc00000, 0x40100000}},
         {0x78},
         NNEFCL_SCALAR,
         (float)(0x78 / 255.0 * 3.75 - 1.5)},                        /* range in the header */
        {{1, {2}, 4, 3, {0, 0x40400000}}, {0xf1}, NNEFCL_SCALAR, 4}, /* logarithmic, [0, 3]: m = 2, r = 15, q = 15 */
        {{1, {2}, 4, 3, {0xc0400000, 0x40400000}}, {0xf1}, NNEFCL_SCALAR, -4}, /* [-3, 3]: sign and r = 7, q = 7 */
        {{1, {2}, 4, 3, {0xc0400000, 0x40400000}}, {0x11}, NNEFCL_SCALAR, 0x1p-4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t file[256];
        const struct dat *dat = &cases[i].dat;
        size_t length = ((dat->rank ? dat->extent[0] : 1) * dat->bits + 7) / 8;
        nnefcl_tensor tensor;
        ck_assert_int_eq(
            nnefcl_tensor_parse(file, dat_make(file, dat, cases[i].data, length), "w", NULL, &tensor, NULL), NNEFCL_OK);
        ck_assert_int_eq(tensor.dtype, cases[i].dtype);
        double value = tensor.dtype == NNEFCL_SCALAR    ? (double)*(float *)tensor.data
                       : tensor.dtype == NNEFCL_INTEGER ? *(int32_t *)tensor.data
                                                        : *(uint8_t *)tensor.data;
        ck_assert_msg(value == cases[i].value, "case %zu: %g", i, value);
        nnefcl_tensor_clear(&tensor, NULL);
    }
}
END_TEST

/* A warning is no failure: the status is NNEFCL_OK, the text says what was lost first. */
START_TEST(parse_lost)
{
    static const double values[4] = {1, 1e-300, 1e300, 2};
    uint8_t file[256], data[sizeof values];
    nnefcl_tensor tensor;
    nnefcl_error error = {0};
    for (size_t i = 0; i < 4; i++) {
        uint64_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        put_item(data, i, bits, 64);
    }
    const size_t size = dat_make(file, &(struct dat){1, {4}, 64, 0, {0}}, data, sizeof data);
    ck_assert_int_eq(nnefcl_tensor_parse(file, size, "w", NULL, &tensor, &error), NNEFCL_OK);
    ck_assert_int_eq(error.status, NNEFCL_OK);
    ck_assert_str_eq(error.message, "w: element 1 is 1e-300 and became 0 in 32 bits; of 4 values 1 became infinite and "
                                    "1 became 0");
    ck_assert_float_eq(((float *)tensor.data)[1], 0);
    nnefcl_tensor_clear(&tensor, NULL);
    ck_assert_int_eq(nnefcl_tensor_parse(file, size, "w", NULL, &tensor, NULL), NNEFCL_OK);
    nnefcl_tensor_clear(&tensor, NULL);
}
END_TEST

START_TEST(parse_errors)
{
    uint8_t file[256];
    nnefcl_tensor tensor;
    nnefcl_error error = {0};
    ck_assert_int_eq(nnefcl_tensor_parse(NULL, 0, "x.dat", NULL, &tensor, &error), NNEFCL_ERR_DATA);
    ck_assert_ptr_null(tensor.data);
    const uint8_t large[] = {0, 0, 0, 128, 0, 0, 0, 0}; /* 2^31 */
    size_t size = dat_make(file, &(struct dat){1, {1}, 64, 4, {0}}, large, 8);
    error = (nnefcl_error){0};
    ck_assert_int_eq(nnefcl_tensor_parse(file, size, "x.dat", NULL, &tensor, &error), NNEFCL_ERR_DATA);
    ck_assert_str_eq(error.message, "x.dat: item 0 does not fit in 32 bits");
    ck_assert_ptr_null(tensor.data);
    const uint8_t wrapped[] = {255, 255, 255, 255, 255, 255, 255, 255}; /* not -1 */
    size = dat_make(file, &(struct dat){1, {1}, 64, 1, {0}}, wrapped, 8);
    ck_assert_int_eq(nnefcl_tensor_parse(file, size, "x.dat", NULL, &tensor, NULL), NNEFCL_ERR_DATA);
    left = 0;
    ck_assert_int_eq(nnefcl_tensor_parse(file, size, "x.dat", &counting, &tensor, NULL), NNEFCL_ERR_NOMEM);
    left = -1;
    ck_assert_uint_eq(live, 0);
}
END_TEST

START_TEST(save_and_load)
{
    char path[] = "/tmp/nnefcl-test-XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    float *floats = malloc(5000 * sizeof *floats);
    for (int i = 0; i < 5000; i++)
        floats[i] = (float)i * 0.25f - 7;
    int32_t integers[] = {INT32_MIN, -1, 0, INT32_MAX};
    uint8_t logicals[] = {0, 1, 1};
    nnefcl_tensor tensors[] = {
        {NNEFCL_SCALAR, {3, {10, 5, 100}}, floats, 20000},
        {NNEFCL_INTEGER, {2, {2, 2}}, integers, 16},
        {NNEFCL_LOGICAL, {1, {3}}, logicals, 3},
        {NNEFCL_SCALAR, {0}, floats, 4},
        {NNEFCL_SCALAR, {2, {0, 3}}, NULL, 0},
    };
    for (size_t i = 0; i < sizeof tensors / sizeof *tensors; i++) {
        nnefcl_tensor back;
        ck_assert_int_eq(nnefcl_tensor_save(path, &tensors[i], NULL), NNEFCL_OK);
        ck_assert_int_eq(nnefcl_tensor_load(path, &counting, &back, NULL), NNEFCL_OK);
        ck_assert_int_eq(back.dtype, tensors[i].dtype);
        ck_assert_int_eq(back.shape.rank, tensors[i].shape.rank);
        ck_assert_mem_eq(back.shape.extent, tensors[i].shape.extent, sizeof back.shape.extent);
        ck_assert_uint_eq(back.bytes, tensors[i].bytes);
        if (back.bytes > 0)
            ck_assert_mem_eq(back.data, tensors[i].data, back.bytes);
        nnefcl_tensor_clear(&back, &counting);
        ck_assert_uint_eq(live, 0);
    }
    nnefcl_tensor wrong = {NNEFCL_SCALAR, {1, {3}}, floats, 8};
    ck_assert_int_eq(nnefcl_tensor_save(path, &wrong, NULL), NNEFCL_ERR_ARGUMENT);
    free(floats);
    remove(path);
}
END_TEST

struct sink {
    uint8_t bytes[256];
    size_t used, room;
};

static size_t take_bytes(void *user, const void *data, size_t size)
{
    struct sink *sink = user;
    if (size > sink->room - sink->used)
        size = sink->room - sink->used;
    memcpy(sink->bytes + sink->used, data, size);
    sink->used += size;
    return size;
}

/* Whatever place the callback stops at is an error. */
START_TEST(write_through_a_callback)
{
    float floats[] = {1.5f, -2.0f};
    nnefcl_tensor tensor = {NNEFCL_SCALAR, {1, {2}}, floats, sizeof floats}, back;
    struct sink sink = {.room = sizeof sink.bytes};
    ck_assert_int_eq(nnefcl_tensor_write(&tensor, take_bytes, &sink, NULL), NNEFCL_OK);
    ck_assert_uint_eq(sink.used, 136);
    ck_assert_int_eq(nnefcl_tensor_parse(sink.bytes, sink.used, "sink", NULL, &back, NULL), NNEFCL_OK);
    ck_assert_mem_eq(back.data, floats, sizeof floats);
    nnefcl_tensor_clear(&back, NULL);
    for (size_t room = 0; room < 136; room++) {
        struct sink small = {.room = room};
        ck_assert_int_eq(nnefcl_tensor_write(&tensor, take_bytes, &small, NULL), NNEFCL_ERR_DATA);
    }
    ck_assert_int_eq(nnefcl_tensor_write(&tensor, NULL, &sink, NULL), NNEFCL_ERR_ARGUMENT);
    ck_assert_int_eq(nnefcl_tensor_write(NULL, take_bytes, &sink, NULL), NNEFCL_ERR_ARGUMENT);
}
END_TEST

START_TEST(load_from_a_pipe)
{
    enum { COUNT = 4000 };
    uint8_t *data = calloc(COUNT, 4), *file = malloc(128 + COUNT * 4);
    put_item(data, COUNT - 1, float_bits(2.5f), 32);
    size_t size = dat_make(file, &(struct dat)FLOATS(COUNT), data, COUNT * 4);
    int ends[2];
    char path[32];
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_uint_eq((size_t)write(ends[1], file, size), size);
    close(ends[1]);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    nnefcl_tensor tensor;
    ck_assert_int_eq(nnefcl_tensor_load(path, &counting, &tensor, NULL), NNEFCL_OK);
    close(ends[0]);
    ck_assert(((float *)tensor.data)[COUNT - 1] == 2.5f);
    nnefcl_tensor_clear(&tensor, &counting);
    ck_assert_uint_eq(live, 0);
    free(data);
    free(file);
}
END_TEST

/* More than is asked for at once; and none of its memory is kept when some of it fails. */
START_TEST(load_a_long_stream)
{
    enum { COUNT = 40000 };
    uint8_t *data = calloc(COUNT, 4), *file = malloc(128 + COUNT * 4);
    const size_t size = dat_make(file, &(struct dat)FLOATS(COUNT), data, COUNT * 4);
    for (int fail = -1; fail < 3; fail++) {
        int ends[2];
        char path[32];
        nnefcl_tensor tensor;
        ck_assert_int_eq(pipe(ends), 0);
        const pid_t writer = fork();
        ck_assert_int_ge(writer, 0);
        if (writer == 0) {
            close(ends[0]);
            signal(SIGPIPE, SIG_DFL); /* a reader that gives up ends it */
            for (size_t done = 0; done < size;)
                done += (size_t)write(ends[1], file + done, size - done);
            _exit(0);
        }
        close(ends[1]);
        snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
        left = fail;
        const nnefcl_status status = nnefcl_tensor_load(path, &counting, &tensor, NULL);
        left = -1;
        ck_assert_int_eq(status, fail < 0 ? NNEFCL_OK : NNEFCL_ERR_NOMEM);
        close(ends[0]);
        ck_assert_int_eq(waitpid(writer, NULL, 0), writer);
        ck_assert_uint_eq(tensor.bytes, fail < 0 ? 4 * COUNT : 0);
        nnefcl_tensor_clear(&tensor, &counting);
        ck_assert_uint_eq(live, 0);
    }
    free(data);
    free(file);
}
END_TEST

/* What no file can hold, and nothing where something is needed. */
START_TEST(arguments)
{
    float one = 1;
    const nnefcl_tensor scalar = {NNEFCL_SCALAR, {0}, &one, 4};
    const nnefcl_tensor refused[] = {
        {NNEFCL_SCALAR, {1, {-1}}, &one, SIZE_MAX},
        {NNEFCL_SCALAR, {1, {2}}, &one, 4},
        {NNEFCL_SCALAR, {0}, NULL, 4},
        {NNEFCL_SCALAR, {2, {0, (int64_t)1 << 33}}, NULL, 0},
    };
    nnefcl_tensor tensor;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        ck_assert_int_eq(nnefcl_tensor_save("/nowhere/x.dat", &refused[i], NULL), NNEFCL_ERR_ARGUMENT);
    ck_assert_int_eq(nnefcl_tensor_save(NULL, &scalar, NULL), NNEFCL_ERR_ARGUMENT);
    ck_assert_int_eq(nnefcl_tensor_save("/nowhere/x.dat", NULL, NULL), NNEFCL_ERR_ARGUMENT);
    ck_assert_int_eq(nnefcl_tensor_load(NULL, NULL, &tensor, NULL), NNEFCL_ERR_ARGUMENT);
    ck_assert_int_eq(nnefcl_tensor_load("/nowhere/x.dat", NULL, NULL, NULL), NNEFCL_ERR_ARGUMENT);
    ck_assert_int_eq(nnefcl_tensor_parse("x", 1, NULL, NULL, &tensor, NULL), NNEFCL_ERR_ARGUMENT);
    ck_assert_int_eq(nnefcl_tensor_parse("x", 1, "x", NULL, NULL, NULL), NNEFCL_ERR_ARGUMENT);
    ck_assert_int_eq(nnefcl_tensor_parse(NULL, 1, "x", NULL, &tensor, NULL), NNEFCL_ERR_ARGUMENT);
    ck_assert_int_eq(nnefcl_tensor_parse("x", 1, "x", NULL, &tensor, NULL), NNEFCL_ERR_DATA);
    nnefcl_tensor_clear(NULL, NULL);
}
END_TEST

START_TEST(files_that_are_not_there)
{
    nnefcl_tensor tensor = {0};
    nnefcl_error error = {0};
    ck_assert_int_eq(nnefcl_tensor_load("/nowhere/x.dat", NULL, &tensor, &error), NNEFCL_ERR_DATA);
    ck_assert_str_eq(error.message, "cannot open '/nowhere/x.dat': No such file or directory");
    error = (nnefcl_error){0};
    ck_assert_int_eq(nnefcl_tensor_load("/tmp", NULL, &tensor, &error), NNEFCL_ERR_DATA);
    ck_assert_str_eq(error.message, "cannot read '/tmp': Is a directory");
    float one = 1;
    nnefcl_tensor scalar = {NNEFCL_SCALAR, {0}, &one, 4};
    error = (nnefcl_error){0};
    ck_assert_int_eq(nnefcl_tensor_save("/nowhere/x.dat", &scalar, &error), NNEFCL_ERR_DATA);
    ck_assert_str_eq(error.message, "cannot write '/nowhere/x.dat': No such file or directory");
    if (access("/dev/full", W_OK) == 0)
        ck_assert_int_eq(nnefcl_tensor_save("/dev/full", &scalar, NULL), NNEFCL_ERR_DATA);
}
END_TEST

START_TEST(sizes)
{
    nnefcl_shape shape = {4, {1 << 30, 1 << 30, 4, 1}};
    ck_assert_uint_eq(nnefcl_tensor_bytes(NNEFCL_SCALAR, &shape), SIZE_MAX);
    shape.extent[1] = 0;
    ck_assert_uint_eq(nnefcl_tensor_bytes(NNEFCL_SCALAR, &shape), 0);
    shape.extent[1] = -1;
    ck_assert_uint_eq(nnefcl_tensor_bytes(NNEFCL_SCALAR, &shape), SIZE_MAX);
    ck_assert_uint_eq(nnefcl_tensor_bytes(NNEFCL_LOGICAL, &(nnefcl_shape){2, {3, 5}}), 15);
    ck_assert_uint_eq(nnefcl_dtype_size(NNEFCL_INTEGER), 4);
    ck_assert_str_eq(nnefcl_dtype_name(NNEFCL_LOGICAL), "logical");
}
END_TEST

int main(void)
{
    left = -1;
    Suite *suite = suite_create("tensor_file");
    TCase *tests = tcase_create("all");
    tcase_add_loop_test(tests, headers, 0, sizeof header_cases / sizeof *header_cases);
    tcase_add_test(tests, header_of_every_cut);
    tcase_add_test(tests, length_that_wraps);
    tcase_add_test(tests, strict_refuses_another_version);
    tcase_add_loop_test(tests, integers_of_every_width, 1, 65);
    tcase_add_test(tests, bit_order);
    tcase_add_test(tests, floats_of_every_width);
    tcase_add_loop_test(tests, blocks, 0, sizeof block_cases / sizeof *block_cases);
    tcase_add_test(tests, parse_many_items);
    tcase_add_test(tests, parse_types);
    tcase_add_test(tests, parse_lost);
    tcase_add_test(tests, parse_errors);
    tcase_add_test(tests, save_and_load);
    tcase_add_test(tests, write_through_a_callback);
    tcase_add_test(tests, load_from_a_pipe);
    tcase_add_test(tests, load_a_long_stream);
    tcase_add_test(tests, arguments);
    tcase_add_test(tests, files_that_are_not_there);
    tcase_add_test(tests, sizes);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
