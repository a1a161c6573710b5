/* SPDX-License-Identifier: Apache-2.0 */
/* A session: one model made ready on one device, with its own state. Runs take host memory here; opencl.h has the runs
 * on the application's own buffers.
 *
 * Thread rule: one thread at a time for each session; different sessions of one model and one device run on different
 * threads at once. */
#ifndef NNEFCL_SESSION_H
#define NNEFCL_SESSION_H

#include "device.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nnefcl_session nnefcl_session;

typedef enum nnefcl_execution {
    NNEFCL_EXECUTION_AUTO,      /* default: persistent where it fits and there are many steps, else launches, which
                                   GPUs with cl_khr_command_buffer run as one command */
    NNEFCL_EXECUTION_LAUNCHES,  /* one kernel launch for each step */
    NNEFCL_EXECUTION_PERSISTENT /* the whole plan as one kernel; NNEFCL_ERR_UNSUPPORTED where that does not fit: it is
                                   for CPU devices of hosts whose memory order it needs (x86), and its steps cannot be
                                   measured one by one */
} nnefcl_execution;

/* How sums of products are made, and what tensors between steps are stored as. */
typedef enum nnefcl_precision {
    NNEFCL_PRECISION_FP32, /* default: 32-bit floats, by whatever is fastest, transforms (Winograd's) included */
    NNEFCL_PRECISION_EXACT, /* 32-bit floats, each sum of its own products, in an order that only the model, the shapes
                               and the device decide: no transforms, no library, no tuning table. Forcing a kernel that
                               is none of these is NNEFCL_ERR_ARGUMENT */
    NNEFCL_PRECISION_MIXED, /* tensors between steps and weights of products are stored as 16-bit floats where the
                               kernels can, computed is in 32 bits: any device. Inputs, outputs, variables that are
                               updated, integers, logicals and quantized tensors stay as they are. Magnitudes from
                               65520 on become infinity. nnefcl_session_verify allows for the rounding */
    NNEFCL_PRECISION_FP16   /* the same, and on GPUs with cl_khr_fp16 products and convolutions multiply in 16 bits:
                               what 8 to 18 terms add up to is a 16-bit float, all the rest of a sum are 32 bits.
                               nnefcl_session_verify allows for that rounding too */
} nnefcl_precision;

/* What constant operands of products are stored as on the device. Fewer bits are read faster where a product has up to
 * 8 rows (or columns) and is bound by its weights: fully connected layers of small batches. Only those are stored so;
 * NNEFCL_ERR_UNSUPPORTED on devices that are no CPUs and have no barriers. Each row of weights has a factor of its own,
 * sums are 32-bit floats. A weight is off by at most 2^-11 (FP16) or 1/254 (INT8) of the largest finite one of its row;
 * nnefcl_session_verify allows for that. With INT8 infinities of both signs in a row need not make NaN. */
typedef enum nnefcl_weights {
    NNEFCL_WEIGHTS_FP32, /* default */
    NNEFCL_WEIGHTS_FP16,
    NNEFCL_WEIGHTS_INT8
} nnefcl_weights;

/* What is measured by the events of the device. */
typedef enum nnefcl_profiling {
    NNEFCL_PROFILING_NONE,
    NNEFCL_PROFILING_STEPS, /* each step, and the run; costs some speed, and steps are launches */
    NNEFCL_PROFILING_RUNS   /* the run and its transfers, in whatever form it takes */
} nnefcl_profiling;

/* What nnefcl_session_create is at. */
typedef enum nnefcl_stage {
    NNEFCL_STAGE_PROGRAMS,       /* compiling: programs */
    NNEFCL_STAGE_WEIGHTS,        /* reading and packing: bytes */
    NNEFCL_STAGE_FIRST_LAUNCHES, /* kernels, for drivers that go on compiling then */
    NNEFCL_STAGE_TUNING          /* nnefcl_tune: variants that are measured */
} nnefcl_stage;

