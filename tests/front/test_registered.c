/* SPDX-License-Identifier: Apache-2.0 */
/* Operations that an application registers: what is refused and where, what documents may say of them, shapes, the flat
 * document. Nothing runs here.
 */
#include "base/counting_allocator.h"
#include "model/model_text.h"

#define SOURCE(name)                                                                                                   \
    "static void FN(" name ")(INDEX task, SIZES size, global const float *x, global float *y)\n{ y[task] = x[task]; "  \
                           "}\n"
#define OP          "fragment op( x: tensor<scalar>, alpha: scalar = 1.0 ) -> ( y: tensor<scalar> );"
#define GRAPH(text) "graph g( x ) -> ( y )\n{ x = external<scalar>(shape = [2,3]);\n" text "}\n"

static nnefcl_status same_shape(nnefcl_call *call, void *user)
{
    const nnefcl_shape shape = nnefcl_call_shape(call, "x");
    (void)user;
    nnefcl_call_set_shape(call, "y", &shape);
    return NNEFCL_OK;
}

static void open_with(struct model_text *text, const char *source, const nnefcl_operation *operations, size_t count,
                      int strict)
{
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    options.operations = operations;
    options.operation_count = count;
    options.strict = strict;
    model_text_open(text, source, &options);
}

/* ---- bad registrations ---- */

