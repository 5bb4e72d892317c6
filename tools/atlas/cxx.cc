/* SPDX-License-Identifier: MIT */
/*
 * Cases of the atlas: C++. Code from a header, such as std::vector, is compiled into the program: a
 * report shows the program's own frames, and there is no name to look up.
 */
#include "atlas.h"

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <locale>
#include <map>
#include <memory>
#include <mutex>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#define STRING                                                                                     \
	"reserve() before the lock, or use std::string_view, or std::pmr::string over a buffer"
#define STRINGS "_ZNSs _ZNKSs _ZNSt7__cxx1112basic_string _ZNKSt7__cxx1112basic_string"
#define THROW "return an error instead"
#define STREAM "make the stream and write to it once before the lock, or use std::to_chars()"
#define STREAMS                                                                                    \
	"_ZNSo _ZNSi _ZNSt7__cxx1118basic_stringstream _ZNSt7__cxx1119basic_ostringstream "        \
	"_ZNSt7__cxx1115basic_stringbuf _ZNSt14basic_ofstream _ZNSt14basic_ifstream "              \
	"_ZNSt13basic_filebuf _ZStls _ZSt16__ostream_insert _ZSt4endl _ZStrs"
#define CONTAINER "reserve() before the lock, or use std::pmr over a buffer"
#define LONG "a text that is longer than a small string holds"

