/* SPDX-License-Identifier: Apache-2.0 */
/* A build, document to graph (NNEF 1.0.5, 3.3 and chapter 4), as its stages share it:
 *
 * declare         the fragments of the document and of the standard library, their declarations checked
 * translate       assignments, expressions and invocations: types are checked and code is made
 * evaluate        runs the code of an assignment; constant_math: operators, subscripts and built-in functions on values
 * nodes           an invocation of an operation becomes a node, by ir/make.h (reshape_inputs: other shapes of inputs)
 * after_body      files of variables, ranges of random values
 * quantize        graph.quant; quantize_nodes: its entries as nodes
 * build.c         the order of it all
 *
 * What they share, and nothing that calls a stage, stands in build_state.c. */
#ifndef NCL_BUILD_H
#define NCL_BUILD_H

#include "front/front.h"
#include "front/machine.h"
#include "front/scope.h"
#include "ir/make.h"

#define NCL_MAX_CALLS   65536                /* nested invocations of fragments */
#define NCL_MAX_ITEMS   ((size_t)1 << 22)    /* of an array, bytes of a string */
#define NCL_MAX_STEPS   ((uint64_t)50000000) /* instructions and items moved in one build */
#define NCL_MAX_SCRATCH ((size_t)1 << 29)    /* bytes of values and code while building */

struct ncl_build {
    struct ncl_arena *arena;  /* of the model */
    struct ncl_arena scratch; /* freed after the build */
    struct ncl_diag *diag;
    const struct ncl_document *document;
    const struct ncl_container *container;
    const struct ncl_build_options *options;
    struct ncl_graph *graph;
    struct ncl_infer infer;
    struct ncl_names operations;    /* struct ncl_declared */
    struct ncl_declared **declared; /* of the document, in its order */
    struct ncl_names inputs;        /* struct ncl_name: the parameters of the graph */
    struct ncl_scope scope;         /* of the graph */
    struct ncl_machine machine;
    struct ncl_literal_use { /* variables whose value was used as an attribute */
        const struct ncl_variable *variable;
        struct ncl_loc at;
    } * literal;
    size_t literal_count, literal_capacity;
    const char *assigning; /* first identifier of the assignment that runs */
};

/* Charges work: a step is about the time of one instruction. Once there are too many the next instruction ends the
 * build; loops over much look themselves whether that is so. */
static inline bool ncl_build_spend(struct ncl_build *build, uint64_t steps)
{
    build->machine.steps += steps;
    return build->machine.steps <= NCL_MAX_STEPS;
}

/* Out of memory, or over the limit of memory; returns the status. */
nnefcl_status ncl_build_nomem(struct ncl_build *build);
/* NULL: nothing of that name can be invoked. */
struct ncl_declared *ncl_build_find(const struct ncl_build *build, const char *name);
/* Every tensor has a name once it is in the graph: those from number `first` on that have none get "base.1", ... */
nnefcl_status ncl_build_name_others(struct ncl_build *build, const char *base, size_t first);

#endif
