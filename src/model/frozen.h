/* SPDX-License-Identifier: Apache-2.0 */
/* The frozen model behind the public nnefcl_model, and what is made of it without a device. */
#ifndef NCL_FROZEN_H
#define NCL_FROZEN_H

#include <stdatomic.h>

#include "base/budget.h"
#include "base/text.h"
#include "front/front.h"
#include "front/templates.h"
#include "front/weights.h"
#include "nnefcl/inspect.h"
#include "pass/pass.h"
#include "plan/plan_make.h"
#include "verify/exact.h"

struct nnefcl_model {
    atomic_uint holds;          /* the caller, and models of other shapes that were made from it */
    struct nnefcl_model *first; /* NULL, or what this one was made from: container, document and operations are its */
    struct ncl_budget *budget;  /* of all that follows */
    struct ncl_arena arena;     /* everything below but the container */
    struct ncl_container *container;
    struct ncl_source source; /* graph.nnef, kept for messages */
    const struct ncl_document *document;
    const struct ncl_quant_file *quant;
    const struct ncl_graph *graph;
    struct ncl_templates templates;          /* what passes recognize */
    const char *const *location;             /* of each node: "graph.nnef:12:9" */
    const struct ncl_registered *registered; /* operations of the application (registered.h) */
    size_t registered_count;
    unsigned compat;
    bool strict, random_weights, no_quant;
    uint64_t seed;
    uint64_t memory_limit; /* bytes of a tensor or of a member of an archive */
    uint64_t host_limit;   /* bytes of host memory: for the model, and for each plan or session while it is made */
    uint64_t identity;     /* of the files: no two models of a process have the same, not even one after another at one
                              address, but one of other shapes has that of the first */
};

/* A number that tells models apart: hash of the document and of the options that change what it computes. */
uint64_t ncl_model_fingerprint(const struct nnefcl_model *model);

/* model.c: the model with another batch, for a plan: its graph in `arena`, with which it goes without being freed, all
 * else of the model, which has to live as long; its nodes have no places in text. */
nnefcl_status ncl_model_with_batch(const struct nnefcl_model *model, int64_t batch, struct ncl_arena *arena,
                                   struct ncl_diag *diag, const struct nnefcl_model **other);

/* prepare.c: the graph behind the passes, which shares names and constants with the model, and the plan of it, which
 * owns all it points to. Everything in `arena`. `graph` may be NULL: it is needed to run load steps. */
nnefcl_status ncl_model_passes(const struct nnefcl_model *model, const struct ncl_target *target,
                               const struct ncl_pass_options *options, struct ncl_arena *arena, struct ncl_diag *diag,
                               const struct ncl_graph **graph);
nnefcl_status ncl_model_plan(const struct nnefcl_model *model, const struct ncl_target *target,
                             const struct ncl_plan_options *options, struct ncl_arena *arena, struct ncl_diag *diag,
                             const struct ncl_graph **graph, const struct ncl_plan **plan);

/* plan_options.c: checks the options of a session (NULL: the defaults) and takes from them what a plan depends on. */
nnefcl_status ncl_plan_options_read(const nnefcl_session_options *options, struct ncl_diag *diag,
                                    struct ncl_plan_options *plan);
/* The target of the options that were read; without one, `other`. What the target points to is in `facts`. */
void ncl_plan_target_read(const nnefcl_session_options *options, const struct ncl_target *other,
                          nnefcl_device_info *facts, struct ncl_target *target);

/* A reader of the elements of its constants and variables. */
nnefcl_status ncl_model_weights(const struct nnefcl_model *model, struct ncl_diag *diag, struct ncl_weights **weights);

/* constants.c: the same elements for src/verify. Close it also after an error. */
struct ncl_model_constants {
    struct ncl_exact_source source;
    struct ncl_weights *weights;
};
nnefcl_status ncl_model_constants_open(struct ncl_model_constants *constants, const struct nnefcl_model *model,
                                       struct ncl_diag *diag);
void ncl_model_constants_close(struct ncl_model_constants *constants);

/* needs.c: --dump plan and --dump cl. The sources are those that the compiler gets when nothing is there yet, of the
 * persistent form if that is asked for and fits. */
nnefcl_status ncl_plan_dump(struct ncl_text *text, const struct ncl_plan *plan, nnefcl_dump what, bool persistent);

#endif
