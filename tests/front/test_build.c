/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of declarations, invocations and the graph (3.3.2), and what exporters write. Line 4 is the first of each text.
 */
#include <math.h>

#include "model/frozen.h"
#include "model/model_text.h"

#define FRAGMENT(text) "fragment f" text
#define GRAPH(text)    "graph g( x ) -> ( y )\n{ x = external(shape = [3,4]);\n" text "}\n"

struct build_case {
    const char *name, *text,
        *expected; /* lines of the flat graph, or the diagnostics, in their order, separated by '|' */
    unsigned compat;
    int strict;
};

/* ---- accepted: the flat graph holds these lines ---- */

static const struct build_case accepted[] = {
    {"chain", GRAPH("y = tanh(exp(x));"), "y_1 = exp(x);|y = tanh(y_1);", 0, 1},
    {"operators", GRAPH("y = select(x < 0.5 && !(x >= 2.0), -x, +x);"),
     "lt(x, 0.5)|ge(x, 2.0)|not(|and(|neg(x)|copy<scalar>(x)|select<scalar>(", 0, 1},
    {"defaults",
     FRAGMENT("( t: tensor<scalar>, k: scalar = 2.0 ) -> ( r: tensor<scalar> ) { r = t * k; }\n")
         GRAPH("y = f(f(x), k = 3.0);"),
     "mul(x, 2.0)|mul(y_2, 3.0)", 0, 1},
    {"order",
     FRAGMENT("( t: tensor<scalar> ) -> ( r: tensor<scalar> ) { r = h(t); }\n") "fragment h( t: tensor<scalar> ) -> ( "
                                                                                "r: tensor<scalar> ) { r = "
                                                                                "exp(t); }\n" GRAPH("y = f(x);"),
     "y = exp(x);", 0, 1},
    {"generic",
     FRAGMENT("<?>( c: tensor<logical>, t: tensor<?> ) -> ( r: tensor<?> ) { r = select(c, t, t); }\n")
         GRAPH("y = f(x > 1.0, x);"),
     "select<scalar>(", 0, 1},
    {"generic explicit",
     FRAGMENT("<? = scalar>( v: ? ) -> ( r: tensor<?> ) { r = constant<?>(shape = [1], value = [v]); }\n")
         GRAPH("y = f<integer>(v = 3);"),
     "constant<integer>(shape = [1], value = [3]);", 0, 1},
    {"arrays", GRAPH("[a, b] = split(x, axis = 1, ratios = [1, 3]); y = concat([b, a], axis = 1);"),
     "[a, b] = split<scalar>(x, axis = 1, ratios = [1, 3]);|concat<scalar>([b, a], axis = 1)", 0, 1},
    {"array of a compound",
     FRAGMENT("( t: tensor<scalar>, n: integer ) -> ( r: tensor<scalar>[] ) { r = [t] + f(t * 0.5, n = n - 1) if n > 0 "
              "else []; }\n") GRAPH("[a, y] = f(x, n = 2);"),
     "y = mul(x, 0.5);", 0, 1},
    {"tuple",
     FRAGMENT("( t: tensor<scalar> ) -> ( a: tensor<scalar>, b: tensor<scalar>[] ) { b = [exp(t), t]; a = b[0]; }\n")
         GRAPH("y, [p, q] = f(x);"),
     "y = exp(x);", 0, 1},
    {"literal result", FRAGMENT("( t: tensor<scalar> ) -> ( r: tensor<scalar> ) { r = 1.5; }\n") GRAPH("y = f(x);"),
     "y = copy<scalar>(1.5);", 0, 1},
    {"alias", GRAPH("y = x;"), "y = copy<scalar>(x);", 0, 1},
    {"dead", GRAPH("w = variable(shape = [3], label = 'w'); z = exp(w); y = relu(x);"), "y = relu(x);", 0, 1},
    {"update lives", GRAPH("w = variable(shape = [3], label = 'w'); z = update(w, w * 2.0); y = relu(x);"),
     "z = update<scalar>(w, z_2);", 0, 1},
    {"shared label",
     GRAPH("a = variable(shape = [3], label = 'W'); b = variable(shape = [3], label = 'w'); y = add(a, b);"),
     "label = 'W'|label = 'w'", 0, 1},
    {"unused custom", "fragment f( x: tensor<scalar> ) -> ( y: tensor<scalar> );\n" GRAPH("y = relu(x);"), "relu(x)", 0,
     1},
    {"named tensors", GRAPH("y = add(y = x, x = 1.0);"), "y = add(1.0, x);", 0, 1},
    {"metadata",
     "fragment tract_core_properties( x: tensor<scalar> ) -> ( p: (string, tensor<scalar>)[] ) { p = [('a', 'b')]; "
     "}\n" GRAPH("y = relu(x);"),
     "relu(x)", 0, 1},
    {"mixed array", GRAPH("y = add_n([1.0, x]);"), "add_n([1.0, x])", 0, 1},
    {"own gelu",
     "fragment gelu( x: tensor<scalar> ) -> ( y: tensor<scalar> ) { y = x * 0.5; }\n" GRAPH("y = gelu(x, 0.0);"),
     "y = mul(x, 0.5);", NNEFCL_COMPAT_TORCH, 0},
    {"integers for scalars",
     GRAPH("a = leaky_relu(x, alpha = 1); b = constant<integer>(shape = [1], value = [2]); y = add(a, b);"),
     "leaky_relu(x, alpha = 1.0)|cast<scalar>(", NNEFCL_COMPAT_TORCH, 0},
    {"an assignment twice", GRAPH("y = exp(x);\nz = relu(x);\ny = exp(x);"), "y = exp(x);", NNEFCL_COMPAT_TORCH, 0},
    {"tract's types", GRAPH("a = tract_core_cast(x, to = 'i64'); b = tract_core_cast(a, 'F32');\ny = b * x;"),
     "cast<integer>(x)|cast<scalar>(", NNEFCL_COMPAT_TRACT, 0},
    {"fields of a generic",
     FRAGMENT("<?>( t: tensor<?>, p: (?[], ?) ) -> ( r: tensor<?> ) { r = copy(t); }\n")
         GRAPH("y = f(x, p = ([2.0], 3.0));"),
     "y = copy<scalar>(x);", 0, 1},
    {"used behind", GRAPH("a = relu(x); b = a; y = b + a;"), "add(", 0, 1},
    {"own erf", "fragment erf( x: tensor<scalar> ) -> ( y: tensor<scalar> ) { y = tanh(x); }\n" GRAPH("y = erf(x);"),
     "y = tanh(x);", 0, 1},
};

