/* SPDX-License-Identifier: Apache-2.0 */
/* Saved states: writing the block, and believing none of it when it comes back (saved_state.h). */
#include "plan/saved_state.h"

#include <string.h>

#include "base/checked.h"
#include "base/hash.h"

#define MAGIC       "NCLSTATE"
#define MAGIC_BYTES 8
#define VERSION     1
#define HEAD_BYTES  (MAGIC_BYTES + 4 + 4 + 8)
#define SUM_BYTES   8
#define FIXED_BYTES 12 /* of a variable's header */

static const struct ncl_plan_tensor *state_tensor(const struct ncl_plan *plan, size_t index)
{
    return &plan->tensor[plan->state[index].tensor];
}

/* ---- writing ---- */

void ncl_saved_bytes(struct ncl_saved_writer *writer, const void *data, size_t size)
{
    if (writer->stopped)
        return;
    writer->sum = ncl_hash(writer->sum, data, size);
    writer->stopped = writer->write(writer->user, data, size) != 0;
    writer->written += size;
}

static void put(struct ncl_saved_writer *writer, uint64_t value, int bytes)
{
    unsigned char text[8];
    for (int i = 0; i < bytes; i++)
        text[i] = (unsigned char)(value >> 8 * i);
    ncl_saved_bytes(writer, text, (size_t)bytes);
}

/* It fits: the tensors lie in the memory of a device, the labels in that of the host. */
static uint64_t block_bytes(const struct ncl_plan *plan)
{
    uint64_t bytes = HEAD_BYTES + SUM_BYTES;
    for (size_t i = 0; i < plan->state_count; i++)
        bytes += FIXED_BYTES + (uint64_t)state_tensor(plan, i)->shape.rank * 8 + strlen(plan->state[i].label) +
                 state_tensor(plan, i)->bytes;
    return bytes;
}

void ncl_saved_begin(struct ncl_saved_writer *writer, const struct ncl_plan *plan)
{
    writer->sum = NCL_HASH_BASIS;
    ncl_saved_bytes(writer, MAGIC, MAGIC_BYTES);
    put(writer, VERSION, 4);
    put(writer, plan->state_count, 4);
    put(writer, block_bytes(plan), 8);
}

void ncl_saved_variable(struct ncl_saved_writer *writer, const struct ncl_plan *plan, size_t index)
{
    const struct ncl_plan_tensor *tensor = state_tensor(plan, index);
    const char *label = plan->state[index].label;
    put(writer, (uint64_t)tensor->dtype, 4);
    put(writer, (uint64_t)tensor->shape.rank, 4);
    put(writer, strlen(label), 4);
    for (int i = 0; i < tensor->shape.rank; i++)
        put(writer, (uint64_t)tensor->shape.extent[i], 8);
    ncl_saved_bytes(writer, label, strlen(label));
}

void ncl_saved_end(struct ncl_saved_writer *writer)
{
    put(writer, writer->sum, SUM_BYTES);
}

/* ---- reading ---- */

struct saved {
    const char *label; /* not terminated */
    size_t label_bytes;
    nnefcl_dtype dtype;
    nnefcl_shape shape;
    const unsigned char *data;
    size_t bytes;
};

struct cursor {
    const unsigned char *at, *end;
};

static bool take_bytes(struct cursor *cursor, size_t size, const unsigned char **bytes)
{
    if (size > (size_t)(cursor->end - cursor->at))
        return false;
    *bytes = cursor->at;
    cursor->at += size;
    return true;
}

static uint64_t number_at(const unsigned char *at, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value |= (uint64_t)at[i] << 8 * i;
    return value;
}

static bool take_number(struct cursor *cursor, int bytes, uint64_t *value)
{
    const unsigned char *at;
    if (!take_bytes(cursor, (size_t)bytes, &at))
        return false;
    *value = number_at(at, bytes);
    return true;
}

static bool take_variable(struct cursor *cursor, struct saved *saved)
{
    uint64_t dtype, rank, label_bytes, extent;
    const unsigned char *label;
    if (!take_number(cursor, 4, &dtype) || dtype > NNEFCL_LOGICAL || !take_number(cursor, 4, &rank) ||
        rank > NNEFCL_MAX_RANK || !take_number(cursor, 4, &label_bytes))
        return false;
    saved->dtype = (nnefcl_dtype)dtype;
    saved->shape.rank = (int)rank;
    for (uint64_t i = 0; i < rank; i++) {
        if (!take_number(cursor, 8, &extent) || extent == 0 || extent > INT64_MAX)
            return false;
        saved->shape.extent[i] = (int64_t)extent;
    }
    saved->bytes = nnefcl_tensor_bytes(saved->dtype, &saved->shape);
    saved->label_bytes = (size_t)label_bytes;
    if (!take_bytes(cursor, saved->label_bytes, &label) || saved->bytes == SIZE_MAX ||
        !take_bytes(cursor, saved->bytes, &saved->data))
        return false;
    saved->label = (const char *)label;
    return true;
}

