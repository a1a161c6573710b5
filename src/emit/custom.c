/* SPDX-License-Identifier: Apache-2.0 */
/* Operations that an application registers: its functions tell shapes, tasks and the definition, its kernel gets
 * everything else (emit/custom.h). */
#include <string.h>

#include "emit/custom.h"
#include "emit/lower.h"

#define MAX_TASKS ((int64_t)1 << 40)

static struct nnefcl_call open_call(const struct ncl_node *node)
{
    return (struct nnefcl_call){.custom = node->op->custom, .node = node};
}

/* What a function of the application said, or what was wrong with its questions. */
static nnefcl_status close_call(const struct nnefcl_call *call, nnefcl_status status, struct ncl_diag *diag)
{
    const struct ncl_node *node = call->node;
    if (call->status)
        return ncl_error(diag, call->status, node->at, "%s: %s", node->op->name, call->text);
    if (status > NNEFCL_OK && status <= NNEFCL_ERR_INTERNAL)
        return ncl_error(diag, status, node->at, "%s: its shape function returned %s", node->op->name,
                         nnefcl_status_name(status));
    if (status)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, node->at, "%s: its shape function returned %d, which is no status",
                         node->op->name, (int)status);
    return NNEFCL_OK;
}

/* ---- shapes ---- */

static nnefcl_status find_tasks(struct ncl_infer *infer, struct ncl_node *node)
{
    struct nnefcl_call call = open_call(node);
    if (!call.custom->tasks) {
        node->tasks = ncl_shape_volume(&ncl_node_result(node, 0)->shape);
        return NNEFCL_OK;
    }
    node->tasks = call.custom->tasks(&call, call.custom->user);
    const nnefcl_status status = close_call(&call, NNEFCL_OK, infer->diag);
    if (status)
        return status;
    if (node->tasks < 1 || node->tasks > MAX_TASKS)
        return ncl_error(infer->diag, NNEFCL_ERR_ARGUMENT, node->at, "%s: %lld tasks, not 1 to 2^40", node->op->name,
                         (long long)node->tasks);
    return NNEFCL_OK;
}

static const struct ncl_tensor *custom_tensor(const struct ncl_custom *custom, const struct ncl_node *node,
                                              size_t index)
{
    const bool result = index >= custom->parameter_count;
    return result ? node->result[index - custom->parameter_count].tensor : node->argument[index].tensor;
}

nnefcl_dtype ncl_custom_dtype(const struct ncl_custom *custom, const struct ncl_node *node)
{
    const size_t i = custom->typed;
    return i < custom->parameter_count ? node->argument[i].tensor->dtype
                                       : node->result_dtype[i - custom->parameter_count];
}

/* Default values of type ? are written before anyone knows what it stands for. */
static bool has_type(const struct ncl_value *value, nnefcl_dtype dtype)
{
    static const enum ncl_value_kind kind[] = {
        [NNEFCL_SCALAR] = NCL_VALUE_SCALAR, [NNEFCL_INTEGER] = NCL_VALUE_INTEGER, [NNEFCL_LOGICAL] = NCL_VALUE_LOGICAL};
    if (value->kind == NCL_VALUE_TENSOR)
        return value->tensor->dtype == dtype;
    for (size_t i = 0; value->kind == NCL_VALUE_ARRAY && i < value->count; i++)
        if (value->item[i].kind != kind[dtype])
            return false;
    return value->kind == NCL_VALUE_ARRAY || value->kind == kind[dtype];
}

static nnefcl_status check_generic(struct ncl_infer *infer, const struct ncl_node *node)
{
    const struct ncl_custom *custom = node->op->custom;
    if (!custom->generic)
        return NNEFCL_OK;
    const nnefcl_dtype dtype = ncl_custom_dtype(custom, node);
    for (size_t i = 0; i < custom->parameter_count; i++)
        if (custom->field[i].generic && !has_type(&node->argument[i], dtype))
            return ncl_infer_error(infer, node, "the value of '%s' is not of type %s, for which ? stands here",
                                   node->parameter[i], nnefcl_dtype_name(dtype));
    return NNEFCL_OK;
}

nnefcl_status ncl_custom_infer(struct ncl_infer *infer, struct ncl_node *node)
{
    struct nnefcl_call call = open_call(node);
    call.shape = NCL_NEW_ARRAY(infer->arena, nnefcl_shape, node->result_count);
    call.shaped = NCL_NEW_ARRAY(infer->arena, bool, node->result_count);
    if (!call.shape || !call.shaped)
        return ncl_nomem(infer->diag);
    nnefcl_status status = check_generic(infer, node);
    if (status)
        return status;
    status = call.custom->shape(&call, call.custom->user);
    status = close_call(&call, status, infer->diag);
    for (size_t i = 0; i < node->result_count && !status; i++)
        if (!call.shaped[i])
            status = ncl_error(infer->diag, NNEFCL_ERR_ARGUMENT, node->at,
                               "%s: its shape function sets no shape for '%s'", node->op->name, node->result_name[i]);
        else
            status = ncl_infer_result(infer, node, i, &call.shape[i]);
    return status ? status : find_tasks(infer, node);
}

