'use strict';
// Node loads this before its script, which does not exist: the command line names a placeholder.
// It waits at the last moment before the script would be loaded, and then has Node load the real
// one, by the very call that was to load the placeholder.
//
// That call stands in Node itself, as `Module.runMain(path)`, where a preloaded module may have put
// something else. A getter is asked for the function when all else is done. It puts what was there
// back, and answers with it, bound to the script's path: neither the getter nor a bound function
// stands in a stack, so the script's first frame stands on Node's own.
//
// A worker of the script's loads this file, too, and forgets it here.

const Module = module.constructor;

/** Leaves nothing of this module in what a script can look at. */
function forget() {
  if (process._preload_modules) process._preload_modules.length = 0;
  delete Module._cache[__filename];
  for (const [request, path] of Object.entries(Module._pathCache))
    if (path === __filename) delete Module._pathCache[request];
}

/** What the heap was sized by when Node started. */
function memory() {
  return process.constrainedMemory?.();
}

function wait() {
  const [order, words] = process.argv.slice(2).map(Number);
  const {join, resolve} = require('path');
  const addon = {exports: {}};
  process.dlopen(addon, join(__dirname, 'liborien_warm_node.so'));
  const before = Object.getOwnPropertyDescriptor(Module, 'runMain');
  const sizedBy = memory();

  Object.defineProperty(Module, 'runMain', {
    configurable: true,
    enumerable: true,
    get() {
      Object.defineProperty(Module, 'runMain', before);
      const asked = addon.exports.wait(order, words);
      if (memory() !== sizedBy) addon.exports.startCold();
      let script;
      try {
        // Where it is already; but Node remembers where it was.
        process.chdir('.');
        script = resolve(asked[1]);
      } catch {
        addon.exports.fail();
      }
      process.argv.length = 1;
      process.argv.push(script, ...asked.slice(2));
      // The loop's own clock has stood still as long as the process waited.
      process.uptime();
      // As Node does before it runs anything: what was matched last shows in RegExp.
      /^/.exec('');
      addon.exports.begin();
      return before.value.bind(Module, script);
    },
  });
}

forget();
// A worker may not change the folder. To ask for the module of workers would load all of it.
if (!process.chdir.disabled) wait();