/* ---- accepted with a warning, refused when strict ---- */

static const struct build_case lax[] = {
    {"positional", GRAPH("y = leaky_relu(x, 0.1);"), "6: leaky_relu: 'alpha' is an attribute", 0, 0},
    {"one integer", GRAPH("y = softmax(x, axes = 1);"), "6: softmax: 'axes' is integer[]", 0, 0},
    {"variable as attribute", GRAPH("e = variable<scalar>(shape = [], label = 'e');\ny = leaky_relu(x, alpha = e);"),
     "7: leaky_relu: 'alpha' is an attribute, but 'e' is a variable", 0, 0},
    {"variable as fragment argument",
     FRAGMENT("( t: tensor<scalar>, k: scalar ) -> ( r: tensor<scalar> ) { r = t * k; }\n")
         GRAPH("e = variable<scalar>(shape = [], label = 'e');\ny = f(x, k = e);"),
     "8: f: 'k' is an attribute, but 'e' is a variable", 0, 0},
    {"array as one", GRAPH("y = add_n(unstack(x, axis = 0));"), "6: the array result of 'unstack'", 0, 0},
    {"parameter is result", "graph g( x ) -> ( x ) { x = external(shape = [3]); z = relu(x); }\n",
     "4: 'x' is a parameter and a result", 0, 0},
    {"unused fragment",
     FRAGMENT("( t: tensor<scalar> ) -> ( r: tensor<scalar> ) { r = lt(t, 0.0); }\n") GRAPH("y = relu(x);"),
     "4: in the unused fragment 'f': result 'r'", 0, 0},
    {"attribute first",
     FRAGMENT("( k: scalar, t: tensor<scalar> ) -> ( r: tensor<scalar> ) { r = t * k; }\n")
         GRAPH("y = f(k = 2.0, t = x);"),
     "4: fragment 'f': 't' is a tensor behind an attribute", 0, 0},
    {"softabs", GRAPH("y = softabs(x, epsilon = 0.5);"), "6: 'softabs' is no standard operation", 0, 0},
};

