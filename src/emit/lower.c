/* SPDX-License-Identifier: Apache-2.0 */
/* Emission of steps (lower.h). */
#include "emit/lower.h"

#include "base/checked.h"
#include "emit/forms.h"
#include "emit/parts.h"
#include "emit/share.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define MAX_DEFINES     24
#define INT_INDEX_LIMIT (INT32_MAX - (1 << 20)) /* room for the last task's overshoot */

struct ncl_emit {
    struct ncl_lower *lower;
    struct ncl_kernel kernel;
    struct ncl_define define[MAX_DEFINES];
    struct ncl_step step;
    const char **size_name;
    size_t size_capacity, name_capacity;
    int64_t largest; /* elements of the largest tensor */
};

int64_t ncl_ceil_div(int64_t a, int64_t b)
{
    return a / b + (a % b != 0);
}

nnefcl_status ncl_lower_status(const struct ncl_lower *lower)
{
    return lower->status;
}

nnefcl_status ncl_lower_unsupported(struct ncl_lower *lower, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return ncl_parts_fail(
        lower, ncl_error(lower->diag, NNEFCL_ERR_UNSUPPORTED, lower->node->at, "%s: %s", lower->node->op->name, text));
}

/* ---- tensors ---- */

static ncl_ref add_tensor(struct ncl_lower *lower, const char *name, nnefcl_dtype dtype, const nnefcl_shape *shape,
                          const struct ncl_layout *layout, enum ncl_storage storage)
{
    const struct ncl_plan_tensor tensor = {
        .name = name,
        .dtype = dtype,
        .shape = *shape,
        .layout = *layout,
        .bytes = ncl_layout_bytes(layout, dtype, shape),
        .storage = storage,
        .base = NCL_NO_TENSOR,
        .first_step = UINT32_MAX,
    };
    return ncl_parts_tensor(lower, &tensor);
}

static void add_load(struct ncl_lower *lower, ncl_ref ref, const struct ncl_tensor *tensor)
{
    const struct ncl_step step = {.kind = NCL_STEP_LOAD,
                                  .at = tensor->at,
                                  .name = lower->plan->tensor[ref].name,
                                  .tensor_count = 1,
                                  .tensor[0] = ref,
                                  .writes = 1,
                                  .loaded = tensor->id};
    ncl_parts_step(lower, &lower->plan->init, &step);
}

ncl_ref ncl_lower_tensor(struct ncl_lower *lower, const struct ncl_tensor *tensor)
{
    if (lower->status)
        return NCL_NO_TENSOR;
    if (lower->tensor[tensor->id] != NCL_NO_TENSOR)
        return lower->tensor[tensor->id];
    const struct ncl_layout plain = {0};
    if (lower->form[tensor->id]) {
        const ncl_ref made = lower->tensor[tensor->id] = ncl_forms_from(lower, ncl_forms_any(lower, tensor), &plain);
        if (!lower->status)
            ncl_share_tensor(lower, made, tensor);
        return made;
    }
    if (tensor->role == NCL_ROLE_VARIABLE && lower->variable[tensor->variable->index] != NCL_NO_TENSOR)
        return lower->tensor[tensor->id] = lower->variable[tensor->variable->index];
    enum ncl_storage storage = NCL_STORE_ARENA;
    if (tensor->role == NCL_ROLE_INPUT)
        storage = NCL_STORE_INPUT;
    else if (tensor->role == NCL_ROLE_VARIABLE && tensor->variable->updated)
        storage = NCL_STORE_STATE;
    else if (tensor->role != NCL_ROLE_ACTIVATION)
        storage = NCL_STORE_INIT;
    const ncl_ref ref = add_tensor(lower, tensor->name, tensor->dtype, &tensor->shape, &plain, storage);
    if (ref == NCL_NO_TENSOR)
        return ref;
    lower->tensor[tensor->id] = ref;
    ncl_share_tensor(lower, ref, tensor);
    if (tensor->role == NCL_ROLE_VARIABLE)
        lower->variable[tensor->variable->index] = ref;
    if (storage == NCL_STORE_INIT || storage == NCL_STORE_STATE) {
        lower->constant[ref] = storage == NCL_STORE_INIT;
        add_load(lower, ref, tensor);
    }
    return ref;
}

