/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nnefcl/inspect.h>

#include "argument_number.h"
#include "option_table.h"

enum { LONG_OPTION = 256 }; /* getopt values of rows begin here */

static enum status unknown_option(struct option_parser *p, const char *token)
{
    const char *name = pool_copy(p->pool, token + 2, strcspn(token + 2, "="));
    const char **names = pool_array(p->pool, option_count, sizeof *names);
    for (size_t i = 0; i < option_count; i++)
        names[i] = option_table[i].name;
    const size_t nearest = nnefcl_nearest(name, names, option_count);
    if (nearest < option_count)
        return talk_fail(p->talk, STATUS_USAGE, "unknown option --%s; did you mean --%s?", name, names[nearest]);
    return talk_fail(p->talk, STATUS_USAGE, "unknown option --%s (--help lists them)", name);
}

static const struct option_row *row_of(int value)
{
    if (value >= LONG_OPTION)
        return &option_table[value - LONG_OPTION];
    for (size_t i = 0; i < option_count; i++)
        if (option_table[i].letter == value)
            return &option_table[i];
    return NULL;
}

static const struct option_row *row_named(const char *name)
{
    for (size_t i = 0; i < option_count; i++)
        if (!strcmp(option_table[i].name, name))
            return &option_table[i];
    return NULL;
}

/* getopt's view of the table; a leading ':' tells a missing value from an unknown option. */
static void getopt_tables(struct pool *pool, char **letters, struct option **names)
{
    char *l = *letters = pool_alloc(pool, 3 * option_count + 2);
    *names = pool_array(pool, option_count + 1, sizeof **names);
    *l++ = ':';
    for (size_t i = 0; i < option_count; i++) {
        const struct option_row *row = &option_table[i];
        const bool optional = option_value_optional(row);
        (*names)[i] =
            (struct option){row->name, row->value ? (optional ? optional_argument : required_argument) : no_argument,
                            NULL, LONG_OPTION + (int)i};
        if (!row->letter)
            continue;
        *l++ = row->letter;
        if (row->value)
            *l++ = ':';
        if (optional)
            *l++ = ':';
    }
}

/* The option as it was typed; getopt has moved past it and past a value that stands alone. */
static const char *typed(char **argv)
{
    return optarg && optarg == argv[optind - 1] ? argv[optind - 2] : argv[optind - 1];
}

static enum status wrong_option(struct option_parser *p, int got, char **argv)
{
    const char *token = argv[optind - 1];
    const struct option_row *row = optopt ? row_of(optopt) : NULL;
    if (got == ':' && row && (optopt < LONG_OPTION || !strcmp(token + 2, row->name)))
        return talk_fail(p->talk, STATUS_USAGE, "%s%s needs a value: %s", optopt < LONG_OPTION ? "-" : "--",
                         optopt < LONG_OPTION ? (char[]){(char)optopt, 0} : row->name, row->value);
    if (row && optopt >= LONG_OPTION && !strncmp(token + 2, row->name, strlen(row->name)))
        return talk_fail(p->talk, STATUS_USAGE, "--%s takes no value", row->name);
    if (!strncmp(token, "--", 2))
        return unknown_option(p, token);
    return talk_fail(p->talk, STATUS_USAGE, "unknown option -%c (--help lists them)", optopt);
}

static enum status take_option(struct option_parser *p, const struct option_row *row, const char *token)
{
    const char *expected = row->set ? row->set(p, optarg) : NULL;
    if (!strncmp(token, "--", 2) &&
        strcspn(token + 2, "=") !=
            strlen(row->name)) /* abbreviations would change their meaning with the next option */
        return unknown_option(p, token);
    if (expected)
        return talk_fail(p->talk, STATUS_USAGE, "--%s: '%s' is not %s", row->name, optarg, expected);
    if (!row->action || p->options->action == row->action || p->options->action == ACTION_HELP)
        return STATUS_OK;
    if (p->options->action != ACTION_RUN && row->action != ACTION_HELP) {
        const char *other = "";
        for (size_t i = 0; i < option_count; i++)
            if (option_table[i].action == p->options->action)
                other = option_table[i].name;
        return talk_fail(p->talk, STATUS_USAGE, "--%s and --%s exclude each other", other, row->name);
    }
    p->options->action = row->action;
    return STATUS_OK;
}

