// A server and its clients, by name and by path.
const http = require('http');
const net = require('net');
const server = http.createServer((request, answer) => {
  console.log(request.method, request.url, request.headers.host.replace(/\d+/, 'N'));
  answer.end('answered');
});
server.listen(0, '127.0.0.1', async () => {
  const {port} = server.address();
  http.get({port, host: 'localhost', path: '/a'}, (answer) => {
    answer.on('data', (chunk) => console.log(String(chunk)));
    answer.on('end', () => server.close());
  });
});
const local = net.createServer((socket) => socket.end('local')).listen('./socket', () => {
  net.connect('./socket').on('data', (chunk) => console.log(String(chunk))).on('end', () => local.close());
});
