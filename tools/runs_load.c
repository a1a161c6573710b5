/* SPDX-License-Identifier: Apache-2.0 */
/* The files of the runs. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data.h"
#include "file_name.h"
#include "runs.h"

/* FOLDER/NAME.dat, or .npy. NULL after an error was said. */
static const char *file_in_folder(const struct runs *runs, const char *folder, const char *name)
{
    if (!file_name_check(name, "input", "-i", runs->talk))
        return NULL;
    const char *dat = file_name_join(runs->pool, folder, name, ".dat"),
               *npy = file_name_join(runs->pool, folder, name, ".npy");
    if (!access(dat, F_OK) || errno != ENOENT) /* what cannot be looked at is no reason to take the other one */
        return dat;
    if (!access(npy, F_OK) || errno != ENOENT)
        return npy;
    if (access(folder, F_OK))
        talk_fail(runs->talk, STATUS_DATA, "%s: %s", folder, strerror(errno));
    else
        talk_fail(runs->talk, STATUS_DATA, "%s: there is neither %s.dat nor %s.npy for input '%s'", folder, name, name,
                  name);
    return NULL;
}

static enum status load_input(struct runs *runs, struct run *run, size_t index, const struct options *options,
                              bool *images)
{
    const nnefcl_tensor_info *input = &runs->inputs[index];
    const char *in_folder = run->folder ? file_in_folder(runs, run->folder, input->name) : NULL;
    const size_t count = in_folder ? 1 : run->files[index].count;
    double whole[2] = {input->dtype == NNEFCL_SCALAR ? -1 : 0, 1};
    char shape[SHAPE_TEXT];
    void *data = pool_alloc(runs->pool, input->bytes);
    run->inputs[index] = data;
    if (!in_folder && run->folder)
        return STATUS_DATA;
    if (count)
        return data_load_input(in_folder ? &in_folder : run->files[index].paths, count, input, &options->image, data,
                               images, runs->talk);
    if (options->raw.width) /* comes frame by frame */
        return STATUS_OK;
    if (!options->random && !(!options->data_count && (options->bench || options->profile)))
        return talk_fail(runs->talk, STATUS_DATA, "input '%s' (%s %s) has no data; give -i %s=FILE or --random",
                         input->name, nnefcl_dtype_name(input->dtype), shape_text(&input->shape, shape), input->name);
    data_random(input, options->seed, (size_t)(run - runs->items), options->has_range ? options->range : whole, data);
    return STATUS_OK;
}

static enum status load_wanted(struct runs *runs, struct run *run, size_t output, const char *path)
{
    run->wanted = pool_grow(runs->pool, run->wanted, run->wanted_count, sizeof *run->wanted);
    struct run_wanted *wanted = &run->wanted[run->wanted_count++];
    *wanted = (struct run_wanted){.output = output, .path = path};
    return data_load_wanted(path, &runs->outputs[output], &wanted->tensor, runs->talk);
}

static bool is_file(const char *path)
{
    struct stat info;
    return !stat(path, &info) && !S_ISDIR(info.st_mode);
}

/* The output that FILE.dat or FILE.npy is for; output_count: none. */
static size_t output_of(const struct runs *runs, const char *file)
{
    size_t i = 0;
    for (; i < runs->output_count; i++) {
        size_t length = strlen(runs->outputs[i].name);
        if (!strncmp(file, runs->outputs[i].name, length) &&
            (!strcmp(file + length, ".dat") || !strcmp(file + length, ".npy")))
            break;
    }
    return i;
}

/* Every file of the folder, in the order of names, must belong to an output. */
static enum status load_wanted_folder(struct runs *runs, struct run *run, const char *folder)
{
    struct dirent **entries = NULL;
    enum status status = STATUS_OK;
    size_t before = run->wanted_count;
    int count = scandir(folder, &entries, NULL, alphasort);
    if (count < 0)
        return talk_fail(runs->talk, STATUS_DATA, "%s: %s", folder, strerror(errno));
    for (int i = 0; i < count && !status; i++) {
        const char *file = entries[i]->d_name, *path = file_name_join(runs->pool, folder, file, "");
        if (*file == '.' || !is_file(path))
            continue;
        size_t output = output_of(runs, file);
        if (output == runs->output_count)
            status = talk_fail(runs->talk, STATUS_DATA, "%s: no output of the model has this file's name", path);
        else
            status = load_wanted(runs, run, output, path);
    }
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    if (!status && run->wanted_count == before)
        status = talk_fail(runs->talk, STATUS_DATA, "%s: there is no file to compare with", folder);
    return status;
}

/* The names of outputs that become names of files, before anything runs. */
static enum status check_targets(const struct runs *runs, const struct run *run)
{
    for (size_t i = 0; i < run->target_count; i++) {
        const struct run_target *target = &run->targets[i];
        const bool all = target->to != TARGET_FILE;
        if (!all && target->format != TENSOR_NPZ)
            continue;
        for (size_t k = 0; k < runs->output_count; k++)
            if ((all || k == target->output) && !file_name_check(runs->outputs[k].name, "output", "-o", runs->talk))
                return STATUS_DATA;
    }
    return STATUS_OK;
}

enum status runs_load(struct runs *runs, const struct options *options)
{
    bool images = false;
    enum status status = STATUS_OK;
    for (struct run *run = runs->items; run < runs->items + runs->count && !status; run++) {
        for (size_t i = 0; i < runs->input_count && !status; i++)
            status = load_input(runs, run, i, options, &images);
        if (!status)
            status = check_targets(runs, run);
        for (size_t i = 0; i < run->comparison_count && !status; i++) {
            const struct run_comparison *c = &run->comparisons[i];
            status = c->folder ? load_wanted_folder(runs, run, c->path) : load_wanted(runs, run, c->output, c->path);
        }
    }
    if (!status && options->image_given && !images && !options->raw.width)
        talk_warn(runs->talk, "no input is a picture; options for pictures have no effect");
    return status;
}
