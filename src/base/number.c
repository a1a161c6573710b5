/* SPDX-License-Identifier: Apache-2.0 */
#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More digits than 767 cannot change which double is nearest, as long as one more tells whether anything but zeros
 * follows. */
#define DIGITS       800
#define EXPONENT_MAX 1000000

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool ncl_parse_int64(const char *text, size_t length, int64_t *out)
{
    size_t at = 0;
    bool negative = length > 0 && text[0] == '-';
    if (length > 0 && (text[0] == '-' || text[0] == '+'))
        at++;
    if (at == length)
        return false;
    int64_t value = 0; /* kept negative: that half of the range is the larger one */
    for (; at < length; at++) {
        if (!is_digit(text[at]) || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, text[at] - '0', &value))
            return false;
    }
    if (!negative && value == INT64_MIN)
        return false;
    *out = negative ? value : -value;
    return true;
}

/* The exponent behind e or E, saturated: beyond EXPONENT_MAX only the sign matters. */
static bool parse_exponent(const char *text, size_t length, long *out)
{
    size_t at = 0;
    bool negative = length > 0 && text[0] == '-';
    if (length > 0 && (text[0] == '-' || text[0] == '+'))
        at++;
    if (at == length)
        return false;
    long value = 0;
    for (; at < length; at++) {
        if (!is_digit(text[at]))
            return false;
        if (value < EXPONENT_MAX)
            value = value * 10 + (text[at] - '0');
    }
    *out = negative ? -value : value;
    return true;
}

/* Rewrites the number as digits and exponent, without a decimal point: what the C library calls a decimal point depends
 * on the locale. */
bool ncl_parse_double(const char *text, size_t length, double *out)
{
    char digits[DIGITS + 32];
    size_t used = 0, at = 0, integral = 0, fraction = 0;
    long exponent = 0, written = 0;
    bool point = false, more = false;
    if (length > 0 && (text[0] == '-' || text[0] == '+'))
        digits[used++] = text[at++];
    size_t first = used;
    for (; at < length && text[at] != 'e' && text[at] != 'E'; at++) {
        if (text[at] == '.' && !point) {
            point = true;
            continue;
        }
        if (!is_digit(text[at]))
            return false;
        (*(point ? &fraction : &integral))++;
        bool keep = used - first < DIGITS;
        if (keep && (used > first || text[at] != '0'))
            digits[used++] = text[at];
        if (!keep) {
            more = more || text[at] != '0';
            if (!point)
                exponent++;
        } else if (point)
            exponent--;
    }
    if (integral == 0 || (point && fraction == 0))
        return false;
    if (at < length && !parse_exponent(text + at + 1, length - at - 1, &written))
        return false;
    if (used == first)
        digits[used++] = '0';
    else if (more) {
        digits[used++] = '1';
        exponent--;
    }
    snprintf(digits + used, sizeof digits - used, "e%ld", exponent + written);
    double value = strtod(digits, NULL);
    if (!isfinite(value))
        return false;
    *out = value;
    return true;
}

const char *ncl_format_double(double value, char buffer[NCL_NUMBER_SIZE])
{
    if (!isfinite(value))
        return strcpy(buffer, isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
    bool scalar = false;
    for (int precision = 15; precision <= 17; precision++) {
        char text[NCL_NUMBER_SIZE];
        double back;
        size_t used = 0;
        snprintf(text, sizeof text, "%.*g", precision, value);
        scalar = false;
        for (const char *c = text; *c; c++) {
            if (is_digit(*c) || strchr("+-e", *c)) {
                scalar = scalar || *c == 'e';
                buffer[used++] = *c;
            } else if (!scalar) { /* the decimal point of the locale may be several bytes */
                scalar = true;
                buffer[used++] = '.';
            }
        }
        buffer[used] = '\0';
        if (ncl_parse_double(buffer, used, &back) && back == value)
            break;
    }
    return scalar ? buffer : strcat(buffer, ".0");
}
