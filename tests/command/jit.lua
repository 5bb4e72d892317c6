-- Requests from code that is made at run time, by way of libc's strdup().
local ffi = require("ffi")

ffi.cdef("char *strdup(const char *text); void free(void *block);")
local length = 0
for i = 1, 1000 do
	local copy = ffi.C.strdup("twelve bytes")
	length = length + #ffi.string(copy)
	ffi.C.free(copy)
end
print(length)