ncl_ref ncl_lower_scratch(struct ncl_lower *lower, const char *name, nnefcl_dtype dtype, int64_t count)
{
    const nnefcl_shape shape = {.rank = 1, .extent = {count}};
    const struct ncl_layout plain = {0};
    return add_tensor(lower, name, dtype, &shape, &plain, NCL_STORE_ARENA);
}

void ncl_lower_view(struct ncl_lower *lower, const struct ncl_tensor *result, const struct ncl_tensor *input,
                    int64_t first)
{
    const ncl_ref base = ncl_lower_tensor(lower, input);
    const ncl_ref view = ncl_lower_tensor(lower, result);
    if (lower->status)
        return;
    ncl_share_base(lower, view, base, (uint64_t)first * nnefcl_dtype_size(lower->plan->tensor[view].dtype));
    lower->constant[view] = lower->constant[base];
}

bool ncl_lower_is_constant(const struct ncl_lower *lower, ncl_ref ref)
{
    return !lower->status && lower->constant[ref];
}

/* ---- steps ---- */

/* Also a part of one. */
static bool is_result(const struct ncl_lower *lower, ncl_ref ref)
{
    if (lower->plan->tensor[ref].base != NCL_NO_TENSOR && is_result(lower, lower->plan->tensor[ref].base))
        return true;
    for (size_t r = 0; r < lower->node->result_count; r++) {
        const struct ncl_value *value = &lower->node->result[r];
        const size_t count = value->kind == NCL_VALUE_ARRAY ? value->count : 1;
        for (size_t i = 0; i < count; i++) {
            const struct ncl_tensor *tensor = value->kind == NCL_VALUE_ARRAY ? value->item[i].tensor : value->tensor;
            if (ncl_forms_have(lower, tensor, ref))
                return true;
        }
    }
    return false;
}

/* Once at init is enough when everything the step reads is constant; a result of the node must be whole then, so all of
 * the node has to be constant.
 */
static bool runs_at_init(const struct ncl_lower *lower, const struct ncl_step *step)
{
    if (lower->node_constant)
        return true;
    bool reads = false;
    for (unsigned i = 0; i < step->tensor_count; i++) {
        const bool only_written = !(step->reads >> i & 1);
        if (step->writes >> i & 1 && is_result(lower, step->tensor[i]))
            return false;
        if (only_written)
            continue;
        if (!lower->constant[ncl_plan_root(lower->plan, step->tensor[i])] && !(step->writes >> i & 1))
            return false;
        reads |= !(step->writes >> i & 1);
    }
    return reads;
}

static nnefcl_status finish_step(struct ncl_lower *lower, struct ncl_step *step)
{
    const bool init = runs_at_init(lower, step);
    const struct ncl_tensor *first = ncl_node_first_result(lower->node);
    step->result = first ? first->id : UINT32_MAX;
    if (!ncl_parts_step(lower, init ? &lower->plan->init : &lower->plan->run, step))
        return lower->status;
    for (unsigned i = 0; i < step->tensor_count; i++) {
        if (!(step->writes >> i & 1))
            continue;
        const ncl_ref root = ncl_plan_root(lower->plan, step->tensor[i]);
        assert(!(lower->constant[root] && !init));
        if (init && lower->plan->tensor[root].storage == NCL_STORE_ARENA)
            lower->plan->tensor[root].storage = NCL_STORE_INIT;
        lower->constant[root] = lower->constant[step->tensor[i]] = init;
    }
    return NNEFCL_OK;
}

/* "y = conv+relu": the last result of a chain, and all that is computed on the way. */
static const char *step_name(struct ncl_lower *lower)
{
    const struct ncl_node *node = lower->node;
    const struct ncl_tensor *tensor = ncl_node_first_result(node);
    const char *operations = node->op->name;
    for (const struct ncl_after *after = node->after; after && operations; after = after->next) {
        operations = ncl_arena_printf(lower->arena, "%s+%s", operations, after->node->op->name);
        tensor = ncl_node_result(after->node, 0);
    }
    const char *name =
        operations ? ncl_arena_printf(lower->arena, "%s = %s", tensor ? tensor->name : "_", operations) : NULL;
    if (!name)
        ncl_parts_nomem(lower);
    return name;
}

struct ncl_emit *ncl_step_begin(struct ncl_lower *lower, const char *body)
{
    if (!lower->emit)
        lower->emit = NCL_NEW(lower->arena, struct ncl_emit);
    if (!lower->emit) {
        ncl_parts_nomem(lower);
        static struct ncl_emit dead; /* never written: every call returns before on an error */
        return &dead;
    }
    struct ncl_emit *emit = lower->emit;
    *emit = (struct ncl_emit){
        .lower = lower, .kernel.body = body, .step = {.kind = NCL_STEP_KERNEL, .at = lower->node->at}};
    return emit;
}

