/* The process that holds a program that lasts: it is in its group, sees it end, and keeps the last
 * that it writes. It hangs on nobody, has nothing of the node's open, and ends when nothing of what
 * it has started is left. Where somebody kills it, the program goes on without. */
#pragma once
#include "../launcher/request.h"
#include "../walls/owner.h"
#include "record.h"

/* Starts one for the request in the record's group, and waits until the program has begun: fault
 * ORIEN_JAIL_RAN, or why it has not, and then none is left. */
void holder_start(const struct record *record, const struct request *request,
                  const struct owner *owner, struct orien_jail_end *end);