static const struct bad {
    nnefcl_operation operation;
    int column; /* of the place in the declaration, line 1; 0: none */
    const char *message;
} bad[] = {
    {{.version = 0},
     0,
     "operations[1]: nnefcl_operation.version is 0, this library knows 1; use NNEFCL_OPERATION_INIT"},
    {{1, NULL, same_shape, SOURCE("op"), NULL, NULL, NULL, 0, 0, NULL}, 0, "operations[1]: declaration is NULL"},
    {{1, OP, NULL, SOURCE("op"), NULL, NULL, NULL, 0, 0, NULL}, 0, "operations[1] op: shape is NULL"},
    {{1, OP, same_shape, NULL, NULL, NULL, NULL, 0, 0, NULL}, 0, "operations[1] op: source is NULL"},
    {{1, OP, same_shape, SOURCE("op"), NULL, NULL, NULL, -1, 0, NULL},
     0,
     "operations[1] op: ulp and ulp_per_term are -1 and 0, below 0 or no numbers"},
    {{1, OP, same_shape, SOURCE("op"), NULL, NULL, NULL, 0, -2, NULL},
     0,
     "operations[1] op: ulp and ulp_per_term are 0 and -2, below 0 or no numbers"},
    {{1, "", same_shape, SOURCE("op"), NULL, NULL, NULL, 0, 0, NULL},
     0,
     "operations[1]: 0 fragments are declared, not 1"},
    {{1, "float op(float x);", same_shape, SOURCE("op"), NULL, NULL, NULL, 0, 0, NULL}, 1, "'fragment'"},
    {{1, "fragment op( x: tensor<scalar> ) -> ();", same_shape, SOURCE("op"), NULL, NULL, NULL, 0, 0, NULL},
     38,
     "operations[1] op: "},
    {{1, "fragment op( x: tensor<scalar> );", same_shape, SOURCE("op"), NULL, NULL, NULL, 0, 0, NULL},
     33,
     "operations[1] op: "},
    {{1, "fragment op( x: tensor<scalar>, ) -> ( y: tensor<scalar> );", same_shape, SOURCE("op"), NULL, NULL, NULL, 0,
      0, NULL},
     33,
     "operations[1] op: "},
    {{1, "fragment op( x: tensor<real> ) -> ( y: tensor<scalar> );", same_shape, SOURCE("op"), NULL, NULL, NULL, 0, 0,
      NULL},
     24,
     "operations[1] op: "},
    {{1, "fragment op( x: tensor<scalar> ) -> ( y: tensor<scalar> ) { y = x; }", same_shape, SOURCE("op"), NULL, NULL,
      NULL, 0, 0, NULL},
     10,
     "operations[1] op: the fragment has a body; a registered operation is its kernel"},
    {{1, OP " fragment other( x: tensor<scalar> ) -> ( y: tensor<scalar> );", same_shape, SOURCE("op"), NULL, NULL,
      NULL, 0, 0, NULL},
     90,
     "operations[1] op: 2 fragments are declared, not 1"},
    {{1, "graph g( x ) -> ( x ) { x = external(shape = []); }", same_shape, SOURCE("op"), NULL, NULL, NULL, 0, 0, NULL},
     7,
     "a graph where only a fragment is declared"},
    {{1, "fragment conv( x: tensor<scalar> ) -> ( y: tensor<scalar> );", same_shape, SOURCE("conv"), NULL, NULL, NULL,
      0, 0, NULL},
     10,
     "operations[1] conv: this is the name of a standard operation"},
    {{1, "fragment first( x: tensor<scalar> ) -> ( y: tensor<scalar> );", same_shape, SOURCE("first"), NULL, NULL, NULL,
      0, 0, NULL},
     10,
     "operations[1] first: an operation of this name is registered before"},
    {{1, "fragment op( x: tensor<scalar>, x: scalar ) -> ( y: tensor<scalar> );", same_shape, SOURCE("op"), NULL, NULL,
      NULL, 0, 0, NULL},
     33,
     "fragment 'op': 'x' is declared twice"},
    {{1, "fragment op( x: tensor<scalar> ) -> ( x: tensor<scalar> );", same_shape, SOURCE("op"), NULL, NULL, NULL, 0, 0,
      NULL},
     39,
     "fragment 'op': 'x' is declared twice"},
    {{1, "fragment op( a: scalar, x: tensor<scalar> ) -> ( y: tensor<scalar> );", same_shape, SOURCE("op"), NULL, NULL,
      NULL, 0, 0, NULL},
     25,
     "fragment 'op': 'x' is a tensor behind an attribute"},
    {{1, "fragment op( x: tensor<scalar>, a: scalar = 'b' ) -> ( y: tensor<scalar> );", same_shape, SOURCE("op"), NULL,
      NULL, NULL, 0, 0, NULL},
     45,
     "fragment 'op': 'a' has a default value of another type"},
    {{1, "fragment op( x: tensor<?> ) -> ( y: tensor<scalar> );", same_shape, SOURCE("op"), NULL, NULL, NULL, 0, 0,
      NULL},
     14,
     "fragment 'op': 'x' has a generic type, but the fragment is not declared with <?>"},
    {{1, "fragment op<?>( x: tensor<scalar>, a: ? ) -> ( y: tensor<scalar> );", same_shape, SOURCE("op"), NULL, NULL,
      NULL, 0, 0, NULL},
     10,
     "operations[1] op: it is generic, but no tensor of it is tensor<?>"},
    {{1, "fragment op( x: tensor<scalar>[] ) -> ( y: tensor<scalar> );", same_shape, SOURCE("op"), NULL, NULL, NULL, 0,
      0, NULL},
     14,
     "operations[1] op: 'x' is tensor<scalar>[], but the kernel of a registered operation takes a fixed number of "
     "tensors"},
    {{1, "fragment op( x: tensor<scalar> ) -> ( y: tensor<scalar>[] );", same_shape, SOURCE("op"), NULL, NULL, NULL, 0,
      0, NULL},
     39,
     "operations[1] op: 'y' is tensor<scalar>[], but a result is a tensor"},
    {{1, "fragment op( x: tensor<scalar> ) -> ( y: scalar );", same_shape, SOURCE("op"), NULL, NULL, NULL, 0, 0, NULL},
     39,
     "operations[1] op: 'y' is scalar, but a result is a tensor"},
    {{1, "fragment op( x: tensor<> ) -> ( y: tensor<scalar> );", same_shape, SOURCE("op"), NULL, NULL, NULL, 0, 0,
      NULL},
     14,
     "operations[1] op: 'x' is tensor<>, which a registered operation cannot take"},
    {{1, "fragment op( x: tensor<string> ) -> ( y: tensor<scalar> );", same_shape, SOURCE("op"), NULL, NULL, NULL, 0, 0,
      NULL},
     14,
     "operations[1] op: 'x' is tensor<string>, which a registered operation cannot take"},
    {{1, "fragment op( x: tensor<scalar>, a: (integer,integer)[] ) -> ( y: tensor<scalar> );", same_shape, SOURCE("op"),
      NULL, NULL, NULL, 0, 0, NULL},
     33,
     "operations[1] op: 'a' is (integer,integer)[], which a registered operation cannot take"},
    {{1,
      "fragment op( a: tensor<scalar>, b: tensor<scalar>, c: tensor<scalar>, d: tensor<scalar>, e: tensor<scalar>, f: "
      "tensor<scalar>, g: "
      "tensor<scalar> ) -> ( y: tensor<scalar>, z: tensor<scalar> );",
      same_shape, SOURCE("op"), NULL, NULL, NULL, 0, 0, NULL},
     10,
     "operations[1] op: 9 tensors among parameters and results, the kernel of an operation takes at most 8"},
    {{1, OP, same_shape, SOURCE("op"), "2op", NULL, NULL, 0, 0, NULL},
     0,
     "operations[1] op: function is '2op', no name of up to 100 letters, digits and underscores"},
    {{1, OP, same_shape, SOURCE("op"), "", NULL, NULL, 0, 0, NULL}, 0, "operations[1] op: function is ''"},
    {{1, OP, same_shape, SOURCE("op"), "a(b", NULL, NULL, 0, 0, NULL}, 0, "operations[1] op: function is 'a(b'"},
    {{1, OP, same_shape, SOURCE("other"), NULL, NULL, NULL, 0, 0, NULL},
     0,
     "operations[1] op: there is no FN(op) in the source, the function that computes a task"},
    {{1, OP, same_shape, "static void op(int task) {}", NULL, NULL, NULL, 0, 0, NULL},
     0,
     "operations[1] op: there is no FN(op) in the source"},
    {{1, OP, same_shape, " # define SIZE(k) 1\n" SOURCE("op"), NULL, NULL, NULL, 0, 0, NULL},
     0,
     "operations[1] op: the source defines 'SIZE', which is a macro of the library"},
    {{1, OP, same_shape, "#undef FN\n" SOURCE("op"), NULL, NULL, NULL, 0, 0, NULL},
     0,
     "operations[1] op: the source defines 'FN'"},
    {{1, OP, same_shape, "#define NCL_X\n" SOURCE("op"), NULL, NULL, NULL, 0, 0, NULL},
     0,
     "operations[1] op: the source defines 'NCL_X'"},
};

