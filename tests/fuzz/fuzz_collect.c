/* SPDX-License-Identifier: MIT */
/*
 * What comes through the pipe of reports, in parts of any size: pieces, and what is none. What the
 * collector writes goes to stderr, which the fuzzer has closed.
 */
#define _GNU_SOURCE
#include "collect.h"

#include "common/channel.h"
#include "fuzz.h"

#include <fcntl.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arguments arguments = {.options = pl_options_default()};
	struct input input = {data, size};
	struct collector *collector = collector_new(&arguments);
	int fd;

	CHECK(collector != NULL);
	fd = open(collector_path(collector), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	CHECK(fd >= 0);
	while (input.left > 0 && collector_fd(collector) >= 0) {
		size_t part = (size_t)input_byte(&input) * 32 + 1;

		part = part < input.left ? part : input.left;
		if (part > 0 && write(fd, input.at, part) != (ssize_t)part)
			break;
		input.at += part;
		input.left -= part;
		collector_read(collector);
	}
	collector_end(collector);
	close(fd);
	return 0;
}
