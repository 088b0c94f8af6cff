// SPDX-License-Identifier: GPL-2.0-only
/*
 * Images for other devices.
 *
 * An importer that has mapped the pages for DMA cannot be made to let go, so
 * revoked pages linger until the last such mapping is undone. New mappings are
 * refused then.
 */
#include "image.h"

#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/fcntl.h>
#include <linux/iosys-map.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#include "../compat.h"

/**
 * struct mapped - the pages as a device sees them
 * @sgt: what the importer gets
 * @link: in vdgpu_image.attachments, under its lock
 * @dev: the device
 * @dir: the direction it asked for
 */
struct mapped {
	struct sg_table sgt;
	struct list_head link;
	struct device *dev;
	enum dma_data_direction dir;
};

static int collect_locked(struct vdgpu_image *image, struct mapped *mapped)
{
	lockdep_assert_held(&image->lock);
	if (!image->pages)
		return -ENODEV;
	return sg_alloc_table_from_pages_segment(&mapped->sgt, image->pages,
						 image->nr_pages, 0,
						 image->size,
						 dma_get_max_seg_size(mapped->dev),
						 GFP_KERNEL);
}

static int map_locked(struct vdgpu_image *image, struct mapped *mapped)
{
	int err = collect_locked(image, mapped);

	if (err)
		return err;
	err = dma_map_sgtable(mapped->dev, &mapped->sgt, mapped->dir, 0);
	if (err) {
		sg_free_table(&mapped->sgt);
		return err;
	}
	list_add(&mapped->link, &image->attachments);
	return 0;
}

static struct sg_table *map(struct dma_buf_attachment *attachment,
			    enum dma_data_direction dir)
{
	struct vdgpu_image *image = attachment->dmabuf->priv;
	struct mapped *mapped;
	int err;

	mapped = kzalloc(sizeof(*mapped), GFP_KERNEL);
	if (!mapped)
		return ERR_PTR(-ENOMEM);
	mapped->dev = attachment->dev;
	mapped->dir = dir;

	mutex_lock(&image->lock);
	err = map_locked(image, mapped);
	mutex_unlock(&image->lock);
	if (err) {
		kfree(mapped);
		return ERR_PTR(err);
	}
	return &mapped->sgt;
}

static void unmap(struct dma_buf_attachment *attachment, struct sg_table *sgt,
		  enum dma_data_direction dir)
{
	struct vdgpu_image *image = attachment->dmabuf->priv;
	struct mapped *mapped = container_of(sgt, struct mapped, sgt);
	struct page **pages = NULL;

	/* In the list until the device is cut off, or revocation frees. */
	mutex_lock(&image->lock);
	dma_unmap_sgtable(mapped->dev, sgt, dir, 0);
	list_del(&mapped->link);
	if (list_empty(&image->attachments))
		swap(pages, image->lingering);
	mutex_unlock(&image->lock);

	sg_free_table(sgt);
	kfree(mapped);
	if (pages)
		vdgpu_image_release_pages(pages, image->nr_pages);
}

/*
 * Somebody has written through the CPU: the guest or our transfers, in the
 * name of whom a viewer ends its access. It matters to devices that see copies
 * (bounce buffers, no coherent caches).
 */
static int end_cpu_access(struct dma_buf *dmabuf, enum dma_data_direction dir)
{
	struct vdgpu_image *image = dmabuf->priv;
	struct mapped *mapped;

	mutex_lock(&image->lock);
	list_for_each_entry(mapped, &image->attachments, link)
		dma_sync_sgtable_for_device(mapped->dev, &mapped->sgt,
					    mapped->dir);
	mutex_unlock(&image->lock);
	return 0;
}

static int map_user(struct dma_buf *dmabuf, struct vm_area_struct *vma)
{
	return vdgpu_image_mmap(dmabuf->priv, vma);
}

static int map_kernel(struct dma_buf *dmabuf, struct iosys_map *out_map)
{
	struct vdgpu_image *image = dmabuf->priv;

	iosys_map_set_vaddr(out_map, image->vaddr);
	return 0;
}

static void unmap_kernel(struct dma_buf *dmabuf, struct iosys_map *map)
{
}

static void release(struct dma_buf *dmabuf)
{
	vdgpu_image_put(dmabuf->priv);
}

static const struct dma_buf_ops host_ops = {
	.map_dma_buf = map,
	.unmap_dma_buf = unmap,
	.end_cpu_access = end_cpu_access,
	.mmap = map_user,
	.vmap = map_kernel,
	.vunmap = unmap_kernel,
	.release = release,
};

/* A kernel map of guest pages could not be revoked. */
static const struct dma_buf_ops guest_ops = {
	.map_dma_buf = map,
	.unmap_dma_buf = unmap,
	.end_cpu_access = end_cpu_access,
	.mmap = map_user,
	.release = release,
};

struct dma_buf *vdgpu_image_export(struct vdgpu_image *image)
{
	DEFINE_DMA_BUF_EXPORT_INFO(info);
	struct dma_buf *dmabuf;

	info.ops = image->guest ? &guest_ops : &host_ops;
	info.size = image->size;
	info.flags = O_RDONLY;
	info.priv = image;
	dmabuf = dma_buf_export(&info);
	if (!IS_ERR(dmabuf))
		vdgpu_image_get(image);
	return dmabuf;
}

VDS_IMPORT_NS(DMA_BUF);
