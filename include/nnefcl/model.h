/* SPDX-License-Identifier: Apache-2.0 */
/* An NNEF model: parsed, checked, expanded and shaped, without a device.
 *
 * Thread rule: a model is frozen once it is open; any number of threads may read it and create sessions from it at the
 * same time. */
#ifndef NNEFCL_MODEL_H
#define NNEFCL_MODEL_H

#include "operation.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nnefcl_model nnefcl_model;

/* Dialects of exporters; each is refused (NNEFCL_ERR_UNSUPPORTED, with the name of the dialect) unless it is enabled.
 */
enum nnefcl_compat {
    NNEFCL_COMPAT_TORCH = 1, /* torch_to_nnef with its Khronos target */
    NNEFCL_COMPAT_TRACT = 2, /* extension lines, i"..." identifiers, integer data in scalar variables */
    NNEFCL_COMPAT_LEGACY = 4 /* documents and tensor files from before NNEF 1.0 was final */
};

/* A shape to take instead of the one written in the `external` of the input `name`. */
typedef struct nnefcl_input_shape {
    const char *name;
    nnefcl_shape shape;
} nnefcl_input_shape;

/* What an input will be given. Without data its shape alone counts. With data, integers that the graph cannot be made
 * without (a shape, axes) are taken from there, with a warning: other values need the model opened anew. */
typedef struct nnefcl_given {
    const char *name;
    nnefcl_tensor tensor;
} nnefcl_given;

/* How to open a model. Set it with NNEFCL_MODEL_OPTIONS_INIT; zero means default everywhere. Nothing in it is kept
 * after the call, except allocator.user, and of operations their functions and their users. */
typedef struct nnefcl_model_options {
    uint32_t version; /* 1 */
    int strict;       /* refuse what the text of the specification forbids even where the meaning is clear */
    unsigned compat;  /* enum nnefcl_compat, or-ed */
    const nnefcl_input_shape *shapes; /* shapes of inputs; a name that is no input is NNEFCL_ERR_ARGUMENT */
    size_t shape_count;
    const nnefcl_given *given; /* data that will be given: their shapes fill extents that a file of another
                                  system leaves open; names that are no inputs are passed over */
    size_t given_count;
    int64_t batch;      /* leading extent for every input; 0: as written */
    int random_weights; /* variables without a file get pseudo-random values: He-scaled, from `seed` and the label */
    uint64_t seed;
    int no_quant; /* graph.quant only serves to decode variables stored as quantized indices; else it is executed
                     (NNEF 7.1) */
    uint64_t memory_limit; /* bytes of host memory for the model, and again for each plan and session while it is made;
                              0: 384 MiB. Also of one tensor and of one member of an archive; 0: 8 GiB */
    nnefcl_allocator allocator;
    nnefcl_diagnostic_fn diagnostic; /* every error and warning; NULL: only the first error, in nnefcl_error */
    void *diagnostic_user;
    const nnefcl_operation *operations; /* of the application's own (operation.h); a bad one is NNEFCL_ERR_ARGUMENT,
                                           named as operations[i] */
    size_t operation_count;
    int no_links; /* refuse symbolic links in a folder: for services that open folders of others. 0: they are followed;
                     those in archives are always refused */
} nnefcl_model_options;
NNEFCL_INIT_DECLARE(nnefcl_model_options)
#define NNEFCL_MODEL_OPTIONS_INIT NNEFCL_INIT(nnefcl_model_options)

/* A container read through callbacks: `read` copies up to `size` bytes from `offset` and returns how many (0: end,
 * SIZE_MAX: error). It is called while the model is opened and while sessions are created, from the calling thread, and
 * must stay valid until the model is freed. Sessions created on several threads at once call it from several threads at
 * once. */
typedef struct nnefcl_reader {
    size_t (*read)(void *user, uint64_t offset, void *buffer, size_t size);
    uint64_t size; /* bytes of the container */
    void *user;
} nnefcl_reader;

/* Opens a folder, a graph.nnef, a .tar, .tar.gz or .zip, or the file of another system: ONNX (told by content). The
 * files are read again when sessions are created, so they must stay as they are. */
NNEFCL_API nnefcl_status nnefcl_model_open(const char *path, const nnefcl_model_options *options, nnefcl_model **model,
                                           nnefcl_error *error);