static const nnefcl_operation first = {1,          "fragment first( x: tensor<scalar> ) -> ( y: tensor<scalar> );",
                                       same_shape, SOURCE("first"),
                                       NULL,       NULL,
                                       NULL,       0,
                                       0,          NULL};

START_TEST(bad_registrations)
{
    const struct bad *b = &bad[_i];
    const nnefcl_operation operations[2] = {first, b->operation};
    struct model_text text;
    open_with(&text, MODEL_HEADER GRAPH("y = relu(x);"), operations, 2, 0);
    ck_assert_msg(text.status == NNEFCL_ERR_ARGUMENT, "%s: %s", nnefcl_status_name(text.status), b->message);
    ck_assert_msg(strstr(text.error.message, b->message), "'%s', not '%s'", text.error.message, b->message);
    ck_assert_msg(text.error.column == b->column, "%s: column %d, not %d", b->message, text.error.column, b->column);
    ck_assert_str_eq(text.error.file, b->column ? "operations[1]" : "");
    ck_assert_ptr_null(text.model);
}
END_TEST

/* Declarations that end too early, or lack a character: a status, whatever it is. */
START_TEST(damaged_declarations)
{
    static const char whole[] = OP;
    char declaration[sizeof whole];
    unsigned refused = 0;
    for (size_t i = 0; i < sizeof whole - 1; i++)
        for (int how = 0; how < 2; how++) {
            struct model_text text;
            const nnefcl_operation operation = {1, declaration, same_shape, SOURCE("op"), NULL, NULL, NULL, 0, 0, NULL};
            memcpy(declaration, whole, sizeof whole);
            if (how)
                memmove(declaration + i, whole + i + 1, sizeof whole - i - 1);
            else
                declaration[i] = '\0';
            open_with(&text, MODEL_HEADER GRAPH("y = relu(x);"), &operation, 1, 0);
            ck_assert_msg(text.status == NNEFCL_OK || text.status == NNEFCL_ERR_ARGUMENT, "'%s': %s", declaration,
                          text.error.message);
            refused += text.status != NNEFCL_OK;
            ck_assert_msg(how || text.status != NNEFCL_OK, "'%s'", declaration);
            model_text_close(&text);
        }
    ck_assert_uint_ge(refused, sizeof whole - 1);
}
END_TEST

