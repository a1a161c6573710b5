/* SPDX-License-Identifier: Apache-2.0 */
#include <archive.h>
#include <archive_entry.h>
#include <check.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "nnef/container.h"
#include "nnef/member_name.h"
#include "suite.h"

/* ---- diagnostics, memory ---- */

static char said[1024]; /* last error or warning */
static unsigned warnings;
static size_t live;       /* allocations that were not freed */
static int64_t left = -1; /* allocations until one fails, below 0: none */

static void listen(void *user, nnefcl_severity severity, const nnefcl_error *diagnostic)
{
    (void)user;
    warnings += severity == NNEFCL_WARNING;
    snprintf(said, sizeof said, "%s", diagnostic->message);
}

static struct ncl_diag *diag(void)
{
    static struct ncl_diag made;
    said[0] = '\0';
    warnings = 0;
    ncl_diag_init(&made, NULL, listen, NULL, true);
    return &made;
}

static void *counted(void *user, void *pointer, size_t size)
{
    (void)user;
    if (size > 0 && left == 0)
        return NULL;
    left -= size > 0 && left > 0;
    live += size > 0 && !pointer;
    live -= size == 0 && pointer;
    if (size == 0) {
        free(pointer);
        return NULL;
    }
    return realloc(pointer, size);
}

static const nnefcl_allocator counting = {counted, NULL};

static void teardown(void)
{
    left = -1;
    ck_assert_uint_eq(live, 0);
}

/* ---- archives in memory ---- */

struct file {
    const char *name, *text;
    int type;         /* AE_IFREG by default */
    const char *link; /* of a symbolic link, or with type 0 of a hard link */
};

struct bytes {
    uint8_t data[1 << 18];
    size_t size;
};

enum packing { TAR, PAX, TGZ, ZIP_STORED, ZIP_DEFLATED, PACKINGS };
static const char *const packing_names[] = {"tar", "pax", "tar.gz", "zip, stored", "zip, deflated"};

static void pack(struct bytes *out, enum packing packing, const struct file *files)
{
    struct archive *a = archive_write_new();
    if (packing >= ZIP_STORED) {
        archive_write_set_format_zip(a);
        archive_write_set_options(a, packing == ZIP_STORED ? "zip:compression=store" : "zip:compression=deflate");
    } else if (packing == PAX)
        archive_write_set_format_pax(a);
    else
        archive_write_set_format_ustar(a);
    if (packing == TGZ)
        archive_write_add_filter_gzip(a);
    archive_write_set_bytes_in_last_block(a, 1);
    ck_assert_int_eq(archive_write_open_memory(a, out->data, sizeof out->data, &out->size), ARCHIVE_OK);
    for (; files->name; files++) {
        struct archive_entry *e = archive_entry_new();
        archive_entry_set_pathname(e, files->name);
        archive_entry_set_filetype(e, files->type ? (unsigned)files->type : AE_IFREG);
        archive_entry_set_perm(e, 0644);
        archive_entry_set_size(e, files->text ? (la_int64_t)strlen(files->text) : 0);
        if (files->link && files->type == AE_IFLNK)
            archive_entry_set_symlink(e, files->link);
        else if (files->link)
            archive_entry_set_hardlink(e, files->link);
        ck_assert_int_ge(archive_write_header(a, e), ARCHIVE_WARN);
        if (files->text)
            archive_write_data(a, files->text, strlen(files->text));
        archive_entry_free(e);
    }
    ck_assert_int_eq(archive_write_close(a), ARCHIVE_OK);
    archive_write_free(a);
}

/* Reads at most `step` bytes at once, as a network would. */
struct source {
    const uint8_t *data;
    size_t size, step, fail_at, total;
};

static size_t read_source(void *user, uint64_t offset, void *buffer, size_t size)
{
    struct source *source = user;
    if (offset >= source->fail_at)
        return SIZE_MAX;
    if (offset >= source->size)
        return 0;
    if (size > source->size - offset)
        size = source->size - (size_t)offset;
    if (size > source->step)
        size = source->step;
    memcpy(buffer, source->data + offset, size);
    source->total += size;
    return size;
}

static struct source source;

static nnefcl_status open_bytes(const void *data, size_t size, uint64_t limit, struct ncl_container **container)
{
    source = (struct source){data, size, 1000, SIZE_MAX, 0};
    nnefcl_reader reader = {read_source, size, &source};
    *container = NULL;
    return ncl_container_open(NULL, &reader, limit, false, &counting, diag(), container);
}

static void expect_member(const struct ncl_container *container, const char *name, const char *text)
{
    bool ambiguous;
    size_t index = ncl_container_find(container, name, &ambiguous), size;
    ck_assert_msg(index != SIZE_MAX, "'%s' was not found", name);
    struct ncl_arena arena;
    ncl_arena_init(&arena, &counting, 0);
    char *data = NULL;
    nnefcl_status status = ncl_container_slurp(container, index, 1 << 20, false, &arena, diag(), &data, &size);
    ck_assert_msg(status == NNEFCL_OK, "%s: %s", name, said);
    ck_assert_uint_eq(size, strlen(text));
    ck_assert_str_eq(data, text);
    ncl_arena_free(&arena);
}

static const struct file plain[] = {{"b/w.dat", "some weights", 0, NULL},    {"b/", NULL, AE_IFDIR, NULL},
                                    {"graph.nnef", "version 1.0;", 0, NULL}, {"empty.dat", "", 0, NULL},
                                    {"c.dat", "0123456789", 0, NULL},        {0}};

