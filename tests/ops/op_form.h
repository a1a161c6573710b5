/* SPDX-License-Identifier: Apache-2.0 */
/* The forms in which a plan meets a device: the cases of operations run in each of them. */
#ifndef OP_FORM_H
#define OP_FORM_H

#include <check.h>
#include <stdlib.h>

#include "host/host.h"
#include "nnefcl/nnefcl.h"

enum { OP_FORM_LAUNCH, OP_FORM_PERSISTENT, OP_FORM_GPU, OP_FORM_WIDE, OP_FORMS };

struct op_form {
    const char *name;
    nnefcl_execution execution;
    bool gpu;       /* work-groups and small tasks, on whatever device there is */
    unsigned lanes; /* of vectors, with the tiles and caches that go with them; 0: the device's */
};

static const struct op_form op_forms[OP_FORMS] = {
    [OP_FORM_LAUNCH] = {"launch", NNEFCL_EXECUTION_LAUNCHES, false, 0},
    [OP_FORM_PERSISTENT] = {"persistent", NNEFCL_EXECUTION_PERSISTENT, false, 0},
    [OP_FORM_GPU] = {"gpu", NNEFCL_EXECUTION_LAUNCHES, true, 0},
    [OP_FORM_WIDE] = {"wide", NNEFCL_EXECUTION_LAUNCHES, false, 16},
};

/* Opens a device for a form. One seen as a GPU differs from a CPU in what decides about kernels, groups and tasks;
 * groups are as large as the device allows. */
static inline nnefcl_device *op_form_open(const struct op_form *form)
{
    nnefcl_device *opened = NULL;
    nnefcl_error error = {0};
    nnefcl_device_open(getenv("NNEFCL_DEVICE"), NULL, &opened, &error);
    ck_assert_msg(opened != NULL, "no device: %s", error.message);
    if (form->gpu) {
        opened->target.cpu = false;
        opened->target.group = opened->target.max_work_group < 64 ? 1 : 64;
        opened->target.chunk = ncl_target_generic_gpu.chunk;
        opened->target.local_is_global = false;
    }
    if (form->lanes) {
        opened->target.lanes = form->lanes;
        opened->target.registers = ncl_target_registers(form->lanes);
        opened->target.chunk = opened->target.cpu ? opened->target.chunk : form->lanes;
    }
    return opened;
}

/* The device of a form for the whole process: one for forms that leave it as it is. */
static inline const nnefcl_device *op_form_device(const struct op_form *form)
{
    static nnefcl_device *devices[OP_FORMS];
    nnefcl_device **kept = &devices[form->gpu || form->lanes ? form - op_forms : OP_FORM_LAUNCH];
    if (!*kept)
        *kept = op_form_open(form);
    return *kept;
}

/* Suites whose kernels have tiles, sized by the width of vectors, define it as 1; the others meet another width with
 * NNEFCL_LONG alone. */
#ifndef OP_TILES
#define OP_TILES 0
#endif

/* Is there this form on the device? Persistent execution is for CPUs. */
static inline bool op_form_exists(const struct op_form *form)
{
    if (form->lanes && !OP_TILES && !getenv("NNEFCL_LONG"))
        return false;
    return form->execution != NNEFCL_EXECUTION_PERSISTENT || op_form_device(form)->target.cpu;
}

/* Is every variant forced in it, or what is chosen run alone? Vectors of another width change tiles, not which variants
 * there are; each body costs a quarter of a second of the compiler. NNEFCL_LONG: every one in every form. */
static inline bool op_form_forces(const struct op_form *form)
{
    return !form->lanes || getenv("NNEFCL_LONG");
}

#endif
