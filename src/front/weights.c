/* SPDX-License-Identifier: Apache-2.0 */
/* The elements of constants and variables, decoded as they are read (5.2, 5.2.1, 7.1). */
#include <math.h>
#include <string.h>

#include "front/dequant.h"
#include "base/narrow.h"
#include "base/random.h"
#include "front/weights.h"

#define CHUNK 8192 /* items decoded at once: a multiple of 32, so that a chunk is whole bytes, and whole blocks */

/* ---- the file of one variable ---- */

struct data_file {
    struct ncl_cursor *cursor;
    const char *name;
    struct ncl_tensor_header header;
};

static bool is_quantized(enum ncl_item_code code)
{
    return code == NCL_ITEM_QUANT_UNSIGNED || code == NCL_ITEM_QUANT_SIGNED;
}

/* Gives what the container and the header have to say a place. */
struct placed {
    struct ncl_diag *to;
    struct ncl_loc at;
};

static void forward(void *user, nnefcl_severity severity, const nnefcl_error *said)
{
    const struct placed *placed = user;
    if (severity == NNEFCL_ERROR)
        ncl_error(placed->to, said->status, placed->at, "%s", said->message);
    else
        ncl_warning(placed->to, placed->at, "%s", said->message);
}

static nnefcl_status open_data(struct data_file *data, const struct ncl_container *container,
                               const struct ncl_variable *variable, unsigned compat, struct ncl_loc at,
                               struct ncl_diag *diag)
{
    struct placed placed = {diag, at};
    struct ncl_diag here;
    ncl_diag_init(&here, NULL, forward, &placed, diag->strict);
    uint8_t header[NCL_TENSOR_HEADER] = {0};
    size_t got;
    nnefcl_status status = data->cursor ? NNEFCL_OK : ncl_cursor_open(container, &here, &data->cursor);
    if (status)
        return status;
    const struct ncl_member *member = ncl_container_member(container, variable->member);
    data->name = member->name;
    if ((status = ncl_cursor_seek(data->cursor, variable->member, &here)) ||
        (status = ncl_cursor_read(data->cursor, header, sizeof header, &got, &here)))
        return status;
    return ncl_tensor_header_read(header, member->size, member->name, compat, NNEFCL_ERR_MODEL, &here, &data->header);
}

/* Trailing extents of 1 say nothing (4.2). */
static bool same_shape(const nnefcl_shape *a, const nnefcl_shape *b)
{
    for (int i = 0; i < NNEFCL_MAX_RANK; i++)
        if ((i < a->rank ? a->extent[i] : 1) != (i < b->rank ? b->extent[i] : 1))
            return false;
    return true;
}

/* ---- does the file fit the declaration ---- */

enum verdict { FITS, FITS_BADLY, NEVER };

/* 5.2.1, and in the middle what exporters write instead: item types by code, for each dtype. */
static const enum verdict fits[][NCL_ITEM_BOOL + 1] = {
    /*                   float  uint        quint       qint        int         bool */
    [NNEFCL_SCALAR] = {FITS, FITS_BADLY, FITS, FITS, FITS_BADLY, NEVER},
    [NNEFCL_INTEGER] = {NEVER, FITS, FITS_BADLY, FITS_BADLY, FITS, NEVER},
    [NNEFCL_LOGICAL] = {NEVER, NEVER, NEVER, NEVER, NEVER, FITS},
};
static const char *const code_names[] = {
    "floats", "unsigned integers", "quantized unsigned integers", "quantized signed integers", "signed integers",
    "bools"};

static nnefcl_status check_item_type(const struct data_file *data, const struct ncl_variable *variable, unsigned compat,
                                     struct ncl_loc at, struct ncl_diag *diag)
{
    const struct ncl_tensor_header *header = &data->header;
    const char *holds = code_names[header->code], *dtype = nnefcl_dtype_name(variable->dtype);
    enum verdict verdict = fits[variable->dtype][header->code];
    if (verdict == NEVER)
        return ncl_error(diag, NNEFCL_ERR_MODEL, at, "%s: the file holds %s, but variable '%s' is of type %s",
                         data->name, holds, variable->label, dtype);
    if (verdict == FITS_BADLY && !(compat & NNEFCL_COMPAT_TRACT))
        return ncl_lax(diag, at, "%s: the file holds %s for variable '%s' of type %s", data->name, holds,
                       variable->label, dtype);
    if (variable->dtype == NNEFCL_SCALAR && is_quantized(header->code) && !variable->quant && !header->has_range &&
        !(compat & NNEFCL_COMPAT_TRACT))
        return ncl_lax(diag, at, "%s: the file holds %s, but graph.quant has no entry for variable '%s' to decode them",
                       data->name, holds, variable->label);
    return NNEFCL_OK;
}

