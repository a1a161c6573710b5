/* SPDX-License-Identifier: Apache-2.0 */
/* matmul.c and the kernels of products: products of odd and even sizes, each operand transposed, batches that
 * broadcast, known operands (packed once) and others (packed in each run). The numbers are small and whole, so every
 * order of addition gives the same. */
#define OP_LIBRARY 1
#define OP_TILES 1
#include "numbers.h"
#include "op_programs.h"
#include "suite.h"

static const struct product {
    long m, n, k;
    int transpose_a, transpose_b;
    bool known_b;
    int batch_rank;
    long a[3], b[3]; /* extents of the batch */
} products[] = {
    {1, 1, 1, 0, 0, false, 0, {0}, {0}},
    {5, 6, 7, 0, 0, false, 0, {0}, {0}},
    {5, 6, 7, 1, 1, false, 0, {0}, {0}},
    {17, 15, 16, 1, 0, false, 0, {0}, {0}},
    {1, 100, 33, 0, 0, false, 0, {0}, {0}},
    {1, 100, 33, 0, 1, false, 0, {0}, {0}},
    {1, 100, 33, 1, 0, true, 0, {0}, {0}},
    {1, 7, 33, 0, 0, false, 0, {0}, {0}},
    {100, 1, 33, 0, 0, false, 0, {0}, {0}},
    {100, 1, 33, 1, 1, false, 0, {0}, {0}},
    {2, 17, 5, 0, 0, false, 0, {0}, {0}},
    {3, 17, 16, 0, 1, false, 0, {0}, {0}},
    {4, 16, 1, 1, 0, true, 0, {0}, {0}},
    {5, 16, 17, 0, 1, true, 0, {0}, {0}},
    {6, 31, 15, 0, 0, true, 0, {0}, {0}},
    {7, 32, 15, 1, 0, false, 0, {0}, {0}},
    {15, 33, 100, 0, 1, false, 0, {0}, {0}},
    {16, 47, 6, 1, 1, false, 0, {0}, {0}},
    {49, 20, 17, 0, 0, false, 0, {0}, {0}},
    {100, 100, 100, 0, 0, false, 0, {0}, {0}},
    {100, 100, 17, 1, 1, true, 0, {0}, {0}},
    {8, 40, 30, 0, 0, true, 0, {0}, {0}},
    {9, 40, 30, 0, 0, true, 0, {0}, {0}},
    {16, 16, 1, 0, 0, false, 0, {0}, {0}},
    {65, 129, 33, 1, 0, false, 1, {2}, {1}},
    {64, 64, 16, 0, 1, false, 0, {0}, {0}},
    {5, 6, 7, 0, 0, false, 1, {3}, {3}},
    {5, 16, 7, 0, 0, false, 1, {3}, {1}},
    {5, 16, 7, 1, 0, false, 1, {3}, {1}},
    {5, 20, 7, 0, 1, true, 1, {3}, {1}},
    {1, 20, 7, 0, 0, false, 1, {3}, {1}},
    {1, 20, 7, 0, 1, false, 1, {6}, {6}},
    {9, 20, 7, 0, 1, false, 1, {1}, {4}},
    {50, 18, 7, 0, 0, false, 1, {2}, {2}},
    {50, 200, 170, 0, 0, false, 0, {0}, {0}},
    {99, 200, 500, 0, 0, true, 0, {0}, {0}}, /* the last tasks are halves */
    {6, 16, 8, 0, 0, false, 2, {2, 3}, {2, 3}},
    {6, 17, 8, 0, 1, false, 2, {2, 1}, {1, 3}},
    {6, 17, 8, 1, 0, true, 2, {1, 3}, {2, 1}},
    {6, 17, 8, 0, 0, true, 2, {2, 3}, {1, 1}},
    {3, 17, 8, 0, 1, false, 3, {2, 1, 2}, {1, 3, 2}},
    {20, 3, 9, 0, 0, false, 3, {2, 1, 2}, {1, 3, 2}},
    {1, 16, 9, 0, 0, false, 3, {2, 2, 2}, {2, 1, 1}},
};