/* The same for an archive, or the text of a graph.nnef alone, in memory. The bytes stay the caller's and must live as
 * long as the model. */
NNEFCL_API nnefcl_status nnefcl_model_open_memory(const void *data, size_t size, const nnefcl_model_options *options,
                                                  nnefcl_model **model, nnefcl_error *error);
/* The same through callbacks. */
NNEFCL_API nnefcl_status nnefcl_model_open_reader(const nnefcl_reader *reader, const nnefcl_model_options *options,
                                                  nnefcl_model **model, nnefcl_error *error);
/* The same model with other shapes of its inputs: `batch` and `shapes` as in the options, all other options are those
 * that it was opened with. The document is not read again. Its sessions on a device share the weights with those of
 * `model` that are alive, wherever both prepare them alike, which another batch does. Both models are frozen, and
 * either may be freed first. NNEFCL_ERR_ARGUMENT: a shape has no name, or none of an input; else as nnefcl_model_open.
 */
NNEFCL_API nnefcl_status nnefcl_model_reshape(const nnefcl_model *model, int64_t batch,
                                              const nnefcl_input_shape *shapes, size_t shape_count,
                                              nnefcl_model **other, nnefcl_error *error);
/* Frees a model; sessions created from it live on. NULL is allowed. */
NNEFCL_API void nnefcl_model_free(nnefcl_model *model);

/* Description of an input, output or variable; the strings live as long as the model. */
typedef struct nnefcl_tensor_info {
    const char *name;  /* identifier in the graph */
    const char *label; /* variables: their label; else NULL */
    nnefcl_dtype dtype;
    nnefcl_shape shape;
    size_t bytes; /* dense size on the API */
} nnefcl_tensor_info;

NNEFCL_API const char *nnefcl_model_name(const nnefcl_model *model); /* name of the graph */
NNEFCL_API size_t nnefcl_model_input_count(const nnefcl_model *model);
NNEFCL_API size_t nnefcl_model_output_count(const nnefcl_model *model);
NNEFCL_API size_t nnefcl_model_variable_count(const nnefcl_model *model);
/* index < count; info is zeroed otherwise and NNEFCL_ERR_ARGUMENT returned. Inputs and outputs are in the order of the
 * graph's declaration. */
NNEFCL_API nnefcl_status nnefcl_model_input(const nnefcl_model *model, size_t index, nnefcl_tensor_info *info,
                                            size_t size);
#define nnefcl_model_input(model, index, info) nnefcl_model_input(model, index, info, sizeof(nnefcl_tensor_info))
NNEFCL_API nnefcl_status nnefcl_model_output(const nnefcl_model *model, size_t index, nnefcl_tensor_info *info,
                                             size_t size);
#define nnefcl_model_output(model, index, info) nnefcl_model_output(model, index, info, sizeof(nnefcl_tensor_info))
NNEFCL_API nnefcl_status nnefcl_model_variable(const nnefcl_model *model, size_t index, nnefcl_tensor_info *info,
                                               size_t size);
#define nnefcl_model_variable(model, index, info) nnefcl_model_variable(model, index, info, sizeof(nnefcl_tensor_info))
/* The index of an input or output by its name, of a variable by its label; SIZE_MAX: there is none. */
NNEFCL_API size_t nnefcl_model_find_input(const nnefcl_model *model, const char *name);
NNEFCL_API size_t nnefcl_model_find_output(const nnefcl_model *model, const char *name);
NNEFCL_API size_t nnefcl_model_find_variable(const nnefcl_model *model, const char *label);

/* Host memory in bytes, as the library asked the allocator for it. */
typedef struct nnefcl_host_memory {
    uint64_t used, peak; /* now, and the most there was */
    uint64_t limit;      /* 0: none */
} nnefcl_host_memory;
/* Of the model: its texts, graph and container. Zeros for NULL. */
NNEFCL_API void nnefcl_model_host_memory(const nnefcl_model *model, nnefcl_host_memory *memory, size_t size);
#define nnefcl_model_host_memory(model, memory) nnefcl_model_host_memory(model, memory, sizeof(nnefcl_host_memory))

#ifdef __cplusplus
}
#endif
#endif
