/* SPDX-License-Identifier: Apache-2.0 */
#include "emit/forms.h"

#include "emit/convert.h"
#include "emit/parts.h"
#include "emit/share.h"

/* ---- the list of a tensor: the plain form in lower->tensor, the others in lower->form ---- */

struct ncl_form {
    ncl_ref ref;
    struct ncl_form *next;
};

ncl_ref ncl_forms_any(const struct ncl_lower *lower, const struct ncl_tensor *tensor)
{
    const struct ncl_form *form = lower->form[tensor->id];
    const ncl_ref plain = lower->tensor[tensor->id];
    return plain != NCL_NO_TENSOR || !form ? plain : form->ref;
}

bool ncl_forms_have(const struct ncl_lower *lower, const struct ncl_tensor *tensor, ncl_ref ref)
{
    const struct ncl_form *form = lower->form[tensor->id];
    while (form && form->ref != ref)
        form = form->next;
    return form || lower->tensor[tensor->id] == ref;
}

bool ncl_forms_in(const struct ncl_lower *lower, const struct ncl_tensor *tensor, ncl_ref root)
{
    const ncl_ref plain = lower->tensor[tensor->id];
    const struct ncl_form *form = lower->form[tensor->id];
    while (form && ncl_plan_root(lower->plan, form->ref) != root)
        form = form->next;
    return form || (plain != NCL_NO_TENSOR && ncl_plan_root(lower->plan, plain) == root);
}

void ncl_forms_mark(const struct ncl_lower *lower, const struct ncl_tensor *tensor, uint32_t *owner)
{
    if (lower->tensor[tensor->id] != NCL_NO_TENSOR)
        owner[lower->tensor[tensor->id]] = tensor->id;
    for (const struct ncl_form *form = lower->form[tensor->id]; form; form = form->next)
        owner[form->ref] = tensor->id;
}

static void rename_form(struct ncl_lower *lower, ncl_ref ref, const struct ncl_tensor *tensor)
{
    lower->plan->tensor[ref].name = ncl_parts_text(lower, tensor->name);
    ncl_share_tensor(lower, ref, tensor);
}

void ncl_forms_move(struct ncl_lower *lower, const struct ncl_tensor *from, const struct ncl_tensor *to)
{
    const ncl_ref plain = lower->tensor[to->id] = lower->tensor[from->id];
    struct ncl_form *form = lower->form[to->id] = lower->form[from->id];
    lower->tensor[from->id] = NCL_NO_TENSOR;
    lower->form[from->id] = NULL;
    if (plain != NCL_NO_TENSOR)
        rename_form(lower, plain, to);
    for (; form; form = form->next)
        rename_form(lower, form->ref, to);
}

void ncl_forms_give(struct ncl_lower *lower, const struct ncl_tensor *tensor, ncl_ref ref)
{
    struct ncl_form *form = NCL_NEW(lower->arena, struct ncl_form);
    if (lower->status)
        return;
    if (!form) {
        ncl_parts_nomem(lower);
        return;
    }
    ncl_share_tensor(lower, ref, tensor);
    *form = (struct ncl_form){ref, lower->form[tensor->id]};
    lower->form[tensor->id] = form;
}

ncl_ref ncl_forms_find(const struct ncl_lower *lower, const struct ncl_tensor *tensor, const struct ncl_layout *layout)
{
    if (ncl_layout_is_plain(layout))
        return lower->tensor[tensor->id];
    for (const struct ncl_form *form = lower->form[tensor->id]; form; form = form->next)
        if (ncl_layout_equal(&lower->plan->tensor[form->ref].layout, layout))
            return form->ref;
    return NCL_NO_TENSOR;
}

ncl_ref ncl_forms_some(struct ncl_lower *lower, const struct ncl_tensor *tensor)
{
    const ncl_ref any = ncl_forms_any(lower, tensor);
    return any == NCL_NO_TENSOR ? ncl_lower_tensor(lower, tensor) : any;
}

ncl_ref ncl_lower_as(struct ncl_lower *lower, const struct ncl_tensor *tensor, const struct ncl_layout *layout)
{
    if (lower->status || ncl_layout_is_plain(layout))
        return ncl_lower_tensor(lower, tensor);
    ncl_ref ref = ncl_forms_find(lower, tensor, layout);
    if (ref != NCL_NO_TENSOR)
        return ref;
    ref = ncl_forms_from(lower, ncl_forms_some(lower, tensor), layout);
    ncl_forms_give(lower, tensor, ref);
    return ref;
}

ncl_ref ncl_forms_add(struct ncl_lower *lower, const char *name, nnefcl_dtype dtype, const nnefcl_shape *shape,
                      const struct ncl_layout *layout)
{
    const struct ncl_plan_tensor made = {.name = name,
                                         .dtype = dtype,
                                         .shape = *shape,
                                         .layout = *layout,
                                         .bytes = ncl_layout_bytes(layout, dtype, shape),
                                         .storage = NCL_STORE_ARENA,
                                         .base = NCL_NO_TENSOR,
                                         .first_step = UINT32_MAX};
    return ncl_parts_tensor(lower, &made);
}

ncl_ref ncl_lower_result(struct ncl_lower *lower, const struct ncl_tensor *tensor, const struct ncl_layout *layout)
{
    if (lower->status || ncl_layout_is_plain(layout))
        return ncl_lower_tensor(lower, tensor);
    const ncl_ref found = ncl_forms_find(lower, tensor, layout);
    if (found != NCL_NO_TENSOR)
        return found;
    const ncl_ref ref = ncl_forms_add(lower, tensor->name, tensor->dtype, &tensor->shape, layout);
    ncl_forms_give(lower, tensor, ref);
    return ref;
}

/* ---- conversion ---- */

/* May be asked for in the middle of another step, which goes on behind it. */
ncl_ref ncl_forms_convert(struct ncl_lower *lower, ncl_ref from, const struct ncl_layout *layout)
{
    if (lower->status)
        return NCL_NO_TENSOR;
    const struct ncl_plan_tensor in = lower->plan->tensor[from];
    const ncl_ref ref = ncl_forms_add(lower, in.name, in.dtype, &in.shape, layout);
    if (lower->status)
        return NCL_NO_TENSOR;
    struct ncl_emit *outer = lower->emit;
    const char *variant = lower->variant, *candidate = lower->candidate;
    lower->emit = NULL;
    lower->variant = lower->candidate = NULL;
    ncl_convert_emit(lower, from, ref);
    lower->emit = outer;
    lower->variant = variant;
    lower->candidate = candidate;
    return lower->status ? NCL_NO_TENSOR : ref;
}

ncl_ref ncl_forms_from(struct ncl_lower *lower, ncl_ref from, const struct ncl_layout *layout)
{
    if (lower->status)
        return NCL_NO_TENSOR;
    const struct ncl_plan_tensor in = lower->plan->tensor[from];
    if (!ncl_layout_coincide(&in.layout, layout, &in.shape))
        return ncl_forms_convert(lower, from, layout);
    const ncl_ref view = ncl_forms_add(lower, in.name, in.dtype, &in.shape, layout);
    if (lower->status)
        return NCL_NO_TENSOR;
    ncl_share_base(lower, view, from, 0);
    lower->constant[view] = lower->constant[from];
    return view;
}