struct matrix {
    int rank;
    long extent[5], volume;
    bool transposed;
};

static struct matrix make_matrix(const struct product *p, const long *batch, long rows, long columns, bool transposed)
{
    struct matrix matrix = {.rank = p->batch_rank + 2, .volume = rows * columns, .transposed = transposed};
    for (int i = 0; i < p->batch_rank; i++) {
        matrix.extent[i] = batch[i];
        matrix.volume *= batch[i];
    }
    matrix.extent[p->batch_rank] = transposed ? columns : rows;
    matrix.extent[p->batch_rank + 1] = transposed ? rows : columns;
    return matrix;
}

/* The element of row i and column j at a place of the result's batch. */
static double element(const struct matrix *matrix, const double *value, const long *place, long i, long j)
{
    long at = 0;
    for (int axis = 0; axis < matrix->rank - 2; axis++)
        at = at * matrix->extent[axis] + (matrix->extent[axis] == 1 ? 0 : place[axis]);
    at = at * matrix->extent[matrix->rank - 2] + (matrix->transposed ? j : i);
    return value[at * matrix->extent[matrix->rank - 1] + (matrix->transposed ? i : j)];
}

static double *multiply(const struct product *p, const struct matrix *a, const double *va, const struct matrix *b,
                        const double *vb, long *count)
{
    long extent[3], places = 1;
    for (int i = 0; i < p->batch_rank; i++) {
        extent[i] = p->a[i] == 1 ? p->b[i] : p->a[i];
        places *= extent[i];
    }
    *count = places * p->m * p->n;
    double *c = malloc((size_t)*count * sizeof *c);
    ck_assert_ptr_nonnull(c);
    for (long at = 0; at < *count; at++) {
        long place[3], rest = at / p->n / p->m;
        double sum = 0;
        for (int i = p->batch_rank - 1; i >= 0; i--) {
            place[i] = rest % extent[i];
            rest /= extent[i];
        }
        for (long k = 0; k < p->k; k++)
            sum += element(a, va, place, at / p->n % p->m, k) * element(b, vb, place, k, at % p->n);
        c[at] = sum;
    }
    return c;
}

static size_t put_shape(char *text, const struct matrix *matrix)
{
    size_t used = (size_t)sprintf(text, "shape = [");
    for (int i = 0; i < matrix->rank; i++)
        used += (size_t)sprintf(text + used, "%s%ld", i ? "," : "", matrix->extent[i]);
    return used + (size_t)sprintf(text + used, "]");
}

static char *make_graph(const struct product *p, const struct matrix *a, const struct matrix *b, const double *vb)
{
    char *graph = malloc(600 + (size_t)b->volume * 8);
    ck_assert_ptr_nonnull(graph);
    size_t used = (size_t)sprintf(graph, "graph g( a%s ) -> ( c )\n{\n    a = external(", p->known_b ? "" : ", b");
    used += put_shape(graph + used, a);
    used += (size_t)sprintf(graph + used, ");\n    b = %s(", p->known_b ? "constant" : "external");
    used += put_shape(graph + used, b);
    for (long i = 0; p->known_b && i < b->volume; i++)
        used += (size_t)sprintf(graph + used, "%s%.1f", i ? ", " : ", value = [", vb[i]);
    sprintf(graph + used, "%s);\n    c = matmul(a, b, transposeA = %s, transposeB = %s);\n}\n", p->known_b ? "]" : "",
            p->transpose_a ? "true" : "false", p->transpose_b ? "true" : "false");
    return graph;
}

static struct matrix left_matrix(const struct product *p)
{
    return make_matrix(p, p->a, p->m, p->k, p->transpose_a);
}

static struct matrix right_matrix(const struct product *p)
{
    return make_matrix(p, p->b, p->k, p->n, p->transpose_b);
}

