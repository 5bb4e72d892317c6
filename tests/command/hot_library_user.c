/* SPDX-License-Identifier: MIT */
void library_run(void);

int main(void)
{
	library_run();
	return 0;
}
