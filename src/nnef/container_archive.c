/* SPDX-License-Identifier: Apache-2.0 */
/* Archives as containers, read through libarchive without unpacking them anywhere. */
#include "container_parts.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define BLOCK       ((size_t)64 << 10)
#define TAR_BLOCK   512
#define MAX_ENTRIES ((uint64_t)1 << 20) /* of all kinds, folders too */

/* ---- formats ---- */

static uint64_t octal(const uint8_t *digits, size_t size)
{
    uint64_t value = 0;
    size_t i = 0;
    while (i < size && digits[i] == ' ')
        i++;
    for (; i < size && digits[i] >= '0' && digits[i] <= '7'; i++)
        value = value * 8 + (uint64_t)(digits[i] - '0');
    return value;
}

/* POSIX 1003.1, ustar: the sum of all bytes with the field of the sum itself as blanks. An archive of nothing starts
 * with its end, a block of zeros.
 */
static bool is_tar_header(const uint8_t *head, size_t size)
{
    enum { SUM_AT = 148, SUM_SIZE = 8 };
    uint64_t sum = 0, blank = 0;
    if (size < TAR_BLOCK)
        return false;
    for (size_t i = 0; i < TAR_BLOCK; i++) {
        blank |= head[i];
        sum += i >= SUM_AT && i < SUM_AT + SUM_SIZE ? ' ' : head[i];
    }
    return blank == 0 || sum == octal(head + SUM_AT, SUM_SIZE);
}

enum ncl_archive_kind ncl_archive_detect(const uint8_t *head, size_t size, const char **other)
{
    static const struct {
        uint8_t magic[6];
        uint8_t length;
        enum ncl_archive_kind kind;
        const char *other;
    } formats[] = {
        {{0x1f, 0x8b}, 2, NCL_ARCHIVE_TAR_GZIP, NULL},
        {{'P', 'K', 3, 4}, 4, NCL_ARCHIVE_ZIP, NULL},
        {{'P', 'K', 5, 6}, 4, NCL_ARCHIVE_ZIP, NULL},
        {{'B', 'Z', 'h'}, 3, NCL_ARCHIVE_NONE, "bzip2"},
        {{0xfd, '7', 'z', 'X', 'Z', 0}, 6, NCL_ARCHIVE_NONE, "xz"},
        {{0x28, 0xb5, 0x2f, 0xfd}, 4, NCL_ARCHIVE_NONE, "zstd"},
        {{'7', 'z', 0xbc, 0xaf, 0x27, 0x1c}, 6, NCL_ARCHIVE_NONE, "7-Zip"},
        {{'R', 'a', 'r', '!'}, 4, NCL_ARCHIVE_NONE, "RAR"},
    };
    *other = NULL;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (size >= formats[i].length && memcmp(head, formats[i].magic, formats[i].length) == 0) {
            *other = formats[i].other;
            return formats[i].kind;
        }
    return is_tar_header(head, size) ? NCL_ARCHIVE_TAR : NCL_ARCHIVE_NONE;
}

/* ---- streams ---- */

struct ncl_archive_stream {
    const struct ncl_container *container;
    struct archive *archive;
    struct archive_entry *header; /* what was read last: libarchive's own one may be NULL */
    struct ncl_gunzip *gunzip; /* of a compressed tar: libarchive sees what it unpacks to */
    struct ncl_diag *diag;     /* of the call in progress; */
    bool reported;             /* what went wrong was said there */
    uint64_t offset;           /* where libarchive reads next */
    uint64_t block_at;         /* where `block` lies, and how much of it is there */
    size_t block_size;
    uint64_t ordinal; /* of the entry whose header is read next */
    const struct ncl_entry *entry;
    uint64_t left; /* bytes of it not read yet */
    uint8_t block[BLOCK];
};

static la_ssize_t on_read(struct archive *archive, void *user, const void **buffer)
{
    struct ncl_archive_stream *stream = user;
    size_t got = 0;
    if (stream->gunzip)
        stream->reported = ncl_gunzip_read(stream->gunzip, stream->offset, stream->block, sizeof stream->block, &got,
                                           stream->diag) != NNEFCL_OK;
    else
        got = ncl_container_read(stream->container, stream->offset, stream->block, sizeof stream->block);
    if (got == SIZE_MAX || stream->reported) {
        archive_set_error(archive, EIO, "the reader failed");
        return ARCHIVE_FATAL;
    }
    stream->block_at = stream->offset;
    stream->block_size = got;
    stream->offset += got;
    *buffer = stream->block;
    return (la_ssize_t)got;
}

