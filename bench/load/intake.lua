-- wrk script: Refersion orders, each with its own order_id, over keep-alive connections.
-- Environment: PUBLIC_KEY, SECRET_KEY; RUN, letters or digits that set this run's ids apart from every other's.
-- Prints one line of JSON. Latencies are milliseconds. "non_2xx" is what wrk counts: status 400 and above.

local head = table.concat({
  "POST /tracker/orders/paid HTTP/1.1",
  "Host: 127.0.0.1",
  "Content-Type: application/json",
  "Refersion-Public-Key: " .. (os.getenv("PUBLIC_KEY") or ""),
  "Refersion-Secret-Key: " .. (os.getenv("SECRET_KEY") or ""),
}, "\r\n")

local before = [[{"cart_id":"DDXqfBngTWuX8N8Asqr2mY3RkmHCXdM7Vz6mdHkjwrEnN5zyRY","order_id":"]]
local after = [[","shipping":9.99,"tax":0.57,"discount":2.25,"discount_code":"HOLIDAY1","currency_code":"USD",]]
  .. [["customer":{"first_name":"John","last_name":"Doe","email":"john.doe@example.com","ip_address":"203.0.113.7"},]]
  .. [["items":[{"price":5.50,"quantity":2,"sku":"PROD_A","name":"Product A"},]]
  .. [[{"price":10.00,"quantity":1,"sku":"PROD_B","name":"Product B"},]]
  .. [[{"price":15.00,"quantity":3,"sku":"PROD_C","name":"Product C"}]}]]

local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("thread_number", threads)
end

local first_part
local sequence = 0

function init()
  local prefix = string.format("%s-%d-", os.getenv("RUN") or "run", thread_number)
  local length = #before + #prefix + 9 + #after
  first_part = head .. "\r\nContent-Length: " .. length .. "\r\n\r\n" .. before .. prefix
end

function request()
  sequence = sequence + 1
  return first_part .. string.format("%09d", sequence) .. after
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "seconds": %.3f, "errors": %d, "non_2xx": %d, "p50": %.3f, "p99": %.3f}\n',
    summary.requests, summary.duration / 1e6,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
