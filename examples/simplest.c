/* SPDX-License-Identifier: Apache-2.0 */
/* The shortest way through nnefcl: open a model, make a session, run it, print the outputs.
 *
 *   simplest [MODEL]      MODEL: a folder, archive or graph.nnef; inputs are zero. Default: examples/digits with the
 * seven below. */
#include <nnefcl/nnefcl.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST = 16 }; /* inputs, and outputs */

/* 8 x 8 pixels from 0 to 9 */
static const char seven[] = "0029997000788990001009600000492000889985003975100008400000390000";

static void print(const nnefcl_tensor_info *info, const void *data)
{
    const size_t count = info->bytes / nnefcl_dtype_size(info->dtype);
    printf("%s:", info->name);
    for (size_t i = 0; i < count && i < 20; i++)
        if (info->dtype == NNEFCL_SCALAR)
            printf(" %.4g", (double)((const float *)data)[i]);
        else
            printf(" %d", info->dtype == NNEFCL_INTEGER ? ((const int32_t *)data)[i] : ((const uint8_t *)data)[i]);
    printf("%s\n", count > 20 ? " ..." : "");
}

int main(int argc, char **argv)
{
    nnefcl_error error = {0};
    nnefcl_model *model = NULL;
    nnefcl_device *device = NULL;
    nnefcl_session *session = NULL;
    nnefcl_tensor_info info;
    void *input[MOST] = {0}, *output[MOST] = {0};

    if (nnefcl_model_open(argc > 1 ? argv[1] : "examples/digits", NULL, &model, &error) == NNEFCL_OK &&
        nnefcl_device_open(NULL, NULL, &device, &error) == NNEFCL_OK &&
        nnefcl_session_create(model, device, NULL, &session, &error) == NNEFCL_OK) {
        for (size_t i = 0; i < MOST && nnefcl_model_input(model, i, &info) == NNEFCL_OK; i++)
            input[i] = calloc(1, info.bytes);
        for (size_t i = 0; i < MOST && nnefcl_model_output(model, i, &info) == NNEFCL_OK; i++)
            output[i] = malloc(info.bytes);
        for (int k = 0; argc < 2 && k < 64; k++)
            ((float *)input[0])[k] = (float)(seven[k] - '0') / 9;
        if (nnefcl_session_run(session, (const void *const *)input, output, &error) == NNEFCL_OK)
            for (size_t i = 0; i < MOST && nnefcl_model_output(model, i, &info) == NNEFCL_OK; i++)
                print(&info, output[i]);
    }
    if (error.status != NNEFCL_OK)
        fprintf(stderr, "%s%s%s\n", error.file, error.file[0] ? ": " : "", error.message);

    for (size_t i = 0; i < MOST; i++) {
        free(input[i]);
        free(output[i]);
    }
    nnefcl_session_free(session);
    nnefcl_device_free(device);
    nnefcl_model_free(model);
    return error.status == NNEFCL_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
