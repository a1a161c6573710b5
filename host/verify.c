/* SPDX-License-Identifier: Apache-2.0 */
/* nnefcl_session_verify: a run, and what it left on the device for the examination of its nodes (src/verify/examine.h).
 */
#include <string.h>

#include "base/half.h"
#include "emit/variant.h"
#include "host.h"
#include "nnefcl/verify.h"
#include "verify/examine.h"

struct verification {
    struct nnefcl_session *session;
    const struct nnefcl_model *model;
    struct ncl_arena arena;
    unsigned char *
        *before; /* by tensor of the plan: what variables were before the run, which overwrites them at its end */
    nnefcl_tensor_info *operand;
    nnefcl_verdict_fn visit;
    void *user;
};

/* ---- what the device holds ---- */

static nnefcl_status read_device(struct nnefcl_session *session, ncl_ref ref, void *data, struct ncl_diag *diag)
{
    const struct ncl_plan_tensor *tensor = &session->plan->tensor[ref];
    uint64_t offset;
    const cl_mem memory = ncl_memory_place(session, ref, &offset);
    return ncl_bounce_read(session, memory, (size_t)offset, (size_t)tensor->bytes, data, tensor->name, diag);
}

/* Halves become floats, in the same memory. */
static nnefcl_status read_halves(struct nnefcl_session *session, ncl_ref ref, void *data, struct ncl_diag *diag)
{
    const size_t count = (size_t)session->plan->tensor[ref].bytes / sizeof(uint16_t);
    uint16_t *const half = (uint16_t *)data + count; /* the second part of the floats */
    float *const value = data;
    const nnefcl_status status = read_device(session, ref, half, diag);
    for (size_t i = 0; !status && i < count; i++) {
        uint16_t bits;
        memcpy(&bits, half + i, sizeof bits);
        value[i] = (float)ncl_half_value(bits);
    }
    return status;
}

static nnefcl_status take_states(struct verification *v, struct ncl_diag *diag)
{
    const struct ncl_plan *plan = v->session->plan;
    ncl_wait_begin(v->session);
    nnefcl_status status = ncl_lost_check(v->session->device, diag);
    if (!status)
        status = ncl_run_follow(v->session, diag);
    v->before = NCL_NEW_ARRAY(&v->arena, unsigned char *, plan->tensor_count);
    if (!v->before)
        return ncl_nomem(diag);
    for (ncl_ref i = 0; i < plan->tensor_count && !status; i++) {
        if (plan->tensor[i].storage != NCL_STORE_STATE || plan->tensor[i].base != NCL_NO_TENSOR)
            continue;
        v->before[i] = ncl_arena_alloc(&v->arena, (size_t)plan->tensor[i].bytes);
        status = v->before[i] ? read_device(v->session, i, v->before[i], diag) : ncl_nomem(diag);
    }
    return status;
}

static ncl_ref place_of(const struct verification *v, const struct ncl_tensor *tensor)
{
    return v->session->plan->held[tensor->id];
}

static bool has_tensor(void *user, const struct ncl_tensor *tensor)
{
    return place_of(user, tensor) != NCL_NO_TENSOR;
}

static bool is_held_in_half(void *user, const struct ncl_tensor *tensor)
{
    const struct verification *v = user;
    return v->session->plan->tensor[place_of(v, tensor)].layout.element == NCL_ELEMENT_HALF;
}

static const struct ncl_meant *meant_by(void *user, const struct ncl_tensor *tensor)
{
    const struct verification *v = user;
    return v->session->plan->meant[tensor->id];
}

static bool is_updated(const struct ncl_tensor *tensor)
{
    return ncl_node_is(tensor->producer, "update");
}

static nnefcl_status read_tensor(void *user, const struct ncl_tensor *tensor, void *data, struct ncl_diag *diag)
{
    const struct verification *v = user;
    const struct ncl_plan *plan = v->session->plan;
    const ncl_ref ref = place_of(v, tensor), root = ncl_plan_root(plan, ref);
    uint32_t buffer;
    uint64_t offset;
    if (plan->tensor[ref].layout.element == NCL_ELEMENT_HALF)
        return read_halves(v->session, ref, data, diag);
    if (plan->tensor[root].storage != NCL_STORE_STATE || is_updated(tensor))
        return read_device(v->session, ref, data, diag);
    ncl_plan_place(plan, ref, &buffer, &offset);
    memcpy(data, v->before[root] + (offset - plan->tensor[root].offset), (size_t)plan->tensor[ref].bytes);
    return NNEFCL_OK;
}

static bool plan_transforms(const struct ncl_plan *plan)
{
    bool transforms = false;
    for (size_t i = 0; i < plan->run.count; i++) {
        const struct ncl_variant *variant =
            plan->run.step[i].variant ? ncl_variant_find(plan->run.step[i].variant) : NULL;
        transforms |= variant && variant->transforms;
    }
    return transforms;
}

/* ---- verdicts ---- */

