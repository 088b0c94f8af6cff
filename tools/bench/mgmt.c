// SPDX-License-Identifier: GPL-2.0-only
#include "mgmt.h"

#include <errno.h>
#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/vdpa.h>

struct message {
	struct nlmsghdr nl;
	struct genlmsghdr genl;
	uint8_t attrs[512];
};

static uint16_t family;

static void begin(struct message *msg, uint16_t type, uint8_t cmd,
		  uint8_t version)
{
	memset(msg, 0, sizeof(*msg));
	msg->nl.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	msg->nl.nlmsg_type = type;
	msg->nl.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	msg->genl.cmd = cmd;
	msg->genl.version = version;
}

/* Names are short, there is always room. */
static void add_string(struct message *msg, uint16_t type, const char *value)
{
	struct nlattr *attr = (void *)((uint8_t *)msg +
				       NLMSG_ALIGN(msg->nl.nlmsg_len));
	size_t len = strnlen(value, 100);

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len + 1;
	memcpy((uint8_t *)attr + NLA_HDRLEN, value, len);
	msg->nl.nlmsg_len = NLMSG_ALIGN(msg->nl.nlmsg_len) +
			    NLA_ALIGN(attr->nla_len);
}

/* Sends, and waits for the acknowledgement; @out gets what came before it. */
static int talk(int sock, struct message *msg, struct message *out)
{
	_Alignas(struct nlmsghdr) uint8_t buf[8192];

	if (send(sock, msg, msg->nl.nlmsg_len, 0) < 0)
		return -errno;
	for (;;) {
		ssize_t len = recv(sock, buf, sizeof(buf), 0);
		struct nlmsghdr *nl = (void *)buf;

		if (len < 0)
			return -errno;
		for (; NLMSG_OK(nl, len); nl = NLMSG_NEXT(nl, len)) {
			if (nl->nlmsg_type == NLMSG_ERROR)
				return ((struct nlmsgerr *)NLMSG_DATA(nl))->error;
			if (out && nl->nlmsg_len <= sizeof(*out))
				memcpy(out, nl, nl->nlmsg_len);
		}
	}
}

static int find_family(int sock)
{
	struct message msg, answer = { .nl.nlmsg_len = 0 };
	uint8_t *at, *end;
	int err;

	begin(&msg, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
	add_string(&msg, CTRL_ATTR_FAMILY_NAME, VDPA_GENL_NAME);
	err = talk(sock, &msg, &answer);
	if (err)
		return err;

	at = answer.attrs;
	end = (uint8_t *)&answer + answer.nl.nlmsg_len;
	while (at + NLA_HDRLEN <= end) {
		struct nlattr *attr = (void *)at;

		if (attr->nla_len < NLA_HDRLEN)
			break;
		if (attr->nla_type == CTRL_ATTR_FAMILY_ID)
			memcpy(&family, at + NLA_HDRLEN, sizeof(family));
		at += NLA_ALIGN(attr->nla_len);
	}
	return family ? 0 : -ENOENT;
}

int mgmt_open(void)
{
	int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	int err;

	if (sock < 0)
		return -errno;
	err = find_family(sock);
	if (!err)
		return sock;
	close(sock);
	return err;
}

int mgmt_add(int sock, const char *mgmtdev, const char *name)
{
	struct message msg;

	begin(&msg, family, VDPA_CMD_DEV_NEW, VDPA_GENL_VERSION);
	add_string(&msg, VDPA_ATTR_MGMTDEV_DEV_NAME, mgmtdev);
	add_string(&msg, VDPA_ATTR_DEV_NAME, name);
	return talk(sock, &msg, NULL);
}

int mgmt_del(int sock, const char *name)
{
	struct message msg;

	begin(&msg, family, VDPA_CMD_DEV_DEL, VDPA_GENL_VERSION);
	add_string(&msg, VDPA_ATTR_DEV_NAME, name);
	return talk(sock, &msg, NULL);
}

int mgmt_vhost_path(const char *name, char *path, size_t size)
{
	char pattern[256];
	glob_t found;
	int err = -ENOENT;

	snprintf(pattern, sizeof(pattern),
		 "/sys/bus/vdpa/devices/%s/vhost-vdpa-*", name);
	if (!glob(pattern, 0, NULL, &found)) {
		snprintf(path, size, "/dev/%s",
			 strrchr(found.gl_pathv[0], '/') + 1);
		err = 0;
	}
	globfree(&found);
	return err;
}
