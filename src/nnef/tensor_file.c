/* SPDX-License-Identifier: Apache-2.0 */
#include "tensor_file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/half.h"
#include "nnefcl/model.h"

/* Offsets of the header (5.2). */
enum {
    AT_MAGIC = 0,
    AT_VERSION = 2,
    AT_LENGTH = 4,
    AT_RANK = 8,
    AT_EXTENTS = 12,
    AT_BITS = 44,
    AT_ITEM = 48,
    AT_PARAMETERS = 52,
    AT_RESERVED = 84
};

#define VENDOR_TRACT 0x5452 /* 'T' 'R' */
#define ITEM_NAME    16

static uint32_t load32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void store32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

static float float_of_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double double_of_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* ---- header ---- */

/* What the checks of one header share. */
struct reading {
    const uint8_t *header;
    uint64_t file_size;
    const char *name;
    unsigned compat;
    nnefcl_status status;
    struct ncl_diag *diag;
    struct ncl_tensor_header *out;
};

#define INVALID(r, ...) ncl_error((r)->diag, (r)->status, NCL_NOWHERE, __VA_ARGS__)

static nnefcl_status read_start(const struct reading *r)
{
    if (r->file_size < NCL_TENSOR_HEADER)
        return INVALID(r, "%s: the file of %llu bytes ends inside the header of %d", r->name,
                       (unsigned long long)r->file_size, NCL_TENSOR_HEADER);
    const uint8_t *h = r->header;
    if (h[AT_MAGIC] != 0x4e || h[AT_MAGIC + 1] != 0xef)
        return INVALID(r, "%s: not a tensor file: it starts with the bytes %02x %02x, expected 4e ef", r->name,
                       h[AT_MAGIC], h[AT_MAGIC + 1]);
    if (h[AT_VERSION] != 1)
        return INVALID(r, "%s: tensor file version %u.%u, expected 1.0", r->name, h[AT_VERSION], h[AT_VERSION + 1]);
    if (h[AT_VERSION + 1] != 0)
        return ncl_lax(r->diag, NCL_NOWHERE, "%s: tensor file version 1.%u is read as 1.0", r->name, h[AT_VERSION + 1]);
    return NNEFCL_OK;
}

/* Of other vendors we know floats in blocks; they say nothing in bits. */
static nnefcl_status read_vendor_type(const struct reading *r, uint32_t type)
{
    struct ncl_tensor_header *out = r->out;
    out->blocks = out->vendor == VENDOR_TRACT ? ncl_item_blocks_find(type) : NULL;
    out->bits = 0;
    out->code = NCL_ITEM_FLOAT;
    return out->blocks
               ? NNEFCL_OK
               : ncl_error(r->diag, NNEFCL_ERR_UNSUPPORTED, NCL_NOWHERE,
                           "%s: item type 0x%04x of vendor 0x%04x is not supported", r->name, type, out->vendor);
}

static nnefcl_status read_item_type(const struct reading *r)
{
    struct ncl_tensor_header *out = r->out;
    uint32_t word = load32(r->header + AT_ITEM), type = word & 0xffff;
    out->vendor = word >> 16;
    out->bits = load32(r->header + AT_BITS);
    if (out->vendor != 0)
        return read_vendor_type(r, type);
    if (type == 0x10 || type == 0x11) { /* 0b10 and 0b11 once read as hexadecimal */
        if (!(r->compat & NNEFCL_COMPAT_LEGACY))
            return ncl_error(r->diag, NNEFCL_ERR_UNSUPPORTED, NCL_NOWHERE,
                             "%s: item type 0x%02x needs --compat=legacy (it is %u since NNEF 1.0.4)", r->name, type,
                             (unsigned)(type - 0x10 + NCL_ITEM_QUANT_UNSIGNED));
        type = type - 0x10 + NCL_ITEM_QUANT_UNSIGNED;
    }
    if (type > NCL_ITEM_BOOL)
        return INVALID(r, "%s: item type %u, expected 0 to 5", r->name, type);
    out->code = (enum ncl_item_code)type;
    unsigned bits = out->bits;
    if (out->code == NCL_ITEM_FLOAT && bits != 16 && bits != 32 && bits != 64)
        return INVALID(r, "%s: floats of %u bits, expected 16, 32 or 64", r->name, bits);
    if (out->code == NCL_ITEM_BOOL && bits != 1 && bits != 8)
        return INVALID(r, "%s: bools of %u bits, expected 1 or 8", r->name, bits);
    if (bits < 1 || bits > 64)
        return INVALID(r, "%s: items of %u bits, expected 1 to 64", r->name, bits);
    return NNEFCL_OK;
}