START_TEST(every_packing)
{
    static struct bytes bytes;
    struct ncl_container *container;
    pack(&bytes, (enum packing)_i, plain);
    ck_assert_msg(open_bytes(bytes.data, bytes.size, 0, &container) == NNEFCL_OK, "%s: %s", packing_names[_i], said);
    ck_assert_str_eq(said, "");
    ck_assert_uint_eq(ncl_container_count(container), 4);
    ck_assert_str_eq(ncl_container_member(container, 0)->name, "b/w.dat");
    ck_assert_uint_eq(ncl_container_member(container, 0)->size, 12);
    ck_assert_str_eq(ncl_container_member(container, 3)->name, "c.dat");
    expect_member(container, "c.dat", "0123456789");
    expect_member(container, "graph.nnef", "version 1.0;");
    expect_member(container, "empty.dat", "");
    expect_member(container, "/b/w.dat", "some weights");
    bool ambiguous;
    ck_assert_uint_eq(ncl_container_find(container, "d.dat", &ambiguous), SIZE_MAX);
    ck_assert_uint_eq(ncl_container_find(container, "b", &ambiguous), SIZE_MAX);
    ck_assert_uint_eq(ncl_container_find(container, "../c.dat", &ambiguous), SIZE_MAX);

    struct ncl_cursor *cursor; /* back and forth, in pieces, and past the end */
    char piece[8];
    size_t got;
    ck_assert_int_eq(ncl_cursor_open(container, diag(), &cursor), NNEFCL_OK);
    for (int pass = 0; pass < 2; pass++) {
        ck_assert_int_eq(ncl_cursor_seek(cursor, 3, diag()), NNEFCL_OK);
        ck_assert_int_eq(ncl_cursor_read(cursor, piece, 7, &got, diag()), NNEFCL_OK);
        ck_assert_uint_eq(got, 7);
        ck_assert_mem_eq(piece, "0123456", 7);
        ck_assert_int_eq(ncl_cursor_seek(cursor, 0, diag()), NNEFCL_OK);
        ck_assert_int_eq(ncl_cursor_read(cursor, piece, 4, &got, diag()), NNEFCL_OK);
        ck_assert_mem_eq(piece, "some", 4);
        ck_assert_int_eq(ncl_cursor_seek(cursor, 3, diag()), NNEFCL_OK);
        ck_assert_int_eq(ncl_cursor_read(cursor, piece, 8, &got, diag()), NNEFCL_OK);
        ck_assert_int_eq(ncl_cursor_read(cursor, piece, 8, &got, diag()), NNEFCL_OK);
        ck_assert_uint_eq(got, 2);
        ck_assert_mem_eq(piece, "89", 2);
        ck_assert_int_eq(ncl_cursor_read(cursor, piece, 8, &got, diag()), NNEFCL_OK);
        ck_assert_uint_eq(got, 0);
    }
    ncl_cursor_free(cursor);
    ncl_container_free(ncl_container_retain(container));
    expect_member(container, "c.dat", "0123456789");
    ncl_container_free(container);
}
END_TEST

/* ---- names ---- */

START_TEST(names)
{
    static const struct {
        const char *raw, *name;
        enum ncl_name_verdict verdict;
    } cases[] = {
        {"a/b.dat", "a/b.dat", NCL_NAME_GOOD},
        {"./a//b.dat", "a/b.dat", NCL_NAME_GOOD},
        {".//a.dat", "a.dat", NCL_NAME_GOOD},
        {"/a.dat", "a.dat", NCL_NAME_GOOD},
        {"a\\b.dat", "a/b.dat", NCL_NAME_GOOD},
        {"\\a/./b", "a/b", NCL_NAME_GOOD},
        {"..a/b..", "..a/b..", NCL_NAME_GOOD},
        {".a/b.", ".a/b.", NCL_NAME_GOOD},
        {"...", "...", NCL_NAME_GOOD},
        {"", "", NCL_NAME_EMPTY},
        {"./", "", NCL_NAME_EMPTY},
        {"../a", NULL, NCL_NAME_LEAVES},
        {"a/../b", NULL, NCL_NAME_LEAVES},
        {"a\\..\\b", NULL, NCL_NAME_LEAVES},
        {"a/..", NULL, NCL_NAME_LEAVES},
    };
    char name[NCL_MEMBER_NAME], *longest = calloc(1, NCL_MEMBER_NAME + 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_msg(ncl_member_name_normalize(cases[i].raw, name) == cases[i].verdict, "'%s'", cases[i].raw);
        if (cases[i].name)
            ck_assert_str_eq(name, cases[i].name);
    }
    memset(longest, 'x', NCL_MEMBER_NAME - 1);
    ck_assert_int_eq(ncl_member_name_normalize(longest, name), NCL_NAME_GOOD);
    ck_assert_str_eq(name, longest);
    longest[NCL_MEMBER_NAME - 1] = 'x';
    ck_assert_int_eq(ncl_member_name_normalize(longest, name), NCL_NAME_LONG);
    longest[10] = '/';
    ck_assert_int_eq(ncl_member_name_normalize(longest, name), NCL_NAME_LONG);
    free(longest);
}
END_TEST

START_TEST(lookup)
{
    static const struct file files[] = {{"./x.dat", "1", 0, NULL},
                                        {".//y.dat", "2", 0, NULL},
                                        {"a\\b.dat", "3", 0, NULL},
                                        {"Net/W.dat", "4", 0, NULL},
                                        {"q.dat", "5", 0, NULL},
                                        {"Q.dat", "6", 0, NULL},
                                        {0}};
    static struct bytes bytes;
    struct ncl_container *container;
    bool ambiguous;
    pack(&bytes, TAR, files);
    ck_assert_int_eq(open_bytes(bytes.data, bytes.size, 0, &container), NNEFCL_OK);
    expect_member(container, "x.dat", "1");
    expect_member(container, "y.dat", "2");
    expect_member(container, "a/b.dat", "3");
    expect_member(container, "a\\b.dat", "3");
    expect_member(container, "net/w.DAT", "4");
    expect_member(container, "q.dat", "5");
    expect_member(container, "Q.dat", "6");
    ck_assert_uint_eq(ncl_container_find(container, "Q.DAT", &ambiguous), SIZE_MAX);
    ck_assert(ambiguous);
    ck_assert_uint_eq(ncl_container_find(container, "r.dat", &ambiguous), SIZE_MAX);
    ck_assert(!ambiguous);
    ncl_container_free(container);
}
END_TEST

/* ---- what is refused, and what is only said ---- */

static const struct refusal {
    const char *name;
    struct file files[3];
    nnefcl_status status; /* of opening */
    const char *text;
} refusals[] = {
    {"leads out",
     {{"../x.dat", "1", 0, NULL}},
     NNEFCL_ERR_MODEL,
     "the archive holds '../x.dat', which leads out of it"},
    {"leads out within", {{"a/../../x.dat", "1", 0, NULL}}, NNEFCL_ERR_MODEL, "'a/../../x.dat', which leads out"},
    {"twice",
     {{"x.dat", "1", 0, NULL}, {"./x.dat", "2", 0, NULL}},
     NNEFCL_ERR_MODEL,
     "the model holds the file 'x.dat' twice"},
    {"sub-folder",
     {{"graph.nnef", "1", 0, NULL}, {"model/graph.nnef", "1", 0, NULL}},
     NNEFCL_OK,
     "'model/graph.nnef' is a model of its own and is ignored"},
    {"sub-models",
     {{"a.nnef.tgz", "1", 0, NULL}, {"b/c.nnef.tar", "1", 0, NULL}},
     NNEFCL_OK,
     "'a.nnef.tgz' and 1 more are models of their own and are ignored"},
};

