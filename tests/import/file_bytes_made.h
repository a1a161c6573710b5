/* SPDX-License-Identifier: Apache-2.0 */
/* Files of other systems, made byte by byte: protobuf, flatbuffers, torch.save. And what a test asks of each: the flat
 * graph, and that damage of any kind ends with a status. */
#ifndef FILE_BYTES_MADE_H
#define FILE_BYTES_MADE_H

#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/model_text.h"

struct bytes {
    unsigned char data[16384];
    size_t size;
};

static inline void bytes_put(struct bytes *bytes, const void *data, size_t size)
{
    ck_assert_uint_le(bytes->size + size, sizeof bytes->data);
    if (size)
        memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
}

static inline void bytes_int(struct bytes *bytes, uint64_t value, size_t width)
{
    for (size_t i = 0; i < width; i++)
        bytes_put(bytes, &(unsigned char){(unsigned char)(value >> 8 * i)}, 1);
}

static inline void bytes_floats(struct bytes *bytes, const float *value, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &value[i], sizeof bits);
        bytes_int(bytes, bits, sizeof bits);
    }
}

/* ---- protobuf ---- */

static inline void pb_varint(struct bytes *bytes, uint64_t value)
{
    for (; value >= 128; value >>= 7)
        bytes_int(bytes, value | 128, 1);
    bytes_int(bytes, value, 1);
}

static inline void pb_number(struct bytes *bytes, unsigned field, uint64_t value)
{
    pb_varint(bytes, field << 3);
    pb_varint(bytes, value);
}

static inline void pb_float(struct bytes *bytes, unsigned field, float value)
{
    pb_varint(bytes, field << 3 | 5);
    bytes_floats(bytes, &value, 1);
}

static inline void pb_data(struct bytes *bytes, unsigned field, const void *data, size_t size)
{
    pb_varint(bytes, field << 3 | 2);
    pb_varint(bytes, size);
    bytes_put(bytes, data, size);
}

static inline void pb_text(struct bytes *bytes, unsigned field, const char *text)
{
    pb_data(bytes, field, text, strlen(text));
}

static inline void pb_message(struct bytes *bytes, unsigned field, const struct bytes *message)
{
    pb_data(bytes, field, message->data, message->size);
}

/* ---- what is asked ---- */

static inline nnefcl_status bytes_open(struct model_text *text, const void *data, size_t size)
{
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    memset(text, 0, sizeof *text);
    options.diagnostic = model_text_talk;
    options.diagnostic_user = text;
    options.memory_limit = (uint64_t)64 << 20;
    return text->status = nnefcl_model_open_memory(data, size, &options, &text->model, &text->error);
}

/* The lines of the flat graph, in their order, separated by '|'. */
static inline void flat_has(struct model_text *text, const char *lines)
{
    ck_assert_msg(text->status == NNEFCL_OK, "%s", text->talk);
    const char *dump = model_text_dump(text, NNEFCL_DUMP_FLAT), *at = dump;
    while (*lines) {
        char line[256];
        const size_t length = strcspn(lines, "|");
        snprintf(line, sizeof line, "%.*s", (int)length, lines);
        at = strstr(at, line);
        ck_assert_msg(at != NULL, "no '%s' in\n%s", line, dump);
        at += length;
        lines += length + (lines[length] == '|');
    }
}

static inline void bytes_damaged(const struct bytes *good, size_t size, size_t at, unsigned char change)
{
    static struct bytes bad;
    static struct model_text text;
    bad = *good;
    bad.size = size;
    if (at < size)
        bad.data[at] ^= change;
    const nnefcl_status status = bytes_open(&text, bad.data, bad.size);
    ck_assert_msg(status == NNEFCL_OK || (text.error.status == status && text.error.message[0]),
                  "byte %zu of %zu changed by %u: status %d without a word", at, size, change, (int)status);
    nnefcl_model_free(text.model);
}

/* Every byte changed, and the file cut off at every `step`: a status and a word, or a model. */
static inline void bytes_survive(const struct bytes *good, size_t step)
{
    static const unsigned char changes[] = {1, 0x80, 0xff};
    for (size_t at = 0; at < good->size; at += step)
        for (size_t i = 0; i < sizeof changes; i++)
            bytes_damaged(good, good->size, at, changes[i]);
    for (size_t size = 0; size < good->size; size += step)
        bytes_damaged(good, size, size, 0);
}

/* ---- files side by side ---- */

struct file_folder {
    char path[64];
};

static inline void folder_make(struct file_folder *folder)
{
    strcpy(folder->path, "/tmp/import-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder->path));
}

static inline void folder_write(const struct file_folder *folder, const char *name, const void *data, size_t size)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(data, 1, size, file), size);
    fclose(file);
}

static inline void folder_open(const struct file_folder *folder, const char *name, struct model_text *text)
{
    nnefcl_model_options options = NNEFCL_MODEL_OPTIONS_INIT;
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    memset(text, 0, sizeof *text);
    options.diagnostic = model_text_talk;
    options.diagnostic_user = text;
    text->status = nnefcl_model_open(path, &options, &text->model, &text->error);
}

static inline void folder_remove(const struct file_folder *folder, const char *const *name, size_t count)
{
    char path[256];
    for (size_t i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder->path, name[i]);
        unlink(path);
    }
    rmdir(folder->path);
}

#endif
