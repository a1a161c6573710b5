/* What the parts of the build share: document to graph (NNEF 1.0.5, 3.3 and chapter 4).
 *
 * declare.c    the fragments of the document and of the standard library, their declarations checked
 * literal.c    expressions of literals
 * translate.c  assignments, expressions and invocations: types are checked and code is made (translate_expr.c,
 * translate_operator.c, translate_invoke.c) evaluate.c   runs the code: a machine with a stack of its own, so that
 * recursion in a model is no recursion here operate.c operators, subscripts and built-in functions on values nodes.c an
 * invocation of an operation becomes a node: literals, shapes, names (introduce.c: other shapes of inputs) attach.c
 * after the body: dead nodes, files of variables, ranges of random values; quantize.c: graph.quant quantize_nodes.c its
 * entries as nodes build.c      the order of it all
 *
 * The code of a body is made once and run for each expansion. An error in an assignment ends that assignment; its
 * identifiers are poisoned, and what uses them stays silent. */
#ifndef NCL_BUILD_H
#define NCL_BUILD_H

#include "base/names.h"
#include "front/front.h"
#include "front/weights.h"
#include "front/types.h"
#include "ir/make.h"

#define NCL_MAX_CALLS   65536                /* nested invocations of fragments */
#define NCL_MAX_ITEMS   ((size_t)1 << 22)    /* of an array, bytes of a string */
#define NCL_MAX_STEPS   ((uint64_t)50000000) /* instructions and items moved in one build */
#define NCL_MAX_SCRATCH ((size_t)1 << 29)    /* bytes of values and code while building */

struct ncl_declared;

/* ---- code ---- */

enum ncl_code_op {
    NCL_CODE_PUSH,  /* value */
    NCL_CODE_LOAD,  /* count: slot */
    NCL_CODE_STORE, /* count: slot; pops */
    NCL_CODE_ARRAY, /* count items */
    NCL_CODE_TUPLE,
    NCL_CODE_UNARY, /* expr->op */
    NCL_CODE_BINARY,
    NCL_CODE_JUMP,        /* count: target */
    NCL_CODE_JUMP_UNLESS, /* pops a logical */
    NCL_CODE_SHORTCUT,    /* of expr->op && or ||: count: target when the logical on the stack decides, else pops it */
    NCL_CODE_INDEX,
    NCL_CODE_RANGE, /* count: bit 0 begin is given, bit 1 end is given */
    NCL_CODE_BUILTIN,
    NCL_CODE_INVOKE, /* invoke */
    NCL_CODE_LOOP,   /* pops an array for each of expr->iterator; count: slot of the first */
    NCL_CODE_NEXT,   /* count: target when the arrays are at their end: pushes the items that were yielded */
    NCL_CODE_YIELD,  /* pops an item; count: target */
    NCL_CODE_UNPACK, /* pops an array or tuple of count items, pushes them, the first on top */
    NCL_CODE_RETURN
};

struct ncl_invoke {
    struct ncl_declared *callee;
    size_t given;                   /* arguments on the stack, in the order of writing */
    const size_t *from;             /* for each parameter: which of them, SIZE_MAX: the default value */
    const struct ncl_type *generic; /* what ? stands for; may be ? of the fragment around it; NULL: not generic */
};

struct ncl_code_item {
    enum ncl_code_op op;
    size_t count;
    const struct ncl_expr *expr; /* place, operator */
    const struct ncl_value *value;
    const struct ncl_invoke *invoke;
};

struct ncl_code {
    struct ncl_code_item *item;
    size_t count, capacity;
};

/* ---- declarations ---- */

enum ncl_origin { NCL_ORIGIN_STANDARD, NCL_ORIGIN_DIALECT, NCL_ORIGIN_REGISTERED, NCL_ORIGIN_DOCUMENT };

struct ncl_declared {
    const struct ncl_fragment *fragment;
    enum ncl_origin origin;
    struct ncl_signature signature; /* op is set: it stays a whole node; NULL: it is expanded, if it has a body */
    bool used;               /* some invocation reaches it from the graph */
    bool bad;                /* an error in it was reported: who uses it stays silent */
    bool translated;
    const struct ncl_type *type; /* of the result: a tuple if there are several */
    struct ncl_code code;
    size_t slots; /* parameters, then results, then locals */
};

/* ---- the body that is being translated ---- */

