#include "memory.h"

static const uint64_t interval = 100000000;
static const uint64_t second = 1000000000;

static uint64_t next_look(uint64_t now) { return (now / interval + 1) * interval; }

void memory_begin(struct memory_meter *meter, const struct groups *groups, uint64_t now) {
  *meter = (struct memory_meter){.looked_at = now};
  if (groups->of[GROUP_MEMORY] >= 0) meter->look_at = next_look(now);
}

void memory_look(struct memory_meter *meter, const struct groups *groups,
                 struct group_numbers group, uint64_t now) {
  if (!meter->look_at || now < meter->look_at) return;
  uint64_t bytes = group_memory_bytes(groups, group);
  // Until the first look it is taken to have had what it has then.
  uint64_t before = meter->has_looked ? meter->bytes : bytes;
  meter->byte_nanoseconds +=
      ((unsigned __int128)before + bytes) / 2 * (now - meter->looked_at);
  meter->bytes = bytes;
  meter->has_looked = true;
  meter->looked_at = now;
  meter->look_at = next_look(now);
}

uint64_t memory_byte_seconds(const struct memory_meter *meter, uint64_t ended,
                             const struct orien_jail_end *end) {
  const unsigned __int128 most =
      (unsigned __int128)end->memory_peak_bytes * end->wall_microseconds / 1000000;
  if (!meter->has_looked) return (uint64_t)most;
  uint64_t rest = ended > meter->looked_at ? ended - meter->looked_at : 0;
  unsigned __int128 sum =
      (meter->byte_nanoseconds + (unsigned __int128)meter->bytes * rest) / second;
  return (uint64_t)(sum < most ? sum : most);
}
