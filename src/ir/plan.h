/* SPDX-License-Identifier: Apache-2.0 */
/* The plan: everything the device side does, as plain data, which owns all it points to: the model may go. Init steps
 * run once (load weights, pack them, fold constants), run steps with each inference.
 *
 * Kernels are bodies in cl/: a body is `static void FN(stem)(INDEX task, SIZES size, global T *tensor...)` in
 * cl/stem.cl. A step names a body with its defines, the number of tasks, the tensors in the order of the body's
 * parameters and the record of sizes (one 64-bit integer each; reals as the bits of a float). */
#ifndef NCL_PLAN_H
#define NCL_PLAN_H

#include "base/text.h"
#include "graph.h"
#include "layout.h"
#include "target.h"

#define NCL_STEP_TENSORS 16
#define NCL_NO_TENSOR    UINT32_MAX
#define NCL_RECORD_HEAD  3

typedef uint32_t ncl_ref; /* index into plan->tensor */

enum ncl_storage {
    NCL_STORE_ARENA,  /* lives between run steps */
    NCL_STORE_INIT,   /* lives between init steps only */
    NCL_STORE_WEIGHT, /* made by init steps, read by run steps */
    NCL_STORE_STATE,  /* a variable that update writes */
    NCL_STORE_INPUT,  /* a buffer of its own, may be bound by the application */
    NCL_STORE_OUTPUT
};

struct ncl_plan_tensor {
    const char *name;
    nnefcl_dtype dtype;
    nnefcl_shape shape;
    struct ncl_layout layout;
    uint64_t bytes;
    enum ncl_storage storage;
    ncl_ref base; /* the tensor whose memory this one shares from `base_offset` on (a view); NCL_NO_TENSOR: its own
                     memory */
    uint64_t base_offset; /* bytes */
    uint32_t io;          /* INPUT, OUTPUT: index of the graph's input or output */
    bool kept;            /* ARENA: nothing else gets its memory before the end of the run */
    /* made by the memory plan */
    uint32_t buffer;                /* index into plan->buffer */
    uint64_t offset;                /* bytes in it */
    uint32_t first_step, last_step; /* liveness within its list */
    bool given;                     /* its last step has written its result in the same place */
};

struct ncl_define {
    const char *name, *text; /* "T", "float": both our own, never a model's */
};

/* What computes a task. ITEM: a work-item, alone, so that the body can stand in the persistent form too. GROUP: a
 * work-group of its own, in launches only; its work-items enter the body together, which may have barriers. */
enum ncl_map { NCL_MAP_ITEM, NCL_MAP_GROUP };

/* A program: a body with its defines. */
struct ncl_kernel {
    enum ncl_map map;
    unsigned group;       /* GROUP: work-items */
    uint32_t local_bytes; /* GROUP: local memory, the parameter behind the record */
    const char *body;     /* stem of the file and name of the function */
    const char *source;   /* text in place of the file: of a registered operation, macros of its fields in front; NULL:
                             cl/ has it */
    size_t define_count;
    struct ncl_define *define; /* sorted by name */
    unsigned needs;            /* bits: parts of the body that its steps use, numbered in its file; 0: it has none */
    unsigned tensors;          /* number of tensor parameters */
    size_t size_count;
    const char *const *size_name; /* names of the record's fields, as the file defines them */
    uint64_t key;                 /* hash of all that the compiler gets for it: names it in every program */
};

enum ncl_step_kind { NCL_STEP_KERNEL, NCL_STEP_LOAD, NCL_STEP_COPY, NCL_STEP_GEMM };

/* C = A B or C += A B for a library (CLBlast), row-major, `batch` times; strides in elements between batches. tensor[0]
 * = A, tensor[1] = B, tensor[2] = C. */
struct ncl_gemm {
    int64_t m, n, k;
    bool transpose_a, transpose_b;
    bool add; /* C += A B */
    int64_t batch;
    const int64_t *offset_a, *offset_b, *offset_c; /* elements, one for each batch */
};

