/* SPDX-License-Identifier: Apache-2.0 */
/* What a program outside of the tree writes, in C and in C++. */
#include <nnefcl/nnefcl.h>
#include <stdio.h>
#include <string.h>
#ifdef USER_OPENCL
#include <nnefcl/opencl.h>
#endif

#if NNEFCL_VERSION_NUMBER < NNEFCL_VERSION_OF(0, 1, 0)
#error "an older library"
#endif

int main(void)
{
    static const char graph[] = "version 1.0; graph g(x) -> (y) { x = external(shape = [2,3]); y = relu(x); }";
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    nnefcl_session_options session = NNEFCL_SESSION_OPTIONS_INIT;
    nnefcl_device_options device = NNEFCL_DEVICE_OPTIONS_INIT;
    nnefcl_conformance_options conformance = NNEFCL_CONFORMANCE_OPTIONS_INIT;
    nnefcl_operation operation = NNEFCL_OPERATION_INIT;
    nnefcl_error error;
    nnefcl_model *model;
    nnefcl_tensor_info info;
    if (session.version + device.version + conformance.version + operation.version != 4)
        return 1;
#ifdef USER_OPENCL
    clReleaseEvent(NULL);
#endif
    memset(&error, 0, sizeof error);
    options.strict = 1;
    if (nnefcl_model_open_memory(graph, sizeof graph - 1, &options, &model, &error)) {
        puts(error.message);
        return 1;
    }
    nnefcl_model_output(model, 0, &info);
    printf("%s %zu %s\n", info.name, info.bytes, nnefcl_version());
    nnefcl_model_free(model);
    return 0;
}
