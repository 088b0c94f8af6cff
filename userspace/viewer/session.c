// SPDX-License-Identifier: GPL-2.0-only
#include "session.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "../lib/log.h"
#include "../lib/view_link.h"
#include "options.h"
#include "viewer.h"

#define VIEW_DIR "/dev/vdpa-gpu"

unsigned int session_find(const char *dir, char *out_path)
{
	char pattern[PATH_MAX];
	unsigned int found = 0;
	glob_t files;

	snprintf(pattern, sizeof(pattern), "%s/*.view", dir);
	if (!glob(pattern, 0, NULL, &files)) {
		found = files.gl_pathc;
		if (found == 1)
			snprintf(out_path, PATH_MAX, "%s", files.gl_pathv[0]);
		globfree(&files);
	}
	return found;
}

/* No device file: is it the module or the device that is missing? */
static void hint_missing(void)
{
	struct stat st;

	if (stat("/sys/module/vdpa_gpu", &st))
		log_hint("load the module:   modprobe vdpa_gpu");
	log_hint("make a device:     vdpa dev add name gpu0 mgmtdev vdpa_gpu");
	log_hint("look at what is:   vdpa dev show; ls " VIEW_DIR);
}

static int find_path(struct session *session, const char *device)
{
	unsigned int found;

	if (device) {
		if (snprintf(session->path, PATH_MAX, "%s", device) < PATH_MAX)
			return VIEWER_OK;
		log_error("the name of the device is too long");
		return VIEWER_USAGE;
	}
	found = session_find(VIEW_DIR, session->path);
	if (found == 1)
		return VIEWER_OK;
	if (found) {
		log_error("there are %u view devices, say which one", found);
		log_hint("--device " VIEW_DIR "/NAME.view");
		return VIEWER_USAGE;
	}
	log_error("there is no view device in " VIEW_DIR);
	hint_missing();
	return VIEWER_FAILED;
}

int session_open(struct session *session, const struct options *options,
		 bool writable)
{
	int result = find_path(session, options->device);
	int err;

	session->link = NULL;
	if (result)
		return result;
	err = view_link_open(session->path, writable, &session->link);
	if (err)
		return session_report(session, err, "open it");
	err = view_link_info(session->link, &session->info);
	if (err) {
		result = session_report(session, err, "ask what it is");
	} else if (options->scanout >= session->info.num_scanouts) {
		log_error("%s has scanouts 0 to %u, not %u", session->path,
			  session->info.num_scanouts - 1, options->scanout);
		result = VIEWER_USAGE;
	}
	if (result)
		session_close(session);
	return result;
}

void session_close(struct session *session)
{
	view_link_close(session->link);
	session->link = NULL;
}

int session_report(const struct session *session, int err, const char *what)
{
	switch (err) {
	case -ENODEV:
	case -ENXIO:
		log_error("%s: the device was removed", session->path);
		log_hint("make it again:     vdpa dev add name NAME mgmtdev vdpa_gpu");
		return VIEWER_GONE;
	case -ENOENT:
		/* Before opening this is the path, afterwards the scanout. */
		if (session->link) {
			log_error("%s: nothing is shown now", session->path);
			log_hint("the guest has not drawn yet, was reset, or turned this output off;");
			log_hint("--wait SECONDS waits for it, 'info' shows all scanouts");
			return VIEWER_BLANK;
		}
		log_error("%s does not exist", session->path);
		hint_missing();
		return VIEWER_FAILED;
	case -EACCES:
	case -EPERM:
		log_error("%s: you may not %s", session->path, what);
		log_hint("try as root, or let a udev rule give you the device");
		return VIEWER_FAILED;
	case -ENOTTY:
	case -EPROTO:
		log_error("%s: cannot %s: this is no view device that I know",
			  session->path, what);
		log_hint("give the path of " VIEW_DIR "/NAME.view; viewer and module should be of one version");
		return VIEWER_FAILED;
	case -EAGAIN:
		log_error("%s: cannot %s: the guest changes images too fast",
			  session->path, what);
		log_hint("try without --map");
		return VIEWER_FAILED;
	default:
		log_error("%s: cannot %s: %s", session->path, what,
			  strerror(-err));
		return VIEWER_FAILED;
	}
}
