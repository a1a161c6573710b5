/* SPDX-License-Identifier: Apache-2.0 */
/* quantize_nodes.c: entries of graph.quant as nodes of the graph, read from its flat form. */
#include <stdlib.h>

#include "model/model_text.h"
#include "suite.h"

#define Q(name, max) "'" name "': linear_quantize(min = 0.0, max = " max ", bits = 8);\n"

static const struct quantized {
    const char *name, *graph, *quant;
    const char *flat; /* lines of it, in their order, separated by '|' */
} quantized[] = {
    {"an activation that is an output keeps its name",
     "graph g( x ) -> ( y ) { x = external(shape = [2,3]); y = sqrt(x); }", Q("y", "1.5"),
     "y_exact = sqrt(x)|y = linear_quantize(y_exact, 0.0, 1.5, bits = 8)"},
    {"an input keeps its name, and what reads it reads the quantized one",
     "graph g( x ) -> ( y, z ) { x = external(shape = [2,3]); y = sqrt(x); z = add(x, x); }", Q("x", "1.0"),
     "x = external|x_quantized = linear_quantize(x, 0.0, 1.0, bits = 8)|sqrt(x_quantized)|add(x_quantized, "
     "x_quantized)"},
    {"in the order of the graph", "graph g( x ) -> ( z ) { x = external(shape = [3]); y = sqrt(x); z = exp(y); }",
     Q("z", "2.0") Q("x", "1.0") Q("y", "1.5"),
     "x_quantized = |y_exact = sqrt(x_quantized)|y = linear_quantize(y_exact, |z_exact = exp(y)|z = "
     "linear_quantize(z_exact, "},
    {"several results",
     "graph g( x ) -> ( a, b ) { x = external(shape = [4]); [a, b] = split(x, axis = 0, ratios = [1, 1]); }",
     Q("b", "1.0"), "[a, b_exact] = split<scalar>(x|b = linear_quantize(b_exact"},
    {"in arrays", "graph g( x ) -> ( z ) { x = external(shape = [4]); y = exp(x); z = concat([x, y, x], axis = 0); }",
     Q("x", "1.0"), "y = exp(x_quantized)|concat<scalar>([x_quantized, y, x_quantized]"},
    {"a variable of floats",
     "graph g( x ) -> ( y ) { x = external(shape = [2,3]); w = variable(shape = [1,3], label = 'w'); y = mul(x, w); }",
     "\"w\": zero_point_linear_quantize(zero_point = 3, scale = [[0.5, 0.25, 1.0]], bits = 4, signed = true, symmetric "
     "= false);\n",
     "w = variable|constant<scalar>(shape = [1, 3], value = [0.5, 0.25, 1.0])|w_quantized = "
     "zero_point_linear_quantize(w, 3, |mul(x, w_quantized)"},
    {"the state itself is what update writes",
     "graph g( x ) -> ( y ) { x = external(shape = [3]); v = variable(shape = [3], label = 'v'); y = add(v, x); u = "
     "update(v, y); }",
     Q("v", "1.0"), "v_quantized = linear_quantize(v, |y = add(v_quantized, x)|update<scalar>(v, y)"},
    {"two tensors of one variable",
     "graph g( x ) -> ( y ) { x = external(shape = [3]); a = variable(shape = [3], label = 'w'); b = variable(shape = "
     "[3], label = 'w'); c = add(x, a); y = mul(c, b); }",
     Q("a", "1.0") Q("b", "2.0"),
     "a_quantized = linear_quantize(a, 0.0, 1.0, |b_quantized = linear_quantize(b, 0.0, 2.0, |add(x, a_quantized)|"
     "mul(c, b_quantized)"},
    {"an output that is an input", "graph g( x ) -> ( y, z ) { x = external(shape = [3]); z = exp(x); y = x; }",
     Q("x", "1.0"), "copy<scalar>(x_quantized)"},
    {"a constant",
     "graph g( x ) -> ( y ) { x = external(shape = [2]); c = constant(shape = [2], value = [0.3, 0.7]); y = add(x, c); "
     "}",
     Q("c", "1.0"), "c_quantized = linear_quantize(c, |add(x, c_quantized)"},
};

static void put(const char *folder, const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    fclose(file);
}

static void open_quantized(const struct quantized *c, int no_quant, struct model_text *text)
{
    char folder[] = "/tmp/nnefcl-quant-XXXXXX", command[64], document[1024];
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    memset(text, 0, sizeof *text);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(document, sizeof document, "version 1.0;\n%s\n", c->graph);
    put(folder, "graph.nnef", document);
    put(folder, "graph.quant", c->quant);
    options.random_weights = 1;
    options.no_quant = no_quant;
    options.diagnostic = model_text_talk;
    options.diagnostic_user = text;
    text->status = nnefcl_model_open(folder, &options, &text->model, &text->error);
    ck_assert_msg(text->status == NNEFCL_OK, "%s: %s", c->name, text->talk);
    snprintf(command, sizeof command, "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}

START_TEST(become_nodes)
{
    const struct quantized *c = &quantized[_i];
    struct model_text text;
    open_quantized(c, 0, &text);
    const char *flat = model_text_dump(&text, NNEFCL_DUMP_FLAT), *at = flat;
    char part[256];
    for (const char *next = c->flat; *next;) {
        const size_t length = strcspn(next, "|");
        memcpy(part, next, length);
        part[length] = '\0';
        at = strstr(at, part);
        ck_assert_msg(at != NULL, "%s: no '%s' in\n%s", c->name, part, flat);
        next += length + (next[length] == '|');
    }
    model_text_close(&text);
}
END_TEST

START_TEST(are_left_out)
{
    struct model_text text;
    open_quantized(&quantized[_i], 1, &text);
    const char *flat = model_text_dump(&text, NNEFCL_DUMP_FLAT);
    ck_assert_msg(!strstr(flat, "quantize"), "%s: %s", quantized[_i].name, flat);
    model_text_close(&text);
}
END_TEST

int main(void)
{
    const int count = (int)(sizeof quantized / sizeof *quantized);
    Suite *suite = suite_create("quantize_nodes");
    TCase *tests = tcase_create("quantize_nodes");
    tcase_add_loop_test(tests, become_nodes, 0, count);
    tcase_add_loop_test(tests, are_left_out, 0, count);
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
