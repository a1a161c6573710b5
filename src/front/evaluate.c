/* SPDX-License-Identifier: Apache-2.0 */
/* The machine that runs the code of bodies. Its stack grows on the heap, so the depth of a model's recursion is a
 * number that can be checked. */
#include <string.h>

#include "base/checked.h"
#include "front/constant_math.h"
#include "front/evaluate.h"
#include "front/nodes.h"
#include "front/translate.h"

#define GROWN(build, array, count, capacity) grow_stack(build, (void **)&(array), count, &(capacity), sizeof *(array))

/* Room for one more item. */
static bool grow_stack(struct ncl_build *build, void **array, size_t count, size_t *capacity, size_t item)
{
    if (count < *capacity)
        return true;
    const size_t larger = *capacity ? *capacity * 2 : 64;
    size_t bytes;
    void *memory = ncl_mul_size(larger, item, &bytes) ? ncl_resize(&build->arena->allocator, *array, bytes) : NULL;
    if (!memory)
        return false;
    *array = memory;
    *capacity = larger;
    return true;
}

void ncl_evaluate_free(struct ncl_build *build)
{
    struct ncl_machine *machine = &build->machine;
    const nnefcl_allocator *allocator = &build->arena->allocator;
    ncl_resize(allocator, machine->stack, 0);
    ncl_resize(allocator, machine->frame, 0);
    ncl_resize(allocator, machine->loop, 0);
    *machine = (struct ncl_machine){0};
}

static struct ncl_frame *top(struct ncl_machine *machine)
{
    return &machine->frame[machine->frame_count - 1];
}

/* The place of an instruction: in the standard library, the invocation in the document that led there. */
static struct ncl_loc instruction_place(const struct ncl_frame *frame, const struct ncl_expr *expr)
{
    if (frame->declared && frame->declared->origin != NCL_ORIGIN_DOCUMENT)
        return frame->at;
    struct ncl_loc at = expr->at;
    at.call = frame->call;
    return at;
}

static nnefcl_status push_value(struct ncl_build *build, struct ncl_value value)
{
    struct ncl_machine *machine = &build->machine;
    if (!GROWN(build, machine->stack, machine->stack_count, machine->stack_capacity))
        return ncl_build_nomem(build);
    machine->stack[machine->stack_count++] = value;
    return NNEFCL_OK;
}

static struct ncl_value pop(struct ncl_machine *machine)
{
    return machine->stack[--machine->stack_count];
}

static nnefcl_status spend(struct ncl_build *build, struct ncl_loc at, size_t steps)
{
    if (ncl_build_spend(build, steps))
        return NNEFCL_OK;
    return ncl_error(build->diag, NNEFCL_ERR_LIMIT, at, "expanding the graph takes more than %llu steps",
                     (unsigned long long)NCL_MAX_STEPS);
}

/* ---- arrays and tuples ---- */

static nnefcl_status collect_items(struct ncl_build *build, const struct ncl_code_item *item, struct ncl_loc at)
{
    struct ncl_machine *machine = &build->machine;
    struct ncl_value *values = ncl_constant_items(build, at, item->count);
    if (!values)
        return build->diag->status;
    machine->stack_count -= item->count;
    if (item->count)
        memcpy(values, machine->stack + machine->stack_count, item->count * sizeof *values);
    return push_value(build, (struct ncl_value){.kind = item->op == NCL_CODE_TUPLE ? NCL_VALUE_TUPLE : NCL_VALUE_ARRAY,
                                                .count = item->count,
                                                .item = values});
}

static nnefcl_status unpack_items(struct ncl_build *build, const struct ncl_code_item *item, struct ncl_loc at)
{
    const struct ncl_value value = pop(&build->machine);
    if (value.count != item->count)
        return ncl_error(build->diag, NNEFCL_ERR_MODEL, at, "%zu identifiers on the left, but the value has %zu items",
                         item->count, value.count);
    nnefcl_status status = spend(build, at, value.count);
    for (size_t i = value.count; i > 0 && !status; i--)
        status = push_value(build, value.item[i - 1]);
    return status;
}

