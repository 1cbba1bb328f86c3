/* The whole program's answer to becoming whole: it is. */
#include "base/whole.h"

void whole_begin(char **argv)
{
	(void)argv;
}

void whole_become(void)
{
}
