/* The file system that each image begins as. */
#pragma once
#include "../images/image.h"

/* Sees to it that there is one of these sizes, whose path is then `path`; false with `what` failed
 * and errno. */
bool template_make(const struct images_options *options, char path[IMAGE_PATH_BYTES],
                   const char **what);
