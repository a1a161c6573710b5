/* SPDX-License-Identifier: Apache-2.0 */
#include "runs.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data.h"
#include "file_name.h"

/* Splits "NAME=PATH"; *name is NULL when what stands before the '=' is neither the name of one of the tensors nor an
 * identifier of NNEF (with a dialect names may hold anything). */
static const char *split_name(const char *text, struct pool *pool, const nnefcl_tensor_info *tensors, size_t count,
                              const char **name)
{
    for (size_t i = 0; i < count; i++) {
        size_t known = strlen(tensors[i].name);
        if (!strncmp(text, tensors[i].name, known) && text[known] == '=') {
            *name = tensors[i].name;
            return text + known + 1;
        }
    }
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
    size_t length = strspn(text, letters);
    bool named = length && text[length] == '=' && (*text < '0' || *text > '9');
    *name = named ? pool_copy(pool, text, length) : NULL;
    return named ? text + length + 1 : text;
}

static bool is_folder(const char *path)
{
    struct stat info;
    return !stat(path, &info) && S_ISDIR(info.st_mode);
}

/* The first names, as many as a message has room for. */
static const char *join_names(const struct runs *runs, const nnefcl_tensor_info *tensors, size_t count)
{
    enum { SHOWN = 20 };
    const char *text = count ? "" : "none";
    for (size_t i = 0; i < count && i < SHOWN; i++)
        text = pool_printf(runs->pool, "%s%s%.60s", text, i ? ", " : "", tensors[i].name);
    return count > SHOWN ? pool_printf(runs->pool, "%s, ... (%zu)", text, count) : text;
}

