// SPDX-License-Identifier: GPL-2.0-only
/*
 * Maps are made in a process of the test's own: through a dma-buf's file, or
 * through one that leaves all checks to the image, as the device file does.
 */
#include <kunit/device.h>
#include <kunit/test.h>
#include <linux/anon_inodes.h>
#include <linux/dma-buf.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/iosys-map.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "gpu/image.h"

#define PAGES	5
#define SIZE	(PAGES * PAGE_SIZE)

static void put_image(void *image)
{
	vdgpu_image_put(image);
	vdgpu_image_module_exit();
}

static void put_dmabuf(void *dmabuf)
{
	dma_buf_put(dmabuf);
}

static void put_pages(void *pages)
{
	__free_pages(pages, 0);
}

static struct vdgpu_image *host_image(struct kunit *test, u64 size)
{
	struct vdgpu_image *image = vdgpu_image_create_host(size);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, image);
	KUNIT_ASSERT_EQ(test, kunit_add_action(test, put_image, image), 0);
	return image;
}

/* Page n is full of n + 1; @out_pages are ours, besides the image's. */
static struct vdgpu_image *guest_image(struct kunit *test,
				       struct page **out_pages)
{
	struct vdgpu_image *image;
	struct page **pages;
	unsigned int i;

	pages = kvmalloc_array(PAGES, sizeof(*pages), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, pages);
	for (i = 0; i < PAGES; i++) {
		out_pages[i] = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, out_pages[i]);
		KUNIT_ASSERT_EQ(test, 0, kunit_add_action(test, put_pages,
							  out_pages[i]));
		memset(page_address(out_pages[i]), i + 1, PAGE_SIZE);
		pages[i] = out_pages[i];
		get_page(pages[i]);
	}
	image = vdgpu_image_create_guest(pages, PAGES);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, image);
	KUNIT_ASSERT_EQ(test, kunit_add_action(test, put_image, image), 0);
	return image;
}

static void expect_page_refs(struct kunit *test, struct page **pages, int refs)
{
	unsigned int i;

	for (i = 0; i < PAGES; i++)
		KUNIT_EXPECT_EQ(test, page_ref_count(pages[i]), refs);
}

static struct dma_buf *export(struct kunit *test, struct vdgpu_image *image)
{
	struct dma_buf *dmabuf = vdgpu_image_export(image);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dmabuf);
	KUNIT_ASSERT_EQ(test, kunit_add_action(test, put_dmabuf, dmabuf), 0);
	return dmabuf;
}

static unsigned long map(struct kunit *test, struct file *file,
			 unsigned long offset)
{
	unsigned long addr = kunit_vm_mmap(test, file, 0, SIZE - offset,
					   PROT_READ, MAP_SHARED, offset);

	KUNIT_ASSERT_FALSE(test, !addr || IS_ERR_VALUE(addr));
	return addr;
}

static u8 look(struct kunit *test, unsigned long addr)
{
	u8 byte = 0xee;

	KUNIT_EXPECT_EQ(test, 0, copy_from_user(&byte, (void __user *)addr, 1));
	return byte;
}

struct size_row {
	const char *name;
	u64 size;
	long err;
	u64 rounded;
};

static const struct size_row size_rows[] = {
	{ "nothing", 0, -EINVAL },
	{ "byte", 1, 0, PAGE_SIZE },
	{ "page", PAGE_SIZE, 0, PAGE_SIZE },
	{ "page_and_byte", PAGE_SIZE + 1, 0, 2 * PAGE_SIZE },
	{ "megabyte", SZ_1M, 0, SZ_1M },
	{ "too_much", 1ull << 50, -ENOMEM },
	{ "wrapping", U64_MAX, -EINVAL },
};

