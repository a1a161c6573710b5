/* SPDX-License-Identifier: Apache-2.0 */
/* Stands in for CLBlast where only the calls matter: products on the host, nothing compiled, and calls are counted. It
 * sees what the library is given, and no more of the memory than that. */
#define CL_TARGET_OPENCL_VERSION 120
#include <clblast_c.h>
#include <stdio.h>
#include <stdlib.h>

#include "library.h"

struct library_calls library_calls;

/* A matrix of each batch, from `first` on, `stride` apart. */
struct matrices {
    cl_mem memory;
    size_t first, leading, stride;
    int transposed;
};

static void copy_row(cl_command_queue queue, const struct matrices *of, size_t row, size_t columns, float *value,
                     int writes)
{
    const size_t at = (of->first + row * of->leading) * sizeof *value, size = columns * sizeof *value;
    const cl_int code =
        writes ? clEnqueueWriteBuffer(queue, of->memory, CL_TRUE, at, size, value, 0, NULL, NULL)
               : clEnqueueReadBuffer(queue, of->memory, CL_TRUE, at, size, value, 0, NULL, NULL);
    if (code) {
        fprintf(stderr, "library: a row of %zu from %zu on: %d\n", columns, at / sizeof *value, (int)code);
        abort();
    }
}

/* Dense, and not transposed any more. */
static float *read_matrix(cl_command_queue queue, struct matrices of, size_t batch, size_t rows, size_t columns)
{
    const size_t lines = of.transposed ? columns : rows, width = of.transposed ? rows : columns;
    float *dense = malloc(rows * columns * sizeof *dense), *line = malloc(width * sizeof *line);
    if (!dense || !line)
        abort();
    of.first += batch * of.stride;
    for (size_t i = 0; i < lines; i++) {
        copy_row(queue, &of, i, width, line, 0);
        for (size_t j = 0; j < width; j++)
            dense[of.transposed ? j * columns + i : i * columns + j] = line[j];
    }
    free(line);
    return dense;
}

static CLBlastStatusCode multiply(size_t batches, size_t m, size_t n, size_t k, float alpha, const struct matrices *a,
                                  const struct matrices *b, float beta, const struct matrices *c,
                                  cl_command_queue *queue, cl_event *event)
{
    for (size_t batch = 0; batch < batches; batch++) {
        float *va = read_matrix(*queue, *a, batch, m, k), *vb = read_matrix(*queue, *b, batch, k, n),
              *vc = read_matrix(*queue, *c, batch, m, n);
        struct matrices to = *c;
        to.first += batch * to.stride;
        for (size_t i = 0; i < m; i++) {
            for (size_t j = 0; j < n; j++) {
                float sum = 0;
                for (size_t at = 0; at < k; at++)
                    sum += va[i * k + at] * vb[at * n + j];
                vc[i * n + j] = alpha * sum + (beta != 0 ? beta * vc[i * n + j] : 0);
            }
            copy_row(*queue, &to, i, n, vc + i * n, 1);
        }
        free(va);
        free(vb);
        free(vc);
    }
    return event ? (CLBlastStatusCode)clEnqueueMarkerWithWaitList(*queue, 0, NULL, event) : CLBlastSuccess;
}

CLBlastStatusCode CLBlastSgemm(const CLBlastLayout layout, const CLBlastTranspose a_transpose,
                               const CLBlastTranspose b_transpose, const size_t m, const size_t n, const size_t k,
                               const float alpha, const cl_mem a_buffer, const size_t a_offset, const size_t a_ld,
                               const cl_mem b_buffer, const size_t b_offset, const size_t b_ld, const float beta,
                               cl_mem c_buffer, const size_t c_offset, const size_t c_ld, cl_command_queue *queue,
                               cl_event *event)
{
    const struct matrices a = {a_buffer, a_offset, a_ld, 0, a_transpose == CLBlastTransposeYes},
                          b = {b_buffer, b_offset, b_ld, 0, b_transpose == CLBlastTransposeYes},
                          c = {c_buffer, c_offset, c_ld, 0, 0};
    library_calls.single++;
    return layout == CLBlastLayoutRowMajor ? multiply(1, m, n, k, alpha, &a, &b, beta, &c, queue, event)
                                           : CLBlastNotImplemented;
}

CLBlastStatusCode CLBlastSgemmStridedBatched(
    const CLBlastLayout layout, const CLBlastTranspose a_transpose, const CLBlastTranspose b_transpose, const size_t m,
    const size_t n, const size_t k, const float alpha, const cl_mem a_buffer, const size_t a_offset, const size_t a_ld,
    const size_t a_stride, const cl_mem b_buffer, const size_t b_offset, const size_t b_ld, const size_t b_stride,
    const float beta, cl_mem c_buffer, const size_t c_offset, const size_t c_ld, const size_t c_stride,
    const size_t batch_count, cl_command_queue *queue, cl_event *event)
{
    const struct matrices a = {a_buffer, a_offset, a_ld, a_stride, a_transpose == CLBlastTransposeYes},
                          b = {b_buffer, b_offset, b_ld, b_stride, b_transpose == CLBlastTransposeYes},
                          c = {c_buffer, c_offset, c_ld, c_stride, 0};
    library_calls.batched++;
    return layout == CLBlastLayoutRowMajor ? multiply(batch_count, m, n, k, alpha, &a, &b, beta, &c, queue, event)
                                           : CLBlastNotImplemented;
}

CLBlastStatusCode CLBlastClearCache(void)
{
    return CLBlastSuccess;
}
