/* Docker's place for others: the chain DOCKER-USER, which it makes and leaves alone. */
#ifndef V6HOOK_FILTER_OTHER_DOCKER_H
#define V6HOOK_FILTER_OTHER_DOCKER_H

#include "filter/opening.h"

extern const struct opening_ops other_docker;

#endif
