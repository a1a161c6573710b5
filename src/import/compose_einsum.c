/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of products by an equation: "abc,cd->abd". Each letter is an axis; those that the result lacks are summed. Of
 * two operands: axes of both and of the result are a batch, those of both alone are contracted, and what is left is
 * rows and columns, so it is one product of matrices between two transposes. */
#include <ctype.h>
#include <string.h>

#include "import/compose.h"

struct labels {
    char label[NNEFCL_MAX_RANK + 1];
    int count;
};

struct einsum {
    struct ncl_import *import;
    struct labels in[2], out;
    size_t operands;
};

static int label_at(const struct labels *labels, char label)
{
    const char *at = memchr(labels->label, label, (size_t)labels->count);
    return at ? (int)(at - labels->label) : -1;
}

static bool read_labels(struct einsum *e, const char **at, struct labels *labels)
{
    *labels = (struct labels){0};
    for (; **at && **at != ',' && strncmp(*at, "->", 2) != 0; ++*at) {
        if (**at == ' ')
            continue;
        if (!isalpha((unsigned char)**at) || labels->count == NNEFCL_MAX_RANK || label_at(labels, **at) >= 0) {
            ncl_import_refuse(e->import, "an equation with dots, or with one letter twice in an operand");
            return false;
        }
        labels->label[labels->count++] = **at;
    }
    return true;
}

/* Without "->" the result has the letters that appear once, in their order. */
static void implicit_result(struct einsum *e)
{
    for (int c = 1; c < 128; c++) {
        int seen = 0;
        for (size_t i = 0; i < e->operands; i++)
            seen += label_at(&e->in[i], (char)c) >= 0;
        if (seen == 1 && e->out.count < NNEFCL_MAX_RANK)
            e->out.label[e->out.count++] = (char)c;
    }
}

static bool read_equation(struct einsum *e, const char *equation, size_t count)
{
    const char *at = equation;
    do {
        if (e->operands == 2 || !read_labels(e, &at, &e->in[e->operands])) {
            ncl_import_refuse(e->import, "an equation of more than two operands");
            return false;
        }
        e->operands++;
    } while (*at == ',' && at++);
    if (strncmp(at, "->", 2) == 0) {
        at += 2;
        if (!read_labels(e, &at, &e->out))
            return false;
    } else {
        implicit_result(e);
    }
    if (e->operands != count || *at)
        ncl_import_wrong(e->import, "the equation '%.60s' is not for %zu operands", equation, count);
    return !e->import->status;
}

/* Sums over the letters that neither the result nor the other operand has. */
static struct ncl_tensor *sum_alone(struct einsum *e, size_t i, struct ncl_tensor *x)
{
    struct labels *in = &e->in[i], kept = {0};
    int axis[NNEFCL_MAX_RANK];
    size_t count = 0;
    for (int k = 0; k < in->count; k++) {
        const bool needed =
            label_at(&e->out, in->label[k]) >= 0 || (e->operands == 2 && label_at(&e->in[1 - i], in->label[k]) >= 0);
        if (needed)
            kept.label[kept.count++] = in->label[k];
        else
            axis[count++] = k;
    }
    *in = kept;
    return count ? ncl_compose_reduce(e->import, "sum_reduce", x, axis, count, false) : x;
}

static struct ncl_tensor *order_axes(struct einsum *e, struct ncl_tensor *x, const struct labels *from,
                                     const struct labels *to)
{
    int axis[NNEFCL_MAX_RANK];
    bool moved = false;
    for (int i = 0; i < to->count; i++) {
        axis[i] = label_at(from, to->label[i]);
        moved |= axis[i] != i;
        if (axis[i] < 0) {
            ncl_import_wrong(e->import, "letter '%c' of the result is that of no operand", to->label[i]);
            return x;
        }
    }
    return moved ? ncl_compose_transpose(e->import, x, axis) : x;
}

/* Letters of `of` that are (or are not) in `a`, and are (or are not) in `b`. */
static void append_labels(struct labels *to, const struct labels *of, const struct labels *a, bool in_a,
                          const struct labels *b, bool in_b)
{
    for (int i = 0; i < of->count; i++)
        if ((label_at(a, of->label[i]) >= 0) == in_a && (label_at(b, of->label[i]) >= 0) == in_b &&
            to->count < NNEFCL_MAX_RANK)
            to->label[to->count++] = of->label[i];
}

