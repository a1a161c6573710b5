/* SPDX-License-Identifier: Apache-2.0 */
/* What models compute by the definitions of their operations, in double precision and without a device. Tensors are
 * texts, "2x3: 1 2 3 4 5 6"; several are separated by '|'. */
#ifndef COMPUTED_H
#define COMPUTED_H

#include <math.h>

#include "model/frozen.h"
#include "model/model_text.h"
#include "verify/exact.h"

struct written {
    int rank, extent[NNEFCL_MAX_RANK];
    size_t count;
    float value[256];
    int32_t whole[256]; /* the same for inputs of integers */
};

/* Returns where the next tensor begins; NULL: it was the last. ": 1" is of rank 0. */
static inline const char *written_read(struct written *out, const char *text)
{
    const char *colon = strchr(text, ':');
    char *end;
    out->rank = 0;
    out->count = 0;
    ck_assert_ptr_nonnull(colon);
    for (const char *at = text; at < colon; at = end + (*end == 'x'))
        out->extent[out->rank++] = (int)strtol(at, &end, 10);
    for (const char *at = colon + 1; *at && *at != '|'; at = end + strspn(end, " ")) {
        ck_assert_uint_lt(out->count, sizeof out->value / sizeof *out->value);
        out->value[out->count] = strtof(at, &end);
        ck_assert_msg(end != at, "no number: %s", at);
        out->whole[out->count] = fabsf(out->value[out->count]) < 0x1p31f ? (int32_t)out->value[out->count] : 0;
        out->count++;
    }
    const char *bar = strchr(colon, '|');
    return bar ? bar + 1 : NULL;
}

static inline void tensor_is(const struct ncl_tensor *tensor, const double *got, const struct written *wanted)
{
    char shape[NCL_SHAPE_TEXT];
    nnefcl_shape extents = {.rank = wanted->rank};
    for (int i = 0; i < wanted->rank; i++)
        extents.extent[i] = wanted->extent[i];
    ck_assert_msg(ncl_shape_equal(&tensor->shape, &extents), "'%s' has shape %s", tensor->name,
                  ncl_shape_text(&tensor->shape, shape));
    ck_assert_int_eq(ncl_shape_volume(&extents), (int64_t)wanted->count);
    for (size_t i = 0; i < wanted->count; i++)
        ck_assert_msg(fabs(got[i] - (double)wanted->value[i]) <= 1e-5 * (1 + fabs((double)wanted->value[i])),
                      "'%s': element %zu is %.9g, not %.9g", tensor->name, i, got[i], (double)wanted->value[i]);
}

/* Inputs are scalars or integers. */
static inline void computed_are(struct model_text *text, const char *input, const char *output)
{
    const nnefcl_allocator allocator = {0};
    static struct written x[4], y;
    const void *data[4];
    struct ncl_model_constants constants;
    struct ncl_exact exact;
    struct ncl_diag diag;
    ck_assert_msg(text->status == NNEFCL_OK, "%s", text->talk);
    const struct ncl_graph *graph = text->model->graph;
    ncl_diag_init(&diag, &text->error, NULL, NULL, false);
    size_t inputs = 0;
    for (const char *at = input; at; inputs++) {
        ck_assert_uint_lt(inputs, 4);
        ck_assert_uint_lt(inputs, graph->input_count);
        at = written_read(&x[inputs], at);
        data[inputs] = x[inputs].value;
        if (graph->input[inputs]->dtype == NNEFCL_INTEGER)
            data[inputs] = x[inputs].whole;
    }
    ck_assert_uint_eq(inputs, graph->input_count);
    ck_assert_int_eq(ncl_model_constants_open(&constants, text->model, &diag), NNEFCL_OK);
    ck_assert_int_eq(ncl_exact_open(&exact, graph, 0, &constants.source, &allocator, &diag), NNEFCL_OK);
    ck_assert_msg(ncl_exact_graph(&exact, data, &diag) == NNEFCL_OK, "%s", text->error.message);
    size_t outputs = 0;
    for (const char *at = output; at; outputs++) {
        ck_assert_uint_lt(outputs, graph->output_count);
        at = written_read(&y, at);
        tensor_is(graph->output[outputs], exact.tensor[graph->output[outputs]->id].value, &y);
    }
    ck_assert_uint_eq(outputs, graph->output_count);
    ncl_exact_close(&exact);
    ncl_model_constants_close(&constants);
}

#endif