static nnefcl_status range(struct ncl_build *build, const struct ncl_code_item *item, struct ncl_loc at)
{
    struct ncl_machine *machine = &build->machine;
    int64_t begin = 0, end = 0;
    if (item->count & 2)
        end = pop(machine).integer;
    if (item->count & 1)
        begin = pop(machine).integer;
    struct ncl_value *value = &machine->stack[machine->stack_count - 1];
    return ncl_constant_range(build, at, value, item->count & 1 ? &begin : NULL, item->count & 2 ? &end : NULL, value);
}

/* ---- loops ---- */

static nnefcl_status begin_loop(struct ncl_build *build, const struct ncl_code_item *item, struct ncl_loc at)
{
    struct ncl_machine *machine = &build->machine;
    const size_t count = item->expr->iterator_count;
    if (!GROWN(build, machine->loop, machine->loop_count, machine->loop_capacity))
        return ncl_build_nomem(build);
    struct ncl_value *arrays = ncl_constant_items(build, at, count);
    if (!arrays)
        return build->diag->status;
    machine->stack_count -= count;
    memcpy(arrays, machine->stack + machine->stack_count, count * sizeof *arrays);
    for (size_t i = 1; i < count; i++)
        if (arrays[i].count != arrays[0].count)
            return ncl_error(build->diag, NNEFCL_ERR_MODEL, at,
                             "the arrays of a loop have different lengths: %zu and %zu", arrays[0].count,
                             arrays[i].count);
    struct ncl_value *items = ncl_constant_items(build, at, arrays[0].count);
    if (!items)
        return build->diag->status;
    machine->loop[machine->loop_count++] =
        (struct ncl_loop){arrays, count, arrays[0].count, 0, top(machine)->base + item->count, items, 0};
    return NNEFCL_OK;
}

static nnefcl_status next_in_loop(struct ncl_build *build, const struct ncl_code_item *item)
{
    struct ncl_machine *machine = &build->machine;
    struct ncl_loop *loop = &machine->loop[machine->loop_count - 1];
    if (loop->index == loop->length) {
        const struct ncl_value value = {.kind = NCL_VALUE_ARRAY, .count = loop->count, .item = loop->item};
        machine->loop_count--;
        top(machine)->next = item->count;
        return push_value(build, value);
    }
    for (size_t i = 0; i < loop->arrays_count; i++)
        machine->stack[loop->slot + i] = loop->arrays[i].item[loop->index];
    loop->index++;
    return NNEFCL_OK;
}

/* ---- calls ---- */

static nnefcl_status enter_fragment(struct ncl_build *build, const struct ncl_invoke *invoke,
                                    const struct ncl_type *generic, size_t base, struct ncl_loc at)
{
    struct ncl_machine *machine = &build->machine;
    struct ncl_declared *callee = invoke->callee;
    if (!callee->translated)
        ncl_translate_body(build, callee);
    if (callee->bad)
        return NNEFCL_ERR_MODEL; /* reported before */
    if (machine->frame_count >= NCL_MAX_CALLS)
        return ncl_error(
            build->diag, NNEFCL_ERR_MODEL, at,
            "more than %d invocations within each other: fragment '%s' seems to call itself without an end",
            NCL_MAX_CALLS, callee->fragment->name);
    const nnefcl_status status = spend(build, at, callee->slots);
    if (status)
        return status;
    struct ncl_call *call = NCL_NEW(build->arena, struct ncl_call);
    if (!call || !GROWN(build, machine->frame, machine->frame_count, machine->frame_capacity))
        return ncl_build_nomem(build);
    *call = (struct ncl_call){callee->fragment->name, at, callee->origin != NCL_ORIGIN_DOCUMENT};
    struct ncl_loc inside = at;
    inside.call = call;
    machine->frame[machine->frame_count++] = (struct ncl_frame){.declared = callee,
                                                                .code = &callee->code,
                                                                .base = base,
                                                                .loops = machine->loop_count,
                                                                .generic = generic,
                                                                .call = call,
                                                                .at = inside};
    while (machine->stack_count < base + callee->slots)
        if (push_value(build, (struct ncl_value){0}))
            return build->diag->status;
    return NNEFCL_OK;
}

