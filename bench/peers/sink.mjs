// Stands for a tracker: answers every request with RefCampaign's success reply and counts. Raw sockets and the least of
// HTTP/1.1 that a client with Content-Length bodies needs (keep-alive, pipelining), so that the sink is not what a
// benchmark measures.
//
// Usage: node sink.mjs [--port N] [--times] [--delay MS] [--hang]
//   --times   remembers when each externalId first arrived; GET /stats?times gives them in microseconds of CLOCK_MONOTONIC
//   --delay   answers that many milliseconds later
//   --hang    reads and never answers (GET /stats still does)
// Prints `listening on 127.0.0.1:PORT`.

import net from 'node:net';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    times: { type: 'boolean', default: false },
    delay: { type: 'string', default: '0' },
    hang: { type: 'boolean', default: false },
  },
});
const delay = Number(options.delay);
const HEAD_END = '\r\n\r\n';
const OK = httpReply('200 OK', '{"success":true,"conversionId":"c1"}');

let count = 0;
let repeats = 0; // only with --times
const times = new Map(); // externalId → microseconds

function httpReply(status, body) {
  return `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

function statsReply(path) {
  const stats = { count, repeats };
  if (path.includes('times')) stats.times = Object.fromEntries(times);
  return httpReply('200 OK', JSON.stringify(stats));
}

function remember(body) {
  const now = Number(process.hrtime.bigint() / 1000n);
  const id = /"externalId"\s*:\s*"([^"]*)"/.exec(body)?.[1];
  if (id === undefined) return;
  if (times.has(id)) repeats += 1;
  else times.set(id, now);
}

/** Splits what arrives on one connection into requests. */
class Connection {
  #rest = null;

  /** Gives the replies to write, empty where none is due yet, or null where the connection cannot go on. */
  take(chunk) {
    let bytes = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    let replies = '';
    while (bytes.length > 0) {
      const headEnd = bytes.indexOf(HEAD_END);
      if (headEnd < 0) break;
      const head = bytes.latin1Slice(0, headEnd);
      if (/\r\ntransfer-encoding:/i.test(head)) return null;
      const bodyStart = headEnd + HEAD_END.length;
      const bodyEnd = bodyStart + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      if (bytes.length < bodyEnd) break;
      replies += this.#answer(head, bytes, bodyStart, bodyEnd);
      bytes = bytes.subarray(bodyEnd);
    }
    this.#rest = bytes.length > 0 ? bytes : null;
    return replies;
  }

  #answer(head, bytes, bodyStart, bodyEnd) {
    if (head.startsWith('GET /stats')) return statsReply(head.slice(4, head.indexOf(' ', 4)));
    count += 1;
    if (options.times) remember(bytes.latin1Slice(bodyStart, bodyEnd));
    return options.hang ? '' : OK;
  }
}

const server = net.createServer({ noDelay: true }, (socket) => {
  const connection = new Connection();
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    const replies = connection.take(chunk);
    if (replies === null) socket.end(httpReply('411 Length Required', '{}'));
    else if (replies === '') return;
    else if (delay > 0) setTimeout(() => socket.writable && socket.write(replies, 'latin1'), delay);
    else socket.write(replies, 'latin1');
  });
});
server.listen(Number(options.port), '127.0.0.1', 4096, () => {
  console.log(`listening on 127.0.0.1:${server.address().port}`);
});
process.once('SIGTERM', () => process.exit(0));