/* Called on the calling thread when a stage begins and whenever a part of it is done; a program that is being compiled
 * is not interrupted. Anything but 0 ends the call with NNEFCL_ERR_CANCELLED: that is how one cancels, and how one
 * keeps a deadline. */
typedef int (*nnefcl_progress_fn)(void *user, nnefcl_stage stage, uint64_t done, uint64_t total);

/* Called on the calling thread while a call waits for the device, a hundred times a second; `ms` is how long the call
 * has lasted. Anything but 0 ends it with NNEFCL_ERR_CANCELLED. */
typedef int (*nnefcl_waiting_fn)(void *user, double ms);

typedef struct nnefcl_session_options {
    uint32_t version; /* 1 */
    nnefcl_execution execution;
    nnefcl_profiling profiling; /* default: none */
    int separate_buffers;       /* a cl_mem of its own for each tensor, for checkers of memory */
    int keep_tensors;           /* every tensor keeps its memory until the end of a run, for nnefcl_session_verify */
    int long_index;             /* 64-bit indices in all kernels, as tensors of 2^31 elements need them (tests) */
    const char *const
        *disabled_passes; /* names of passes to leave out (tests); an unknown one is NNEFCL_ERR_ARGUMENT */
    size_t disabled_pass_count;
    /* Variants of kernels to take wherever they fit (kernel.h lists them): "conv=conv_gemm", "plain" for the plain
     * one of every family, the second opinion of tests, or "blocked" for those that keep images in blocks of
     * channels (tests). NNEFCL_ERR_ARGUMENT: there is none of that name; NNEFCL_ERR_UNSUPPORTED: it never fits the
     * device. */
    const char *const *kernels;
    size_t kernel_count;
    /* A tuning table (tune.h), the text itself: variants are chosen by what it says of this device. NULL: by estimates
     * alone. NNEFCL_ERR_ARGUMENT: it is none, with the line. It may go when the call is over. */
    const char *tuning;
    uint64_t memory_limit; /* bytes of device memory; 0: what the device has */
    nnefcl_allocator allocator;
    nnefcl_diagnostic_fn diagnostic;
    void *diagnostic_user;
    nnefcl_progress_fn progress; /* NULL: none */
    void *progress_user;
    /* Plans without a session (inspect.h) are for a device of these facts; NULL: for a generic CPU. Facts that cannot
     * be, as 0 compute units, are taken for the nearest ones that can. A session has those of its device. */
    const nnefcl_device_info *target;
    size_t target_size; /* sizeof *target */
    /* A device may hang. Where one of these two is there, each call that waits for it comes back in time, and the data
     * of runs pass through memory of the session, since what such a device has been given it may touch later. */
    double timeout_ms;         /* of nnefcl_session_create, and of each later call (verification and saved states: of
                                  each of their transfers); 0: none. NNEFCL_ERR_TIMEOUT */
    nnefcl_waiting_fn waiting; /* NULL: none */
    void *waiting_user;
    double max_launch_ms; /* launches that are expected to take longer are split, for systems that end those of long
                             duration (watchdogs of displays); 0: none is. Expected of a slow device: 5 GFLOP/s and
                             1 GB/s for each compute unit. Copies and products of CLBlast stay whole. AUTO takes
                             launches then */
    nnefcl_precision precision;
    nnefcl_weights weights;
    /* Images of a batch that a run computes at a time: a divisor of the leading extent of the first input. 0: all of
     * them, or on CPUs one after the other, where that is estimated to be faster, since then what lies between two
     * steps stays in near caches. NNEFCL_ERR_UNSUPPORTED: they cannot be computed apart, as for nnefcl_split_create. */
    int64_t images_at_once;
} nnefcl_session_options;
NNEFCL_INIT_DECLARE(nnefcl_session_options)
#define NNEFCL_SESSION_OPTIONS_INIT NNEFCL_INIT(nnefcl_session_options)