struct ncl_local {
    const char *name;
    const struct ncl_type *type; /* NULL: poisoned */
    struct ncl_loc at;
    size_t slot;
    bool assigned; /* results: not before their assignment */
    bool parameter;
};

struct ncl_scope {
    struct ncl_build *build;
    struct ncl_declared *declared; /* NULL: the graph */
    struct ncl_names locals;
    struct ncl_loop_name {
        struct ncl_local local;
        struct ncl_loop_name *outer;
    } * loop;                                /* names of comprehensions, innermost first */
    const struct ncl_expr *unpacked;         /* an array result of this expression is taken apart by the left side */
    const struct ncl_assignment *assignment; /* all of the body */
    size_t assignment_count;
    size_t slots;
    struct ncl_code *code;
    bool failed; /* the assignment cannot be run; what is wrong has been reported */
};

/* ---- the machine ---- */

struct ncl_frame {
    const struct ncl_declared *declared; /* NULL: the graph */
    const struct ncl_code *code;
    size_t next;  /* instruction */
    size_t base;  /* of its slots on the stack */
    size_t loops; /* of other frames below */
    const struct ncl_type *generic;
    const struct ncl_call *call;
    struct ncl_loc at; /* standard: the place in the document that stands for all of its places */
};

struct ncl_loop {
    const struct ncl_value *arrays;
    size_t arrays_count, length, index, slot;
    struct ncl_value *item;
    size_t count;
};

struct ncl_machine {
    struct ncl_value *stack;
    struct ncl_frame *frame;
    struct ncl_loop *loop;
    size_t stack_count, stack_capacity, frame_count, frame_capacity, loop_count, loop_capacity;
    uint64_t steps;
};

/* ---- the build ---- */

struct ncl_build {
    struct ncl_arena *arena;  /* of the model */
    struct ncl_arena scratch; /* freed after the build */
    struct ncl_diag *diag;
    const struct ncl_document *document;
    const struct ncl_container *container;
    const struct ncl_build_options *options;
    struct ncl_graph *graph;
    struct ncl_infer infer;
    struct ncl_names operations;    /* struct ncl_declared */
    struct ncl_declared **declared; /* of the document, in its order */
    struct ncl_names inputs;        /* struct ncl_name: the parameters of the graph */
    struct ncl_scope scope;         /* of the graph */
    struct ncl_machine machine;
    struct ncl_literal_use { /* variables whose value was used as an attribute */
        const struct ncl_variable *variable;
        struct ncl_loc at;
    } * literal;
    size_t literal_count, literal_capacity;
    const char *assigning; /* first identifier of the assignment that runs */
};

/* Out of memory, or over the limit of memory; returns the status. */
nnefcl_status ncl_build_nomem(struct ncl_build *build);

/* literal.c */
bool ncl_literal_is(const struct ncl_expr *expr);
/* The value of an expression of literals. False: out of memory. */
bool ncl_literal_value(struct ncl_arena *arena, const struct ncl_expr *expr, struct ncl_value *value);
/* Its type. NULL: out of memory, or an array whose items have no common type: then *culprit is the item. */
const struct ncl_type *ncl_literal_type(struct ncl_arena *arena, const struct ncl_expr *expr,
                                        const struct ncl_expr **culprit);

/* declare.c */
nnefcl_status ncl_declare_all(struct ncl_build *build);
struct ncl_declared *ncl_declare_find(const struct ncl_build *build, const char *name);