static nnefcl_status read_header_shape(const struct reading *r)
{
    struct ncl_tensor_header *out = r->out;
    uint32_t rank = load32(r->header + AT_RANK);
    if (rank > NNEFCL_MAX_RANK)
        return INVALID(r, "%s: rank %u, at most %d is allowed", r->name, rank, NNEFCL_MAX_RANK);
    out->shape.rank = (int)rank;
    bool empty = false;
    for (uint32_t i = 0; i < rank; i++) {
        out->shape.extent[i] = load32(r->header + AT_EXTENTS + 4 * i);
        empty |= out->shape.extent[i] == 0;
    }
    uint64_t items = empty ? 0 : 1, bits;
    for (uint32_t i = 0; i < rank; i++)
        if (__builtin_mul_overflow(items, (uint64_t)out->shape.extent[i], &items))
            return INVALID(r, "%s: the product of the extents overflows", r->name);
    const unsigned most = out->blocks ? 64 : out->bits; /* a block has less than 64 bits for each item */
    if (__builtin_mul_overflow(items, (uint64_t)most, &bits) || bits > INT64_MAX)
        return INVALID(r, "%s: %llu items of %u bits are too many", r->name, (unsigned long long)items, most);
    if (out->blocks && items % NCL_BLOCK_ITEMS)
        return INVALID(r, "%s: %llu items are no whole blocks of %d", r->name, (unsigned long long)items,
                       NCL_BLOCK_ITEMS);
    out->items = items;
    out->bytes = ncl_items_bytes(out, items);
    return NNEFCL_OK;
}

static const char *item_name(const struct ncl_tensor_header *header, char text[ITEM_NAME])
{
    if (header->blocks)
        return header->blocks->name;
    snprintf(text, ITEM_NAME, "%u bits", header->bits);
    return text;
}

static nnefcl_status read_length(const struct reading *r)
{
    char item[ITEM_NAME];
    uint64_t bytes = r->out->bytes, behind = r->file_size - NCL_TENSOR_HEADER;
    uint32_t length = load32(r->header + AT_LENGTH);
    if (length != (uint32_t)bytes || (bytes > UINT32_MAX && behind != bytes))
        return INVALID(r, "%s: the header gives %u bytes of data, but %llu items of %s take %llu", r->name, length,
                       (unsigned long long)r->out->items, item_name(r->out, item), (unsigned long long)bytes);
    if (bytes > UINT32_MAX)
        ncl_warning(r->diag, NCL_NOWHERE, "%s: the length in the header wrapped: %u stands for %llu", r->name, length,
                    (unsigned long long)bytes);
    if (behind == bytes)
        return NNEFCL_OK;
    if (behind < bytes)
        return INVALID(r, "%s: the file is cut off: %llu of %llu bytes of data", r->name, (unsigned long long)behind,
                       (unsigned long long)bytes);
    if (behind - bytes != 4)
        return INVALID(r, "%s: the file has %llu bytes behind its data", r->name, (unsigned long long)(behind - bytes));
    if (!(r->compat & NNEFCL_COMPAT_LEGACY))
        return ncl_error(r->diag, NNEFCL_ERR_UNSUPPORTED, NCL_NOWHERE,
                         "%s: the file has 4 bytes behind its data; --compat=legacy ignores them", r->name);
    ncl_warning(r->diag, NCL_NOWHERE, "%s: 4 bytes behind the data are ignored", r->name);
    return NNEFCL_OK;
}