/* ---- refused: all errors, in this order ---- */

static const struct build_case refused[] = {
    {"several", GRAPH("a = nope(x);\nb = add(a, x);\nc = conv(x);\nd = c + 1;\ny = x + 1;"),
     "6: unknown operation 'nope'|8: conv: argument 'filter' is missing|10: add: 'y' is tensor<scalar>, but the "
     "argument is integer",
     0, 0},
    {"case", GRAPH("y = ReLU(x);"), "6: unknown operation 'ReLU'; did you mean 'relu'?", 0, 0},
    {"in a fragment",
     FRAGMENT("( t: tensor<scalar> ) -> ( r: tensor<scalar> )\n{\n    r = reshape(t, shape = [5]);\n}\n")
         GRAPH("y = f(x);"),
     "6: reshape: ", 0, 0},
    {"in the library", GRAPH("w = constant(shape = [4,2,1], value = [1.0]);\ny = separable_conv(x, w, w);"),
     "7: conv: ", 0, 0},
    {"two fragments",
     FRAGMENT("( t: tensor<scalar> ) -> ( r: tensor<scalar> ) { r = exp(t); }\n")
         FRAGMENT("( t: tensor<scalar> ) -> ( r: tensor<scalar> ) { r = exp(t); }\n") GRAPH("y = f(x);"),
     "5: a second fragment 'f'", 0, 0},
    {"standard name",
     "fragment relu( x: tensor<scalar> ) -> ( y: tensor<scalar> ) { y = exp(x); }\n" GRAPH("y = relu(x);"),
     "4: fragment 'relu' redefines a standard operation; with --compat=torch", 0, 0},
    {"result name", FRAGMENT("( t: tensor<scalar> ) -> ( t: tensor<scalar> ) { t = exp(t); }\n") GRAPH("y = f(x);"),
     "4: fragment 'f': 't' is declared twice", 0, 0},
    {"default",
     FRAGMENT("( t: tensor<scalar>, k: integer = 1.5 ) -> ( r: tensor<scalar> ) { r = exp(t); }\n") GRAPH("y = f(x);"),
     "4: fragment 'f': 'k' has a default value of another type", 0, 0},
    {"not generic", FRAGMENT("( t: tensor<?> ) -> ( r: tensor<?> ) { r = copy(t); }\n") GRAPH("y = f(x);"),
     "has a generic type, but|has a generic type, but", 0, 0},
    {"unbound result", FRAGMENT("( t: tensor<> ) -> ( r: tensor<> ) { r = t; }\n") GRAPH("y = f(x);"),
     "4: fragment 'f': 'r' is a result without a data type", 0, 0},
    {"tuple of both",
     FRAGMENT("( t: tensor<scalar>, p: (tensor<scalar>,scalar) ) -> ( r: tensor<scalar> ) { r = t; }\n")
         GRAPH("y = f(x, p = (x, 1.0));"),
     "4: fragment 'f': 'p' mixes tensors", 0, 0},
    {"assigned parameter",
     FRAGMENT("( t: tensor<scalar> ) -> ( r: tensor<scalar> ) { t = exp(t); r = t; }\n") GRAPH("y = f(x);"),
     "4: 't' is a parameter of the fragment", 0, 0},
    {"assigned twice",
     FRAGMENT("( t: tensor<scalar> ) -> ( r: tensor<scalar> ) { r = exp(t);\nr = exp(t); }\n") GRAPH("y = f(x);"),
     "5: 'r' is assigned a second time", 0, 0},
    {"never assigned", FRAGMENT("( t: tensor<scalar> ) -> ( r: tensor<scalar> ) { q = exp(t); }\n") GRAPH("y = f(x);"),
     "4: result 'r' of fragment 'f' is never assigned", 0, 0},
    {"result early",
     FRAGMENT("( t: tensor<scalar> ) -> ( r: tensor<scalar> ) { q = exp(r); r = q; }\n") GRAPH("y = f(x);"),
     "4: 'r' is used before it is assigned", 0, 0},
    {"variable in a fragment",
     FRAGMENT("( t: tensor<scalar> ) -> ( r: tensor<scalar> ) { r = variable(shape = [1], label = 'w'); }\n")
         GRAPH("y = f(x);"),
     "4: 'variable' can only be used in the graph", 0, 0},
    {"external in a fragment",
     FRAGMENT("( t: tensor<scalar> ) -> ( r: tensor<scalar> ) { r = external(shape = [1]); }\n") GRAPH("y = f(x);"),
     "4: 'external' can only be used in the graph", 0, 0},
    {"external elsewhere", GRAPH("y = relu(external(shape = [3]));"),
     "6: the result of an external has to be a parameter", 0, 0},
    {"no external", "graph g( x, z ) -> ( y )\n{ x = external(shape = [3]);\nz = exp(x); y = relu(x); }\n",
     "6: 'z' is a parameter of the graph, so it must be", 0, 0},
    {"parameter missing", "graph g( x, z ) -> ( y )\n{ x = external(shape = [3]); y = relu(x); }\n",
     "4: parameter 'z' of the graph is not defined", 0, 0},
    {"result missing", "graph g( x ) -> ( y, z )\n{ x = external(shape = [3]); y = relu(x); }\n",
     "4: result 'z' of the graph is never assigned", 0, 0},
    {"results twice", "graph g( x ) -> ( y, y )\n{ x = external(shape = [3]); y = relu(x); }\n",
     "4: the graph has two results 'y'", 0, 0},
    {"primitive", GRAPH("a = 1.0; y = relu(x);"), "6: 'a' would be scalar", 0, 0},
    {"array", GRAPH("a = [x, x]; y = relu(x);"), "6: 'a' would be tensor<scalar>[]", 0, 0},
    {"pattern length", GRAPH("[a, y] = unstack(x, axis = 0);"),
     "6: 2 identifiers on the left, but the value has 3 items", 0, 0},
    {"pattern kind", GRAPH("a, y = unstack(x, axis = 0);"), "6: a tuple of identifiers on the left", 0, 0},
    {"type on relu", GRAPH("y = relu<scalar>(x);"), "6: 'relu' takes no type", 0, 0},
    {"? in the graph", GRAPH("y = copy<?>(x);"), "6: <?> stands for", 0, 0},
    {"conflict", GRAPH("y = select(x > 0.0, x, x > 0.0);"), "6: select: the type is not clear", 0, 0},
    {"undetermined", GRAPH("y = cast(x);"), "6: cast: the type cannot be found", 0, 0},
    {"? against scalar", FRAGMENT("<?>( t: tensor<?> ) -> ( r: tensor<?> ) { r = t + 1.0; }\n") GRAPH("y = f(x);"),
     "4: add: 'x' is tensor<scalar>, but the argument is tensor<?>", 0, 0},
    {"named first", GRAPH("y = add(x = x, x);"), "6: add: an argument without a name behind", 0, 0},
    {"no such name", GRAPH("y = softmax(x, axis = [1]);"), "6: softmax has no parameter 'axis'", 0, 0},
    {"label shapes",
     GRAPH("a = variable(shape = [3], label = 'w');\nb = variable(shape = [4], label = 'W'); y = relu(x);"),
     "7: variable: the label 'w' has shape", 0, 0},
    {"updated twice",
     GRAPH("a = variable(shape = [3], label = 'w'); b = update(a, a);\nc = update(a, b); y = relu(x);"),
     "7: update: the variable 'w' is updated already", 0, 0},
    {"update of a result", GRAPH("a = exp(x); y = update(a, x);"), "6: update: 'variable' is not", 0, 0},
    {"used before a pattern", GRAPH("z = relu(b); [a, b] = split(x, axis = 1, ratios = [1, 3]); y = a;"),
     "6: 'b' is used before it is assigned", 0, 0},
    {"tensor of strings", FRAGMENT("( t: tensor<string> ) -> ( r: tensor<scalar> ) { r = 1.0; }\n") GRAPH("y = f(x);"),
     "4: fragment 'f': 't' is a tensor of strings", 0, 0},
    {"tensors of strings in arrays",
     FRAGMENT("( t: (tensor<string>[],tensor<scalar>) ) -> ( r: tensor<scalar> ) { r = 1.0; }\n") GRAPH("y = f(x);"),
     "4: fragment 'f': 't' is a tensor of strings", 0, 0},
    {"mixed deeper",
     FRAGMENT("( t: tensor<scalar>, p: (tensor<scalar>,scalar)[] ) -> ( r: tensor<scalar> ) { r = t; }\n")
         GRAPH("y = f(x);"),
     "4: fragment 'f': 'p' mixes tensors|f: argument 'p' is missing", 0, 0},
    {"default of two types",
     FRAGMENT("( t: tensor<scalar>, k: scalar[] = [1.0, 'a'] ) -> ( r: tensor<scalar> ) { r = t; }\n")
         GRAPH("y = f(x);"),
     "4: fragment 'f': 'k' has a default value of another type", 0, 0},
    {"generic without a default type",
     FRAGMENT("<? = ?>( t: tensor<?> ) -> ( r: tensor<?> ) { r = copy(t); }\n") GRAPH("y = f(x);"),
     "4: fragment 'f': 'f' has ? as the default", 0, 0},
    {"default of a generic that cannot be",
     FRAGMENT("<?>( t: tensor<?>, k: ? = [1.0] ) -> ( r: tensor<?> ) { r = copy(t); }\n") GRAPH("y = f(x);"),
     "4: fragment 'f': 'k' has a default value of another type", 0, 0},
    {"an integer that is computed", GRAPH("y = leaky_relu(x, alpha = 1 + 1);"), "6: leaky_relu: 'alpha' is scalar",
     NNEFCL_COMPAT_TORCH, 0},
    {"another assignment twice", GRAPH("y = exp(x);\ny = relu(x);"), "7: 'y' is assigned a second time",
     NNEFCL_COMPAT_TORCH, 0},
    {"external twice", GRAPH("x = external(shape = [3,4]); y = x;"), "6: 'x' is assigned a second time",
     NNEFCL_COMPAT_TORCH, 0},
    {"a type that tract has", GRAPH("y = tract_core_cast(x, to = 'blob');"), "6: the type 'blob' has no counterpart",
     NNEFCL_COMPAT_TRACT, 0},
    {"a type that is no text", GRAPH("y = tract_core_cast(x, to = 3);"),
     "6: the type of this argument has no counterpart", NNEFCL_COMPAT_TRACT, 0},
    {"symbol without an extent", "extension tract_symbol S, N;\n" GRAPH("z = reshape(x, shape = [N]); y = relu(x);"),
     "7: the symbol 'N' has no extent; give one: --shape N=N", NNEFCL_COMPAT_TRACT, 0},
    {"a variable of several as attribute",
     GRAPH("e = variable<scalar>(shape = [2], label = 'e');\ny = leaky_relu(x, alpha = e);"),
     "7: leaky_relu: 'alpha' is scalar", 0, 0},
    {"a tensor as attribute", GRAPH("e = exp(x);\ny = leaky_relu(x, alpha = e);"), "7: leaky_relu: 'alpha' is scalar",
     0, 0},
    {"an array for arrays", GRAPH("y = softmax(x, axes = integer(1.0));"), "6: softmax: 'axes' is integer[]", 0, 0},
    {"attribute that changes",
     GRAPH("e = variable<scalar>(shape = [], label = 'e'); z = update(e, 0.5);\ny = leaky_relu(x, alpha = e);"),
     "7: the variable 'e' is used as an attribute", 0, 0},
};