static bool stopped(const struct ncl_emit *emit)
{
    return !emit->lower || emit->lower->status;
}

void ncl_step_source(struct ncl_emit *emit, const char *source)
{
    if (!stopped(emit))
        emit->kernel.source = source;
}

void ncl_step_group(struct ncl_emit *emit, unsigned group, uint32_t local_bytes)
{
    if (stopped(emit))
        return;
    emit->kernel.map = NCL_MAP_GROUP;
    emit->kernel.group = group;
    emit->kernel.local_bytes = local_bytes;
}

void ncl_step_define(struct ncl_emit *emit, const char *name, const char *text)
{
    if (stopped(emit))
        return;
    size_t at = emit->kernel.define_count;
    assert(at < MAX_DEFINES);
    while (at && strcmp(emit->define[at - 1].name, name) > 0) {
        emit->define[at] = emit->define[at - 1];
        at--;
    }
    emit->define[at] = (struct ncl_define){name, text};
    emit->kernel.define_count++;
}

void ncl_step_needs(struct ncl_emit *emit, unsigned parts)
{
    if (!stopped(emit))
        emit->kernel.needs |= parts;
}

void ncl_step_define_int(struct ncl_emit *emit, const char *name, int64_t value)
{
    if (stopped(emit))
        return;
    const char *text = ncl_arena_printf(emit->lower->arena, "%lld", (long long)value);
    if (!text)
        ncl_parts_nomem(emit->lower);
    ncl_step_define(emit, name, text);
}

void ncl_step_define_type(struct ncl_emit *emit, const char *name, nnefcl_dtype dtype)
{
    static const char *const types[] = {
        [NNEFCL_SCALAR] = "float", [NNEFCL_INTEGER] = "int", [NNEFCL_LOGICAL] = "uchar"};
    ncl_step_define(emit, name, types[dtype]);
}

void ncl_step_define_moved(struct ncl_emit *emit, nnefcl_dtype dtype)
{
    if (dtype == NNEFCL_SCALAR)
        return;
    ncl_step_define_type(emit, "NCL_T0", dtype);
    ncl_step_define_type(emit, "NCL_T1", dtype);
}

static void define_access(struct ncl_emit *emit, const char *format, const char *name, const char *text)
{
    const char *macro = ncl_arena_printf(emit->lower->arena, format, name);
    if (!macro)
        ncl_parts_nomem(emit->lower);
    ncl_step_define(emit, macro, text);
}

unsigned ncl_step_tensors(const struct ncl_emit *emit)
{
    return emit->step.tensor_count;
}

void ncl_step_define_tensor(struct ncl_emit *emit, ncl_ref ref, const char *type)
{
    unsigned k = 0;
    if (stopped(emit))
        return;
    while (k < emit->step.tensor_count && emit->step.tensor[k] != ref)
        k++;
    assert(k < emit->step.tensor_count);
    const char *name = ncl_arena_printf(emit->lower->arena, "NCL_T%u", k);
    if (!name)
        ncl_parts_nomem(emit->lower);
    ncl_step_define(emit, name, type);
}

void ncl_step_define_element(struct ncl_emit *emit, const char *name, nnefcl_dtype dtype, unsigned ahead)
{
    if (stopped(emit))
        return;
    if (dtype != NNEFCL_SCALAR) {
        ncl_step_define_type(emit, name, dtype);
        return;
    }
    const char *type = ncl_arena_printf(emit->lower->arena, "NCL_T%u", emit->step.tensor_count + ahead);
    if (!type)
        ncl_parts_nomem(emit->lower);
    ncl_step_define(emit, name, type);
}