/* The deprecated parameters: signedness of code 1, range of codes 2 and 3. Returns how many bytes of them have a
 * meaning. */
static unsigned read_parameters(const struct reading *r)
{
    struct ncl_tensor_header *out = r->out;
    uint32_t first = load32(r->header + AT_PARAMETERS), second = load32(r->header + AT_PARAMETERS + 4);
    if (out->code == NCL_ITEM_UNSIGNED) {
        if (first != 0)
            out->code = NCL_ITEM_SIGNED;
        return 4;
    }
    if (out->code != NCL_ITEM_QUANT_UNSIGNED && out->code != NCL_ITEM_QUANT_SIGNED)
        return 0;
    out->range_min = float_of_bits(first);
    out->range_max = float_of_bits(second);
    out->has_range = out->range_min != 0 || out->range_max != 0;
    return 8;
}

static bool any_set(const uint8_t *begin, const uint8_t *end)
{
    while (begin < end)
        if (*begin++)
            return true;
    return false;
}

nnefcl_status ncl_tensor_header_read(const uint8_t header[NCL_TENSOR_HEADER], uint64_t file_size, const char *name,
                                     unsigned compat, nnefcl_status status, struct ncl_diag *diag,
                                     struct ncl_tensor_header *out)
{
    *out = (struct ncl_tensor_header){0};
    struct reading r = {header, file_size, name, compat, status, diag, out};
    nnefcl_status failed;
    if ((failed = read_start(&r)) || (failed = read_item_type(&r)) || (failed = read_header_shape(&r)) ||
        (failed = read_length(&r)))
        return failed;
    unsigned known = read_parameters(&r);
    if (any_set(header + AT_EXTENTS + 4 * out->shape.rank, header + AT_BITS))
        ncl_warning(diag, NCL_NOWHERE, "%s: extents beyond the rank of %d are not zero", name, out->shape.rank);
    if (any_set(header + AT_PARAMETERS + known, header + NCL_TENSOR_HEADER))
        ncl_warning(diag, NCL_NOWHERE, "%s: reserved bytes of the header are not zero", name);
    return NNEFCL_OK;
}

void ncl_tensor_header_write(nnefcl_dtype dtype, const nnefcl_shape *shape, uint8_t header[NCL_TENSOR_HEADER])
{
    static const struct {
        uint8_t code, bits;
    } items[] = {[NNEFCL_SCALAR] = {NCL_ITEM_FLOAT, 32},
                 [NNEFCL_INTEGER] = {NCL_ITEM_SIGNED, 32},
                 [NNEFCL_LOGICAL] = {NCL_ITEM_BOOL, 8}};
    memset(header, 0, NCL_TENSOR_HEADER);
    header[AT_MAGIC] = 0x4e;
    header[AT_MAGIC + 1] = 0xef;
    header[AT_VERSION] = 1;
    store32(header + AT_LENGTH, (uint32_t)nnefcl_tensor_bytes(dtype, shape));
    store32(header + AT_RANK, (uint32_t)shape->rank);
    for (int i = 0; i < shape->rank; i++)
        store32(header + AT_EXTENTS + 4 * i, (uint32_t)shape->extent[i]);
    store32(header + AT_BITS, items[dtype].bits);
    store32(header + AT_ITEM, items[dtype].code);
}

/* ---- items ---- */

/* One item: whole bytes are little-endian, anything else is a stream of bits with the most significant one first
 * (A-DAT-2). */
static uint64_t item_bits(const uint8_t *data, uint64_t bit, unsigned bits)
{
    uint64_t value = 0;
    if (bits % 8 == 0) {
        const uint8_t *at = data + bit / 8;
        for (unsigned i = 0; i < bits / 8; i++)
            value |= (uint64_t)at[i] << (8 * i);
        return value;
    }
    for (unsigned left = bits; left > 0;) {
        unsigned skip = (unsigned)(bit % 8), take = 8 - skip < left ? 8 - skip : left;
        value = value << take | (data[bit / 8] >> (8 - skip - take) & ((1u << take) - 1));
        bit += take;
        left -= take;
    }
    return value;
}

