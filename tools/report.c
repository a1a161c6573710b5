#include "report.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

json_t *report_real(double value)
{
    if (isnan(value))
        return json_string("nan");
    if (isinf(value))
        return json_string(value < 0 ? "-inf" : "inf");
    return json_real(value);
}

json_t *report_shape(const nnefcl_shape *shape)
{
    json_t *array = json_array();
    for (int i = 0; i < shape->rank; i++)
        json_array_append_new(array, json_integer(shape->extent[i]));
    return array;
}

json_t *report_document(const char *name)
{
    return json_pack("{s:s++}", "schema", "nnefcl/", name, "/1");
}

void report_print(json_t *document)
{
    json_dumpf(document, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
    putchar('\n');
    json_decref(document);
}

enum status report_finish(struct talk *talk, enum status status)
{
    if ((fflush(stdout) || ferror(stdout)) && !status)
        return talk_fail(talk, STATUS_DATA, "stdout: %s", strerror(errno));
    return status;
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
