// What the process says of itself.
const skip = new Set(['pid', 'hrtime', 'moduleLoadList', 'report']);
function describe(object, name) {
  for (const key of Reflect.ownKeys(object)) {
    if (skip.has(key)) continue;
    const {value, get, set, ...flags} = Object.getOwnPropertyDescriptor(object, key);
    const kind = typeof value === 'function' ? `${value.name}/${value.length}` : value;
    console.log(name, key, kind, typeof get, typeof set, flags);
  }
}
describe(process, 'process');
describe(Object.getPrototypeOf(process), 'prototype');
console.log(process.argv, process.execArgv, process.argv0, process.title, process.execPath);
console.log(Object.entries(process.env), 'NODE_OPTIONS' in process.env, process.exitCode);
console.log(process.cwd(), process.umask(), process.config.variables.napi_build_version);
console.log(process.getActiveResourcesInfo(), process.eventNames(), process.constrainedMemory?.());
console.log(process.resourceUsage().swappedOut, process.uptime() > 0, process.getgroups());
