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

enum status labels_load(const char *path, struct labels *labels, struct pool *pool, struct talk *talk)
{
    struct bytes file;
    enum status status = data_read_file(path, labels_bound, NULL, "a text file", &file, talk);
    if (status)
        return status;
    if (memchr(file.data, 0, file.size))
        status = talk_fail(talk, STATUS_DATA, "%s: not a text file", path);
    for (size_t at = 0; at < file.size && !status;) {
        const char *line = (const char *)file.data + at, *end = memchr(line, '\n', file.size - at);
        size_t length = end ? (size_t)(end - line) : file.size - at;
        at += length + 1;
        length -= length && line[length - 1] == '\r';
        labels->names = pool_grow(pool, labels->names, labels->count, sizeof *labels->names);
        labels->names[labels->count++] = pool_copy(pool, line, length);
    }
    free(file.data);
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

static size_t row_count(const nnefcl_tensor *tensor)
{
    return tensor->shape.rank > 1 ? (size_t)tensor->shape.extent[0] : 1;
}

/* The elements of a row in order of rank; `row` has room for them. */
static void rank_row(const nnefcl_tensor *tensor, size_t index, size_t length, struct ranked *row)
{
    for (size_t i = 0; i < length; i++)
        row[i] = (struct ranked){tensor_element(tensor, index * length + i), i};
    qsort(row, length, sizeof *row, by_rank);
}

static void print_ranked(const struct ranked *r, const struct labels *labels)
{
    if (r->index < labels->count)
        print("  %6zu  %-12.6g  %s\n", r->index, r->value, labels->names[r->index]);
    else
        print("  %6zu  %.6g\n", r->index, r->value);
}

void topk_print(const char *name, const nnefcl_tensor *tensor, size_t k, const struct labels *labels, struct pool *pool)
{
    size_t rows = row_count(tensor), length = rows ? shape_count(&tensor->shape) / rows : 0;
    struct ranked *row = pool_array(pool, length, sizeof *row);
    for (size_t r = 0; r < rows; r++) {
        rank_row(tensor, r, length, row);
        print(rows > 1 ? "%s row %zu\n" : "%s\n", name, r);
        for (size_t i = 0; i < k && i < length; i++)
            print_ranked(&row[i], labels);
    }
}

json_t *topk_json(const nnefcl_tensor *tensor, size_t k, const struct labels *labels, struct pool *pool)
{
    size_t rows = row_count(tensor), length = rows ? shape_count(&tensor->shape) / rows : 0;
    struct ranked *row = pool_array(pool, length, sizeof *row);
    json_t *all = document_array();
    for (size_t r = 0; r < rows; r++) {
        json_t *best = document_array();
        rank_row(tensor, r, length, row);
        for (size_t i = 0; i < k && i < length; i++) {
            json_t *entry =
                document_pack("{s:I, s:o}", "index", (json_int_t)row[i].index, "value", document_real(row[i].value));
            json_t *label = row[i].index < labels->count ? document_text(labels->names[row[i].index])
                                                         : NULL; /* NULL too for text that is no UTF-8 */
            if (label)
                document_set(entry, "label", label);
            document_add(best, entry);
        }
        document_add(all, best);
    }
    return all;
}
