/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/reduction.h"

/* How a result is made of the elements of its line. Sums beyond a float are taken again with a unit (reduce.cl). */
struct reduction {
    const char *join, *start;
    const char *map, *finish; /* NULL: the element itself, the joined value */
    bool sum;
};

/* A square that is a float for every x: the unit is taken twice. */
#define ROOT_TERM(less) "(v * (unit * unit)" less ") * (v * (unit * unit)" less ")"

static const struct reduction reductions[] = {
    [NCL_REDUCE_SUM] = {.join = "a + v", .start = "0", .map = "v * unit", .sum = true, .finish = "v * back"},
    [NCL_REDUCE_MEAN] = {.join = "a + v", .start = "0", .map = "v * unit", .sum = true, .finish = "v / VOLUME * back"},
    [NCL_REDUCE_MAX] = {.join = "select(a, v, (v > a) | isnan(v))", .start = "-INFINITY"},
    [NCL_REDUCE_MIN] = {.join = "select(a, v, (v < a) | isnan(v))", .start = "INFINITY"},
    /* by what is not there: the compiler of rusticl (Mesa 22.3) falls over arrays of bytes that are all 1 */
    [NCL_REDUCE_ALL] = {.join = "a | v", .start = "0", .map = "v ^ (uchar)1", .finish = "v ^ (uchar)1"},
    [NCL_REDUCE_ANY] = {.join = "a | v", .start = "0"},
    [NCL_REDUCE_VARIANCE] = {.join = "a + v",
                             .start = "0",
                             .map = "((v - m) * unit) * ((v - m) * unit)",
                             .sum = true,
                             .finish = "v / VOLUME * back * back"},
    [NCL_REDUCE_DEVIATION] = {.join = "a + v",
                              .start = "0",
                              .map = ROOT_TERM(" - m * (unit * unit)"),
                              .sum = true,
                              .finish = "sqrt(v / VOLUME) * back * back"},
    [NCL_REDUCE_ROOT_SQUARE] =
        {.join = "a + v", .start = "0", .map = ROOT_TERM(""), .sum = true, .finish = "sqrt(v / VOLUME) * back * back"},
    [NCL_REDUCE_ROOT_SQUARE_SMALL] = {.join = "a + v",
                                      .start = "0",
                                      .map = "(v * 0x1p70f) * (v * 0x1p70f)",
                                      .sum = true,
                                      .finish = "sqrt(v / VOLUME)"},
};

bool ncl_reduction_is_arg(enum ncl_reduction kind)
{
    return kind == NCL_REDUCE_ARGMAX || kind == NCL_REDUCE_ARGMIN;
}

static bool reduction_is_root(enum ncl_reduction kind)
{
    return kind == NCL_REDUCE_DEVIATION || kind == NCL_REDUCE_ROOT_SQUARE || kind == NCL_REDUCE_ROOT_SQUARE_SMALL;
}

bool ncl_reduction_is_mean(enum ncl_reduction kind)
{
    return kind == NCL_REDUCE_MEAN || kind == NCL_REDUCE_VARIANCE || reduction_is_root(kind);
}

enum ncl_reduction ncl_reduction_of_parts(enum ncl_reduction kind)
{
    return reduction_is_root(kind) ? NCL_REDUCE_ROOT_SQUARE : ncl_reduction_is_mean(kind) ? NCL_REDUCE_MEAN : kind;
}

void ncl_reduction_define(struct ncl_emit *step, const struct ncl_reduce *reduce)
{
    if (ncl_reduction_is_arg(reduce->kind)) {
        const bool smallest = reduce->kind == NCL_REDUCE_ARGMIN;
        ncl_step_define(step, "BETTER(v, a)", smallest ? "v < a" : "v > a");
        ncl_step_define(step, "START", smallest ? "INFINITY" : "-INFINITY");
        return;
    }
    const struct reduction *reduction = &reductions[reduce->kind];
    ncl_step_define_type(step, "T", reduce->input->dtype);
    ncl_step_define(step, "JOIN", reduction->join);
    ncl_step_define(step, "START", reduction->start);
    ncl_step_define_int(step, "SUM", reduction->sum);
    if (reduction->map)
        ncl_step_define(step, "MAP(v)", reduction->map);
    if (reduction->finish)
        ncl_step_define(step, "FINISH(v)", reduction->finish);
}
