// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a virtio-iommu costs the drivers of its guest. Binds to QEMU's
 * pci-testdev, which does nothing by itself, and maps and unmaps one page for
 * it over and over.
 *
 * Every file in /sys/kernel/debug/bench_iommu is a measurement, and opening it
 * measures: a line "NAME NANOSECONDS" for each of "count" samples, then
 * "FILE.answers N", the requests that the device has used meanwhile, by its own
 * index: what was measured did reach it.
 *
 *   pair	iommu_map() and iommu_unmap() in a domain of our own
 *   dma	dma_map_single() and dma_unmap_single(), as the group's type has it
 *   floor	in turns, sample by sample: "floor.pair", as above; "floor.kicks",
 *		as many notifications of the request queue with nothing in it;
 *		"floor.driver", the same and before each what the driver does for
 *		a pair by itself, in a domain without endpoints
 */
#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/iommu.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/pci.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/virtio.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>

/* Clear of what x86 reserves. */
#define PAIR_IOVA	0x40000000UL

/* Samples that find everything as it will stay. */
#define WARM_UP		32

/* The device's index has 16 bits, a pair takes two requests. */
#define MAX_COUNT	30000

#define LINE_BYTES	32

static unsigned int count = 1000;
module_param(count, uint, 0644);
MODULE_PARM_DESC(count, "samples of a measurement, at most 30000");

/**
 * struct bench - the one function that is measured with
 * @dev: pci-testdev
 * @page: what is mapped
 * @domain: of a running measurement, @dev is in it
 * @spare: likewise, nobody is in it
 * @vdev: the IOMMU
 * @vq: its request queue
 * @dir: in debugfs
 */
static struct bench {
	struct device *dev;
	void *page;
	struct iommu_domain *domain;
	struct iommu_domain *spare;
	struct virtio_device *vdev;
	struct virtqueue *vq;
	struct dentry *dir;
} bench;

/* One measurement at a time. */
static DEFINE_MUTEX(measuring);

/*
 * Steps: 0 or a negative errno
 */

static int map(struct iommu_domain *domain)
{
	return iommu_map(domain, PAIR_IOVA, virt_to_phys(bench.page), PAGE_SIZE,
			 IOMMU_READ | IOMMU_WRITE, GFP_KERNEL);
}

static int unmap(struct iommu_domain *domain)
{
	return iommu_unmap(domain, PAIR_IOVA, PAGE_SIZE) == PAGE_SIZE ?
	       0 : -EIO;
}

static int kick(void)
{
	return virtqueue_notify(bench.vq) ? 0 : -EIO;
}

static int run_pair(void)
{
	return map(bench.domain) ?: unmap(bench.domain);
}

static int run_dma(void)
{
	dma_addr_t addr = dma_map_single(bench.dev, bench.page, PAGE_SIZE,
					 DMA_BIDIRECTIONAL);

	if (dma_mapping_error(bench.dev, addr))
		return -EIO;
	dma_unmap_single(bench.dev, addr, PAGE_SIZE, DMA_BIDIRECTIONAL);
	return 0;
}

static int run_kicks(void)
{
	return kick() ?: kick();
}

static int run_driver(void)
{
	return map(bench.spare) ?: kick() ?: unmap(bench.spare) ?: kick();
}

/*
 * Before and after
 */

static int attach(struct iommu_domain **out_domain)
{
	struct iommu_domain *domain = iommu_paging_domain_alloc(bench.dev);
	int ret;

	if (IS_ERR(domain))
		return PTR_ERR(domain);
	ret = iommu_attach_device(domain, bench.dev);
	if (ret)
		iommu_domain_free(domain);
	else
		*out_domain = domain;
	return ret;
}

static void end_pair(void)
{
	iommu_detach_device(bench.domain, bench.dev);
	iommu_domain_free(bench.domain);
}

static int begin_pair(void)
{
	return attach(&bench.domain);
}

/* A domain knows its sizes once somebody was in it. */
static int begin_floor(void)
{
	int ret = attach(&bench.spare);

	if (ret)
		return ret;
	iommu_detach_device(bench.spare, bench.dev);
	ret = begin_pair();
	if (ret)
		iommu_domain_free(bench.spare);
	return ret;
}

static void end_floor(void)
{
	end_pair();
	iommu_domain_free(bench.spare);
}

/* A file. */
static const struct row {
	const char *name;
	int (*begin)(void);
	void (*end)(void);
	unsigned int steps;
	struct {
		const char *name;
		int (*run)(void);
	} step[3];
} rows[] = {
	{ "pair", begin_pair, end_pair, 1, { { "pair", run_pair } } },
	{ "dma", NULL, NULL, 1, { { "dma", run_dma } } },
	{ "floor", begin_floor, end_floor, 3, {
		{ "floor.pair", run_pair },
		{ "floor.kicks", run_kicks },
		{ "floor.driver", run_driver },
	} },
};

