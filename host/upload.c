/* SPDX-License-Identifier: Apache-2.0 */
/* Load steps: the elements of constants and variables on their way to the device. */
#include "host.h"

/* Tensors up to BLOCK bytes are gathered in one block while the device takes what is in the other, and packs it: nobody
 * waits for them, where a blocking command costs up to 0.1 ms. Larger ones are decoded into mapped memory, a PIECE at a
 * time, so that no second copy of the weights ever stands on the host. */
#define BLOCK ((size_t)2 << 20) /* a large page: it is touched at once */
#define PIECE ((size_t)16 << 20)

nnefcl_status ncl_upload_open(struct ncl_upload *upload, struct nnefcl_session *session,
                              const struct nnefcl_model *model, const struct ncl_graph *graph, struct ncl_diag *diag)
{
    *upload = (struct ncl_upload){.session = session, .graph = graph};
    upload->memory = ncl_resize(&session->arena.allocator, NULL, 3 * BLOCK);
    if (!upload->memory)
        return ncl_nomem(diag);
    upload->block = upload->memory + (BLOCK - (uintptr_t)upload->memory % BLOCK);
    if (session->plan->weight_bytes >= 2 * BLOCK && !atomic_load(&session->large_pages_late))
        ncl_pages_ask(upload->block, 2 * BLOCK);
    return ncl_model_weights(model, diag, &upload->weights);
}

static void half_release(struct ncl_upload *upload)
{
    if (upload->other)
        clReleaseEvent(upload->other);
    upload->other = NULL;
}

void ncl_upload_close(struct ncl_upload *upload)
{
    ncl_wait_idle(upload->session, upload->session->queue);
    half_release(upload);
    if (upload->weights)
        ncl_weights_free(upload->weights);
    if (upload->memory && upload->session->stuck) /* the device may still read it */
        upload->session->bounce = (struct ncl_bounce){.data = upload->memory, .size = 3 * BLOCK, .used = 3 * BLOCK};
    else
        ncl_resize(&upload->session->arena.allocator, upload->memory, 0);
    *upload = (struct ncl_upload){0};
}

/* The other half, once the device is behind what stands in it. */
static nnefcl_status half_change(struct ncl_upload *upload, const struct ncl_step *step, struct ncl_diag *diag)
{
    const cl_command_queue queue = upload->session->queue;
    cl_event full = NULL;
    nnefcl_status status = ncl_opencl_check(diag, step->at, step->name, "clEnqueueMarkerWithWaitList",
                                            clEnqueueMarkerWithWaitList(queue, 0, NULL, &full));
    if (!status)
        status = ncl_opencl_check(diag, step->at, step->name, "clFlush", clFlush(queue));
    if (!status)
        status = ncl_wait_event(upload->session, upload->other, diag);
    half_release(upload);
    upload->other = full;
    upload->second = !upload->second;
    upload->used = 0;
    return status;
}

static size_t item_size(const struct ncl_upload *upload, const struct ncl_step *step)
{
    return nnefcl_dtype_size(upload->session->plan->tensor[step->tensor[0]].dtype);
}

static nnefcl_status load_small(struct ncl_upload *upload, const struct ncl_step *step, cl_mem memory, size_t offset,
                                size_t bytes, struct ncl_diag *diag)
{
    const cl_command_queue queue = upload->session->queue;
    nnefcl_status status = bytes > BLOCK - upload->used ? half_change(upload, step, diag) : NNEFCL_OK;
    unsigned char *data = upload->block + (upload->second ? BLOCK : 0) + upload->used;
    if (!status)
        status = ncl_weights_next(upload->weights, data, bytes / item_size(upload, step), diag);
    if (status)
        return status;
    upload->used += (bytes + 15) / 16 * 16;
    return ncl_opencl_check(diag, step->at, step->name, "clEnqueueWriteBuffer",
                            clEnqueueWriteBuffer(queue, memory, CL_FALSE, offset, bytes, data, 0, NULL, NULL));
}

/* NULL after an error. */
static void *map_part(struct nnefcl_session *session, const struct ncl_step *step, cl_mem memory, size_t offset,
                      size_t size, struct ncl_diag *diag)
{
    const bool limited = ncl_wait_is_limited(session);
    cl_event mapped = NULL;
    cl_int code;
    void *data =
        clEnqueueMapBuffer(session->queue, memory, limited ? CL_FALSE : CL_TRUE, CL_MAP_WRITE_INVALIDATE_REGION, offset,
                           size, 0, NULL, limited ? &mapped : NULL, &code);
    nnefcl_status status = ncl_opencl_check(diag, step->at, step->name, "clEnqueueMapBuffer", code);
    if (!status && limited)
        status = ncl_wait_queue(session, step->name, mapped, diag);
    if (mapped)
        clReleaseEvent(mapped);
    return status ? NULL : data;
}

static nnefcl_status load_large(struct ncl_upload *upload, const struct ncl_step *step, cl_mem memory, size_t offset,
                                size_t bytes, struct ncl_diag *diag)
{
    const cl_command_queue queue = upload->session->queue;
    const size_t item = item_size(upload, step);
    nnefcl_status status = NNEFCL_OK;
    for (size_t at = 0; at < bytes && !status; at += PIECE) {
        const size_t size = bytes - at < PIECE ? bytes - at : PIECE;
        void *data = map_part(upload->session, step, memory, offset + at, size, diag);
        if (!data)
            return diag->status;
        status = ncl_weights_next(upload->weights, data, size / item, diag);
        const cl_int code = clEnqueueUnmapMemObject(queue, memory, data, 0, NULL, NULL);
        if (!status)
            status = ncl_opencl_check(diag, step->at, step->name, "clEnqueueUnmapMemObject", code);
    }
    return status;
}

nnefcl_status ncl_upload_load(struct ncl_upload *upload, const struct ncl_step *step, struct ncl_diag *diag)
{
    uint64_t offset;
    const cl_mem memory = ncl_memory_place(upload->session, step->tensor[0], &offset);
    const size_t bytes =
        (size_t)upload->session->plan->tensor[step->tensor[0]].bytes; /* it fits: there is a buffer of it */
    const nnefcl_status status = ncl_weights_begin(upload->weights, upload->graph->tensor[step->loaded], diag);
    if (status)
        return status;
    return (bytes <= BLOCK ? load_small : load_large)(upload, step, memory, (size_t)offset, bytes, diag);
}
