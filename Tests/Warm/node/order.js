// In which order things happen, and the numbers of what happens asynchronously.
const hooks = require('async_hooks');
const {performance} = require('perf_hooks');
console.log(hooks.executionAsyncId(), hooks.triggerAsyncId(), hooks.executionAsyncResource());
console.log(new hooks.AsyncResource('x').asyncId());
setImmediate(() => console.log('immediate', hooks.executionAsyncId()));
process.nextTick(() => console.log('tick', hooks.executionAsyncId()));
queueMicrotask(() => console.log('microtask', hooks.executionAsyncId()));
Promise.resolve().then(() => console.log('promise'));
console.log(performance.getEntries(), process.getActiveResourcesInfo());
process.on('beforeExit', () => console.log('beforeExit'));
const stored = new hooks.AsyncLocalStorage();
// Not before the immediate: of a timer and that the machine's speed decides which comes first.
stored.run(7, () => setImmediate(() => {
  const began = performance.now();
  const timer = setTimeout(() => console.log('timer', performance.now() - began >= 19), 20);
  console.log(timer.hasRef(), Number(timer), stored.getStore(), process.getActiveResourcesInfo());
}));
