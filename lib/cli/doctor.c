#include "commands.h"
int aspan_cli_doctor(int argc, char **argv)
{
	(void) argc;
	(void) argv;
	return 0;
}
