// Nobody stands below the script but Node itself.
Error.stackTraceLimit = 50;
function inner() { return new Error('inner').stack; }
console.log(inner(), [1].map(inner), new Error('outer').stack);
console.log(Error.captureStackTrace.length, RegExp.$1, RegExp.input, RegExp.lastMatch);
Error.prepareStackTrace = (_, frames) => frames.map((frame) => [
  frame.getFileName(), frame.getFunctionName(), frame.getTypeName(), frame.getMethodName(),
  frame.getLineNumber(), frame.getColumnNumber(), frame.isNative(), frame.isToplevel(),
  frame.isConstructor(), frame.isAsync?.()]);
console.log(new Error('x').stack);
delete Error.prepareStackTrace;
setTimeout(() => console.log(inner()), 1);
process.nextTick(() => console.log(inner()));
Promise.resolve().then(() => console.log(inner()));
console.trace('to errors');
