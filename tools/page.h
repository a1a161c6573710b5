/* SPDX-License-Identifier: Apache-2.0 */
/* Pages: one file of HTML that asks the network for nothing. */
#ifndef PAGE_H
#define PAGE_H

#include <stdbool.h>
#include <stdio.h>

void page_begin(FILE *file, const char *title);
void page_end(FILE *file);
/* A paragraph of facts, "name: value", cleaned; NULL ends the list of pairs. */
void page_facts(FILE *file, const char *name, ...) __attribute__((sentinel));

/* Drawings of SVG: an axis has `ticks` of its range, linear or by powers of ten. */
struct page_axis {
    const char *title;
    double low, high; /* logarithmic: powers of ten */
    bool logarithmic;
};
struct page_plot {
    FILE *file;
    struct page_axis x, y;
};
enum { PLOT_WIDTH = 860, PLOT_HEIGHT = 320 };
void page_plot_begin(const struct page_plot *plot, const char *label);
void page_plot_end(const struct page_plot *plot);
/* Where a value lies in the drawing. */
double page_x(const struct page_plot *plot, double value);
double page_y(const struct page_plot *plot, double value);

#endif
