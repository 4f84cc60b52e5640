-- A wrk script: asks with ARGS (method, body, key) and says in one line of JSON what was answered.

function init(arguments)
  wrk.method = arguments[1]
  if arguments[2] and arguments[2] ~= "" then
    wrk.body = arguments[2]
    wrk.headers["Content-Type"] = "application/json"
  end
  if arguments[3] then wrk.headers["Authorization"] = "Bearer " .. arguments[3] end
  wrk.headers["Connection"] = "keep-alive"
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"answers": %d, "refused": %d, "broken": %d, "seconds": %.6f, "p50us": %d, "p99us": %d}\n',
    summary.requests, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    summary.duration / 1e6, latency:percentile(50), latency:percentile(99)))
end