/* ---- refused as not supported ---- */

static const struct build_case unsupported[] = {
    {"custom", "fragment f( x: tensor<scalar> ) -> ( y: tensor<scalar> );\n" GRAPH("y = f(x);"),
     "7: 'f' is a custom operation", 0, 1},
    {"erf", GRAPH("y = erf(x);"), "6: 'erf' is no standard operation; --compat=torch", 0, 1},
    {"tract", GRAPH("y = tract_core_scan(x);"), "6: operation 'tract_core_scan' belongs to the tract dialect", 0, 1},
};

static void expect_in_order(const char *name, const char *text, const char *expected, const char *before)
{
    char part[512];
    while (*expected) {
        const size_t length = strcspn(expected, "|");
        snprintf(part, sizeof part, "%s%.*s", before, (int)length, expected);
        const char *found = strstr(text, part);
        if (!found && *before) /* a part without a line */
            found = strstr(text, part + strlen(before));
        ck_assert_msg(found != NULL, "%s: no '%s' in\n%s", name, part, text);
        text = found + 1;
        expected += length + (expected[length] == '|');
    }
}

static void open_case(struct model_text *text, const struct build_case *test, int strict, char *source, size_t size)
{
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    options.strict = strict;
    options.compat = test->compat;
    snprintf(source, size, MODEL_HEADER "%s", test->text);
    model_text_open(text, source, &options);
}

