/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum status report_finish(struct talk *talk, enum status status)
{
    json_t *record = talk_take_record(talk);
    if (status && record && !document_printed()) {
        json_t *document = document_begin("error");
        document_set(document, "status", document_integer(status));
        document_set(document, "errors", record);
        document_print(document);
    } else {
        json_decref(record);
    }
    if ((fflush(stdout) || ferror(stdout)) && !status)
        return talk_fail(talk, STATUS_DATA, "stdout: %s", strerror(errno));
    return status;
}

const char *report_count(uint64_t count, char text[COUNT_TEXT])
{
    char digits[COUNT_TEXT];
    const int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
    char *out = text;
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            *out++ = ',';
        *out++ = digits[i];
    }
    *out = '\0';
    return text;
}

const char *report_bytes(uint64_t bytes, char text[BYTES_TEXT])
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"};
    double value = (double)bytes;
    size_t unit = 0;
    for (; value >= 1024 && unit + 1 < sizeof units / sizeof *units; unit++)
        value /= 1024;
    snprintf(text, BYTES_TEXT, unit ? "%.1f %s" : "%.0f %s", value, units[unit]);
    return text;
}
