/* SPDX-License-Identifier: Apache-2.0 */
/* An .npz: a zip of .npy members, stored as they are, since elements hardly compress. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

#include "tensor_format.h"

static bool write_member(struct archive *zip, struct archive_entry *entry, const struct named_tensor *named)
{
    char header[NPY_HEADER], name[256];
    const size_t length = npy_header(named->tensor, header), bytes = named->tensor->bytes;
    snprintf(name, sizeof name, "%s.npy", named->name);
    archive_entry_clear(entry);
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t)(length + bytes));
    return archive_write_header(zip, entry) == ARCHIVE_OK &&
           archive_write_data(zip, header, length) == (la_ssize_t)length &&
           archive_write_data(zip, named->tensor->data, bytes) == (la_ssize_t)bytes;
}

bool npz_write(FILE *file, const struct named_tensor *tensors, size_t count)
{
    struct archive *zip = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    bool done = zip && entry && archive_write_set_format_zip(zip) == ARCHIVE_OK &&
                archive_write_zip_set_compression_store(zip) == ARCHIVE_OK &&
                archive_write_open_FILE(zip, file) == ARCHIVE_OK;
    for (size_t i = 0; i < count && done; i++)
        done = write_member(zip, entry, &tensors[i]);
    done = done && archive_write_close(zip) == ARCHIVE_OK;
    int code = done || !zip ? 0 : archive_errno(zip);
    archive_entry_free(entry);
    archive_write_free(zip);
    errno = done ? errno : code > 0 ? code : ENOMEM;
    return done;
}
