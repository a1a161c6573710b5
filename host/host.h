/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of host/ share: the objects behind nnefcl_device and nnefcl_session. Nothing outside host/ includes
 * this.
 *
 * Life of a session: plan (session.c) -> programs (session_programs.c, from program_pool.c or program.c) -> buffers and
 * records (memory.c) -> init steps (session_init.c, upload.c, step.c), or the weights of another session (shared.c) ->
 * one kernel object for each run step, launched once (session_ready.c). After that nothing of the model is used any
 * more.
 */
#ifndef NCL_HOST_H
#define NCL_HOST_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/alloc.h"
#include "base/diag.h"
#include "model/frozen.h"
#include "nnefcl/opencl.h"
#include "plan/launch_parts.h"
#include "plan/source_persistent.h"

/* ---- opencl_error.c ---- */

/* "CL_OUT_OF_RESOURCES"; "unknown code" for others. */
const char *ncl_opencl_name(cl_int code);
/* CL_SUCCESS: NNEFCL_OK. Else reports "<who>: <call> failed: CL_... (-5)" at a place and returns the status that stands
 * for the code. `who` NULL: nobody. */
nnefcl_status ncl_opencl_check(struct ncl_diag *diag, struct ncl_loc at, const char *who, const char *call,
                               cl_int code);

/* ---- device_list.c ---- */

/* Describes a device and says whether it can be used. `allocator` for the strings that are read. */
void ncl_device_query(cl_device_id id, const nnefcl_allocator *allocator, nnefcl_device_info *info);
/* The last part of it: lanes, registers, caches and what else kernels are made for. */
void ncl_device_facts(cl_device_id id, nnefcl_device_info *info);
/* Calls visit for every device of every platform until it returns non-zero. */
nnefcl_status ncl_device_each(const nnefcl_allocator *allocator,
                              int (*visit)(void *user, cl_device_id id, const nnefcl_device_info *info), void *user,
                              struct ncl_diag *diag);
const char *ncl_device_type_name(nnefcl_device_type type);

/* ---- device.c ---- */

/* A program that was built, under the key of a kernel in it or of the persistent form that it holds. */
struct ncl_pool_entry {
    uint64_t key;
    cl_program program;
    struct ncl_bodies bodies; /* of a persistent form that was built here; none: not known */
};

struct nnefcl_device {
    atomic_uint holds; /* callers and sessions */
    nnefcl_allocator allocator;
    cl_context context; /* retained */
    cl_device_id id;    /* retained */
    nnefcl_device_info info;
    struct ncl_target target;
    bool keeps_programs;  /* the driver has a cache of its own (docs/start.md) */
    double claim_ms;      /* how long others that compile the same program are waited for */
    bool far;             /* its memory is its own, not that of the host */
    bool nameless;        /* programs are compiled without names of values: none has a barrier */
    pthread_mutex_t lock; /* for what follows: sessions on several threads share it */
    struct ncl_pool_entry *pool;
    size_t pool_count, pool_capacity;
    struct ncl_shared *shared; /* weights of the sessions that are alive, or are being made */
    pthread_cond_t shared_changed;
    struct ncl_cache *cache;       /* NULL: none */
    atomic_bool lost;              /* what follows is there */
    char loss[128];                /* why */
    cl_event stuck;                /* it is back when this is over; NULL: lost for good */
    struct nnefcl_session *orphan; /* sessions that were freed before their commands were over */
};

nnefcl_device *ncl_device_retain(const nnefcl_device *device);

/* ---- lost.c: devices that are not to be relied on ---- */

/* From now on all calls for the device answer that it is lost, and why; until `stuck` is over, or for good if that is
 * NULL. */
