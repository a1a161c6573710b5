/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "model/frozen.h"
#include "nnef/dat_bytes.h"
#include "suite.h"

/* ---- a model of one variable, whose file is the only member of a tar in memory ---- */

static uint8_t tar[1 << 17];
static size_t tar_size;
static char said[1024];
static unsigned warnings;

static void listen(void *user, nnefcl_severity severity, const nnefcl_error *diagnostic)
{
    (void)user;
    warnings += severity == NNEFCL_WARNING;
    snprintf(said, sizeof said, "%s", diagnostic->message);
}

static struct ncl_diag *diag(bool strict)
{
    static struct ncl_diag made;
    said[0] = '\0';
    warnings = 0;
    ncl_diag_init(&made, NULL, listen, NULL, strict);
    return &made;
}

static size_t read_tar(void *user, uint64_t offset, void *buffer, size_t size)
{
    (void)user;
    if (offset >= tar_size)
        return 0;
    if (size > tar_size - offset)
        size = tar_size - (size_t)offset;
    memcpy(buffer, tar + offset, size);
    return size;
}

static struct ncl_container *container_of(const struct dat *dat, const void *data, size_t length)
{
    memset(tar, 0, sizeof tar);
    size_t size = dat_make(tar + 512, dat, data, length);
    unsigned sum = 0;
    memcpy(tar, "w.dat", 5);
    snprintf((char *)tar + 124, 12, "%011o", (unsigned)size);
    tar[156] = '0';
    memcpy(tar + 257, "ustar\00000", 8);
    memset(tar + 148, ' ', 8);
    for (int i = 0; i < 512; i++)
        sum += tar[i];
    snprintf((char *)tar + 148, 8, "%06o", sum);
    tar_size = 512 + (size + 511) / 512 * 512 + 1024;
    nnefcl_reader reader = {read_tar, tar_size, NULL};
    struct ncl_container *container = NULL;
    ck_assert_int_eq(ncl_container_open(NULL, &reader, 0, false, NULL, diag(true), &container), NNEFCL_OK);
    return container;
}

struct stage {
    struct nnefcl_model model;
    struct ncl_variable variable;
    struct ncl_tensor tensor;
};

static struct stage *stage(nnefcl_dtype dtype, nnefcl_shape shape, const struct ncl_quant *quant,
                           struct ncl_container *container)
{
    static struct stage s;
    s = (struct stage){.variable = {.label = "w", .dtype = dtype, .shape = shape, .quant = quant},
                       .tensor = {.name = "w", .dtype = dtype, .shape = shape}};
    s.model.container = container;
    s.tensor.role = NCL_ROLE_VARIABLE;
    s.tensor.variable = &s.variable;
    return &s;
}

/* ---- stored values and what becomes of them ---- */

#define INTEGER(v)                                                                                                     \
    {                                                                                                                  \
        .kind = NCL_VALUE_INTEGER, .integer = (v)                                                                      \
    }
#define SCALAR(v)                                                                                                      \
    {                                                                                                                  \
        .kind = NCL_VALUE_SCALAR, .scalar = (v)                                                                        \
    }
#define LOGICAL(v)                                                                                                     \
    {                                                                                                                  \
        .kind = NCL_VALUE_LOGICAL, .logical = (v)                                                                      \
    }
#define ARRAY(v)                                                                                                       \
    {                                                                                                                  \
        .kind = NCL_VALUE_ARRAY, .count = sizeof(v) / sizeof *(v), .item = (v)                                         \
    }

static const struct ncl_value channel_min[] = {SCALAR(-1.0), SCALAR(-2.0)}, channel_max[] = {SCALAR(1.0), INTEGER(2)};
static const struct ncl_value scale_row[] = {SCALAR(0.5), SCALAR(0.25), SCALAR(2.0)};
static const struct ncl_value scale_rows[] = {ARRAY(scale_row)};
static const struct ncl_value uneven_row[] = {SCALAR(0.5)};
static const struct ncl_value uneven[] = {ARRAY(scale_row), ARRAY(uneven_row)};
static const struct ncl_value wide_row[] = {SCALAR(1), SCALAR(1), SCALAR(1), SCALAR(1)};
static const struct ncl_value strings[] = {{.kind = NCL_VALUE_STRING, .string = "x"}, SCALAR(1)};

static const struct ncl_value one[] = {SCALAR(1)};
static const struct ncl_value nest2[] = {ARRAY(one)}, nest3[] = {ARRAY(nest2)}, nest4[] = {ARRAY(nest3)},
                              nest5[] = {ARRAY(nest4)}, nest6[] = {ARRAY(nest5)}, nest7[] = {ARRAY(nest6)},
                              nest8[] = {ARRAY(nest7)}, nest9[] = {ARRAY(nest8)};

struct value_case {
    const char *name;
    nnefcl_dtype dtype;
    struct dat dat; /* shape [2,3] */
    uint8_t data[48];
    const char *algorithm;
    struct ncl_named_value argument[6];
    double expected[6];
};

#define MIN_MAX(low, high, b, s, sym)                                                                                  \
    "min_max_linear_quantize",                                                                                         \
    {                                                                                                                  \
        {"min", low}, {"max", high}, {"bits", INTEGER(b)}, {"signed", LOGICAL(s)},                                     \
        {                                                                                                              \
            "symmetric", LOGICAL(sym)                                                                                  \
        }                                                                                                              \
    }