START_TEST(refused)
{
    const struct refusal *c = &refusals[_i];
    static struct bytes bytes;
    for (int packing = 0; packing < PACKINGS; packing++) {
        struct ncl_container *container;
        pack(&bytes, (enum packing)packing, c->files);
        nnefcl_status status = open_bytes(bytes.data, bytes.size, 0, &container);
        ck_assert_msg(status == c->status, "%s, %s: %s '%s'", c->name, packing_names[packing],
                      nnefcl_status_name(status), said);
        ck_assert_msg(c->text ? strstr(said, c->text) != NULL : !said[0], "%s, %s: '%s'", c->name,
                      packing_names[packing], said);
        ncl_container_free(container);
    }
}
END_TEST

/* Links and devices may lie there; only reading them is refused. */
START_TEST(links)
{
    static const struct file files[] = {{"graph.nnef", "version 1.0;", 0, NULL},
                                        {"s.dat", NULL, AE_IFLNK, "/etc/passwd"},
                                        {"h.dat", NULL, 0, "nowhere.dat"},
                                        {"f.dat", NULL, AE_IFIFO, NULL},
                                        {"d", NULL, AE_IFLNK, "/etc"},
                                        {"i.dat", NULL, 0, "s.dat"},
                                        {"j.dat", NULL, 0, "k.dat"},
                                        {"k.dat", NULL, 0, "j.dat"},
                                        {"l.dat", NULL, 0, "l.dat"},
                                        {"m.dat", NULL, 0, "../w.dat"},
                                        {0}};
    static const struct {
        const char *name, *text;
    } expected[] = {
        {"s.dat", "'s.dat' is a symbolic link; a model must hold its files itself"},
        {"h.dat", "'h.dat' is a hard link"},
        {"f.dat", "'f.dat' is no regular file"},
        {"d/w.dat", "'d' is a symbolic link"},
        {"i.dat", "'i.dat' is a symbolic link"},
        {"j.dat", "'j.dat' is a hard link"},
        {"k.dat", "'k.dat' is a hard link"},
        {"l.dat", "'l.dat' is a hard link"},
        {"m.dat", "'m.dat' is a hard link"},
    };
    static struct bytes bytes;
    for (int packing = TAR; packing <= TGZ; packing++) {
        struct ncl_container *container;
        struct ncl_cursor *cursor;
        pack(&bytes, (enum packing)packing, files);
        ck_assert_int_eq(open_bytes(bytes.data, bytes.size, 0, &container), NNEFCL_OK);
        expect_member(container, "graph.nnef", "version 1.0;");
        ck_assert_int_eq(ncl_cursor_open(container, diag(), &cursor), NNEFCL_OK);
        for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
            bool ambiguous;
            size_t index = ncl_container_find(container, expected[i].name, &ambiguous), got;
            char byte;
            ck_assert_msg(index != SIZE_MAX, "%s", expected[i].name);
            ck_assert_int_eq(ncl_cursor_seek(cursor, index, diag()), NNEFCL_ERR_MODEL);
            ck_assert_msg(strstr(said, expected[i].text) != NULL, "%s", said);
            ck_assert_int_eq(ncl_cursor_read(cursor, &byte, 1, &got, diag()), NNEFCL_ERR_INTERNAL);
        }
        ncl_cursor_free(cursor);
        ncl_container_free(container);
    }
}
END_TEST

START_TEST(hard_links)
{
    static const struct file files[] = {{"graph.nnef", "version 1.0;", 0, NULL}, {"w.dat", "weights", 0, NULL},
                                        {"v.dat", NULL, 0, "./w.dat"},           {"u.dat", NULL, 0, "v.dat"},
                                        {"t.dat", "behind them", 0, NULL},       {0}};
    static struct bytes bytes;
    for (int packing = TAR; packing <= TGZ; packing++) {
        struct ncl_container *container;
        pack(&bytes, (enum packing)packing, files);
        ck_assert_int_eq(open_bytes(bytes.data, bytes.size, 0, &container), NNEFCL_OK);
        expect_member(container, "u.dat", "weights");
        expect_member(container, "t.dat", "behind them");
        expect_member(container, "v.dat", "weights");
        expect_member(container, "w.dat", "weights");
        ncl_container_free(container);
    }
}
END_TEST

/* The folder that everything lies in is taken off. */
static const struct root_case {
    const char *name;
    struct file files[6];
    bool taken; /* as the model in net/ */
} roots[] = {
    {"a folder", {{"net/graph.nnef", "version 1.0;", 0, NULL}, {"net/w.dat", "weights", 0, NULL}}, true},
    {"weights first", {{"./net/w.dat", "weights", 0, NULL}, {"./net/graph.nnef", "version 1.0;", 0, NULL}}, true},
    {"a folder in a folder",
     {{"a/net/graph.nnef", "version 1.0;", 0, NULL}, {"a/net/w.dat", "weights", 0, NULL}},
     true},
    {"litter of packers",
     {{".DS_Store", "1", 0, NULL},
      {"__MACOSX/net/graph.nnef", "1", 0, NULL},
      {"net/._graph.nnef", "1", 0, NULL},
      {"net/graph.nnef", "version 1.0;", 0, NULL},
      {"net/w.dat", "weights", 0, NULL}},
     true},
    {"a file beside it",
     {{"net/graph.nnef", "version 1.0;", 0, NULL}, {"net/w.dat", "weights", 0, NULL}, {"readme.txt", "1", 0, NULL}},
     false},
    {"two folders",
     {{"net/graph.nnef", "version 1.0;", 0, NULL}, {"net/w.dat", "weights", 0, NULL}, {"ten/graph.nnef", "", 0, NULL}},
     false},
};

START_TEST(root_folders)
{
    const struct root_case *c = &roots[_i];
    static struct bytes bytes;
    for (int packing = 0; packing < PACKINGS; packing++) {
        struct ncl_container *container;
        bool ambiguous;
        pack(&bytes, (enum packing)packing, c->files);
        ck_assert_int_eq(open_bytes(bytes.data, bytes.size, 0, &container), NNEFCL_OK);
        if (c->taken) {
            ck_assert_msg(!said[0], "%s: '%s'", c->name, said);
            expect_member(container, "graph.nnef", "version 1.0;");
            expect_member(container, "w.dat", "weights");
        } else {
            ck_assert_uint_eq(ncl_container_find(container, "graph.nnef", &ambiguous), SIZE_MAX);
            ck_assert_ptr_nonnull(strstr(said, "ignored"));
        }
        ncl_container_free(container);
    }
}
END_TEST

