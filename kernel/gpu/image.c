// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages with pixels, and maps of them.
 *
 * Maps are PFN maps, because guest pages may be anonymous memory of the VMM,
 * which no other kind accepts. A PFN map holds no page references, so the
 * pages must outlive it: each map holds a reference to its image, and an image
 * whose pages are taken away (revoked) first unmaps them everywhere. To find
 * the maps again, all maps of one image, through whichever file they came, get
 * the image's own file: one image, one address space.
 *
 * Revocation takes two steps. Under the image's lock the page array goes away,
 * so that faults from now on give the zero page; then the address space is
 * swept, which undoes the faults that were earlier. A fault holds the lock
 * until its entry is in the page table, so none slips in between.
 */
#include "image.h"

#include <linux/anon_inodes.h>
#include <linux/atomic.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

/* Pages mapped at a fault: viewers read forward. */
#define FAULT_AHEAD	16

static atomic64_t last_id;

static struct vdgpu_image *create_image(void)
{
	struct vdgpu_image *image;

	image = kzalloc(sizeof(*image), GFP_KERNEL_ACCOUNT);
	if (!image)
		return NULL;
	kref_init(&image->ref);
	image->id = atomic64_inc_return(&last_id);
	mutex_init(&image->lock);
	INIT_LIST_HEAD(&image->attachments);
	return image;
}

static void free_image(struct vdgpu_image *image)
{
	vunmap(image->vaddr);
	if (image->pages)
		vdgpu_image_release_pages(image->pages, image->nr_pages);
	if (image->file)
		fput(image->file);
	mutex_destroy(&image->lock);
	kfree(image);
}

/*
 * Page by page, so that "no" is an answer: the guest chose the size, and the
 * memory cgroup that pays for it may be at its limit. With these flags that
 * fails the command; without, it would kill the VMM.
 */
static bool alloc_pages_of(struct vdgpu_image *image, unsigned long nr_pages)
{
	const gfp_t gfp = GFP_KERNEL_ACCOUNT | __GFP_ZERO | __GFP_NOWARN |
			  __GFP_RETRY_MAYFAIL;

	image->pages = kvcalloc(nr_pages, sizeof(*image->pages),
				GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!image->pages)
		return false;
	for (; image->nr_pages < nr_pages; image->nr_pages++) {
		image->pages[image->nr_pages] = alloc_page(gfp);
		if (!image->pages[image->nr_pages])
			return false;
		cond_resched();
	}
	image->vaddr = vmap(image->pages, nr_pages, VM_MAP, PAGE_KERNEL);
	return image->vaddr;
}

struct vdgpu_image *vdgpu_image_create_host(u64 size)
{
	struct vdgpu_image *image;
	u64 len;

	if (!size || check_add_overflow(size, PAGE_SIZE - 1, &len))
		return ERR_PTR(-EINVAL);
	len &= PAGE_MASK;

	image = create_image();
	if (!image)
		return ERR_PTR(-ENOMEM);
	image->size = len;
	if (!alloc_pages_of(image, len >> PAGE_SHIFT)) {
		free_image(image);
		return ERR_PTR(-ENOMEM);
	}
	return image;
}

struct vdgpu_image *vdgpu_image_create_guest(struct page **pages,
					     unsigned long nr_pages)
{
	struct vdgpu_image *image = create_image();

	if (!image) {
		vdgpu_image_release_pages(pages, nr_pages);
		return ERR_PTR(-ENOMEM);
	}
	image->guest = true;
	image->size = (u64)nr_pages << PAGE_SHIFT;
	image->nr_pages = nr_pages;
	image->pages = pages;
	return image;
}

void vdgpu_image_release_pages(struct page **pages, unsigned long nr_pages)
{
	unsigned long i;

	for (i = 0; i < nr_pages; i++)
		put_page(pages[i]);
	kvfree(pages);
}

struct vdgpu_image *vdgpu_image_get(struct vdgpu_image *image)
{
	kref_get(&image->ref);
	return image;
}

/* Freeing sleeps, and the last reference may go with interrupts off. */
static LLIST_HEAD(graveyard);

