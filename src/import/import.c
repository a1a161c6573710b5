/* SPDX-License-Identifier: Apache-2.0 */
/* Operands and results of operators. */
#include "import/compose.h"
#include "import/fold.h"
#include "import/import_scope.h"

/* ---- operands ---- */

bool ncl_import_has(const struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    (void)import;
    return index < node->input_count && node->input[index] && *node->input[index];
}

static struct ncl_import_value *operand(struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    struct ncl_import_value *value = NULL;
    if (import->status)
        return &import->no_value;
    if (!ncl_import_has(import, node, index))
        ncl_import_wrong(import, "operand %zu is missing", index + 1);
    else if (!(value = ncl_import_find(import, node->input[index])))
        ncl_import_wrong(import, "nothing gives '%.100s'", node->input[index]);
    return value ? value : &import->no_value;
}

const struct ncl_import_value *ncl_import_value(struct ncl_import *import, const struct ncl_import_node *node,
                                                size_t index)
{
    return operand(import, node, index);
}

struct ncl_tensor *ncl_import_tensor(struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    return ncl_import_as_tensor(import, operand(import, node, index));
}

struct ncl_tensor *ncl_import_number(struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    struct ncl_import_value *value = operand(import, node, index);
    if (!import->status && !value->number)
        value->number = ncl_compose_cast(import, ncl_import_as_tensor(import, value), NNEFCL_SCALAR);
    return import->status ? &import->nothing : value->number;
}

/* A constant that nothing used yet becomes a variable of that shape; more than one use is rare, and costs its elements
 * once more. */
static bool is_reshapable(struct ncl_import *import, const struct ncl_import_value *value, const nnefcl_shape *shape)
{
    size_t count, wanted;
    return !import->status && value->constant && !value->tensor && ncl_known_count(&value->shape, &count) &&
           ncl_known_count(shape, &wanted) && count == wanted && count > 1 &&
           ncl_import_readable(import, value->constant);
}

struct ncl_tensor *ncl_import_tensor_as(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                                        const nnefcl_shape *shape)
{
    struct ncl_import_value *value = operand(import, node, index);
    if (value->reshaped && ncl_shape_equal(&value->reshaped->shape, shape))
        return value->reshaped;
    if (!is_reshapable(import, value, shape)) {
        struct ncl_tensor *tensor = ncl_import_as_tensor(import, value);
        return tensor->shape.rank == 0 ? tensor : ncl_compose_reshape(import, tensor, shape);
    }
    value->reshaped = ncl_import_variable(import, value->constant, shape);
    ncl_import_name(import, value->reshaped, value->name);
    return import->status ? &import->nothing : value->reshaped;
}

const struct ncl_known *ncl_import_known(struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    struct ncl_import_value *value = operand(import, node, index);
    return import->status ? NULL : ncl_import_value_known(import, value);
}

/* What an input will be given, where the graph depends on it. */
static const struct ncl_known *given_known(struct ncl_import *import, const struct ncl_import_value *value,
                                           const char *what)
{
    static const enum ncl_stored_type stored[] = {
        [NNEFCL_SCALAR] = NCL_STORED_FLOAT32, [NNEFCL_INTEGER] = NCL_STORED_INT32, [NNEFCL_LOGICAL] = NCL_STORED_BOOL};
    const nnefcl_tensor *tensor = value->given ? &value->given->tensor : NULL;
    if (!tensor || !tensor->data || !ncl_shape_equal(&tensor->shape, &value->shape))
        return NULL;
    ncl_warning(import->diag, import->at,
                "%s is taken from the data for '%.100s': other values need the model opened anew", what, value->name);
    const struct ncl_known *known =
        ncl_known_decode(&import->scratch, stored[tensor->dtype], &tensor->shape, tensor->data);
    const struct ncl_known *cast = known ? ncl_fold_cast(import, known, value->element) : NULL;
    if (!cast)
        ncl_import_nomem(import);
    return cast;
}

const struct ncl_known *ncl_import_need(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                                        const char *what)
{
    struct ncl_import_value *value = operand(import, node, index);
    const struct ncl_known *known = import->status ? NULL : ncl_import_value_known(import, value);
    if (!known && !import->status)
        known = given_known(import, value, what);
    if (!known && !import->status)
        ncl_import_refuse(import, "%s, '%.100s', depends on data: it has to be known when the model is opened", what,
                          node->input[index]);
    return known;
}

