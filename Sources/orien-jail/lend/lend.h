/* What of the machine's a request has its program see. */
#pragma once
#include "../launcher/request.h"
#include "../walls/walls.h"

/* Puts mounts that the slot may use in the place of the frame's folders, sockets and names; 0 or an
 * errno. Whatever differs in the frame then is the caller's to close. */
int lend_all(const struct walls *walls, unsigned slot, struct frame_reader *frame,
             const struct request *request);
