/* SPDX-License-Identifier: Apache-2.0 */
/* Runs from and to host memory whose sizes are known. Elements that are not the tensor's own go through memory of ours
 * for the time of the call. */
#include <math.h>
#include <string.h>

#include "base/half.h"
#include "host.h"

#define CALL "nnefcl_session_run_sized: "

static const struct element {
    int dtype; /* that it stands for; -1: any */
    size_t bytes;
} elements[] = {[NNEFCL_ELEMENT_OWN] = {-1, 0},
                [NNEFCL_ELEMENT_FLOAT16] = {NNEFCL_SCALAR, 2},
                [NNEFCL_ELEMENT_INT64] = {NNEFCL_INTEGER, 8}};

static size_t element_count(const struct ncl_plan_tensor *tensor)
{
    return (size_t)tensor->bytes / nnefcl_dtype_size(tensor->dtype);
}

/* ---- what the caller says ---- */

static nnefcl_status sizes_check(const char *side, const struct ncl_plan_tensor *tensor, nnefcl_element element,
                                 size_t bytes, struct ncl_diag *diag)
{
    if ((size_t)element >= sizeof elements / sizeof *elements)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, CALL "the element of %s '%s' is %d", side,
                         tensor->name, (int)element);
    const struct element *kind = &elements[element];
    if (kind->dtype >= 0 && kind->dtype != (int)tensor->dtype)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                         CALL "%s '%s' is of type %s, its elements stand for %s", side, tensor->name,
                         nnefcl_dtype_name(tensor->dtype), nnefcl_dtype_name((nnefcl_dtype)kind->dtype));
    const size_t need = kind->bytes ? element_count(tensor) * kind->bytes : (size_t)tensor->bytes;
    if (bytes < need)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, CALL "%s '%s' has %zu bytes, %zu are needed", side,
                         tensor->name, bytes, need);
    return NNEFCL_OK;
}

static nnefcl_status counts_check(const struct ncl_plan *plan, size_t inputs, size_t outputs, struct ncl_diag *diag)
{
    if (inputs != plan->input_count)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, CALL "%zu inputs are given, there are %zu", inputs,
                         plan->input_count);
    if (outputs && outputs != plan->output_count)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, CALL "%zu outputs are given, there are %zu", outputs,
                         plan->output_count);
    return NNEFCL_OK;
}

static nnefcl_status call_check(const struct nnefcl_session *session, const nnefcl_source *inputs, size_t input_count,
                                const nnefcl_sink *outputs, size_t output_count, struct ncl_diag *diag)
{
    const struct ncl_plan *plan = session->plan;
    nnefcl_status status = counts_check(plan, input_count, output_count, diag);
    for (size_t i = 0; i < input_count && !status; i++)
        if (inputs[i].data)
            status = sizes_check("input", &plan->tensor[plan->input[i]], inputs[i].element, inputs[i].bytes, diag);
    for (size_t i = 0; i < output_count && !status; i++)
        if (outputs[i].data)
            status = sizes_check("output", &plan->tensor[plan->output[i]], outputs[i].element, outputs[i].bytes, diag);
    return status;
}

/* ---- conversions ---- */

static nnefcl_status source_convert(const struct ncl_plan_tensor *tensor, const nnefcl_source *from, void *to,
                                    struct ncl_diag *diag)
{
    const size_t count = element_count(tensor);
    for (size_t i = 0; i < count; i++) {
        int64_t wide;
        uint16_t half;
        if (from->element == NNEFCL_ELEMENT_FLOAT16) {
            memcpy(&half, (const char *)from->data + i * sizeof half, sizeof half);
            ((float *)to)[i] = (float)ncl_half_value(half);
            continue;
        }
        memcpy(&wide, (const char *)from->data + i * sizeof wide, sizeof wide);
        if (wide < INT32_MIN || wide > INT32_MAX)
            return ncl_error(diag, NNEFCL_ERR_DATA, NCL_NOWHERE,
                             CALL "element %zu of input '%s' is %lld, which does not fit in 32 bits", i, tensor->name,
                             (long long)wide);
        ((int32_t *)to)[i] = (int32_t)wide;
    }
    return NNEFCL_OK;
}