START_TEST(multiplies)
{
    const struct product *p = &products[_i];
    const struct matrix a = left_matrix(p), b = right_matrix(p);
    double *va = numbers_whole((size_t)a.volume, 1), *vb = numbers_whole((size_t)b.volume, 2);
    long count;
    double *vc = multiply(p, &a, va, &b, vb, &count);
    char *graph = make_graph(p, &a, &b, vb), *left = numbers_text(va, (size_t)a.volume),
         *right = numbers_text(vb, (size_t)b.volume);
    char *inputs = malloc(strlen(left) + strlen(right) + 4), *expect = numbers_text(vc, (size_t)count), name[64];
    ck_assert_ptr_nonnull(inputs);
    sprintf(inputs, p->known_b ? "%s" : "%s| %s", left, right);
    sprintf(name, "products[%d], %ldx%ldx%ld", _i, p->m, p->n, p->k);
    op_case_run(&(struct op_case){.name = name, .graph = graph, .inputs = inputs, .expect = expect});
    free(graph);
    free(left);
    free(right);
    free(inputs);
    free(expect);
    free(va);
    free(vb);
    free(vc);
}
END_TEST

#define AB(a, b, call)                                                                                                 \
    "graph g( a, b ) -> ( y )\n{\n    a = external(shape = [" a "]);\n    b = external(shape = [" b                    \
    "]);\n    y = " call ";\n}\n"

static const struct op_case cases[] = {
    {"by itself",
     "graph g( a ) -> ( x, y )\n{\n    a = external(shape = [2,2]);\n    x = matmul(a, a);\n    y = matmul(a, a, "
     "transposeB = true);\n}\n",
     "1 2 3 4", "7 10 15 22 | 5 11 11 25"},
    {"not a number", AB("2,2", "2,1", "matmul(a, b)"), "nan 1 0 1 | 1 2", "nan 2"},
    {"in a graph", AB("2,3", "3,2", "relu(matmul(a * 2.0, b) - 1.0)"), "1 2 3 -1 -2 -3 | 1 0 0 1 1 1", "7 9 0 0"},
};

static const struct op_error errors[] = {
    {"inner", AB("3,4", "11,3", "matmul(a, b)"), "the inner extents of [3,4] and [11,3] differ: 4 and 11", 6},
    {"inner, transposed", AB("3,4", "4,3", "matmul(a, b, transposeA = true)"),
     "the inner extents of [3,4] transposed and [4,3] differ: 3 and 4", 6},
    {"ranks", AB("3,4", "1,4,3", "matmul(a, b)"), "the operands [3,4] and [1,4,3] need one rank", 6},
    {"rank", AB("4", "4", "matmul(a, b)"), "need one rank, 2 or more", 6},
    {"batch", AB("2,3,4", "3,4,5", "matmul(a, b)"), "extents 2 and 3 of batch axis 0 do not broadcast", 6},
};

static void make_programs(void)
{
    struct op_programs programs[OP_FORMS];
    op_programs_begin(programs);
    for (size_t i = 0; i < sizeof products / sizeof *products; i++) {
        const struct matrix a = left_matrix(&products[i]), b = right_matrix(&products[i]);
        double *vb = numbers_whole((size_t)b.volume, 2);
        char *graph = make_graph(&products[i], &a, &b, vb);
        op_programs_add_graph(programs, graph, 0);
        free(graph);
        free(vb);
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        op_programs_add_graph(programs, cases[i].graph, 0);
    op_programs_end(programs);
}

START_TEST(runs)
{
    op_case_run(&cases[_i]);
}
END_TEST

START_TEST(is_refused)
{
    op_error_run(&errors[_i]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("matmul");
    TCase *tests = tcase_create("matmul");
    tcase_set_timeout(tests, 0);
    tcase_add_unchecked_fixture(tests, make_programs, NULL);
    tcase_add_loop_test(tests, multiplies, 0, (int)(sizeof products / sizeof *products));
    tcase_add_loop_test(tests, runs, 0, (int)(sizeof cases / sizeof *cases));
    tcase_add_loop_test(tests, is_refused, 0, (int)(sizeof errors / sizeof *errors));
    suite_add_tcase(suite, tests);
    return suite_run(suite);
}