/* `option` does nothing unless one of `with` is there too. */
static const struct {
    const char *option, *with[4];
} needs[] = {
    {"labels", {"topk"}},
    {"format", {"output", "list-ops"}},
    {"rtol", {"compare"}},
    {"atol", {"compare"}},
    {"random-range", {"random", "bench", "profile"}},
    {"report", {"bench", "profile", "conformance"}},
    {"warmup", {"bench", "profile"}},
    {"runs", {"bench", "profile"}},
    {"duration", {"bench", "profile"}},
    {"mean", {"input", "raw"}},
    {"std", {"input", "raw"}},
    {"scale", {"input", "raw"}},
    {"bgr", {"input", "raw"}},
    {"resize", {"input", "raw"}},
    {"crop", {"input", "raw"}},
    {"preset", {"input", "raw"}},
};

static const struct {
    const char *option, *other;
} excludes[] = {{"strict", "compat"},
                {"quiet", "verbose"},
                {"bench", "profile"},
                {"verify", "bench"},
                {"verify", "profile"},
                {"check-indices", "bench"},
                {"check-indices", "profile"},
                {"quick", "full"},
                {"target", "device"},
                {"preset", "mean"},
                {"preset", "std"},
                {"raw", "input"},
                {"raw", "random"},
                {"raw", "compare"},
                {"raw", "verify"},
                {"raw", "check-indices"},
                {"raw", "bench"},
                {"raw", "profile"}};

/* The options that an option belongs to: "--check, --summary or --dump". */
static const char *actions_named(unsigned actions, char *text, size_t size)
{
    size_t length = 0, left = 0;
    for (size_t i = 0; i < option_count; i++)
        left += option_table[i].action && (option_table[i].action & actions);
    for (size_t i = 0; i < option_count && length < size; i++)
        if (option_table[i].action && (option_table[i].action & actions))
            length += (size_t)snprintf(text + length, size - length, "--%s%s", option_table[i].name,
                                       --left > 1  ? ", "
                                       : left == 1 ? " or "
                                                   : "");
    return text;
}

/* An option that says nothing to what is done. */
static enum status check_action(struct option_parser *p, const bool *given)
{
    const unsigned done = p->options->action;
    char names[256];
    for (size_t i = 0; i < option_count; i++) {
        if (!given[i] || option_table[i].actions & done)
            continue;
        if (done == ACTION_RUN)
            return talk_fail(p->talk, STATUS_USAGE, "--%s has no meaning without %s", option_table[i].name,
                             actions_named(option_table[i].actions, names, sizeof names));
        return talk_fail(p->talk, STATUS_USAGE, "--%s has no meaning with %s", option_table[i].name,
                         actions_named(done, names, sizeof names));
    }
    return STATUS_OK;
}

/* Steps, tensors and plans are of one device; a batch is what several share. */
static enum status check_devices(struct option_parser *p)
{
    const struct options *o = p->options;
    const char *other = o->action != ACTION_RUN ? "anything but runs and --bench"
                        : o->profile            ? "--profile"
                        : o->verify             ? "--verify"
                        : o->check_indices      ? "--check-indices"
                                                : NULL;
    if (!o->device || !strchr(o->device, ',') || !other)
        return STATUS_OK;
    return talk_fail(p->talk, STATUS_USAGE, "--device %s: a batch is split over several devices, which excludes %s",
                     o->device, other);
}

static enum status check_rules(struct option_parser *p, const bool *given)
{
    const struct options *o = p->options;
#define GIVEN(name) given[row_named(name) - option_table]
    for (size_t i = 0; i < sizeof excludes / sizeof *excludes; i++)
        if (GIVEN(excludes[i].option) && GIVEN(excludes[i].other))
            return talk_fail(p->talk, STATUS_USAGE, "--%s and --%s exclude each other", excludes[i].option,
                             excludes[i].other);
    const enum status status = check_action(p, given);
    if (status)
        return status;
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
        bool there = false;
        for (size_t k = 0; k < 4 && needs[i].with[k]; k++)
            there |= GIVEN(needs[i].with[k]);
        if (GIVEN(needs[i].option) && !there)
            return talk_fail(p->talk, STATUS_USAGE, "--%s has no effect without --%s", needs[i].option,
                             needs[i].with[0]);
    }
#undef GIVEN
    const bool listed = o->has_format && nnefcl_format_op(o->format_name, 0);
    if (o->has_format && listed != (o->action == ACTION_LIST_OPS))
        return talk_fail(p->talk, STATUS_USAGE, "--format: '%s' is %s", o->format_name,
                         listed ? "none of tensors: dat, npy, npz or json"
                                : "none of networks: onnx, tflite, tensorflow, torch7, caffe or caffe2");
    if (o->profile_form && o->profile != PROFILE_JSON && o->json)
        return talk_fail(p->talk, STATUS_USAGE, "--profile with a form of its own and --json exclude each other");
    for (size_t i = 0; o->action == ACTION_RUN && i < o->report_count; i++)
        if (strcmp(strrchr(o->reports[i], '.'), ".html"))
            return talk_fail(p->talk, STATUS_USAGE, "--report %s: of --bench and --profile it is a page, .html",
                             o->reports[i]);
    return STATUS_OK;
}

