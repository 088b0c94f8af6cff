// SPDX-License-Identifier: GPL-2.0-only
#include "viewer.h"

int main(int argc, char **argv)
{
	return viewer_main(argc, argv);
}
