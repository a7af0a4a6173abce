// The translation alone, over and over in one thread: the peer of the mapping engine.
// Usage: node translate.mjs SECONDS [SAMPLE-FILE]
// Prints {"translations_per_second": …, "output": …}. A fifth of the time, before the measurement, warms up.

import { readFileSync } from 'node:fs';
import { parseOrder, refCampaignBody } from './refersion.mjs';

const seconds = Number(process.argv[2] ?? 3);
const sample = readFileSync(process.argv[3] ?? new URL('refersion-sample.json', import.meta.url));
const BATCH = 256; // translations between two looks at the clock

function rate(duration) {
  const start = performance.now();
  const end = start + duration * 1000;
  let count = 0;
  let written = 0;
  while (performance.now() < end) {
    for (let i = 0; i < BATCH; i += 1) written += refCampaignBody(parseOrder(sample)).length;
    count += BATCH;
  }
  if (written < count) throw new Error('a translation gave no bytes');
  return (count * 1000) / (performance.now() - start);
}

const output = JSON.parse(refCampaignBody(parseOrder(sample)).toString());
rate(seconds / 5);
console.log(JSON.stringify({ translations_per_second: Math.floor(rate(seconds)), output }));
