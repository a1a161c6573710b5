/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data.h"
#include "output.h"
#include "report.h"

static size_t labels_bound(const void *context, const struct bytes *head, bool regular)
{
    enum { MOST = 1 << 24 };
    (void)context, (void)regular;
    return head->size && memchr(head->data, 0, head->size) ? 0 : MOST;
}

static void split_lines(const struct bytes *file, struct labels *labels, struct pool *pool)
{
    for (size_t at = 0; at < file->size;) {
        const char *line = (const char *)file->data + at, *end = memchr(line, '\n', file->size - at);
        size_t length = end ? (size_t)(end - line) : file->size - at;
        at += length + 1;
        length -= length && line[length - 1] == '\r';
        labels->names = pool_grow(pool, labels->names, labels->count, sizeof *labels->names);
        labels->names[labels->count++] = pool_copy(pool, line, length);
    }
    while (labels->count && !*labels->names[labels->count - 1])
        labels->count--;
}

static size_t row_count(const nnefcl_shape *shape)
{
    return shape->rank > 1 ? (size_t)shape->extent[0] : 1;
}

/* Classes of an output: the elements of a row. */
static size_t class_count(const nnefcl_shape *shape)
{
    const size_t rows = row_count(shape);
    return rows ? shape_count(shape) / rows : 0;
}

enum status labels_load(const char *path, struct labels *labels, const struct runs *runs)
{
    struct bytes file;
    enum status status = data_read_file(path, labels_bound, NULL, "a text file", &file, runs->talk);
    if (status)
        return status;
    if (memchr(file.data, 0, file.size))
        status = talk_fail(runs->talk, STATUS_DATA, "%s: not a text file", path);
    else
        split_lines(&file, labels, runs->pool);
    free(file.data);
    for (size_t i = 0; !status && i < runs->output_count; i++)
        if (class_count(&runs->outputs[i].shape) == labels->count)
            return STATUS_OK;
    if (!status)
        status = talk_fail(runs->talk, STATUS_DATA, "%s: there are %zu labels, but output '%s' has %zu classes", path,
                           labels->count, runs->outputs[0].name, class_count(&runs->outputs[0].shape));
    return status;
}

struct ranked {
    double value;
    size_t index;
};

/* Larger values first, of equal ones the earlier; NaN last. */
static int by_rank(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (isnan(x->value) || isnan(y->value))
        return isnan(x->value) != 0 ? (isnan(y->value) ? (x->index > y->index) - (x->index < y->index) : 1) : -1;
    if (x->value != y->value)
        return x->value < y->value ? 1 : -1;
    return (x->index > y->index) - (x->index < y->index);
}

/* The elements of a row in order of rank; `row` has room for them. */
static void rank_row(const nnefcl_tensor *tensor, size_t index, size_t length, struct ranked *row)
{
    for (size_t i = 0; i < length; i++)
        row[i] = (struct ranked){tensor_element(tensor, index * length + i), i};
    qsort(row, length, sizeof *row, by_rank);
}

/* Values below 0 or above 1 are no probabilities: the row holds logits, and softmax makes the others of them. 0: it
 * does not, or the values are no numbers. */
static double sum_of_logits(const struct ranked *row, size_t length)
{
    double sum = 0;
    bool logits = false;
    for (size_t i = 0; i < length; i++) {
        logits |= row[i].value < 0 || row[i].value > 1;
        sum += exp(row[i].value - row[0].value); /* the largest is in front */
    }
    return logits && isfinite(sum) ? sum : 0;
}

/* One row: its elements by rank, what softmax divides by, and the labels if they are as many. */
struct top {
    const struct ranked *row;
    size_t count;
    double sum;
    const struct labels *labels;
};

static struct top top_of(const nnefcl_tensor *tensor, size_t index, size_t k, const struct labels *labels,
                         struct ranked *row)
{
    const size_t length = class_count(&tensor->shape);
    rank_row(tensor, index, length, row);
    return (struct top){.row = row,
                        .count = k < length ? k : length,
                        .sum = tensor->dtype == NNEFCL_SCALAR ? sum_of_logits(row, length) : 0,
                        .labels = labels->count == length ? labels : NULL};
}

static double probability(const struct top *top, size_t i)
{
    return exp(top->row[i].value - top->row[0].value) / top->sum;
}

static void print_ranked(const struct top *top, size_t i)
{
    const struct ranked *r = &top->row[i];
    print("  %6zu  ", r->index);
    print(top->sum > 0 || top->labels ? "%-12.6g" : "%.6g", r->value);
    if (top->sum > 0)
        print("  %7.3f %%", 100 * probability(top, i));
    print(top->labels ? "  %s\n" : "\n", top->labels ? top->labels->names[r->index] : "");
}

void topk_print(const char *name, const nnefcl_tensor *tensor, size_t k, const struct labels *labels, struct pool *pool)
{
    const size_t rows = row_count(&tensor->shape);
    struct ranked *row = pool_array(pool, class_count(&tensor->shape), sizeof *row);
    for (size_t r = 0; r < rows; r++) {
        const struct top top = top_of(tensor, r, k, labels, row);
        print("%s", name);
        if (rows > 1)
            print(" row %zu", r);
        print(top.sum > 0 ? " (softmax of logits)\n" : "\n");
        for (size_t i = 0; i < top.count; i++)
            print_ranked(&top, i);
    }
}

static json_t *ranked_json(const struct top *top, size_t i)
{
    const struct ranked *r = &top->row[i];
    json_t *entry = document_pack("{s:I, s:o}", "index", (json_int_t)r->index, "value", document_real(r->value));
    if (top->sum > 0)
        document_set(entry, "probability", document_real(probability(top, i)));
    if (top->labels)
        document_set(entry, "label", document_text(top->labels->names[r->index]));
    return entry;
}

json_t *topk_json(const nnefcl_tensor *tensor, size_t k, const struct labels *labels, struct pool *pool)
{
    const size_t rows = row_count(&tensor->shape);
    struct ranked *row = pool_array(pool, class_count(&tensor->shape), sizeof *row);
    json_t *all = document_array();
    for (size_t r = 0; r < rows; r++) {
        const struct top top = top_of(tensor, r, k, labels, row);
        json_t *best = document_array();
        for (size_t i = 0; i < top.count; i++)
            document_add(best, ranked_json(&top, i));
        document_add(all, best);
    }
    return all;
}