/* ---- the kernel ---- */

static void put_tensor(struct ncl_emit *step, const struct ncl_custom_field *field, const nnefcl_shape *shape)
{
    ncl_step_size(step, field->name[0], ncl_shape_volume(shape));
    ncl_step_size(step, field->name[1], shape->rank);
    for (int i = 0; i < NNEFCL_MAX_RANK; i++)
        ncl_step_size(step, field->name[2], i < shape->rank ? shape->extent[i] : 1);
    for (int i = 0; i < NNEFCL_MAX_RANK; i++)
        ncl_step_size(step, field->name[3], i < shape->rank ? ncl_shape_span(shape, i + 1, shape->rank) : 1);
}

static void put_value(struct ncl_emit *step, const char *name, const struct ncl_value *value)
{
    if (value->kind == NCL_VALUE_SCALAR)
        ncl_step_real(step, name, value->scalar);
    else
        ncl_step_size(step, name, value->kind == NCL_VALUE_LOGICAL ? value->logical : value->integer);
}

static void put_head(struct ncl_emit *step, const struct ncl_custom *custom, const struct ncl_node *node)
{
    size_t start = custom->head_size;
    for (size_t i = 0; i < custom->parameter_count + custom->result_count; i++) {
        const struct ncl_custom_field *field = &custom->field[i];
        if (field->kind == NCL_CUSTOM_TENSOR) {
            put_tensor(step, field, &custom_tensor(custom, node, i)->shape);
        } else if (field->kind == NCL_CUSTOM_ATTRIBUTE) {
            put_value(step, field->name[0], &node->argument[i]);
        } else if (field->kind == NCL_CUSTOM_ARRAY) {
            ncl_step_size(step, field->name[0], (int64_t)node->argument[i].count);
            ncl_step_size(step, field->name[1], (int64_t)start);
            start += node->argument[i].count;
        }
    }
}

static void put_items(struct ncl_emit *step, const struct ncl_custom *custom, const struct ncl_node *node)
{
    for (size_t i = 0; i < custom->parameter_count; i++)
        for (size_t k = 0; custom->field[i].kind == NCL_CUSTOM_ARRAY && k < node->argument[i].count; k++)
            put_value(step, "ITEMS", &node->argument[i].item[k]);
}

/* What work-items of a group wait in, as a whole word or the beginning of one. */
static bool is_barrier(const char *word, size_t length)
{
    static const char *const begins[] = {"work_group_", "async_work_group_", "wait_group_", "sub_group_"};
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (strncmp(word, begins[i], strlen(begins[i])) == 0)
            return true;
    return length == 7 && strncmp(word, "barrier", length) == 0;
}

/* The first one in a text, comments and all; NULL: there is none. */
static const char *find_barrier(const char *text, size_t *length)
{
    for (; *text; text += *length ? *length : 1) {
        *length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
        if (is_barrier(text, *length))
            return text;
    }
    return NULL;
}

static nnefcl_status check_barriers(const struct ncl_lower *lower, const struct ncl_node *node)
{
    size_t length;
    const struct ncl_target *target = &lower->plan->target;
    const char *barrier = target->barriers ? NULL : find_barrier(node->op->custom->text, &length);
    if (!barrier)
        return NNEFCL_OK;
    return ncl_error(lower->diag, NNEFCL_ERR_UNSUPPORTED, node->at,
                     "%s: its kernel says %.*s, but %s is a device without barriers", node->op->name, (int)length,
                     barrier, target->name);
}

nnefcl_status ncl_custom_lower(struct ncl_lower *lower, const struct ncl_node *node)
{
    const struct ncl_custom *custom = node->op->custom;
    ncl_ref operand[NCL_CUSTOM_TENSORS];
    size_t count = 0, inputs = 0;
    const nnefcl_status status = check_barriers(lower, node);
    if (status)
        return status;
    for (size_t i = 0; i < custom->parameter_count + custom->result_count; i++)
        if (custom->field[i].kind == NCL_CUSTOM_TENSOR) {
            operand[count++] = ncl_lower_tensor(lower, custom_tensor(custom, node, i));
            inputs += i < custom->parameter_count;
        }
    if (ncl_lower_status(lower))
        return ncl_lower_status(lower);
    struct ncl_emit *step = ncl_step_begin(lower, custom->function);
    ncl_step_source(step, custom->text);
    if (custom->generic)
        ncl_step_define_type(step, "T", ncl_custom_dtype(custom, node));
    for (size_t i = 0; i < count; i++)
        (i < inputs ? ncl_step_in : ncl_step_out)(step, operand[i]);
    put_head(step, custom, node);
    put_items(step, custom, node);
    return ncl_step_end(step, node->tasks);
}

uint64_t ncl_custom_macs(const struct ncl_node *node)
{
    (void)node;
    return 0;
}

/* ---- the definition ---- */

nnefcl_status ncl_custom_define(const struct ncl_reference *reference, const struct ncl_node *node,
                                struct ncl_diag *diag)
{
    struct nnefcl_call call = open_call(node);
    call.reference = reference;
    call.custom->define(&call, call.custom->user);
    return close_call(&call, NNEFCL_OK, diag);
}
