/* SPDX-License-Identifier: Apache-2.0 */
/* Diagonals of matrices, which are the last two axes: bands of them, made, read and replaced. */
#include <string.h>

#include "import/fold.h"
#include "import/tensorflow/tf.h"

/* True where column - row lies from `low` to `high`. */
static struct ncl_tensor *band(struct ncl_import *import, int64_t rows, int64_t columns, int64_t low, int64_t high)
{
    struct ncl_known *known = ncl_fold_new(import, NCL_STORED_BOOL, &(nnefcl_shape){2, {rows, columns}});
    for (int64_t i = 0; known && i < rows; i++)
        for (int64_t j = 0; j < columns; j++)
            known->integer[i * columns + j] = j - i >= low && j - i <= high;
    return known ? ncl_import_constant(import, known) : &import->nothing;
}

static bool is_matrix(struct ncl_import *import, const struct ncl_tensor *x)
{
    if (x->shape.rank < 2 && !import->status)
        ncl_import_wrong(import, "an operand of rank %d", x->shape.rank);
    return !import->status;
}

/* MatrixBandPart: as many diagonals below and above; negative: all of them. */
void ncl_tf_build_band(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0), *zero;
    int64_t lower[NNEFCL_MAX_RANK], upper[NNEFCL_MAX_RANK];
    ncl_tf_integers(import, node, 1, "the diagonals below", lower);
    ncl_tf_integers(import, node, 2, "the diagonals above", upper);
    if (!is_matrix(import, x))
        return;
    const int64_t rows = x->shape.extent[x->shape.rank - 2], columns = x->shape.extent[x->shape.rank - 1];
    zero = ncl_compose_number_as(import, 0, x->dtype);
    ncl_tf_give(import, node, 0,
                ncl_compose_select(
                    import,
                    band(import, rows, columns, lower[0] < 0 ? -rows : -lower[0], upper[0] < 0 ? columns : upper[0]), x,
                    zero));
}

/* ---- diagonals: number k is k columns right of the main one ---- */

struct diagonals {
    int64_t low, high, rows, columns, length; /* of the longest */
    bool right[2];                            /* shorter ones end with it: those below the main one, the others */
};

static int64_t length_of(const struct diagonals *d, int64_t k)
{
    const int64_t rows = d->rows + (k < 0 ? k : 0), columns = d->columns - (k > 0 ? k : 0);
    return rows < columns ? rows : columns;
}

/* Operand `index`: one number or two; `forms` 2 and 3 have other defaults than the first. */
static bool numbers_of(struct ncl_import *import, const struct ncl_import_node *node, size_t index, struct diagonals *d)
{
    const char *align =
        ncl_import_string(import, node, "align", node->op[strlen(node->op) - 1] == '3' ? "RIGHT_LEFT" : "LEFT_LEFT");
    int64_t number[NNEFCL_MAX_RANK] = {0};
    const size_t count =
        ncl_import_has(import, node, index) ? ncl_tf_integers(import, node, index, "the diagonals", number) : 1;
    d->low = number[0];
    d->high = number[count > 1];
    d->right[1] = strncmp(align, "RIGHT", 5) == 0;
    d->right[0] = strstr(align, "_RIGHT") != NULL;
    if (!import->status && (count < 1 || count > 2 || d->low > d->high))
        ncl_import_wrong(import, "%zu numbers of diagonals", count);
    return !import->status;
}

/* Do they lie within the matrix? */
static bool placed(struct ncl_import *import, struct diagonals *d)
{
    if (d->low <= -d->rows || d->high >= d->columns)
        ncl_import_wrong(import, "diagonal %lld of a matrix of %lld rows of %lld",
                         (long long)(d->low <= -d->rows ? d->low : d->high), (long long)d->rows, (long long)d->columns);
    d->length = 0;
    for (int64_t k = d->low; k <= d->high && !import->status; k++)
        d->length = length_of(d, k) > d->length ? length_of(d, k) : d->length;
    return !import->status;
}

/* Where element (row, column) is among the diagonals, the highest first; -1: on none of them. */
static int64_t place_of(const struct diagonals *d, int64_t row, int64_t column)
{
    const int64_t k = column - row, at = k < 0 ? column : row;
    if (k < d->low || k > d->high)
        return -1;
    return (d->high - k) * d->length + at + (d->right[k >= 0] ? d->length - length_of(d, k) : 0);
}

