/* The whole program's answer to becoming whole: it is. */
#include "base/whole.h"

void whole_begin(char **argv)
{
	(void)argv;
}

bool whole_is(void)
{
	return true;
}

void whole_become(void)
{
}
