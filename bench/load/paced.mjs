// Sends orders at a steady pace and finds how long each took from here to its first attempt at a tracker.
// Usage: node paced.mjs --to URL --sink URL [--rate 200] [--seconds 5] [--run ID]
// Environment: PUBLIC_KEY, SECRET_KEY. The sink runs with --times and receives the order_id as externalId.
//
// Both processes read CLOCK_MONOTONIC, which all processes of a machine share. Two starting points are given:
//   written   this sender has handed the request's last byte to the system: what the receiver can be held to
//   replied   the head of the reply has arrived here, so the conversion was stored; below zero where the attempt came first
// Prints {"sent", "refused", "arrived", "written": {"p50", "p99"}, "replied": {…}}; milliseconds.

import { readFileSync } from 'node:fs';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    to: { type: 'string' },
    sink: { type: 'string' },
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '5' },
    run: { type: 'string', default: 'paced' },
  },
});
const WARM_UP = 100; // requests sent first and left out
const PATIENCE = 10_000; // milliseconds to wait for the last arrivals

const order = JSON.parse(readFileSync(new URL('../peers/refersion-sample.json', import.meta.url)));
const agent = new http.Agent({ keepAlive: true });
const headers = {
  'content-type': 'application/json',
  'refersion-public-key': process.env.PUBLIC_KEY,
  'refersion-secret-key': process.env.SECRET_KEY,
};
const now = () => Number(process.hrtime.bigint() / 1000n); // microseconds

/** Posts one order; gives when it was written and replied to. */
function post(id) {
  const body = JSON.stringify({ ...order, order_id: id });
  const sent = { id, status: 0 };
  return new Promise((resolve) => {
    const request = http.request(new URL('/tracker/orders/paid', options.to), {
      method: 'POST',
      agent,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    });
    request.on('finish', () => { sent.written = now(); });
    request.on('response', (response) => {
      sent.replied = now();
      sent.status = response.statusCode;
      response.resume();
      response.on('end', () => resolve(sent));
    });
    request.on('error', () => resolve(sent));
    request.end(body);
  });
}

async function sinkStats(path) {
  const response = await fetch(new URL(path, options.sink));
  return response.json();
}

function percentiles(values) {
  const sorted = values.sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] / 1000;
  return sorted.length > 0 ? { p50: at(0.5), p99: at(0.99) } : null;
}

const total = WARM_UP + Number(options.rate) * Number(options.seconds);
const interval = 1000 / Number(options.rate);
const start = performance.now();
const pending = [];
for (let i = 0; i < total; i += 1) {
  const wait = start + i * interval - performance.now();
  if (wait > 0) await sleep(wait);
  pending.push(post(`${options.run}-${String(i).padStart(9, '0')}`));
}
const sent = (await Promise.all(pending)).slice(WARM_UP);
const accepted = sent.filter(({ status }) => status >= 200 && status < 300);

const giveUp = performance.now() + PATIENCE;
let times = {};
do {
  await sleep(200);
  times = (await sinkStats('/stats?times')).times;
} while (accepted.some(({ id }) => times[id] === undefined) && performance.now() < giveUp);

const arrived = accepted.filter(({ id }) => times[id] !== undefined);
console.log(JSON.stringify({
  sent: sent.length,
  refused: sent.length - accepted.length,
  arrived: arrived.length,
  written: percentiles(arrived.map(({ id, written }) => times[id] - written)),
  replied: percentiles(arrived.map(({ id, replied }) => times[id] - replied)),
}));
agent.destroy();