static enum status unknown_tensor(const struct runs *runs, const char *option, const char *kind, const char *name,
                                  const nnefcl_tensor_info *tensors, size_t count)
{
    const char **names = pool_array(runs->pool, count, sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = tensors[i].name;
    const size_t nearest = nnefcl_nearest(name, names, count);
    const char *meant = nearest < count ? pool_printf(runs->pool, "did you mean '%s'? ", names[nearest]) : "";
    return talk_fail(runs->talk, STATUS_USAGE, "%s: the model has no %s '%s'; %sits %ss: %s", option, kind, name, meant,
                     kind, join_names(runs, tensors, count));
}

/* The tensor `name`, or the only one when name is NULL. Files of other systems have names that people do not know: the
 * only tensor may be called anything, with a warning. */
static enum status find_tensor(const struct runs *runs, const char *option, const char *kind, const char *name,
                               const nnefcl_tensor_info *tensors, size_t count, size_t *index)
{
    *index = 0;
    if (!name && count != 1)
        return talk_fail(runs->talk, STATUS_USAGE, "%s needs NAME=FILE, because the model has %zu %ss: %s", option,
                         count, kind, join_names(runs, tensors, count));
    for (; name && *index < count; ++*index)
        if (!strcmp(tensors[*index].name, name))
            break;
    if (*index == count && count != 1)
        return unknown_tensor(runs, option, kind, name, tensors, count);
    if (*index == count) {
        *index = 0;
        talk_warn(runs->talk, "%s: the model has no %s '%s'; its only one is '%s'", option, kind, name,
                  tensors[0].name);
    }
    return STATUS_OK;
}

static struct run *add_run(struct runs *runs)
{
    runs->items = pool_grow(runs->pool, runs->items, runs->count, sizeof *runs->items);
    struct run *run = &runs->items[runs->count++];
    *run = (struct run){.files = pool_array(runs->pool, runs->input_count, sizeof *run->files),
                        .inputs = pool_array(runs->pool, runs->input_count, sizeof *run->inputs)};
    return run;
}

/* Pictures fill the batch of their input, everything else stands alone. */
static bool has_room(const struct runs *runs, const struct run *run, size_t index, bool picture)
{
    const struct run_files *files = &run->files[index];
    struct layout layout;
    if (run->folder || !files->count)
        return !run->folder;
    return picture && files->pictures && picture_layout(&runs->inputs[index], &layout) && files->count < layout.count;
}

static void add_file(struct runs *runs, size_t index, const char *path)
{
    const bool picture = data_is_picture(path);
    struct run *run = runs->count ? &runs->items[runs->count - 1] : NULL;
    if (!run || !has_room(runs, run, index, picture))
        run = add_run(runs);
    struct run_files *files = &run->files[index];
    files->paths = pool_grow(runs->pool, files->paths, files->count, sizeof *files->paths);
    files->paths[files->count++] = path;
    files->pictures = picture;
}

/* Does a folder hold the file of an input? */
static bool holds_inputs(const struct runs *runs, const char *folder)
{
    for (size_t i = 0; i < runs->input_count; i++)
        if (!access(file_name_join(runs->pool, folder, runs->inputs[i].name, ".dat"), F_OK) ||
            !access(file_name_join(runs->pool, folder, runs->inputs[i].name, ".npy"), F_OK))
            return true;
    return false;
}

/* A folder of pictures, or a list of files; *found: it was one. */
static enum status add_many(struct runs *runs, const char *text, const char *name, const char *path, bool *found)
{
    const char **paths = NULL;
    size_t count = 0, index;
    const bool list = *path == '@';
    *found = list || is_folder(path);
    if (!*found)
        return STATUS_OK;
    enum status status =
        list ? runs_list_file(runs, path + 1, &paths, &count) : runs_list_folder(runs, path, &paths, &count);
    if (!status && !count && (list || name))
        status = talk_fail(runs->talk, STATUS_DATA, "-i %s: there is no picture", text);
    *found = count > 0;
    if (!status && count)
        status = find_tensor(runs, "-i", "input", name, runs->inputs, runs->input_count, &index);
    for (size_t i = 0; !status && i < count; i++)
        add_file(runs, index, paths[i]);
    return status;
}

/* A folder of the inputs' files starts a run, a file adds to the current one unless its input has data there already. A
 * path that is not there counts as a folder when it cannot be a file. */
static enum status runs_add_input(struct runs *runs, const char *text)
{
    const char *name, *path = split_name(text, runs->pool, runs->inputs, runs->input_count, &name);
    struct stat info;
    bool many = false;
    size_t index;
    enum status status = STATUS_OK;
    if (!*path)
        return talk_fail(runs->talk, STATUS_USAGE, "-i %s: a file is missing behind '='", text);
    if (name || runs->input_count == 1 || !is_folder(path))
        if (name || !is_folder(path) || !holds_inputs(runs, path))
            status = add_many(runs, text, name, path, &many);
    if (status || many)
        return status;
    if (!name && (is_folder(path) || (runs->input_count != 1 && strcmp(path, "-") && stat(path, &info)))) {
        add_run(runs)->folder = path;
        return STATUS_OK;
    }
    status = find_tensor(runs, "-i", "input", name, runs->inputs, runs->input_count, &index);
    if (!status)
        add_file(runs, index, path);
    return status;
}

/* The run that an -o or --compare belongs to; NULL after an error was said. Without any -i the only run is there from
 * the beginning. */
static struct run *last_run(struct runs *runs, const char *option, const char *text)
{
    if (!runs->count)
        talk_fail(runs->talk, STATUS_USAGE, "%s %s stands before the first -i; it belongs to the run before it", option,
                  text);
    return runs->count ? &runs->items[runs->count - 1] : NULL;
}

/* What a path is for; a new folder is made only where no file can be meant. False: neither. */
static bool choose_target(const struct runs *runs, bool named, struct run_target *target)
{
    const struct options *o = runs->options;
    const bool standard = !strcmp(target->path, "-");
    target->format = o->has_format ? o->format : standard ? TENSOR_JSON : TENSOR_DAT;
    if (!named && !standard && (is_folder(target->path) || file_name_is_folder(target->path)))
        target->to = TARGET_FOLDER;
    else if (!standard && !tensor_format_of_path(target->path, &target->format))
        return false;
    else if (!named && target->format == TENSOR_NPZ)
        target->to = TARGET_ALL;
    return true;
}

static enum status runs_add_output(struct runs *runs, const char *text)
{
    struct run *run = last_run(runs, "-o", text);
    struct run_target target = {.to = TARGET_FILE};
    const char *name;
    enum status status;
    if (!run)
        return STATUS_USAGE;
    target.path = split_name(text, runs->pool, runs->outputs, runs->output_count, &name);
    if (!choose_target(runs, name != NULL, &target))
        return talk_fail(runs->talk, STATUS_USAGE, "-o %s: the name of the file ends in none of .dat .npy .npz .json%s",
                         text, name ? "" : "; a folder's name ends in '/'");
    if (target.to == TARGET_FILE &&
        (status = find_tensor(runs, "-o", "output", name, runs->outputs, runs->output_count, &target.output)))
        return status;
    run->targets = pool_grow(runs->pool, run->targets, run->target_count, sizeof target);
    run->targets[run->target_count++] = target;
    return STATUS_OK;
}

static enum status add_comparison(struct runs *runs, const char *text)
{
    struct run *run = last_run(runs, "--compare", text);
    struct run_comparison comparison = {0};
    const char *name;
    struct stat info;
    enum status status;
    if (!run)
        return STATUS_USAGE;
    comparison.path = split_name(text, runs->pool, runs->outputs, runs->output_count, &name);
    comparison.folder =
        !name && (is_folder(comparison.path) ||
                  (runs->output_count != 1 && strcmp(comparison.path, "-") && stat(comparison.path, &info)));
    if (!comparison.folder && (status = find_tensor(runs, "--compare", "output", name, runs->outputs,
                                                    runs->output_count, &comparison.output)))
        return status;
    run->comparisons = pool_grow(runs->pool, run->comparisons, run->comparison_count, sizeof comparison);
    run->comparisons[run->comparison_count++] = comparison;
    return STATUS_OK;
}

/* stdin can be read once, and one thing at a time can go to stdout. */
static enum status check_streams(struct runs *runs, const struct options *options)
{
    size_t in =
        !strcmp(options->model, "-") + (options->labels && !strcmp(options->labels, "-")) + (options->raw.width > 0);
    bool compared = false;
    for (const struct run *run = runs->items; run < runs->items + runs->count; run++) {
        for (size_t i = 0; i < runs->input_count; i++)
            in += run->files[i].count == 1 && !strcmp(run->files[i].paths[0], "-");
        for (size_t i = 0; i < run->comparison_count; i++)
            in += !strcmp(run->comparisons[i].path, "-");
        for (size_t i = 0; i < run->target_count; i++)
            runs->to_stdout |= !strcmp(run->targets[i].path, "-");
        compared |= run->comparison_count > 0;
    }
    if (in > 1)
        return talk_fail(runs->talk, STATUS_USAGE, "'-' names stdin %zu times, but it can be read once", in);
    const char *other = options->json      ? "--json"
                        : options->topk    ? "--topk"
                        : options->bench   ? "--bench"
                        : options->profile ? "--profile"
                        : compared         ? "--compare"
                                           : NULL;
    if (runs->to_stdout && other)
        return talk_fail(runs->talk, STATUS_USAGE, "an output on stdout and %s exclude each other", other);
    return STATUS_OK;
}

static nnefcl_tensor_info *tensors_of(struct pool *pool, const nnefcl_model *model, size_t count,
                                      nnefcl_status (*get)(const nnefcl_model *, size_t, nnefcl_tensor_info *, size_t))
{
    nnefcl_tensor_info *tensors = pool_array(pool, count, sizeof *tensors);
    for (size_t i = 0; i < count; i++)
        get(model, i, &tensors[i], sizeof tensors[i]);
    return tensors;
}

enum status runs_build(struct runs *runs, const struct options *options, const nnefcl_model *model, struct pool *pool,
                       struct talk *talk)
{
    static enum status (*const add[])(struct runs *, const char *) = {runs_add_input, runs_add_output, add_comparison};
    size_t inputs = nnefcl_model_input_count(model), outputs = nnefcl_model_output_count(model), given = 0;
    *runs =
        (struct runs){.pool = pool, .talk = talk, .options = options, .input_count = inputs, .output_count = outputs};
    runs->inputs = tensors_of(pool, model, inputs, nnefcl_model_input);
    runs->outputs = tensors_of(pool, model, outputs, nnefcl_model_output);
    for (size_t i = 0; i < options->data_count; i++)
        given += options->data[i].kind == DATA_INPUT;
    if (!given)
        add_run(runs);
    for (size_t i = 0; i < options->data_count; i++) {
        enum status status = add[options->data[i].kind](runs, options->data[i].text);
        if (status)
            return status;
    }
    return check_streams(runs, options);
}

bool runs_files_exist(const struct options *options, struct pool *pool, struct talk *talk)
{
    const char *name;
    for (size_t i = 0; i < options->data_count; i++)
        if (options->data[i].kind != DATA_OUTPUT &&
            !data_exists(split_name(options->data[i].text, pool, NULL, 0, &name), talk))
            return false;
    return !options->labels || data_exists(options->labels, talk);
}

bool runs_are_doubtful(const struct options *options, struct pool *pool)
{
    enum { PIXELS = 1 << 21 }; /* 1920x1080 are fewer */
    const char *name;
    for (size_t i = 0; i < options->data_count && !options->image.resize && !options->image.crop; i++)
        if (options->data[i].kind == DATA_INPUT &&
            picture_claims(split_name(options->data[i].text, pool, NULL, 0, &name)) > PIXELS)
            return true;
    return false;
}

void runs_free(struct runs *runs)
{
    for (size_t i = 0; i < runs->count; i++)
        for (size_t k = 0; k < runs->items[i].wanted_count; k++)
            nnefcl_tensor_clear(&runs->items[i].wanted[k].tensor, NULL);
}
