/* The verbs of compilation, each one file of this folder (DESIGN 3). A stage takes const input and returns something new. */
#ifndef NCL_STAGES_H
#define NCL_STAGES_H

#include "base/text.h"
#include "ir/lower.h"
#include "nnef/ast.h"
#include "nnef/container.h"
#include "nnefcl/inspect.h"

/* ---- model.c: the frozen model behind the public nnefcl_model ---- */

struct nnefcl_model {
    struct ncl_arena arena; /* everything below but the container */
    struct ncl_container *container;
    struct ncl_source source; /* graph.nnef, kept for messages */
    const struct ncl_document *document;
    const struct ncl_graph *graph;
    const char *const *location;             /* of each node: "graph.nnef:12:9" */
    const struct ncl_registered *registered; /* operations of the application (registered.h) */
    size_t registered_count;
    unsigned compat;
    bool random_weights, no_quant;
    uint64_t seed, memory_limit;
};

/* A number that tells models apart: hash of the document and of the options that change what it computes. */
uint64_t ncl_model_fingerprint(const struct nnefcl_model *model);

/* ---- build.c and its parts: document to graph (3.3, chapter 4) ---- */

struct ncl_build_options {
    bool strict, random_weights, no_quant;
    unsigned compat;
    const nnefcl_input_shape *shapes;
    size_t shape_count;
    int64_t batch;
    uint64_t memory_limit;
    const struct ncl_registered *registered; /* operations of the application (registered.h) */
    size_t registered_count;
};

/* Checks the document, expands it, infers shapes, finds the variables' files and applies graph.quant (`quant` NULL: there is none).
 * `container` NULL: no files (then random_weights must be set, or variables are refused). */
nnefcl_status ncl_build(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_document *document, const struct ncl_quant_file *quant,
                        const struct ncl_container *container, const struct ncl_build_options *options, const struct ncl_graph **graph);
/* stdlib.nnef parsed: the declarations of chapter 4. In `arena`. */
nnefcl_status ncl_stdlib(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_document **document);

/* ---- weights.c: the elements of constants and variables, decoded as they are read ---- */

struct ncl_weights;
/* Reads for one session; holds a chunk and a cursor. */
nnefcl_status ncl_weights_open(const struct nnefcl_model *model, struct ncl_diag *diag, struct ncl_weights **weights);
void ncl_weights_free(struct ncl_weights *weights);
/* Starts a tensor of role VARIABLE or CONSTANT ... */
nnefcl_status ncl_weights_begin(struct ncl_weights *weights, const struct ncl_tensor *tensor, struct ncl_diag *diag);
/* ... and writes its next `count` elements (dense, of its dtype) to `out`: from the file (float, integer, bool; quantized indices decoded by
 * variable->quant, 7.1), the constant's data, or the random formula. */
nnefcl_status ncl_weights_next(struct ncl_weights *weights, void *out, size_t count, struct ncl_diag *diag);
/* Does the file of a variable fit its declaration: header, size, type, shape modulo trailing ones (5.2, 5.2.1)? Called while the graph is built. */
nnefcl_status ncl_weights_check(const struct ncl_container *container, const struct ncl_variable *variable, unsigned compat, struct ncl_loc at,
                                struct ncl_diag *diag);
/* The same with a cursor of the caller: an archive is read through once when the variables come in the order of their files. */
nnefcl_status ncl_weights_check_with(struct ncl_cursor *cursor, const struct ncl_container *container, const struct ncl_variable *variable,
                                     unsigned compat, struct ncl_loc at, struct ncl_diag *diag);
/* The only element of a rank-0 variable that serves as an attribute. */
nnefcl_status ncl_weights_scalar(const struct ncl_container *container, const struct ncl_variable *variable, unsigned compat, struct ncl_loc at,
                                 struct ncl_diag *diag, double *value);

/* ---- passes: graph to graph, pass_*.c ---- */

struct ncl_pass {
    const char *name;
    nnefcl_status (*run)(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_target *target, const struct ncl_graph *in,
                         const struct ncl_graph **out);
};
extern const struct ncl_pass ncl_passes[];
extern const size_t ncl_pass_count;

/* ---- plan_make.c: graph to plan ---- */

struct ncl_plan_options {
    const char *const *disabled_passes;
    size_t disabled_pass_count;
    bool plain_kernels, clblast, separate_buffers, keep_tensors, long_index;
    uint64_t memory_limit; /* bytes of device memory, 0: target->global_memory */
};

/* Passes, lowering, memory plan. Everything in `arena`; the plan points into
 * the model. */
nnefcl_status ncl_plan_make(const struct nnefcl_model *model, const struct ncl_target *target, const struct ncl_plan_options *options,
                            struct ncl_arena *arena, struct ncl_diag *diag, struct ncl_plan **plan);
/* keep.c: what is to be read after a run keeps its memory: every tensor of the graph but constants and variables as they were loaded (their files
 * tell). Before the memory plan ... */
nnefcl_status ncl_keep_tensors(struct ncl_lower *lower);
/* ... and behind it: fills in plan->held. */
nnefcl_status ncl_keep_map(struct ncl_lower *lower);
/* schedule.c: sorts the init steps, loads in the order of the files and each step right behind what it waits for. */
nnefcl_status ncl_schedule_init(struct ncl_plan *plan, struct ncl_arena *arena, struct ncl_diag *diag);
/* memplan.c: gives every tensor of the plan its buffer and offset; no buffer above target.max_allocation, a larger tensor is NNEFCL_ERR_LIMIT with
 * both numbers. */
nnefcl_status ncl_memplan(struct ncl_plan *plan, const struct ncl_plan_options *options, struct ncl_arena *arena, struct ncl_diag *diag);

/* check.c: --dump plan and --dump cl. */
void ncl_plan_dump(struct ncl_text *text, const struct ncl_plan *plan, nnefcl_dump what);

/* ---- wrap.c: OpenCL C sources from the bodies in cl/ ---- */

/* The launch form of one kernel: prelude, defines, body, and
 *   kernel void launch(global const long *records, ulong record, ulong tasks, global uchar *m0, ulong o0, global uchar *m1, ulong o1, ...)
 * with one (buffer, byte offset) pair for each tensor. Work-group size: target.group. */
void ncl_wrap_launch(struct ncl_text *text, const struct ncl_plan *plan, uint32_t kernel);
/* The launch forms of all kernels for which wanted[kernel] is set, as one program: kernel 7 is `launch_7`. */
void ncl_wrap_launches(struct ncl_text *text, const struct ncl_plan *plan, const bool *wanted);
/* The whole run list as one kernel for CPU devices:
 *   kernel void persistent(global const long *records, volatile global int *counters_, global uchar *m0, ulong o0, ...)
 * with one pair for each buffer of the plan (INIT ones included: any buffer may stand for them); `counters_` holds
 * NCL_PERSISTENT_COUNTERS zeroed ints, which the kernel leaves zeroed; launch target.compute_units work-items, local size 1. The steps
 * themselves are part of `records` (ncl_wrap_records). Fewer than 2^31 tasks in all. */
#define NCL_PERSISTENT_COUNTERS 48
void ncl_wrap_persistent(struct ncl_text *text, const struct ncl_plan *plan);
/* All records: the sizes of every kernel step at step->record, and behind them the step table of the persistent form. `count` 64-bit integers. */
nnefcl_status ncl_wrap_records(const struct ncl_plan *plan, struct ncl_arena *arena, int64_t **records, size_t *count);

#endif