START_TEST(no_list)
{
    struct model_text text;
    open_with(&text, MODEL_HEADER GRAPH("y = relu(x);"), NULL, 2, 0);
    ck_assert_int_eq(text.status, NNEFCL_ERR_ARGUMENT);
    ck_assert_str_eq(text.error.message, "2 operations are registered, but operations is NULL");
}
END_TEST

/* The longest list of tensors, blanks in FN, comments, macros of the source's own: all right. */
START_TEST(good_registrations)
{
    static const nnefcl_operation good[] = {
        {1, OP, same_shape, "/* FN(none) */ #define X 1\n#define SIZE_OF_X 2\nstatic void FN (\n op ) (int task) {}",
         NULL, NULL, NULL, 0, 0, NULL},
        {1, OP, same_shape, SOURCE("broadcast"), "broadcast", NULL, NULL, 0, 0, NULL},
        {1,
         "fragment op<?>( a: tensor<?>, b: tensor<integer>, c: tensor<logical>, d: tensor<?> = 0.0, i: integer[] = [], "
         "s: string = 'x', t: string[] "
         "= "
         "['a'], g: ? = 1.0, h: ?[] = [] ) -> ( w: tensor<?>, x: tensor<scalar>, y: tensor<logical>, z: "
         "tensor<integer> );",
         same_shape, SOURCE("op"), NULL, NULL, NULL, 0, 0, NULL},
        {1, "fragment erf( x: tensor<scalar> ) -> ( y: tensor<scalar> );", same_shape, SOURCE("erf"), NULL, NULL, NULL,
         0, 0, NULL},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct model_text text;
        open_with(&text, MODEL_HEADER GRAPH("y = relu(x);"), &good[i], 1, 1);
        ck_assert_msg(text.status == NNEFCL_OK, "%zu: %s", i, text.error.message);
        model_text_close(&text);
    }
}
END_TEST

/* ---- what documents say ---- */

static const nnefcl_operation op = {1, OP, same_shape, SOURCE("op"), NULL, NULL, NULL, 0, 0, NULL};

