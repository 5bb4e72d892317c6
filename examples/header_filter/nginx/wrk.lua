-- SPDX-License-Identifier: MIT
-- For wrk with one thread: as many requests as the argument says, each answered, and no more. wrk
-- itself counts time, and sleeps until SIGINT: so it says when it has them all.
local total, begun, answered = 0, 0, 0

function init(arguments)
	total = tonumber(arguments[1])
end

-- Asked before each request.
function delay()
	if begun == total then
		return 1000000
	end
	begun = begun + 1
	return 0
end

function response()
	answered = answered + 1
	if answered == total then
		io.write("answered\n")
		io.flush()
	end
end
