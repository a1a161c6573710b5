/* SPDX-License-Identifier: Apache-2.0 */
/* The graph: nodes in execution order, tensors with shape and type. Nouns only; it knows nothing of NNEF's
 * syntax. Frozen once built.
 *
 * Every operation of chapter 4 is a node, also external, constant, variable and update. Literals given for tensor
 * parameters are tensors of rank 0 with role NCL_ROLE_CONSTANT and no producer. */
#ifndef NCL_GRAPH_H
#define NCL_GRAPH_H

#include "base/alloc.h"
#include "base/diag.h"
#include "base/stored.h"
#include "base/names.h"
#include "nnefcl/tensor.h"
#include "value.h"

struct ncl_op;
struct ncl_node;

enum ncl_role { NCL_ROLE_ACTIVATION, NCL_ROLE_INPUT, NCL_ROLE_CONSTANT, NCL_ROLE_VARIABLE };

/* One entry of graph.quant, arguments evaluated: algorithm is a quantization operation of 4.9.5. */
struct ncl_quant {
    const char *algorithm;
    size_t argument_count;
    struct ncl_named_value *argument; /* literals; nested arrays for per-channel values */
    struct ncl_loc at;
};

/* Elements that do not lie in a tensor file of NNEF: in memory that lives as long as the graph, or from a byte of the
 * variable's member on. */
struct ncl_stored {
    enum ncl_stored_type element;
    const void *memory; /* NULL: in the member */
    uint64_t offset;
};

/* What is behind a label (4.1.3). Variables with equal labels share one. */
struct ncl_variable {
    const char *label;
    nnefcl_dtype dtype;
    nnefcl_shape shape;
    size_t member;                  /* index of its file in the container; SIZE_MAX: none, random values */
    double random_low, random_high; /* range of the random values when there is no file */
    const struct ncl_quant *quant;  /* how stored indices are to be decoded; NULL: plain data */
    uint8_t index_bits;             /* of a stored index, where `quant` is executed; 0: the file holds something else */
    const struct ncl_stored *stored; /* NULL: the member is a tensor file */
    bool updated;                    /* some update writes it: it is state */
    size_t index;                    /* position in graph->variable */
    struct ncl_variable *older;      /* next in its bucket of graph->label */
};

struct ncl_tensor {
    uint32_t id;      /* position in graph->tensor */
    const char *name; /* identifier of the graph body, or one made from it for tensors of expanded fragments ("y.1") */
    bool exported;    /* the name stands in the graph body */
    nnefcl_dtype dtype;
    nnefcl_shape shape;
    bool shaped; /* false: inference failed; an error was reported, stay silent */
    enum ncl_role role;
    struct ncl_node *producer;     /* NULL: a literal */
    struct ncl_variable *variable; /* role VARIABLE */
    const void *data; /* role CONSTANT: elements of dtype, `data_count` of them: all, or one that fills the tensor */
    size_t data_count;
    const struct ncl_quant *quant; /* its entry in graph.quant, NULL: none; the build makes a node of it */
    struct ncl_loc at;
};

/* What is computed behind a node in the same step, in this order: element-wise nodes that read its result, each other's
 * or what is there before; only the last one's result is read by the rest of the graph. They are nodes like any other,
 * but no longer in the list of the graph. Made by pass_epilogue.c. */
struct ncl_after {
    const struct ncl_node *node;
    const struct ncl_after *next;
};

/* Channels that the input of a convolution has at most for it to be the stem of a network: those of pictures. */
#define NCL_STEM_CHANNELS 4

struct ncl_node {
    const struct ncl_op *op;
    struct ncl_loc at;
    size_t parameter_count;       /* in the order of the declaration */
    const char *const *parameter; /* their names */
    struct ncl_value *argument;   /* tensors, arrays of tensors, attributes; defaults filled in */
    size_t result_count;          /* in the order of the declaration */
    const char *const *result_name;
    nnefcl_dtype *result_dtype;    /* known before inference */
    struct ncl_value *result;      /* NCL_VALUE_TENSOR or an array of them; made by inference */
    int64_t tasks;                 /* of the kernel of a registered operation; made by inference */
    const struct ncl_after *after; /* NULL: nothing */
    /* Who makes what it alone reads, no longer in the list of the graph either: a kernel may compute both (made by
     * pass_feeder.c). It comes right in front of the node. NULL: nobody. */
    const struct ncl_node *feeder;
    size_t inner_count; /* of a recognized operation without kernels of its own: the nodes that it was */
    const struct ncl_node *const *inner; /* recognized from, in their order, none of them in the list of the graph */
};