static nnefcl_status sink_convert(const struct ncl_plan_tensor *tensor, const void *from, const nnefcl_sink *to,
                                  struct ncl_diag *diag)
{
    const size_t count = element_count(tensor);
    size_t lost = 0;
    for (size_t i = 0; i < count; i++) {
        if (to->element == NNEFCL_ELEMENT_INT64) {
            const int64_t wide = ((const int32_t *)from)[i];
            memcpy((char *)to->data + i * sizeof wide, &wide, sizeof wide);
            continue;
        }
        const float value = ((const float *)from)[i];
        const uint16_t half = ncl_half_round(value);
        lost += isfinite(value) && isinf(ncl_half_value(half));
        memcpy((char *)to->data + i * sizeof half, &half, sizeof half);
    }
    if (lost)
        return ncl_error(diag, NNEFCL_ERR_DATA, NCL_NOWHERE,
                         CALL "of %zu values of output '%s' %zu are infinite as halves", count, tensor->name, lost);
    return NNEFCL_OK;
}

/* ---- the call ---- */

/* What nnefcl_session_run gets: the caller's memory, or ours. */
struct staged {
    struct ncl_arena arena;
    const void **input;
    void **output;
};

static nnefcl_status staged_fill(struct staged *staged, const struct ncl_plan *plan, const nnefcl_source *inputs,
                                 const nnefcl_sink *outputs, size_t output_count, struct ncl_diag *diag)
{
    nnefcl_status status = NNEFCL_OK;
    staged->input = NCL_NEW_ARRAY(&staged->arena, const void *, plan->input_count);
    staged->output = NCL_NEW_ARRAY(&staged->arena, void *, plan->output_count);
    if (!staged->input || !staged->output)
        return ncl_nomem(diag);
    for (size_t i = 0; i < plan->input_count && !status; i++) {
        const struct ncl_plan_tensor *tensor = &plan->tensor[plan->input[i]];
        staged->input[i] = inputs[i].data;
        if (!inputs[i].data || inputs[i].element == NNEFCL_ELEMENT_OWN)
            continue;
        void *own = ncl_arena_alloc(&staged->arena, (size_t)tensor->bytes);
        staged->input[i] = own;
        status = own ? source_convert(tensor, &inputs[i], own, diag) : ncl_nomem(diag);
    }
    for (size_t i = 0; i < output_count && !status; i++) {
        staged->output[i] = outputs[i].data;
        if (!outputs[i].data || outputs[i].element == NNEFCL_ELEMENT_OWN)
            continue;
        staged->output[i] = ncl_arena_alloc(&staged->arena, (size_t)plan->tensor[plan->output[i]].bytes);
        if (!staged->output[i])
            status = ncl_nomem(diag);
    }
    return status;
}

/* All outputs, and the first error. */
static nnefcl_status staged_give(const struct staged *staged, const struct ncl_plan *plan, const nnefcl_sink *outputs,
                                 size_t output_count, struct ncl_diag *diag)
{
    nnefcl_status first = NNEFCL_OK;
    for (size_t i = 0; i < output_count; i++) {
        if (!outputs[i].data || outputs[i].element == NNEFCL_ELEMENT_OWN)
            continue;
        const nnefcl_status status = sink_convert(&plan->tensor[plan->output[i]], staged->output[i], &outputs[i], diag);
        first = first ? first : status;
    }
    return first;
}

nnefcl_status nnefcl_session_run_sized(nnefcl_session *session, const nnefcl_source *inputs, size_t input_count,
                                       const nnefcl_sink *outputs, size_t output_count, nnefcl_error *error)
{
    struct ncl_diag diag;
    struct staged staged = {0};
    ncl_diag_init(&diag, error, NULL, NULL, false);
    if (!session || (input_count && !inputs) || (output_count && !outputs))
        return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, CALL "%s is NULL",
                         !session                 ? "session"
                         : input_count && !inputs ? "inputs"
                                                  : "outputs");
    nnefcl_status status = call_check(session, inputs, input_count, outputs, output_count, &diag);
    if (status)
        return status;
    ncl_arena_init(&staged.arena, &session->arena.allocator, 0);
    status = staged_fill(&staged, session->plan, inputs, outputs, output_count, &diag);
    if (!status)
        status = nnefcl_session_run(session, staged.input, staged.output, error);
    if (!status)
        status = staged_give(&staged, session->plan, outputs, output_count, &diag);
    ncl_arena_free(&staged.arena);
    return status;
}
