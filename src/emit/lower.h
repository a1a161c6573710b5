/* SPDX-License-Identifier: Apache-2.0 */
/* What an operation uses to emit its steps. Errors are sticky: after the first one every call does nothing and
 * ncl_lower_status tells it, so an op's code needs no checks between the calls. A step whose inputs are all constant
 * goes to the init list by itself (DESIGN 3). */
#ifndef NCL_LOWER_H
#define NCL_LOWER_H

#include "ir/op.h"
#include "ir/plan.h"

struct ncl_blocks;
struct ncl_emit;
struct ncl_forced;
struct ncl_life;
struct ncl_tuning;

/* What constant operands of products bound by them are stored as; each row has a factor, sums are floats. */
enum ncl_kept { NCL_KEPT_FLOAT, NCL_KEPT_HALF, NCL_KEPT_BYTE };

struct ncl_lower {
    struct ncl_arena *arena; /* of the plan */
    struct ncl_diag *diag;
    struct ncl_plan *plan;
    const struct ncl_graph *graph;
    const struct ncl_node *node;  /* being lowered */
    struct ncl_expression *chain; /* what hangs on it (after.h); NULL: nothing, or a step computes it */
    bool node_constant;           /* every tensor they read is known at init */
    ncl_ref *variable;         /* by index of the variable, likewise: tensors of one label share their memory (4.1.3) */
    ncl_ref *tensor;           /* by tensor id: its plain form, NCL_NO_TENSOR: not met yet */
    struct ncl_form **form;    /* by tensor id: its other forms (forms.h) */
    struct ncl_blocks *blocks; /* by tensor id: whether it lies in blocks (blocks.h); NULL: none does */
    const struct ncl_node **joined; /* by tensor id: the latest concat that begins with it, NULL: none so far */
    bool *constant;                 /* by ref: made by init steps */
    struct ncl_life *life;          /* by ref (share.h) */
    size_t constant_capacity, life_capacity;
    uint32_t position;     /* of the node in the graph */
    uint32_t *last_reader; /* by tensor id: the position of that node; NULL: all is read behind the run (share.h) */
    struct ncl_emit *emit; /* the step under construction */
    const char *variant;   /* that emits now, NULL: an operation with one kernel */
    const struct ncl_forced *forced; /* by family (variant.h); NULL: none */
    const struct ncl_tuning *tuning; /* what was measured (tuning.h); NULL: nothing */
    bool measured;                   /* steps are to be: they name their candidates */
    const char *candidate;           /* of the node, or NULL */
    bool long_index;                 /* force 64-bit indices (tests) */
    enum ncl_kept weights;
    bool multiply_half; /* the device can, and sums of products may be off by it */
    unsigned compat;    /* NNEFCL_COMPAT_* of the model */
    nnefcl_status status;
};

/* The plain and dense form of a graph tensor, made at the first use; other forms: forms.h. */
ncl_ref ncl_lower_tensor(struct ncl_lower *lower, const struct ncl_tensor *tensor);
/* Memory of our own between steps, dense, `count` elements. `name` for the printed plan. It is written by steps of
 * constant inputs only, or by none of them. */
ncl_ref ncl_lower_scratch(struct ncl_lower *lower, const char *name, nnefcl_dtype dtype, int64_t count);
/* `result` shows the memory of `input` under its own shape from element `first` on: no step. */
void ncl_lower_view(struct ncl_lower *lower, const struct ncl_tensor *result, const struct ncl_tensor *input,
                    int64_t first);