/* A letter of both operands is one extent. */
static bool extents_agree(struct einsum *e, const struct ncl_tensor *a, const struct ncl_tensor *b)
{
    for (int i = 0; i < e->in[0].count; i++) {
        const int j = label_at(&e->in[1], e->in[0].label[i]);
        if (j >= 0 && a->shape.extent[i] != b->shape.extent[j]) {
            ncl_import_wrong(e->import, "letter '%c' stands for %lld and for %lld", e->in[0].label[i],
                             (long long)a->shape.extent[i], (long long)b->shape.extent[j]);
            return false;
        }
    }
    return true;
}

static struct ncl_tensor *product(struct einsum *e, struct ncl_tensor *a, struct ncl_tensor *b)
{
    struct labels batch = {0}, rows = {0}, columns = {0}, summed = {0};
    if (!extents_agree(e, a, b))
        return a;
    append_labels(&batch, &e->in[0], &e->in[1], true, &e->out, true);
    append_labels(&summed, &e->in[0], &e->in[1], true, &e->out, false);
    append_labels(&rows, &e->in[0], &e->in[1], false, &e->out, true);
    append_labels(&columns, &e->in[1], &e->in[0], false, &e->out, true);
    struct labels left = batch, right = batch, all = batch;
    append_labels(&left, &rows, &rows, true, &rows, true);
    append_labels(&left, &summed, &summed, true, &summed, true);
    append_labels(&right, &summed, &summed, true, &summed, true);
    append_labels(&right, &columns, &columns, true, &columns, true);
    append_labels(&all, &rows, &rows, true, &rows, true);
    append_labels(&all, &columns, &columns, true, &columns, true);
    a = order_axes(e, a, &e->in[0], &left);
    b = order_axes(e, b, &e->in[1], &right);
    if (batch.count > NNEFCL_MAX_RANK - 2 || all.count < batch.count + rows.count + columns.count)
        ncl_import_refuse(e->import, "an equation of more than %d letters", NNEFCL_MAX_RANK);
    if (e->import->status)
        return a;
    nnefcl_shape am = {.rank = batch.count + 2}, bm = am, whole = {.rank = all.count};
    for (int i = 0; i < batch.count; i++)
        whole.extent[i] = am.extent[i] = bm.extent[i] = a->shape.extent[i];
    const int first = batch.count, middle = first + rows.count;
    am.extent[first] = ncl_shape_span(&a->shape, first, middle);
    am.extent[first + 1] = bm.extent[first] = ncl_shape_span(&a->shape, middle, a->shape.rank);
    bm.extent[first + 1] = ncl_shape_span(&b->shape, first + summed.count, b->shape.rank);
    for (int i = 0; i < rows.count; i++)
        whole.extent[first + i] = a->shape.extent[first + i];
    for (int i = 0; i < columns.count; i++)
        whole.extent[middle + i] = b->shape.extent[first + summed.count + i];
    struct ncl_tensor *c =
        ncl_compose_matmul(e->import, ncl_compose_reshape(e->import, a, &am), ncl_compose_reshape(e->import, b, &bm));
    return order_axes(e, ncl_compose_reshape(e->import, c, &whole), &all, &e->out);
}

struct ncl_tensor *ncl_compose_einsum(struct ncl_import *import, const char *equation, struct ncl_tensor *const *item,
                                      size_t count)
{
    struct einsum e = {.import = import};
    struct ncl_tensor *x[2] = {&import->nothing, &import->nothing};
    if (import->status || !read_equation(&e, equation, count))
        return &import->nothing;
    for (size_t i = 0; i < count; i++) {
        if (item[i]->shape.rank != e.in[i].count) {
            ncl_import_wrong(import, "%d letters for an operand of rank %d", e.in[i].count, item[i]->shape.rank);
            return &import->nothing;
        }
        x[i] = sum_alone(&e, i, item[i]);
    }
    return count == 1 ? order_axes(&e, x[0], &e.in[0], &e.out) : product(&e, x[0], x[1]);
}