static bool code_is_signed(enum ncl_item_code code)
{
    return code == NCL_ITEM_SIGNED || code == NCL_ITEM_QUANT_SIGNED;
}

static int64_t item_integer(const struct ncl_tensor_header *header, uint64_t raw)
{
    if (header->code == NCL_ITEM_BOOL)
        return raw != 0;
    if (code_is_signed(header->code) && header->bits < 64 && raw >> (header->bits - 1) & 1)
        raw |= ~UINT64_C(0) << header->bits;
    int64_t value;
    memcpy(&value, &raw, sizeof value);
    return value;
}

static double item_double(const struct ncl_tensor_header *header, uint64_t raw)
{
    if (header->code == NCL_ITEM_FLOAT)
        return header->bits == 16   ? ncl_half_value((uint16_t)raw)
               : header->bits == 32 ? (double)float_of_bits((uint32_t)raw)
                                    : double_of_bits(raw);
    int64_t value = item_integer(header, raw);
    return code_is_signed(header->code) ? (double)value : (double)(uint64_t)value;
}

uint64_t ncl_items_bytes(const struct ncl_tensor_header *header, uint64_t count)
{
    return header->blocks ? count / NCL_BLOCK_ITEMS * header->blocks->bytes
                          : count / 8 * header->bits + (count % 8 * header->bits + 7) / 8;
}

void ncl_items_to_double(const struct ncl_tensor_header *header, const uint8_t *data, uint64_t first_bit, size_t count,
                         double *out)
{
    for (size_t i = 0; header->blocks && i < count; i += NCL_BLOCK_ITEMS, data += header->blocks->bytes)
        header->blocks->decode(data, out + i);
    if (header->blocks)
        return;
    for (size_t i = 0; i < count; i++, first_bit += header->bits)
        out[i] = item_double(header, item_bits(data, first_bit, header->bits));
}

void ncl_items_to_int64(const struct ncl_tensor_header *header, const uint8_t *data, uint64_t first_bit, size_t count,
                        int64_t *out)
{
    for (size_t i = 0; i < count; i++, first_bit += header->bits)
        out[i] = item_integer(header, item_bits(data, first_bit, header->bits));
}

bool ncl_item_fits_int32(const struct ncl_tensor_header *header, int64_t value)
{
    if (!code_is_signed(header->code) && value < 0)
        return false; /* an unsigned 64-bit value that wrapped */
    return value >= INT32_MIN && value <= INT32_MAX;
}

/* Code 2 is linear: q / (2^bits - 1) * (max - min) + min. */
static void apply_linear_range(const struct ncl_tensor_header *header, double *values, size_t count)
{
    double r = ldexp(1, (int)header->bits) - 1, low = header->range_min, span = (double)header->range_max - low;
    for (size_t i = 0; i < count; i++)
        values[i] = values[i] / r * span + low;
}

/* Code 3 is logarithmic: 2^(q + m - r), m = ceil(log2 max). Range [0, max]: all bits are q. Range [-max, max]: the
 * highest bit is the sign, the others are q. */
static void apply_log_range(const struct ncl_tensor_header *header, double *values, size_t count)
{
    bool has_sign = header->range_min != 0;
    double half = ldexp(1, (int)header->bits - 1), r = (has_sign ? half : 2 * half) - 1;
    double base = ceil(log2(header->range_max)) - r;
    for (size_t i = 0; i < count; i++) {
        double q = values[i]; /* two's complement: the highest bit counts -2^(bits-1) */
        if (has_sign)
            values[i] = q < 0 ? -exp2(q + half + base) : exp2(q + base);
        else
            values[i] = exp2((q < 0 ? q + 2 * half : q) + base);
    }
}

void ncl_items_apply_range(const struct ncl_tensor_header *header, double *values, size_t count)
{
    if (header->code == NCL_ITEM_QUANT_SIGNED)
        apply_log_range(header, values, count);
    else
        apply_linear_range(header, values, count);
}
