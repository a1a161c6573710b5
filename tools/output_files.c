/* SPDX-License-Identifier: Apache-2.0 */
/* Results as files. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "draft.h"
#include "file_name.h"
#include "output.h"

static enum status write_file(struct talk *talk, const char *path, enum tensor_format format,
                              const struct named_tensor *tensors, size_t count)
{
    struct ncl_whole_file whole;
    const enum status status = draft_open(&whole, path, talk);
    return status ? status : draft_close(&whole, tensor_format_write(whole.file, format, tensors, count), path, talk);
}

static enum status write_standard(struct talk *talk, enum tensor_format format, const struct named_tensor *tensors,
                                  size_t count)
{
    return tensor_format_write(stdout, format, tensors, count) && !fflush(stdout)
               ? STATUS_OK
               : talk_fail(talk, STATUS_DATA, "stdout: %s", strerror(errno));
}

/* "-" is stdout. */
static enum status write_place(struct talk *talk, const char *path, enum tensor_format format,
                               const struct named_tensor *tensors, size_t count)
{
    return strcmp(path, "-") ? write_file(talk, path, format, tensors, count)
                             : write_standard(talk, format, tensors, count);
}

static enum status write_folder(const struct runs *runs, const struct run_target *target,
                                const struct named_tensor *tensors)
{
    const char *end = tensor_format_end(target->format);
    enum status status = STATUS_OK;
    if (mkdir(target->path, 0777) && errno != EEXIST)
        return talk_fail(runs->talk, STATUS_DATA, "%s: %s", target->path, strerror(errno));
    for (size_t i = 0; i < runs->output_count && !status; i++)
        status = write_file(runs->talk, file_name_join(runs->pool, target->path, tensors[i].name, end), target->format,
                            &tensors[i], 1);
    return status;
}

enum status output_write(const struct runs *runs, const struct run_target *target, const nnefcl_tensor *results)
{
    struct named_tensor *tensors = pool_array(runs->pool, runs->output_count, sizeof *tensors);
    for (size_t i = 0; i < runs->output_count; i++)
        tensors[i] = (struct named_tensor){runs->outputs[i].name, &results[i]};
    if (target->to == TARGET_FOLDER)
        return write_folder(runs, target, tensors);
    if (target->to == TARGET_ALL)
        return write_place(runs->talk, target->path, target->format, tensors, runs->output_count);
    return write_place(runs->talk, target->path, target->format, &tensors[target->output], 1);
}
