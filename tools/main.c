/* SPDX-License-Identifier: Apache-2.0 */
/* nnef-cl-run: the command over the public API of nnefcl. */
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "conform.h"
#include "deadline.h"
#include "device_cure.h"
#include "doctor.h"
#include "draft.h"
#include "drivers.h"
#include "execute.h"
#include "help.h"
#include "option_table.h"
#include "report.h"

/* Ends at once, whatever the driver is doing; only calls that a signal handler may make. */
static void on_interrupt(int signal_number)
{
    static const char text[] = "\nnnef-cl-run: error: interrupted\n";
    (void)signal_number;
    draft_drop();
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
        _exit(STATUS_INTERRUPTED);
    _exit(STATUS_INTERRUPTED);
}

static enum status print_version(const struct options *options)
{
    if (options->json) {
        json_t *document = document_begin("version");
        document_set(document, "version", document_text(nnefcl_version()));
        document_print(document);
    } else {
        print("nnef-cl-run %s\n", nnefcl_version());
    }
    return STATUS_OK;
}

static enum status act(const struct options *options, struct pool *pool, struct talk *talk)
{
    struct engine engine = {.options = options, .pool = pool, .talk = talk};
    enum status status = STATUS_OK;
    switch (options->action) {
    case ACTION_HELP:
        status = help_print(options->topic, talk);
        break;
    case ACTION_VERSION:
        status = print_version(options);
        break;
    case ACTION_LIST_DEVICES:
        status = list_devices(options, pool, talk);
        break;
    case ACTION_DOCTOR:
        status = doctor_execute(options, pool, talk);
        break;
    case ACTION_LIST_OPS:
        status = list_ops(options, talk);
        break;
    case ACTION_LIST_KERNELS:
        status = list_kernels(&engine);
        break;
    case ACTION_CHECK:
        status = look_check(&engine);
        break;
    case ACTION_SUMMARY:
        status = look_summary(&engine);
        break;
    case ACTION_DUMP:
        status = look_dump(&engine);
        break;
    case ACTION_SAVE_NNEF:
        status = look_save(&engine);
        break;
    case ACTION_CONFORMANCE:
        status = conform_execute(options, pool, talk);
        break;
    case ACTION_TUNE:
        status = tune_execute(&engine);
        break;
    case ACTION_RUN:
        status = execute_runs(&engine);
        break;
    }
    engine_close(&engine);
    return status;
}

/* The heap grows by larger pieces, and keeps what it has: whoever asks the system for more waits for pages that other
 * threads have it fill (docs/start.md). */
static void heap_enlarge(void)
{
#ifdef M_TOP_PAD
    mallopt(M_TOP_PAD, 4 << 20);
    mallopt(M_TRIM_THRESHOLD, 16 << 20);
#endif
}

int main(int argc, char **argv)
{
    struct pool pool = {0};
    struct talk talk;
    struct options options;
    struct sigaction interrupt = {.sa_handler = on_interrupt};
    heap_enlarge();
    sigaction(SIGINT, &interrupt, NULL);
    talk_init(&talk);
    device_set_environment();
    enum status status = options_parse(&options, argc, argv, &pool, &talk);
    if (!status)
        status = deadline_set(&options, &talk);
    if (!status)
        status = act(&options, &pool, &talk);
    status = report_finish(&talk, status);
    pool_free(&pool);
    drivers_wait();
    return (int)status;
}
