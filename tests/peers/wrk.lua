-- Of each answer: is it 200, as long as it says, and whole? The first of each thread, and then every thousandth, is kept in
-- a file, for somebody who reads it strictly.
local threads = {}

function setup(thread)
	thread:set("number", #threads)
	table.insert(threads, thread)
end

function init(args)
	directory, authorization = args[1], args[2]
	answers, wrong, kept, why = 0, 0, 0, ""
	if authorization then
		wrk.headers["Authorization"] = authorization
	end
end

local function fault(status, headers, body)
	if status ~= 200 then
		return "status " .. status
	end
	if tonumber(headers["Content-Length"]) ~= #body then
		return "length " .. #body
	end
	if body:sub(-1) ~= "\n" or not body:find("\nskstat_up ", 1, true) then
		return "text"
	end
end

function response(status, headers, body)
	local found = fault(status, headers, body)
	if found then
		wrong = wrong + 1
		why = found
	end
	if answers % 1000 == 0 then
		local file = io.open(string.format("%s/%d-%d", directory, number, kept), "wb")
		file:write(body)
		file:close()
		kept = kept + 1
	end
	answers = answers + 1
end

function done(summary, latency, requests)
	local sum, bad, text = 0, 0, ""
	for _, thread in ipairs(threads) do
		sum = sum + thread:get("answers")
		bad = bad + thread:get("wrong")
		text = text .. thread:get("why")
	end
	io.write(string.format('{"answers": %d, "wrong": %d, "why": "%s", "p50": %d, "p99": %d, "max": %d, "connect": %d, ' ..
		'"read": %d, "write": %d, "status": %d, "timeout": %d}\n', sum, bad, text, latency:percentile(50),
		latency:percentile(99), latency.max, summary.errors.connect, summary.errors.read, summary.errors.write,
		summary.errors.status, summary.errors.timeout))
end
