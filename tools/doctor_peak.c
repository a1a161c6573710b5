/* SPDX-License-Identifier: Apache-2.0 */
/* What a device reaches at its best: kernels that only compute, only read, or only copy. */
#include <math.h>

#include "doctor_patient.h"

enum { ROUNDS = 4096, CHAINS = 8, CHUNK = 4096, PEAK_MS = 20, MOST_TASKS = 1 << 22 };

/* A task has eight vectors that depend on nothing but themselves. */
static const char compute_source[] =
    "static void FN(peak)(INDEX task, SIZES size, global const float *x, global float *y)\n"
    "{\n"
    "    const V m = (V)x[0], c = (V)x[1];\n"
    "    V a[8];\n"
    "    for (int k = 0; k < 8; k++)\n"
    "        a[k] = (V)(float)k;\n"
    "    for (int i = 0; i < 4096; i++) {\n"
    "        a[0] = fma(a[0], m, c); a[1] = fma(a[1], m, c);\n"
    "        a[2] = fma(a[2], m, c); a[3] = fma(a[3], m, c);\n"
    "        a[4] = fma(a[4], m, c); a[5] = fma(a[5], m, c);\n"
    "        a[6] = fma(a[6], m, c); a[7] = fma(a[7], m, c);\n"
    "    }\n"
    "    y[task] = ((a[0] + a[1]) + (a[2] + a[3]) + (a[4] + a[5]) + (a[6] + a[7])).s0;\n"
    "}\n";

/* A task reads CHUNK elements and writes one. */
static const char read_source[] =
    "static void FN(peak)(INDEX task, SIZES size, global const float *x, global float *y)\n"
    "{\n"
    "    global const float *from = x + task * 4096;\n"
    "    V a[4];\n"
    "    for (int k = 0; k < 4; k++)\n"
    "        a[k] = (V)0.0f;\n"
    "    for (int i = 0; i < 4096; i += 4 * LANES) {\n"
    "        a[0] += VLOAD(from + i); a[1] += VLOAD(from + i + LANES);\n"
    "        a[2] += VLOAD(from + i + 2 * LANES); a[3] += VLOAD(from + i + 3 * LANES);\n"
    "    }\n"
    "    const V sum = (a[0] + a[1]) + (a[2] + a[3]);\n"
    "    y[task] = sum.lo.s0 + sum.hi.s0;\n"
    "}\n";

static const char peak_model[] =
    HEADER "fragment peak( x: tensor<scalar> ) -> ( y: tensor<scalar> );\n"
           "graph probe(x) -> (y) { x = external<scalar>(shape = [%llu]); y = peak(x); }\n";
static const char copy_model[] =
    HEADER "graph probe(x) -> (y) { x = external<scalar>(shape = [%llu]); y = x + 1.0; }\n";

static nnefcl_status same_shape(nnefcl_call *call, void *user)
{
    const nnefcl_shape shape = nnefcl_call_shape(call, "x");
    (void)user;
    nnefcl_call_set_shape(call, "y", &shape);
    return NNEFCL_OK;
}

static nnefcl_status chunk_shape(nnefcl_call *call, void *user)
{
    nnefcl_shape shape = nnefcl_call_shape(call, "x");
    (void)user;
    shape.extent[0] /= CHUNK;
    nnefcl_call_set_shape(call, "y", &shape);
    return NNEFCL_OK;
}

/* Milliseconds of a model of one tensor; 0: it did not run. */
static double peak_time(const struct doctor *doctor, const nnefcl_device *device, const char *model, uint64_t elements,
                        const nnefcl_operation *operation)
{
    struct patient p;
    const char *text = pool_printf(doctor->pool, model, (unsigned long long)elements);
    const double ms = patient_open(&p, doctor, text, device, operation) ? patient_time(&p) : 0;
    if (ms <= 0)
        talk_detail(doctor->talk, "peak: %s", p.error.message);
    patient_close(&p);
    return ms;
}

static nnefcl_operation peak_operation(const char *source, nnefcl_status (*shape)(nnefcl_call *, void *))
{
    nnefcl_operation operation = NNEFCL_OPERATION_INIT;
    operation.declaration = "fragment peak( x: tensor<scalar> ) -> ( y: tensor<scalar> );";
    operation.shape = shape;
    operation.source = source;
    return operation;
}

static double rate(double amount, double ms)
{
    return ms > 0 ? amount / ms * 1e3 : 0;
}

double doctor_peak_flops(const struct doctor *doctor, const nnefcl_device *device)
{
    const nnefcl_operation operation = peak_operation(compute_source, same_shape);
    nnefcl_device_info info;
    nnefcl_device_describe(device, &info);
    talk_progress(doctor->talk, "measuring arithmetic");
    /* a run that ends while the driver still wakes its threads is one core's */
    for (uint64_t tasks = (uint64_t)info.compute_units * 64;; tasks *= 8) {
        const double ms = peak_time(doctor, device, peak_model, tasks, &operation);
        if (ms <= 0 || ms >= PEAK_MS || tasks > MOST_TASKS / 8)
            return rate(2.0 * ROUNDS * CHAINS * (double)info.lanes * (double)tasks, ms);
    }
}

double doctor_peak_bytes(const struct doctor *doctor, const nnefcl_device *device, double bytes)
{
    const nnefcl_operation operation = peak_operation(read_source, chunk_shape);
    const uint64_t read = (uint64_t)fmax(1, floor(bytes / sizeof(float) / CHUNK)) * CHUNK, copied = read / 2;
    talk_progress(doctor->talk, "measuring memory");
    return fmax(rate((double)read * sizeof(float), peak_time(doctor, device, peak_model, read, &operation)),
                rate((double)copied * 2 * sizeof(float), peak_time(doctor, device, copy_model, copied, NULL)));
}