/* How far a skip to `wanted` gets: what is cut off must show. */
static uint64_t reachable(struct ncl_archive_stream *stream, uint64_t wanted)
{
    uint8_t last;
    size_t got;
    if (!stream->gunzip)
        return wanted < stream->container->reader.size ? wanted : stream->container->reader.size;
    stream->reported = ncl_gunzip_read(stream->gunzip, wanted - 1, &last, 1, &got, stream->diag) != NNEFCL_OK;
    return got == 1 ? wanted : stream->offset;
}

static la_int64_t on_skip(struct archive *archive, void *user, la_int64_t request)
{
    struct ncl_archive_stream *stream = user;
    uint64_t from = stream->offset;
    if (request <= 0)
        return 0;
    stream->offset = reachable(stream, from + (uint64_t)request);
    if (stream->reported) {
        archive_set_error(archive, EIO, "the reader failed");
        return ARCHIVE_FATAL;
    }
    return (la_int64_t)(stream->offset - from);
}

static la_int64_t on_seek(struct archive *archive, void *user, la_int64_t offset, int whence)
{
    struct ncl_archive_stream *stream = user;
    uint64_t size = stream->container->reader.size, base = whence == SEEK_SET   ? 0
                                                           : whence == SEEK_CUR ? stream->offset
                                                                                : size;
    (void)archive;
    if ((offset < 0 && (uint64_t)-offset > base) || (offset > 0 && (uint64_t)offset > size - base))
        return ARCHIVE_FATAL;
    stream->offset = base + (uint64_t)offset;
    return (la_int64_t)stream->offset;
}

static nnefcl_status damaged(const struct ncl_archive_stream *stream, const char *name, struct ncl_diag *diag)
{
    const char *text = archive_error_string(stream->archive);
    if (stream->reported)
        return diag->status;
    if (archive_errno(stream->archive) == ENOMEM)
        return ncl_nomem(diag);
    return ncl_error(diag, NNEFCL_ERR_MODEL, NCL_NOWHERE, "%s%s%s cannot be read: %s", name ? "'" : "the archive",
                     name ? name : "", name ? "'" : "", text ? text : "it is damaged");
}

static void stop(struct ncl_archive_stream *stream)
{
    archive_entry_free(stream->header);
    archive_read_free(stream->archive);
    stream->header = NULL;
    stream->archive = NULL;
}

/* Opens the archive from its beginning. */
static nnefcl_status start(struct ncl_archive_stream *stream, struct ncl_diag *diag)
{
    const struct ncl_container *container = stream->container;
    stop(stream);
    stream->offset = stream->ordinal = 0;
    stream->entry = NULL;
    stream->diag = diag;
    stream->reported = false;
    struct archive *archive = stream->archive = archive_read_new();
    stream->header = archive ? archive_entry_new2(archive) : NULL;
    if (!stream->header)
        return ncl_nomem(diag);
    int result = container->archive == NCL_ARCHIVE_ZIP ? archive_read_support_format_zip_seekable(archive)
                                                       : archive_read_support_format_tar(archive);
    if (result == ARCHIVE_OK)
        result = archive_read_set_callback_data(archive, stream);
    if (result != ARCHIVE_OK)
        return damaged(stream, NULL, diag);
    archive_read_set_read_callback(archive, on_read);
    archive_read_set_skip_callback(archive, on_skip);
    archive_read_set_seek_callback(archive, on_seek);
    if (archive_read_open1(archive) == ARCHIVE_OK)
        return NNEFCL_OK;
    return archive_error_string(archive) ? damaged(stream, NULL, diag) : ncl_nomem(diag); /* it says all else */
}