static nnefcl_status check_frame(const unsigned char *block, size_t size, struct ncl_diag *diag)
{
    if (!block || size < HEAD_BYTES + SUM_BYTES || memcmp(block, MAGIC, MAGIC_BYTES) != 0)
        return ncl_error(diag, NNEFCL_ERR_DATA, NCL_NOWHERE,
                         "this is no saved state: it does not begin with " MAGIC " and %d more bytes",
                         HEAD_BYTES + SUM_BYTES - MAGIC_BYTES);
    const uint64_t version = number_at(block + MAGIC_BYTES, 4), bytes = number_at(block + MAGIC_BYTES + 8, 8);
    if (version != VERSION)
        return ncl_error(diag, NNEFCL_ERR_DATA, NCL_NOWHERE, "the saved state has version %llu, this library knows %d",
                         (unsigned long long)version, VERSION);
    if (bytes != size)
        return ncl_error(diag, NNEFCL_ERR_DATA, NCL_NOWHERE,
                         "the saved state is damaged: it says it has %llu bytes, there are %zu",
                         (unsigned long long)bytes, size);
    const uint64_t sum = ncl_hash(NCL_HASH_BASIS, block, size - SUM_BYTES),
                   stored = number_at(block + size - SUM_BYTES, SUM_BYTES);
    if (sum != stored)
        return ncl_error(diag, NNEFCL_ERR_DATA, NCL_NOWHERE,
                         "the saved state is damaged: its checksum is %016llx, that of its bytes %016llx",
                         (unsigned long long)stored, (unsigned long long)sum);
    return NNEFCL_OK;
}

nnefcl_status ncl_saved_check_logical(const char *label, const void *data, size_t count, struct ncl_diag *diag)
{
    const unsigned char *value = data;
    for (size_t i = 0; i < count; i++)
        if (value[i] > 1)
            return ncl_error(diag, NNEFCL_ERR_DATA, NCL_NOWHERE,
                             "variable '%.100s': element %zu is %u, a logical is 0 or 1", label, i, value[i]);
    return NNEFCL_OK;
}

static nnefcl_status check_match(const struct ncl_plan *plan, size_t index, const struct saved *saved,
                                 struct ncl_diag *diag)
{
    const struct ncl_plan_tensor *tensor = state_tensor(plan, index);
    const char *label = plan->state[index].label;
    char here[NCL_SHAPE_TEXT], there[NCL_SHAPE_TEXT];
    if (saved->dtype != tensor->dtype || !ncl_shape_equal(&saved->shape, &tensor->shape))
        return ncl_error(diag, NNEFCL_ERR_DATA, NCL_NOWHERE,
                         "variable '%.100s' was saved as %s%s, the session has %s%s", label,
                         nnefcl_dtype_name(saved->dtype), ncl_shape_text(&saved->shape, there),
                         nnefcl_dtype_name(tensor->dtype), ncl_shape_text(&tensor->shape, here));
    return tensor->dtype == NNEFCL_LOGICAL ? ncl_saved_check_logical(label, saved->data, saved->bytes, diag)
                                           : NNEFCL_OK;
}

static size_t find_saved(const struct ncl_plan *plan, const struct saved *saved)
{
    size_t i = 0;
    while (i < plan->state_count && (strlen(plan->state[i].label) != saved->label_bytes ||
                                     memcmp(plan->state[i].label, saved->label, saved->label_bytes) != 0))
        i++;
    return i;
}

static nnefcl_status check_variable(const struct ncl_plan *plan, const struct saved *saved, const void **data,
                                    struct ncl_diag *diag)
{
    const size_t index = find_saved(plan, saved);
    const int shown = saved->label_bytes < 100 ? (int)saved->label_bytes : 100;
    char shape[NCL_SHAPE_TEXT];
    if (index == plan->state_count)
        return ncl_error(diag, NNEFCL_ERR_DATA, NCL_NOWHERE,
                         "the saved state has variable '%.*s' %s%s, the session of '%.100s' keeps none of that label",
                         shown, saved->label, nnefcl_dtype_name(saved->dtype), ncl_shape_text(&saved->shape, shape),
                         plan->name);
    if (data[index])
        return ncl_error(diag, NNEFCL_ERR_DATA, NCL_NOWHERE, "the saved state has variable '%.*s' twice", shown,
                         saved->label);
    data[index] = saved->data;
    return check_match(plan, index, saved, diag);
}

nnefcl_status ncl_saved_check(const struct ncl_plan *plan, const void *block, size_t size, const void **data,
                              struct ncl_diag *diag)
{
    const unsigned char *bytes = block;
    nnefcl_status status = check_frame(bytes, size, diag);
    if (status)
        return status;
    const uint64_t count = number_at(bytes + MAGIC_BYTES + 4, 4);
    struct cursor cursor = {bytes + HEAD_BYTES, bytes + size - SUM_BYTES};
    for (size_t i = 0; i < plan->state_count; i++)
        data[i] = NULL;
    for (uint64_t i = 0; i < count && !status; i++) {
        struct saved saved = {0};
        if (!take_variable(&cursor, &saved))
            return ncl_error(diag, NNEFCL_ERR_DATA, NCL_NOWHERE,
                             "the saved state is damaged: variable %llu of %llu does not fit into it",
                             (unsigned long long)i + 1, (unsigned long long)count);
        status = check_variable(plan, &saved, data, diag);
    }
    if (!status && cursor.at != cursor.end)
        return ncl_error(diag, NNEFCL_ERR_DATA, NCL_NOWHERE,
                         "the saved state is damaged: %zu bytes behind its last variable",
                         (size_t)(cursor.end - cursor.at));
    for (size_t i = 0; i < plan->state_count && !status; i++)
        if (!data[i])
            return ncl_error(diag, NNEFCL_ERR_DATA, NCL_NOWHERE,
                             "the session keeps variable '%.100s', the saved state has none of that label",
                             plan->state[i].label);
    return status;
}