/*
 * Measuring
 */

/* Samples are in the order in which they were taken. */
struct result {
	const struct row *row;
	u16 answers;
	unsigned int count;
	u64 ns[] __counted_by(count);
};

static u16 used_index(void)
{
	const struct vring *vring = virtqueue_get_vring(bench.vq);

	return virtio16_to_cpu(bench.vdev, READ_ONCE(vring->used->idx));
}

static int take_samples(struct result *result)
{
	const struct row *row = result->row;
	unsigned int i;
	int ret = 0;
	u16 before;

	for (i = 0; i < WARM_UP * row->steps && !ret; i++)
		ret = row->step[i % row->steps].run();
	before = used_index();
	for (i = 0; i < result->count && !ret; i++) {
		u64 begin = ktime_get_ns();

		ret = row->step[i % row->steps].run();
		result->ns[i] = ktime_get_ns() - begin;
	}
	result->answers = used_index() - before;
	return ret;
}

static int measure(struct result *result)
{
	int ret;

	guard(mutex)(&measuring);
	if (result->row->begin) {
		ret = result->row->begin();
		if (ret)
			return ret;
	}
	ret = take_samples(result);
	if (result->row->end)
		result->row->end();
	return ret;
}

static int result_show(struct seq_file *m, void *unused)
{
	const struct result *result = m->private;
	const struct row *row = result->row;
	unsigned int i;

	for (i = 0; i < result->count; i++)
		seq_printf(m, "%s %llu\n", row->step[i % row->steps].name,
			   result->ns[i]);
	seq_printf(m, "%s.answers %u\n", row->name, result->answers);
	return 0;
}

static int result_open(struct inode *inode, struct file *file)
{
	unsigned int samples = clamp(READ_ONCE(count), 1U, MAX_COUNT);
	const struct row *row = inode->i_private;
	struct result *result;
	int ret;

	samples *= row->steps;
	result = kvzalloc(struct_size(result, ns, samples), GFP_KERNEL);
	if (!result)
		return -ENOMEM;
	result->row = row;
	result->count = samples;
	ret = measure(result);
	if (!ret)
		ret = single_open_size(file, result_show, result,
				       (samples + 1) * LINE_BYTES);
	if (ret)
		kvfree(result);
	return ret;
}

static int result_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;

	kvfree(m->private);
	return single_release(inode, file);
}

static const struct file_operations result_fops = {
	.owner = THIS_MODULE,
	.open = result_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = result_release,
};

/*
 * The device
 */

static int is_virtio(struct device *dev, void *unused)
{
	return !strcmp(dev->bus->name, "virtio");
}

/* The only one, on PCI; the reference keeps it until remove. */
static int find_iommu(void)
{
	struct pci_dev *pdev = pci_get_device(0x1af4, 0x1040 + 23, NULL);
	struct device *dev;

	if (!pdev)
		return -ENODEV;
	dev = device_find_child(&pdev->dev, NULL, is_virtio);
	pci_dev_put(pdev);
	if (!dev)
		return -ENODEV;
	bench.vdev = dev_to_virtio(dev);
	bench.vq = list_first_entry_or_null(&bench.vdev->vqs, struct virtqueue,
					    list);
	if (bench.vq)
		return 0;
	put_device(dev);
	return -ENODEV;
}

static int bench_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	unsigned int i;
	int ret;

	if (bench.dev)
		return -EBUSY;
	ret = dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(64));
	if (ret)
		return ret;
	ret = find_iommu();
	if (ret)
		return ret;
	bench.page = (void *)get_zeroed_page(GFP_KERNEL);
	if (!bench.page) {
		put_device(&bench.vdev->dev);
		return -ENOMEM;
	}
	bench.dev = &pdev->dev;
	bench.dir = debugfs_create_dir("bench_iommu", NULL);
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		debugfs_create_file(rows[i].name, 0400, bench.dir,
				    (void *)&rows[i], &result_fops);
	return 0;
}

static void bench_remove(struct pci_dev *pdev)
{
	debugfs_remove(bench.dir);
	free_page((unsigned long)bench.page);
	put_device(&bench.vdev->dev);
	memset(&bench, 0, sizeof(bench));
}

static const struct pci_device_id bench_ids[] = {
	{ PCI_DEVICE(0x1b36, 0x0005) }, /* pci-testdev */
	{ 0 },
};
MODULE_DEVICE_TABLE(pci, bench_ids);

static struct pci_driver bench_driver = {
	.name = "bench_iommu",
	.id_table = bench_ids,
	.probe = bench_probe,
	.remove = bench_remove,
};
module_pci_driver(bench_driver);

MODULE_DESCRIPTION("Times mappings of an IOMMU, for benchmarks");
MODULE_LICENSE("GPL");
