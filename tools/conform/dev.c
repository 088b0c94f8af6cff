// SPDX-License-Identifier: GPL-2.0-only
#include "dev.h"

#include <errno.h>
#include <string.h>

int dev_open(struct dev *dev, const struct dev_ops *ops, const char *path)
{
	int err;

	memset(dev, 0, sizeof(*dev));
	dev->ops = ops;
	err = ops->open(dev, path);
	if (err)
		dev_close(dev);
	return err;
}

void dev_close(struct dev *dev)
{
	if (dev->priv)
		dev->ops->close(dev);
	dev->priv = NULL;
}

int dev_reset(struct dev *dev)
{
	return dev_set_status(dev, 0);
}

int dev_suspend(struct dev *dev)
{
	return dev->ops->suspend ? dev->ops->suspend(dev) : -EOPNOTSUPP;
}

int dev_resume(struct dev *dev)
{
	return dev->ops->resume ? dev->ops->resume(dev) : -EOPNOTSUPP;
}

int dev_map(struct dev *dev, uint64_t iova, uint64_t size, void *va,
	    enum dev_perm perm)
{
	return dev->ops->map ? dev->ops->map(dev, iova, size, va, perm) :
	       -EOPNOTSUPP;
}

int dev_unmap(struct dev *dev, uint64_t iova, uint64_t size)
{
	return dev->ops->unmap ? dev->ops->unmap(dev, iova, size) :
	       -EOPNOTSUPP;
}