void ncl_lost_mark(nnefcl_device *device, cl_event stuck, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
nnefcl_status ncl_lost_check(nnefcl_device *device, struct ncl_diag *diag);
/* A session that was freed while its commands run. */
void ncl_lost_keep(struct nnefcl_session *session);
/* A list of those whose commands are over. */
struct nnefcl_session *ncl_lost_take(nnefcl_device *device);

/* ---- program.c ---- */

/* One source and what becomes of it. */
struct ncl_source_build {
    const char *name; /* for messages */
    cl_program program;
    bool declares; /* ncl_source_declares */
    cl_int code;
};

/* Nothing that changes numbers; warnings are for those who write kernels, not for users. NVIDIA's compiler is told to
 * stay within 128 registers: two work-groups of 256 work-items fit a multiprocessor then. */
const char *ncl_program_options(const nnefcl_device *device, bool declares);
/* clBuildProgram; a text that declares what it calls goes without the driver's header. Should the driver need it all
 * the same, it is built again as any other text. */
cl_int ncl_program_compile(const nnefcl_device *device, cl_program program, bool declares);
/* The program of a text, not yet built. */
nnefcl_status ncl_program_create(const nnefcl_device *device, const struct ncl_text *text,
                                 struct ncl_source_build *build, struct ncl_diag *diag);
/* Builds all of them, several at a time. The first failure is reported with the beginning of the compiler's log.
 * `session`: the one that is made, whose application is told how far it is; NULL: none is. */
nnefcl_status ncl_program_build(const nnefcl_device *device, const struct nnefcl_session *session,
                                struct ncl_source_build *build, size_t count, struct ncl_diag *diag);

/* ---- program_pool.c: programs that are there already ---- */

/* The program that holds the kernel or the persistent form of this key, with a hold for the caller; NULL: none. */
cl_program ncl_pool_find(const nnefcl_device *device, uint64_t key);
/* Keeps a program that is built until the device is freed. Without memory it is not kept, which only costs time. */
void ncl_pool_keep(const nnefcl_device *device, uint64_t key, cl_program program);
/* The same for persistent forms: any that has the bodies asked for, and which these are; they live as long as the
 * device. */
cl_program ncl_pool_find_bodies(const nnefcl_device *device, uint64_t key, struct ncl_bodies *bodies);
void ncl_pool_keep_bodies(const nnefcl_device *device, uint64_t key, const struct ncl_bodies *bodies,
                          cl_program program);
void ncl_pool_free(nnefcl_device *device);

/* ---- programs_ahead.c: kernels that sessions will want ---- */

enum { NCL_AHEAD_KERNELS = 16 }; /* in one program: a first launch of some drivers goes through all of it */
struct ncl_ahead {
    const nnefcl_device *device;
    size_t count;
    struct ncl_kernel kernel[NCL_AHEAD_KERNELS];
};
/* The launch forms of a plan, from its kernel `first` on, that neither wait nor are in the pool; those of registered
 * operations stay alone, as in sessions. Returns the kernel for which there is no room, kernel_count if there is none.
 * The plan has to live until the build. */
size_t ncl_ahead_add(struct ncl_ahead *ahead, const struct ncl_plan *plan, size_t first);
/* Compiles what waits as one program, and keeps it in the pool; after an error sessions compile their own. */
nnefcl_status ncl_ahead_build(struct ncl_ahead *ahead, struct ncl_diag *diag);

/* ---- cache.c: programs on disk ---- */

/* Opens the cache that the options ask for, if any. What is wrong with it is a note. */
void ncl_cache_open(nnefcl_device *device, const nnefcl_device_options *options, struct ncl_diag *diag);
void ncl_cache_close(nnefcl_device *device);
/* The program for this key, built and with a hold for the caller; NULL: there is none that can be used (a note says
 * why). All its kernels are in the pool then. */
cl_program ncl_cache_load(const nnefcl_device *device, uint64_t key, struct ncl_diag *diag);
/* The file of claims (cache.h), opened; -1: there is none. */
int ncl_cache_claims(const nnefcl_device *device);
/* Is a program with these keys there, be it that somebody stored it since the cache was opened? */
bool ncl_cache_look(const nnefcl_device *device, uint64_t program, const uint64_t *key, size_t count);
/* A program that was built from `source`, found under these keys from now on. `alone`: it is claimed. */
void ncl_cache_store(const nnefcl_device *device, uint64_t program, const uint64_t *key, size_t count,
                     const struct ncl_text *source, cl_program built, bool alone, struct ncl_diag *diag);

/* ---- the session ---- */

#define NCL_STORAGE_KINDS (NCL_STORE_OUTPUT + 1)

/* A buffer of the plan on the device. */
struct ncl_slot {
    cl_mem own;           /* NULL: not there (yet, or any more) */
    cl_mem bound;         /* the application's, retained; NULL: `own` is used */
    cl_mem lent;          /* the memory of the caller of a run, while that lasts; NULL: `own` is used */
    cl_mem_flags flags;   /* of the binding */
    uint64_t offset;      /* of the binding, bytes */
    unsigned char *pages; /* where the host sees `own`, if it asked for large pages of it; it is not mapped any more */
    size_t fresh, fresh_end; /* bytes of it that nobody may have touched yet */
    uint64_t surplus;        /* bytes that it has more than the plan's buffer */
    size_t use_count;        /* inputs and outputs: the operands of run steps that lie in this buffer */
    struct ncl_use {
        uint32_t step;
        unsigned operand;
    } * use;
};
/* What stands for the buffer now; NULL: it is not there. */
static inline cl_mem ncl_slot_memory(const struct ncl_slot *slot)
{
    return slot->bound ? slot->bound : slot->lent ? slot->lent : slot->own;
}

/* A command of a run, where steps are launches. */
struct ncl_command {
    size_t step;
    struct ncl_part part;
};

/* How long a call may wait, and whom it tells of it. */
struct ncl_patience {
    double timeout_ms; /* 0: for ever */
    nnefcl_waiting_fn waiting;
    void *waiting_user;
    nnefcl_progress_fn progress; /* while the session is made */
    void *progress_user;
    double begun; /* the clock when the call began */
};

/* Host memory between the caller's and the device: a device that hangs may touch later what it was given, and one with
 * memory of its own takes from pinned memory while the next piece is copied there. */
struct ncl_bounce {
    unsigned char *data; /* NULL: none yet */
    size_t size, used;
    cl_mem pinned; /* whose memory it is, mapped; NULL: the allocator's */
    bool on;       /* since ncl_bounce_begin */
};

struct nnefcl_session {
    struct ncl_budget *budget; /* of all host memory that follows */
    struct ncl_arena arena;    /* the session itself too */
    nnefcl_device *device;
    cl_command_queue queue; /* in-order, our own */
    const struct ncl_plan *plan;
    uint64_t identity; /* of the model */
    nnefcl_execution execution;
    nnefcl_profiling profiling;
    bool clblast;
    bool separate;             /* a buffer for each tensor */
    struct ncl_slot *slot;     /* by buffer of the plan */
    struct ncl_shared *shared; /* the weights, if others may use them too */
    pthread_t toucher;         /* of pages */
    bool touching;
    uint64_t touch_most;
    atomic_bool touch_stop;
    atomic_bool large_pages_late; /* the system took longer for them than for small ones */
    cl_mem records, counters;     /* counters: persistent form only */
    cl_int stalled;               /* persistent: a run ended because a group waited without end */
    size_t record_bytes;
    cl_kernel *kernel; /* by run step; NULL for copies and GEMMs; the persistent form has one at [0] */
    struct ncl_command *command;
    size_t command_count, *begin; /* by run step: its first command; one more behind the last */
    const char **location;        /* by run step: "graph.nnef:12:9 conv1 = conv" */
    cl_event *event;              /* profiling: by command of the last run; of RUNS the first and the last only */
    cl_event *transfer_event;     /* of inputs and outputs; without profiling during a run only */
    size_t transfer_count;
    bool adrift;   /* an error left commands on the application's queue whose end nobody can wait for */
    cl_event last; /* of the last run that was enqueued by the application, NULL: none that is not known to be over */
    struct ncl_recorded *recorded; /* NULL: launches alone */
    bool steady;                   /* there was a run with the buffers of now */
    struct ncl_flight *flight;     /* runs that may still fail, in the order of their call */
    struct ncl_patience patience;
    struct ncl_bounce bounce;
    cl_event stuck; /* the device has commands that nobody waits for any more, up to this one; NULL: none */
    struct nnefcl_session *next_orphan;
    struct nnefcl_stream *kept_stream; /* freed while the device was stuck, and others */
    nnefcl_error failure;              /* the error that ended this session */
    nnefcl_timing timing;              /* what the host measured of the last run */
};

/* What exists only while a session is made. */
struct ncl_maker {
    struct nnefcl_session *session;
    const struct nnefcl_model *model;
    const nnefcl_session_options *options;
    const struct ncl_graph *graph; /* behind the passes */
    struct ncl_arena scratch;
    struct ncl_diag *diag;
    struct ncl_program_text set; /* persistent form: the bodies that it needs */
    struct ncl_bodies bodies;    /* those that its program has */
    cl_program *program;         /* by kernel of the plan, each with a hold; NULL: not needed */
    struct ncl_built *built;     /* programs that were not there: they go to the cache when the session is ready */
    size_t built_count;
    cl_program persistent;  /* with a hold */
    bool weights_are_there; /* those of another session */
    int claims;             /* of the programs that are built: a file; -1: none */
    bool alone;             /* all of them are claimed */
    double claims_until;    /* when waiting for others ends; 0: nobody was waited for */
};

/* ---- session.c ---- */

/* Frees sessions in earnest that were freed while their commands ran, once these are over. */
void ncl_session_sweep(nnefcl_device *device);

/* ---- progress.c ---- */

/* Tells the application how far it is; NNEFCL_ERR_CANCELLED when that ends the call, NNEFCL_ERR_TIMEOUT when its time
 * does. */
nnefcl_status ncl_progress_tell(const struct nnefcl_session *session, nnefcl_stage stage, uint64_t done, uint64_t total,
                                struct ncl_diag *diag);

/* ---- wait.c ---- */

/* A call begins: its time is counted from now on. */
void ncl_wait_begin(struct nnefcl_session *session);
/* Do calls come back before the device does? */
bool ncl_wait_is_limited(const struct nnefcl_session *session);
/* NNEFCL_ERR_TIMEOUT when the time of the call is over. */
nnefcl_status ncl_wait_check_time(const struct nnefcl_session *session, struct ncl_diag *diag);
/* Commands of the session that nobody waited for are over and the device is not lost, or NNEFCL_ERR_DEVICE. */
nnefcl_status ncl_wait_stuck(struct nnefcl_session *session, struct ncl_diag *diag);
/* Until an event is over, in whatever way, and tells how. NULL: nothing to wait for. */
nnefcl_status ncl_wait_event(struct nnefcl_session *session, cl_event event, struct ncl_diag *diag);
/* Until all is over that the session's own queue was given; `last` is the event of its last command, NULL: unknown. A
 * command that ended in an error means that the device is lost. */
nnefcl_status ncl_wait_queue(struct nnefcl_session *session, const char *who, cl_event last, struct ncl_diag *diag);
/* The same of any queue that works for the session, where an object ends, and how its commands did is nobody's business
 * any more. NULL: there is none. */
void ncl_wait_idle(struct nnefcl_session *session, cl_command_queue queue);

/* ---- lend.c ---- */

/* *lent: the run reads this input, `offset` bytes behind the start of its own buffer, at `from` instead, of which
 * nothing is left behind ncl_lend_end; else it has to be copied. */
nnefcl_status ncl_lend_input(struct nnefcl_session *session, const struct ncl_plan_tensor *tensor, uint64_t offset,
                             const void *from, bool *lent, struct ncl_diag *diag);
/* At the end of the run, also of one that failed. */
nnefcl_status ncl_lend_end(struct nnefcl_session *session, struct ncl_diag *diag);

/* ---- bounce.c ---- */

/* Room for `bytes` of what ncl_bounce_take hands out; nothing may be under way. Without a limit, and where the device
 * shares the memory of the host or they are many, there is none, and ncl_bounce_take answers with the caller's memory.
 */
nnefcl_status ncl_bounce_begin(struct nnefcl_session *session, uint64_t bytes, struct ncl_diag *diag);
void *ncl_bounce_take(struct nnefcl_session *session, const void *caller, size_t bytes);
/* The same with a copy of what the caller has there. */
const void *ncl_bounce_in(struct nnefcl_session *session, const void *caller, size_t bytes);
/* What of so many bytes is copied and sent at a time: all, or a piece while the one before it is on its way. */
size_t ncl_bounce_piece(const struct nnefcl_session *session, size_t bytes);
/* How many pieces that can be at most. */
size_t ncl_bounce_pieces(uint64_t bytes);
/* What `bytes` take of the room. */
uint64_t ncl_bounce_room(uint64_t bytes);
/* Reads a part of a buffer and waits for it. */
nnefcl_status ncl_bounce_read(struct nnefcl_session *session, cl_mem memory, size_t offset, size_t bytes, void *data,
                              const char *who, struct ncl_diag *diag);
void ncl_bounce_free(struct nnefcl_session *session);
/* stream.c: streams that were freed while the device was stuck, now that it is not. */
void ncl_stream_sweep(struct nnefcl_session *session);

/* ---- commands.c ---- */

/* Makes the commands of a run, none longer than `most_ms` milliseconds of a slow device (0: as long as it takes). */
nnefcl_status ncl_commands_make(struct nnefcl_session *session, double most_ms, struct ncl_diag *diag);

/* ---- session_programs.c ---- */

/* Finds or builds all programs that the session needs. */
nnefcl_status ncl_programs_make(struct ncl_maker *maker);
/* Is the persistent form in the pool or on disk? It is held from now on. */
bool ncl_programs_find_persistent(struct ncl_maker *maker);
/* The keys under which a program is found. NULL: out of memory. */
const uint64_t *ncl_programs_keys(struct ncl_maker *maker, const struct ncl_program_text *text, size_t *count);
void ncl_programs_store(struct ncl_maker *maker);
void ncl_programs_release(struct ncl_maker *maker);

/* ---- session_claims.c ---- */

/* Claims what has to be built, where a driver asks for it (cache_claim.c); waits for those who make it, for a while.
 * `again`: nothing is claimed, since some of it is in the pool or in the cache now. */
nnefcl_status ncl_claims_take(struct ncl_maker *maker, const struct ncl_program_texts *texts, bool *again);
void ncl_claims_drop(struct ncl_maker *maker);

/* ---- session_init.c ---- */

/* Fills the weights and gives the state its initial values. */
nnefcl_status ncl_init_run(struct ncl_maker *maker);

/* ---- session_ready.c ---- */

/* Kernel objects of the run steps; each is launched once, without a task, so that no driver is left with work that it
 * puts off until the first launch. */
nnefcl_status ncl_ready_make(struct ncl_maker *maker);
/* A kernel object of a step. */
nnefcl_status ncl_ready_kernel(const struct ncl_maker *maker, const struct ncl_step *step, cl_kernel *kernel);

/* ---- shared.c: weights of one model on one device ---- */

/* Takes over the weights of a session that made the same ones from the same model, or is making them: then it waits.
 * Where there is none, those of this session are announced. */
nnefcl_status ncl_shared_take(struct ncl_maker *maker);
/* Lets other sessions have them; called when they are complete. */
nnefcl_status ncl_shared_offer(struct ncl_maker *maker);
/* A session ends. */
void ncl_shared_drop(struct nnefcl_session *session);

/* ---- pages.c ---- */

/* Memory of `bytes` bytes with nothing in it comes in large pages, where a device and a system have such; `used` of
 * them soon. */
nnefcl_status ncl_pages_enlarge(struct nnefcl_session *session, struct ncl_slot *slot, size_t bytes, size_t used,
                                struct ncl_diag *diag);
/* The same for memory of the host: a hint. */
void ncl_pages_ask(void *data, size_t bytes);
/* A thread, one at a time, has the system give those pages, `most` bytes of all that are asked for by now, until the
 * next call or _end, when who needs them has them: no buffer may go before. */
void ncl_pages_begin(struct nnefcl_session *session, uint64_t most);
void ncl_pages_end(struct nnefcl_session *session);
/* `from` goes on as `to`, of `bytes` bytes, where `touched` were in use: the rest is fresh, or goes back to the system.
 */
void ncl_pages_inherit(const struct ncl_slot *from, struct ncl_slot *to, size_t touched, size_t bytes);

/* ---- memory.c ---- */

/* Makes the buffers for which wanted[storage] is set and that are not there. */
nnefcl_status ncl_memory_create(struct nnefcl_session *session, const bool wanted[NCL_STORAGE_KINDS],
                                struct ncl_diag *diag);
/* The record buffer, and the counters of the persistent form. */
nnefcl_status ncl_memory_records(struct ncl_maker *maker);
/* Zeroes the counters again, if there are any: a kernel that was cut off leaves them anyhow. */
nnefcl_status ncl_memory_zero_counters(struct nnefcl_session *session, struct ncl_diag *diag);
void ncl_memory_release(struct nnefcl_session *session, enum ncl_storage storage);
/* Buffers of init go; on a CPU device one may go on as one that lives between run steps. */
void ncl_memory_end_init(struct nnefcl_session *session);
void ncl_memory_free(struct nnefcl_session *session);
/* Where a tensor lies now. */
cl_mem ncl_memory_place(const struct nnefcl_session *session, ncl_ref tensor, uint64_t *offset);

/* ---- upload.c ---- */

/* Runs load steps. Small tensors gather in blocks of host memory that travel without waiting, large ones are decoded
 * into mapped device memory. */
struct ncl_upload {
    struct nnefcl_session *session;
    const struct ncl_graph *graph; /* behind the passes: its tensors are loaded */
    struct ncl_weights *weights;
    unsigned char *memory; /* of the block, which begins at a large page */
    unsigned char *block;  /* two halves, which take turns */
    size_t used;           /* of the half that is filled */
    bool second;           /* it is the second */
    cl_event other;        /* the device is behind what stands in the other half; NULL: nothing does */
};
nnefcl_status ncl_upload_open(struct ncl_upload *upload, struct nnefcl_session *session,
                              const struct nnefcl_model *model, const struct ncl_graph *graph, struct ncl_diag *diag);
nnefcl_status ncl_upload_load(struct ncl_upload *upload, const struct ncl_step *step, struct ncl_diag *diag);
/* Waits for what is on its way; also after errors. */
void ncl_upload_close(struct ncl_upload *upload);

/* ---- step.c ---- */

/* A kernel object for a kernel step, all arguments set; `name` is the kernel's in the program. */
nnefcl_status ncl_step_kernel(const struct nnefcl_session *session, const struct ncl_step *step, cl_program program,
                              const char *name, cl_kernel *kernel, struct ncl_diag *diag);
/* The number of tasks that the next launches do. */
nnefcl_status ncl_step_set_tasks(const struct ncl_step *step, cl_kernel kernel, uint64_t tasks, struct ncl_diag *diag);
/* Sets the two arguments of one tensor again. */
nnefcl_status ncl_step_set_tensor(const struct nnefcl_session *session, const struct ncl_step *step, unsigned operand,
                                  cl_kernel kernel, struct ncl_diag *diag);
/* Enqueues a part of a step; copies and GEMMs have one. `event` may be NULL. */
nnefcl_status ncl_step_enqueue_part(const struct nnefcl_session *session, const struct ncl_step *step,
                                    struct ncl_part part, cl_kernel kernel, cl_command_queue queue, cl_uint wait_count,
                                    const cl_event *wait, cl_event *event, struct ncl_diag *diag);
/* All of it. */
nnefcl_status ncl_step_enqueue(const struct nnefcl_session *session, const struct ncl_step *step, cl_kernel kernel,
                               cl_command_queue queue, cl_uint wait_count, const cl_event *wait, cl_event *event,
                               struct ncl_diag *diag);

/* What a launch of a part covers, in work-items; false: more than there can be. */
struct ncl_range {
    size_t first, global, local;
};
bool ncl_step_range(const struct nnefcl_session *session, const struct ncl_step *step, struct ncl_part part,
                    struct ncl_range *range);
/* What a copy copies. */
struct ncl_copy_of {
    cl_mem from, to;
    size_t from_offset, to_offset, bytes;
};
struct ncl_copy_of ncl_step_copy(const struct nnefcl_session *session, const struct ncl_step *step);

/* ---- recorded.c: the run list as one command ---- */

/* Finds whether it can be. */
nnefcl_status ncl_recorded_make(struct ncl_maker *maker);
/* Buffers change, or the session ends: nothing is recorded. */
void ncl_recorded_drop(struct nnefcl_session *session);
/* A run on the session's own queue, on which nothing is under way; false: it takes launches. */
bool ncl_recorded_enqueue(struct nnefcl_session *session);

/* ---- moment.c ---- */

/* Milliseconds on a monotonic clock. */
double ncl_moment_now(void);

/* ---- event.c ---- */

/* How far a command is; negative: the error that ended it. */
nnefcl_status ncl_event_state(cl_event event, cl_int *state, struct ncl_diag *diag);
/* How a command ended; NULL: nothing to tell. */
nnefcl_status ncl_event_check(cl_event event, struct ncl_diag *diag);
bool ncl_event_over(cl_event event);
/* Adds the events that are not over to `pending`. One that failed, or of another context, is an error of the call. */
nnefcl_status ncl_event_pending(cl_context context, const cl_event *event, cl_uint count, cl_event *pending,
                                cl_uint *pending_count, struct ncl_diag *diag);

/* A command on `queue` is to wait for the event: where that is of another queue, it may never come unless that queue is
 * flushed (OpenCL 1.2, 5.13). Waiting on the host flushes it anyway. */
void ncl_event_flush(cl_event event, cl_command_queue queue);

/* ---- times.c ---- */

/* Before a run: the last one was not measured any more. */
void ncl_times_forget(struct nnefcl_session *session);
/* Holds events of a run, by command, that somebody else holds too. */
void ncl_times_hold(struct nnefcl_session *session, const cl_event *event);
/* Of a run step in the last run; negative: not measured. */
void ncl_times_step(const struct nnefcl_session *session, size_t index, double *start_ms, double *device_ms);

/* ---- flight.c: runs of the application that wait for events which may fail ---- */

/* Room for an event of each command of a run; NULL: no memory. */
struct ncl_flight *ncl_flight_new(const struct nnefcl_session *session);
/* NULL of NULL. */
cl_event *ncl_flight_events(struct ncl_flight *flight);
/* The run is enqueued; the session owns the flight from now on. `over` ends it, NULL: nobody knows. */
nnefcl_status ncl_flight_start(struct nnefcl_session *session, struct ncl_flight *flight, cl_event over,
                               struct ncl_diag *diag);
/* Frees those that are over, or all. */
void ncl_flight_land(struct nnefcl_session *session, bool all);

/* ---- run.c ---- */

/* Enqueues all run steps in order, starting after `wait`. In-order queues order them; on others each step waits for the
 * one before it. *done, if not NULL, is the event of the last command. `events`, if not NULL, receives an event for
 * every command. */
nnefcl_status ncl_run_enqueue(struct nnefcl_session *session, cl_command_queue queue, bool in_order, cl_uint wait_count,
                              const cl_event *wait, cl_event *events, cl_event *done, struct ncl_diag *diag);
/* Waits for the last run that the application enqueued. One that failed on the device is an error here. */
nnefcl_status ncl_run_follow(struct nnefcl_session *session, struct ncl_diag *diag);
/* The last run that was enqueued is over. */
void ncl_run_forget_last(struct nnefcl_session *session);
/* Commands of one run. */
size_t ncl_run_commands(const struct nnefcl_session *session);
/* Starts a call that uses the device: an error of an earlier one is the answer to all later ones. */
nnefcl_status ncl_run_begin(struct nnefcl_session *session, struct ncl_diag *diag, nnefcl_error *error);
/* Ends it: an error stays with the session. */
nnefcl_status ncl_run_end(struct nnefcl_session *session, nnefcl_status status, nnefcl_error *error);

/* ---- opencl.c ---- */

/* Sets the arguments that name a buffer of the plan. Kernel objects keep theirs: only those of the steps that touch the
 * buffer are set again. Copies and GEMMs look the place up. */
nnefcl_status ncl_opencl_set_arguments(struct nnefcl_session *session, uint32_t buffer, struct ncl_diag *diag);

/* All inputs and outputs have the session's own memory again; also after an error, but for arguments of kernels. */
nnefcl_status ncl_opencl_unbind(struct nnefcl_session *session, struct ncl_diag *diag);

/* ---- state.c ---- */

/* Enqueues the copies of the initial values of the state. */
nnefcl_status ncl_state_enqueue_reset(struct nnefcl_session *session, struct ncl_diag *diag);

/* ---- persistent.c ---- */

/* The kernel object of a program that takes so many buffers: its arguments are those that are there, for init. */
nnefcl_status ncl_persistent_kernel(struct nnefcl_session *session, cl_program program, unsigned buffers,
                                    struct ncl_diag *diag);
/* Behind init: the buffers of a run, and a launch without a step. */
nnefcl_status ncl_persistent_ready(struct nnefcl_session *session, unsigned buffers, struct ncl_diag *diag);
nnefcl_status ncl_persistent_set_buffer(const struct nnefcl_session *session, uint32_t buffer, struct ncl_diag *diag);
/* `list`: 0, the run, or that of an init step. */
nnefcl_status ncl_persistent_enqueue(const struct nnefcl_session *session, uint64_t list, cl_command_queue queue,
                                     cl_uint wait_count, const cl_event *wait, cl_event *event, struct ncl_diag *diag);

/* Behind a run, and behind `after` if that is not NULL: asks whether its groups gave up waiting. The answer is there
 * when the event is, or the queue is finished. */
nnefcl_status ncl_persistent_ask(struct nnefcl_session *session, cl_command_queue queue, const cl_event *after,
                                 cl_event *event, struct ncl_diag *diag);
nnefcl_status ncl_persistent_judge(const struct nnefcl_session *session, struct ncl_diag *diag);

/* ---- clblast.c ---- */

bool ncl_clblast_available(void);
nnefcl_status ncl_clblast_gemm(const struct nnefcl_session *session, const struct ncl_step *step,
                               cl_command_queue queue, cl_event *event, struct ncl_diag *diag);
/* Before a context may vanish: forgets the programs that CLBlast keeps for it. */
void ncl_clblast_forget(void);

#endif