static nnefcl_status check_range(const struct data_file *data, struct ncl_loc at, struct ncl_diag *diag)
{
    double low = data->header.range_min, high = data->header.range_max;
    bool good = isfinite(low) && isfinite(high);
    if (data->header.code == NCL_ITEM_QUANT_SIGNED) /* logarithmic: [0, max] or [-max, max] */
        good = good && high > 0 && (low == 0 || low == -high);
    if (!good)
        return ncl_error(diag, NNEFCL_ERR_MODEL, at,
                         "%s: the range of the quantized items in the header, %g to %g, is invalid", data->name, low,
                         high);
    return NNEFCL_OK;
}

static nnefcl_status check_data(const struct data_file *data, const struct ncl_variable *variable, unsigned compat,
                                struct ncl_loc at, struct ncl_diag *diag)
{
    char stored[NCL_SHAPE_TEXT], declared[NCL_SHAPE_TEXT];
    if (!same_shape(&data->header.shape, &variable->shape))
        return ncl_error(diag, NNEFCL_ERR_MODEL, at, "%s: the file has the shape %s, variable '%s' has %s", data->name,
                         ncl_shape_text(&data->header.shape, stored), variable->label,
                         ncl_shape_text(&variable->shape, declared));
    nnefcl_status status = check_item_type(data, variable, compat, at, diag);
    if (!status && variable->dtype == NNEFCL_SCALAR && data->header.has_range && !variable->quant)
        status = check_range(data, at, diag);
    return status;
}

/* ---- streams of elements ---- */

struct ncl_weights {
    nnefcl_allocator allocator;
    const struct ncl_container *container; /* the model's; NULL: it has no files */
    unsigned compat;
    uint64_t seed;
    bool told_narrowed; /* the warning about 64-bit floats is given once */
    struct data_file data;
    struct ncl_arena numbers; /* of `dequant` */
    struct ncl_dequant dequant;
    /* the tensor that is read */
    nnefcl_status (*source)(struct ncl_weights *weights, void *out, size_t count, struct ncl_diag *diag);
    const struct ncl_tensor *tensor;
    uint64_t position, stream, volume;
    struct ncl_lost lost;
    size_t held, taken; /* decoded items in `item`, and how many of them were given out */
    union {
        double real[CHUNK];
        int64_t integer[CHUNK];
    } item;
    uint8_t packed[CHUNK * 8];
};

nnefcl_status ncl_weights_open(const struct ncl_container *container, const nnefcl_allocator *allocator,
                               unsigned compat, uint64_t seed, struct ncl_diag *diag, struct ncl_weights **weights)
{
    struct ncl_weights *made = ncl_resize(allocator, NULL, sizeof *made);
    if (!made)
        return ncl_nomem(diag);
    memset(made, 0, offsetof(struct ncl_weights, item));
    if (allocator)
        made->allocator = *allocator;
    made->container = container;
    made->compat = compat;
    made->seed = seed;
    ncl_arena_init(&made->numbers, allocator, 0);
    *weights = made;
    return NNEFCL_OK;
}

void ncl_weights_free(struct ncl_weights *weights)
{
    if (!weights)
        return;
    ncl_cursor_free(weights->data.cursor);
    ncl_arena_free(&weights->numbers);
    nnefcl_allocator allocator = weights->allocator;
    ncl_resize(&allocator, weights, 0);
}

/* Of elements that lie elsewhere than in tensor files of NNEF. */
static nnefcl_status stored_bytes(struct ncl_weights *w, size_t count, const uint8_t **bytes, struct ncl_diag *diag)
{
    const struct ncl_stored *stored = w->tensor->variable->stored;
    const unsigned bits = ncl_stored_bits(stored->element);
    const size_t size = (count * bits + 7) / 8;
    size_t got;
    if (stored->memory) {
        *bytes = (const uint8_t *)stored->memory + w->position * bits / 8;
        return NNEFCL_OK;
    }
    const nnefcl_status status = ncl_cursor_read(w->data.cursor, w->packed, size, &got, diag);
    *bytes = w->packed;
    return !status && got < size
               ? ncl_error(diag, NNEFCL_ERR_MODEL, NCL_NOWHERE,
                           "the elements of '%.100s' reach beyond the end of their file", w->tensor->variable->label)
               : status;
}

