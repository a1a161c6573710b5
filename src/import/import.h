/* SPDX-License-Identifier: Apache-2.0 */
/* What a front end for the format of another system stands on (README.md says how to add one).
 *
 * A format's reader makes an ncl_import_graph of a file: nodes with attributes and inputs and outputs by name, as the
 * format writes them, and says with a table what its operators become. ncl_import_run does the rest: the order of
 * nodes, what is not needed, what is not supported, inputs and their open extents, constants that are read when a
 * session wants them, places of messages. An operator's function asks for its operands (ncl_import_tensor, _known),
 * makes nodes (compose.h) and gives its results (ncl_import_give).
 *
 * Errors are sticky in `status`: after one, functions answer with `nothing`, a tensor whose extents are all 1, and do
 * nothing. So an operator's function checks nothing between its calls; the run goes on with the nodes that do not
 * depend on the one that failed, so that all errors are told at once. */
#ifndef NCL_IMPORT_H
#define NCL_IMPORT_H

#include "import/known.h"
#include "ir/make.h"
#include "nnef/container.h"

/* ---- what a file holds, as its reader says it ---- */

enum ncl_attribute_kind {
    NCL_ATTRIBUTE_INTEGERS, /* one or several: `count` */
    NCL_ATTRIBUTE_SCALARS,
    NCL_ATTRIBUTE_STRINGS,
    NCL_ATTRIBUTE_TENSOR,
    NCL_ATTRIBUTE_GRAPH
};

struct ncl_import_attribute {
    const char *name;
    enum ncl_attribute_kind kind;
    size_t count;
    union {
        const int64_t *integer;
        const double *scalar;
        const char *const *string;
        const struct ncl_import_constant *tensor;
        const struct ncl_import_graph *graph;
    };
};

/* Elements that lie in a file of the container, or in memory. They are read when somebody wants them. */
struct ncl_import_constant {
    const char *name; /* "" or NULL: none */
    enum ncl_stored_type element;
    nnefcl_shape shape;      /* extents may be 0 */
    const void *memory;      /* all of them, packed as stored.h says, for as long as the model; NULL: ... */
    size_t member;           /* ... of the container, */
    uint64_t offset;         /* from this byte on */
    const char *unsupported; /* why it cannot be read ("it holds strings"); NULL: it can */
};

struct ncl_import_node {
    const char *name;   /* as the file has it; "" or NULL: none */
    const char *op;     /* "Conv" */
    const char *domain; /* "" : the format's own */
    int64_t version;    /* of the operator set that it is of, 0: the format has none */
    size_t input_count, output_count, attribute_count;
    const char *const *input, *const *output; /* "" or NULL: not given */
    const struct ncl_import_attribute *attribute;
    bool joins;         /* branches: runs although operands are dead */
    const void *detail; /* of the reader, for its operators */
};

/* Something that is given to the graph from outside. */
struct ncl_import_input {
    const char *name;
    enum ncl_stored_type element;
    int rank;                            /* -1: the file does not say */
    int64_t extent[NNEFCL_MAX_RANK];     /* -1: open */
    const char *symbol[NNEFCL_MAX_RANK]; /* what the file calls an open extent; NULL: nothing */
};

struct ncl_import_graph {
    const char *name;
    bool closed; /* reads nothing of the graphs around it: a function, which several nodes may have, or itself */
    size_t node_count, constant_count, input_count, output_count;
    const struct ncl_import_node *node; /* in any order */
    const struct ncl_import_constant *constant;
    const struct ncl_import_input *input; /* one that is a constant too is none */
    const char *const *output;
};

/* ---- what a format is ---- */

struct ncl_import;

/* What an operator becomes. `fold` is tried first where all given inputs are known: false, and `build` does it. */
struct ncl_import_operator {
    const char *domain, *name; /* domain "": the format's own */
    void (*build)(struct ncl_import *import, const struct ncl_import_node *node);
    bool (*fold)(struct ncl_import *import, const struct ncl_import_node *node); /* NULL: never */
    const char *as; /* for functions of several operators: which of them, "add"; import->op->as */
};

struct ncl_import_format {
    const char *name; /* "ONNX" */
    /* Is it this format? `head` is the beginning of the file, at least 4096 bytes unless it is shorter. */
    bool (*detect)(const uint8_t *head, size_t size, uint64_t file_size);
    /* Member 0 of the container becomes a graph; files beside it are found by ncl_import_member. */
    nnefcl_status (*read)(struct ncl_import *import, struct ncl_import_graph *graph);
    const struct ncl_import_operator *operators; /* any order */
    size_t operator_count;
};

/* ---- a run ---- */