static const struct document {
    const char *text, *flat, *talk; /* flat NULL: refused; talk: a part of the diagnostics, "" none */
    int strict;
} documents[] = {
    {MODEL_HEADER OP GRAPH("y = op(x);"), "y = op(x, alpha = 1.0)", "", 1},
    {MODEL_HEADER OP GRAPH("y = op(x, alpha = 2.5);"), "y = op(x, alpha = 2.5)", "", 1},
    /* its own default value */
    {MODEL_HEADER
     "fragment op( x: tensor<scalar>, alpha: scalar = 4.0 ) -> ( y: tensor<scalar> );\n" GRAPH("y = op(x);"),
     "y = op(x, alpha = 4.0)", "", 1},
    /* a body, for which the kernel stands */
    {MODEL_HEADER "fragment op( x: tensor<scalar>, alpha: scalar ) -> ( y: tensor<scalar> ) { y = x * alpha; }\n" GRAPH(
         "y = op(x, alpha = 3.0);"),
     "y = op(x, alpha = 3.0)", "", 1},
    /* inside of a fragment */
    {MODEL_HEADER OP
     "fragment two( x: tensor<scalar> ) -> ( y: tensor<scalar> ) { y = op(op(x), alpha = 2.0); }\n" GRAPH(
         "y = two(x);"),
     "y = op(y_1, alpha = 2.0)", "", 1},
    /* not declared */
    {MODEL_HEADER GRAPH("y = op(x);"), "y = op(x, alpha = 1.0)",
     "warning 6: 'op' is no standard operation, and the document does not declare it", 0},
    {MODEL_HEADER GRAPH("y = op(x);"), NULL,
     "error 6: 'op' is no standard operation, and the document does not declare it", 1},
    /* literals for tensors */
    {MODEL_HEADER OP GRAPH("z = op(2.0); y = x + z;"), "z = op(2.0, alpha = 1.0)", "", 1},
    /* declared otherwise */
    {MODEL_HEADER
     "fragment op( x: tensor<scalar>, beta: scalar ) -> ( y: tensor<scalar> );\n" GRAPH("y = op(x, beta = 1.0);"),
     NULL, "error 4: fragment 'op' is declared with parameter 'beta: scalar', registered is 'alpha: scalar'", 0},
    {MODEL_HEADER "fragment op( x: tensor<integer>, alpha: scalar ) -> ( y: tensor<scalar> );\n" GRAPH("y = relu(x);"),
     NULL, "error 4: fragment 'op' is declared with parameter 'x: tensor<integer>', registered is 'x: tensor<scalar>'",
     0},
    {MODEL_HEADER "fragment op( x: tensor<scalar> ) -> ( y: tensor<scalar> );\n" GRAPH("y = op(x);"), NULL,
     "error 4: fragment 'op' is declared with 1 parameters, registered are 2", 0},
    {MODEL_HEADER
     "fragment op( x: tensor<scalar>, alpha: scalar ) -> ( z: tensor<scalar> );\n" GRAPH("y = op(x, alpha = 1.0);"),
     NULL, "error 4: fragment 'op' is declared with result 'z: tensor<scalar>', registered is 'y: tensor<scalar>'", 0},
    {MODEL_HEADER
     "fragment op<?>( x: tensor<?>, alpha: scalar ) -> ( y: tensor<?> );\n" GRAPH("y = op(x, alpha = 1.0);"),
     NULL, "error 4: fragment 'op' is declared with <?>, which the registered operation has not", 0},
    {MODEL_HEADER OP OP GRAPH("y = op(x);"), NULL, "error 4: a second fragment 'op'", 0},
    /* wrong arguments */
    {MODEL_HEADER OP GRAPH("y = op(x, alpha = 'a');"), NULL,
     "error 6: op: 'alpha' is scalar, but the argument is string", 0},
    {MODEL_HEADER OP GRAPH("y = op(x, gamma = 1.0);"), NULL, "error 6: op has no parameter 'gamma'", 0},
    /* others stay unknown */
    {MODEL_HEADER "fragment po( x: tensor<scalar> ) -> ( y: tensor<scalar> );\n" GRAPH("y = po(x);"), NULL,
     "error 7: 'po' is a custom operation", 0},
};

START_TEST(in_documents)
{
    const struct document *d = &documents[_i];
    struct model_text text, again;
    open_with(&text, d->text, &op, 1, d->strict);
    ck_assert_msg(strstr(text.talk, d->talk) && (*d->talk || !*text.talk), "%s\n%s", d->text, text.talk);
    ck_assert_msg((text.status == NNEFCL_OK) == (d->flat != NULL), "%s\n%s", d->text, text.error.message);
    if (!d->flat)
        return;
    ck_assert_msg(strstr(model_text_dump(&text, NNEFCL_DUMP_FLAT), d->flat), "%s", text.dump);
    ck_assert_msg(strstr(text.dump, "extension KHR_enable_fragment_definitions;\n\n" OP "\n\ngraph"), "%s", text.dump);
    open_with(&again, text.dump, &op, 1, 1); /* what was dumped is a document again */
    ck_assert_msg(again.status == NNEFCL_OK, "%s", again.error.message);
    model_text_close(&again);
    open_with(&again, text.dump, NULL, 0, 0); /* that needs the operation */
    ck_assert_int_eq(again.status, NNEFCL_ERR_UNSUPPORTED);
    nnefcl_needs needs;
    nnefcl_node_info node;
    ck_assert_int_eq(nnefcl_model_check(text.model, NULL, &needs, NULL), NNEFCL_OK);
    ck_assert_uint_gt(needs.nodes, 1);
    ck_assert_int_eq(nnefcl_model_node(text.model, 1, &node), NNEFCL_OK);
    ck_assert_str_eq(node.op, "op");
    ck_assert_uint_eq(node.output_count, 1);
    model_text_close(&text);
}
END_TEST

