/* The ReLU and its gradient for numbers start .. stop, for the threads of pool.h. relu.py checks the arguments. */

#include <stddef.h>

#include "kernel.h"

typedef struct {
    const void *x, *dout;
    void *out;
} relu_task;

#define TEMPLATE "relu_template.h"
#include "number_types.h"

static const work_t relu[2] = BY_TYPE(relu);
static const work_t relu_in_place[2] = BY_TYPE(relu_in_place);
static const work_t relu_gradient[2] = BY_TYPE(relu_gradient);