/* Brings the arguments into the order of the parameters, defaults filled in, cast. */
static nnefcl_status bind_arguments(struct ncl_build *build, const struct ncl_invoke *invoke,
                                    const struct ncl_type *generic, struct ncl_loc at)
{
    struct ncl_machine *machine = &build->machine;
    const struct ncl_fragment *fragment = invoke->callee->fragment;
    const size_t base = machine->stack_count - invoke->given;
    for (size_t i = 0; i < fragment->parameter_count; i++) {
        struct ncl_value value =
            invoke->from[i] == SIZE_MAX ? invoke->callee->signature.initial[i] : machine->stack[base + invoke->from[i]];
        nnefcl_status status = ncl_nodes_cast(build, fragment->parameter[i].type, generic, at, &value);
        if (!status)
            status = push_value(build, value);
        if (status)
            return status;
    }
    if (fragment->parameter_count)
        memmove(machine->stack + base, machine->stack + base + invoke->given,
                fragment->parameter_count * sizeof *machine->stack);
    machine->stack_count = base + fragment->parameter_count;
    return NNEFCL_OK;
}

static nnefcl_status call(struct ncl_build *build, const struct ncl_invoke *invoke, struct ncl_loc at)
{
    struct ncl_machine *machine = &build->machine;
    const struct ncl_declared *callee = invoke->callee;
    const struct ncl_type *generic = invoke->generic;
    if (generic && generic->kind == NCL_TYPE_GENERIC)
        generic = top(machine)->generic;
    nnefcl_status status = bind_arguments(build, invoke, generic, at);
    if (status)
        return status;
    const size_t base = machine->stack_count - callee->fragment->parameter_count;
    if (!callee->signature.op && callee->fragment->has_body)
        return enter_fragment(build, invoke, generic, base, at);
    struct ncl_value result;
    status = ncl_nodes_make(build, callee, machine->stack + base, generic, at, &result);
    machine->stack_count = base;
    return status ? status : push_value(build, result);
}

/* Results are the slots behind the parameters. */
static nnefcl_status leave_fragment(struct ncl_build *build)
{
    struct ncl_machine *machine = &build->machine;
    const struct ncl_frame frame = *top(machine);
    const struct ncl_fragment *fragment = frame.declared->fragment;
    const size_t first = frame.base + fragment->parameter_count;
    for (size_t i = 0; i < fragment->result_count; i++) {
        struct ncl_loc at = fragment->result[i].at;
        at.call = frame.call;
        if (frame.declared->origin != NCL_ORIGIN_DOCUMENT)
            at = frame.at;
        const nnefcl_status status =
            ncl_nodes_cast(build, fragment->result[i].type, frame.generic, at, &machine->stack[first + i]);
        if (status)
            return status;
    }
    struct ncl_value result = machine->stack[first];
    if (fragment->result_count > 1) {
        struct ncl_value *items = ncl_constant_items(build, frame.at, fragment->result_count);
        if (!items)
            return build->diag->status;
        memcpy(items, machine->stack + first, fragment->result_count * sizeof *items);
        result = (struct ncl_value){.kind = NCL_VALUE_TUPLE, .count = fragment->result_count, .item = items};
    }
    machine->frame_count--;
    machine->stack_count = frame.base;
    return push_value(build, result);
}

/* ---- the instructions ---- */

static nnefcl_status binary(struct ncl_build *build, const struct ncl_code_item *item, struct ncl_loc at)
{
    struct ncl_machine *machine = &build->machine;
    const struct ncl_value right = pop(machine), left = pop(machine);
    struct ncl_value result;
    const nnefcl_status status = ncl_constant_binary(build, item->expr->op, at, &left, &right, &result);
    return status ? status : push_value(build, result);
}