static enum status take_model(struct option_parser *p, int argc, char **argv)
{
    struct options *o = p->options;
    bool wanted =
        o->action & (ACTION_RUN | ACTION_CHECK | ACTION_SUMMARY | ACTION_DUMP | ACTION_SAVE_NNEF | ACTION_TUNE);
    for (int i = optind; i < argc; i++)
        if (argv[i][0] == '-' && argv[i][1] && (!wanted || i > optind))
            return talk_fail(p->talk, STATUS_USAGE, "'%s' stands behind --, where nothing is an option", argv[i]);
    if (!wanted && optind < argc)
        return talk_fail(p->talk, STATUS_USAGE, "unexpected argument '%s'", argv[optind]);
    if (wanted && optind == argc)
        return talk_fail(p->talk, STATUS_USAGE, "no MODEL is given (--help tells more)");
    if (wanted && optind + 1 < argc)
        return talk_fail(p->talk, STATUS_USAGE, "unexpected argument '%s' (the model is '%s')", argv[optind + 1],
                         argv[optind]);
    if (wanted)
        o->model = argv[optind];
    return STATUS_OK;
}

/* The folder of the cache where none is named; NULL: there is no place for one. */
static const char *default_cache(struct pool *pool)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && *cache == '/')
        return pool_printf(pool, "%s/nnefcl", cache);
    return home && *home == '/' ? pool_printf(pool, "%s/.cache/nnefcl", home) : NULL;
}

static void choose_cache(struct option_parser *p)
{
    struct options *o = p->options;
    const char *folder = getenv("NNEFCL_CACHE_DIR");
    if (o->no_cache)
        o->cache_dir = NULL;
    else if (!o->cache_dir)
        o->cache_dir = folder && *folder ? folder : default_cache(p->pool);
}

static enum status take_log(struct option_parser *p, const char *log)
{
    const bool quiet = !strcmp(log, "quiet"), verbose = !strcmp(log, "verbose");
    if (!quiet && !verbose && strcmp(log, "normal"))
        return talk_fail(p->talk, STATUS_USAGE, "NNEFCL_LOG: '%s' is not quiet, normal or verbose", log);
    p->talk->quiet = quiet;
    p->talk->verbose = verbose;
    return STATUS_OK;
}

static enum status take_environment(struct option_parser *p)
{
    struct options *o = p->options;
    const char *device = getenv("NNEFCL_DEVICE"), *memory = getenv("NNEFCL_MAX_MEMORY"), *log = getenv("NNEFCL_LOG");
    const enum status status = log && *log && !p->talk->quiet && !p->talk->verbose ? take_log(p, log) : STATUS_OK;
    if (status)
        return status;
    if (!o->device && device && *device && o->action != ACTION_CHECK) /* which needs no device unless -d asks for one */
        o->device = device;
    if (!o->memory_limit && memory && *memory && (!number_bytes(memory, &o->memory_limit) || !o->memory_limit))
        return talk_fail(p->talk, STATUS_USAGE, "NNEFCL_MAX_MEMORY: '%s' is not a number of bytes from 1 up", memory);
    choose_cache(p);
    return check_devices(p);
}

enum status options_parse(struct options *options, int argc, char **argv, struct pool *pool, struct talk *talk)
{
    struct option_parser p = {options, pool, talk};
    bool *given = pool_array(pool, option_count, sizeof *given);
    enum status status;
    char *letters;
    struct option *names;
    int got;
    for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) /* what is wrong before it is said as JSON, too */
        talk->json |= !strcmp(argv[i], "--json") || !strcmp(argv[i], "--profile=json");
    *options = (struct options){.action = ACTION_RUN,
                                .rtol = 1e-4,
                                .atol = 1e-5,
                                .warmup = 2,
                                .image = {.scale = 1, .std = {1, 1, 1}, .room = 1}};
    getopt_tables(pool, &letters, &names);
    opterr = 0;
    while ((got = getopt_long(argc, argv, letters, names, NULL)) != -1) {
        if (got == '?' || got == ':')
            return wrong_option(&p, got, argv);
        const struct option_row *row = row_of(got);
        if ((status = take_option(&p, row, got >= LONG_OPTION ? typed(argv) : "")))
            return status;
        given[row - option_table] = true;
        if (row->action == ACTION_HELP && !optarg && optind < argc && argv[optind][0] != '-')
            options->topic = argv[optind];
    }
    if (options->action == ACTION_HELP)
        return STATUS_OK;
    if ((status = check_rules(&p, given)) || (status = take_model(&p, argc, argv)))
        return status;
    return take_environment(&p);
}