START_TEST(accept)
{
    struct model_text text;
    char source[4096];
    open_case(&text, &accepted[_i], accepted[_i].strict, source, sizeof source);
    ck_assert_msg(text.status == NNEFCL_OK, "%s: %s", accepted[_i].name, text.talk);
    expect_in_order(accepted[_i].name, model_text_dump(&text, NNEFCL_DUMP_FLAT), accepted[_i].expected, "");
    model_text_close(&text);
}
END_TEST

START_TEST(warn)
{
    struct model_text text;
    char source[4096];
    open_case(&text, &lax[_i], 0, source, sizeof source);
    ck_assert_msg(text.status == NNEFCL_OK, "%s: %s", lax[_i].name, text.talk);
    expect_in_order(lax[_i].name, text.talk, lax[_i].expected, "warning ");
    model_text_close(&text);
    open_case(&text, &lax[_i], 1, source, sizeof source);
    ck_assert_msg(text.status == NNEFCL_ERR_MODEL, "%s: %s", lax[_i].name, text.talk);
    expect_in_order(lax[_i].name, text.talk, lax[_i].expected, "error ");
}
END_TEST

START_TEST(refuse)
{
    struct model_text text;
    char source[4096];
    size_t expected = 1, got = 0;
    open_case(&text, &refused[_i], 0, source, sizeof source);
    ck_assert_msg(text.status == NNEFCL_ERR_MODEL || text.status == NNEFCL_ERR_UNSUPPORTED, "%s: accepted",
                  refused[_i].name);
    expect_in_order(refused[_i].name, text.talk, refused[_i].expected, "error ");
    for (const char *c = refused[_i].expected; (c = strchr(c, '|')); c++)
        expected++;
    for (const char *c = text.talk; (c = strstr(c, "error ")); c++)
        got++;
    ck_assert_msg(got == expected, "%s: %zu errors, expected %zu:\n%s", refused[_i].name, got, expected, text.talk);
}
END_TEST

