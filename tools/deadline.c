/* SPDX-License-Identifier: Apache-2.0 */
/* A deadline ends the process from a signal handler by _exit: neither a call that hangs nor the exit handlers of a
 * driver whose device does, which wait for it, can keep it. So all that is said is written before. The signal of
 * processor time is one that no driver's compiler takes for itself, as LLVM does SIGXCPU. */
#include "deadline.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "document.h"
#include "draft.h"

/* The end takes processor time as well, giving back what memory there is: that share of a limit is kept for it. */
#define END_SHARE 0.04

/* What is said at the end of a time. */
struct deadline {
    clockid_t clock;
    int signal;
    enum status status;
    char text[160], document[256];
};
enum { DEADLINE_TIME, DEADLINE_CPU, DEADLINES };
static struct deadline deadlines[DEADLINES] = {{CLOCK_MONOTONIC, SIGALRM, STATUS_TIMEOUT, "", ""},
                                               {CLOCK_PROCESS_CPUTIME_ID, SIGVTALRM, STATUS_LIMIT, "", ""}};

/* Only calls that a signal handler may make. */
static void deadline_reached(int signal_number)
{
    const struct deadline *d = &deadlines[signal_number == SIGVTALRM];
    const char *document = document_printed() ? "" : d->document;
    draft_drop();
    if (write(STDERR_FILENO, d->text, strlen(d->text)) < 0 || write(STDOUT_FILENO, document, strlen(document)) < 0)
        _exit((int)d->status);
    _exit((int)d->status);
}

static bool timer_start(const struct deadline *d, double seconds)
{
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = d->signal};
    struct sigaction action = {.sa_handler = deadline_reached};
    struct itimerspec time = {.it_value = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)}};
    if (!time.it_value.tv_sec && !time.it_value.tv_nsec)
        time.it_value.tv_nsec = 1; /* 0 would be never */
    return !sigaction(d->signal, &action, NULL) && !timer_create(d->clock, &event, &timer) &&
           !timer_settime(timer, 0, &time, NULL);
}

static enum status deadline_start(struct deadline *d, double seconds, const char *what, bool json, struct talk *talk)
{
    if (!seconds)
        return STATUS_OK;
    snprintf(d->text, sizeof d->text, "nnef-cl-run: error: %s\n", what);
    if (json)
        snprintf(d->document, sizeof d->document,
                 "{\"schema\": \"nnefcl/error/1\", \"status\": %d, \"errors\": [{\"message\": \"%s\"}]}\n",
                 (int)d->status, what);
    return timer_start(d, seconds) ? STATUS_OK : talk_fail(talk, STATUS_LIMIT, "no timer: %s", strerror(errno));
}

enum status deadline_set(const struct options *o, struct talk *talk)
{
    const double cpu = o->cpu_limit ? o->cpu_limit : o->action == ACTION_CHECK ? CHECK_CPU : 0;
    char what[128];
    snprintf(what, sizeof what, "not done within %g s, which --timeout allows", o->timeout);
    const enum status status = deadline_start(&deadlines[DEADLINE_TIME], o->timeout, what, o->json, talk);
    snprintf(what, sizeof what, "%g s of processor time are used, and --cpu-limit is %g%s", cpu, cpu,
             o->cpu_limit ? "" : ", as --check has it");
    return status ? status : deadline_start(&deadlines[DEADLINE_CPU], cpu - cpu * END_SHARE, what, o->json, talk);
}