struct ncl_import_options {
    const nnefcl_input_shape *shapes; /* --shape: what an input has instead of what the file says */
    size_t shape_count;
    const nnefcl_given *given; /* data that will be given: they fill open extents, and what has to be known */
    size_t given_count;
    int64_t batch; /* 0: as written */
    unsigned compat;
    uint64_t memory_limit;
    const struct ncl_names *signatures; /* of the operations of the library (graph.h) */
};

/* A tensor by the name that the file gives it. */
struct ncl_import_value {
    const char *name;
    enum ncl_stored_type element;
    nnefcl_shape shape;
    const struct ncl_import_constant *constant; /* not read yet; NULL: no such, or read already */
    const struct ncl_known *known;              /* NULL: not known */
    struct ncl_tensor *tensor;                  /* NULL: no node made it yet */
    struct ncl_tensor *number;                  /* the same as scalars, where it was made so; or NULL */
    struct ncl_tensor *imaginary;               /* of a complex one: the other part of it; NULL: it is real */
    struct ncl_tensor *reshaped;                /* of a constant, in the shape that was asked for last; or NULL */
    const nnefcl_given *given;                  /* of an input: what it will be given; NULL: nobody says */
    const struct ncl_import_list *list;         /* tensors of a list, as the format keeps them; NULL: it is a tensor */
    bool failed;                                /* an error was reported: who reads it stays silent */
    bool dead;                                  /* of a branch that is not taken: who reads it is not run */
};

struct ncl_import {
    struct ncl_arena *arena;  /* of the model */
    struct ncl_arena scratch; /* freed after the import */
    struct ncl_diag *diag;
    const struct ncl_import_format *format;
    const struct ncl_import_options *options;
    struct ncl_container *container;
    struct ncl_graph *graph;
    struct ncl_infer infer;
    nnefcl_status status;                 /* of the node that is being made, or for good: NOMEM, LIMIT, INTERNAL */
    struct ncl_loc at;                    /* its place: "model.onnx: node 'conv1' (Conv)" */
    const struct ncl_import_node *node;   /* it, */
    const struct ncl_import_operator *op; /* and what its operator is here */
    struct ncl_import_scope *scope;       /* names of the graph that is run and of those around it */
    struct ncl_names operators, labels;
    struct ncl_names variables; /* of constants: one for each shape, however often a turn of a loop reads it */
    unsigned depth, steps;      /* graphs within graphs, nodes run so far */
    uint64_t looked_at;         /* known elements that operators asked for so far */
    struct ncl_tensor nothing;
    struct ncl_import_value no_value;
};

/* The whole way of a file: `*graph` is frozen on NNEFCL_OK. Everything in `arena`. */
nnefcl_status ncl_import_file(struct ncl_arena *arena, struct ncl_diag *diag, const struct ncl_import_format *format,
                              struct ncl_container *container, const struct ncl_import_options *options,
                              const struct ncl_graph **graph);

/* ---- for readers ---- */

/* A whole member in scratch memory. */
nnefcl_status ncl_import_slurp(struct ncl_import *import, size_t member, const uint8_t **data, size_t *size);
/* A file beside the model's by its relative name, which cannot leave the folder. SIZE_MAX: it is not there; errors of
 * the name are reported. */
