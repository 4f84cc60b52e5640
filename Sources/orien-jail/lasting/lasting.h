/* `orien-jail lasting`: starts, stops or looks at one program that outlives the node, as
 * orien_jail_lasting.h has it. */
#pragma once
#include "../groups/groups.h"
#include "../walls/owner.h"

/* The last starts nothing, and says whether one could be held to public addresses. */
enum lasting_order { LASTING_START, LASTING_STOP, LASTING_STATUS, LASTING_TRY };
enum { LASTING_ORDERS = LASTING_TRY + 1 };

/* As command lines have them. */
extern const char *const lasting_orders[LASTING_ORDERS];

struct lasting_options {
  enum lasting_order order;
  /* What its groups are in, "orien-" and 16 hexadecimal digits. */
  const char *group_name;
  enum group_mode groups;
  /* Owner and name with a slash between. */
  const char *name;
  /* Bits of enum orien_jail_required, or milliseconds of grace. */
  uint64_t number;
  /* As whom programs run. */
  struct owner owner;
};

/* Whether it is an owner and a name, of which neither leads anywhere. */
bool lasting_is_name(const char *name);

_Noreturn void lasting_run(const struct lasting_options *options);