static nnefcl_tensor_info info_of(const struct ncl_tensor *tensor)
{
    return (nnefcl_tensor_info){.name = tensor->name,
                                .label = tensor->variable ? tensor->variable->label : NULL,
                                .dtype = tensor->dtype,
                                .shape = tensor->shape,
                                .bytes = nnefcl_tensor_bytes(tensor->dtype, &tensor->shape)};
}

static void find_position(const nnefcl_shape *shape, uint64_t index, int64_t *position)
{
    for (int i = shape->rank; i-- > 0; index /= (uint64_t)shape->extent[i])
        position[i] = (int64_t)(index % (uint64_t)shape->extent[i]);
}

static int tell_verdict(void *user, const struct ncl_examine_result *result)
{
    struct verification *v = user;
    const struct ncl_node *node = v->model->graph->node[result->node];
    const struct ncl_verdict *found = &result->verdict;
    const struct ncl_tensor *operand;
    nnefcl_verdict verdict = {.node = result->node,
                              .op = result->whole ? result->whole : node->op->name,
                              .location = v->model->location[result->node],
                              .result = info_of(result->tensor),
                              .operand = v->operand,
                              .elements = found->elements,
                              .bad = found->bad,
                              .ulp = found->ulp,
                              .tolerance = found->tolerance,
                              .got = found->got,
                              .want = found->want,
                              .outside = result->outside,
                              .whole = result->whole != NULL,
                              .reason = result->tolerance ? result->tolerance->reason : ""};
    for (; (operand = ncl_exact_operand(node, verdict.operand_count)); verdict.operand_count++)
        v->operand[verdict.operand_count] = info_of(operand);
    find_position(&result->tensor->shape, found->worst, verdict.position);
    return v->visit(v->user, &verdict);
}

static nnefcl_status make_verify_room(struct verification *v, struct ncl_diag *diag)
{
    const struct ncl_graph *graph = v->model->graph;
    size_t most = 0;
    for (size_t i = 0; i < graph->node_count; i++) {
        size_t count = 0;
        while (ncl_exact_operand(graph->node[i], count))
            count++;
        most = count > most ? count : most;
    }
    v->operand = NCL_NEW_ARRAY(&v->arena, nnefcl_tensor_info, most);
    return v->operand ? NNEFCL_OK : ncl_nomem(diag);
}

/* ---- the call ---- */

static nnefcl_status check_readable(const struct nnefcl_session *session, struct ncl_diag *diag)
{
    for (size_t i = 0; i < session->plan->buffer_count; i++)
        if (session->slot[i].bound && session->slot[i].flags & (CL_MEM_HOST_WRITE_ONLY | CL_MEM_HOST_NO_ACCESS))
            return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                             "nnefcl_session_verify: the host may not read a buffer that is bound to an %s",
                             session->plan->buffer[i].storage == NCL_STORE_INPUT ? "input" : "output");
    return NNEFCL_OK;
}

static nnefcl_status check_verify(const struct nnefcl_session *session, const struct nnefcl_model *model,
                                  nnefcl_verdict_fn visit, struct ncl_diag *diag)
{
    if (!session || !model || !visit)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_session_verify: %s is NULL",
                         !session ? "session"
                         : !model ? "model"
                                  : "visit");
    if (!session->plan->held)
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                         "nnefcl_session_verify: the session was made without keep_tensors");
    if (session->plan->fingerprint != ncl_model_fingerprint(model))
        return ncl_error(diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE,
                         "nnefcl_session_verify: the session of '%.100s' was not made from this model",
                         session->plan->name);
    return check_readable(session, diag);
}

static nnefcl_status examine_run(struct verification *v, struct ncl_diag *diag)
{
    const struct ncl_examine_source source = {.has = has_tensor,
                                              .read = read_tensor,
                                              .user = v,
                                              .weights_off = v->session->plan->weights_off,
                                              .halves = v->session->plan->halves,
                                              .half_terms = v->session->plan->half_terms,
                                              .is_half = is_held_in_half,
                                              .meant = meant_by,
                                              .transforms = plan_transforms(v->session->plan)};
    struct ncl_model_constants constants;
    nnefcl_status status = ncl_model_constants_open(&constants, v->model, diag);
    if (!status)
        status = ncl_examine(v->model->graph, v->model->compat, &constants.source, &v->session->arena.allocator,
                             &source, tell_verdict, v, diag);
    ncl_model_constants_close(&constants);
    return status;
}

nnefcl_status nnefcl_session_verify(nnefcl_session *session, const nnefcl_model *model, const void *const *inputs,
                                    void *const *outputs, nnefcl_verdict_fn visit, void *user, nnefcl_error *error)
{
    struct ncl_diag diag;
    ncl_diag_init(&diag, error, NULL, NULL, false);
    nnefcl_status status = check_verify(session, model, visit, &diag);
    if (status)
        return status;
    struct verification v = {.session = session, .model = model, .visit = visit, .user = user};
    ncl_arena_init(&v.arena, &session->arena.allocator, 0);
    status = make_verify_room(&v, &diag);
    if (!status)
        status = take_states(&v, &diag);
    if (!status)
        status = nnefcl_session_run(session, inputs, outputs, error);
    if (!status)
        status = examine_run(&v, &diag);
    ncl_arena_free(&v.arena);
    return status;
}