#define ZERO_POINT(zero, scale)                                                                                        \
    "zero_point_linear_quantize",                                                                                      \
    {                                                                                                                  \
        {"zero_point", zero}, {"scale", scale}, {"bits", INTEGER(8)}, {"signed", LOGICAL(true)},                       \
        {                                                                                                              \
            "symmetric", LOGICAL(false)                                                                                \
        }                                                                                                              \
    }
#define LINEAR(low, high, b)                                                                                           \
    "linear_quantize",                                                                                                 \
    {                                                                                                                  \
        {"min", low}, {"max", high},                                                                                   \
        {                                                                                                              \
            "bits", INTEGER(b)                                                                                         \
        }                                                                                                              \
    }
#define LOGARITHMIC(max, b)                                                                                            \
    "logarithmic_quantize",                                                                                            \
    {                                                                                                                  \
        {"max", max},                                                                                                  \
        {                                                                                                              \
            "bits", INTEGER(b)                                                                                         \
        }                                                                                                              \
    }
#define DAT(bits, code)                                                                                                \
    {                                                                                                                  \
        2, {2, 3}, bits, code,                                                                                         \
        {                                                                                                              \
            0                                                                                                          \
        }                                                                                                              \
    }
#define NO_QUANT                                                                                                       \
    NULL,                                                                                                              \
    {                                                                                                                  \
        {                                                                                                              \
            0                                                                                                          \
        }                                                                                                              \
    }

static const struct value_case value_cases[] = {
    {"half",
     NNEFCL_SCALAR,
     DAT(16, 0),
     {0, 0x3c, 0, 0xc0, 1, 0, 0xff, 0x7b, 0, 0x38, 0, 0x80},
     NO_QUANT,
     {1, -2, 0x1p-24, 65504, 0.5, -0.0}},
    {"float",
     NNEFCL_SCALAR,
     DAT(32, 0),
     {0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x80, 0x7f},
     NO_QUANT,
     {1, -2, 0, INFINITY, 0, 0}},
    {"double",
     NNEFCL_SCALAR,
     DAT(64, 0),
     {0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x18, 0x2d, 0x44, 0x54, 0xfb, 0x21, 9, 0x40},
     NO_QUANT,
     {1, 3.14159274f, 0, 0, 0, 0}},
    {"bytes", NNEFCL_INTEGER, DAT(8, 4), {0x7f, 0x80, 0xff}, NO_QUANT, {127, -128, -1, 0, 0, 0}},
    {"7 bits", NNEFCL_INTEGER, DAT(7, 4), {0x7f}, NO_QUANT, {63, -64, 0, 0, 0, 0}}, /* 0111111 1000000 0... */
    {"unsigned", NNEFCL_INTEGER, DAT(8, 1), {0x7f, 0x80, 0xff}, NO_QUANT, {127, 128, 255, 0, 0, 0}},
    {"signed by parameter",
     NNEFCL_INTEGER,
     {2, {2, 3}, 8, 1, {7}},
     {0x7f, 0x80, 0xff},
     NO_QUANT,
     {127, -128, -1, 0, 0, 0}},
    {"64 bits",
     NNEFCL_INTEGER,
     DAT(64, 4),
     {0, 0, 0, 0x80, 255, 255, 255, 255, 255, 255, 255, 0x7f},
     NO_QUANT,
     {INT32_MIN, INT32_MAX, 0, 0, 0, 0}},
    {"bits", NNEFCL_LOGICAL, DAT(1, 5), {0xb0}, NO_QUANT, {1, 0, 1, 1, 0, 0}},
    {"bytes of bools", NNEFCL_LOGICAL, DAT(8, 5), {0, 1, 2, 255, 0, 0}, NO_QUANT, {0, 1, 1, 1, 0, 0}},

    {"min max, unsigned",
     NNEFCL_SCALAR,
     DAT(8, 2),
     {0, 255, 51, 102, 153, 204},
     MIN_MAX(SCALAR(-1.5), SCALAR(3.5), 8, false, false),
     {-1.5, 3.5, -0.5, 0.5, 1.5, 2.5}},
    {"min max, signed",
     NNEFCL_SCALAR,
     DAT(8, 3),
     {0x80, 0x7f, 0xb3, 0xe6, 0x19, 0x4c},
     MIN_MAX(SCALAR(-1.5), SCALAR(3.5), 8, true, false),
     {-1.5, 3.5, -0.5, 0.5, 1.5, 2.5}},
    {"min max, symmetric",
     NNEFCL_SCALAR,
     DAT(8, 3),
     {0x81, 0x7f, 0, 0x80, 0x40, 0xc0},
     MIN_MAX(SCALAR(-127), SCALAR(127), 8, true, true),
     {-127, 127, 0, -128, 64, -64}},
    {"min max, 2 of 8 bits used",
     NNEFCL_SCALAR,
     DAT(8, 2),
     {0, 1, 2, 3, 0, 0},
     MIN_MAX(SCALAR(0), SCALAR(6), 2, false, false),
     {0, 2, 4, 6, 0, 0}},
    {"min max, by channel",
     NNEFCL_SCALAR,
     DAT(8, 2),
     {0, 255, 51, 0, 255, 51},
     MIN_MAX(ARRAY(channel_min), ARRAY(channel_max), 8, false, false),
     {-1, 1, -0.6, -2, 2, -1.2}},
    {"min by channel, one max",
     NNEFCL_SCALAR,
     DAT(8, 2),
     {0, 255, 51, 0, 255, 51},
     MIN_MAX(ARRAY(channel_min), SCALAR(4), 8, false, false),
     {-1, 4, 0, -2, 4, -0.8}},
    {"linear, 4 bits",
     NNEFCL_SCALAR,
     DAT(4, 2),
     {0x0f, 0x5a, 0x30},
     LINEAR(SCALAR(0), SCALAR(3), 4),
     {0, 3, 1, 2, 0.6, 0}},
    {"linear, 3 bits",
     NNEFCL_SCALAR,
     DAT(3, 2),
     {0x1c, 0x80, 0x00},
     LINEAR(SCALAR(0), SCALAR(7), 3),
     {0, 7, 1, 0, 0, 0}}, /* 000 111 001 000 ... */
    {"zero point",
     NNEFCL_SCALAR,
     DAT(8, 3),
     {0xfd, 0, 1, 0x80, 0x7f, 3},
     ZERO_POINT(INTEGER(-3), SCALAR(0.5)),
     {0, 1.5, 2, -62.5, 65, 3}},
    {"zero point, unsigned",
     NNEFCL_SCALAR,
     DAT(8, 2),
     {128, 0, 255, 129, 127, 130},
     ZERO_POINT(INTEGER(128), SCALAR(0.5)),
     {0, -64, 63.5, 0.5, -0.5, 1}},
    {"zero point, last axis",
     NNEFCL_SCALAR,
     DAT(8, 3),
     {1, 2, 3, 4, 5, 6},
     ZERO_POINT(INTEGER(1), ARRAY(scale_rows)),
     {0, 0.25, 4, 1.5, 1, 10}},
    {"zero point, 32 bits",
     NNEFCL_SCALAR,
     DAT(32, 3),
     {0, 0, 0, 0x80, 0xff, 0xff, 0xff, 0xff},
     ZERO_POINT(INTEGER(0), SCALAR(0x1p-10)),
     {-0x1p21, -0x1p-10, 0, 0, 0, 0}},
    {"logarithmic",
     NNEFCL_SCALAR,
     DAT(4, 2),
     {0x12, 0x5f, 0x00},
     LOGARITHMIC(SCALAR(3), 4),
     {0x1p-12, 0x1p-11, 0x1p-8, 4, 0x1p-13, 0x1p-13}},
    {"logarithmic, with sign",
     NNEFCL_SCALAR,
     DAT(4, 3),
     {0x7f, 0x08, 0x1e},
     LOGARITHMIC(SCALAR(3), 4),
     {4, -4, 0x1p-5, -0x1p-5, 0x1p-4, -2}},
    {"range in the header",
     NNEFCL_SCALAR,
     {2, {2, 3}, 8, 2, {0xbfc00000, 0x40600000}},
     {0, 255, 51, 102, 153, 204},
     NO_QUANT,
     {-1.5, 3.5, -0.5, 0.5, 1.5, 2.5}},
    {"an entry before the header",
     NNEFCL_SCALAR,
     {2, {2, 3}, 8, 2, {0x7fc00000, 0x40600000}},
     {0, 255},
     LINEAR(SCALAR(0), SCALAR(255), 8),
     {0, 255, 0, 0, 0, 0}},
    {"logarithmic range",
     NNEFCL_SCALAR,
     {2, {2, 3}, 4, 3, {0, 0x40400000}},
     {0x12, 0x5f, 0x80},
     NO_QUANT,
     {0x1p-12, 0x1p-11, 0x1p-8, 4, 0x1p-5, 0x1p-13}},
};