START_TEST(not_supported)
{
    struct model_text text;
    char source[4096];
    open_case(&text, &unsupported[_i], 1, source, sizeof source);
    ck_assert_msg(text.status == NNEFCL_ERR_UNSUPPORTED, "%s: %s", unsupported[_i].name, text.talk);
    expect_in_order(unsupported[_i].name, text.talk, unsupported[_i].expected, "error ");
}
END_TEST

/* ---- the ends of random weights: sqrt(6 / inputs of an output), whatever shows the variable ---- */

static const struct {
    const char *text;
    double inputs;
} ranges[] = {
    {GRAPH("w = variable(shape = [4,5], label = 'w'); y = matmul(x, w);"), 4},
    {GRAPH("w = variable(shape = [5,4], label = 'w'); y = matmul(x, transpose(w, axes = [1,0]));"), 4},
    {GRAPH("w = variable(shape = [20], label = 'w'); y = matmul(x, reshape(w, shape = [4,5]));"), 4},
    {GRAPH("w = variable(shape = [1,3,5], label = 'w'); y = matmul(squeeze(w, axes = [0]), x, transposeA = true);"), 3},
    {GRAPH("w = variable(shape = [5,4], label = 'w'); y = linear(x, w);"), 4},
    {GRAPH("w = variable(shape = [2,3,3], label = 'w'); i = reshape(x, shape = [1,3,4]); y = conv(i, w);"), 9},
    {GRAPH("w = variable(shape = [3,2,3], label = 'w'); i = reshape(x, shape = [1,3,4]); y = deconv(i, w);"), 3},
};