static void bury(struct work_struct *work)
{
	struct vdgpu_image *image, *next;

	llist_for_each_entry_safe(image, next, llist_del_all(&graveyard),
				  buried)
		free_image(image);
}

static DECLARE_WORK(bury_work, bury);

static void last_put(struct kref *ref)
{
	struct vdgpu_image *image = container_of(ref, struct vdgpu_image, ref);

	if (llist_add(&image->buried, &graveyard))
		queue_work(system_long_wq, &bury_work);
}

void vdgpu_image_put(struct vdgpu_image *image)
{
	if (image)
		kref_put(&image->ref, last_put);
}

static void last_drop(struct kref *ref)
{
	free_image(container_of(ref, struct vdgpu_image, ref));
}

void vdgpu_image_drop(struct vdgpu_image *image)
{
	might_sleep();
	if (image)
		kref_put(&image->ref, last_drop);
}

void vdgpu_image_module_exit(void)
{
	flush_work(&bury_work);
}

void vdgpu_image_revoke(struct vdgpu_image *image)
{
	struct page **pages;

	mutex_lock(&image->lock);
	pages = image->pages;
	image->pages = NULL;
	if (pages && image->file)
		unmap_mapping_range(image->file->f_mapping, 0, 0, 1);
	if (pages && !list_empty(&image->attachments)) {
		image->lingering = pages;
		pages = NULL;
	}
	mutex_unlock(&image->lock);

	if (pages)
		vdgpu_image_release_pages(pages, image->nr_pages);
}

static unsigned long pfn_locked(struct vdgpu_image *image, pgoff_t index)
{
	lockdep_assert_held(&image->lock);
	if (!image->pages)
		return page_to_pfn(ZERO_PAGE(0));
	return page_to_pfn(image->pages[index]);
}

static vm_fault_t fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct vdgpu_image *image = vma->vm_private_data;
	unsigned long addr = vmf->address & PAGE_MASK;
	pgoff_t index = vmf->pgoff;
	pgoff_t end = min(index + FAULT_AHEAD, image->nr_pages);
	vm_fault_t ret = VM_FAULT_SIGBUS;

	mutex_lock(&image->lock);
	for (; index < end && addr < vma->vm_end; index++) {
		ret = vmf_insert_pfn(vma, addr, pfn_locked(image, index));
		if (ret != VM_FAULT_NOPAGE)
			break;
		addr += PAGE_SIZE;
	}
	mutex_unlock(&image->lock);
	/* What was mapped ahead is a gift: the page asked for counts. */
	return index > vmf->pgoff ? VM_FAULT_NOPAGE : ret;
}

static void map_opened(struct vm_area_struct *vma)
{
	vdgpu_image_get(vma->vm_private_data);
}

static void map_closed(struct vm_area_struct *vma)
{
	vdgpu_image_put(vma->vm_private_data);
}

static const struct vm_operations_struct map_ops = {
	.open = map_opened,
	.close = map_closed,
	.fault = fault,
};

static const struct file_operations file_ops = {
	.owner = THIS_MODULE,
};

static struct file *map_file(struct vdgpu_image *image)
{
	struct file *file;

	mutex_lock(&image->lock);
	if (!image->file) {
		file = anon_inode_create_getfile("[vdpa_gpu_image]", &file_ops,
						 NULL, O_RDONLY, NULL);
		if (!IS_ERR(file))
			image->file = file;
	} else {
		file = image->file;
	}
	mutex_unlock(&image->lock);
	return file;
}

int vdgpu_image_mmap(struct vdgpu_image *image, struct vm_area_struct *vma)
{
	struct file *file;

	if (vma->vm_flags & VM_WRITE)
		return -EPERM;
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (vma->vm_pgoff >= image->nr_pages ||
	    vma_pages(vma) > image->nr_pages - vma->vm_pgoff)
		return -EINVAL;

	file = map_file(image);
	if (IS_ERR(file))
		return PTR_ERR(file);
	vma_set_file(vma, file);
	vm_flags_mod(vma, VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP, VM_MAYWRITE);
	vma->vm_private_data = vdgpu_image_get(image);
	vma->vm_ops = &map_ops;
	return 0;
}
