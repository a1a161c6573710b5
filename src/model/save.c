/* SPDX-License-Identifier: Apache-2.0 */
/* nnefcl_model_save: the model as a folder of NNEF, the flat document and a file for each variable. Elements are
 * written as a session would read them, so the folder computes the same bits. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/checked.h"
#include "base/names.h"
#include "base/whole_file.h"
#include "model/dump.h"
#include "nnef/member_name.h"

struct save {
    const struct nnefcl_model *model;
    const char *folder;
    struct ncl_arena arena;
    struct ncl_diag *diag;
    struct ncl_weights *weights;
    struct ncl_names written; /* files of variables */
};

static nnefcl_status system_failed(struct save *save, const char *what, const char *path, int code)
{
    return ncl_error(save->diag, NNEFCL_ERR_DATA, NCL_NOWHERE, "%s '%.300s': %s", what, path, strerror(code));
}

/* The folders of a label ("encoder/conv1/filter"), and that of the model itself. */
static nnefcl_status folders_make(struct save *save, char *path)
{
    for (char *slash = strchr(path + strlen(save->folder), '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        const int failed = mkdir(path, 0777) && errno != EEXIST;
        if (failed)
            return system_failed(save, "cannot make the folder", path, errno);
        *slash = '/';
    }
    return NNEFCL_OK;
}

static nnefcl_status file_open(struct save *save, const char *name, struct ncl_whole_file *whole)
{
    char *path = ncl_arena_printf(&save->arena, "%s/%s", save->folder, name);
    nnefcl_status status = path ? folders_make(save, path) : ncl_nomem(save->diag);
    const int code = status ? 0 : ncl_whole_file_open(whole, path);
    return code ? system_failed(save, "cannot write", path, code) : status;
}

static nnefcl_status file_close(struct save *save, struct ncl_whole_file *whole, bool written)
{
    const int code = ncl_whole_file_close(whole, written);
    return code ? system_failed(save, "cannot write", whole->path, code) : NNEFCL_OK;
}

static nnefcl_status document_write(struct save *save, const struct ncl_text *text)
{
    struct ncl_whole_file whole;
    const nnefcl_status status = file_open(save, "graph.nnef", &whole);
    return status ? status : file_close(save, &whole, fwrite(text->data, 1, text->length, whole.file) == text->length);
}

static nnefcl_status document_save(struct save *save)
{
    struct ncl_text text;
    ncl_text_init(&text, &save->model->arena.allocator);
    nnefcl_status status = ncl_dump_flat(&text, save->model, save->diag);
    if (!status)
        status = text.failed ? ncl_nomem(save->diag) : document_write(save, &text);
    ncl_text_free(&text);
    return status;
}

static size_t write_bytes(void *file, const void *data, size_t size)
{
    return fwrite(data, 1, size, file);
}

static nnefcl_status elements_read(struct save *save, const struct ncl_tensor *tensor, nnefcl_tensor *out)
{
    const uint64_t count = (uint64_t)ncl_shape_volume(&tensor->shape);
    nnefcl_status status = ncl_weights_begin(save->weights, tensor, save->diag);
    *out = (nnefcl_tensor){.dtype = tensor->dtype, .shape = tensor->shape};
    if (status || !ncl_mul_size((size_t)count, nnefcl_dtype_size(tensor->dtype), &out->bytes) ||
        !(out->data = ncl_resize(&save->model->arena.allocator, NULL, out->bytes)))
        return status ? status : ncl_nomem(save->diag);
    return ncl_weights_next(save->weights, out->data, (size_t)count, save->diag);
}

/* A label is the model's word: its file has the name by which a container finds it again (member_name.h), which never
 * leaves the folder, and which no other label may have ("a//b" and "a/b"). */
static nnefcl_status label_place(struct save *save, const struct ncl_tensor *tensor, const char **name)
{
    char normal[NCL_MEMBER_NAME];
    const char *label = tensor->variable->label, *wanted = ncl_arena_printf(&save->arena, "%s.dat", label);
    if (wanted && ncl_member_name_normalize(wanted, normal) != NCL_NAME_GOOD)
        return ncl_error(save->diag, NNEFCL_ERR_DATA, tensor->at, "the label '%.200s' cannot be the name of a file",
                         label);
    *name = wanted ? ncl_arena_strdup(&save->arena, normal) : NULL;
    if (!*name)
        return ncl_nomem(save->diag);
    const struct ncl_variable *other = ncl_names_find(&save->written, *name);
    if (other && other != tensor->variable)
        return ncl_error(save->diag, NNEFCL_ERR_DATA, tensor->at, "the labels '%.150s' and '%.150s' are the same file",
                         other->label, label);
    return ncl_names_put(&save->written, &save->arena, *name, tensor->variable) ? NNEFCL_OK : ncl_nomem(save->diag);
}

static nnefcl_status variable_write(struct save *save, const struct ncl_tensor *tensor, const nnefcl_tensor *elements)
{
    struct ncl_whole_file whole;
    const char *name = NULL;
    nnefcl_status status = label_place(save, tensor, &name);
    if (!status)
        status = file_open(save, name, &whole);
    return status ? status
                  : file_close(save, &whole, nnefcl_tensor_write(elements, write_bytes, whole.file, NULL) == NNEFCL_OK);
}

static nnefcl_status variable_save(struct save *save, const struct ncl_tensor *tensor)
{
    nnefcl_tensor elements = {0};
    nnefcl_status status = elements_read(save, tensor, &elements);
    if (!status)
        status = variable_write(save, tensor, &elements);
    ncl_resize(&save->model->arena.allocator, elements.data, 0);
    return status;
}

static bool is_saved(const struct ncl_tensor *tensor)
{
    return tensor->role == NCL_ROLE_VARIABLE && tensor->producer;
}

/* All labels are looked at before anything is written. */
static nnefcl_status all_save(struct save *save)
{
    const struct ncl_graph *graph = save->model->graph;
    const char *name;
    nnefcl_status status = ncl_model_weights(save->model, save->diag, &save->weights);
    for (size_t i = 0; i < graph->tensor_count && !status; i++)
        if (is_saved(graph->tensor[i]))
            status = label_place(save, graph->tensor[i], &name);
    if (!status)
        status = document_save(save);
    for (size_t i = 0; i < graph->tensor_count && !status; i++)
        if (is_saved(graph->tensor[i]))
            status = variable_save(save, graph->tensor[i]);
    ncl_weights_free(save->weights);
    return status;
}

nnefcl_status nnefcl_model_save(const nnefcl_model *model, const char *folder, nnefcl_error *error)
{
    struct ncl_diag diag;
    ncl_diag_init(&diag, error, NULL, NULL, false);
    if (!model || !folder)
        return ncl_error(&diag, NNEFCL_ERR_ARGUMENT, NCL_NOWHERE, "nnefcl_model_save: %s is NULL",
                         model ? "folder" : "model");
    diag.budget = model->budget;
    struct save save = {.model = model, .folder = folder, .diag = &diag};
    ncl_arena_init(&save.arena, &model->arena.allocator, 0);
    const nnefcl_status status = all_save(&save);
    ncl_arena_free(&save.arena);
    return status;
}