double ncl_import_need_number(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                              const char *what, double otherwise)
{
    const struct ncl_known *known =
        ncl_import_has(import, node, index) ? ncl_import_need(import, node, index, what) : NULL;
    return known && known->count >= 1 ? ncl_known_double(known, 0) : otherwise;
}

/* ---- results ---- */

bool ncl_import_wants(const struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    (void)import;
    return index < node->output_count && node->output[index] && *node->output[index];
}

static struct ncl_import_value *result(struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    struct ncl_import_value *value = NULL;
    if (!import->status && ncl_import_wants(import, node, index) &&
        !(value = ncl_import_define(import, node->output[index])))
        ncl_import_nomem(import);
    return import->status ? NULL : value;
}

static enum ncl_stored_type element_of(nnefcl_dtype dtype)
{
    static const enum ncl_stored_type of[] = {
        [NNEFCL_SCALAR] = NCL_STORED_FLOAT32, [NNEFCL_INTEGER] = NCL_STORED_INT64, [NNEFCL_LOGICAL] = NCL_STORED_BOOL};
    return of[dtype];
}

void ncl_import_give_element(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                             struct ncl_tensor *tensor, enum ncl_stored_type element)
{
    struct ncl_import_value *value = result(import, node, index);
    if (!value)
        return;
    value->tensor = tensor;
    value->shape = tensor->shape;
    value->element = element;
    ncl_import_name(import, tensor, value->name);
}

void ncl_import_give(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                     struct ncl_tensor *tensor)
{
    ncl_import_give_element(import, node, index, tensor, element_of(tensor->dtype));
}

void ncl_import_give_number(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                            struct ncl_tensor *number, enum ncl_stored_type element)
{
    struct ncl_import_value *value = result(import, node, index);
    if (!value)
        return;
    value->number = number;
    value->shape = number->shape;
    value->element = element;
}

void ncl_import_give_known(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                           const struct ncl_known *known)
{
    if (!known)
        ncl_import_nomem(import);
    struct ncl_import_value *value = result(import, node, index);
    if (!value)
        return;
    value->known = known;
    value->shape = known->shape;
    value->element = known->element;
}

void ncl_import_pass(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                     const struct ncl_import_value *from)
{
    struct ncl_import_value *value = result(import, node, index);
    if (!value)
        return;
    const char *name = value->name;
    *value = *from;
    value->name = name;
}

void ncl_import_give_dead(struct ncl_import *import, const struct ncl_import_node *node, size_t index)
{
    struct ncl_import_value *value = result(import, node, index);
    if (value)
        value->dead = true;
}

void ncl_import_give_list(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                          const struct ncl_import_list *list)
{
    struct ncl_import_value *value = result(import, node, index);
    if (value)
        value->list = list;
}

/* ---- complex numbers: two tensors ---- */

void ncl_import_give_complex(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                             struct ncl_tensor *const part[2])
{
    ncl_import_give_element(import, node, index, part[0], NCL_STORED_FLOAT32);
    struct ncl_import_value *value =
        !import->status && ncl_import_wants(import, node, index) ? ncl_import_find(import, node->output[index]) : NULL;
    if (value)
        value->imaginary = part[1];
}

void ncl_import_complex(struct ncl_import *import, const struct ncl_import_node *node, size_t index,
                        struct ncl_tensor *part[2])
{
    struct ncl_import_value *value = operand(import, node, index);
    part[1] = value->imaginary;
    part[0] = part[1] && !import->status ? value->tensor : ncl_import_as_tensor(import, value);
}

bool ncl_import_by_parts(struct ncl_import *import, const struct ncl_import_node *node,
                         void (*build)(struct ncl_import *import, const struct ncl_import_node *node))
{
    struct ncl_import_value *value = operand(import, node, 0), whole = *value;
    struct ncl_tensor *part[2] = {&import->nothing, &import->nothing};
    struct ncl_tensor *const given[] = {whole.tensor, whole.imaginary};
    if (!whole.imaginary)
        return false;
    for (size_t i = 0; i < 2 && !import->status; i++) {
        value->imaginary = NULL;
        value->tensor = given[i];
        build(import, node);
        struct ncl_import_value *made =
            !import->status && ncl_import_wants(import, node, 0) ? ncl_import_find(import, node->output[0]) : NULL;
        if (made)
            part[i] = ncl_import_as_tensor(import, made);
    }
    *value = whole;
    ncl_import_give_complex(import, node, 0, part);
    return true;
}