START_TEST(random_ranges)
{
    struct model_text text;
    char source[1024];
    snprintf(source, sizeof source, MODEL_HEADER "%s", ranges[_i].text);
    model_text_open(&text, source, NULL);
    ck_assert_msg(text.status == NNEFCL_OK, "%s: %s", ranges[_i].text, text.talk);
    const struct ncl_variable *variable = text.model->graph->variable[0];
    ck_assert_msg(fabs(variable->random_high - sqrt(6 / ranges[_i].inputs)) < 1e-9 &&
                      variable->random_low == -variable->random_high,
                  "%s: %g to %g", ranges[_i].text, variable->random_low, variable->random_high);
    model_text_close(&text);
}
END_TEST

START_TEST(twenty_errors)
{
    struct model_text text;
    char source[4096] = MODEL_HEADER "graph g( x ) -> ( y )\n{ x = external(shape = [3]);\n";
    size_t errors = 0;
    for (int i = 0; i < 40; i++)
        snprintf(source + strlen(source), sizeof source - strlen(source), "a%d = nope(x);\n", i);
    strcat(source, "y = relu(x); }\n");
    model_text_open(&text, source, NULL);
    for (const char *c = text.talk; (c = strstr(c, "error ")); c++)
        errors++;
    ck_assert_uint_eq(errors, 20);
    ck_assert_int_eq(text.error.line, 6);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("build");
    TCase *tests = tcase_create("build");
    tcase_add_loop_test(tests, accept, 0, sizeof accepted / sizeof *accepted);
    tcase_add_loop_test(tests, warn, 0, sizeof lax / sizeof *lax);
    tcase_add_loop_test(tests, refuse, 0, sizeof refused / sizeof *refused);
    tcase_add_loop_test(tests, not_supported, 0, sizeof unsupported / sizeof *unsupported);
    tcase_add_loop_test(tests, random_ranges, 0, sizeof ranges / sizeof *ranges);
    tcase_add_test(tests, twenty_errors);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
