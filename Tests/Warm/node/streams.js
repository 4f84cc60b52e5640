// The three streams, made when they are first asked for.
const {fstatSync, readdirSync, writeSync} = require('fs');
console.log(Object.getOwnPropertyDescriptor(process, 'stdout').get?.name);
for (const name of ['stdin', 'stdout', 'stderr']) {
  const stream = process[name];
  console.error(name, stream.constructor.name, stream.fd, stream.isTTY, stream._type,
    stream.readable, stream.writable, stream.destroyed, stream.closed, stream.bytesWritten,
    stream.writableHighWaterMark, stream.readableHighWaterMark, stream.path, stream.flags,
    stream._isStdio, stream.listenerCount('end'), fstatSync(stream.fd).mode.toString(8),
    stream.columns, stream.hasColors?.());
}
console.error(readdirSync('/proc/self/fd').length);
const chunks = [];
process.stdin.on('data', (chunk) => chunks.push(chunk));
process.stdin.on('error', (fault) => console.error(fault.code, fault.message));
process.stdin.on('end', () => {
  console.log(Buffer.concat(chunks).toString(), 'x'.repeat(9000));
  process.stdout.write('through the stream\n', () => writeSync(1, 'by hand\n'));
  console.error('errors'.repeat(3000));
});
process.on('exit', () => { console.log('at the exit'); });
