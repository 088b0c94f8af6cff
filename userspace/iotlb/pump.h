/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pump.h - carries messages between a stream and a device's vhost file.
 *
 * One after the other and in order: an invalidation is acknowledged when the
 * device has taken it, and nothing overtakes it. A miss that the stream has no
 * room for is held, and no other is taken from the device meanwhile.
 */
#ifndef IOTLB_PUMP_H
#define IOTLB_PUMP_H

/**
 * pump_prepare() - hold SIGINT and SIGTERM back for pump_run()
 *
 * Return: 0 or a negative errno.
 */
int pump_prepare(void);

/**
 * pump_run() - carry until a signal comes or the IOMMU goes
 * @stream: does not block; stays the caller's
 * @vhost: of the device; stays the caller's
 *
 * Whatever the end, the device has nothing left in its table afterwards.
 *
 * Return: 0, or a negative errno after a message.
 */
int pump_run(int stream, int vhost);

#endif /* IOTLB_PUMP_H */