static const struct {
    const char *data;
    size_t size;
    nnefcl_status status;
    const char *text;
} heads[] = {
    {"version 1.0;\ngraph", 18, NNEFCL_OK, NULL},
    {"", 0, NNEFCL_OK, NULL},
    {"N\xef\1\0\0\0\0\0", 8, NNEFCL_ERR_MODEL, "'the model' is a tensor file, not NNEF: "},
    {"N\xee\1", 3, NNEFCL_OK, NULL}, /* what it is, is not for the container to say */
    {"\x28\xb5\x2f\xfd....", 8, NNEFCL_ERR_MODEL,
     "'the model' is packed with zstd; only .tar, .tar.gz and .zip are read"},
    {"\xfd"
     "7zXZ\0..",
     8, NNEFCL_ERR_MODEL, "packed with xz"},
    {"BZh9....", 8, NNEFCL_ERR_MODEL, "packed with bzip2"},
    {"\x1f\x8b\x08\0....", 8, NNEFCL_ERR_MODEL, "the archive cannot be unpacked"},
    {"PK\3\4....", 8, NNEFCL_ERR_MODEL, "the archive cannot be read"},
};

START_TEST(empty_archives)
{
    static const struct file none[] = {{0}};
    static struct bytes bytes;
    for (int packing = TAR; packing <= TGZ; packing++) {
        struct ncl_container *container;
        bool ambiguous;
        pack(&bytes, (enum packing)packing, none);
        ck_assert_int_eq(open_bytes(bytes.data, bytes.size, 0, &container), NNEFCL_OK);
        ck_assert_uint_eq(ncl_container_find(container, "graph.nnef", &ambiguous), SIZE_MAX);
        ncl_container_free(container);
    }
}
END_TEST

START_TEST(formats)
{
    struct ncl_container *container;
    ck_assert_int_eq(open_bytes(heads[_i].data, heads[_i].size, 0, &container), heads[_i].status);
    ck_assert_msg(heads[_i].text ? strstr(said, heads[_i].text) != NULL : !said[0], "'%s'", said);
    if (container)
        expect_member(container, "graph.nnef", heads[_i].data);
    ncl_container_free(container);
}
END_TEST

/* ---- damage ---- */

static char *long_text(size_t size)
{
    char *text = malloc(size + 1);
    uint32_t state = 1;
    for (size_t i = 0; i < size; i++, state = state * 1664525 + 1013904223)
        text[i] = (char)('a' + (state >> 24) % 26);
    text[size] = '\0';
    return text;
}

/* Reads everything; returns the first failure. */
static nnefcl_status read_all(const struct ncl_container *container)
{
    struct ncl_cursor *cursor;
    nnefcl_status status = ncl_cursor_open(container, diag(), &cursor);
    if (status)
        return status;
    for (size_t i = 0; !status && i < ncl_container_count(container); i++) {
        char piece[512];
        size_t got = 1;
        status = ncl_cursor_seek(cursor, i, diag());
        while (!status && got > 0)
            status = ncl_cursor_read(cursor, piece, sizeof piece, &got, diag());
    }
    ncl_cursor_free(cursor);
    return status;
}

/* Cut anywhere before its last member ends, an archive fails when it is opened or read, and never with less. */
START_TEST(cut)
{
    char *text = long_text(3000);
    const struct file files[] = {{"graph.nnef", "version 1.0;", 0, NULL}, {"w.dat", text, 0, NULL}, {0}};
    static struct bytes bytes;
    pack(&bytes, (enum packing)_i, files);
    size_t end =
        _i >= TGZ ? bytes.size - 30 : bytes.size - 1100; /* the end of a tar is blocks of zeros that may be missing */
    for (size_t size = 1; size < end; size += 61) {
        struct ncl_container *container;
        nnefcl_status status = open_bytes(bytes.data, size, 0, &container);
        if (!status && container)
            status = ncl_container_count(container) < 2
                         ? NNEFCL_ERR_MODEL
                         : read_all(container); /* cut between two members: one is missing */
        ck_assert_msg(status == NNEFCL_ERR_MODEL, "%s cut at %zu of %zu: %s '%s'", packing_names[_i], size, bytes.size,
                      nnefcl_status_name(status), said);
        ncl_container_free(container);
    }
    free(text);
}
END_TEST

/* Any byte changed: right or refused, never a crash; and the checksums that gzip and zip have are heeded. */
START_TEST(changed_bytes)
{
    char *text = long_text(700);
    const struct file files[] = {{"graph.nnef", "version 1.0;", 0, NULL}, {"w.dat", text, 0, NULL}, {0}};
    static struct bytes bytes;
    pack(&bytes, (enum packing)_i, files);
    for (size_t at = 0; at < bytes.size; at++) {
        struct ncl_container *container;
        bytes.data[at] ^= 0x55;
        if (open_bytes(bytes.data, bytes.size, 1 << 20, &container) == NNEFCL_OK && read_all(container) == NNEFCL_OK &&
            _i >= TGZ) {
            bool ambiguous;
            if (ncl_container_find(container, "w.dat", &ambiguous) != SIZE_MAX)
                expect_member(container, "w.dat", text);
        }
        ncl_container_free(container);
        bytes.data[at] ^= 0x55;
    }
    if (_i == ZIP_STORED) {
        struct ncl_container *container;
        uint8_t *inside = bytes.data;
        while (memcmp(inside, text, 100) != 0)
            inside++;
        inside[50] ^= 1;
        ck_assert_int_eq(open_bytes(bytes.data, bytes.size, 0, &container), NNEFCL_OK);
        ck_assert_int_eq(read_all(container), NNEFCL_ERR_MODEL);
        ncl_container_free(container);
    }
    free(text);
}
END_TEST

START_TEST(readers_that_fail)
{
    static struct bytes bytes;
    pack(&bytes, (enum packing)_i, plain);
    for (size_t at = 0; at < bytes.size; at += 97) {
        struct ncl_container *container = NULL;
        source = (struct source){bytes.data, bytes.size, 64, at, 0};
        nnefcl_reader reader = {read_source, bytes.size, &source};
        if (ncl_container_open(NULL, &reader, 0, false, &counting, diag(), &container) == NNEFCL_OK)
            (void)read_all(container);
        ncl_container_free(container);
    }
    struct ncl_container *container = NULL;
    source = (struct source){bytes.data, bytes.size, 64, 0, 0};
    nnefcl_reader reader = {read_source, bytes.size, &source};
    ck_assert_int_eq(ncl_container_open(NULL, &reader, 0, false, &counting, diag(), &container), NNEFCL_ERR_MODEL);
}
END_TEST

