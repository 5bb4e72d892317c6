/* SPDX-License-Identifier: MIT */
/*
 * What the C++ programs of this folder do with their operators: containers, arrays, an exception,
 * and several threads at once. It prints nothing, and gives back all that it took.
 */
#ifndef USE_H
#define USE_H

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

static void use_containers(int seed)
{
	std::map<int, std::string> names;
	std::vector<std::unique_ptr<int[]>> arrays;

	for (int i = 0; i < 40; i++) {
		names[i * seed % 41] += std::string(static_cast<size_t>(i), 'x');
		arrays.push_back(std::make_unique<int[]>(static_cast<size_t>(i + 1)));
	}
	try {
		throw std::runtime_error("a message that is too long to be kept in place");
	} catch (const std::exception &) {
	}
}

static void use_threads(int count)
{
	std::vector<std::thread> threads;

	for (int i = 0; i < count; i++)
		threads.emplace_back(use_containers, i + 1);
	for (std::thread &thread : threads)
		thread.join();
}

#endif
