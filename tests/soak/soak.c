/* SPDX-License-Identifier: Apache-2.0 */
/* soak RUNS LOADS CONTEXTS: a long life. So many runs of one session, loads of a model with a session and a run, and
 * devices opened; then the resident memory must have grown by less than 1 MiB since the first tenth, no handle more be
 * open, and every result be the same bits. `soak 200000 2000 500` takes some minutes. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nnefcl/nnefcl.h"

#define GROWTH (1 << 20)

static const char net[] = "version 1.0;\n"
                          "graph g(x) -> (y)\n"
                          "{\n"
                          "    x = external<scalar>(shape = [1, 3, 8, 8]);\n"
                          "    w = variable<scalar>(shape = [4, 3, 3, 3], label = 'w');\n"
                          "    c = conv(x, w);\n"
                          "    r = relu(c);\n"
                          "    p = avg_pool(r, size = [1, 1, 2, 2], stride = [1, 1, 2, 2]);\n"
                          "    y = softmax(p);\n"
                          "}\n";
enum { INPUT = 3 * 8 * 8, OUTPUT = 4 * 4 * 4 };
static float input[INPUT], first[OUTPUT];
static int have_first, bad;

static void expect(nnefcl_status status, const nnefcl_error *error)
{
    if (!status)
        return;
    fprintf(stderr, "soak: %s\n", error->message);
    exit(1);
}

/* ---- what a process holds ---- */

static long resident_bytes(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file && fscanf(file, "%*d %ld", &pages) != 1)
        pages = 0;
    if (file)
        fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

static int open_handles(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}

/* ---- what is done again and again ---- */

static nnefcl_device *device;
static nnefcl_session *session;

static void run_once(void)
{
    float output[OUTPUT];
    nnefcl_error error = {0};
    expect(nnefcl_session_run(session, (const void *[]){input}, (void *[]){output}, &error), &error);
    if (!have_first)
        memcpy(first, output, sizeof first);
    have_first = 1;
    if (memcmp(first, output, sizeof first) != 0) {
        fprintf(stderr, "soak: a run had other bits\n");
        bad = 1;
    }
}

static void device_open(void)
{
    nnefcl_error error = {0};
    expect(nnefcl_device_open(getenv("NNEFCL_DEVICE"), NULL, &device, &error), &error);
}

static void session_open(void)
{
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_model *model;
    options.random_weights = 1;
    expect(nnefcl_model_open_memory(net, strlen(net), &options, &model, &error), &error);
    expect(nnefcl_session_create(model, device, NULL, &session, &error), &error);
    nnefcl_model_free(model);
}

static void load_once(void)
{
    session_open();
    run_once();
    nnefcl_session_free(session);
}

static void context_once(void)
{
    device_open();
    load_once();
    nnefcl_device_free(device);
}

/* The first tenth fills what drivers and the C library keep. */
static void repeat(const char *what, void (*once)(void), long count)
{
    long begin = 0;
    int handles = 0;
    for (long i = 0; i < count; i++) {
        if (i == count / 10) {
            begin = resident_bytes();
            handles = open_handles();
        }
        once();
    }
    const long growth = count ? resident_bytes() - begin : 0;
    const int more = count ? open_handles() - handles : 0;
    printf("%-8s %7ld: memory %+ld KiB, handles %+d\n", what, count, growth / 1024, more);
    bad |= growth >= GROWTH || more > 0;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: soak RUNS LOADS CONTEXTS\n");
        return 2;
    }
    for (int i = 0; i < INPUT; i++)
        input[i] = (float)(i % 17) / 8 - 1;
    device_open();
    session_open();
    repeat("runs", run_once, atol(argv[1]));
    nnefcl_session_free(session);
    repeat("loads", load_once, atol(argv[2]));
    nnefcl_device_free(device);
    repeat("contexts", context_once, atol(argv[3]));
    return bad;
}