static size_t argument_count(const struct ncl_named_value *argument)
{
    size_t count = 0;
    while (argument[count].name)
        count++;
    return count;
}

static double element(const void *data, nnefcl_dtype dtype, size_t i)
{
    return dtype == NNEFCL_SCALAR    ? (double)((const float *)data)[i]
           : dtype == NNEFCL_INTEGER ? ((const int32_t *)data)[i]
                                     : ((const uint8_t *)data)[i];
}

static const nnefcl_shape shape23 = {2, {2, 3}};

START_TEST(values)
{
    const struct value_case *c = &value_cases[_i];
    struct ncl_quant quant = {c->algorithm, argument_count(c->argument), (struct ncl_named_value *)c->argument,
                              NCL_NOWHERE};
    struct ncl_container *container = container_of(&c->dat, c->data, (6 * c->dat.bits + 7) / 8);
    struct stage *s = stage(c->dtype, shape23, c->algorithm ? &quant : NULL, container);
    nnefcl_status status = ncl_weights_check(container, &s->variable, 0, NCL_NOWHERE, diag(true));
    ck_assert_msg(status == NNEFCL_OK && !said[0], "%s: %s", c->name, said);
    for (size_t step = 1; step <= 6; step++) { /* in pieces of every size */
        struct ncl_weights *weights;
        float out[6];
        ck_assert_int_eq(ncl_model_weights(&s->model, diag(true), &weights), NNEFCL_OK);
        ck_assert_int_eq(ncl_weights_begin(weights, &s->tensor, diag(true)), NNEFCL_OK);
        for (size_t i = 0; i < 6; i += step) {
            size_t count = 6 - i < step ? 6 - i : step;
            ck_assert_int_eq(
                ncl_weights_next(weights, (char *)out + i * nnefcl_dtype_size(c->dtype), count, diag(true)), NNEFCL_OK);
        }
        for (size_t i = 0; i < 6; i++) {
            double got = element(out, c->dtype, i),
                   expected = c->dtype == NNEFCL_SCALAR ? (double)(float)c->expected[i] : c->expected[i];
            ck_assert_msg(got == expected, "%s: element %zu is %.9g, expected %.9g", c->name, i, got, expected);
        }
        ck_assert_int_eq(ncl_weights_next(weights, out, 1, diag(true)), NNEFCL_ERR_INTERNAL);
        ncl_weights_free(weights);
    }
    ncl_container_free(container);
}
END_TEST