/* Lowers the model for the device, builds the programs it needs, uploads and packs the weights, and launches each
 * kernel once without work: the first run takes as long as the others. Afterwards model and device may be freed.
 *
 * What sessions share. Programs stay with the device until it is freed: a later session, of any model, batch or size,
 * compiles only kernels that are new. Sessions of one model (or of models that nnefcl_model_reshape made of it) on one
 * device share the memory of their weights, which nobody writes any more, as long as one of them lives; a session that
 * is created while another thread creates the first one waits for its weights. Inputs, outputs, the state and what lies
 * between steps are each session's own. nnefcl_session_memory counts the weights for every one of them.
 * NNEFCL_ERR_UNSUPPORTED: an operation that this build does not run (all of them are named). NNEFCL_ERR_LIMIT, _NOMEM,
 * _DEVICE, _MODEL (a file vanished or changed). */
NNEFCL_API nnefcl_status nnefcl_session_create(const nnefcl_model *model, const nnefcl_device *device,
                                               const nnefcl_session_options *options, nnefcl_session **session,
                                               nnefcl_error *error);
/* Another batch, or other shapes of inputs: *session becomes a session of `model`, which nnefcl_model_reshape made of
 * the model that it is of (or that model itself), with the options given here. No weights are read and nothing is
 * compiled where the shapes need no other kernels or packing. Variables have their initial values again, buffers that
 * nnefcl_session_bind_... put in place are let go of. Waits for what is still running. For a moment both sessions have
 * memory. After an error *session is as it was. NNEFCL_ERR_ARGUMENT: it is a session of another model; else as
 * nnefcl_session_create. */
NNEFCL_API nnefcl_status nnefcl_session_reshape(nnefcl_session **session, const nnefcl_model *model,
                                                const nnefcl_session_options *options, nnefcl_error *error);
/* Another timeout for the calls that follow. NNEFCL_ERR_ARGUMENT: it is negative or no number, or session is NULL.
 *
 * After NNEFCL_ERR_TIMEOUT, or NNEFCL_ERR_CANCELLED by `waiting`, commands are on the device that nobody waits for: the
 * session answers with that error from now on, and all other sessions of its nnefcl_device with NNEFCL_ERR_DEVICE, at
 * once, until these commands are over (nnefcl_device_state). Other contexts are none of it. What the commands use is
 * kept until then, also when the session is freed: by the next call for the same device that finds them over, or for
 * ever. A process whose driver hangs should end by _exit: exit handlers of drivers wait. */
NNEFCL_API nnefcl_status nnefcl_session_set_timeout(nnefcl_session *session, double timeout_ms);
/* Waits for what is still running and frees. NULL is allowed. When the session had products by CLBlast, CLBlast's own
 * cache of programs is emptied, for the whole process: an application that calls CLBlast itself finds its next call
 * there compiling again. */
NNEFCL_API void nnefcl_session_free(nnefcl_session *session);

/* One inference: inputs[i] points to the dense data of input i of the model, outputs[i] receives the dense data of
 * output i (NULL: not wanted). Returns when the outputs are there. Variables keep what `update` wrote for the next run
 * (NNEF 4.8). After an error the state of the variables is undefined: state.h. */
NNEFCL_API nnefcl_status nnefcl_session_run(nnefcl_session *session, const void *const *inputs, void *const *outputs,
                                            nnefcl_error *error);

/* What elements of a tensor are in the memory of the application. */
typedef enum nnefcl_element {
    NNEFCL_ELEMENT_OWN,     /* as the tensor has them: float, int32_t, uint8_t */
    NNEFCL_ELEMENT_FLOAT16, /* IEEE half, of tensors of scalars */
    NNEFCL_ELEMENT_INT64    /* int64_t, of tensors of integers */
} nnefcl_element;

/* Host memory of an input and of an output, dense and row-major. */
typedef struct nnefcl_source {
    const void *data;
    size_t bytes; /* that are there; as many as the tensor has in these elements, or more */
    nnefcl_element element;
} nnefcl_source;
typedef struct nnefcl_sink {
    void *data; /* NULL: not wanted */
    size_t bytes;
    nnefcl_element element;
} nnefcl_sink;