/* Is the tensor known at init (so that packing it costs nothing at run time)? */
bool ncl_lower_is_constant(const struct ncl_lower *lower, ncl_ref ref);
/* NNEFCL_ERR_UNSUPPORTED at the node: "conv: ...". */
nnefcl_status ncl_lower_unsupported(struct ncl_lower *lower, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
nnefcl_status ncl_lower_status(const struct ncl_lower *lower);

/* A kernel step: begin, then its parts, then end. The pointer is valid until ncl_step_end. */
struct ncl_emit *ncl_step_begin(struct ncl_lower *lower, const char *body);
/* The body is not in a file, but here (registered operations). The text lives as long as the model. */
void ncl_step_source(struct ncl_emit *step, const char *source);
/* A task is a work-group of `group` work-items, which share `local_bytes` of local memory and may wait for each other
 * (cl/README.md). The persistent form cannot have it. */
void ncl_step_group(struct ncl_emit *step, unsigned group, uint32_t local_bytes);
/* A `#define name text` in front of the body; text is a literal of ours. */
void ncl_step_define(struct ncl_emit *step, const char *name, const char *text);
void ncl_step_define_int(struct ncl_emit *step, const char *name, int64_t value);
/* Parts of the body that this step uses, bits as the file numbers them (NCL_NEED, cl/prelude.cl): what no step of the
 * kernel uses is not compiled. They follow from the model, not from sizes that callers choose, or another batch would
 * compile again. */
void ncl_step_needs(struct ncl_emit *step, unsigned parts);
/* Tensors that the step has so far. */
unsigned ncl_step_tensors(const struct ncl_emit *step);
/* `#define NCL_Tk type`, k the number of a tensor that the step has (cl/prelude.cl). */
void ncl_step_define_tensor(struct ncl_emit *step, ncl_ref ref, const char *type);
/* `#define name NCL_Tk` for floats, k being the number that the next tensor of the step gets plus `ahead`; else
 * `#define name int|uchar`. */
void ncl_step_define_element(struct ncl_emit *step, const char *name, nnefcl_dtype dtype, unsigned ahead);
/* `#define name float|int|uchar` */
void ncl_step_define_type(struct ncl_emit *step, const char *name, nnefcl_dtype dtype);
/* NCL_T0 and NCL_T1 of a step that moves elements of its first tensor to its second one. Floats are what bodies have
 * without it, and what may be stored in half. */
void ncl_step_define_moved(struct ncl_emit *step, nnefcl_dtype dtype);
/* How a kernel reads and writes the elements of this tensor, where they are no floats: `name` becomes their type in
 * memory, LOAD_name(p, i) a value and STORE_name(v, p, i) its store. A body that meets whole numbers has LOAD_STEP and
 * STORE_STEP. */
void ncl_step_define_storage(struct ncl_emit *step, const char *name, ncl_ref ref);
/* What the printed plan calls it, in the plan's arena; without it the name of its node's result. */
void ncl_step_name(struct ncl_emit *step, const char *name);
/* Tensors in the order of the body's parameters. */
void ncl_step_in(struct ncl_emit *step, ncl_ref ref);
void ncl_step_out(struct ncl_emit *step, ncl_ref ref);
/* A tensor that the kernel can do without: where it is NCL_NO_TENSOR `any` stands in its place and is not read. */
void ncl_step_in_or(struct ncl_emit *step, ncl_ref ref, ncl_ref any);
/* The tensor that was added last may give its memory to the result, if nobody needs it later: each task reads an
 * element before it writes the one in the same place, and no other task reads it. */
void ncl_step_gives(struct ncl_emit *step);
/* Written in part, or read and written: an earlier content stays. */
void ncl_step_inout(struct ncl_emit *step, ncl_ref ref);
/* The numbers R(0), R(1), ... of a generated formula: they stand in front of the sizes. */
void ncl_step_formula_reals(struct ncl_emit *step, const double *values, size_t count);
/* The record of sizes, in the order in which the file of the body numbers them: `#define COUNT SIZE(0)` is the field
 * "COUNT". */
void ncl_step_size(struct ncl_emit *step, const char *name, int64_t value);
void ncl_step_real(struct ncl_emit *step, const char *name, double value);
/* `count` sizes in a row, for `#define EXTENT(i) SIZE(3 + (i))`. */
void ncl_step_sizes(struct ncl_emit *step, const char *name, const int64_t *values, size_t count);
void ncl_step_flops(struct ncl_emit *step, double flops);
nnefcl_status ncl_step_end(struct ncl_emit *step, int64_t tasks);

/* Whole-tensor device copy. */
void ncl_lower_copy(struct ncl_lower *lower, ncl_ref from, ncl_ref to);
/* A GEMM for a library. */
nnefcl_status ncl_lower_gemm(struct ncl_lower *lower, ncl_ref a, ncl_ref b, ncl_ref c, const struct ncl_gemm *gemm);

/* ceil(a / b) for positive numbers. */
int64_t ncl_ceil_div(int64_t a, int64_t b);

#endif
