/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mgmt.h - what "vdpa dev add" does, without starting a program.
 */
#ifndef BENCH_MGMT_H
#define BENCH_MGMT_H

#include <stddef.h>

/**
 * mgmt_open() - find the vdpa family
 *
 * Return: a socket for the others, or a negative errno.
 */
int mgmt_open(void);

/* Make a device of management device @mgmtdev. Return: 0 or negative errno. */
int mgmt_add(int sock, const char *mgmtdev, const char *name);
int mgmt_del(int sock, const char *name);

/* Path of the vhost device of @name. Return: 0 or -ENOENT. */
int mgmt_vhost_path(const char *name, char *path, size_t size);

#endif /* BENCH_MGMT_H */