struct ncl_step {
    enum ncl_step_kind kind;
    struct ncl_loc at;
    const char *name;    /* "conv1 = conv" */
    const char *variant; /* "conv_gemm", NULL: the operation has one kernel only */
    const char
        *candidate;  /* in plans that are measured: variant and problem of its node (src/emit/tuning.h), or NULL */
    uint32_t result; /* tensor id of the first result of the node that it belongs to */
    unsigned tensor_count;
    ncl_ref tensor[NCL_STEP_TENSORS];
    unsigned writes; /* bit i: tensor[i] is written */
    unsigned reads;  /* bit i: tensor[i] is read */
    unsigned unread; /* bit i: tensor[i] stands where the kernel could have one more, and is not touched */
    unsigned gives;  /* bit i: tensor[i] may give its memory to what is written: each task reads from a place before it
                        writes there, and no other task does */
    uint64_t flops;
    /* KERNEL */
    uint32_t kernel; /* index into plan->kernel */
    uint64_t tasks;
    size_t size_count;
    int64_t *size;
    uint64_t record; /* index of its first size in the record buffer */
    uint32_t loaded; /* LOAD: tensor[0] gets the elements of the tensor with this id, a constant or a variable, of the
                        graph that the plan was made from */
    /* COPY: bytes from tensor[0] to tensor[1], the whole of both */
    /* GEMM */
    const struct ncl_gemm *gemm;
};

struct ncl_buffer {
    uint64_t bytes;
    enum ncl_storage storage; /* ARENA and INIT never share a buffer */
    uint32_t io;
};

struct ncl_steps {
    size_t count, capacity;
    struct ncl_step *step;
};

/* A variable that update writes, in the order of the graph's variables. */
struct ncl_plan_state {
    const char *name, *label;
    ncl_ref tensor, initial; /* its value now, and the one it starts with */
};

/* The operation that a plan computes a tensor by, as one node with tensors of its own: operands, then the result. */
struct ncl_meant {
    struct ncl_node node;
    size_t tensor_count;
    struct ncl_tensor **tensor; /* their ids are their places here; literals have their elements in `data` */
    uint32_t *origin; /* their ids in the graph that the plan was made of; beyond the model's own: made by passes */
};

struct ncl_plan {
    struct ncl_target target;
    const char *name;         /* of the graph */
    struct ncl_source source; /* the document: places of steps point to it */
    size_t tensor_count, tensor_capacity;
    struct ncl_plan_tensor *tensor;
    size_t kernel_count, kernel_capacity;
    struct ncl_kernel *kernel;
    struct ncl_steps init, run;
    struct ncl_steps reset; /* behind init, and whenever the state is to be as it was then: copies */
    size_t state_count;
    struct ncl_plan_state *state;
    size_t buffer_count, buffer_capacity;
    struct ncl_buffer *buffer;
    uint64_t record_count; /* 64-bit integers in the record buffer; the first NCL_RECORD_HEAD lead to the step table of
                              the persistent form */
    double weights_off;    /* what stored weights may be off, as a part of the largest one of their row; 0: nothing */
    unsigned half_terms;   /* of a product that are added up in half, at most; 0: none are */
    bool halves;           /* tensors between steps and weights of products may lie in half (src/plan/plan_halves.c) */
    double moves_us; /* what a run waits for beside its arithmetic: an estimate, to compare plans of one model ... */
    double fixed_us; /* ... of it what is no smaller for a part of a batch: steps and weights */
    uint64_t weight_bytes, arena_bytes, init_bytes, io_bytes;
    size_t input_count, output_count;
    ncl_ref *input, *output; /* by index of the graph */
    /* made when tensors are kept */
    size_t held_count;
    ncl_ref *held; /* by tensor id of the model's graph: what can be read after a run; NCL_NO_TENSOR: the device does
                      not have it then */
    struct ncl_meant **meant; /* the same way; NULL: nothing computes it, or a node of more than one result */
    uint64_t fingerprint;     /* of the model (ncl_model_fingerprint) */
};

/* Work-items of a work-group of this kernel. */
unsigned ncl_plan_group(const struct ncl_plan *plan, const struct ncl_kernel *kernel);
/* The tensor that owns the memory of `ref`. */
ncl_ref ncl_plan_root(const struct ncl_plan *plan, ncl_ref ref);
/* Where a tensor lies: its buffer, and the byte offset in it. */
void ncl_plan_place(const struct ncl_plan *plan, ncl_ref ref, uint32_t *buffer, uint64_t *offset);
/* Bytes of the tensors that a step reads and writes, each once. */
uint64_t ncl_plan_step_bytes(const struct ncl_plan *plan, const struct ncl_step *step);
const char *ncl_storage_name(enum ncl_storage storage);
/* `--dump plan`. */
void ncl_plan_print(struct ncl_text *text, const struct ncl_plan *plan);

#endif
