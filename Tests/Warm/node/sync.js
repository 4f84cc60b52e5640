// Work for the pool of threads, and compiled code.
const crypto = require('crypto');
const fs = require('fs');
const zlib = require('zlib');
const {Readable} = require('stream');
const {pipeline} = require('stream/promises');
(async () => {
  console.log(crypto.createHash('sha256').update('x').digest('hex'), crypto.getFips());
  console.log(crypto.scryptSync('a', 'b', 8).toString('hex'), process.versions.openssl);
  await pipeline(Readable.from(['a'.repeat(1e5)]), zlib.createGzip(), fs.createWriteStream('x.gz'));
  console.log(zlib.gunzipSync(fs.readFileSync('x.gz')).length, fs.statSync('x.gz').mode.toString(8));
  const wasm = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
  console.log(await WebAssembly.compile(wasm), typeof fetch, structuredClone({a: new Map()}));
  console.log(await fs.promises.readdir('.'), fs.existsSync('sync.js'), new URL('file:///x').href);
  console.log(new Function('return this')() === globalThis, Object.keys(globalThis));
  console.log(await require('dns').promises.lookup('127.0.0.1'), require('util').inspect(process.versions));
})();