void ncl_step_define_storage(struct ncl_emit *emit, const char *name, ncl_ref ref)
{
    if (stopped(emit))
        return;
    static const struct {
        const char *type, *load, *store;
    } storage[] = {
        [NCL_ELEMENT_OWN] = {NULL, "(p)[i]", "(p)[i] = (v)"},
        [NCL_ELEMENT_HALF] = {"half", "vload_half(i, p)", "vstore_half(v, i, p)"},
        [NCL_ELEMENT_WHOLE] = {"short", "(p)[i] * LOAD_STEP", "(p)[i] = (short)rint((v) / STORE_STEP)"},
    };
    const struct ncl_plan_tensor *tensor = &emit->lower->plan->tensor[ref];
    const enum ncl_element element = tensor->layout.element;
    if (element == NCL_ELEMENT_OWN && tensor->dtype == NNEFCL_SCALAR)
        return;
    if (storage[element].type)
        ncl_step_define(emit, name, storage[element].type);
    else
        ncl_step_define_type(emit, name, tensor->dtype);
    define_access(emit, "LOAD_%s(p, i)", name, storage[element].load);
    define_access(emit, "STORE_%s(v, p, i)", name, storage[element].store);
}

void ncl_step_name(struct ncl_emit *emit, const char *name)
{
    if (!name && !stopped(emit))
        ncl_parts_nomem(emit->lower);
    if (!stopped(emit))
        emit->step.name = name;
}

static void add_step_tensor(struct ncl_emit *emit, ncl_ref ref, unsigned reads, unsigned writes)
{
    if (stopped(emit))
        return;
    struct ncl_step *step = &emit->step;
    assert(ref != NCL_NO_TENSOR && step->tensor_count < NCL_STEP_TENSORS);
    const struct ncl_plan_tensor *tensor = &emit->lower->plan->tensor[ref];
    const int64_t elements = tensor->bytes == UINT64_MAX
                                 ? INT64_MAX
                                 : (int64_t)(tensor->bytes / ncl_layout_element(&tensor->layout, tensor->dtype));
    if (elements > emit->largest)
        emit->largest = elements;
    step->reads |= reads << step->tensor_count;
    step->writes |= writes << step->tensor_count;
    step->tensor[step->tensor_count++] = ref;
}

void ncl_step_in(struct ncl_emit *emit, ncl_ref ref)
{
    add_step_tensor(emit, ref, 1, 0);
}

void ncl_step_out(struct ncl_emit *emit, ncl_ref ref)
{
    add_step_tensor(emit, ref, 0, 1);
}

void ncl_step_in_or(struct ncl_emit *emit, ncl_ref ref, ncl_ref any)
{
    add_step_tensor(emit, ref == NCL_NO_TENSOR ? any : ref, 1, 0);
    if (!stopped(emit) && ref == NCL_NO_TENSOR)
        emit->step.unread |= 1u << (emit->step.tensor_count - 1);
}

void ncl_step_gives(struct ncl_emit *emit)
{
    if (!stopped(emit))
        emit->step.gives |= 1u << (emit->step.tensor_count - 1);
}

void ncl_step_inout(struct ncl_emit *emit, ncl_ref ref)
{
    add_step_tensor(emit, ref, 1, 1);
}

void ncl_step_size(struct ncl_emit *emit, const char *name, int64_t value)
{
    if (stopped(emit))
        return;
    struct ncl_step *step = &emit->step;
    if (!NCL_GROW(emit->lower->arena, step->size, step->size_count, emit->size_capacity) ||
        !NCL_GROW(emit->lower->arena, emit->size_name, step->size_count, emit->name_capacity)) {
        ncl_parts_nomem(emit->lower);
        return;
    }
    emit->size_name[step->size_count] = name;
    step->size[step->size_count++] = value;
}

void ncl_step_real(struct ncl_emit *emit, const char *name, double value)
{
    const float narrowed = (float)value;
    int32_t bits;
    memcpy(&bits, &narrowed, sizeof bits);
    ncl_step_size(emit, name, bits);
}

void ncl_step_sizes(struct ncl_emit *emit, const char *name, const int64_t *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ncl_step_size(emit, name, values[i]);
}

void ncl_step_formula_reals(struct ncl_emit *emit, const double *values, size_t count)
{
    if (count == 0 || stopped(emit))
        return;
    assert(emit->step.size_count == 0);
    ncl_step_define_int(emit, "NCL_REALS", (int64_t)count);
    for (size_t i = 0; i < count; i++)
        ncl_step_real(emit, "R", values[i]);
}

void ncl_step_flops(struct ncl_emit *emit, double flops)
{
    if (!stopped(emit))
        emit->step.flops = ncl_uint64_of(flops);
}