/* The last `count` axes as one. */
static struct ncl_tensor *joined(struct ncl_import *import, struct ncl_tensor *x, int count)
{
    nnefcl_shape shape = x->shape;
    for (int i = 1; i < count; i++) {
        shape.extent[shape.rank - 2] *= shape.extent[shape.rank - 1];
        shape.rank--;
    }
    return ncl_compose_reshape(import, x, &shape);
}

/* Elements of x by index, `other` where there is -1, in this shape of the last axes. */
static struct ncl_tensor *picked(struct ncl_import *import, struct ncl_tensor *x, int64_t *index,
                                 const nnefcl_shape *last, struct ncl_tensor *other)
{
    nnefcl_shape shape = x->shape;
    if (!ncl_compose_has_axes(import, shape.rank - 1 + last->rank))
        return &import->nothing;
    shape.rank--;
    for (int i = 0; i < last->rank; i++)
        shape.extent[shape.rank++] = last->extent[i];
    struct ncl_known *there = ncl_fold_new(import, NCL_STORED_BOOL, last);
    if (!there)
        return &import->nothing;
    bool all = true;
    for (size_t i = 0; i < there->count; i++) {
        there->integer[i] = index[i] >= 0;
        all &= index[i] >= 0;
        index[i] = index[i] >= 0 ? index[i] : 0;
    }
    x = ncl_compose_pick(import, x, x->shape.rank - 1, index, there->count);
    x = ncl_compose_reshape(import, x, &shape);
    return all ? x : ncl_compose_select(import, ncl_import_constant(import, there), x, other);
}

static int64_t *indices_new(struct ncl_import *import, int64_t rows, int64_t columns)
{
    size_t count;
    const nnefcl_shape shape = {2, {rows, columns}};
    int64_t *index = NULL;
    if (!ncl_known_count(&shape, &count))
        ncl_import_refuse(import, "a matrix of %lld rows of %lld", (long long)rows, (long long)columns);
    else if (!(index = NCL_NEW_ARRAY(&import->scratch, int64_t, count)))
        ncl_import_nomem(import);
    return index;
}

/* A matrix of diagonals, `rest` elsewhere. */
static struct ncl_tensor *matrix_of(struct ncl_import *import, const struct diagonals *d, struct ncl_tensor *line,
                                    struct ncl_tensor *rest)
{
    int64_t *index = indices_new(import, d->rows, d->columns);
    for (int64_t i = 0; index && i < d->rows * d->columns; i++)
        index[i] = place_of(d, i / d->columns, i % d->columns);
    return index ? picked(import, joined(import, line, d->low == d->high ? 1 : 2), index,
                          &(nnefcl_shape){2, {d->rows, d->columns}}, rest)
                 : &import->nothing;
}

/* ---- operators ---- */

/* Rows and columns that are not told are as few as hold the longest diagonal; length: that of the operand. */
static void extents_of(struct ncl_import *import, const struct ncl_import_node *node, struct diagonals *d,
                       int64_t length)
{
    const int64_t rows = (int64_t)ncl_import_need_number(import, node, 2, "the rows", -1),
                  columns = (int64_t)ncl_import_need_number(import, node, 3, "the columns", -1);
    const int64_t least_rows = length - (d->high < 0 ? d->high : 0), least_columns = length + (d->low > 0 ? d->low : 0);
    d->rows = rows > 0 ? rows : least_rows;
    d->columns = columns > 0 ? columns : least_columns;
    if (rows <= 0 && columns <= 0)
        d->rows = d->columns = least_rows > least_columns ? least_rows : least_columns;
    if (d->rows < least_rows || d->columns < least_columns)
        ncl_import_wrong(import, "a diagonal of %lld in %lld rows of %lld", (long long)length, (long long)d->rows,
                         (long long)d->columns);
}