/* ---- long compressed archives ---- */

/* Packs `size` bytes as a gzip member of its own. */
static size_t gzip(const void *data, size_t size, uint8_t *out, size_t room)
{
    z_stream z = {0};
    ck_assert_int_eq(deflateInit2(&z, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)data;
    z.avail_in = (uInt)size;
    z.next_out = out;
    z.avail_out = (uInt)room;
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return room - z.avail_out;
}

/* A tar of three long members, in any order, without unpacking everything each time; also as several gzip members in a
 * row, with filling behind. */
START_TEST(long_archives)
{
    enum { LONG = 3 << 20, ROOM = 12 << 20 };
    char *text[3];
    uint8_t *tar = calloc(1, ROOM), *packed = malloc(ROOM);
    size_t tar_size, size = 0;
    struct archive *a = archive_write_new();
    archive_write_set_format_ustar(a);
    ck_assert_int_eq(archive_write_open_memory(a, tar, ROOM, &tar_size), ARCHIVE_OK);
    for (int i = 0; i < 3; i++) {
        const char *const member[] = {"a.dat", "b.dat", "c.dat"};
        struct archive_entry *e = archive_entry_new();
        text[i] = long_text(LONG + (size_t)i * 1001);
        for (char *letter = text[i]; *letter; letter++)
            *letter = (char)('a' + (*letter - 'a' + i) % 26); /* no two members alike */
        archive_entry_set_pathname(e, member[i]);
        archive_entry_set_filetype(e, AE_IFREG);
        archive_entry_set_size(e, (la_int64_t)strlen(text[i]));
        archive_write_header(a, e);
        archive_write_data(a, text[i], strlen(text[i]));
        archive_entry_free(e);
    }
    archive_write_close(a);
    archive_write_free(a);
    size_t part = _i == 0 ? tar_size : 2500001;
    for (size_t at = 0; at < tar_size; at += part)
        size += gzip(tar + at, tar_size - at < part ? tar_size - at : part, packed + size, ROOM - size);
    if (_i > 0) {
        memset(packed + size, 0, 100);
        size += 100;
    }

    struct ncl_container *container;
    struct ncl_cursor *cursor;
    static const size_t order[] = {2, 0, 1, 1, 2, 0};
    char *piece = malloc(LONG);
    ck_assert_msg(open_bytes(packed, size, 0, &container) == NNEFCL_OK, "%s", said);
    ck_assert_uint_eq(ncl_container_count(container), 3);
    ck_assert_int_eq(ncl_cursor_open(container, diag(), &cursor), NNEFCL_OK);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        size_t got, first = 1000 + i, more = LONG - 5000;
        source.total = 0;
        ck_assert_int_eq(ncl_cursor_seek(cursor, order[i], diag()), NNEFCL_OK);
        ck_assert_int_eq(ncl_cursor_read(cursor, piece, first, &got, diag()), NNEFCL_OK);
        ck_assert_mem_eq(piece, text[order[i]], first);
        ck_assert_uint_lt(source.total, size * 2 / 5);
        ck_assert_int_eq(ncl_cursor_read(cursor, piece, more, &got, diag()), NNEFCL_OK);
        ck_assert_uint_eq(got, more);
        ck_assert_mem_eq(piece, text[order[i]] + first, more);
    }
    ncl_cursor_free(cursor);
    ncl_container_free(container);
    packed[size / 2] ^= 4; /* the checksum is heeded */
    ck_assert_int_eq(open_bytes(packed, size, 0, &container), NNEFCL_ERR_MODEL);
    for (int i = 0; i < 3; i++)
        free(text[i]);
    free(tar);
    free(packed);
    free(piece);
}
END_TEST

/* ---- limits ---- */

/* A few kilobytes that unpack to many megabytes. */
START_TEST(bombs)
{
    enum { SIZE = 20 << 20 };
    char *text = malloc(SIZE + 1);
    memset(text, 'x', SIZE);
    text[SIZE] = '\0';
    const struct file files[] = {{"graph.nnef", "version 1.0;", 0, NULL}, {"w.dat", text, 0, NULL}, {0}};
    static struct bytes bytes;
    struct ncl_container *container;
    pack(&bytes, TGZ, files);
    ck_assert_int_eq(open_bytes(bytes.data, bytes.size, 1 << 20, &container), NNEFCL_ERR_LIMIT);
    ck_assert_str_eq(said, "the archive unpacks to more than 1048576 bytes, the limit");
    ck_assert_int_eq(open_bytes(bytes.data, bytes.size, 21 << 20, &container), NNEFCL_OK);
    ncl_container_free(container);
    pack(&bytes, ZIP_DEFLATED, files);
    ck_assert_int_eq(open_bytes(bytes.data, bytes.size, 1 << 20, &container), NNEFCL_OK);
    expect_member(container, "graph.nnef", "version 1.0;");
    ck_assert_int_eq(read_all(container), NNEFCL_ERR_LIMIT);
    ck_assert_str_eq(said, "'w.dat' has 20971520 bytes, the limit is 1048576");
    struct ncl_arena arena;
    char *data;
    size_t size;
    ncl_arena_init(&arena, &counting, 0);
    ck_assert_int_eq(ncl_container_slurp(container, 0, 5, false, &arena, diag(), &data, &size), NNEFCL_ERR_LIMIT);
    ck_assert_str_eq(said, "'graph.nnef' has 12 bytes, at most 5 are read");
    ncl_arena_free(&arena);
    ncl_container_free(container);
    free(text);
}
END_TEST

/* Zeros between other bytes are what they are; a piece of nothing else ends a text. */
START_TEST(texts_of_zeros)
{
    static char bytes[3 * 65536] = "version 1.0;";
    struct ncl_container *container;
    struct ncl_arena arena;
    char *data;
    size_t size;
    ncl_arena_init(&arena, &counting, 0);
    ck_assert_int_eq(open_bytes(bytes, sizeof bytes, 1 << 20, &container), NNEFCL_OK);
    ck_assert_int_eq(ncl_container_slurp(container, 0, 1 << 20, false, &arena, diag(), &data, &size), NNEFCL_OK);
    ck_assert_uint_eq(size, sizeof bytes);
    ck_assert_int_eq(ncl_container_slurp(container, 0, 1 << 20, true, &arena, diag(), &data, &size), NNEFCL_ERR_MODEL);
    ck_assert_str_eq(said, "'graph.nnef' is no text: from byte 65537 on it holds zeros");
    ncl_container_free(container);
    bytes[2 * 65536 - 1] = bytes[3 * 65536 - 1] = '#';
    ck_assert_int_eq(open_bytes(bytes, sizeof bytes, 1 << 20, &container), NNEFCL_OK);
    ck_assert_int_eq(ncl_container_slurp(container, 0, 1 << 20, true, &arena, diag(), &data, &size), NNEFCL_OK);
    ck_assert_uint_eq(size, sizeof bytes);
    ncl_container_free(container);
    ncl_arena_free(&arena);
}
END_TEST

