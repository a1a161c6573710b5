/* SPDX-License-Identifier: Apache-2.0 */
/* Programs on disk: hits, and every reason for a miss; many processes; folders that cannot be used. */
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/cache.h"
#include "host_case.h"

static char folder[64], notes[4096];

static void keep_note(void *user, nnefcl_severity severity, const nnefcl_error *diagnostic)
{
    (void)user;
    if (severity == NNEFCL_NOTE)
        snprintf(notes + strlen(notes), sizeof notes - strlen(notes), "%s\n", diagnostic->message);
}

static nnefcl_device *open_with(const char *path, int binaries)
{
    nnefcl_device_options options = NNEFCL_DEVICE_OPTIONS_INIT;
    nnefcl_error error = {0};
    nnefcl_device *own;
    options.cache_dir = path;
    options.cache_binaries = binaries;
    options.diagnostic = keep_note;
    notes[0] = '\0';
    ck_assert_msg(nnefcl_device_open(getenv("NNEFCL_DEVICE"), &options, &own, &error) == NNEFCL_OK, "%s",
                  error.message);
    return own;
}

/* Makes, runs and frees a session on a device of its own. */
static void use_as(const char *path, int binaries, nnefcl_execution execution)
{
    nnefcl_device *own = open_with(path, binaries), *before = device;
    nnefcl_session_options options = NNEFCL_SESSION_OPTIONS_INIT;
    const float x[6] = {1, -2, 3, -4, 5, -6}, y[6] = {0};
    float z[6], r[6];
    options.diagnostic = keep_note;
    options.execution = execution;
    device = own;
    nnefcl_session *session = host_ready(NET_CHAIN, &options);
    host_run(session, (const void *[]){x, y}, (void *[]){z, r});
    ck_assert_float_eq(r[4], 5);
    nnefcl_session_free(session);
    nnefcl_device_free(own);
    device = before;
}

static void use(const char *path, int binaries)
{
    use_as(path, binaries, NNEFCL_EXECUTION_LAUNCHES);
}

static int count_file(void *user, const char *name)
{
    *(size_t *)user += name[0] != '.';
    return 0;
}

static size_t file_count(void)
{
    char reason[128];
    size_t count = 0;
    const int open_folder = ncl_cache_folder_open(folder, reason, sizeof reason);
    ck_assert_msg(open_folder >= 0, "%s", reason);
    ncl_cache_folder_each(open_folder, "", count_file, &count);
    close(open_folder);
    return count;
}