/* `index`: of a compressed tar that is read for the first time, NULL: again. */
static nnefcl_status open_stream(const struct ncl_container *container, struct ncl_gunzip_index *index,
                                 struct ncl_arena *arena, struct ncl_diag *diag, struct ncl_archive_stream **stream)
{
    struct ncl_archive_stream *made = ncl_resize(&container->arena.allocator, NULL, sizeof *made);
    if (!made)
        return ncl_nomem(diag);
    memset(made, 0, offsetof(struct ncl_archive_stream, block));
    made->container = container;
    nnefcl_status status = NNEFCL_OK;
    if (container->archive == NCL_ARCHIVE_TAR_GZIP)
        status = ncl_gunzip_open(container, index, arena, diag, &made->gunzip);
    if (!status)
        status = start(made, diag);
    if (status)
        ncl_archive_close(made);
    else
        *stream = made;
    return status;
}

nnefcl_status ncl_archive_open(const struct ncl_container *container, struct ncl_diag *diag,
                               struct ncl_archive_stream **stream)
{
    return open_stream(container, NULL, NULL, diag, stream);
}

void ncl_archive_close(struct ncl_archive_stream *stream)
{
    if (!stream)
        return;
    stop(stream);
    ncl_gunzip_close(stream->gunzip);
    ncl_resize(&stream->container->arena.allocator, stream, 0);
}

/* *entry NULL: the end. */
static nnefcl_status next_entry(struct ncl_archive_stream *stream, struct archive_entry **entry, struct ncl_diag *diag)
{
    stream->diag = diag;
    int result = archive_read_next_header2(stream->archive, stream->header);
    stream->ordinal++;
    *entry = result == ARCHIVE_EOF ? NULL : stream->header;
    return result == ARCHIVE_EOF || result == ARCHIVE_OK || result == ARCHIVE_WARN ? NNEFCL_OK
                                                                                   : damaged(stream, NULL, diag);
}

nnefcl_status ncl_archive_seek(struct ncl_archive_stream *stream, const struct ncl_entry *entry, struct ncl_diag *diag)
{
    nnefcl_status status = NNEFCL_OK;
    if (stream->ordinal > entry->ordinal || !stream->archive)
        status = start(stream, diag);
    struct archive_entry *found = NULL;
    while (!status && stream->ordinal <= entry->ordinal) {
        status = next_entry(stream, &found, diag);
        if (!status && !found)
            return ncl_error(diag, NNEFCL_ERR_MODEL, NCL_NOWHERE, "'%s' is no longer in the archive",
                             entry->member.name);
    }
    if (status) {
        stop(stream); /* after a failure it is not usable; the next seek starts again */
        return status;
    }
    stream->entry = entry;
    stream->left = entry->member.size;
    return NNEFCL_OK;
}

/* The bytes of a member end where its size says, and a checksum that the format has is right: libarchive looks at it
 * when it is asked for more. */
static nnefcl_status expect_end(struct ncl_archive_stream *stream, const struct ncl_entry *entry, struct ncl_diag *diag)
{
    char more;
    la_ssize_t got = archive_read_data(stream->archive, &more, 1);
    if (got == 0)
        return NNEFCL_OK;
    if (got < 0)
        return damaged(stream, entry->member.name, diag);
    return ncl_error(diag, NNEFCL_ERR_MODEL, NCL_NOWHERE,
                     "'%s' is longer than the %llu bytes that the archive gives for it", entry->member.name,
                     (unsigned long long)entry->member.size);
}

nnefcl_status ncl_archive_read(struct ncl_archive_stream *stream, const struct ncl_entry *entry, void *buffer,
                               size_t size, size_t *got, struct ncl_diag *diag)
{
    if (!stream->archive || stream->entry != entry)
        return ncl_error(diag, NNEFCL_ERR_INTERNAL, NCL_NOWHERE, "'%s' was read before it was opened",
                         entry->member.name);
    stream->diag = diag;
    la_ssize_t result = archive_read_data(stream->archive, buffer, size);
    if (result < 0)
        return damaged(stream, entry->member.name, diag);
    if ((size_t)result < size)
        return ncl_error(diag, NNEFCL_ERR_MODEL, NCL_NOWHERE,
                         "'%s' is shorter than the %llu bytes that the archive gives for it", entry->member.name,
                         (unsigned long long)entry->member.size);
    stream->left -= size;
    *got = size;
    return stream->left == 0 ? expect_end(stream, entry, diag) : NNEFCL_OK;
}

/* ---- index ---- */

/* Do the bytes of this member of a tar lie at `offset` as they are? Only if the block before it is a plain header of
 * just that size: the sizes differ where a sparse file is stored with a map. That header was just read. */
