/* SPDX-License-Identifier: Apache-2.0 */
/* An operation that an application registers, and a document that may use it: declaration, kernel and document, each
 * but the last ended by a NUL. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"

static nnefcl_status shape_of_x(nnefcl_call *call, void *user)
{
    const nnefcl_shape shape = nnefcl_call_shape(call, "x");
    (void)user;
    nnefcl_call_set_shape(call, "y", &shape);
    return NNEFCL_OK;
}

/* The text at `text`, which is followed by the next one. */
static const char *text_take(const char **text, const char *end)
{
    const char *taken = *text;
    *text += strlen(taken) + (*text + strlen(taken) < end);
    return taken;
}

static nnefcl_status model_open(const nnefcl_operation *operation, const char *document, size_t size, unsigned compat)
{
    struct counting_allocator counting = {0};
    nnefcl_model_options options = fuzz_options(&counting, compat);
    nnefcl_error error = {0};
    nnefcl_model *model = NULL;
    options.operations = operation;
    options.operation_count = 1;
    const nnefcl_status status = nnefcl_model_open_memory(document, size, &options, &model, &error);
    fuzz_model_use(status, &error, model, &counting);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    nnefcl_operation operation = NNEFCL_OPERATION_INIT;
    char *text = malloc(size + 1);
    const char *next = text, *end = text + size;
    memcpy(text, data, size);
    text[size] = '\0';
    operation.declaration = text_take(&next, end);
    operation.source = text_take(&next, end);
    operation.shape = shape_of_x;
    if (model_open(&operation, next, (size_t)(end - next), 0) != NNEFCL_ERR_NOMEM)
        model_open(&operation, next, (size_t)(end - next), FUZZ_DIALECT);
    free(text);
    return 0;
}