static nnefcl_status stored_refill(struct ncl_weights *w, struct ncl_diag *diag)
{
    const uint64_t left = w->volume - w->position;
    const size_t count = left < CHUNK ? (size_t)left : CHUNK;
    const uint8_t *bytes;
    const enum ncl_stored_type element = w->tensor->variable->stored->element;
    const nnefcl_status status = stored_bytes(w, count, &bytes, diag);
    if (status)
        return status;
    w->held = count;
    w->taken = 0;
    if (w->tensor->dtype == NNEFCL_SCALAR)
        ncl_stored_to_double(element, bytes, 0, count, w->item.real);
    else
        ncl_stored_to_int64(element, bytes, 0, count, w->item.integer);
    return NNEFCL_OK;
}

/* Reads and unpacks the next items of the file. */
static nnefcl_status refill(struct ncl_weights *w, struct ncl_diag *diag)
{
    if (w->tensor->variable->stored)
        return stored_refill(w, diag);
    const struct ncl_tensor_header *header = &w->data.header;
    uint64_t left = w->volume - w->position;
    size_t count = left < CHUNK ? (size_t)left : CHUNK, size = (size_t)ncl_items_bytes(header, count), got;
    nnefcl_status status = ncl_cursor_read(w->data.cursor, w->packed, size, &got, diag);
    if (status)
        return status;
    if (got < size)
        return ncl_error(diag, NNEFCL_ERR_MODEL, NCL_NOWHERE, "%s: the file is cut off", w->data.name);
    w->held = count;
    w->taken = 0;
    if (w->tensor->dtype != NNEFCL_SCALAR) {
        ncl_items_to_int64(header, w->packed, 0, count, w->item.integer);
        return NNEFCL_OK;
    }
    ncl_items_to_double(header, w->packed, 0, count, w->item.real);
    if (is_quantized(header->code) && w->dequant.decode)
        ncl_dequant_apply(&w->dequant, w->position, count, w->item.real);
    else if (header->has_range)
        ncl_items_apply_range(header, w->item.real, count);
    return NNEFCL_OK;
}

/* Gives out `count` decoded items, as elements of the tensor's type. */
static nnefcl_status give(struct ncl_weights *w, void *out, size_t count, struct ncl_diag *diag)
{
    const double *real = w->item.real + w->taken;
    const int64_t *integer = w->item.integer + w->taken;
    switch (w->tensor->dtype) {
    case NNEFCL_SCALAR:
        ncl_narrow(real, count, w->position, out, &w->lost);
        break;
    case NNEFCL_INTEGER:
        for (size_t i = 0; i < count; i++) {
            if (!ncl_item_fits_int32(&w->data.header, integer[i]))
                return ncl_error(diag, NNEFCL_ERR_MODEL, NCL_NOWHERE, "%s: item %llu does not fit in 32 bits",
                                 w->data.name, (unsigned long long)(w->position + i));
            ((int32_t *)out)[i] = (int32_t)integer[i];
        }
        break;
    case NNEFCL_LOGICAL:
        for (size_t i = 0; i < count; i++)
            ((uint8_t *)out)[i] = (uint8_t)integer[i];
        break;
    }
    return NNEFCL_OK;
}

static nnefcl_status next_from_file(struct ncl_weights *w, void *out, size_t count, struct ncl_diag *diag)
{
    size_t size = nnefcl_dtype_size(w->tensor->dtype);
    while (count > 0) {
        nnefcl_status status = w->taken < w->held ? NNEFCL_OK : refill(w, diag);
        size_t some = w->held - w->taken < count ? w->held - w->taken : count;
        if (status || (status = give(w, out, some, diag)))
            return status;
        w->taken += some;
        w->position += some;
        count -= some;
        out = (char *)out + some * size;
    }
    if (w->position == w->volume)
        ncl_narrow_tell(&w->lost, w->data.name, w->volume, diag);
    return NNEFCL_OK;
}

/* Floats as they are stored, the lowest byte first, become this machine's. */
static void settle_floats(uint8_t *byte, size_t count)
{
    for (size_t i = 0; i < count; i++, byte += 4) {
        uint32_t bits = (uint32_t)byte[0] | (uint32_t)byte[1] << 8 | (uint32_t)byte[2] << 16 | (uint32_t)byte[3] << 24;
        memcpy(byte, &bits, 4);
    }
}

