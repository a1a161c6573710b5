/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the tables of operators of TensorFlow and of Lite, whose builders are the same (tf.h): by name, with what
 * else than building they can do, and which of several operations is meant. */
#ifndef NCL_TF_OPERATORS_H
#define NCL_TF_OPERATORS_H

#include "import/tensorflow/tf.h"

#define BUILD(name, builder)                                                                                           \
    {                                                                                                                  \
        "", name, ncl_tf_build_##builder, NULL, NULL                                                                   \
    }
#define BUILD_AS(name, builder, as)                                                                                    \
    {                                                                                                                  \
        "", name, ncl_tf_build_##builder, NULL, as                                                                     \
    }
#define FOLD(name, builder, fold)                                                                                      \
    {                                                                                                                  \
        "", name, ncl_tf_build_##builder, ncl_tf_fold_##fold, NULL                                                     \
    }
#define FOLD_AS(name, builder, fold, as)                                                                               \
    {                                                                                                                  \
        "", name, ncl_tf_build_##builder, ncl_tf_fold_##fold, as                                                       \
    }

#endif
