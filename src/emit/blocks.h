/* SPDX-License-Identifier: Apache-2.0 */
/* Which tensors lie in blocks of channels between the steps of a run, so that conversions stand at the borders only.
 *
 * The form: [N][C / block][before + H + after][before + W + after][block], block = target.lanes: axis 1 of images of
 * rank 4, or of rank 3 (H = 1), blocked, float. The planes of a volume, rank 5, are images: [N][D][C / block]..., so
 * that plane by plane is image by image, and a variant that takes them (variant.h: `volumes`) counts them as such
 * (struct ncl_place). Lanes behind the last channel, and the halo, are zeros: who writes such a tensor writes all of
 * its cells. The halo is what its readers in blocks asked for, or wider: take every address from struct ncl_place, also
 * the distance of images, which may lie in a larger tensor.
 *
 * Who decides: ncl_blocks_decide walks the nodes before the first step is emitted. Each has a problem (op->problem, or
 * ELEMENTS for element-wise ones); the variant of least cost, conversions of inputs and result counted, says whether it
 * reads and writes blocks (variant.h: `reads_blocks`, `writes_blocks`, `halo`). What a step then asks for is a
 * preference, never a promise: a form that nobody wrote is made by a `convert`.
 *
 * What a variant does:
 *   reads_blocks   its input is ncl_blocks_in(lower, tensor), at ncl_blocks_place of that
 *   halo           how far around the image of its input it reads zeros; such a reader needs no tests at borders
 *   reads_whole    its input may be ncl_blocks_in_whole, where ncl_blocks_step says so
 *   writes_whole   problem->out may be in whole numbers: its cells are NCL_CELL, stored by NCL_STORE_BLOCK
 *   writes_blocks  problem->out is in blocks when it is emitted; ncl_step_after works on it with `at` counted from the
 *                  first cell in memory, halo included, and `along`: the lanes run along axis 1
 * A variant without these reads ncl_lower_tensor and writes the plain problem->out, as ever. */
#ifndef NCL_BLOCKS_H
#define NCL_BLOCKS_H

#include "emit/lower.h"
#include "emit/problem.h"

/* Can it lie in blocks, were there somebody to write it so? */
bool ncl_blocks_can(const struct ncl_tensor *tensor);
/* Is it left in blocks by its writer? */
bool ncl_blocks_held(const struct ncl_lower *lower, const struct ncl_tensor *tensor);
/* Does the step of the node compute what feeds it too (variant.h: `takes_feeder`)? Else that is a step in front. */
bool ncl_blocks_fed(const struct ncl_lower *lower, const struct ncl_node *node);
/* Its form in blocks, for writers and readers alike. Of a tensor that can. */
struct ncl_layout ncl_blocks_layout(const struct ncl_lower *lower, const struct ncl_tensor *tensor);
/* The tensor in that form; converted where it is held plain. */
ncl_ref ncl_blocks_in(struct ncl_lower *lower, const struct ncl_tensor *tensor);
/* The same in whole numbers that count steps (layout.h). */
ncl_ref ncl_blocks_in_whole(struct ncl_lower *lower, const struct ncl_tensor *tensor, double step);
/* The step of a tensor that is left by its writer in whole numbers: all who read it do so; 0: in floats. */
float ncl_blocks_step(const struct ncl_lower *lower, const struct ncl_tensor *tensor);

/* Where the elements of a tensor of rank 3 to 5 are, plain ones too (block 1): channel c of image n at (h, w) is at
 * first + n batch + c / block * channel + h row + w block + c % block. All but the extents and numbers count elements.
 * The planes of a volume in blocks are images; those of a plain one are `plane` apart in each image. */
struct ncl_place {
    int64_t images, planes; /* planes: of a volume, in each element of the batch; else 1 */
    int64_t block, batch, plane, channel, row, first;
    int64_t extent[2], before[2], after[2]; /* H and W, halo */
};
struct ncl_place ncl_blocks_place(const struct ncl_lower *lower, ncl_ref ref);
/* Fields of a record, in this order: BATCH, CHANNEL, ROW, FIRST of what is read ... */
void ncl_blocks_emit_in(struct ncl_emit *step, const struct ncl_place *place, const char *const names[4]);
/* ... and what NCL_HALO of the prelude wants to know of what is written: Y_BATCH, Y_CHANNEL, Y_ROW, Y_FIRST, HEIGHT,
 * WIDTH, HALO(i): before H and W, behind H and W. */
void ncl_blocks_emit_out(struct ncl_emit *step, const struct ncl_place *place);
#define NCL_BLOCKS_OUT 10 /* fields */
/* Elements of one image with the filling of its last block, without halo. */
int64_t ncl_blocks_elements(const struct ncl_target *target, const nnefcl_shape *shape);
/* Rows of a plane, a block of an image, for each task: of the size of other element-wise tasks. */
struct ncl_blocks_tasks {
    int64_t rows, count;
};
struct ncl_blocks_tasks ncl_blocks_tasks(const struct ncl_target *target, const nnefcl_shape *shape,
                                         const struct ncl_place *place);

/* The tensor whose form a variant reads; NULL: none that could be in blocks. */
const struct ncl_tensor *ncl_blocks_input(const struct ncl_problem *problem);
/* Microseconds that conversions of one image cost when the problem is computed by a variant that reads and writes so;
 * `result` too as long as its form is open. */
double ncl_blocks_cost(const struct ncl_lower *lower, const struct ncl_problem *problem, bool reads, bool writes);

/* By tensor id, for the plan's lowering (lower->blocks). */
nnefcl_status ncl_blocks_decide(struct ncl_lower *lower);

#endif