/* 32-bit floats, the usual case, go straight to their place. */
static nnefcl_status next_floats(struct ncl_weights *w, void *out, size_t count, struct ncl_diag *diag)
{
    size_t got;
    nnefcl_status status = ncl_cursor_read(w->data.cursor, out, count * 4, &got, diag);
    if (status)
        return status;
    if (got < count * 4)
        return ncl_error(diag, NNEFCL_ERR_MODEL, NCL_NOWHERE, "%s: the file is cut off", w->data.name);
    settle_floats(out, count);
    w->position += count;
    return NNEFCL_OK;
}

static nnefcl_status next_from_constant(struct ncl_weights *w, void *out, size_t count, struct ncl_diag *diag)
{
    const struct ncl_tensor *tensor = w->tensor;
    size_t size = nnefcl_dtype_size(tensor->dtype);
    (void)diag;
    if (tensor->data_count == w->volume)
        memcpy(out, (const char *)tensor->data + w->position * size, count * size);
    else
        for (size_t i = 0; i < count; i++)
            memcpy((char *)out + i * size, tensor->data, size);
    w->position += count;
    return NNEFCL_OK;
}

static nnefcl_status next_random(struct ncl_weights *w, void *out, size_t count, struct ncl_diag *diag)
{
    const struct ncl_variable *variable = w->tensor->variable;
    double low = variable->random_low, span = variable->random_high - low;
    (void)diag;
    if (w->tensor->dtype == NNEFCL_SCALAR)
        ncl_random_floats(w->stream, w->position, count, low, variable->random_high, out);
    for (size_t i = 0; w->tensor->dtype != NNEFCL_SCALAR && i < count; i++) {
        double unit = ncl_random_unit(w->stream, w->position + i);
        if (w->tensor->dtype == NNEFCL_INTEGER)
            ((int32_t *)out)[i] = (int32_t)floor(low + unit * span);
        else
            ((uint8_t *)out)[i] = unit >= 0.5;
    }
    w->position += count;
    return NNEFCL_OK;
}

/* ---- the beginning of a tensor ---- */

static nnefcl_status next_memory(struct ncl_weights *w, void *out, size_t count, struct ncl_diag *diag)
{
    (void)diag;
    memcpy(out, (const float *)w->tensor->variable->stored->memory + w->position, count * sizeof(float));
    settle_floats(out, count);
    w->position += count;
    return NNEFCL_OK;
}

static nnefcl_status begin_stored(struct ncl_weights *w, const struct ncl_variable *variable, struct ncl_diag *diag)
{
    const struct ncl_stored *stored = variable->stored;
    const bool floats = stored->element == NCL_STORED_FLOAT32;
    w->data.name = variable->label;
    w->data.header = (struct ncl_tensor_header){.code = NCL_ITEM_SIGNED, .bits = 64};
    w->source = !floats ? next_from_file : stored->memory ? next_memory : next_floats;
    if (stored->memory)
        return NNEFCL_OK;
    nnefcl_status status = w->data.cursor ? NNEFCL_OK : ncl_cursor_open(w->container, diag, &w->data.cursor);
    if (!status)
        status = ncl_cursor_seek(w->data.cursor, variable->member, diag);
    return status ? status : ncl_cursor_move(w->data.cursor, stored->offset, diag);
}

/* The checks of ncl_weights_check once more, as the file may have changed; but what it warns of was said then. */
static nnefcl_status open_checked(struct ncl_weights *w, const struct ncl_variable *variable, struct ncl_diag *diag)
{
    struct ncl_diag quiet;
    nnefcl_error error;
    ncl_diag_init(&quiet, &error, NULL, NULL, false);
    const struct ncl_tensor_header *header = &w->data.header;
    nnefcl_status status = open_data(&w->data, w->container, variable, w->compat, NCL_NOWHERE, &quiet);
    if (!status)
        status = check_data(&w->data, variable, w->compat, NCL_NOWHERE, &quiet);
    w->dequant.decode = NULL;
    if (!status && is_quantized(header->code) && variable->quant && variable->dtype == NNEFCL_SCALAR) {
        ncl_arena_free(&w->numbers);
        status =
            ncl_dequant_init(&w->dequant, &w->numbers, variable->quant, header, &variable->shape, w->data.name, &quiet);
    }
    return status ? ncl_error(diag, status, NCL_NOWHERE, "%s", error.message) : NNEFCL_OK;
}