static void begin(void)
{
    snprintf(folder, sizeof folder, "/tmp/nnefcl_cache_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void end(void)
{
    char command[256];
    snprintf(command, sizeof command, "chmod -R u+w %s && rm -r %s", folder, folder);
    ck_assert_int_eq(system(command), 0);
}

/* Sources, then what the compiler made. */
START_TEST(hit)
{
    use(folder, _i);
    ck_assert_msg(strstr(notes, "is compiled"), "%s", notes);
    const size_t files = file_count();
    ck_assert_uint_gt(files, 0);
    use(folder, _i);
    ck_assert_str_eq(notes, "");
    ck_assert_uint_eq(file_count(), files);
}
END_TEST

static char path_of_one[512];

static int take_path(void *user, const char *name)
{
    (void)user;
    snprintf(path_of_one, sizeof path_of_one, "%s/%s", folder, name);
    return name[0] != '.';
}

static void find_one(void)
{
    char reason[128];
    const int open_folder = ncl_cache_folder_open(folder, reason, sizeof reason);
    ncl_cache_folder_each(open_folder, "", take_path, NULL);
    close(open_folder);
}

/* A file that is not what it was: told, compiled again, and whole afterwards. */
START_TEST(damaged)
{
    static const struct {
        long cut, flip; /* bytes that are left, the byte that is changed; negative: from the end */
        const char *reason;
    } damages[] = {{0, 0, "cut off"},        {20, 0, "cut off"},        {100, 0, "cut off"},
                   {-1, 0, "cut off"},       {1 << 20, 1, "no file"},   {1 << 20, 9, "checksum"},
                   {1 << 20, 17, "version"}, {1 << 20, 50, "checksum"}, {1 << 20, -1, "checksum"}};
    use(folder, 0);
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        struct stat info;
        unsigned char byte;
        find_one();
        ck_assert_int_eq(stat(path_of_one, &info), 0);
        const long size = (long)info.st_size, at = damages[i].flip < 0 ? size + damages[i].flip : damages[i].flip;
        const long cut = damages[i].cut < 0 ? size + damages[i].cut : damages[i].cut;
        const int file = open(path_of_one, O_RDWR);
        ck_assert_int_eq(pread(file, &byte, 1, at), 1);
        byte ^= 0x10;
        if (damages[i].flip)
            ck_assert_int_eq(pwrite(file, &byte, 1, at), 1);
        if (cut < size)
            ck_assert_int_eq(ftruncate(file, cut), 0);
        close(file);
        use(folder, 0);
        ck_assert_msg(strstr(notes, damages[i].reason) && strstr(notes, "is compiled"), "%zu: %s", i, notes);
        use(folder, 0);
        ck_assert_msg(!notes[0], "%zu: %s", i, notes);
    }
}
END_TEST

/* The file of the one program, as it is. */
static unsigned char *take_one(long *size)
{
    struct stat info;
    find_one();
    const int file = open(path_of_one, O_RDONLY);
    ck_assert_int_eq(fstat(file, &info), 0);
    unsigned char *data = malloc((size_t)info.st_size);
    ck_assert_int_eq(read(file, data, (size_t)info.st_size), info.st_size);
    close(file);
    *size = (long)info.st_size;
    return data;
}

static void put_one(const unsigned char *data, long size)
{
    const int file = open(path_of_one, O_WRONLY | O_TRUNC);
    ck_assert_int_eq(write(file, data, (size_t)size), size);
    close(file);
}

/* Cut off, and a bit flipped, at every byte with NNEFCL_LONG=1, at some without: the right result each time. */
START_TEST(every_byte)
{
    long size;
    use(folder, 0);
    unsigned char *data = take_one(&size);
    for (long at = 0; at < size; at += getenv("NNEFCL_LONG") ? 1 : size / 3) {
        put_one(data, at);
        use(folder, 0);
        ck_assert_msg(strstr(notes, "is compiled"), "cut at %ld: %s", at, notes);
        data[at] ^= (unsigned char)(1 << at % 8);
        put_one(data, size);
        data[at] ^= (unsigned char)(1 << at % 8);
        use(folder, 0);
        ck_assert_msg(strstr(notes, "is compiled"), "flipped at %ld: %s", at, notes);
    }
    free(data);
}
END_TEST

/* Another letter behind each `name` in the text of the one program, and the checksums that it has then. */
static void rename_kernels(const char *name)
{
    enum { COUNTS = 24, HEADER = 56 }; /* where a file says how many keys it has, and how long the device's words are */
    const size_t length = strlen(name);
    uint32_t counts[2];
    char identity[1025] = "";
    struct ncl_cache_content content;
    long size;
    unsigned char *data = take_one(&size);
    memcpy(counts, data + COUNTS, sizeof counts);
    ck_assert_uint_lt(counts[1], sizeof identity);
    memcpy(identity, data + HEADER + counts[0] * sizeof(uint64_t), counts[1]);
    ck_assert_ptr_null(ncl_cache_file_unpack(data, (size_t)size, identity, &content));
    unsigned char *text = (unsigned char *)content.payload;
    for (size_t at = 0; at + length < content.payload_size; at++)
        if (memcmp(text + at, name, length) == 0)
            text[at + length] ^= 1;
    size_t packed;
    unsigned char *changed = ncl_cache_file_pack(&content, NULL, &packed);
    ck_assert_ptr_nonnull(changed);
    put_one(changed, (long)packed);
    free(changed);
    free(data);
}

/* Behind checksums that are right: kernels of other names, of another text. */
START_TEST(poisoned)
{
    const nnefcl_execution execution = _i ? NNEFCL_EXECUTION_PERSISTENT : NNEFCL_EXECUTION_LAUNCHES;
    const bool fits = !_i || (device->target.cpu && device->target.relaxed_atomics);
    if (!fits)
        return;
    use_as(folder, 0, execution);
    rename_kernels(_i ? "kernel void persisten" : "kernel void launch_");
    use_as(folder, 0, execution);
    ck_assert_msg(strstr(notes, "its kernels are others") && strstr(notes, "is compiled"), "%s", notes);
    use_as(folder, 0, execution);
    ck_assert_str_eq(notes, "");
}
END_TEST

static void belong_to_another(const char *path)
{
    ck_assert_int_eq(chown(path, 65534, (gid_t)-1), 0);
}

static void be_writable_by_others(const char *path)
{
    ck_assert_int_eq(chmod(path, 0620), 0);
}

static void be_a_link(const char *path)
{
    char other[600];
    snprintf(other, sizeof other, "%s/.elsewhere", folder);
    ck_assert_int_eq(rename(path, other), 0);
    ck_assert_int_eq(symlink(other, path), 0);
}

/* A file that somebody else may have written is not taken, and replaced. */
START_TEST(not_ours_alone)
{
    static void (*const spoil[])(const char *) = {be_writable_by_others, be_a_link, belong_to_another};
    if (_i == 2 && geteuid() != 0)
        return;
    use(folder, 0);
    find_one();
    spoil[_i](path_of_one);
    use(folder, 0);
    ck_assert_msg(strstr(notes, "is not used") && strstr(notes, "is compiled"), "%s", notes);
    use(folder, 0);
    ck_assert_str_eq(notes, "");
}
END_TEST

/* A child with rights that its caller lacks. */
START_TEST(privileged)
{
    int state;
    if (geteuid() != 0)
        return;
    const pid_t child = fork();
    if (child == 0) {
        char reason[160] = "";
        const bool lent = setegid(65534) == 0;
        const int opened = ncl_cache_folder_open(folder, reason, sizeof reason);
        _exit(lent && opened < 0 && strstr(reason, "rights that its caller lacks") ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(child, &state, 0), child);
    ck_assert(WIFEXITED(state) && WEXITSTATUS(state) == 0);
}
END_TEST

/* Contents of its own again and again, then the end of the process. */
static void write_rounds(int open_folder, int number)
{
    char reason[160];
    unsigned char payload[4096];
    const struct ncl_cache_content content = {NCL_CACHE_SOURCE, 7, 0, NULL, "it", payload, 500 * (size_t)(number + 1)};
    memset(payload, number, sizeof payload);
    for (int round = 0; round < 50; round++) {
        size_t size;
        unsigned char *data = ncl_cache_file_pack(&content, NULL, &size);
        if (!ncl_cache_file_write(open_folder, "one", data, size, reason, sizeof reason))
            _exit(1);
        ncl_resize(NULL, data, 0);
    }
    _exit(0);
}

/* What is there is one of the contents, whole. False: nothing is there. */
static bool read_whole(int open_folder)
{
    char reason[160];
    size_t size;
    struct ncl_cache_content content;
    unsigned char *data = ncl_cache_file_read(open_folder, "one", 0, 1 << 20, NULL, &size, reason, sizeof reason);
    if (!data)
        return false;
    ck_assert_ptr_null(ncl_cache_file_unpack(data, size, "it", &content));
    const unsigned char *bytes = content.payload;
    ck_assert_uint_eq(content.payload_size, 500 * ((size_t)bytes[0] + 1));
    ck_assert_uint_eq(bytes[content.payload_size - 1], bytes[0]);
    ncl_resize(NULL, data, 0);
    return true;
}

/* One name, eight writers of contents of their own: whoever reads, until the last one has ended, finds one of them,
 * whole, and something from the first write on. */
START_TEST(eight_writers)
{
    enum { WRITERS = 8 };
    char reason[160];
    bool found = false;
    const int open_folder = ncl_cache_folder_open(folder, reason, sizeof reason);
    for (int i = 0; i < WRITERS; i++) {
        const pid_t child = fork();
        ck_assert_int_ge(child, 0);
        if (child == 0)
            write_rounds(open_folder, i);
    }
    for (int ended = 0; ended < WRITERS;) {
        int state;
        const pid_t child = waitpid(-1, &state, WNOHANG);
        ck_assert_int_ge(child, 0);
        ck_assert(!child || (WIFEXITED(state) && WEXITSTATUS(state) == 0));
        ended += child > 0;
        const bool there = read_whole(open_folder);
        ck_assert(there || !found);
        found |= there;
    }
    ck_assert(found);
    close(open_folder);
    ck_assert_uint_eq(file_count(), 1); /* nothing half written is left */
}
END_TEST

/* Another device's, and another's behind the right sum. */
START_TEST(foreign)
{
    const uint64_t key[2] = {1, 2};
    struct ncl_cache_content content = {NCL_CACHE_SOURCE, 7, 2, key, "this device", "text", 4}, back;
    size_t size;
    unsigned char *data = ncl_cache_file_pack(&content, NULL, &size);
    ck_assert_ptr_null(ncl_cache_file_unpack(data, size, "this device", &back));
    ck_assert_uint_eq(back.program, 7);
    ck_assert_uint_eq(back.count, 2);
    ck_assert_uint_eq(back.key[1], 2);
    ck_assert_uint_eq(back.payload_size, 4);
    ck_assert_mem_eq(back.payload, "text", 4);
    ck_assert(strstr(ncl_cache_file_unpack(data, size, "that device", &back), "another device"));
    ck_assert_ptr_null(ncl_cache_file_unpack_head(data, size - 4, "this device", &back));
    ck_assert_uint_eq(back.key[1], 2);
    ck_assert_ptr_nonnull(ncl_cache_file_unpack_head(data, size - 5, "this device", &back));
    for (size_t cut = 0; cut < size; cut++)
        ck_assert_ptr_nonnull(ncl_cache_file_unpack(data, cut, "this device", &back));
    for (size_t bit = 0; bit < 8 * size; bit++) {
        data[bit / 8] ^= (unsigned char)(1 << bit % 8);
        ck_assert_ptr_nonnull(ncl_cache_file_unpack(data, size, "this device", &back));
        data[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    ncl_resize(NULL, data, 0);
}
END_TEST

/* Keys of files are in their names, of those with too many in the files. */
START_TEST(names)
{
    uint64_t key[40];
    char name[NCL_CACHE_NAME];
    struct ncl_cache_named named;
    struct ncl_cache_content content = {.program = 7, .key = key};
    for (size_t i = 0; i < 40; i++)
        key[i] = i ? 0x0123456789abcdefu * i : 7;
    for (content.count = 0; content.count <= 40; content.count++) {
        const bool fits = content.count <= NCL_CACHE_NAME_KEYS;
        ncl_cache_name_make(5, &content, name);
        ck_assert(ncl_cache_name_read(name, 5, &named));
        ck_assert_int_eq(named.more, !fits);
        ck_assert_uint_eq(named.count, fits && content.count ? content.count : 1);
        ck_assert_mem_eq(named.key, key, named.count * sizeof *key);
        ck_assert(!ncl_cache_name_read(name, 6, &named));
        for (size_t cut = 0; cut < strlen(name); cut++) {
            char shorter[NCL_CACHE_NAME] = "";
            memcpy(shorter, name, cut);
            ck_assert_msg(!ncl_cache_name_read(shorter, 5, &named), "%s", shorter);
        }
    }
}
END_TEST

static int touch_beside(void *user, const char *name)
{
    (void)user;
    char beside[600];
    if (name[0] == '.')
        return 0;
    snprintf(beside, sizeof beside, "%s/%.17s%016x.program", folder, name, 1u); /* the device's, another key */
    const int file = open(beside, O_WRONLY | O_CREAT, 0600);
    ck_assert_int_ge(file, 0);
    close(file);
    return 1;
}

/* What a session does not need is not opened: that it is cut off shows nowhere. */
START_TEST(unopened)
{
    char reason[128];
    use(folder, 0);
    const int open_folder = ncl_cache_folder_open(folder, reason, sizeof reason);
    ncl_cache_folder_each(open_folder, "", touch_beside, NULL);
    close(open_folder);
    use(folder, 0);
    ck_assert_str_eq(notes, "");
}
END_TEST

/* A name that promises another kernel. */
START_TEST(renamed)
{
    char other[512];
    use(folder, 0);
    find_one();
    snprintf(other, sizeof other, "%s", path_of_one);
    char *digit = strrchr(other, '.') - 1;
    const char *ending = digit + 1;
    ck_assert_str_eq(ending, ".program");
    *digit = *digit == '0' ? '1' : '0';
    ck_assert_int_eq(rename(path_of_one, other), 0);
    use(folder, 0);
    ck_assert_msg(strstr(notes, "is compiled"), "%s", notes);
    use(folder, 0);
    ck_assert_str_eq(notes, "");
}
END_TEST

START_TEST(unusable_folders)
{
    char path[160];
    chmod(folder, 0755);
    use(folder, 0);
    ck_assert_msg(strstr(notes, "others have rights"), "%s", notes);
    chmod(folder, 0700);
    snprintf(path, sizeof path, "%s/link", folder);
    ck_assert_int_eq(symlink(folder, path), 0);
    use(path, 0);
    ck_assert_msg(strstr(notes, "is not used"), "%s", notes);
    use("/proc/none/here", 0);
    ck_assert_msg(strstr(notes, "is not used"), "%s", notes);
    use("", 0);
    ck_assert_msg(strstr(notes, "is not used"), "%s", notes);
    ck_assert_uint_eq(file_count(), 1); /* the link */
}
END_TEST

/* A disk that takes nothing more: a limit on the bytes of a file does the same, for root too. */
START_TEST(full)
{
    struct rlimit before, none;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    none = before;
    none.rlim_cur = 1;
    signal(SIGXFSZ, SIG_IGN);
    char reason[128], data[100] = "";
    const int open_folder = ncl_cache_folder_open(folder, reason, sizeof reason);
    setrlimit(RLIMIT_FSIZE, &none);
    const bool written = ncl_cache_file_write(open_folder, "file", data, sizeof data, reason, sizeof reason);
    setrlimit(RLIMIT_FSIZE, &before);
    close(open_folder);
    ck_assert(!written);
    ck_assert_msg(strstr(reason, "large") || strstr(reason, "space"), "%s", reason);
    ck_assert_uint_eq(file_count(), 0);
}
END_TEST

/* A folder that may only be read: one whose files are there already serves, nothing can be added. */
START_TEST(read_only)
{
    use(folder, 0);
    const size_t files = file_count();
    chmod(folder, 0500);
    use(folder, 0);
    ck_assert_str_eq(notes, "");
    ck_assert_uint_eq(file_count(), files);
}
END_TEST

/* What a process that died while it wrote has left does not stay, and the oldest go. */
START_TEST(trimmed)
{
    char reason[128], data[1000] = "";
    const int open_folder = ncl_cache_folder_open(folder, reason, sizeof reason);
    const struct timespec old[2] = {{1000, 0}, {1000, 0}};
    for (int i = 0; i < 5; i++) {
        char name[16];
        const struct timespec used[2] = {{2000 - i, 0}, {2000 - i, 0}};
        snprintf(name, sizeof name, "file%d", i);
        ck_assert(ncl_cache_file_write(open_folder, name, data, sizeof data, reason, sizeof reason));
        ck_assert_int_eq(utimensat(open_folder, name, used, 0), 0);
    }
    const int left = openat(open_folder, ".new-1-2-3", O_WRONLY | O_CREAT, 0600);
    close(left);
    ck_assert_int_eq(utimensat(open_folder, ".new-1-2-3", old, 0), 0);
    ncl_cache_folder_trim(open_folder, 3500);
    ck_assert_uint_eq(file_count(), 3);
    ck_assert_int_eq(faccessat(open_folder, "file0", F_OK, 0), 0);
    ck_assert_int_ne(faccessat(open_folder, "file4", F_OK, 0), 0);
    ck_assert_int_ne(faccessat(open_folder, ".new-1-2-3", F_OK, 0), 0);
    close(open_folder);
}
END_TEST

/* Processes that start cold at the same time; a device must not be used across fork, so each is a new program. */
START_TEST(many_processes)
{
    enum { PROCESSES = 3 };
    pid_t child[PROCESSES];
    for (int i = 0; i < PROCESSES; i++) {
        child[i] = fork();
        if (child[i] == 0) {
            execl("/proc/self/exe", "test_cache", "use", folder, (char *)NULL);
            _exit(9);
        }
    }
    for (int i = 0; i < PROCESSES; i++) {
        int state;
        ck_assert_int_eq(waitpid(child[i], &state, 0), child[i]);
        ck_assert(WIFEXITED(state) && WEXITSTATUS(state) == 0);
    }
    use(folder, 0);
    ck_assert_str_eq(notes, "");
}
END_TEST

static void add(TCase *tests)
{
    tcase_add_checked_fixture(tests, begin, end);
    tcase_add_loop_test(tests, hit, 0, 2);
    tcase_add_test(tests, damaged);
    tcase_add_test(tests, every_byte);
    tcase_add_loop_test(tests, poisoned, 0, 2);
    tcase_add_loop_test(tests, not_ours_alone, 0, 3);
    tcase_add_test(tests, privileged);
    tcase_add_test(tests, eight_writers);
    tcase_add_test(tests, foreign);
    tcase_add_test(tests, names);
    tcase_add_test(tests, unopened);
    tcase_add_test(tests, renamed);
    tcase_add_test(tests, unusable_folders);
    tcase_add_test(tests, full);
    tcase_add_test(tests, read_only);
    tcase_add_test(tests, trimmed);
    tcase_add_test(tests, many_processes);
}

/* "test_cache use FOLDER" is one of many processes, outside of Check. */
static int use_alone(const char *path)
{
    static const char net[] = "version 1.0;\n" NET_CHAIN;
    nnefcl_device_options options = NNEFCL_DEVICE_OPTIONS_INIT;
    nnefcl_session_options launches = {.version = 1, .execution = NNEFCL_EXECUTION_LAUNCHES};
    nnefcl_model *model = NULL;
    nnefcl_session *session = NULL;
    options.cache_dir = path;
    const bool ok = !nnefcl_device_open(getenv("NNEFCL_DEVICE"), &options, &device, NULL) &&
                    !nnefcl_model_open_memory(net, strlen(net), NULL, &model, NULL) &&
                    !nnefcl_session_create(model, device, &launches, &session, NULL);
    nnefcl_session_free(session);
    nnefcl_model_free(model);
    nnefcl_device_free(device);
    return !ok;
}

int main(int count, char **argument)
{
    return count == 3 && strcmp(argument[1], "use") == 0 ? use_alone(argument[2]) : host_main("cache", add);
}