/* MatrixDiag: [.., n] or [.., diagonals, n] in a matrix; MatrixSetDiag: in one that is there. */
void ncl_tf_build_diagonal(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool set = strcmp(import->op->as, "set") == 0;
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0), *line = set ? ncl_tf_tensor(import, node, 1) : x;
    struct diagonals d;
    if (!numbers_of(import, node, set ? 2 : 1, &d) || (set && !is_matrix(import, x)))
        return;
    const int axes = d.low == d.high ? 1 : 2;
    if (line->shape.rank < axes || (axes == 2 && line->shape.extent[line->shape.rank - 2] != d.high - d.low + 1)) {
        ncl_import_wrong(import, "diagonals of rank %d", line->shape.rank);
        return;
    }
    const int64_t length = line->shape.extent[line->shape.rank - 1];
    if (set) {
        d.rows = x->shape.extent[x->shape.rank - 2];
        d.columns = x->shape.extent[x->shape.rank - 1];
    } else {
        extents_of(import, node, &d, length);
    }
    if (!placed(import, &d))
        return;
    if (d.length != length)
        ncl_import_wrong(import, "diagonals of %lld elements where there is room for %lld", (long long)length,
                         (long long)d.length);
    if (!import->status)
        ncl_tf_give(import, node, 0,
                    matrix_of(import, &d, line, set ? x : ncl_tf_tensor_or_zero(import, node, 4, x->dtype)));
}

/* MatrixDiagPart: [.., n], or [.., diagonals, n] where there are several. */
void ncl_tf_build_diagonal_part(struct ncl_import *import, const struct ncl_import_node *node)
{
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    struct diagonals d;
    if (!is_matrix(import, x) || !numbers_of(import, node, 1, &d))
        return;
    d.rows = x->shape.extent[x->shape.rank - 2];
    d.columns = x->shape.extent[x->shape.rank - 1];
    if (!placed(import, &d))
        return;
    const int64_t count = d.high - d.low + 1;
    nnefcl_shape last = {.rank = 2, .extent = {count, d.length}};
    int64_t *index = indices_new(import, count, d.length);
    for (int64_t i = 0; index && i < count * d.length; i++)
        index[i] = -1;
    for (int64_t i = 0; index && i < d.rows * d.columns; i++)
        if (place_of(&d, i / d.columns, i % d.columns) >= 0)
            index[place_of(&d, i / d.columns, i % d.columns)] = i;
    if (count == 1)
        last = (nnefcl_shape){1, {d.length}};
    if (index)
        ncl_tf_give(
            import, node, 0,
            picked(import, joined(import, x, 2), index, &last, ncl_tf_tensor_or_zero(import, node, 2, x->dtype)));
}

/* Diag, DiagPart: of a matrix whose rows and columns have this shape each. */
void ncl_tf_build_whole_diagonal(struct ncl_import *import, const struct ncl_import_node *node)
{
    const bool part = strcmp(import->op->as, "part") == 0;
    struct ncl_tensor *x = ncl_tf_tensor(import, node, 0);
    nnefcl_shape shape = x->shape;
    const int half = part ? shape.rank / 2 : shape.rank;
    if (!import->status && (shape.rank < 1 || 2 * half > NNEFCL_MAX_RANK || (part && 2 * half != shape.rank)))
        ncl_import_refuse(import, "an operand of rank %d", shape.rank);
    for (int i = 0; i < half && !import->status; i++)
        if (part && shape.extent[i] != shape.extent[half + i])
            ncl_import_wrong(import, "rows and columns of different shapes");
        else
            shape.extent[half + i] = shape.extent[i];
    if (import->status)
        return;
    shape.rank = half;
    const int64_t n = ncl_shape_volume(&shape);
    struct diagonals d = {.rows = n, .columns = n, .length = n};
    int64_t *index = indices_new(import, 1, n);
    for (int64_t i = 0; index && i < n; i++)
        index[i] = i * (n + 1);
    if (index && part) {
        x = ncl_compose_reshape(import, x, &(nnefcl_shape){1, {n * n}});
        x = ncl_compose_pick(import, x, 0, index, (size_t)n);
    } else if (index) {
        x = matrix_of(import, &d, ncl_compose_reshape(import, x, &(nnefcl_shape){1, {n}}),
                      ncl_compose_number_as(import, 0, x->dtype));
        shape.rank = 2 * half;
    }
    ncl_tf_give(import, node, 0, ncl_compose_reshape(import, x, &shape));
}