/* An operation of a dialect, taken over. */
START_TEST(dialect)
{
    const nnefcl_operation erf = {1,          "fragment erf( x: tensor<scalar> ) -> ( y: tensor<scalar> );",
                                  same_shape, SOURCE("erf"),
                                  NULL,       NULL,
                                  NULL,       0,
                                  0,          NULL};
    struct model_text text;
    open_with(&text, MODEL_HEADER "fragment erf( x: tensor<scalar> ) -> ( y: tensor<scalar> );\n" GRAPH("y = erf(x);"),
              &erf, 1, 1);
    ck_assert_msg(text.status == NNEFCL_OK, "%s", text.error.message);
    ck_assert(strstr(model_text_dump(&text, NNEFCL_DUMP_FLAT), "fragment erf("));
    model_text_close(&text);
}
END_TEST

START_TEST(generic)
{
    static const char declaration[] =
        "fragment pick<?>( x: tensor<?>, value: ? = 1 ) -> ( n: tensor<integer>, y: tensor<?> );";
    const nnefcl_operation pick = {1, declaration, same_shape, SOURCE("pick"), NULL, NULL, NULL, 0, 0, NULL};
    struct model_text text;
    open_with(&text, MODEL_HEADER GRAPH("a = x > 0.0; n, z = pick(a, value = true); y = select(z, x, 0.0);"), &pick, 1,
              0);
    ck_assert_int_eq(text.status, NNEFCL_ERR_ARGUMENT);
    ck_assert(strstr(text.error.message, "pick: its shape function sets no shape for 'n'"));
}
END_TEST

/* A default value is written before anyone knows what ? stands for. */
static const struct generic_default {
    const char *declaration, *use, *message; /* NULL: all right */
} generic_defaults[] = {
    {"fragment op<?>( x: tensor<?>, a: ? = 1 ) -> ( y: tensor<?> );", "y = op(x);",
     "op: the value of 'a' is not of type scalar, for which ? stands here"},
    {"fragment op<?>( x: tensor<?>, a: ? = 1 ) -> ( y: tensor<?> );", "y = op(x, a = 2.0);", NULL},
    {"fragment op<?>( x: tensor<?>, a: ? = 1.0 ) -> ( y: tensor<?> );", "y = op(x);", NULL},
    {"fragment op<?>( x: tensor<?>, a: ? = 1.0 ) -> ( y: tensor<?> );", "z = op(2); y = select(x > 0.0, x, 1.0);",
     "op: the value of 'a' is not of type integer, for which ? stands here"},
    {"fragment op<?>( x: tensor<scalar>, a: ? = true ) -> ( y: tensor<?> );", "y = op<scalar>(x);",
     "op: the value of 'a' is not of type scalar, for which ? stands here"},
    {"fragment op<?>( x: tensor<scalar>, a: tensor<?> = 1 ) -> ( y: tensor<?> );", "y = op<scalar>(x);",
     "op: the value of 'a' is not of type scalar, for which ? stands here"},
};

START_TEST(defaults_of_generics)
{
    const struct generic_default *d = &generic_defaults[_i];
    const nnefcl_operation operation = {1, d->declaration, same_shape, SOURCE("op"), NULL, NULL, NULL, 0, 0, NULL};
    struct model_text text;
    char document[1024];
    snprintf(document, sizeof document, MODEL_HEADER "%s\n" GRAPH("%s"), d->declaration, d->use);
    open_with(&text, document, &operation, 1, 0);
    if (d->message) {
        ck_assert_int_eq(text.status, NNEFCL_ERR_MODEL);
        ck_assert_str_eq(text.error.message, d->message);
    } else
        ck_assert_msg(text.status == NNEFCL_OK, "%s", text.error.message);
    model_text_close(&text);
}
END_TEST

/* ---- what shape functions say ---- */