struct ncl_graph {
    const char *name;
    const struct ncl_source *source;    /* of the document */
    const struct ncl_names *signatures; /* struct ncl_signature of every operation that the library knows (make.h) */
    size_t tensor_count, node_count, input_count, output_count, variable_count;
    size_t tensor_capacity, node_capacity, variable_capacity;
    struct ncl_tensor **tensor;
    struct ncl_node **node;
    struct ncl_tensor **input, **output; /* in declaration order */
    struct ncl_variable **variable;      /* one for each label */
    struct ncl_variable *label[1024];    /* the same, by a hash of the label */
};

/* Is it one number that the document writes, of whatever shape? */
bool ncl_tensor_is_number(const struct ncl_tensor *tensor);
/* The first element of a constant of scalars or integers. */
double ncl_tensor_number(const struct ncl_tensor *tensor);
/* Is it a node of this operation? NULL is none. */
bool ncl_node_is(const struct ncl_node *node, const char *op);
/* Arguments by the name of the parameter. A name that the operation does not declare is a defect (assert). */
const struct ncl_value *ncl_node_arg(const struct ncl_node *node, const char *name);
struct ncl_tensor *ncl_node_tensor(const struct ncl_node *node, const char *name);
int64_t ncl_node_integer(const struct ncl_node *node, const char *name);
double ncl_node_scalar(const struct ncl_node *node, const char *name);
bool ncl_node_logical(const struct ncl_node *node, const char *name);
const char *ncl_node_string(const struct ncl_node *node, const char *name);
/* Items of an array argument. */
size_t ncl_node_count(const struct ncl_node *node, const char *name);
int64_t ncl_node_integer_at(const struct ncl_node *node, const char *name, size_t index);
struct ncl_tensor *ncl_node_tensor_at(const struct ncl_node *node, const char *name, size_t index);
/* The first tensor that the node makes; NULL: none. */
struct ncl_tensor *ncl_node_first_result(const struct ncl_node *node);
/* The tensor of result r, or item i of it when it is an array. */
struct ncl_tensor *ncl_node_result(const struct ncl_node *node, size_t result);
struct ncl_tensor *ncl_node_result_at(const struct ncl_node *node, size_t result, size_t index);
/* What the last node of those that hang on it makes, or the node itself. */
struct ncl_tensor *ncl_node_last_result(const struct ncl_node *node);
/* Is the tensor made by the node or by what hangs on it? */
bool ncl_node_makes(const struct ncl_node *node, const struct ncl_tensor *tensor);

/* Number of elements; shapes in a graph are checked, so it fits. */
int64_t ncl_shape_volume(const nnefcl_shape *shape);
/* Product of the extents of axes [first, last). */
int64_t ncl_shape_span(const nnefcl_shape *shape, int first, int last);
bool ncl_shape_equal(const nnefcl_shape *a, const nnefcl_shape *b);
/* "[1,3,224,224]" into a buffer of at least NCL_SHAPE_TEXT bytes; returns it. */
#define NCL_SHAPE_TEXT 192
const char *ncl_shape_text(const nnefcl_shape *shape, char buffer[NCL_SHAPE_TEXT]);
/* Is it known when the session is made: a constant, or a variable that nothing updates. */
bool ncl_tensor_is_constant(const struct ncl_tensor *tensor);
/* A literal or constant whose elements all equal `value`. */
bool ncl_tensor_is_filled_with(const struct ncl_tensor *tensor, double value);

/* New objects in a graph under construction; NULL: out of memory. */
struct ncl_tensor *ncl_graph_add_tensor(struct ncl_graph *graph, struct ncl_arena *arena);
bool ncl_graph_add_node(struct ncl_graph *graph, struct ncl_arena *arena, struct ncl_node *node);
/* The arena that a graph is made in gave nothing: NNEFCL_ERR_LIMIT when it is at its limit, else NNEFCL_ERR_NOMEM. */
nnefcl_status ncl_graph_nomem(struct ncl_diag *diag, const struct ncl_arena *arena);

#endif
