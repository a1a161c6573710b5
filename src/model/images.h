/* SPDX-License-Identifier: Apache-2.0 */
/* Can the images of a batch be computed apart from each other? */
#ifndef NCL_IMAGES_H
#define NCL_IMAGES_H

#include "base/text.h"
#include "ir/graph.h"

/* The leading extent of the first input; 0: there is none. */
int64_t ncl_images_batch(const struct ncl_graph *graph);
/* No variable is updated from run to run, for all images of a run together; else NNEFCL_ERR_UNSUPPORTED. */
nnefcl_status ncl_images_free_of_state(const struct ncl_graph *graph, struct ncl_diag *diag);
/* `part` is `whole` with another batch, the leading extent of the first input. What follows that extent must have it in
 * front, in whole images, and each operation must be known to treat them alike. Else NNEFCL_ERR_UNSUPPORTED at the
 * node. */
nnefcl_status ncl_images_check(const struct ncl_graph *whole, const struct ncl_graph *part, struct ncl_diag *diag);

#endif
