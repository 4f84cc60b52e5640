// A rejection that somebody hears of, one that is handled late, and one that nobody handles.
process.once('unhandledRejection', (reason, promise) => console.log(reason, promise));
process.on('rejectionHandled', () => console.log('handled'));
const late = Promise.reject(new Error('late'));
setTimeout(() => late.catch(() => {}), 5);
setTimeout(() => { async function fail() { throw new RangeError('nobody'); } fail(); }, 10);
setTimeout(() => console.log('never'), 1000);
