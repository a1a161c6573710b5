/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that others make at the same moment (host/cache_claim.c): who has them alone, who waits for whom, and what
 * is kept when that takes too long. Which drivers ask for it is theirs; what claims are is the same everywhere. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/cache.h"
#include "host_case.h"

static char folder[64], notes[4096];
static int opened;

static void begin(void)
{
    char reason[160];
    snprintf(folder, sizeof folder, "/tmp/nnefcl_claims_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    opened = ncl_cache_folder_open(folder, reason, sizeof reason);
    ck_assert_msg(opened >= 0, "%s", reason);
    notes[0] = '\0';
}

static void end(void)
{
    char command[128];
    close(opened);
    snprintf(command, sizeof command, "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}

static enum ncl_claim try_claim(uint64_t program, bool alone)
{
    const int claims = ncl_cache_claims_open(opened);
    const enum ncl_claim claim = ncl_cache_claim(claims, program, alone);
    ncl_cache_claims_close(claims);
    return claim;
}

/* Those of one program exclude each other, unless all of them share it; programs, the largest keys too, do not. */
START_TEST(excluded)
{
    const uint64_t keys[] = {0, 4, 1ull << 40, UINT64_MAX};
    const int claims = ncl_cache_claims_open(opened);
    ck_assert_int_ge(claims, 0);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        ck_assert_int_eq(try_claim(keys[i], true), NCL_CLAIM_HELD);
        ck_assert_int_eq(ncl_cache_claim(claims, keys[i], i % 2), NCL_CLAIM_HELD);
        ck_assert_int_eq(try_claim(keys[i], true), NCL_CLAIM_BUSY);
        ck_assert_int_eq(try_claim(keys[i], false), i % 2 ? NCL_CLAIM_BUSY : NCL_CLAIM_HELD);
    }
    ck_assert_int_eq(try_claim(8, true), NCL_CLAIM_HELD);
    ncl_cache_claims_close(claims);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        ck_assert_int_eq(try_claim(keys[i], true), NCL_CLAIM_HELD);
    ck_assert_int_eq(ncl_cache_claim(-1, 4, true), NCL_CLAIM_NONE);
}
END_TEST

/* Who dies has no claim, and a child that the application made meanwhile keeps none. */
START_TEST(let_go)
{
    int state;
    const pid_t dying = fork();
    if (dying == 0)
        _exit(ncl_cache_claim(ncl_cache_claims_open(opened), 4, true) == NCL_CLAIM_HELD ? 0 : 1);
    ck_assert_int_eq(waitpid(dying, &state, 0), dying);
    ck_assert(WIFEXITED(state) && WEXITSTATUS(state) == 0);
    const int claims = ncl_cache_claims_open(opened);
    ck_assert_int_eq(ncl_cache_claim(claims, 4, true), NCL_CLAIM_HELD);
    const pid_t child = fork();
    if (child == 0)
        _exit(pause());
    ncl_cache_claims_close(claims);
    const enum ncl_claim claim = try_claim(4, true);
    kill(child, SIGKILL);
    ck_assert_int_eq(waitpid(child, &state, 0), child);
    ck_assert_int_eq(claim, NCL_CLAIM_HELD);
}
END_TEST

/* The file is no program: it stays where all of them go, and a link in its place is not followed. */
START_TEST(kept)
{
    const struct timespec old[2] = {{1000, 0}, {1000, 0}};
    ck_assert_int_eq(try_claim(4, true), NCL_CLAIM_HELD);
    ck_assert_int_eq(utimensat(opened, NCL_CACHE_CLAIMS, old, 0), 0);
    const int file = openat(opened, "large", O_WRONLY | O_CREAT, 0600);
    ck_assert_int_eq(write(file, "data", 4), 4);
    close(file);
    ncl_cache_folder_trim(opened, 1);
    ck_assert_int_ne(faccessat(opened, "large", F_OK, 0), 0);
    ck_assert_int_eq(faccessat(opened, NCL_CACHE_CLAIMS, F_OK, 0), 0);
    ck_assert_int_eq(unlinkat(opened, NCL_CACHE_CLAIMS, 0), 0);
    ck_assert_int_eq(symlinkat("elsewhere", opened, NCL_CACHE_CLAIMS), 0);
    ck_assert_int_eq(try_claim(4, true), NCL_CLAIM_NONE);
    ck_assert_int_ne(faccessat(opened, "elsewhere", F_OK, 0), 0);
}
END_TEST

/* ---- sessions ---- */

static void keep_note(void *user, nnefcl_severity severity, const nnefcl_error *diagnostic)
{
    (void)user;
    if (severity == NNEFCL_NOTE)
        snprintf(notes + strlen(notes), sizeof notes - strlen(notes), "%s\n", diagnostic->message);
}

static nnefcl_device *open_own(double claim_ms)
{
    nnefcl_device_options options = NNEFCL_DEVICE_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_device *own;
    options.cache_dir = folder;
    options.cache_binaries = 1;
    ck_assert_msg(nnefcl_device_open(getenv("NNEFCL_DEVICE"), &options, &own, &error) == NNEFCL_OK, "%s",
                  error.message);
    own->claim_ms = claim_ms;
    return own;
}

static void make_on(nnefcl_device *own, nnefcl_progress_fn progress, void *user)
{
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    nnefcl_device *before = device;
    options.diagnostic = keep_note;
    options.execution = NNEFCL_EXECUTION_LAUNCHES;
    options.progress = progress;
    options.progress_user = user;
    device = own;
    nnefcl_session_free(host_ready(NET_CHAIN, &options));
    device = before;
}

static int is_text(void *user, const char *name)
{
    static char data[1 << 20];
    const int file = openat(opened, name, O_RDONLY);
    const ssize_t size = name[0] == '.' ? 0 : read(file, data, sizeof data);
    close(file);
    for (ssize_t i = 0; i + 12 < size; i++)
        *(bool *)user |= memcmp(data + i, "kernel void ", 12) == 0;
    return 0;
}

static bool keeps_text(void)
{
    bool text = false;
    ncl_cache_folder_each(opened, "", is_text, &text);
    return text;
}

static int claim_all(void)
{
    struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    const int claims = ncl_cache_claims_open(opened);
    ck_assert_int_eq(fcntl(claims, F_OFD_SETLK, &all), 0);
    return claims;
}

/* Somebody has all programs and does not let go: compiled all the same, and the driver is not asked for what it made.
 */
START_TEST(held_for_ever)
{
    const int claims = claim_all();
    nnefcl_device *own = open_own(50);
    make_on(own, NULL, NULL);
    ncl_cache_claims_close(claims);
    nnefcl_device_free(own);
    ck_assert_msg(!device->keeps_programs || (strstr(notes, "is waited for") && keeps_text()), "%s", notes);
    ck_assert(strstr(notes, "is compiled"));
}
END_TEST

/* Nobody has: the driver is asked. */
START_TEST(free_to_ask)
{
    nnefcl_device *own = open_own(50);
    make_on(own, NULL, NULL);
    nnefcl_device_free(own);
    ck_assert(!device->keeps_programs || !keeps_text());
    ck_assert(!strstr(notes, "is waited for"));
}
END_TEST

static int let_go_then(void *user, nnefcl_stage stage, uint64_t done, uint64_t total)
{
    nnefcl_device *other;
    int *claims = user;
    (void)stage, (void)done, (void)total;
    if (*claims < 0 || !strstr(notes, "is waited for"))
        return 0;
    ncl_cache_claims_close(*claims);
    *claims = -1;
    other = open_own(50);
    make_on(other, NULL, NULL);
    nnefcl_device_free(other);
    notes[0] = '\0';
    return 0;
}

/* While somebody is waited for, he stores the program: it is taken, and not compiled again. */
START_TEST(taken_over)
{
    int claims = claim_all();
    nnefcl_device *own = open_own(60000);
    make_on(own, let_go_then, &claims);
    nnefcl_device_free(own);
    if (device->keeps_programs)
        ck_assert_msg(claims < 0 && !strstr(notes, "is compiled"), "%s", notes);
    else
        ncl_cache_claims_close(claims);
}
END_TEST

static int make_another(void *user, nnefcl_stage stage, uint64_t done, uint64_t total)
{
    nnefcl_device *other;
    bool *made = user;
    (void)done, (void)total;
    if (*made || stage != NNEFCL_STAGE_FIRST_LAUNCHES)
        return 0;
    *made = true;
    other = open_own(600000);
    make_on(other, NULL, NULL);
    nnefcl_device_free(other);
    return 0;
}

/* A callback makes the same: it does not wait for the session that called it. */
START_TEST(from_a_callback)
{
    bool made = false;
    nnefcl_device *own = open_own(600000);
    make_on(own, make_another, &made);
    nnefcl_device_free(own);
    ck_assert(made);
}
END_TEST

static void *make_in_thread(void *own)
{
    static const char net[] = "version 1.0;\n" NET_CHAIN;
    nnefcl_model *model = NULL;
    nnefcl_session *session = NULL;
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    options.execution = NNEFCL_EXECUTION_LAUNCHES;
    const bool ok = !nnefcl_model_open_memory(net, strlen(net), NULL, &model, NULL) &&
                    !nnefcl_session_create(model, own, &options, &session, NULL);
    nnefcl_session_free(session);
    nnefcl_model_free(model);
    return ok ? own : NULL;
}

/* Devices of their own on threads, one device on several: each gets its program. */
START_TEST(threads)
{
    enum { THREADS = 4 };
    pthread_t thread[THREADS];
    nnefcl_device *own[THREADS];
    for (int i = 0; i < THREADS; i++) {
        own[i] = i % 2 ? own[i - 1] : open_own(600000);
        ck_assert_int_eq(pthread_create(&thread[i], NULL, make_in_thread, own[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *made;
        ck_assert_int_eq(pthread_join(thread[i], &made), 0);
        ck_assert_ptr_eq(made, own[i]);
    }
    for (int i = 0; i < THREADS; i += 2)
        nnefcl_device_free(own[i]);
    ck_assert(!device->keeps_programs || !keeps_text());
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_test(tests, excluded);
    tcase_add_test(tests, let_go);
    tcase_add_test(tests, kept);
    tcase_add_test(tests, held_for_ever);
    tcase_add_test(tests, free_to_ask);
    tcase_add_test(tests, taken_over);
    tcase_add_test(tests, from_a_callback);
    tcase_add_test(tests, threads);
}

int main(void)
{
    return host_main("claims", add);
}