extern "C" {

CASE_FAMILY(throw_int, "throw of an int", "each time it is thrown", THROW, "an exception",
	    "__cxa_allocate_exception")
{
	MEASURE({
		try {
			throw 1;
		} catch (int) {
		}
	});
}

CASE_FAMILY(throw_error, "throw of a std::runtime_error", "each time it is thrown", THROW,
	    "an exception", "_ZNSt13runtime_error _ZNSt11logic_error")
{
	MEASURE({
		try {
			throw std::runtime_error("a");
		} catch (const std::exception &) {
		}
	});
}

CASE_FAMILY(throw_of_library, "throw by std::vector::at", "each time it is thrown", THROW,
	    "an exception",
	    "_ZSt17__throw_ _ZSt18__throw_ _ZSt19__throw_ _ZSt20__throw_ _ZSt24__throw_")
{
	std::vector<int> one(1);

	MEASURE({
		try {
			one.at(2) = 1;
		} catch (const std::exception &) {
		}
	});
}

CASE(string_short, "std::string of up to 15 characters", "")
{
	MEASURE(std::string text("fifteen letters"); text.size());
}

CASE_FAMILY(string_long, "std::string of more than 15 characters",
	    "for more than 15 characters, or beyond the capacity", STRING, "std::string", STRINGS)
{
	MEASURE(std::string text(LONG); text.size());
}

CASE_FAMILY(string_append, "std::string::append beyond its capacity",
	    "for more than 15 characters, or beyond the capacity", STRING, "std::string", STRINGS)
{
	std::string text("a");

	MEASURE(text.append(LONG));
}

CASE_FAMILY(string_assign, "std::string::assign beyond its capacity",
	    "for more than 15 characters, or beyond the capacity", STRING, "std::string", STRINGS)
{
	std::string text("a");

	MEASURE(text = LONG);
}

CASE(string_reserved, "std::string::append within its capacity", "")
{
	std::string text;

	text.reserve(100);
	MEASURE(text.append(LONG));
}

CASE_FAMILY(string_substr, "std::string::substr of more than 15 characters",
	    "for more than 15 characters, or beyond the capacity", STRING, "std::string", STRINGS)
{
	std::string text(LONG);

	MEASURE(std::string part(text.substr(1)); part.size());
}

CASE(to_string, "std::to_string of a long", "")
{
	MEASURE(std::to_string(123456789L));
}

CASE_FAMILY(to_string_long, "std::to_string of a double with many digits",
	    "for more than 15 characters, or beyond the capacity", STRING, "std::string", STRINGS)
{
	MEASURE(std::to_string(1e100));
}

CASE(vector, "std::vector::push_back beyond its capacity", CONTAINER)
{
	std::vector<int> numbers;

	MEASURE(numbers.push_back(1));
}

CASE(vector_reserved, "std::vector::push_back within its capacity", "")
{
	std::vector<int> numbers;

	numbers.reserve(10);
	MEASURE(numbers.push_back(1));
}

CASE(map, "std::map::insert", "use std::pmr::map over a buffer, or insert before the lock")
{
	std::map<int, int> numbers;

	MEASURE(numbers.insert({1, 1}));
}

CASE(unordered_map, "std::unordered_map::insert",
     "use std::pmr::unordered_map over a buffer, or insert before the lock")
{
	std::unordered_map<int, int> numbers;

	MEASURE(numbers.insert({1, 1}));
}

CASE(function_small, "std::function with up to 16 bytes", "")
{
	int number = 1;

	MEASURE(std::function<int()> function([number] { return number; }); function());
}

CASE(function_large, "std::function with more than 16 bytes", "capture a reference, or less")
{
	struct {
		char bytes[100];
	} large = {};

	MEASURE(std::function<int()> function([large] { return large.bytes[0]; }); function());
}

CASE(make_shared, "std::make_shared, std::make_unique", "make the object before the lock")
{
	MEASURE(auto shared = std::make_shared<int>(1); auto unique = std::make_unique<int>(1));
}

CASE(shared_copy, "copy of a std::shared_ptr", "")
{
	auto shared = std::make_shared<int>(1);

	MEASURE(auto copy = shared);
}

CASE_FAMILY(thread, "std::thread", "", "start every thread before the lock", "std::thread",
	    "_ZNSt6thread")
{
	std::thread thread;

	MEASURE(thread = std::thread([] {}));
	thread.join();
}

CASE(mutex, "std::mutex, std::lock_guard", "")
{
	std::mutex mutex;

	MEASURE(std::lock_guard<std::mutex> guard(mutex));
}

CASE(regex, "std::regex", "compile and match before the lock")
{
	MEASURE(std::regex expression("a+b"));
}

CASE(regex_match, "std::regex_match", "compile and match before the lock")
{
	std::regex expression("a+b");

	MEASURE(std::regex_match("aab", expression));
}

CASE_FAMILY(cout, "std::cout << ...", "at its first use, and when it is made", STREAM, "a stream",
	    STREAMS)
{
	MEASURE(std::cout << "a" << 1 << 2.5 << std::endl);
}

CASE_FAMILY(cin, "std::cin >> ...", "at its first use, and when it is made", STREAM, "a stream",
	    STREAMS)
{
	char c;

	MEASURE(std::cin >> c);
}

CASE_FAMILY(cerr, "std::cerr << ...", "at its first use, and when it is made", STREAM, "a stream",
	    STREAMS)
{
	MEASURE(std::cerr << "" << 1);
}

CASE_FAMILY(stringstream, "std::ostringstream with a short text",
	    "at its first use, and when it is made", STREAM, "a stream", STREAMS)
{
	MEASURE(std::ostringstream stream; stream << "a" << 1);
}

CASE_FAMILY(ofstream, "std::ofstream", "at its first use, and when it is made", STREAM, "a stream",
	    STREAMS)
{
	MEASURE(std::ofstream stream("/dev/null"); stream << "a");
}

CASE(locale, "std::locale", "")
{
	MEASURE(std::locale locale);
}

CASE_(case_locale_named, "std::locale of a name", ATLAS_SOME, "", "make the locale before the lock",
      "std::locale", "_ZNSt6locale")
{
	MEASURE(std::locale locale("C.UTF-8"));
}

static int &counter()
{
	static int *number = new int(1);

	return *number;
}

CASE(local_static, "local static object that is a pointer to new",
     "call the function once before the lock")
{
	MEASURE(counter()++);
}

static int &plain()
{
	static int number = std::rand();

	return number;
}

CASE(local_static_plain, "local static object of a plain type", "")
{
	MEASURE(plain()++);
}

static thread_local std::vector<int> numbers;

CASE_FAMILY(thread_local_object, "thread_local object, first use on a thread",
	    "at its first use on each thread", "use it on each thread before the lock",
	    "a thread_local object", "__cxa_thread_atexit")
{
	MEASURE((void)numbers.size());
}

struct base {
	virtual ~base() = default;
};
struct derived : base {
};

CASE(dynamic_cast_, "dynamic_cast, typeid, virtual call", "")
{
	derived object;
	base *pointer = &object;

	MEASURE((void)!dynamic_cast<derived *>(pointer));
}
}
