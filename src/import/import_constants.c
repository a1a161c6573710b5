/* SPDX-License-Identifier: Apache-2.0 */
/* Constants of a file: their elements where they are needed now, and variables of the graph, whose elements are read
 * when a session is made. */
#include <ctype.h>
#include <string.h>

#include "import/compose.h"
#include "import/import_scope.h"

#define MAX_LOOKED_AT ((uint64_t)1 << 28)

static nnefcl_status constant_read(struct ncl_import *import, const struct ncl_import_constant *constant, void *data,
                                   size_t size)
{
    struct ncl_cursor *cursor;
    size_t got = 0;
    nnefcl_status status = ncl_cursor_open(import->container, import->diag, &cursor);
    if (status)
        return status;
    status = ncl_cursor_seek(cursor, constant->member, import->diag);
    if (!status)
        status = ncl_cursor_move(cursor, constant->offset, import->diag);
    if (!status)
        status = ncl_cursor_read(cursor, data, size, &got, import->diag);
    ncl_cursor_free(cursor);
    return !status && got < size
               ? ncl_import_invalid(import, "the elements of '%.100s' reach beyond the end of their file",
                                    constant->name ? constant->name : "")
               : status;
}

/* Its elements; NULL after an error, or when there are too many. */
static const struct ncl_known *constant_decode(struct ncl_import *import, const struct ncl_import_constant *constant)
{
    size_t count;
    uint64_t bytes;
    if (!ncl_known_count(&constant->shape, &count) || !ncl_stored_bytes(constant->element, count, &bytes))
        return NULL;
    const void *data = constant->memory;
    if (!data && count) {
        void *room = ncl_arena_alloc(&import->scratch, (size_t)bytes);
        if (!room)
            ncl_import_nomem(import);
        else
            ncl_import_status(import, constant_read(import, constant, room, (size_t)bytes));
        data = room;
    }
    const struct ncl_known *known =
        import->status ? NULL : ncl_known_decode(&import->scratch, constant->element, &constant->shape, data);
    if (!known)
        ncl_import_nomem(import);
    return known;
}

bool ncl_import_readable(struct ncl_import *import, const struct ncl_import_constant *constant)
{
    if (constant->unsupported)
        ncl_import_refuse(import, "the constant '%.100s' cannot be read: %s", constant->name ? constant->name : "",
                          constant->unsupported);
    return !constant->unsupported;
}

void ncl_import_charge(struct ncl_import *import, size_t count)
{
    import->looked_at += count;
    if (import->looked_at > MAX_LOOKED_AT && !import->status)
        import->status =
            ncl_error(import->diag, NNEFCL_ERR_LIMIT, import->at,
                      "known tensors of more than %llu elements in all are calculated with while the file is read",
                      (unsigned long long)MAX_LOOKED_AT);
}

const struct ncl_known *ncl_import_value_known(struct ncl_import *import, struct ncl_import_value *value)
{
    if (!value->known && value->constant && !import->status && ncl_import_readable(import, value->constant))
        value->known = constant_decode(import, value->constant);
    if (value->known)
        ncl_import_charge(import, value->known->count);
    return value->known;
}

const struct ncl_known *ncl_import_elements(struct ncl_import *import, const struct ncl_import_value *value)
{
    struct ncl_import_value copy = *value;
    return ncl_import_value_known(import, &copy);
}

/* ---- constants as tensors ---- */

void ncl_import_name(struct ncl_import *import, struct ncl_tensor *tensor, const char *name)
{
    if (tensor->name || import->status)
        return;
    if (!(tensor->name = ncl_arena_strdup(import->arena, name)))
        ncl_import_nomem(import);
    tensor->exported = tensor->producer != NULL;
}

static struct ncl_value known_item(const struct ncl_known *known, size_t index)
{
    if (ncl_known_is_real(known))
        return ncl_value_scalar(known->real[index]);
    return ncl_stored_dtype(known->element) == NNEFCL_LOGICAL ? ncl_value_logical(known->integer[index] != 0)
                                                              : ncl_value_integer(known->integer[index]);
}

static struct ncl_tensor *known_literal(struct ncl_import *import, const struct ncl_known *known)
{
    struct ncl_value value = known_item(known, 0);
    ncl_import_status(import, ncl_make_literal(&import->infer, import->at, &value));
    return import->status ? &import->nothing : value.tensor;
}

struct ncl_tensor *ncl_import_constant(struct ncl_import *import, const struct ncl_known *known)
{
    if (import->status)
        return &import->nothing;
    if (known->count == 0)
        ncl_import_refuse(import, "a tensor without elements is used in a calculation");
    if (known->shape.rank == 0)
        return known_literal(import, known);
    const size_t count = ncl_known_is_filled(known) ? 1 : known->count;
    struct ncl_value *item = NCL_NEW_ARRAY(&import->scratch, struct ncl_value, count), extent[NNEFCL_MAX_RANK];
    if (!item)
        ncl_import_nomem(import);
    for (size_t i = 0; i < count && !import->status; i++)
        item[i] = known_item(known, i);
    for (int i = 0; i < known->shape.rank; i++)
        extent[i] = ncl_value_integer(known->shape.extent[i]);
    const struct ncl_named_value given[] = {{"shape", ncl_value_array(extent, (size_t)known->shape.rank)},
                                            {"value", ncl_value_array(item, count)}};
    struct ncl_node *node = NULL;
    if (!import->status)
        ncl_import_status(import, ncl_make_typed(&import->infer, "constant", ncl_stored_dtype(known->element), given, 2,
                                                 import->at, &node));
    return node ? ncl_node_result(node, 0) : &import->nothing;
}