size_t ncl_import_member(struct ncl_import *import, const char *name);
/* Errors of the file itself: sticky, NNEFCL_ERR_MODEL. Returns the status. */
nnefcl_status ncl_import_invalid(struct ncl_import *import, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- for operators: operands and results ---- */

/* Is there an operand number `index`? */
bool ncl_import_has(const struct ncl_import *import, const struct ncl_import_node *node, size_t index);
/* The operand; one that is not there is an error. Never NULL. */
const struct ncl_import_value *ncl_import_value(struct ncl_import *import, const struct ncl_import_node *node,
                                                size_t index);
/* The same as a tensor of the graph, made when it is a constant. Never NULL. */
struct ncl_tensor *ncl_import_tensor(struct ncl_import *import, const struct ncl_import_node *node, size_t index);
/* The same as scalars: integers that are computed with. */
struct ncl_tensor *ncl_import_number(struct ncl_import *import, const struct ncl_import_node *node, size_t index);
/* The same in another shape of as many elements, without a node where it is a constant: a bias, say. */
struct ncl_tensor *ncl_import_tensor_as(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                                        const nnefcl_shape *shape);
/* Its elements, read now; NULL: they are not known (or too many), which is no error. */
const struct ncl_known *ncl_import_known(struct ncl_import *import, const struct ncl_import_node *node, size_t index);
/* The same where the graph cannot be made without: `what` it is ("the shape") is for the message. Never NULL unless an
 * error was reported. */
const struct ncl_known *ncl_import_need(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                                        const char *what);
/* Counts elements that are looked at: who asks for a known tensor goes through it, and may do so in each turn of a loop
 * with a result that takes no memory. Too many are an error. */
void ncl_import_charge(struct ncl_import *import, size_t count);
/* The first of such elements; of an operand that is not given, `otherwise`. */
double ncl_import_need_number(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                              const char *what, double otherwise);
/* A result. Its element type follows from the tensor's, int64 for integers; the one with `element` says it. */
void ncl_import_give(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                     struct ncl_tensor *tensor);
void ncl_import_give_element(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                             struct ncl_tensor *tensor, enum ncl_stored_type element);
/* Whole numbers as scalars: they become integers when somebody wants them so. */
void ncl_import_give_number(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                            struct ncl_tensor *number, enum ncl_stored_type element);
/* A complex result; real and imaginary parts of an operand (NULL: it is real). */
void ncl_import_give_complex(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                             struct ncl_tensor *const part[2]);
void ncl_import_complex(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                        struct ncl_tensor *part[2]);
/* Builds result 0 from each part of a complex operand 0 by itself, where elements are but moved; false: it is real. */
bool ncl_import_by_parts(struct ncl_import *import, const struct ncl_import_node *node,
                         void (*build)(struct ncl_import *import, const struct ncl_import_node *node));
void ncl_import_give_known(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                           const struct ncl_known *known);
/* The operand itself under another name. */
void ncl_import_pass(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                     const struct ncl_import_value *value);
/* Nothing, as the branch is not taken. */
void ncl_import_give_dead(struct ncl_import *import, const struct ncl_import_node *node, size_t index);
void ncl_import_give_list(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                          const struct ncl_import_list *list);
/* Is the result used? */
bool ncl_import_wants(const struct ncl_import *import, const struct ncl_import_node *node, size_t index);
/* A known tensor as one of the graph: a literal when all elements are equal and there is one, else a constant. */
struct ncl_tensor *ncl_import_constant(struct ncl_import *import, const struct ncl_known *known);
/* The same of a value that a graph within the graph gave. */
struct ncl_tensor *ncl_import_as_tensor(struct ncl_import *import, struct ncl_import_value *value);
const struct ncl_known *ncl_import_elements(struct ncl_import *import, const struct ncl_import_value *value);
/* Room for what a graph within the graph gives; NULL: no memory, which is said. */
struct ncl_import_value *ncl_import_values_new(struct ncl_import *import, size_t count);
/* Runs a graph within the graph: `input` become its inputs, `output`, with room for its outputs, get what it gives. */
void ncl_import_inline(struct ncl_import *import, const struct ncl_import_graph *graph,
                       const struct ncl_import_value *const *input, size_t input_count,
                       struct ncl_import_value *output);

/* ---- for operators: attributes; a wrong kind is an error ---- */

const struct ncl_import_attribute *ncl_import_attribute(const struct ncl_import_node *node, const char *name);
int64_t ncl_import_integer(struct ncl_import *import, const struct ncl_import_node *node, const char *name,
                           int64_t otherwise);
double ncl_import_scalar(struct ncl_import *import, const struct ncl_import_node *node, const char *name,
                         double otherwise);
const char *ncl_import_string(struct ncl_import *import, const struct ncl_import_node *node, const char *name,
                              const char *otherwise);
/* NULL and a count of 0: it is not there. */
const int64_t *ncl_import_integers(struct ncl_import *import, const struct ncl_import_node *node, const char *name,
                                   size_t *count);
const double *ncl_import_scalars(struct ncl_import *import, const struct ncl_import_node *node, const char *name,
                                 size_t *count);
const char *const *ncl_import_strings(struct ncl_import *import, const struct ncl_import_node *node, const char *name,
                                      size_t *count);
/* The graph within the node; NULL: it has none, which is an error. */
const struct ncl_import_graph *ncl_import_graph_of(struct ncl_import *import, const struct ncl_import_node *node,
                                                   const char *name);
/* An axis from -rank to rank - 1 as one from 0 on; an error when it is neither. */
int ncl_import_axis(struct ncl_import *import, int64_t axis, int rank);

/* ---- for operators: what they cannot do, at the node ---- */

/* Legal, but not supported here: NNEFCL_ERR_UNSUPPORTED. */
void ncl_import_refuse(struct ncl_import *import, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Not legal: NNEFCL_ERR_MODEL. */
void ncl_import_wrong(struct ncl_import *import, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What a call of the make door or of the arena gave. */
void ncl_import_status(struct ncl_import *import, nnefcl_status status);
void ncl_import_nomem(struct ncl_import *import);

#endif
