/* SPDX-License-Identifier: Apache-2.0 */
/* OpenCL C sources from the bodies in cl/. What is in them follows from the bodies alone: no number of a plan, of a
 * buffer, of a kernel or of a batch. */
#ifndef NCL_SOURCE_H
#define NCL_SOURCE_H

#include "ir/plan.h"

/* Fills in kernel->key of every kernel: the hash of all that the compiler gets for it. */
nnefcl_status ncl_source_keys(struct ncl_plan *plan, const nnefcl_allocator *allocator);

/* What is compiled at once: the launch forms of some kernels, or the persistent form of a plan. */
struct ncl_program_text {
    bool persistent;
    size_t count;
    const uint32_t *kernel; /* of the plan, by their keys, each key once */
    uint64_t key;           /* of the whole: of its kernels' keys */
};
/* The kernels of a plan for which wanted[kernel] is set, as one. */
nnefcl_status ncl_source_set(const struct ncl_plan *plan, const bool *wanted, struct ncl_arena *arena,
                             struct ncl_program_text *program);
/* The programs of a plan. `wanted`, by kernel: those whose launch form is needed; `persistent`: the persistent form, if
 * that is to be compiled. Compilers of CPU devices need longer to start than to compile a body, and do one program at a
 * time: many bodies become one program there. A few stay alone: what a driver's cache knows of them serves other models
 * too. So do those of registered operations: their names and mistakes are their own. */
struct ncl_program_texts {
    size_t count;
    struct ncl_program_text *program;
};
nnefcl_status ncl_source_programs(const struct ncl_plan *plan, const bool *wanted,
                                  const struct ncl_program_text *persistent, struct ncl_arena *arena,
                                  struct ncl_program_texts *texts);
/* The kernels of init and of the run. */
void ncl_source_wanted(const struct ncl_plan *plan, bool init, bool run, bool *wanted);
/* The text of one. Kernels are called launch_<key>:
 *   kernel void launch_0123456789abcdef(global const long *records, ulong record, ulong tasks, global uchar *m0,
 *                                       ulong o0, global uchar *m1, ulong o1, ...)
 * with one (buffer, byte offset) pair for each tensor. Work-group size: ncl_plan_group. */
void ncl_source_text(struct ncl_text *text, const struct ncl_plan *plan, const struct ncl_program_text *program);
/* Does a text declare the functions that it calls? Then the driver need not read its own header, and the macro
 * NCL_DECLARED says so to the text. Texts of registered operations call what they like. */
bool ncl_source_declares(const char *text, size_t length);
#define NCL_LAUNCH_NAME 32 /* bytes that the name of a kernel takes */
void ncl_source_launch_name(uint64_t key, char name[NCL_LAUNCH_NAME]);

/* ---- for source_persistent.c ---- */

/* A body with its defines, and no trace of them behind it. */
void ncl_source_body(struct ncl_text *text, const struct ncl_plan *plan, uint32_t kernel);
/* The type of the task's number. */
const char *ncl_source_index_type(const struct ncl_kernel *kernel);

#endif