/* nnefcl_session_run with everything checked: the numbers of inputs and outputs (or 0 outputs: none is wanted), the
 * bytes of each, and conversions. Halves of an output are rounded to the nearest. NNEFCL_ERR_ARGUMENT: a number or a
 * size does not fit, or elements of that kind do not stand for the type; nothing ran. NNEFCL_ERR_DATA: an integer of an
 * input does not fit in 32 bits, and nothing ran; or finite values of an output are infinite as halves (the message
 * counts them), and the run was made and every output is there. */
NNEFCL_API nnefcl_status nnefcl_session_run_sized(nnefcl_session *session, const nnefcl_source *inputs,
                                                  size_t input_count, const nnefcl_sink *outputs, size_t output_count,
                                                  nnefcl_error *error);

/* Where the time of the last run went, in milliseconds; negative: not measured. The device's own times need
 * `profiling`, are there once the run is over, and do not overlap: total - device - transfer is the host's. */
typedef struct nnefcl_timing {
    double total_ms;    /* nnefcl_session_run: from the call to its return */
    double enqueue_ms;  /* host time spent enqueueing the steps */
    double device_ms;   /* from the start of the first step to the end of the last one */
    double transfer_ms; /* nnefcl_session_run: inputs and outputs; what is read in place takes none */
} nnefcl_timing;
NNEFCL_API void nnefcl_session_timing(const nnefcl_session *session, nnefcl_timing *timing, size_t size);
#define nnefcl_session_timing(session, timing) nnefcl_session_timing(session, timing, sizeof(nnefcl_timing))

/* One step of the plan, for profiles. Strings live as long as the session. */
typedef struct nnefcl_step_info {
    const char *kernel;    /* body, "conv_gemm" */
    const char *variant;   /* "conv_gemm", as in kernel.h; NULL: the operation has one kernel only */
    const char *operation; /* "conv", or all that the step computes: "conv+add+relu" */
    const char *location;  /* "graph.nnef:12:9 conv1 = conv" */
    uint64_t tasks;
    uint64_t flops;   /* arithmetic of the step as the operation defines it, 0: unknown */
    uint64_t bytes;   /* of the tensors that it reads and writes, each once */
    uint64_t alive;   /* bytes of the intermediate tensors that live while it runs */
    double start_ms;  /* in the last run, from the start of its first step; negative: not measured */
    double device_ms; /* what it took then; negative: not measured (NNEFCL_PROFILING_STEPS does) */
} nnefcl_step_info;
NNEFCL_API size_t nnefcl_session_step_count(const nnefcl_session *session);
NNEFCL_API nnefcl_status nnefcl_session_step(const nnefcl_session *session, size_t index, nnefcl_step_info *info,
                                             size_t size);
#define nnefcl_session_step(session, index, info) nnefcl_session_step(session, index, info, sizeof(nnefcl_step_info))

/* Device memory of the session in bytes; `total` has the small buffers of records too. */
typedef struct nnefcl_memory {
    uint64_t weights, arena, io, total;
    size_t buffers; /* number of cl_mem */
} nnefcl_memory;
NNEFCL_API void nnefcl_session_memory(const nnefcl_session *session, nnefcl_memory *memory, size_t size);
#define nnefcl_session_memory(session, memory) nnefcl_session_memory(session, memory, sizeof(nnefcl_memory))
/* Host memory of the session: its plan, and what making and using it took. Zeros for NULL. */
NNEFCL_API void nnefcl_session_host_memory(const nnefcl_session *session, nnefcl_host_memory *memory, size_t size);
#define nnefcl_session_host_memory(session, memory)                                                                    \
    nnefcl_session_host_memory(session, memory, sizeof(nnefcl_host_memory))

#ifdef __cplusplus
}
#endif
#endif