static void branch(struct ncl_machine *machine, const struct ncl_code_item *item)
{
    struct ncl_frame *frame = top(machine);
    const bool decides = machine->stack[machine->stack_count - 1].logical == (item->expr->op == NCL_OP_OR);
    if (item->op == NCL_CODE_JUMP_UNLESS) {
        if (!pop(machine).logical)
            frame->next = item->count;
    } else if (decides) {
        frame->next = item->count;
    } else {
        machine->stack_count--;
    }
}

static nnefcl_status step(struct ncl_build *build, const struct ncl_code_item *item, struct ncl_loc at)
{
    struct ncl_machine *machine = &build->machine;
    struct ncl_value *last = machine->stack_count ? machine->stack + machine->stack_count - 1 : NULL;
    struct ncl_loop *loop = machine->loop_count ? machine->loop + machine->loop_count - 1 : NULL;
    int64_t index;
    switch (item->op) {
    case NCL_CODE_PUSH:
        return push_value(build, *item->value);
    case NCL_CODE_LOAD:
        return push_value(build, machine->stack[top(machine)->base + item->count]);
    case NCL_CODE_STORE:
        machine->stack[top(machine)->base + item->count] = pop(machine);
        return NNEFCL_OK;
    case NCL_CODE_ARRAY:
    case NCL_CODE_TUPLE:
        return collect_items(build, item, at);
    case NCL_CODE_UNARY:
        return ncl_constant_unary(build, item->expr->op, at, last);
    case NCL_CODE_BINARY:
        return binary(build, item, at);
    case NCL_CODE_JUMP:
        top(machine)->next = item->count;
        return NNEFCL_OK;
    case NCL_CODE_JUMP_UNLESS:
    case NCL_CODE_SHORTCUT:
        branch(machine, item);
        return NNEFCL_OK;
    case NCL_CODE_INDEX:
        index = pop(machine).integer;
        return ncl_constant_index(build, at, last - 1, index, last - 1);
    case NCL_CODE_RANGE:
        return range(build, item, at);
    case NCL_CODE_BUILTIN:
        return ncl_constant_builtin(build, item->expr->name, at, last);
    case NCL_CODE_INVOKE:
        return call(build, item->invoke, at);
    case NCL_CODE_LOOP:
        return begin_loop(build, item, at);
    case NCL_CODE_NEXT:
        return next_in_loop(build, item);
    case NCL_CODE_YIELD:
        loop->item[loop->count++] = pop(machine);
        top(machine)->next = item->count;
        return NNEFCL_OK;
    case NCL_CODE_UNPACK:
        return unpack_items(build, item, at);
    case NCL_CODE_RETURN:
        return leave_fragment(build);
    }
    return NNEFCL_OK;
}

nnefcl_status ncl_evaluate(struct ncl_build *build, const struct ncl_code *code, size_t slots)
{
    struct ncl_machine *machine = &build->machine;
    nnefcl_status status = NNEFCL_OK;
    while (machine->stack_count < slots && !status)
        status = push_value(build, (struct ncl_value){0});
    if (!status && !GROWN(build, machine->frame, machine->frame_count, machine->frame_capacity))
        status = ncl_build_nomem(build);
    if (status)
        return status;
    machine->frame_count = 1;
    machine->loop_count = 0;
    machine->frame[0] = (struct ncl_frame){.code = code};
    while (!status) {
        struct ncl_frame *frame = top(machine);
        if (frame->next == frame->code->count)
            break; /* of the graph; fragments end with an instruction */
        const struct ncl_code_item *item = &frame->code->item[frame->next++];
        const struct ncl_loc at = item->expr ? instruction_place(frame, item->expr) : frame->at;
        status = spend(build, at, 1);
        if (!status)
            status = step(build, item, at);
    }
    machine->frame_count = 0;
    machine->stack_count = slots;
    return status;
}