/* Headers that lie about the size of what follows. */
START_TEST(wrong_sizes)
{
    static struct bytes bytes;
    struct ncl_container *container;
    const struct file files[] = {{"w.dat", "0123456789", 0, NULL}, {0}};
    pack(&bytes, ZIP_DEFLATED, files);
    uint8_t *central = bytes.data;
    while (memcmp(central, "PK\1\2", 4) != 0)
        central++;
    central[24] = bytes.data[22] = 5; /* uncompressed size, in the directory and before the data */
    nnefcl_status status = open_bytes(bytes.data, bytes.size, 0, &container);
    if (!status)
        status = read_all(container);
    ck_assert_int_eq(status, NNEFCL_ERR_MODEL);
    ncl_container_free(container);
    central[24] = bytes.data[22] = 200;
    status = open_bytes(bytes.data, bytes.size, 0, &container);
    if (!status)
        status = read_all(container);
    ck_assert_int_eq(status, NNEFCL_ERR_MODEL);
    ncl_container_free(container);
}
END_TEST

START_TEST(many_members)
{
    enum { MANY = NCL_MAX_MEMBERS + 1 };
    uint8_t *tar = calloc(MANY + 2, 512);
    for (int i = 0; i < MANY; i++) {
        uint8_t *block = tar + (size_t)i * 512;
        unsigned sum = 0;
        snprintf((char *)block, 100, "m%05d.dat", i);
        memcpy(block + 124, "00000000000", 12);
        memcpy(block + 257, "ustar\00000", 8);
        memset(block + 148, ' ', 8);
        for (int k = 0; k < 512; k++)
            sum += block[k];
        snprintf((char *)block + 148, 8, "%06o", sum);
    }
    struct ncl_container *container;
    source = (struct source){tar, (size_t)(MANY + 2) * 512, SIZE_MAX, SIZE_MAX, 0};
    nnefcl_reader reader = {read_source, source.size, &source};
    ck_assert_int_eq(ncl_container_open(NULL, &reader, 0, false, &counting, diag(), &container), NNEFCL_ERR_LIMIT);
    ck_assert_str_eq(said, "the model has more than 65536 files");
    memset(tar + (size_t)(MANY - 1) * 512, 0, 512);
    ck_assert_int_eq(ncl_container_open(NULL, &reader, 0, false, &counting, diag(), &container), NNEFCL_OK);
    bool ambiguous;
    ck_assert_uint_eq(ncl_container_find(container, "M00007.DAT", &ambiguous), 7);
    ncl_container_free(container);
    free(tar);
}
END_TEST

START_TEST(out_of_memory)
{
    static struct bytes bytes;
    pack(&bytes, (enum packing)_i, plain);
    for (int64_t allowed = 0;; allowed++) {
        struct ncl_container *container;
        left = allowed;
        nnefcl_status status = open_bytes(bytes.data, bytes.size, 0, &container);
        if (!status)
            status = read_all(container);
        ncl_container_free(container);
        ck_assert_uint_eq(live, 0);
        if (!status)
            break;
        ck_assert_int_eq(status, NNEFCL_ERR_NOMEM);
        ck_assert_int_lt(allowed, 1000);
    }
    left = -1;
}
END_TEST

/* ---- folders ---- */

static char root[64];

static void write_text(const char *name, const char *text)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", root, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static const char *below(const char *name)
{
    static char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", root, name);
    return path;
}