/* ---- what does not fit ---- */

#define TRACT   NNEFCL_COMPAT_TRACT
#define REFUSED NNEFCL_ERR_MODEL

struct fit_case {
    const char *name;
    nnefcl_dtype dtype;
    struct dat dat;
    const char *algorithm;
    struct ncl_named_value argument[6];
    unsigned compat;
    nnefcl_status strict, lenient;
    const char *text; /* part of what is said, NULL: nothing */
};

static const struct fit_case fit_cases[] = {
    {"floats for logicals", NNEFCL_LOGICAL, DAT(32, 0), NO_QUANT, 0, REFUSED, REFUSED,
     "w.dat: the file holds floats, but variable 'w' is of type logical"},
    {"integers for logicals", NNEFCL_LOGICAL, DAT(32, 4), NO_QUANT, 0, REFUSED, REFUSED,
     "w.dat: the file holds signed integers, but variable 'w' is of type logical"},
    {"bools for integers", NNEFCL_INTEGER, DAT(8, 5), NO_QUANT, 0, REFUSED, REFUSED,
     "holds bools, but variable 'w' is of type integer"},
    {"bools for scalars", NNEFCL_SCALAR, DAT(8, 5), NO_QUANT, 0, REFUSED, REFUSED,
     "holds bools, but variable 'w' is of type scalar"},
    {"floats for integers", NNEFCL_INTEGER, DAT(32, 0), NO_QUANT, 0, REFUSED, REFUSED,
     "holds floats, but variable 'w' is of type integer"},
    {"integers for scalars", NNEFCL_SCALAR, DAT(32, 4), NO_QUANT, 0, REFUSED, NNEFCL_OK,
     "holds signed integers for variable 'w' of type scalar"},
    {"integers for scalars, tract", NNEFCL_SCALAR, DAT(32, 4), NO_QUANT, TRACT, NNEFCL_OK, NNEFCL_OK, NULL},
    {"indices for integers", NNEFCL_INTEGER, DAT(8, 3), NO_QUANT, 0, REFUSED, NNEFCL_OK,
     "holds quantized signed integers for variable 'w' of type integer"},
    {"indices without an entry", NNEFCL_SCALAR, DAT(8, 2), NO_QUANT, 0, REFUSED, NNEFCL_OK,
     "but graph.quant has no entry for variable 'w' to decode them"},
    {"shape",
     NNEFCL_SCALAR,
     {2, {3, 2}, 32, 0, {0}},
     NO_QUANT,
     0,
     REFUSED,
     REFUSED,
     "w.dat: the file has the shape [3,2], variable 'w' has [2,3]"},
    {"leading one",
     NNEFCL_SCALAR,
     {3, {1, 2, 3}, 32, 0, {0}},
     NO_QUANT,
     0,
     REFUSED,
     REFUSED,
     "w.dat: the file has the shape [1,2,3], variable 'w' has [2,3]"},
    {"trailing ones", NNEFCL_SCALAR, {4, {2, 3, 1, 1}, 32, 0, {0}}, NO_QUANT, 0, NNEFCL_OK, NNEFCL_OK, NULL},
    {"header", NNEFCL_SCALAR, DAT(0, 4), NO_QUANT, 0, REFUSED, REFUSED, "w.dat: items of 0 bits"},
    {"range of NaN",
     NNEFCL_SCALAR,
     {2, {2, 3}, 8, 2, {0x7fc00000, 0x40600000}},
     NO_QUANT,
     0,
     REFUSED,
     REFUSED,
     "w.dat: the range of the quantized items in the header, nan to 3.5, is invalid"},
    {"logarithm of a negative",
     NNEFCL_SCALAR,
     {2, {2, 3}, 8, 3, {0, 0xc0600000}},
     NO_QUANT,
     0,
     REFUSED,
     REFUSED,
     "0 to -3.5, is invalid"},
    {"logarithm of what is infinite",
     NNEFCL_SCALAR,
     {2, {2, 3}, 8, 3, {0, 0x7f800000}},
     NO_QUANT,
     0,
     REFUSED,
     REFUSED,
     "0 to inf, is invalid"},
    {"logarithm from another end",
     NNEFCL_SCALAR,
     {2, {2, 3}, 8, 3, {0xbf800000, 0x40600000}},
     NO_QUANT,
     0,
     REFUSED,
     REFUSED,
     "-1 to 3.5, is invalid"},
    {"logarithm of both signs",
     NNEFCL_SCALAR,
     {2, {2, 3}, 8, 3, {0xc0600000, 0x40600000}},
     NO_QUANT,
     0,
     NNEFCL_OK,
     NNEFCL_OK,
     NULL},

    {"no such algorithm",
     NNEFCL_SCALAR,
     DAT(8, 2),
     "best_quantize",
     {{0}},
     0,
     REFUSED,
     REFUSED,
     "w.dat: 'best_quantize' is no quantization operation"},
    {"nothing given",
     NNEFCL_SCALAR,
     DAT(8, 2),
     "linear_quantize",
     {{0}},
     0,
     REFUSED,
     REFUSED,
     "w.dat: linear_quantize needs an integer 'bits'"},
    {"no max",
     NNEFCL_SCALAR,
     DAT(8, 2),
     "linear_quantize",
     {{"min", SCALAR(0)}, {"bits", INTEGER(8)}},
     0,
     REFUSED,
     REFUSED,
     "w.dat: linear_quantize needs 'max'"},
    {"no sign",
     NNEFCL_SCALAR,
     DAT(8, 2),
     "min_max_linear_quantize",
     {{"min", SCALAR(0)}, {"bits", INTEGER(8)}},
     0,
     REFUSED,
     REFUSED,
     "needs a logical 'signed'"},
    {"not symmetric and not otherwise",
     NNEFCL_SCALAR,
     DAT(8, 2),
     "min_max_linear_quantize",
     {{"min", SCALAR(0)}, {"bits", INTEGER(8)}, {"signed", LOGICAL(true)}},
     0,
     REFUSED,
     REFUSED,
     "needs a logical 'symmetric'"},
    {"0 bits", NNEFCL_SCALAR, DAT(8, 2), LINEAR(SCALAR(0), SCALAR(1), 0), 0, REFUSED, REFUSED,
     "has bits = 0, expected 1 to 64"},
    {"65 bits", NNEFCL_SCALAR, DAT(8, 2), LINEAR(SCALAR(0), SCALAR(1), 65), 0, REFUSED, REFUSED,
     "has bits = 65, expected 1 to 64"},
    {"one value", NNEFCL_SCALAR, DAT(8, 2), MIN_MAX(SCALAR(0), SCALAR(1), 1, true, true), 0, REFUSED, REFUSED,
     "has no second value with bits = 1"},
    {"empty array", NNEFCL_SCALAR, DAT(8, 2), LINEAR({.kind = NCL_VALUE_ARRAY}, SCALAR(1), 8), 0, REFUSED, REFUSED,
     "w.dat: 'min' of linear_quantize is an empty array"},
    {"uneven array", NNEFCL_SCALAR, DAT(8, 3), ZERO_POINT(INTEGER(0), ARRAY(uneven)), 0, REFUSED, REFUSED,
     "'scale' of zero_point_linear_quantize is no number and no evenly nested array"},
    {"too wide", NNEFCL_SCALAR, DAT(8, 3), ZERO_POINT(INTEGER(0), ARRAY(wide_row)), 0, REFUSED, REFUSED,
     "'scale' of zero_point_linear_quantize has the shape [4], which does not broadcast to [2,3]"},
    {"no number", NNEFCL_SCALAR, DAT(8, 3), ZERO_POINT(INTEGER(0), ARRAY(strings)), 0, REFUSED, REFUSED,
     "is no number and no evenly nested array"},
    {"deeper, but ones", NNEFCL_SCALAR, DAT(8, 3), ZERO_POINT(INTEGER(0), ARRAY(nest8)), 0, NNEFCL_OK, NNEFCL_OK, NULL},
    {"deeper than 8", NNEFCL_SCALAR, DAT(8, 3), ZERO_POINT(INTEGER(0), ARRAY(nest9)), 0, REFUSED, REFUSED,
     "'scale' of zero_point_linear_quantize is nested deeper than 8"},
};