/* A name as a label (NNEF 4.1.3): other characters give '_'; labels that differ only in case are the same. */
static const char *label_new(struct ncl_import *import, const char *name)
{
    char *base = ncl_arena_strdup(import->arena, name && *name ? name : "constant");
    for (char *c = base; c && *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '_' && (*c != '.' || c == base) && *c != '-')
            *c = '_';
    char *folded = base ? ncl_arena_strdup(import->arena, base) : NULL;
    for (char *c = folded; c && *c; c++)
        *c = (char)tolower((unsigned char)*c);
    const char *taken = folded ? ncl_names_untaken(&import->labels, import->arena, folded) : NULL;
    const char *label = taken ? ncl_arena_printf(import->arena, "%s%s", base, taken + strlen(folded)) : NULL;
    return label && ncl_names_put(&import->labels, import->arena, taken, (void *)label) ? label : NULL;
}

static struct ncl_tensor *variable_new(struct ncl_import *import, const struct ncl_import_constant *constant,
                                       const nnefcl_shape *shape)
{
    struct ncl_stored *stored = NCL_NEW(import->arena, struct ncl_stored);
    const char *label = label_new(import, constant->name);
    struct ncl_value extent[NNEFCL_MAX_RANK];
    struct ncl_node *node = NULL;
    if (!stored || !label) {
        ncl_import_nomem(import);
        return &import->nothing;
    }
    for (int i = 0; i < shape->rank; i++)
        extent[i] = ncl_value_integer(shape->extent[i]);
    const struct ncl_named_value given[] = {{"shape", ncl_value_array(extent, (size_t)shape->rank)},
                                            {"label", ncl_value_string(label, strlen(label))}};
    ncl_import_status(import, ncl_make_typed(&import->infer, "variable", ncl_stored_dtype(constant->element), given, 2,
                                             import->at, &node));
    if (import->status)
        return &import->nothing;
    struct ncl_tensor *tensor = ncl_node_result(node, 0);
    *stored = (struct ncl_stored){constant->element, constant->memory, constant->offset};
    tensor->variable->stored = stored;
    tensor->variable->member = constant->member;
    return tensor;
}

struct ncl_tensor *ncl_import_variable(struct ncl_import *import, const struct ncl_import_constant *constant,
                                       const nnefcl_shape *shape)
{
    char text[NCL_SHAPE_TEXT];
    const char *key = ncl_arena_printf(&import->scratch, "%p %s", (const void *)constant, ncl_shape_text(shape, text));
    struct ncl_tensor *tensor = key ? ncl_names_find(&import->variables, key) : NULL;
    if (tensor)
        return tensor;
    tensor = variable_new(import, constant, shape);
    if (!import->status && (!key || !ncl_names_put(&import->variables, &import->scratch, key, tensor)))
        ncl_import_nomem(import);
    return import->status ? &import->nothing : tensor;
}

/* Numbers become integers. One element is a number of the graph, more are weights. */
static struct ncl_tensor *value_make(struct ncl_import *import, struct ncl_import_value *value)
{
    size_t count;
    if (value->list)
        ncl_import_refuse(import, "'%.100s' is a list of tensors, a tensor is wanted", value->name);
    if (value->list)
        return &import->nothing;
    if (value->number && !value->known && !value->constant)
        return ncl_compose_cast(import, value->number, ncl_stored_dtype(value->element));
    const bool single = ncl_known_count(&value->shape, &count) && count <= 1;
    if (value->constant && !single && ncl_import_readable(import, value->constant))
        return ncl_import_variable(import, value->constant, &value->shape);
    const struct ncl_known *known = ncl_import_value_known(import, value);
    if (!known && !import->status)
        import->status = ncl_error(import->diag, NNEFCL_ERR_INTERNAL, import->at, "'%.100s' has no value", value->name);
    return known ? ncl_import_constant(import, known) : &import->nothing;
}

struct ncl_tensor *ncl_import_as_tensor(struct ncl_import *import, struct ncl_import_value *value)
{
    if (value->imaginary)
        ncl_import_refuse(import, "'%.100s' is of complex numbers, real ones are wanted", value->name);
    if (import->status)
        return &import->nothing;
    if (!value->tensor) {
        struct ncl_tensor *tensor = value_make(import, value);
        if (import->status)
            return &import->nothing;
        value->tensor = tensor;
        ncl_import_name(import, tensor, value->name);
    }
    return value->tensor;
}
