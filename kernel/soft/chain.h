/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * chain.h - one request as its handler sees it.
 *
 * A chain is a stream of bytes the driver wrote (pulled front to back) and a
 * stream of bytes we may write (pushed front to back). How the driver cut it
 * into descriptors cannot be seen (BASE-10). The descriptors were copied and
 * checked before the handler is called; the bytes are copied once, when pulled
 * (BASE-17).
 *
 * All functions may be called in any context by the one who owns the chain:
 * the handler, until it completes the chain or returns VDS_DEFER.
 */
#ifndef _VDS_CHAIN_H
#define _VDS_CHAIN_H

#include <linux/types.h>

struct vds_chain;

/**
 * vds_chain_readable() - bytes not yet pulled
 * @chain: an owned chain
 */
size_t vds_chain_readable(const struct vds_chain *chain);

/**
 * vds_chain_writable() - bytes not yet pushed
 * @chain: an owned chain
 */
size_t vds_chain_writable(const struct vds_chain *chain);

/**
 * vds_chain_pull() - copy the next bytes out of the request
 * @chain: an owned chain
 * @buf: kernel memory for @len bytes
 * @len: how many
 *
 * Return: 0; -EMSGSIZE if fewer are left, nothing is pulled then; -EFAULT if
 * the driver gave memory that is not mapped for reading, @buf is undefined
 * then.
 */
int vds_chain_pull(struct vds_chain *chain, void *buf, size_t len);

/**
 * vds_chain_push() - append bytes to the response
 * @chain: an owned chain
 * @buf: kernel memory
 * @len: how many
 *
 * Return: 0; -EMSGSIZE if the room is too small, nothing is pushed then;
 * -EFAULT if the driver gave memory that is not mapped for writing; the chain
 * then counts only bytes that were written in one piece from the beginning.
 */
int vds_chain_push(struct vds_chain *chain, const void *buf, size_t len);

/**
 * vds_chain_complete() - give the chain back to the driver
 * @chain: an owned chain, gone for the caller afterwards
 *
 * The used element says how many bytes were pushed (BASE-13). After a reset
 * the chain is dropped silently. Any context, no sleeping.
 */
void vds_chain_complete(struct vds_chain *chain);

#endif /* _VDS_CHAIN_H */
