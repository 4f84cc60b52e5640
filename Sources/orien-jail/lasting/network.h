/* What a program that lasts reaches by network, where that is not all that the machine does. */
#pragma once
#include "../launcher/request.h"
#include "record.h"

/* Holds the record's group, which is made and empty, to public addresses and the request's name
 * servers, and shows that it is held. False with the reason. */
bool network_hold(const struct record *record, const struct request *request,
                  char why[ORIEN_JAIL_WHY_BYTES]);
