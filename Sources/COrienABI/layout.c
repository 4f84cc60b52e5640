/* The layout that plugins were compiled against, held field by field: a change that moves,
 * retypes, drops or inserts one does not compile. Appending one adds a row.
 *
 * A row names its predecessor because a field that has no row leaves a gap there. */
#include "orien_plugin.h"

#define BYTES(type, field) sizeof(((type *)0)->field)
#define END(type, field) (offsetof(type, field) + BYTES(type, field))

#define FIRST(type, field, bytes) \
  _Static_assert(offsetof(type, field) == 0 && BYTES(type, field) == (bytes), #type "." #field);
#define NEXT(type, previous, field, offset, bytes)                                               \
  _Static_assert(offsetof(type, field) == (offset) && BYTES(type, field) == (bytes),             \
                 #type "." #field);                                                              \
  _Static_assert((offset) - END(type, previous) < __alignof__(((type *)0)->field),               \
                 #type "." #previous " is followed by a field without a row");
#define LAST(type, field, bytes)                                                                 \
  _Static_assert(sizeof(type) == (bytes), #type);                                                \
  _Static_assert((bytes) - END(type, field) < _Alignof(type),                                    \
                 #type "." #field " is followed by a field without a row");

FIRST(orien_bytes, data, 8)
NEXT(orien_bytes, data, size, 8, 8)
LAST(orien_bytes, size, 16)

FIRST(orien_arg, size, 4)
NEXT(orien_arg, size, type, 4, 4)
NEXT(orien_arg, type, flags, 8, 4)
NEXT(orien_arg, flags, name, 16, 8)
NEXT(orien_arg, name, doc, 24, 8)
NEXT(orien_arg, doc, fallback, 32, 8)
NEXT(orien_arg, fallback, rules, 40, 8)
LAST(orien_arg, rules, 48)

FIRST(orien_limits, size, 4)
NEXT(orien_limits, size, concurrency, 4, 4)
NEXT(orien_limits, concurrency, wall_ms, 8, 8)
NEXT(orien_limits, wall_ms, cpu_ms, 16, 8)
NEXT(orien_limits, cpu_ms, cpu_percent, 24, 8)
NEXT(orien_limits, cpu_percent, memory_bytes, 32, 8)
NEXT(orien_limits, memory_bytes, output_bytes, 40, 8)
NEXT(orien_limits, output_bytes, input_bytes, 48, 8)
NEXT(orien_limits, input_bytes, disk_bytes, 56, 8)
NEXT(orien_limits, disk_bytes, disk_files, 64, 8)
NEXT(orien_limits, disk_files, file_bytes, 72, 8)
NEXT(orien_limits, file_bytes, io_bytes_per_second, 80, 8)
NEXT(orien_limits, io_bytes_per_second, processes, 88, 4)
NEXT(orien_limits, processes, open_files, 92, 4)
NEXT(orien_limits, open_files, network, 96, 4)
NEXT(orien_limits, network, reserved, 100, 4)
LAST(orien_limits, reserved, 104)

FIRST(orien_exit, size, 4)
NEXT(orien_exit, size, code, 4, 4)
NEXT(orien_exit, code, signal, 8, 4)
NEXT(orien_exit, signal, reason, 12, 4)
LAST(orien_exit, reason, 16)

FIRST(orien_usage, size, 4)
NEXT(orien_usage, size, cpu_user_us, 8, 8)
NEXT(orien_usage, cpu_user_us, cpu_system_us, 16, 8)
NEXT(orien_usage, cpu_system_us, memory_peak_bytes, 24, 8)
NEXT(orien_usage, memory_peak_bytes, read_bytes, 32, 8)
NEXT(orien_usage, read_bytes, written_bytes, 40, 8)
LAST(orien_usage, written_bytes, 48)

FIRST(orien_handler, size, 4)
NEXT(orien_handler, size, flags, 4, 4)
NEXT(orien_handler, flags, name, 8, 8)
NEXT(orien_handler, name, role, 16, 8)
NEXT(orien_handler, role, title, 24, 8)
NEXT(orien_handler, title, doc, 32, 8)
NEXT(orien_handler, doc, example, 40, 8)
NEXT(orien_handler, example, result_type, 48, 8)
NEXT(orien_handler, result_type, units, 56, 8)
NEXT(orien_handler, units, args, 64, 8)
NEXT(orien_handler, args, limits, 72, 8)
NEXT(orien_handler, limits, run, 80, 8)
NEXT(orien_handler, run, context, 88, 8)
LAST(orien_handler, context, 96)

FIRST(orien_call, size, 4)
NEXT(orien_call, size, id, 8, 8)
NEXT(orien_call, id, session, 16, 8)
NEXT(orien_call, session, workspace, 24, 8)
NEXT(orien_call, workspace, host, 32, 8)
NEXT(orien_call, host, handler, 40, 8)
NEXT(orien_call, handler, limits, 48, 8)
NEXT(orien_call, limits, deadline_ms, 56, 8)
NEXT(orien_call, deadline_ms, emit, 64, 8)
NEXT(orien_call, emit, meter, 72, 8)
NEXT(orien_call, meter, ended, 80, 8)
NEXT(orien_call, ended, fail, 88, 8)
NEXT(orien_call, fail, cancelled, 96, 8)
NEXT(orien_call, cancelled, cancel_fd, 104, 8)
NEXT(orien_call, cancel_fd, workspace_user, 112, 4)
NEXT(orien_call, workspace_user, reserved, 116, 4)
LAST(orien_call, reserved, 120)

FIRST(orien_host, size, 4)
NEXT(orien_host, size, version, 8, 8)
NEXT(orien_host, version, folder, 16, 8)
NEXT(orien_host, folder, service, 24, 8)
NEXT(orien_host, service, release, 32, 8)
LAST(orien_host, release, 40)

FIRST(orien_plugin, size, 4)
NEXT(orien_plugin, size, flags, 4, 4)
NEXT(orien_plugin, flags, concurrency, 8, 4)
NEXT(orien_plugin, concurrency, id, 16, 8)
NEXT(orien_plugin, id, version, 24, 8)
NEXT(orien_plugin, version, doc, 32, 8)
NEXT(orien_plugin, doc, needs, 40, 8)
NEXT(orien_plugin, needs, settings, 48, 8)
NEXT(orien_plugin, settings, handlers, 56, 8)
NEXT(orien_plugin, handlers, open, 64, 8)
NEXT(orien_plugin, open, close, 72, 8)
NEXT(orien_plugin, close, probe, 80, 8)
NEXT(orien_plugin, probe, context, 88, 8)
LAST(orien_plugin, context, 96)

FIRST(orien_log, size, 4)
NEXT(orien_log, size, write, 8, 8)
LAST(orien_log, write, 16)

FIRST(orien_files, size, 4)
NEXT(orien_files, size, open, 8, 8)
LAST(orien_files, open, 16)

FIRST(orien_command, size, 4)
NEXT(orien_command, size, flags, 4, 4)
NEXT(orien_command, flags, argv, 8, 8)
NEXT(orien_command, argv, env, 16, 8)
NEXT(orien_command, env, input, 24, 16)
NEXT(orien_command, input, wall_ms, 40, 8)
LAST(orien_command, wall_ms, 48)

FIRST(orien_process, size, 4)
NEXT(orien_process, size, exec, 8, 8)
NEXT(orien_process, exec, run, 16, 8)
LAST(orien_process, run, 24)

FIRST(orien_state, size, 4)
NEXT(orien_state, size, put, 8, 8)
NEXT(orien_state, put, get, 16, 8)
NEXT(orien_state, get, remove, 24, 8)
NEXT(orien_state, remove, list, 32, 8)
LAST(orien_state, list, 40)

FIRST(orien_lasting_status, size, 4)
NEXT(orien_lasting_status, size, running, 4, 4)
NEXT(orien_lasting_status, running, started_ms, 8, 8)
NEXT(orien_lasting_status, started_ms, ended_ms, 16, 8)
NEXT(orien_lasting_status, ended_ms, memory_bytes, 24, 8)
NEXT(orien_lasting_status, memory_bytes, processes, 32, 4)
NEXT(orien_lasting_status, processes, reserved, 36, 4)
LAST(orien_lasting_status, reserved, 40)

FIRST(orien_lasting, size, 4)
NEXT(orien_lasting, size, start, 8, 8)
NEXT(orien_lasting, start, stop, 16, 8)
NEXT(orien_lasting, stop, status, 24, 8)
NEXT(orien_lasting, status, output, 32, 8)
NEXT(orien_lasting, output, list, 40, 8)
LAST(orien_lasting, list, 48)

_Static_assert(ORIEN_LEAST_PLUGIN == 64 && ORIEN_LEAST_HANDLER == 88 && ORIEN_LEAST_ARG == 32 &&
                   ORIEN_LEAST_LIMITS == 16 && ORIEN_LEAST_EXIT == 12 &&
                   ORIEN_LEAST_USAGE == 24 && ORIEN_LEAST_COMMAND == 16 &&
                   ORIEN_LEAST_LASTING_STATUS == 36,
               "the least sizes are as frozen as the layout");
