/* SPDX-License-Identifier: Apache-2.0 */
/* An operation of the application's own: swish with a slope, y = x / (1 + exp(-beta x)), used by a model as if the
 * library knew it.
 *
 * docs/custom-operations.md explains each part. */
#include <math.h>
#include <nnefcl/nnefcl.h>
#include <stdio.h>
#include <stdlib.h>

static const char document[] = "version 1.0;\n"
                               "extension KHR_enable_fragment_definitions;\n"
                               "\n"
                               "fragment swish( x: tensor<scalar>, beta: scalar = 1.0 ) -> ( y: tensor<scalar> );\n"
                               "\n"
                               "graph example( x ) -> ( y )\n"
                               "{\n"
                               "    x = external<scalar>(shape = [5]);\n"
                               "    y = swish(x, beta = 2.0);\n"
                               "}\n";

static const char source[] = "static void FN(swish)(INDEX task, SIZES size, global const float *x, global float *y)\n"
                             "{\n"
                             "    y[task] = x[task] / (1.0f + exp(-VALUE_beta * x[task]));\n"
                             "}\n";

/* The result has the shape of x. */
static nnefcl_status shape(nnefcl_call *call, void *user)
{
    const nnefcl_shape x = nnefcl_call_shape(call, "x");
    (void)user;
    if (nnefcl_call_scalar(call, "beta", 0) <= 0)
        return nnefcl_call_error(call, "beta is %g, but it has to be above 0", nnefcl_call_scalar(call, "beta", 0));
    nnefcl_call_set_shape(call, "y", &x);
    return NNEFCL_OK;
}

/* What the kernel should compute, for verification. */
static void define(nnefcl_call *call, void *user)
{
    const nnefcl_shape y = nnefcl_call_shape(call, "y");
    const size_t count = nnefcl_tensor_bytes(NNEFCL_SCALAR, &y) / sizeof(float);
    const double *in = nnefcl_call_elements(call, "x"), beta = nnefcl_call_scalar(call, "beta", 0);
    double *out = nnefcl_call_result(call, "y");
    (void)user;
    for (size_t i = 0; i < count; i++)
        out[i] = in[i] / (1 + exp(-beta * in[i]));
}

static int tell(void *user, const nnefcl_verdict *verdict)
{
    (void)user;
    printf("%s = %s: %llu elements compared, %llu wrong\n", verdict->result.name, verdict->op,
           (unsigned long long)verdict->elements, (unsigned long long)verdict->bad);
    return 0;
}

static void demand(nnefcl_status status, const nnefcl_error *error)
{
    if (status != NNEFCL_OK) {
        fprintf(stderr, "%s: %s:%d:%d: %s\n", nnefcl_status_name(status), error->file, error->line, error->column,
                error->message);
        exit(EXIT_FAILURE);
    }
}

int main(void)
{
    const nnefcl_operation swish = {
        .version = 1,
        .declaration = "fragment swish( x: tensor<scalar>, beta: scalar = 1.0 ) -> ( y: tensor<scalar> );",
        .shape = shape,
        .source = source,
        .define = define,
        .ulp = 32, /* exp: 3, of an argument that rounds */
    };
    const float x[5] = {-2, -1, 0, 1, 2};
    float y[5];
    nnefcl_error error = {0};
    nnefcl_model *model;
    nnefcl_device *device;
    nnefcl_session *session;

    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    options.operations = &swish;
    options.operation_count = 1;
    demand(nnefcl_model_open_memory(document, sizeof document - 1, &options, &model, &error), &error);
    demand(nnefcl_device_open(NULL, NULL, &device, &error), &error);

    nnefcl_session_options settings = NNEFCL_SESSION_OPTIONS_INIT;
    settings.keep_tensors = 1; /* for the verification only */
    demand(nnefcl_session_create(model, device, &settings, &session, &error), &error);
    demand(nnefcl_session_verify(session, model, (const void *[]){x}, (void *[]){y}, tell, NULL, &error), &error);
    for (int i = 0; i < 5; i++)
        printf("swish(%g) = %.6f\n", (double)x[i], (double)y[i]);

    nnefcl_session_free(session);
    nnefcl_device_free(device);
    nnefcl_model_free(model);
    return EXIT_SUCCESS;
}
