/* SPDX-License-Identifier: Apache-2.0 */
#include "statistics.h"

#include <math.h>
#include <stdlib.h>

const char *const figure_names[FIGURES] = {"min", "mean", "stddev", "median", "p90", "p95", "p99"};

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void statistics_make(double *values, size_t count, double figures[FIGURES])
{
    static const double ranks[FIGURES] = {
        [FIGURE_MEDIAN] = 0.5, [FIGURE_P90] = 0.9, [FIGURE_P95] = 0.95, [FIGURE_P99] = 0.99};
    double sum = 0, squares = 0;
    qsort(values, count, sizeof *values, by_value);
    for (int f = 0; f < FIGURES; f++)
        figures[f] = -1;
    if (!count || values[0] < 0)
        return;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    figures[FIGURE_MIN] = values[0];
    figures[FIGURE_MEAN] = sum / (double)count;
    for (size_t i = 0; i < count; i++)
        squares += (values[i] - figures[FIGURE_MEAN]) * (values[i] - figures[FIGURE_MEAN]);
    figures[FIGURE_STDDEV] = sqrt(squares / (double)count);
    for (int f = FIGURE_MEDIAN; f < FIGURES; f++)
        figures[f] = values[(size_t)ceil(ranks[f] * (double)count) - 1];
}
