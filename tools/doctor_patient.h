/* SPDX-License-Identifier: Apache-2.0 */
/* A small model on one device, with random inputs: what --doctor verifies and times. */
#ifndef DOCTOR_PATIENT_H
#define DOCTOR_PATIENT_H

#include "doctor.h"

#define HEADER "version 1.0;\nextension KHR_enable_fragment_definitions KHR_enable_operator_expressions;\n"

struct patient {
    nnefcl_model *model;
    nnefcl_session *session;
    void *inputs[2], *output; /* of the pool */
    size_t input_count;
    nnefcl_error error; /* of the call that failed */
};

/* `operation`: one that the model uses, or NULL. patient_close() is due whatever comes back. */
bool patient_open(struct patient *p, const struct doctor *doctor, const char *text, const nnefcl_device *device,
                  const nnefcl_operation *operation);
void patient_close(struct patient *p);

/* The fastest of some runs, in milliseconds of the device, of the whole run where the device tells no times; 0: it
 * failed. */
double patient_time(struct patient *p);

#endif