static bool lies_plainly(const struct ncl_archive_stream *stream, struct archive_entry *found, uint64_t offset,
                         uint64_t size)
{
    enum { SIZE_AT = 124, SIZE_SIZE = 12, TYPE_AT = 156 };
    if (stream->container->archive == NCL_ARCHIVE_ZIP || archive_entry_sparse_count(found) > 0 ||
        offset < stream->block_at + TAR_BLOCK || offset > stream->block_at + stream->block_size ||
        size > UINT64_MAX - offset)
        return false;
    const uint8_t *head = stream->block + (offset - stream->block_at) - TAR_BLOCK;
    return is_tar_header(head, TAR_BLOCK) && (head[TYPE_AT] == '0' || head[TYPE_AT] == '\0') &&
           octal(head + SIZE_AT, SIZE_SIZE) == size;
}

static const char *entry_refusal(struct archive_entry *found)
{
    if (archive_entry_hardlink(found))
        return "a hard link";
    if (archive_entry_filetype(found) == AE_IFLNK)
        return "a symbolic link";
    if (archive_entry_filetype(found) != AE_IFREG)
        return "no regular file";
    if (archive_entry_is_data_encrypted(found))
        return "encrypted";
    return archive_entry_size_is_set(found) && archive_entry_size(found) >= 0 ? NULL : "of unknown size";
}

/* The normalized name; "" where none can be meant. NULL: no memory. */
static const char *link_target(struct ncl_container *container, const char *raw)
{
    char name[NCL_MEMBER_NAME];
    return ncl_arena_strdup(&container->arena, ncl_member_name_normalize(raw, name) == NCL_NAME_GOOD ? name : "");
}

static nnefcl_status add_entry(struct ncl_container *container, struct ncl_archive_stream *stream,
                               struct archive_entry *found, struct ncl_diag *diag)
{
    const char *raw = archive_entry_pathname(found), *refused = entry_refusal(found);
    char name[NCL_MEMBER_NAME];
    if (!raw)
        raw = archive_entry_pathname_utf8(found);
    enum ncl_name_verdict verdict = raw ? ncl_member_name_normalize(raw, name) : NCL_NAME_EMPTY;
    if (verdict == NCL_NAME_LEAVES)
        return ncl_error(diag, NNEFCL_ERR_MODEL, NCL_NOWHERE, "the archive holds '%s', which leads out of it", raw);
    uint64_t size = refused ? 0 : (uint64_t)archive_entry_size(found),
             offset = (uint64_t)archive_filter_bytes(stream->archive, 0);
    if (container->archive == NCL_ARCHIVE_TAR_GZIP && (size > container->limit || offset > container->limit - size))
        return ncl_error(diag, NNEFCL_ERR_LIMIT, NCL_NOWHERE, "the archive unpacks to more than %llu bytes, the limit",
                         (unsigned long long)container->limit);
    if (verdict != NCL_NAME_GOOD || archive_entry_filetype(found) == AE_IFDIR)
        return NNEFCL_OK;
    struct ncl_entry *entry = ncl_container_add(container, name, size, diag);
    if (!entry)
        return diag->status;
    entry->refused = refused;
    if (archive_entry_hardlink(found) && !(entry->link = link_target(container, archive_entry_hardlink(found))))
        return ncl_nomem(diag);
    entry->ordinal = stream->ordinal - 1;
    entry->direct = !refused && lies_plainly(stream, found, offset, size);
    entry->offset = offset;
    return NNEFCL_OK;
}

nnefcl_status ncl_archive_index(struct ncl_container *container, struct ncl_diag *diag)
{
    struct ncl_archive_stream *stream;
    nnefcl_status status = open_stream(container, &container->gzip, &container->arena, diag, &stream);
    if (status)
        return status;
    for (;;) {
        struct archive_entry *found;
        status = next_entry(stream, &found, diag);
        if (status || !found)
            break;
        if (stream->ordinal > MAX_ENTRIES)
            status = ncl_error(diag, NNEFCL_ERR_LIMIT, NCL_NOWHERE, "the archive holds more than %llu entries",
                               (unsigned long long)MAX_ENTRIES);
        else
            status = add_entry(container, stream, found, diag);
        if (status)
            break;
    }
    ncl_archive_close(stream);
    return status ? status : ncl_container_find_root(container, diag);
}