static void size_desc(const struct size_row *row, char *desc)
{
	strscpy(desc, row->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(size, size_rows, size_desc);

static void host_size(struct kunit *test)
{
	const struct size_row *row = test->param_value;
	struct vdgpu_image *image;

	if (row->err) {
		image = vdgpu_image_create_host(row->size);
		KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(image), row->err);
		return;
	}
	image = host_image(test, row->size);
	KUNIT_EXPECT_EQ(test, image->size, row->rounded);
	KUNIT_EXPECT_FALSE(test, image->guest);
	/* GPU2D-REQ-5.CR3 */
	KUNIT_EXPECT_NULL(test, memchr_inv(image->vaddr, 0, image->size));
}

static void ids_are_new(struct kunit *test)
{
	struct vdgpu_image *first = host_image(test, 1);
	struct vdgpu_image *second = host_image(test, 1);
	u64 gone = second->id;

	KUNIT_EXPECT_NE(test, first->id, 0);
	KUNIT_EXPECT_NE(test, first->id, second->id);
	kunit_release_action(test, put_image, second);
	second = host_image(test, 1);
	KUNIT_EXPECT_NE(test, second->id, gone);
	KUNIT_EXPECT_NE(test, second->id, first->id);
}

static void put_in_atomic(struct kunit *test)
{
	struct page *pages[PAGES];
	struct vdgpu_image *image = guest_image(test, pages);
	unsigned long flags;

	kunit_remove_action(test, put_image, image);
	local_irq_save(flags);
	vdgpu_image_put(image);
	local_irq_restore(flags);
	vdgpu_image_module_exit();
	expect_page_refs(test, pages, 1);
	vdgpu_image_put(NULL);
}

static void revoke_drops_pages(struct kunit *test)
{
	struct page *pages[PAGES];
	struct vdgpu_image *image = guest_image(test, pages);

	expect_page_refs(test, pages, 2);
	vdgpu_image_revoke(image);
	expect_page_refs(test, pages, 1);
	vdgpu_image_revoke(image);
	expect_page_refs(test, pages, 1);
}

static void map_host(struct kunit *test)
{
	struct vdgpu_image *image = host_image(test, SIZE);
	struct dma_buf *dmabuf = export(test, image);
	unsigned long addr = map(test, dmabuf->file, 0);
	u8 *bytes = image->vaddr;

	bytes[1] = 17;
	bytes[SIZE - 1] = 18;
	KUNIT_EXPECT_EQ(test, look(test, addr), 0);
	KUNIT_EXPECT_EQ(test, look(test, addr + 1), 17);
	KUNIT_EXPECT_EQ(test, look(test, addr + SIZE - 1), 18);
	bytes[1] = 19;
	KUNIT_EXPECT_EQ(test, look(test, addr + 1), 19);
}

static void map_guest(struct kunit *test)
{
	struct page *pages[PAGES];
	struct vdgpu_image *image = guest_image(test, pages);
	struct dma_buf *dmabuf = export(test, image);
	unsigned long addr = map(test, dmabuf->file, PAGE_SIZE);
	unsigned int i;

	for (i = 1; i < PAGES; i++)
		KUNIT_EXPECT_EQ(test, i + 1,
				look(test, addr + (i - 1) * PAGE_SIZE + 7));
}

/* Two files, one image: both are found. */
static void revoked_maps_read_zeros(struct kunit *test)
{
	struct page *pages[PAGES];
	struct vdgpu_image *image = guest_image(test, pages);
	unsigned long seen = map(test, export(test, image)->file, 0);
	unsigned long unseen = map(test, export(test, image)->file, 0);

	KUNIT_EXPECT_EQ(test, look(test, seen), 1);
	KUNIT_EXPECT_EQ(test, look(test, seen + SIZE - 1), PAGES);
	vdgpu_image_revoke(image);
	expect_page_refs(test, pages, 1);
	KUNIT_EXPECT_EQ(test, look(test, seen), 0);
	KUNIT_EXPECT_EQ(test, look(test, seen + SIZE - 1), 0);
	KUNIT_EXPECT_EQ(test, look(test, unseen), 0);
	KUNIT_EXPECT_EQ(test, look(test, map(test, export(test, image)->file,
					     0)), 0);
}

static void map_outlives_image(struct kunit *test)
{
	struct vdgpu_image *image = host_image(test, SIZE);
	struct dma_buf *dmabuf = export(test, image);
	unsigned long addr = map(test, dmabuf->file, 0);

	*(u8 *)image->vaddr = 23;
	KUNIT_EXPECT_EQ(test, kref_read(&image->ref), 3);
	kunit_release_action(test, put_dmabuf, dmabuf);
	flush_delayed_fput();
	kunit_release_action(test, put_image, image);
	KUNIT_EXPECT_EQ(test, look(test, addr), 23);
}

static int plain_mmap(struct file *file, struct vm_area_struct *vma)
{
	return vdgpu_image_mmap(file->private_data, vma);
}

static const struct file_operations plain_fops = {
	.mmap = plain_mmap,
};

static void put_file(void *file)
{
	fput(file);
}

static struct file *plain_file(struct kunit *test, struct vdgpu_image *image)
{
	struct file *file = anon_inode_getfile("[kunit]", &plain_fops, image,
					       O_RDWR);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, file);
	KUNIT_ASSERT_EQ(test, kunit_add_action(test, put_file, file), 0);
	return file;
}

struct refusal {
	const char *name;
	unsigned long prot;
	unsigned long flags;
	unsigned long pages;
	unsigned long first;
	long err;
};

static const struct refusal refusals[] = {
	{ "writable", PROT_READ | PROT_WRITE, MAP_SHARED, PAGES, 0, -EPERM },
	{ "private", PROT_READ, MAP_PRIVATE, PAGES, 0, -EINVAL },
	{ "private_writable", PROT_READ | PROT_WRITE, MAP_PRIVATE, PAGES, 0,
	  -EPERM },
	{ "too_long", PROT_READ, MAP_SHARED, PAGES + 1, 0, -EINVAL },
	{ "too_far", PROT_READ, MAP_SHARED, PAGES, 1, -EINVAL },
	{ "behind", PROT_READ, MAP_SHARED, 1, PAGES, -EINVAL },
};

