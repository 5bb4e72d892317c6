/* SPDX-License-Identifier: MIT */
/* Hook points that two sources share. In C and in C++. */
#include <phaselock/hookpoint.h>

PHASELOCK_HOOKPOINT(Nothing);
PHASELOCK_HOOKPOINT(FiltersStart, request_id, filter);
PHASELOCK_HOOKPOINT(FiltersEnd, request_id, filter);
PHASELOCK_HOOKPOINT(Six, one, two, three, four, five, six);

#ifdef __cplusplus
extern "C"
#endif
	int
	other(int argc);
