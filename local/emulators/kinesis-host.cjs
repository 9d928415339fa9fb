// Runs kinesis-local in a process that ends with its parent. The emulator binds every interface on
// fixed ports: here the two stand-in ports become ephemeral ones on 127.0.0.1.
const net = require('node:net');
const path = require('node:path');

const TLS_STAND_IN = 1;
const PLAIN_STAND_IN = 2;
const home = path.dirname(require.resolve('kinesis-local/package.json'));
Object.assign(process.env, {
  KINESIS_MOCK_CERT_PATH: path.join(home, 'server.json'),
  KINESIS_MOCK_TLS_PORT: String(TLS_STAND_IN),
  KINESIS_MOCK_PLAIN_PORT: String(PLAIN_STAND_IN),
  CREATE_STREAM_DURATION: '1ms',
  LOG_LEVEL: 'ERROR',
  ROOT_LOG_LEVEL: 'ERROR',
});

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function listenOnLoopback(port, ...rest) {
  if (port !== TLS_STAND_IN && port !== PLAIN_STAND_IN) return listen.call(this, port, ...rest);
  if (port === PLAIN_STAND_IN) {
    this.once('listening', () => process.send({ port: this.address().port }));
  }
  return listen.call(this, 0, '127.0.0.1', ...rest);
};
// It keeps nothing on disk, and an orderly end can hang.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
require('kinesis-local');
