// SPDX-License-Identifier: GPL-2.0-only
#include "viewer.h"

#include "../lib/log.h"
#include "options.h"

int viewer_main(int argc, char **argv)
{
	struct options options;
	int result = VIEWER_OK;

	if (!options_parse(argc, argv, &options, &result))
		return result;
	log_set_verbose(options.verbose);
	return options.command->run(&options);
}