static nnefcl_status set(nnefcl_call *call, const char *result, int rank, int64_t extent)
{
    nnefcl_shape shape = {.rank = rank};
    for (int i = 0; i < rank && i < NNEFCL_MAX_RANK; i++)
        shape.extent[i] = extent;
    nnefcl_call_set_shape(call, result, &shape);
    return NNEFCL_OK;
}

static nnefcl_status misbehave(nnefcl_call *call, void *user)
{
    const nnefcl_shape x = nnefcl_call_shape(call, "x");
    switch (*(const int *)user) {
    case 0:
        return nnefcl_call_error(call, "x has rank %d, not %d", x.rank, 4);
    case 1:
        nnefcl_call_error(call, "first");
        nnefcl_call_error(call, "second");
        return set(call, "y", 1, 1);
    case 2:
        return NNEFCL_ERR_NOMEM;
    case 3:
        return (nnefcl_status)77;
    case 4:
        return NNEFCL_OK;
    case 5:
        return set(call, "y", 2, -3);
    case 6:
        return set(call, "y", 2, 0);
    case 7:
        return set(call, "y", 8, 1 << 20);
    case 8:
        return set(call, "y", 9, 1);
    case 9:
        return set(call, "y", -1, 1);
    case 10:
        nnefcl_call_set_shape(call, "y", NULL);
        return NNEFCL_OK;
    case 11:
        return set(call, "z", 1, 1);
    case 12:
        nnefcl_call_shape(call, "y");
        return NNEFCL_OK;
    case 13:
        nnefcl_call_shape(call, "w");
        return set(call, "y", 1, 1);
    case 14:
        nnefcl_call_shape(call, "alpha");
        return set(call, "y", 1, 1);
    case 15:
        nnefcl_call_integer(call, "alpha", 0);
        return set(call, "y", 1, 1);
    case 16:
        nnefcl_call_scalar(call, "alpha", 1);
        return set(call, "y", 1, 1);
    case 17:
        nnefcl_call_count(call, "x");
        return set(call, "y", 1, 1);
    case 18:
        nnefcl_call_string(call, NULL, 0);
        return set(call, "y", 1, 1);
    case 19:
        nnefcl_call_elements(call, "x");
        return set(call, "y", 1, 1);
    default:
        return set(call, "y", 1, 1);
    }
}

static int64_t count_tasks(nnefcl_call *call, void *user)
{
    switch (*(const int *)user) {
    case 20:
        return 0;
    case 21:
        return INT64_MIN;
    case 22:
        return (int64_t)1 << 41;
    case 23:
        return nnefcl_call_integer(call, "none", 0);
    default:
        return nnefcl_call_shape(call, "y").extent[0];
    }
}

static const struct answer {
    nnefcl_status status;
    const char *message;
} answers[] = {
    {NNEFCL_ERR_MODEL, "op: x has rank 2, not 4"},
    {NNEFCL_ERR_MODEL, "op: first"},
    {NNEFCL_ERR_NOMEM, "op: its shape function returned NNEFCL_ERR_NOMEM"},
    {NNEFCL_ERR_ARGUMENT, "op: its shape function returned 77, which is no status"},
    {NNEFCL_ERR_ARGUMENT, "op: its shape function sets no shape for 'y'"},
    {NNEFCL_ERR_MODEL, "op: result 'y' would have shape [-3,-3] with an extent below 1"},
    {NNEFCL_ERR_MODEL, "op: result 'y' would have shape [0,0] with an extent below 1"},
    {NNEFCL_ERR_LIMIT, "op: result 'y' of shape [1048576,1048576,1048576,1048576,1048576,1048576,1048576,1048576] has "
                       "more than 2^40 elements"},
    {NNEFCL_ERR_ARGUMENT, "op: its shape function gives 'y' rank 9, not 0 to 8"},
    {NNEFCL_ERR_ARGUMENT, "op: its shape function gives 'y' rank -1, not 0 to 8"},
    {NNEFCL_ERR_ARGUMENT, "op: its shape function gives 'y' rank -1, not 0 to 8"},
    {NNEFCL_ERR_ARGUMENT, "op: its functions ask for a result 'z', and it has none of that name"},
    {NNEFCL_ERR_ARGUMENT, "op: its functions ask for the shape of 'y' before it is set"},
    {NNEFCL_ERR_ARGUMENT, "op: its functions ask for a tensor 'w', and it has no such parameter"},
    {NNEFCL_ERR_ARGUMENT, "op: its functions ask for a tensor 'alpha', and it has no such parameter"},
    {NNEFCL_ERR_ARGUMENT, "op: its functions ask for a value of type integer of 'alpha', which has type scalar"},
    {NNEFCL_ERR_ARGUMENT, "op: its functions ask for item 1 of 'alpha', which has 1"},
    {NNEFCL_ERR_ARGUMENT, "op: its functions ask for an attribute 'x', and it has none of that name"},
    {NNEFCL_ERR_ARGUMENT, "op: its functions ask for an attribute '(null)', and it has none of that name"},
    {NNEFCL_ERR_ARGUMENT, "op: its functions ask for elements, which only its definition gets"},
    {NNEFCL_ERR_ARGUMENT, "op: 0 tasks, not 1 to 2^40"},
    {NNEFCL_ERR_ARGUMENT, "op: -9223372036854775808 tasks, not 1 to 2^40"},
    {NNEFCL_ERR_ARGUMENT, "op: 2199023255552 tasks, not 1 to 2^40"},
    {NNEFCL_ERR_ARGUMENT, "op: its functions ask for an attribute 'none', and it has none of that name"},
    {NNEFCL_OK, ""},
};

