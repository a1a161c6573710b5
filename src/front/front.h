/* SPDX-License-Identifier: Apache-2.0 */
/* Document to graph (NNEF 3.3, chapter 4): what the other folders see of the front end. */
#ifndef NCL_FRONT_H
#define NCL_FRONT_H

#include "ir/op.h"
#include "nnef/ast.h"
#include "nnef/container.h"
#include "nnefcl/model.h"

struct ncl_registered;

struct ncl_build_options {
    bool strict, random_weights, no_quant;
    bool internal; /* declarations without a body are operations of the table: patterns.nnef */
    unsigned compat;
    const nnefcl_input_shape *shapes;
    size_t shape_count;
    int64_t batch;
    uint64_t memory_limit;
    const struct ncl_registered *registered; /* operations of the application (registered.h) */
    size_t registered_count;
};

/* Checks the document, expands it, infers shapes, finds the variables' files and applies graph.quant (`quant` NULL:
 * there is none). `container` NULL: no files (then random_weights must be set, or variables are refused). */
nnefcl_status ncl_build(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_document *document,
                        const struct ncl_quant_file *quant, const struct ncl_container *container,
                        const struct ncl_build_options *options, const struct ncl_graph **graph);
/* The signatures of the library's operations (ncl_graph.signatures), for who makes a graph without a document. */
nnefcl_status ncl_library_signatures(struct ncl_arena *arena, struct ncl_diag *diag,
                                     const struct ncl_names **signatures);
/* stdlib.nnef parsed: the declarations of chapter 4. In `arena`. */
nnefcl_status ncl_stdlib(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_document **document);
/* What exporters write beside it; a declaration without a body is an operation of ours that chapter 4 lacks. */
nnefcl_status ncl_dialects(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_document **document);

#endif