START_TEST(fit)
{
    const struct fit_case *c = &fit_cases[_i];
    static const uint8_t data[48];
    struct ncl_quant quant = {c->algorithm, argument_count(c->argument), (struct ncl_named_value *)c->argument,
                              NCL_NOWHERE};
    struct ncl_container *container = container_of(&c->dat, data, (6 * c->dat.bits + 7) / 8);
    struct stage *s = stage(c->dtype, shape23, c->algorithm ? &quant : NULL, container);
    for (int strict = 0; strict < 2; strict++) {
        nnefcl_status status = ncl_weights_check(container, &s->variable, c->compat, NCL_NOWHERE, diag(strict));
        ck_assert_msg(status == (strict ? c->strict : c->lenient), "%s: %s '%s'", c->name, nnefcl_status_name(status),
                      said);
        ck_assert_msg(c->text ? strstr(said, c->text) != NULL : !said[0], "%s: '%s'", c->name, said);
    }
    struct ncl_weights *weights; /* reading refuses the same, and warns no more */
    ck_assert_int_eq(ncl_model_weights(&s->model, diag(false), &weights), NNEFCL_OK);
    ck_assert_int_eq(ncl_weights_begin(weights, &s->tensor, diag(false)), c->lenient);
    ck_assert_uint_eq(warnings, 0);
    ck_assert_msg(c->lenient ? strstr(said, c->text) != NULL : !said[0], "%s: '%s'", c->name, said);
    ncl_weights_free(weights);
    ncl_container_free(container);
}
END_TEST

