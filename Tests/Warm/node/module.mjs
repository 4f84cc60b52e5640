// An ES module: what it is, what it may import, and what it awaits.
import assert, {strict} from 'node:assert';
import fs, {readFileSync} from 'fs';
import Module, {createRequire, runMain} from 'node:module';
import named, * as all from './other.mjs';
import common from './common.cjs';
import 'package';
console.log(import.meta.url, Object.keys(import.meta), import.meta.filename, import.meta.dirname);
console.log(typeof import.meta.resolve, typeof require, typeof module, this, named, all, common);
console.log(await Promise.resolve(1), (await import('./other.mjs')) === all, strict === assert.strict);
console.log(process.argv, process.mainModule, runMain === Module.runMain, runMain.name, fs.readFileSync === readFileSync);
const require_ = createRequire(import.meta.url);
console.log(require_('./common.cjs') === common, require_.main, Object.keys(require_.cache));
console.log(new Error('in a module').stack);
try { await import('./absent.mjs'); } catch (fault) { console.log(fault.code, fault.message); }
try { await import('data:text/javascript,throw 1'); } catch (fault) { console.log(fault); }
console.log((await import('data:text/javascript,export default 3')).default);
process.on('exit', (code) => console.log('exit', code));
await new Promise((resolve) => setTimeout(resolve, 2));
throw new Error('at the top');
