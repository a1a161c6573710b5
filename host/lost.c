/* SPDX-License-Identifier: Apache-2.0 */
/* Devices that are lost: a command ended in an error, or did not end in time. All of a context is suspect then, and the
 * next call might wait for ever, so none is made. Other contexts are left alone. */
#include <stdarg.h>
#include <stdio.h>

#include "host.h"

void ncl_lost_mark(nnefcl_device *device, cl_event stuck, const char *format, ...)
{
    va_list args;
    pthread_mutex_lock(&device->lock);
    if (!device->lost) {
        va_start(args, format);
        vsnprintf(device->loss, sizeof device->loss, format, args);
        va_end(args);
        device->stuck = stuck && clRetainEvent(stuck) == CL_SUCCESS ? stuck : NULL;
        atomic_store(&device->lost, true);
    }
    pthread_mutex_unlock(&device->lock);
}

/* The device is back when what it was stuck in is over, and went well. Under the lock. */
static void lost_look(nnefcl_device *device)
{
    struct ncl_diag ignored;
    ncl_diag_init(&ignored, NULL, NULL, NULL, false);
    if (!device->stuck || !ncl_event_over(device->stuck))
        return;
    atomic_store(&device->lost, ncl_event_check(device->stuck, &ignored) != NNEFCL_OK);
    clReleaseEvent(device->stuck);
    device->stuck = NULL;
}

nnefcl_status ncl_lost_check(nnefcl_device *device, struct ncl_diag *diag)
{
    nnefcl_status status = NNEFCL_OK;
    if (!atomic_load(&device->lost))
        return NNEFCL_OK;
    pthread_mutex_lock(&device->lock);
    lost_look(device);
    if (device->lost)
        status = ncl_error(diag, NNEFCL_ERR_DEVICE, NCL_NOWHERE, "the device is lost: %s", device->loss);
    pthread_mutex_unlock(&device->lock);
    return status;
}

void ncl_lost_keep(struct nnefcl_session *session)
{
    nnefcl_device *device = session->device;
    pthread_mutex_lock(&device->lock);
    session->next_orphan = device->orphan;
    device->orphan = session;
    pthread_mutex_unlock(&device->lock);
}

struct nnefcl_session *ncl_lost_take(nnefcl_device *device)
{
    struct nnefcl_session *over = NULL;
    pthread_mutex_lock(&device->lock);
    for (struct nnefcl_session **at = &device->orphan; *at;) {
        struct nnefcl_session *session = *at;
        if (!ncl_event_over(session->stuck)) {
            at = &session->next_orphan;
            continue;
        }
        *at = session->next_orphan;
        session->next_orphan = over;
        over = session;
    }
    pthread_mutex_unlock(&device->lock);
    return over;
}
