/* SPDX-License-Identifier: Apache-2.0 */
/* Figures of measured values. */
#ifndef STATISTICS_H
#define STATISTICS_H

#include <stddef.h>

enum figure { FIGURE_MIN, FIGURE_MEAN, FIGURE_STDDEV, FIGURE_MEDIAN, FIGURE_P90, FIGURE_P95, FIGURE_P99, FIGURES };
extern const char *const figure_names[FIGURES];

/* Sorts `values`. One that is negative was not measured, and then no figure is there: all are negative. Percentiles by
 * the nearest rank: the value at position ceil(p n). */
void statistics_make(double *values, size_t count, double figures[FIGURES]);

#endif
