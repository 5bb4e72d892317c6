/* SPDX-License-Identifier: MIT */
/* Functions whose mangled names are long, which call one another and themselves. */
namespace proxy_wasm
{
namespace exports
{

struct Word {
	int value;
};

__attribute__((noinline)) int log(void *context, Word level, Word depth)
{
	__asm__ volatile("" : : "r"(context) : "memory");
	return depth.value == 0 ? level.value : 1 + log(context, level, Word{depth.value - 1});
}

__attribute__((noinline)) int send_local_response(void *context, Word code)
{
	return log(context, code, Word{2}) + 1;
}

} // namespace exports
} // namespace proxy_wasm

int main()
{
	int sum = 0;

	for (int i = 0; i < 100; i++)
		sum += proxy_wasm::exports::send_local_response(&sum, {i});
	return sum == 0 ? 1 : 3;
}