START_TEST(shape_functions)
{
    const struct answer *answer = &answers[_i];
    int how = _i;
    const nnefcl_operation operation = {1, OP, misbehave, SOURCE("op"), NULL, count_tasks, NULL, 0, 0, &how};
    struct model_text text;
    open_with(&text, MODEL_HEADER OP GRAPH("\n  y = op(x);"), &operation, 1, 1);
    ck_assert_msg(text.status == answer->status, "%d: %s: %s", _i, nnefcl_status_name(text.status), text.error.message);
    if (answer->status) {
        ck_assert_msg(strstr(text.error.message, answer->message) == text.error.message, "'%s', not '%s'",
                      text.error.message, answer->message);
        ck_assert_str_eq(text.error.file, "graph.nnef");
        ck_assert_int_eq(text.error.line, 7);
        ck_assert_int_eq(text.error.column, 7);
    }
    model_text_close(&text);
}
END_TEST

/* ---- memory ---- */

START_TEST(memory)
{
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    struct counting_allocator counting = {0};
    nnefcl_status status = NNEFCL_ERR_NOMEM;
    static const char text[] = MODEL_HEADER OP GRAPH("y = op(x);");
    options.operations = &op;
    options.operation_count = 1;
    size_t n = 0;
    while (status) {
        nnefcl_model *model = NULL;
        nnefcl_error error = {0};
        counting = (struct counting_allocator){.fail_at = ++n};
        options.allocator = counting_allocator(&counting);
        status = nnefcl_model_open_memory(text, sizeof text - 1, &options, &model, &error);
        ck_assert_msg(status == NNEFCL_OK || status == NNEFCL_ERR_NOMEM, "allocation %zu: %s", n, error.message);
        nnefcl_model_free(model);
        ck_assert_msg(counting.live == 0, "allocation %zu: %zu blocks leak", n, counting.live);
    }
    ck_assert_uint_gt(n, 10);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("registered");
    TCase *tests = tcase_create("registered");
    tcase_add_loop_test(tests, bad_registrations, 0, (int)(sizeof bad / sizeof *bad));
    tcase_add_test(tests, damaged_declarations);
    tcase_add_test(tests, no_list);
    tcase_add_test(tests, good_registrations);
    tcase_add_loop_test(tests, in_documents, 0, (int)(sizeof documents / sizeof *documents));
    tcase_add_test(tests, dialect);
    tcase_add_test(tests, generic);
    tcase_add_loop_test(tests, defaults_of_generics, 0, (int)(sizeof generic_defaults / sizeof *generic_defaults));
    tcase_add_loop_test(tests, shape_functions, 0, (int)(sizeof answers / sizeof *answers));
    tcase_add_test(tests, memory);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
