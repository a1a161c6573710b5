/* SPDX-License-Identifier: Apache-2.0 */
/* transpose.c and what it shares with others, strided.c: every permutation of some shapes, short and long on each axis,
 * against the formula. */
#define OP_TILES 1
#include "numbers.h"
#include "op_programs.h"
#include "suite.h"

static const struct transposition {
    const char *type;
    int rank;
    long shape[5];
    int count, axes[5];
} transpositions[] = {
    {"scalar", 2, {2, 3}, 2, {1, 0}},
    {"scalar", 2, {7, 5}, 2, {1, 0}},
    {"scalar", 2, {8, 8}, 2, {1, 0}},
    {"scalar", 2, {9, 17}, 2, {1, 0}},
    {"scalar", 2, {65, 71}, 2, {1, 0}},
    {"scalar", 2, {1, 40}, 2, {1, 0}},
    {"scalar", 3, {2, 3, 4}, 2, {1, 0}},
    {"scalar", 3, {2, 9, 10}, 3, {2, 1, 0}},
    {"scalar", 3, {9, 3, 10}, 3, {2, 0, 1}},
    {"scalar", 3, {9, 3, 10}, 3, {1, 2, 0}},
    {"scalar", 4, {1, 9, 2, 12}, 4, {0, 2, 1, 3}},
    {"scalar", 4, {2, 9, 2, 12}, 4, {0, 2, 3, 1}},
    {"scalar", 4, {2, 3, 9, 12}, 4, {0, 2, 3, 1}},
    {"scalar", 4, {2, 9, 11, 3}, 4, {0, 3, 1, 2}},
    {"scalar", 5, {2, 3, 2, 9, 8}, 5, {4, 2, 3, 0, 1}},
    {"scalar", 5, {2, 3, 2, 9, 8}, 5, {0, 1, 2, 3, 4}},
    {"scalar", 5, {1, 3, 1, 9, 1}, 5, {1, 2, 0, 3, 4}},
    {"scalar", 1, {5}, 0, {0}},
    {"integer", 3, {2, 9, 8}, 3, {2, 1, 0}},
    {"integer", 2, {3, 2}, 2, {1, 0}},
    {"logical", 2, {17, 20}, 2, {1, 0}},
    {"logical", 3, {3, 3, 3}, 3, {2, 1, 0}},
};

static size_t put_list(char *text, const char *name, const long *item, int count)
{
    size_t used = (size_t)sprintf(text, "%s = [", name);
    for (int i = 0; i < count; i++)
        used += (size_t)sprintf(text + used, "%s%ld", i ? "," : "", item[i]);
    return used + (size_t)sprintf(text + used, "]");
}

/* output[i_axes[0], i_axes[1], ...] = input[i_0, i_1, ...] */
static void permute(const struct transposition *t, const double *in, double *out)
{
    long stride[5], total = 1;
    for (int i = t->rank - 1; i >= 0; i--) {
        stride[i] = total;
        total *= t->shape[i];
    }
    for (long place = 0; place < total; place++) {
        long rest = place, from = 0;
        for (int i = t->rank - 1; i >= 0; i--) {
            const int axis = i < t->count ? t->axes[i] : i;
            from += rest % t->shape[axis] * stride[axis];
            rest /= t->shape[axis];
        }
        out[place] = in[from];
    }
}

/* Of x, or of what `before` makes of it, p. */
static void transposition_graph(const struct transposition *t, const char *before, char graph[512])
{
    long axes[5];
    for (int i = 0; i < t->count; i++)
        axes[i] = t->axes[i];
    size_t used = (size_t)sprintf(graph, "graph g( x ) -> ( y )\n{\n    x = external<%s>(", t->type);
    used += put_list(graph + used, "shape", t->shape, t->rank);
    used += (size_t)sprintf(graph + used, ");\n%s    y = transpose(%c, ", before, *before ? 'p' : 'x');
    used += put_list(graph + used, "axes", axes, t->count);
    sprintf(graph + used, ");\n}\n");
}

static void transposition_run(const struct transposition *t, unsigned seed, const char *before)
{
    long volume = 1;
    char graph[512];
    for (int i = 0; i < t->rank; i++)
        volume *= t->shape[i];
    transposition_graph(t, before, graph);
    double *in = numbers_whole((size_t)volume, seed), *out = malloc((size_t)volume * sizeof *out);
    ck_assert_ptr_nonnull(out);
    for (long i = 0; i < volume; i++)
        in[i] = strcmp(t->type, "logical") == 0 ? in[i] > 0 : (double)i;
    permute(t, in, out);
    char *inputs = numbers_text(in, (size_t)volume), *expect = numbers_text(out, (size_t)volume);
    op_case_run(&(struct op_case){.name = graph, .graph = graph, .inputs = inputs, .expect = expect});
    free(inputs);
    free(expect);
    free(in);
    free(out);
}

START_TEST(moves_every_element)
{
    transposition_run(&transpositions[_i], (unsigned)_i, "");
}
END_TEST

/* What a pool of single elements writes in blocks of channels, whole ones and others; channels come last, or not. */
static const struct transposition of_blocks[] = {
    {"scalar", 4, {2, 16, 2, 3}, 4, {0, 2, 3, 1}},
    {"scalar", 4, {2, 32, 3, 2}, 4, {3, 0, 2, 1}},
    {"scalar", 4, {1, 12, 2, 3}, 4, {0, 2, 3, 1}},
    {"scalar", 4, {1, 16, 2, 3}, 4, {0, 2, 1, 3}},
};

static const char pool[] = "    p = max_pool(x, size = [1,1,1,1], border = 'ignore');\n";

START_TEST(blocks_are_read_in_place)
{
    transposition_run(&of_blocks[_i], (unsigned)_i, pool);
}
END_TEST

static void make_programs(void)
{
    struct op_programs programs[OP_FORMS];
    char graph[512];
    op_programs_begin(programs);
    for (size_t i = 0; i < sizeof transpositions / sizeof *transpositions; i++) {
        transposition_graph(&transpositions[i], "", graph);
        op_programs_add_graph(programs, graph, 0);
    }
    for (size_t i = 0; i < sizeof of_blocks / sizeof *of_blocks; i++) {
        transposition_graph(&of_blocks[i], pool, graph);
        op_programs_add_graph(programs, graph, 0);
    }
    op_programs_end(programs);
}

#define X(axes)                                                                                                        \
    "graph g( x ) -> ( y )\n{\n    x = external(shape = [3,4]);\n    y = transpose(x, axes = [" axes "]);\n}\n"

static const struct op_error errors[] = {
    {"twice", X("0,0"), "axes are not a permutation of 0 to 1: item 1 is 0", 5},
    {"outside", X("0,2"), "item 1 is 2", 5},
    {"negative", X("-1,0"), "item 0 is -1", 5},
    {"one axis that is not the first", X("1"), "axes are not a permutation of 0 to 0", 5},
    {"length", X("0,1,2"), "axes has 3 items, the input only rank 2", 5},
};

START_TEST(is_refused)
{
    op_error_run(&errors[_i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("transpose");
    TCase *tests = tcase_create("transpose");
    tcase_set_timeout(tests, 0);
    tcase_add_unchecked_fixture(tests, make_programs, NULL);
    tcase_add_loop_test(tests, moves_every_element, 0, (int)(sizeof transpositions / sizeof *transpositions));
    tcase_add_loop_test(tests, blocks_are_read_in_place, 0, (int)(sizeof of_blocks / sizeof *of_blocks));
    tcase_add_loop_test(tests, is_refused, 0, (int)(sizeof errors / sizeof *errors));
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
