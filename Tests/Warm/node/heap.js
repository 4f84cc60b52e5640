// What the engine was set up with.
const v8 = require('v8');
const os = require('os');
console.log(v8.getHeapStatistics().heap_size_limit, v8.getHeapStatistics().number_of_native_contexts);
console.log(v8.cachedDataVersionTag(), v8.startupSnapshot?.isBuildingSnapshot());
console.log(process.memoryUsage().arrayBuffers, os.availableParallelism?.(), os.homedir(), os.tmpdir());
console.log(os.userInfo().homedir, os.getPriority(), Intl.DateTimeFormat().resolvedOptions());
console.log(new Date(0).toString(), (1234.5).toLocaleString(), process.features, os.EOL);
let depth = 0;
(function fall() { depth++; fall.call(); })
  && (() => { try { (function fall() { depth++; fall(); })(); } catch (e) { console.log(e.message); } })();
console.log(depth > 1000);