START_TEST(plain_numbers_of_indices)
{
    static const uint8_t data[] = {200, 1, 2, 3, 4, 5};
    struct ncl_container *container = container_of(&(struct dat)DAT(8, 2), data, 6);
    struct stage *s = stage(NNEFCL_SCALAR, shape23, NULL, container);
    struct ncl_weights *weights;
    float out[6];
    ck_assert_int_eq(ncl_model_weights(&s->model, diag(false), &weights), NNEFCL_OK);
    ck_assert_int_eq(ncl_weights_begin(weights, &s->tensor, diag(false)), NNEFCL_OK);
    ck_assert_int_eq(ncl_weights_next(weights, out, 6, diag(false)), NNEFCL_OK);
    for (int i = 0; i < 6; i++)
        ck_assert(out[i] == data[i]);
    ncl_weights_free(weights);
    ncl_container_free(container);
}
END_TEST

START_TEST(integers_beyond_32_bits)
{
    static const uint8_t data[48] = {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    for (uint32_t code = 1; code <= 4; code += 3) {
        struct ncl_container *container = container_of(&(struct dat)DAT(64, code), data, 48);
        struct stage *s = stage(NNEFCL_INTEGER, shape23, NULL, container);
        struct ncl_weights *weights;
        int32_t out[6];
        ck_assert_int_eq(ncl_model_weights(&s->model, diag(false), &weights), NNEFCL_OK);
        ck_assert_int_eq(ncl_weights_begin(weights, &s->tensor, diag(false)), NNEFCL_OK);
        ck_assert_int_eq(ncl_weights_next(weights, out, 6, diag(false)), NNEFCL_ERR_MODEL);
        ck_assert_str_eq(said, "w.dat: item 1 does not fit in 32 bits");
        ncl_weights_free(weights);
        ncl_container_free(container);
    }
}
END_TEST

START_TEST(doubles_warn_once)
{
    static const uint8_t data[48];
    struct ncl_container *container = container_of(&(struct dat)DAT(64, 0), data, 48);
    struct stage *s = stage(NNEFCL_SCALAR, shape23, NULL, container);
    struct ncl_weights *weights;
    ck_assert_int_eq(ncl_model_weights(&s->model, diag(true), &weights), NNEFCL_OK);
    ck_assert_int_eq(ncl_weights_begin(weights, &s->tensor, diag(true)), NNEFCL_OK);
    ck_assert_str_eq(said, "w.dat: 64-bit floats are rounded to 32 bits");
    ck_assert_int_eq(ncl_weights_begin(weights, &s->tensor, diag(true)), NNEFCL_OK);
    ck_assert_str_eq(said, "");
    ncl_weights_free(weights);
    ncl_container_free(container);
}
END_TEST

START_TEST(doubles_that_are_lost)
{
    double doubles[6] = {1, 1e300, -1e300, 1e-300, 0, (double)INFINITY};
    uint8_t data[48];
    for (size_t i = 0; i < sizeof data; i++) { /* little-endian, as the file is */
        uint64_t bits;
        memcpy(&bits, &doubles[i / 8], sizeof bits);
        data[i] = (uint8_t)(bits >> (8 * (i % 8)));
    }
    struct ncl_container *container = container_of(&(struct dat)DAT(64, 0), data, 48);
    struct stage *s = stage(NNEFCL_SCALAR, shape23, NULL, container);
    struct ncl_weights *weights;
    float out[6];
    ck_assert_int_eq(ncl_model_weights(&s->model, diag(true), &weights), NNEFCL_OK);
    ck_assert_int_eq(ncl_weights_begin(weights, &s->tensor, diag(true)), NNEFCL_OK);
    ck_assert_int_eq(ncl_weights_next(weights, out, 5, diag(true)), NNEFCL_OK);
    ck_assert_str_eq(said, "");
    ck_assert_int_eq(ncl_weights_next(weights, out, 1, diag(true)), NNEFCL_OK);
    ck_assert_str_eq(said, "w.dat: element 1 is 1e+300 and became infinite in 32 bits; of 6 values 2 "
                           "became infinite and 1 became 0");
    ncl_weights_free(weights);
    ncl_container_free(container);
}
END_TEST

/* More than one chunk: 20000 items of 5 bits, dequantized by channel, given out in pieces that fit nothing. */
START_TEST(long_tensors)
{
    enum { ROWS = 50, COLUMNS = 400, COUNT = ROWS * COLUMNS, BITS = 5 };
    static uint8_t data[(COUNT * BITS + 7) / 8];
    static struct ncl_value scale[ROWS];
    static float out[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        dat_put_bits(data, i * BITS, i * 7 % 32, BITS);
    for (int i = 0; i < ROWS; i++)
        scale[i] = (struct ncl_value)SCALAR(i + 1);
    struct ncl_named_value argument[] = {{"zero_point", INTEGER(3)}, {"scale", ARRAY(scale)}};
    struct ncl_quant quant = {"zero_point_linear_quantize", 2, argument, NCL_NOWHERE};
    struct ncl_container *container = container_of(&(struct dat){2, {ROWS, COLUMNS}, BITS, 2, {0}}, data, sizeof data);
    struct stage *s = stage(NNEFCL_SCALAR, (nnefcl_shape){2, {ROWS, COLUMNS}}, &quant, container);
    struct ncl_weights *weights;
    ck_assert_int_eq(ncl_model_weights(&s->model, diag(true), &weights), NNEFCL_OK);
    ck_assert_int_eq(ncl_weights_begin(weights, &s->tensor, diag(true)), NNEFCL_OK);
    for (size_t i = 0, step = 1; i < COUNT; i += step, step = step * 3 % 9001 + 1) {
        if (step > COUNT - i)
            step = COUNT - i;
        ck_assert_int_eq(ncl_weights_next(weights, out + i, step, diag(true)), NNEFCL_OK);
    }
    for (size_t i = 0; i < COUNT; i++)
        ck_assert(out[i] == ((float)(i * 7 % 32) - 3) * (float)(i / COLUMNS + 1));
    ncl_weights_free(weights);
    ncl_container_free(container);
}
END_TEST

/* ---- without a file ---- */

START_TEST(constants)
{
    static const float many[] = {1, 2, 3, 4, 5, 6}, single[] = {7};
    struct nnefcl_model model = {0};
    struct ncl_tensor tensor = {.name = "c", .dtype = NNEFCL_SCALAR, .shape = shape23, .role = NCL_ROLE_CONSTANT};
    struct ncl_weights *weights;
    float out[6];
    ck_assert_int_eq(ncl_model_weights(&model, diag(true), &weights), NNEFCL_OK);
    for (int fill = 0; fill < 2; fill++) {
        tensor.data = fill ? single : many;
        tensor.data_count = fill ? 1 : 6;
        ck_assert_int_eq(ncl_weights_begin(weights, &tensor, diag(true)), NNEFCL_OK);
        ck_assert_int_eq(ncl_weights_next(weights, out, 4, diag(true)), NNEFCL_OK);
        ck_assert_int_eq(ncl_weights_next(weights, out + 4, 2, diag(true)), NNEFCL_OK);
        for (int i = 0; i < 6; i++)
            ck_assert(out[i] == (fill ? 7 : many[i]));
    }
    ncl_weights_free(weights);
}
END_TEST

START_TEST(random_values)
{
    enum { COUNT = 10000 };
    static float all[COUNT], part[COUNT];
    struct stage *s = stage(NNEFCL_SCALAR, (nnefcl_shape){1, {COUNT}}, NULL, NULL);
    s->variable.member = SIZE_MAX;
    s->variable.random_low = -0.5;
    s->variable.random_high = 0.25;
    s->model.seed = 42;
    struct ncl_weights *weights;
    ck_assert_int_eq(ncl_model_weights(&s->model, diag(true), &weights), NNEFCL_OK);
    ck_assert_int_eq(ncl_weights_begin(weights, &s->tensor, diag(true)), NNEFCL_OK);
    ck_assert_int_eq(ncl_weights_next(weights, all, COUNT, diag(true)), NNEFCL_OK);
    s->variable.label = "W"; /* the same variable */
    ck_assert_int_eq(ncl_weights_begin(weights, &s->tensor, diag(true)), NNEFCL_OK);
    for (size_t i = 0; i < COUNT; i += 1000)
        ck_assert_int_eq(ncl_weights_next(weights, part + i, 1000, diag(true)), NNEFCL_OK);
    ck_assert_mem_eq(all, part, sizeof all);
    double sum = 0, squares = 0;
    for (size_t i = 0; i < COUNT; i++) {
        ck_assert(all[i] >= -0.5f && all[i] < 0.25f);
        sum += all[i];
        squares += (double)all[i] * all[i];
    }
    ck_assert(fabs(sum / COUNT + 0.125) < 0.01);
    ck_assert(fabs(squares / COUNT - 0.125 * 0.125 - 0.75 * 0.75 / 12) < 0.005);
    s->variable.label = "v";
    ck_assert_int_eq(ncl_weights_begin(weights, &s->tensor, diag(true)), NNEFCL_OK);
    ck_assert_int_eq(ncl_weights_next(weights, part, COUNT, diag(true)), NNEFCL_OK);
    ck_assert_int_ne(memcmp(all, part, sizeof all), 0);
    ncl_weights_free(weights);
}
END_TEST

/* The same numbers on every machine, for ever: people compare runs by seed. */
START_TEST(random_is_fixed)
{
    ck_assert_uint_eq(ncl_random_stream(0, ""), ncl_random_stream(0, ""));
    ck_assert(ncl_random_unit(0, 0) ==
              (double)(UINT64_C(0xe220a8397b1dcdaf) >> 40) * 0x1p-24); /* the first number of splitmix64 from 0 */
    ck_assert_uint_eq(ncl_random_stream(1, "a/B"), ncl_random_stream(1, "A/b"));
    ck_assert_uint_ne(ncl_random_stream(1, "a"), ncl_random_stream(2, "a"));
    float top;
    for (uint64_t i = 0; i < 100000; i++) { /* rounding to float must not reach the end of the range */
        ncl_random_floats(9, i, 1, 0.99999988, 1, &top);
        ck_assert(top < 1);
    }
}
END_TEST

START_TEST(random_of_other_types)
{
    static int32_t integers[1000];
    static uint8_t logicals[1000];
    for (int dtype = NNEFCL_INTEGER; dtype <= NNEFCL_LOGICAL; dtype++) {
        struct stage *s = stage((nnefcl_dtype)dtype, (nnefcl_shape){1, {1000}}, NULL, NULL);
        s->variable.member = SIZE_MAX;
        s->variable.random_low = -2;
        s->variable.random_high = 3;
        struct ncl_weights *weights;
        int seen[8] = {0};
        ck_assert_int_eq(ncl_model_weights(&s->model, diag(true), &weights), NNEFCL_OK);
        ck_assert_int_eq(ncl_weights_begin(weights, &s->tensor, diag(true)), NNEFCL_OK);
        ck_assert_int_eq(
            ncl_weights_next(weights, dtype == NNEFCL_INTEGER ? (void *)integers : logicals, 1000, diag(true)),
            NNEFCL_OK);
        for (int i = 0; i < 1000; i++) {
            int value = dtype == NNEFCL_INTEGER ? integers[i] + 2 : logicals[i];
            ck_assert_int_ge(value, 0);
            ck_assert_int_le(value, dtype == NNEFCL_INTEGER ? 4 : 1);
            seen[value]++;
        }
        for (int i = 0; i < (dtype == NNEFCL_INTEGER ? 5 : 2); i++)
            ck_assert_int_gt(seen[i], 100);
        ncl_weights_free(weights);
    }
}
END_TEST

/* ---- rank-0 variables as attributes ---- */

START_TEST(scalars)
{
    static const struct {
        nnefcl_dtype dtype;
        struct dat dat;
        uint8_t data[8];
        double value;
    } cases[] = {
        {NNEFCL_SCALAR, {0, {0}, 32, 0, {0}}, {0xac, 0xc5, 0x27, 0x37}, 0x1.4f8b58p-17},
        {NNEFCL_SCALAR, {1, {1}, 64, 0, {0}}, {0, 0, 0, 0, 0, 0, 0xe0, 0x3f}, 0.5},
        {NNEFCL_INTEGER, {0, {0}, 64, 4, {0}}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, -1},
        {NNEFCL_LOGICAL, {0, {0}, 8, 5, {0}}, {4}, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ncl_container *container = container_of(&cases[i].dat, cases[i].data, cases[i].dat.bits / 8);
        struct stage *s = stage(cases[i].dtype, (nnefcl_shape){0}, NULL, container);
        double value = 0;
        ck_assert_int_eq(ncl_weights_scalar(container, &s->variable, 0, NCL_NOWHERE, diag(true), &value), NNEFCL_OK);
        ck_assert(value == cases[i].value);
        ncl_container_free(container);
    }
    struct ncl_container *container = container_of(&(struct dat)DAT(32, 0), cases, 24);
    struct stage *s = stage(NNEFCL_SCALAR, (nnefcl_shape){0}, NULL, container);
    double value;
    ck_assert_int_eq(ncl_weights_scalar(container, &s->variable, 0, NCL_NOWHERE, diag(true), &value), NNEFCL_ERR_MODEL);
    ck_assert_str_eq(said, "w.dat: the file has the shape [2,3], variable 'w' has []");
    ncl_container_free(container);
}
END_TEST

/* ---- out of memory ---- */

static size_t live;
static int64_t left = -1;

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

START_TEST(out_of_memory)
{
    const struct value_case *c = &value_cases[14]; /* by channel */
    struct ncl_quant quant = {c->algorithm, argument_count(c->argument), (struct ncl_named_value *)c->argument,
                              NCL_NOWHERE};
    ncl_container_free(container_of(&c->dat, c->data, 6));
    const nnefcl_allocator counting = {counted, NULL};
    nnefcl_reader reader = {read_tar, tar_size, NULL};
    for (int64_t allowed = 0;; allowed++) {
        struct ncl_container *container = NULL;
        left = allowed;
        nnefcl_status status = ncl_container_open(NULL, &reader, 0, false, &counting, diag(true), &container);
        struct stage *s = stage(NNEFCL_SCALAR, shape23, &quant, container);
        s->model.arena.allocator = counting;
        struct ncl_weights *weights = NULL;
        float out[6];
        if (!status && !(status = ncl_weights_check(container, &s->variable, 0, NCL_NOWHERE, diag(true))) &&
            !(status = ncl_model_weights(&s->model, diag(true), &weights)) &&
            !(status = ncl_weights_begin(weights, &s->tensor, diag(true))))
            status = ncl_weights_next(weights, out, 6, diag(true));
        ncl_weights_free(weights);
        ncl_container_free(container);
        ck_assert_uint_eq(live, 0);
        if (!status)
            break;
        ck_assert_int_eq(status, NNEFCL_ERR_NOMEM);
        ck_assert_int_lt(allowed, 100);
    }
    left = -1;
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("weights");
    TCase *tests = tcase_create("all");
    tcase_add_loop_test(tests, values, 0, sizeof value_cases / sizeof *value_cases);
    tcase_add_loop_test(tests, fit, 0, sizeof fit_cases / sizeof *fit_cases);
    tcase_add_test(tests, plain_numbers_of_indices);
    tcase_add_test(tests, integers_beyond_32_bits);
    tcase_add_test(tests, doubles_warn_once);
    tcase_add_test(tests, doubles_that_are_lost);
    tcase_add_test(tests, long_tensors);
    tcase_add_test(tests, constants);
    tcase_add_test(tests, random_values);
    tcase_add_test(tests, random_is_fixed);
    tcase_add_test(tests, random_of_other_types);
    tcase_add_test(tests, scalars);
    tcase_add_test(tests, out_of_memory);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
