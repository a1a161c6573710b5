/* SPDX-License-Identifier: Apache-2.0 */
/* State: a model that remembers (examples/integrator), its memory saved in the middle of a signal, taken up by another
 * session, and cleared.
 *
 *   kept_state [MODEL]      MODEL: a folder, archive or graph.nnef with one input and one output of one scalar.
 * Default: examples/integrator */
#include <nnefcl/nnefcl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void demand(nnefcl_status status, const nnefcl_error *error)
{
    if (status != NNEFCL_OK) {
        fprintf(stderr, "%s: %s\n", nnefcl_status_name(status), error->message);
        exit(EXIT_FAILURE);
    }
}

/* A saved state, ready to be written to a file. */
struct saved {
    char *bytes;
    size_t size;
};

static int append(void *user, const char *bytes, size_t length)
{
    struct saved *saved = user;
    char *larger = realloc(saved->bytes, saved->size + length);
    if (!larger)
        return 1;
    memcpy(larger + saved->size, bytes, length);
    saved->bytes = larger;
    saved->size += length;
    return 0;
}

/* Feeds steps [first, last) of a signal and prints what comes out. */
static void feed(nnefcl_session *session, const char *who, int first, int last)
{
    nnefcl_error error = {0};
    printf("%s:", who);
    for (int i = first; i < last; i++) {
        const float x = i % 3 == 0 ? 1.0f : 0.0f;
        float level;
        demand(nnefcl_session_run(session, (const void *[]){&x}, (void *[]){&level}, &error), &error);
        printf(" %.4f", (double)level);
    }
    printf("\n");
}

int main(int argc, char **argv)
{
    nnefcl_error error = {0};
    nnefcl_model *model;
    nnefcl_device *device;
    nnefcl_session *first, *second;
    nnefcl_tensor_info info;
    struct saved saved = {NULL, 0};

    demand(nnefcl_model_open(argc > 1 ? argv[1] : "examples/integrator", NULL, &model, &error), &error);
    demand(nnefcl_device_open(NULL, NULL, &device, &error), &error);
    demand(nnefcl_session_create(model, device, NULL, &first, &error), &error);
    demand(nnefcl_session_create(model, device, NULL, &second, &error), &error);
    for (size_t i = 0; nnefcl_session_state(first, i, &info) == NNEFCL_OK; i++)
        printf("keeps '%s', %zu bytes\n", info.label, info.bytes);

    feed(first, "first", 0, 4);
    demand(nnefcl_session_state_save(first, append, &saved, &error), &error);
    feed(first, "first goes on", 4, 8);
    demand(nnefcl_session_state_restore(second, saved.bytes, saved.size, &error), &error);
    feed(second, "second takes up", 4, 8);
    demand(nnefcl_session_state_reset(first, &error), &error);
    feed(first, "first anew", 0, 4);

    free(saved.bytes);
    nnefcl_session_free(first);
    nnefcl_session_free(second);
    nnefcl_device_free(device);
    nnefcl_model_free(model);
    return EXIT_SUCCESS;
}