static void make_folder(void)
{
    snprintf(root, sizeof root, "/tmp/nnefcl-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(root));
    mkdir(below("net"), 0755);
    mkdir(below("net/deep"), 0755);
    write_text("graph.nnef", "version 1.0;");
    write_text("other.nnef", "version 1.0; # other");
    write_text("net/w.dat", "weights");
    write_text("net/deep/v.dat", "more");
    write_text("net/w.dat.q8", "not for us");
    write_text("back\\slash.dat", "win");
    ck_assert_int_eq(symlink("/etc/passwd", below("s.dat")), 0);
    ck_assert_int_eq(symlink("net", below("linked")), 0);
    ck_assert_int_eq(symlink("graph.nnef", below("linked.nnef")), 0);
    ck_assert_int_eq(mkfifo(below("f.dat"), 0644), 0);
}

static void remove_folder(void)
{
    static const char *const gone[] = {"net/again",
                                       "net/up",
                                       "net/dangling.dat",
                                       "..data/graph.nnef",
                                       "..data",
                                       "linked.nnef",
                                       "net/deep/graph.nnef",
                                       "net/deep/v.dat",
                                       "net/deep",
                                       "net/w.dat.q8",
                                       "net/w.dat",
                                       "net",
                                       "back\\slash.dat",
                                       "s.dat",
                                       "linked",
                                       "f.dat",
                                       "graph.nnef",
                                       "other.nnef",
                                       "m.tgz",
                                       ""};
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        remove(below(gone[i]));
    ck_assert_int_ne(access(root, F_OK), 0);
    teardown();
}

static nnefcl_status seek_to(const struct ncl_container *container, const char *name)
{
    struct ncl_cursor *cursor;
    bool ambiguous;
    size_t index = ncl_container_find(container, name, &ambiguous);
    ck_assert_uint_ne(index, SIZE_MAX);
    ck_assert_int_eq(ncl_cursor_open(container, diag(), &cursor), NNEFCL_OK);
    nnefcl_status status = ncl_cursor_seek(cursor, index, diag());
    ncl_cursor_free(cursor);
    return status;
}

static void expect_folder(const struct ncl_container *container, const char *graph)
{
    expect_member(container, "graph.nnef", graph);
    expect_member(container, "net/w.dat", "weights");
    expect_member(container, "NET/DEEP/v.dat", "more");
    expect_member(container, "back/slash.dat", "win");
    ck_assert_int_eq(seek_to(container, "s.dat"), NNEFCL_ERR_MODEL);
    ck_assert_str_eq(said, "'s.dat' is a symbolic link; a model must hold its files itself");
    ck_assert_int_eq(seek_to(container, "f.dat"), NNEFCL_ERR_MODEL);
    ck_assert_str_eq(said, "'f.dat' is no regular file; a model must hold its files itself");
    ck_assert_int_eq(seek_to(container, "linked/w.dat"), NNEFCL_ERR_MODEL);
    ck_assert_str_eq(said, "'linked' is a symbolic link; a model must hold its files itself");
}

START_TEST(folder)
{
    struct ncl_container *container;
    ck_assert_int_eq(ncl_container_open(root, NULL, 0, true, &counting, diag(), &container), NNEFCL_OK);
    ck_assert_str_eq(said, "");
    expect_folder(container, "version 1.0;");
    write_text("net/w.dat", "longer than before");
    ck_assert_int_eq(seek_to(container, "net/w.dat"), NNEFCL_ERR_MODEL);
    ck_assert_str_eq(said, "'net/w.dat' changed since the model was opened");
    remove(below("net/w.dat"));
    ck_assert_int_eq(symlink("/etc/passwd", below("net/w.dat")), 0);
    ck_assert_int_eq(seek_to(container, "net/w.dat"), NNEFCL_ERR_MODEL);
    remove(below("net/w.dat"));
    ck_assert_int_eq(seek_to(container, "net/w.dat"), NNEFCL_ERR_MODEL);
    ck_assert_str_eq(said, "'net/w.dat' cannot be read: No such file or directory");
    ncl_container_free(container);
    write_text("net/deep/graph.nnef", "");
    ck_assert_int_eq(ncl_container_open(root, NULL, 0, true, &counting, diag(), &container), NNEFCL_OK);
    ck_assert_str_eq(said, "'net/deep/graph.nnef' is a model of its own and is ignored");
    ncl_container_free(container);
}
END_TEST

START_TEST(lone_text)
{
    struct ncl_container *container;
    write_text("net/deep/graph.nnef", ""); /* beside a lone text lies what has nothing to do with it */
    ck_assert_int_eq(ncl_container_open(below("graph.nnef"), NULL, 0, true, &counting, diag(), &container), NNEFCL_OK);
    ck_assert_str_eq(said, "");
    expect_folder(container, "version 1.0;");
    ncl_container_free(container);
    ck_assert_int_eq(ncl_container_open(below("other.nnef"), NULL, 0, true, &counting, diag(), &container), NNEFCL_OK);
    expect_folder(container, "version 1.0; # other");
    ck_assert_str_eq(ncl_container_member(container, 0)->name, "graph.nnef"); /* others come before it by their names */
    ncl_container_free(container);
}
END_TEST

/* Links lead to what lies outside, to folders, to nothing, and back to a folder above. */
START_TEST(folder_of_links)
{
    struct ncl_container *container;
    write_text("net/deep/v.dat", "followed");
    ck_assert_int_eq(symlink("deep", below("net/again")), 0);
    ck_assert_int_eq(symlink("..", below("net/up")), 0);
    ck_assert_int_eq(symlink("nowhere", below("net/dangling.dat")), 0);
    ck_assert_int_eq(mkdir(below("..data"), 0755), 0);
    write_text("..data/graph.nnef", "another");
    ck_assert_int_eq(ncl_container_open(root, NULL, 0, false, &counting, diag(), &container), NNEFCL_OK);
    ck_assert_str_eq(said, "");
    expect_member(container, "linked/w.dat", "weights");
    expect_member(container, "net/again/v.dat", "followed");
    ck_assert_int_eq(seek_to(container, "s.dat"), NNEFCL_OK);
    ck_assert_int_eq(seek_to(container, "net/dangling.dat"), NNEFCL_ERR_MODEL);
    ck_assert_str_eq(said,
                     "'net/dangling.dat' is a symbolic link that leads to no file; a model must hold its files itself");
    bool ambiguous;
    ck_assert_uint_eq(ncl_container_find(container, "net/up/graph.nnef", &ambiguous), SIZE_MAX);
    ncl_container_free(container);
    ck_assert_int_eq(ncl_container_open(below("linked.nnef"), NULL, 0, true, &counting, diag(), &container),
                     NNEFCL_ERR_MODEL);
    ck_assert_ptr_nonnull(strstr(said, "is a symbolic link, and links are refused"));
    ck_assert_int_eq(ncl_container_open(below("linked.nnef"), NULL, 0, false, &counting, diag(), &container),
                     NNEFCL_OK);
    expect_member(container, "graph.nnef", "version 1.0;");
    ncl_container_free(container);
}
END_TEST

START_TEST(archive_by_path)
{
    static struct bytes bytes;
    struct ncl_container *container;
    pack(&bytes, TGZ, plain);
    FILE *file = fopen(below("m.tgz"), "wb");
    fwrite(bytes.data, 1, bytes.size, file);
    fclose(file);
    ck_assert_int_eq(ncl_container_open(below("m.tgz"), NULL, 0, false, &counting, diag(), &container), NNEFCL_OK);
    ck_assert_uint_eq(ncl_container_count(container), 4);
    expect_member(container, "b/w.dat", "some weights");
    ncl_container_free(container);
}
END_TEST

/* What a model names beside itself: once, only beside a lone text, only what is below it and a file. */
START_TEST(attached)
{
    static struct bytes bytes;
    struct ncl_container *container;
    size_t first, again;
    ck_assert_int_eq(ncl_container_open(below("graph.nnef"), NULL, 0, true, &counting, diag(), &container), NNEFCL_OK);
    ck_assert_int_eq(ncl_container_attach(container, "net/w.dat.q8", diag(), &first), NNEFCL_OK);
    expect_member(container, "net/w.dat.q8", "not for us");
    ck_assert_int_eq(ncl_container_attach(container, "./net/w.dat.q8", diag(), &again), NNEFCL_OK);
    ck_assert_uint_eq(first, again);
    ck_assert_int_eq(ncl_container_attach(container, "nowhere", diag(), &again), NNEFCL_OK);
    ck_assert_uint_eq(again, SIZE_MAX);
    ck_assert_int_eq(ncl_container_attach(container, "net/deep", diag(), &again), NNEFCL_OK);
    ck_assert_int_eq(seek_to(container, "net/deep"), NNEFCL_ERR_MODEL);
    ck_assert_str_eq(said, "'net/deep' is no regular file; a model must hold its files itself");
    ck_assert_int_eq(ncl_container_attach(container, "graph.nnef/x", diag(), &again), NNEFCL_ERR_MODEL);
    ck_assert_str_eq(said, "'graph.nnef/x' cannot be read: Not a directory");
    ck_assert_int_eq(ncl_container_attach(container, "../x", diag(), &again), NNEFCL_ERR_MODEL);
    ck_assert_str_eq(said, "'../x' is no name of a file beside the model");
    ncl_container_free(container);
    pack(&bytes, TAR, plain);
    ck_assert_int_eq(open_bytes(bytes.data, bytes.size, 0, &container), NNEFCL_OK);
    ck_assert_int_eq(ncl_container_attach(container, "c.dat", diag(), &first), NNEFCL_OK);
    ck_assert_str_eq(ncl_container_member(container, first)->name, "c.dat");
    ck_assert_int_eq(ncl_container_attach(container, "d.dat", diag(), &again), NNEFCL_OK);
    ck_assert_uint_eq(again, SIZE_MAX);
    ncl_container_free(container);
}
END_TEST

/* A name that no label reaches, and folders too deep. */
START_TEST(out_of_reach)
{
    enum { DEPTH = 65 }; /* one more than is looked at */
    char path[2 * DEPTH + 16] = "";
    struct ncl_container *container;
    bool ambiguous;
    for (size_t i = 0; i < DEPTH; i++) {
        memcpy(path + 2 * i, i ? "/d" : "dd", 3);
        ck_assert_int_eq(mkdir(below(path), 0755), 0);
        strcat(path, "/w.dat");
        write_text(path, "w");
        path[2 * i + 2] = '\0';
    }
    write_text("a\\..\\b.dat", "b");
    ck_assert_int_eq(ncl_container_open(root, NULL, 0, true, &counting, diag(), &container), NNEFCL_OK);
    ck_assert_str_eq(said, "");
    for (size_t i = DEPTH; i-- > 0; remove(below(path))) {
        strcpy(path + 2 * i + 2, "/w.dat");
        ck_assert_msg((ncl_container_find(container, path, &ambiguous) == SIZE_MAX) == (i + 1 == DEPTH), "%s", path);
        remove(below(path));
        path[2 * i + 2] = '\0';
    }
    ck_assert_uint_eq(ncl_container_find(container, "b.dat", &ambiguous), SIZE_MAX);
    ncl_container_free(container);
    remove(below("a\\..\\b.dat"));
}
END_TEST

START_TEST(paths)
{
    static const struct {
        const char *given, *name, *path;
    } cases[] = {{"", "net/w.dat", "%s/net/w.dat"},
                 {"/", "net/w.dat", "%s/net/w.dat"},
                 {"/graph.nnef", "net/w.dat", "%s/net/w.dat"},
                 {"/other.nnef", "graph.nnef", "%s/other.nnef"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct ncl_container *container;
        struct ncl_arena arena;
        char given[PATH_MAX], path[PATH_MAX];
        snprintf(given, sizeof given, "%s%s", root, cases[i].given);
        snprintf(path, sizeof path, cases[i].path, root);
        ncl_arena_init(&arena, &counting, 0);
        ck_assert_int_eq(ncl_container_open(given, NULL, 0, true, &counting, diag(), &container), NNEFCL_OK);
        ck_assert_str_eq(ncl_container_path(container, cases[i].name, &arena), path);
        ncl_container_free(container);
        ncl_arena_free(&arena);
    }
}
END_TEST

START_TEST(paths_that_are_wrong)
{
    struct ncl_container *container;
    char text[256];
    write_text("net/w.dat", "BZh91AY&SY");
    ck_assert_int_eq(ncl_container_open(below("net/w.dat"), NULL, 0, false, &counting, diag(), &container),
                     NNEFCL_ERR_MODEL);
    snprintf(text, sizeof text, "'%s/net/w.dat' is packed with bzip2; only .tar, .tar.gz and .zip are read", root);
    ck_assert_str_eq(said, text);
    ck_assert_int_eq(ncl_container_open("/nowhere/model", NULL, 0, false, &counting, diag(), &container),
                     NNEFCL_ERR_MODEL);
    ck_assert_str_eq(said, "cannot open '/nowhere/model': No such file or directory");
    ck_assert_int_eq(ncl_container_open(below("f.dat"), NULL, 0, false, &counting, diag(), &container),
                     NNEFCL_ERR_MODEL);
    snprintf(text, sizeof text, "'%s/f.dat' is neither a file nor a folder", root);
    ck_assert_str_eq(said, text);
}
END_TEST

START_TEST(folder_out_of_memory)
{
    for (int64_t allowed = 0;; allowed++) {
        struct ncl_container *container = NULL;
        left = allowed;
        nnefcl_status status = ncl_container_open(root, NULL, 0, false, &counting, diag(), &container);
        ncl_container_free(container);
        ck_assert_uint_eq(live, 0);
        if (!status)
            break;
        ck_assert_int_eq(status, NNEFCL_ERR_NOMEM);
        ck_assert_int_lt(allowed, 1000);
    }
    left = -1;
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("container");
    TCase *archives = tcase_create("archives"), *folders = tcase_create("folders");
    tcase_add_checked_fixture(archives, NULL, teardown);
    tcase_add_checked_fixture(folders, make_folder, remove_folder);
    tcase_add_loop_test(archives, every_packing, 0, PACKINGS);
    tcase_add_test(archives, names);
    tcase_add_test(archives, lookup);
    tcase_add_loop_test(archives, refused, 0, sizeof refusals / sizeof *refusals);
    tcase_add_test(archives, links);
    tcase_add_test(archives, hard_links);
    tcase_add_loop_test(archives, root_folders, 0, sizeof roots / sizeof *roots);
    tcase_add_test(archives, empty_archives);
    tcase_add_loop_test(archives, formats, 0, sizeof heads / sizeof *heads);
    tcase_add_loop_test(archives, cut, 0, PACKINGS);
    tcase_add_loop_test(archives, changed_bytes, 0, PACKINGS);
    tcase_add_loop_test(archives, readers_that_fail, 0, PACKINGS);
    tcase_add_loop_test(archives, long_archives, 0, 2);
    tcase_add_test(archives, bombs);
    tcase_add_test(archives, texts_of_zeros);
    tcase_add_test(archives, wrong_sizes);
    tcase_add_test(archives, many_members);
    tcase_add_loop_test(archives, out_of_memory, 0, PACKINGS);
    tcase_add_test(folders, folder);
    tcase_add_test(folders, lone_text);
    tcase_add_test(folders, folder_of_links);
    tcase_add_test(folders, archive_by_path);
    tcase_add_test(folders, attached);
    tcase_add_test(folders, out_of_reach);
    tcase_add_test(folders, paths);
    tcase_add_test(folders, paths_that_are_wrong);
    tcase_add_test(folders, folder_out_of_memory);
    suite_add_tcase(suite, archives);
    suite_add_tcase(suite, folders);
    return suite_run(suite);
}