/* translate.c */
void ncl_scope_error(struct ncl_scope *scope, nnefcl_status status, struct ncl_loc at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void ncl_scope_lax(struct ncl_scope *scope, struct ncl_loc at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void *ncl_scope_nomem(struct ncl_scope *scope);
bool ncl_scope_init(struct ncl_scope *scope, struct ncl_build *build, struct ncl_declared *declared);
struct ncl_local *ncl_scope_find(const struct ncl_scope *scope, const char *name);
struct ncl_local *ncl_scope_add(struct ncl_scope *scope, const char *name, struct ncl_loc at,
                                const struct ncl_type *type);
/* Appends an instruction; NULL after an error. */
struct ncl_code_item *ncl_code_add(struct ncl_scope *scope, enum ncl_code_op op, const struct ncl_expr *expr,
                                   size_t count);
/* One assignment: checks it, makes its code, declares its identifiers (poisoned after an error). */
void ncl_translate_assignment(struct ncl_scope *scope, const struct ncl_assignment *assignment);
/* Declares the identifiers of a left side without a value, or takes it away: what uses them stays silent. */
void ncl_translate_poison(struct ncl_scope *scope, const struct ncl_expr *left);
/* The body of a fragment, once. */
void ncl_translate_body(struct ncl_build *build, struct ncl_declared *declared);
/* translate_expr.c: code that pushes the value of an expression; its type, NULL after an error. */
const struct ncl_type *ncl_translate_expr(struct ncl_scope *scope, const struct ncl_expr *expr);
/* translate_operator.c */
const struct ncl_type *ncl_translate_operator(struct ncl_scope *scope, const struct ncl_expr *expr);
/* translate_invoke.c */
const struct ncl_type *ncl_translate_invocation(struct ncl_scope *scope, const struct ncl_expr *expr);
/* The same for operands that are on the stack already: the operator `expr` applied to tensors. */
const struct ncl_type *ncl_translate_fragment_operator(struct ncl_scope *scope, const struct ncl_expr *expr,
                                                       const char *name, const struct ncl_type *const *type,
                                                       size_t count);

/* evaluate.c: runs the code of one assignment of the graph. */
nnefcl_status ncl_evaluate(struct ncl_build *build, const struct ncl_code *code, size_t slots);
void ncl_machine_free(struct ncl_build *build);

/* operate.c: values on values; errors are reported at `at`. */
nnefcl_status ncl_operate_unary(struct ncl_build *build, enum ncl_operator op, struct ncl_loc at,
                                struct ncl_value *value);
nnefcl_status ncl_operate_binary(struct ncl_build *build, enum ncl_operator op, struct ncl_loc at,
                                 const struct ncl_value *left, const struct ncl_value *right, struct ncl_value *result);
nnefcl_status ncl_operate_index(struct ncl_build *build, struct ncl_loc at, const struct ncl_value *value,
                                int64_t index, struct ncl_value *result);
/* begin or end NULL: open. */
nnefcl_status ncl_operate_range(struct ncl_build *build, struct ncl_loc at, const struct ncl_value *value,
                                const int64_t *begin, const int64_t *end, struct ncl_value *result);
nnefcl_status ncl_operate_builtin(struct ncl_build *build, const char *name, struct ncl_loc at,
                                  struct ncl_value *value);
/* An array or tuple of items in scratch memory, not filled yet; NULL: reported. */
struct ncl_value *ncl_value_items(struct ncl_build *build, struct ncl_loc at, size_t count);

/* nodes.c */
/* Casts a value to the type of a parameter or result: literals become tensors of rank 0. */
nnefcl_status ncl_value_cast(struct ncl_build *build, const struct ncl_type *type, const struct ncl_type *generic,
                             struct ncl_loc at, struct ncl_value *value);
/* Makes the node and its results; `argument` by parameter, cast already. */
nnefcl_status ncl_node_make(struct ncl_build *build, const struct ncl_declared *callee, struct ncl_value *argument,
                            const struct ncl_type *generic, struct ncl_loc at, struct ncl_value *result);

/* signature.c: a declaration as data for ir/make.h, in `arena`. False: out of memory. */
bool ncl_signature_make(struct ncl_arena *arena, const struct ncl_fragment *fragment, struct ncl_signature *signature);
bool ncl_dtype_of(const struct ncl_type *primitive, nnefcl_dtype *dtype);

/* reshape_inputs.c: other shapes for external, and what --batch means for concat: `argument` is changed. */
nnefcl_status ncl_reshape_inputs(struct ncl_build *build, const struct ncl_signature *signature, struct ncl_loc at,
                                 struct ncl_value *argument);

/* attach.c */
nnefcl_status ncl_attach_prune(struct ncl_build *build);
nnefcl_status ncl_attach_files(struct ncl_build *build);
void ncl_attach_random(struct ncl_graph *graph);
/* The file of a variable, and that it is right. */
nnefcl_status ncl_attach_member(struct ncl_build *build, struct ncl_variable *variable, struct ncl_loc at);

/* quantize.c */
nnefcl_status ncl_quantize_attach(struct ncl_build *build, const struct ncl_quant_file *file);
/* Tensors with entries are quantized where they are made, unless `no_quant`. */
nnefcl_status ncl_quantize_apply(struct ncl_build *build);

#endif