static void refusal_desc(const struct refusal *refusal, char *desc)
{
	strscpy(desc, refusal->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(refusal, refusals, refusal_desc);

static void map_refused(struct kunit *test)
{
	const struct refusal *refusal = test->param_value;
	struct vdgpu_image *image = host_image(test, SIZE);
	struct file *file = plain_file(test, image);
	long addr = kunit_vm_mmap(test, file, 0, refusal->pages * PAGE_SIZE,
				  refusal->prot, refusal->flags,
				  refusal->first * PAGE_SIZE);

	KUNIT_EXPECT_EQ(test, addr, refusal->err);
	KUNIT_EXPECT_EQ(test, kref_read(&image->ref), 1);
}

/* A reader must not become a writer by mprotect(). */
static void map_stays_read_only(struct kunit *test)
{
	struct vdgpu_image *image = host_image(test, SIZE);
	unsigned long addr = map(test, plain_file(test, image), 0);
	struct vm_area_struct *vma;

	KUNIT_EXPECT_EQ(test, look(test, addr), 0);
	mmap_read_lock(current->mm);
	vma = vma_lookup(current->mm, addr);
	KUNIT_EXPECT_NOT_NULL(test, vma);
	if (vma)
		KUNIT_EXPECT_EQ(test, vma->vm_flags & (VM_WRITE | VM_MAYWRITE),
				0);
	mmap_read_unlock(current->mm);
}

static void kernel_map(struct kunit *test)
{
	struct page *pages[PAGES];
	struct vdgpu_image *host = host_image(test, SIZE);
	struct dma_buf *dmabuf = export(test, host);
	struct iosys_map map;

	KUNIT_ASSERT_EQ(test, dma_buf_vmap_unlocked(dmabuf, &map), 0);
	KUNIT_EXPECT_PTR_EQ(test, map.vaddr, host->vaddr);
	dma_buf_vunmap_unlocked(dmabuf, &map);

	dmabuf = export(test, guest_image(test, pages));
	KUNIT_EXPECT_LT(test, dma_buf_vmap_unlocked(dmabuf, &map), 0);
}

struct importer {
	struct dma_buf *dmabuf;
	struct dma_buf_attachment *attachment;
};

static void detach(void *data)
{
	struct importer *importer = data;

	dma_buf_detach(importer->dmabuf, importer->attachment);
}

static struct dma_buf_attachment *attach(struct kunit *test,
					 struct dma_buf *dmabuf,
					 const char *name)
{
	struct importer *importer;
	struct device *dev;

	importer = kunit_kzalloc(test, sizeof(*importer), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, importer);
	dev = kunit_device_register(test, name);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	KUNIT_ASSERT_EQ(test, 0, dma_coerce_mask_and_coherent(dev,
							      DMA_BIT_MASK(64)));
	importer->dmabuf = dmabuf;
	importer->attachment = dma_buf_attach(dmabuf, dev);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, importer->attachment);
	KUNIT_ASSERT_EQ(test, kunit_add_action(test, detach, importer), 0);
	return importer->attachment;
}

static u64 bytes_in(struct sg_table *sgt)
{
	struct scatterlist *sg;
	u64 bytes = 0;
	int i;

	for_each_sgtable_sg(sgt, sg, i)
		bytes += sg->length;
	return bytes;
}

/* A device that has the pages keeps them; no other gets them. */
static void revoke_while_attached(struct kunit *test)
{
	const enum dma_data_direction dir = DMA_TO_DEVICE;
	struct page *pages[PAGES];
	struct vdgpu_image *image = guest_image(test, pages);
	struct dma_buf *dmabuf = export(test, image);
	struct dma_buf_attachment *first = attach(test, dmabuf, "first");
	struct dma_buf_attachment *second = attach(test, dmabuf, "second");
	struct sg_table *sgt;

	sgt = dma_buf_map_attachment_unlocked(first, dir);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, sgt);
	KUNIT_EXPECT_EQ(test, bytes_in(sgt), SIZE);
	KUNIT_EXPECT_EQ(test, dma_buf_end_cpu_access(dmabuf, dir), 0);

	vdgpu_image_revoke(image);
	expect_page_refs(test, pages, 2);
	KUNIT_EXPECT_EQ(test, -ENODEV,
			PTR_ERR(dma_buf_map_attachment_unlocked(second, dir)));
	dma_buf_unmap_attachment_unlocked(first, sgt, dir);
	expect_page_refs(test, pages, 1);
}

static struct kunit_case image_cases[] = {
	KUNIT_CASE_PARAM(host_size, size_gen_params),
	KUNIT_CASE(ids_are_new),
	KUNIT_CASE(put_in_atomic),
	KUNIT_CASE(revoke_drops_pages),
	KUNIT_CASE(map_host),
	KUNIT_CASE(map_guest),
	KUNIT_CASE(revoked_maps_read_zeros),
	KUNIT_CASE(map_outlives_image),
	KUNIT_CASE_PARAM(map_refused, refusal_gen_params),
	KUNIT_CASE(map_stays_read_only),
	KUNIT_CASE(kernel_map),
	KUNIT_CASE(revoke_while_attached),
	{}
};

static struct kunit_suite image_suite = {
	.name = "vdgpu_image",
	.test_cases = image_cases,
};

kunit_test_suite(image_suite);
