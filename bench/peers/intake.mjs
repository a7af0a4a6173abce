// A durable intake written by hand: the peer of the gateway's whole way from request to reply, and on to two trackers.
// One process, one thread: keys checked, order parsed and checked, repeats found in a Map, one journal line per order,
// the reply after the fsync. Orders that arrive during an fsync share the next one.
//
// Usage: node intake.mjs --journal FILE [--port N] [--forward URL]...
// Environment: PUBLIC_KEY, SECRET_KEY. Prints `listening on 127.0.0.1:PORT`. GET /stats gives the counts.
// SIGTERM ends it after the commit that runs.

import { timingSafeEqual } from 'node:crypto';
import { fdatasync, openSync, write } from 'node:fs';
import http from 'node:http';
import { parseArgs } from 'node:util';
import { parseOrder, refCampaignBody } from './refersion.mjs';

const { values: options } = parseArgs({
  options: {
    journal: { type: 'string' },
    port: { type: 'string', default: '0' },
    forward: { type: 'string', multiple: true, default: [] },
  },
});
const publicKey = Buffer.from(process.env.PUBLIC_KEY ?? '');
const secretKey = Buffer.from(process.env.SECRET_KEY ?? '');
if (!options.journal || !publicKey.length || !secretKey.length) {
  console.error('needs --journal FILE and the environment variables PUBLIC_KEY and SECRET_KEY');
  process.exit(64);
}

const MAX_BODY = 1 << 20;
const stats = { received: 0, duplicates: 0, refused: 0, commits: 0, delivered: 0, undelivered: 0 };

// --- journal -----------------------------------------------------------------------------------------------------

/** A file whose lines are on disk before `append` calls back; one write and one fdatasync for all that wait. */
class Journal {
  #file;
  #lines = [];
  #callbacks = [];
  #idle = true;

  constructor(path) {
    this.#file = openSync(path, 'a');
  }

  /** Calls back once `line` and everything appended before it is on disk; an empty line only waits its turn. */
  append(line, callback) {
    this.#lines.push(line);
    this.#callbacks.push(callback);
    if (this.#idle) {
      this.#idle = false;
      setImmediate(() => this.#commit());
    }
  }

  #commit() {
    const callbacks = this.#callbacks;
    const bytes = Buffer.from(this.#lines.join(''));
    this.#lines = [];
    this.#callbacks = [];
    this.#write(bytes, 0, (error) => {
      for (const callback of callbacks) callback(error);
      stats.commits += 1;
      if (this.#callbacks.length > 0) this.#commit();
      else this.#idle = true;
    });
  }

  #write(bytes, from, done) {
    write(this.#file, bytes, from, bytes.length - from, null, (error, written) => {
      if (error) return done(error);
      if (from + written < bytes.length) return this.#write(bytes, from + written, done);
      return fdatasync(this.#file, done);
    });
  }
}

// --- forwarding --------------------------------------------------------------------------------------------------

const IN_FLIGHT = 64; // requests, and keep-alive sockets, per sink
const agent = new http.Agent({ keepAlive: true, maxSockets: IN_FLIGHT });

/** Sends bodies to one sink in order, at most IN_FLIGHT at a time. */
class Forwarder {
  #target;
  #queue = [];
  #next = 0;
  #inFlight = 0;

  constructor(url) {
    const { hostname, port } = new URL(url);
    this.#target = { hostname, port, path: '/api/v1/conversions/postback', method: 'POST', agent };
  }

  send(body) {
    if (this.#inFlight < IN_FLIGHT) this.#attempt(body);
    else this.#queue.push(body);
  }

  #attempt(body) {
    this.#inFlight += 1;
    const headers = {
      authorization: 'Bearer rc_test_bench',
      'content-type': 'application/json',
      'content-length': body.length,
    };
    const request = http.request({ ...this.#target, headers }, (response) => {
      response.resume();
      response.on('end', () => this.#ended(response.statusCode >= 200 && response.statusCode < 300));
    });
    request.on('error', () => this.#ended(false));
    request.end(body);
  }

  #ended(delivered) {
    if (delivered) stats.delivered += 1;
    else stats.undelivered += 1;
    this.#inFlight -= 1;
    if (this.#next === this.#queue.length) return;
    const body = this.#queue[this.#next];
    this.#next += 1;
    if (this.#next === 10_000) {
      this.#queue.splice(0, this.#next);
      this.#next = 0;
    }
    this.#attempt(body);
  }
}

// --- intake ------------------------------------------------------------------------------------------------------

const journal = new Journal(options.journal);
const forwarders = options.forward.map((url) => new Forwarder(url));
const seen = new Map(); // order_id → id of its conversion
let lastId = 0;

function authorized(headers) {
  return equal(headers['refersion-public-key'], publicKey) && equal(headers['refersion-secret-key'], secretKey);
}

function equal(given, expected) {
  if (given === undefined || given.length !== expected.length) return false;
  return timingSafeEqual(Buffer.from(given, 'latin1'), expected);
}

function reply(response, status, body) {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

function refuse(response, status, error) {
  stats.refused += 1;
  reply(response, status, { error });
}

function received(bytes, response) {
  let order;
  let body;
  try {
    order = parseOrder(bytes);
    body = refCampaignBody(order);
  } catch (error) {
    return refuse(response, 400, error.message);
  }
  const first = seen.get(order.order_id);
  if (first !== undefined) {
    stats.duplicates += 1;
    // The first one may still be on its way to the disk: this reply waits its turn behind it.
    return journal.append('', (error) => answer(response, error, { status: 'duplicate', id: first }));
  }
  const id = (lastId += 1);
  seen.set(order.order_id, id);
  const line = JSON.stringify({ id, receivedAt: Date.now(), raw: bytes.toString('utf8') });
  return journal.append(`${line}\n`, (error) => {
    if (error) seen.delete(order.order_id);
    answer(response, error, { status: 'ok', id });
    if (error) return;
    stats.received += 1;
    for (const forwarder of forwarders) forwarder.send(body);
  });
}

function answer(response, error, body) {
  if (error) refuse(response, 503, 'could not be stored');
  else reply(response, 200, body);
}

const server = http.createServer((request, response) => {
  if (request.method === 'GET' && request.url === '/stats') return reply(response, 200, stats);
  if (request.method === 'GET' && request.url === '/readyz') return reply(response, 200, { status: 'ready' });
  if (request.method !== 'POST' || request.url !== '/tracker/orders/paid') return refuse(response, 404, 'not found');
  if (!authorized(request.headers)) return refuse(response, 401, 'unknown key');

  const chunks = [];
  let size = 0;
  request.on('data', (chunk) => {
    size += chunk.length;
    if (size <= MAX_BODY) chunks.push(chunk);
  });
  request.on('end', () => {
    if (size > MAX_BODY) return refuse(response, 413, 'body above 1 MiB');
    return received(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks), response);
  });
  return undefined;
});
server.keepAliveTimeout = 60_000;
server.listen(Number(options.port), '127.0.0.1', () => {
  console.log(`listening on 127.0.0.1:${server.address().port}`);
});

process.once('SIGTERM', () => {
  server.close();
  server.closeIdleConnections();
  journal.append('', () => process.exit(0));
});
