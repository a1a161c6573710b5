/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at what the library made of a model: dumps, summary, the list of operations.
 *
 * Thread rule: that of the object that is looked at. */
#ifndef NNEFCL_INSPECT_H
#define NNEFCL_INSPECT_H

#include "session.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum nnefcl_dump {
    NNEFCL_DUMP_AST,   /* the document as parsed */
    NNEFCL_DUMP_GRAPH, /* nodes with shapes and types */
    NNEFCL_DUMP_FLAT,  /* the graph as a flat NNEF document again (NNEF 6) */
    NNEFCL_DUMP_DOT,   /* the graph for graphviz */
    NNEFCL_DUMP_PLAN,  /* sessions: buffers, programs, init and run steps */
    NNEFCL_DUMP_CL     /* sessions: the sources given to the OpenCL compiler */
} nnefcl_dump;

/* Receives text in pieces; a non-zero return stops the dump. */
typedef int (*nnefcl_write_fn)(void *user, const char *text, size_t length);

/* AST, GRAPH, FLAT or DOT; for the others NNEFCL_ERR_ARGUMENT. NNEFCL_ERR_UNSUPPORTED: the AST of a file of another
 * system, which is no document. */
NNEFCL_API nnefcl_status nnefcl_model_dump(const nnefcl_model *model, nnefcl_dump what, nnefcl_write_fn write,
                                           void *user, nnefcl_error *error);
/* PLAN or CL. */
NNEFCL_API nnefcl_status nnefcl_session_dump(const nnefcl_session *session, nnefcl_dump what, nnefcl_write_fn write,
                                             void *user, nnefcl_error *error);
/* PLAN or CL without a device, for options->target; without one for a generic CPU (gpu = 0) or GPU. */
NNEFCL_API nnefcl_status nnefcl_model_dump_plan(const nnefcl_model *model, const nnefcl_session_options *options,
                                                int gpu, nnefcl_dump what, nnefcl_write_fn write, void *user,
                                                nnefcl_error *error);

/* The graph as it is behind the pass of this name, those in front of it included, for options->target (NULL: a generic
 * CPU); options->disabled_passes are left out. An unknown name is NNEFCL_ERR_ARGUMENT, and the message lists what there
 * is. */
NNEFCL_API nnefcl_status nnefcl_model_dump_pass(const nnefcl_model *model, const nnefcl_session_options *options,
                                                const char *pass, nnefcl_write_fn write, void *user,
                                                nnefcl_error *error);

/* Writes the model as a folder of NNEF that computes the same bits: graph.nnef, the flat document, and LABEL.dat for
 * each variable, of 32 bits whatever the model's file had (also of a model that came in another format). The folder is
 * made if it is not there; files in it of these names are replaced. NNEFCL_ERR_DATA: something could not be written,
 * and what is there is not whole. */
NNEFCL_API nnefcl_status nnefcl_model_save(const nnefcl_model *model, const char *folder, nnefcl_error *error);

/* One node of the graph. Strings live as long as the model. */
typedef struct nnefcl_node_info {
    const char *op, *location;
    nnefcl_tensor_info output; /* its first result */
    size_t output_count;
    uint64_t parameters; /* elements of the variables it reads directly */
    uint64_t macs;       /* multiply-accumulates of conv, deconv, linear and matmul, else 0 */
} nnefcl_node_info;
NNEFCL_API size_t nnefcl_model_node_count(const nnefcl_model *model);
NNEFCL_API nnefcl_status nnefcl_model_node(const nnefcl_model *model, size_t index, nnefcl_node_info *info,
                                           size_t size);
#define nnefcl_model_node(model, index, info) nnefcl_model_node(model, index, info, sizeof(nnefcl_node_info))

/* What a model needs, found without a device. */
typedef struct nnefcl_needs {
    uint64_t parameters; /* elements of all variables, shared ones once */
    uint64_t macs;
    uint64_t weights, arena, io; /* bytes of device memory on the target */
    uint64_t largest;            /* bytes of the largest tensor */
    size_t nodes, steps, kernels;
} nnefcl_needs;
/* Would this model run on options->target (NULL: a generic CPU)? NNEFCL_ERR_LIMIT: options->memory_limit, or what the
 * target has. */
NNEFCL_API nnefcl_status nnefcl_model_check(const nnefcl_model *model, const nnefcl_session_options *options,
                                            nnefcl_needs *needs, size_t size, nnefcl_error *error);
#define nnefcl_model_check(model, options, needs, error)                                                               \
    nnefcl_model_check(model, options, needs, sizeof(nnefcl_needs), error)

/* Which variant of kernels (kernel.h) computes each node for options->target (NULL: a generic CPU): `variant` has room
 * for as many names as the model has nodes; NULL where there is one kernel only, or none. They live as long as the
 * library. */
NNEFCL_API nnefcl_status nnefcl_model_variants(const nnefcl_model *model, const nnefcl_session_options *options,
                                               const char **variant, nnefcl_error *error);

/* The operations of NNEF 1.0.5, chapter 4, in the order of the chapter. */
typedef struct nnefcl_op_info {
    char name[40];
    char chapter[16]; /* "4.3.1" */
    const char *runs; /* "kernel" or "by its body" */
} nnefcl_op_info;
NNEFCL_API size_t nnefcl_op_count(void); /* 0: no memory to tell */
NNEFCL_API nnefcl_status nnefcl_op(size_t index, nnefcl_op_info *info, size_t size);
#define nnefcl_op(index, info) nnefcl_op(index, info, sizeof(nnefcl_op_info))

/* The operators that are read of files of other systems. `format` is "onnx", "tflite", "tensorflow", "torch7", "caffe"
 * or "caffe2", or NULL to ask for the format number `index` itself. NULL: there are no more, or there is no such
 * format. Names live as long as the library; one that several domains or versions share comes once for each. */
NNEFCL_API const char *nnefcl_format_op(const char *format, size_t index);

/* The index of the name that somebody may have meant by `wanted`, as the messages of the library say it ("did you mean
 * ...?"); SIZE_MAX: none is near. NULL among the names is passed over. */
NNEFCL_API size_t nnefcl_nearest(const char *wanted, const char *const *names, size_t count);

#ifdef __cplusplus
}
#endif
#endif
