/* SPDX-License-Identifier: Apache-2.0 */
/* One way to compute a problem: a file src/ops/kernel_*.c and a line in kernels.def. The plain variant of a family
 * comes first there and fits every problem on every device. */
#ifndef NCL_VARIANT_H
#define NCL_VARIANT_H

#include "emit/lower.h"
#include "emit/problem.h"

#define NCL_CHOICES 8 /* at most, of one variant for one problem */

/* What a tuner may vary within a variant. */
struct ncl_choice {
    struct ncl_tile tile; /* of registers */
};

struct ncl_variant {
    const char *name; /* "conv_gemm": family and what is special */
    enum ncl_family family;
    const char *about; /* one line for --list-kernels */
    /* Why it cannot compute the problem there, NULL: it can. `problem` NULL: what speaks against the device alone.
     * No function: it always can. */
    const char *(*unfit)(const struct ncl_target *target, const struct ncl_problem *problem);
    /* The choices worth a look, at most NCL_CHOICES. NULL: there is nothing to vary. */
    size_t (*choices)(const struct ncl_target *target, const struct ncl_problem *problem, struct ncl_choice *choice);
    /* Estimated microseconds (cost.h); only their order counts. */
    double (*cost)(const struct ncl_target *target, const struct ncl_problem *problem, const struct ncl_choice *choice);
    nnefcl_status (*emit)(struct ncl_lower *lower, const struct ncl_problem *problem, const struct ncl_choice *choice);
    /* Channels in blocks (blocks.h): of the input, of the result. */
    bool reads_blocks, writes_blocks;
    bool volumes;                   /* of volumes too, whose planes are images */
    bool reads_whole, writes_whole; /* in whole numbers that count steps, where a tensor lies so */
    /* What it reads around H and W of its input in blocks: raises before and after. NULL: nothing. */
    void (*halo)(const struct ncl_problem *problem, int64_t before[2], int64_t after[2]);
    /* It multiplies transforms of a neighbourhood: what its results may be off grows with all of that, not only with
     * the terms of their own sums (reference.h). */
    bool transforms;
    /* It computes what feeds the node too (node->feeder), so that is no step of its own. */
    bool takes_feeder;
    bool reads_pitched, writes_pitched; /* plain images lie as far apart as one likes: of the input, of the result */
    bool foreign;                       /* a library's: nothing is known of the order of its additions */
};

/* One variant for each family, or none: taken wherever it fits. */
struct ncl_forced {
    const struct ncl_variant *variant[NCL_FAMILY_COUNT];
    bool near[NCL_FAMILY_COUNT]; /* only where its estimated cost is not many times the least one */
    bool blocks;                 /* those that write blocks, wherever one fits */
    bool exact;                  /* none that is not (ncl_variant_exact), and nothing that was measured */
};

/* kernels.def, filled in by src/ops. */
extern const struct ncl_variant *const ncl_variants[];
extern const size_t ncl_variant_count;
/* NULL: there is none of that name. */
const struct ncl_variant *ncl_variant_find(const char *name);

const char *ncl_variant_unfit(const struct ncl_variant *variant, const struct ncl_target *target,
                              const struct ncl_problem *problem);
/* Does it add up each sum of its own products, in an order that is ours? */
bool ncl_variant_exact(const struct ncl_variant *variant);
/* Emits the steps of the cheapest variant that fits, among those that write the form in which the result is held: the
 * forced one of its family if there is one and it fits. What a tuning table measured takes the place of an estimate. */
nnefcl_status ncl_choose(struct ncl_lower *lower, struct ncl_problem *problem);
/* The cheapest one as long as the form of the result is open (blocks.h), and what it costs. */
const struct ncl_variant *ncl_choose_variant(const struct ncl_lower *lower, const struct ncl_problem *problem,
                                             double *cost);
/* Is what feeds the node of a problem a step of its own? It is; the costs decide; it is not, since that is forced. */
enum ncl_choose_feeder { NCL_FEEDER_APART, NCL_FEEDER_OPEN, NCL_FEEDER_TAKEN };
enum ncl_choose_feeder ncl_choose_feeder(const struct ncl_lower *lower, const struct ncl_problem *problem);
/* The one that ncl_choose is going to take, once forms are decided. */
const struct ncl_variant *ncl_choose_decided(const struct ncl_lower *lower, const struct ncl_problem *problem);
/* The lowering of every operation that has a `problem`. */
nnefcl_status ncl_choose_lower(struct ncl_lower *lower, const struct ncl_node *node);
/* "conv=conv_gemm" as a forced variant, "conv~conv_gemm" likewise where it is near, "plain" of every family, or
 * "blocked": what can writes blocks. NNEFCL_ERR_ARGUMENT names what there is. */
nnefcl_status ncl_choose_force(struct ncl_forced *forced, const char *text, struct ncl_diag *diag);

#endif