static bool same_kernel(const struct ncl_kernel *a, const struct ncl_kernel *b)
{
    if (strcmp(a->body, b->body) != 0 || a->map != b->map || a->group != b->group || a->local_bytes != b->local_bytes ||
        !a->source != !b->source || (a->source && strcmp(a->source, b->source) != 0) || a->tensors != b->tensors ||
        a->define_count != b->define_count)
        return false;
    for (size_t i = 0; i < a->define_count; i++)
        if (strcmp(a->define[i].name, b->define[i].name) != 0 || strcmp(a->define[i].text, b->define[i].text) != 0)
            return false;
    return true;
}

/* The names of the fields belong to the body; records of different length (arrays by rank) keep the longest list. */
static nnefcl_status intern_kernel(struct ncl_emit *emit)
{
    struct ncl_plan *plan = emit->lower->plan;
    struct ncl_kernel *kernel = &emit->kernel;
    kernel->tensors = emit->step.tensor_count;
    kernel->define = emit->define;
    kernel->size_name = emit->size_name;
    kernel->size_count = emit->step.size_count;
    for (size_t i = 0; i < plan->kernel_count; i++) {
        if (!same_kernel(&plan->kernel[i], kernel))
            continue;
        emit->step.kernel = (uint32_t)i;
        plan->kernel[i].needs |= kernel->needs;
        return plan->kernel[i].size_count < kernel->size_count
                   ? ncl_parts_fields(emit->lower, &plan->kernel[i], kernel->size_name, kernel->size_count)
                   : NNEFCL_OK;
    }
    return ncl_parts_kernel(emit->lower, kernel, &emit->step.kernel);
}

nnefcl_status ncl_step_end(struct ncl_emit *emit, int64_t tasks)
{
    if (stopped(emit))
        return emit->lower ? emit->lower->status : NNEFCL_ERR_NOMEM;
    struct ncl_lower *lower = emit->lower;
    assert(tasks > 0);
    if (lower->long_index || emit->largest > INT_INDEX_LIMIT || tasks > INT_INDEX_LIMIT)
        ncl_step_define(emit, "INDEX", "long");
    if (intern_kernel(emit))
        return lower->status;
    emit->step.tasks = (uint64_t)tasks;
    emit->step.record = lower->plan->record_count;
    lower->plan->record_count += emit->step.size_count;
    if (!emit->step.name)
        emit->step.name = step_name(lower);
    emit->step.variant = lower->variant;
    emit->step.candidate = lower->candidate;
    return lower->status ? lower->status : finish_step(lower, &emit->step);
}

void ncl_lower_copy(struct ncl_lower *lower, ncl_ref from, ncl_ref to)
{
    if (lower->status)
        return;
    struct ncl_step step = {.kind = NCL_STEP_COPY,
                            .at = lower->node->at,
                            .name = step_name(lower),
                            .tensor_count = 2,
                            .tensor = {from, to},
                            .reads = 1,
                            .writes = 2};
    if (!lower->status)
        finish_step(lower, &step);
}

nnefcl_status ncl_lower_gemm(struct ncl_lower *lower, ncl_ref a, ncl_ref b, ncl_ref c, const struct ncl_gemm *gemm)
{
    if (lower->status)
        return lower->status;
    struct ncl_gemm *copy = NCL_NEW(lower->arena, struct ncl_gemm);
    if (!copy)
        return ncl_parts_nomem(lower);
    *copy = *gemm;
    int64_t *offsets = NCL_NEW_ARRAY(lower->arena, int64_t, 3 * (size_t)gemm->batch);
    if (!offsets)
        return ncl_parts_nomem(lower);
    const size_t bytes = (size_t)gemm->batch * sizeof *offsets;
    memcpy(offsets, gemm->offset_a, bytes);
    memcpy(offsets + gemm->batch, gemm->offset_b, bytes);
    memcpy(offsets + 2 * gemm->batch, gemm->offset_c, bytes);
    copy->offset_a = offsets;
    copy->offset_b = offsets + gemm->batch;
    copy->offset_c = offsets + 2 * gemm->batch;
    struct ncl_step step = {.kind = NCL_STEP_GEMM,
                            .at = lower->node->at,
                            .name = step_name(lower),
                            .tensor_count = 3,
                            .tensor = {a, b, c},
                            .reads = gemm->add ? 7 : 3,
                            .writes = 4,
                            .variant = lower->variant,
                            .candidate = lower->candidate,
                            .gemm = copy};
    step.flops = 2 * (uint64_t)gemm->m * (uint64_t)gemm->n * (uint64_t)gemm->k * (uint64_t)gemm->batch;
    return lower->status ? lower->status : finish_step(lower, &step);
}