static nnefcl_status begin_file(struct ncl_weights *w, const struct ncl_variable *variable, struct ncl_diag *diag)
{
    nnefcl_status status = open_checked(w, variable, diag);
    if (status)
        return status;
    const struct ncl_tensor_header *header = &w->data.header;
    if (header->code == NCL_ITEM_FLOAT && header->bits == 64 && !w->told_narrowed) {
        ncl_warning(diag, NCL_NOWHERE, "%s: 64-bit floats are rounded to 32 bits", w->data.name);
        w->told_narrowed = true;
    }
    w->source = header->code == NCL_ITEM_FLOAT && header->bits == 32 ? next_floats : next_from_file;
    return NNEFCL_OK;
}

nnefcl_status ncl_weights_begin(struct ncl_weights *w, const struct ncl_tensor *tensor, struct ncl_diag *diag)
{
    w->tensor = tensor;
    w->position = 0;
    w->held = w->taken = 0;
    w->lost = (struct ncl_lost){0};
    w->volume = (uint64_t)ncl_shape_volume(&tensor->shape);
    if (tensor->role == NCL_ROLE_CONSTANT) {
        w->source = next_from_constant;
        return NNEFCL_OK;
    }
    if (tensor->variable->stored)
        return begin_stored(w, tensor->variable, diag);
    if (tensor->variable->member != SIZE_MAX)
        return begin_file(w, tensor->variable, diag);
    w->stream = ncl_random_stream(w->seed, tensor->variable->label);
    w->source = next_random;
    return NNEFCL_OK;
}

nnefcl_status ncl_weights_next(struct ncl_weights *w, void *out, size_t count, struct ncl_diag *diag)
{
    if (count > w->volume - w->position)
        return ncl_error(diag, NNEFCL_ERR_INTERNAL, NCL_NOWHERE, "more elements of '%s' were asked for than it has",
                         w->tensor->name);
    return w->source(w, out, count, diag);
}

/* ---- while the graph is built ---- */

nnefcl_status ncl_weights_check_with(struct ncl_cursor *cursor, const struct ncl_container *container,
                                     const struct ncl_variable *variable, unsigned compat, struct ncl_loc at,
                                     struct ncl_diag *diag)
{
    struct data_file data = {.cursor = cursor};
    nnefcl_status status = open_data(&data, container, variable, compat, at, diag);
    if (!status)
        status = check_data(&data, variable, compat, at, diag);
    if (!status && is_quantized(data.header.code) && variable->quant && variable->dtype == NNEFCL_SCALAR) {
        struct ncl_arena numbers;
        struct ncl_dequant dequant;
        ncl_arena_init(&numbers, ncl_container_allocator(container), 0);
        status = ncl_dequant_init(&dequant, &numbers, variable->quant, &data.header, &variable->shape, data.name, diag);
        ncl_arena_free(&numbers);
    }
    if (!cursor)
        ncl_cursor_free(data.cursor);
    return status;
}

nnefcl_status ncl_weights_check(const struct ncl_container *container, const struct ncl_variable *variable,
                                unsigned compat, struct ncl_loc at, struct ncl_diag *diag)
{
    return ncl_weights_check_with(NULL, container, variable, compat, at, diag);
}

nnefcl_status ncl_weights_scalar(const struct ncl_container *container, const struct ncl_variable *variable,
                                 unsigned compat, struct ncl_loc at, struct ncl_diag *diag, double *value)
{
    (void)at;
    struct ncl_weights *weights;
    nnefcl_status status = ncl_weights_open(container, ncl_container_allocator(container), compat, 0, diag, &weights);
    if (status)
        return status;
    struct ncl_tensor tensor = {
        .name = variable->label, .dtype = variable->dtype, .shape = variable->shape, .role = NCL_ROLE_VARIABLE};
    tensor.variable = (struct ncl_variable *)variable;
    union {
        float scalar;
        int32_t integer;
        uint8_t logical;
    } element = {0};
    status = ncl_weights_begin(weights, &tensor, diag);
    if (!status)
        status = ncl_weights_next(weights, &element, 1, diag);
    if (!status)
        *value = variable->dtype == NNEFCL_SCALAR    ? (double)element.scalar
                 : variable->dtype == NNEFCL_INTEGER ? element.integer
                                                     : element.logical;
    ncl_weights_free(weights);
    return status;
}
