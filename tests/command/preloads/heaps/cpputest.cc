// SPDX-License-Identifier: MIT
/*
 * Tests in CppUTest, whose library brings operators new and delete that keep books of every block
 * and of who leaks one.
 */
#include <CppUTest/CommandLineTestRunner.h>
#include <CppUTest/TestHarness.h>
#include <CppUTest/TestRegistry.h>

#include <pthread.h>
#include <stdlib.h>

TEST_GROUP(Blocks){};

TEST(Blocks, OneIsGivenBack)
{
	int *block = new int(3);

	CHECK_EQUAL(3, *block);
	delete block;
}

TEST(Blocks, AnArrayIsGivenBack)
{
	for (int i = 1; i < 1000; i += 7)
		delete[] new char[i];
}

static void *work(void *unused)
{
	for (int i = 0; i < 100; i++)
		free(malloc(100));
	return unused;
}

TEST(Blocks, ThreadsUseMalloc)
{
	pthread_t thread[4];

	for (pthread_t &one : thread)
		CHECK_EQUAL(0, pthread_create(&one, nullptr, work, nullptr));
	for (pthread_t &one : thread)
		pthread_join(one, nullptr);
}

int main(int count, char **arguments)
{
	return CommandLineTestRunner::RunAllTests(count, arguments);
}
