/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vds.h - how a device type plugs into vdpa_soft.
 *
 * A device type (GPU, IOMMU) describes itself once in a struct
 * vds_device_type, embeds struct vds_device as the first member of its own
 * struct, and gets its requests as chains (chain.h). The core does every vDPA
 * operation: status, features, queues, rings, guest memory, interrupts.
 *
 * A queue is served by one context at a time. That may be the notifying
 * thread itself (VDS_ATOMIC: the vCPU's exit, interrupts off, nothing may
 * sleep) or the queue's own thread (VDS_THREAD). So a type needs no lock
 * against itself on one queue, only between its queues and against the host's
 * own requests.
 */
#ifndef _VDS_H
#define _VDS_H

#include <linux/types.h>
#include <linux/vdpa.h>

struct dentry;
struct vds_chain;
struct vds_core;
struct vds_device;
struct vds_dma;

/**
 * enum vds_context - where a chain is being served
 * @VDS_ATOMIC: inside kick_vq; must neither sleep nor take long
 * @VDS_THREAD: the queue's thread; may sleep, allocations that carry
 *	__GFP_ACCOUNT are charged to the VMM's memory cgroup
 */
enum vds_context {
	VDS_ATOMIC,
	VDS_THREAD,
};

/**
 * enum vds_verdict - what became of a chain
 * @VDS_DONE: the handler completed the chain or keeps it and will
 * @VDS_DEFER: only from VDS_ATOMIC: nothing was done that a second call would
 *	not do again; the core rewinds the chain and hands it to the thread
 */
enum vds_verdict {
	VDS_DONE,
	VDS_DEFER,
};

/**
 * struct vds_queue_type - one virtqueue of a device type
 * @name: for logs and debugfs
 * @serve: handles one chain; called by one context at a time per queue
 * @inline_budget: chains that one kick may serve in VDS_ATOMIC before the rest
 *	goes to the thread; 0: every chain goes to the thread
 * @forget: the queue was disabled or is being reset, and its ring belongs to
 *	the driver again: completes the chains that are kept, and what was on its
 *	way into one is over after return. The queue is quiet. May sleep, must
 *	not fail. Optional
 */
struct vds_queue_type {
	const char *name;
	enum vds_verdict (*serve)(struct vds_device *vds,
				  struct vds_chain *chain,
				  enum vds_context context);
	unsigned int inline_budget;
	void (*forget)(struct vds_device *vds);
};

/**
 * struct vds_device_type - what a device type tells the core
 * @owner: module that must stay while a driver is at work, THIS_MODULE
 * @virtio_id: virtio device ID
 * @nvqs: number of virtqueues, rows of @queues
 * @queues: one row per virtqueue
 * @config_size: bytes of config space
 * @get_config: copies config bytes [offset, offset + len) to @buf, both within
 *	@config_size. Process context
 * @set_config: the guest wrote these bytes; must act only on writable fields,
 *	since a VMM may write the whole space back (BASE-09). Process context
 * @reset: the driver is gone; all queues are quiet and stay so until it
 *	returns. Drops everything the guest made (BASE-05). May sleep, must not
 *	fail. The core has already ended VDS_ATOMIC and VDS_THREAD service
 * @revoke: [@iova, @last] is no longer guest memory: nothing of it may be
 *	touched after return (BASE-16). May sleep. Optional
 * @closed: the VMM has closed the device: what survives a reset is as it was
 *	when the device was made. After @reset. May sleep, must not fail. Optional
 * @release: the last reference is gone; frees what the type allocated. Accepts
 *	a device that was never registered
 */
struct vds_device_type {
	struct module *owner;
	u32 virtio_id;
	unsigned int nvqs;
	const struct vds_queue_type *queues;
	size_t config_size;

	void (*get_config)(struct vds_device *vds, unsigned int offset,
			   void *buf, unsigned int len);
	void (*set_config)(struct vds_device *vds, unsigned int offset,
			   const void *buf, unsigned int len);
	void (*reset)(struct vds_device *vds);
	void (*revoke)(struct vds_device *vds, u64 iova, u64 last);
	void (*closed)(struct vds_device *vds);
	void (*release)(struct vds_device *vds);
};

/**
 * struct vds_device - the core's part of a device
 * @vdpa: what the vdpa bus knows; its release frees the whole device
 * @type: what the device type told us
 * @core: private to vdpa_soft
 *
 * First member of a device type's own struct.
 */
struct vds_device {
	struct vdpa_device vdpa;
	const struct vds_device_type *type;
	struct vds_core *core;
};

/* Features that the core itself serves; added to every device's offer. */
#define VDS_CORE_FEATURES					\
	(BIT_ULL(VIRTIO_F_VERSION_1) |				\
	 BIT_ULL(VIRTIO_F_ACCESS_PLATFORM) |			\
	 BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC) |			\
	 BIT_ULL(VIRTIO_RING_F_EVENT_IDX))

/**
 * vds_device_alloc() - make an unpublished device
 * @type: the device type, must outlive the device
 * @size: bytes of the type's own struct, which begins with struct vds_device;
 *	zeroed apart from that member
 * @mdev: management device that asked for it
 * @name: name on the vdpa bus
 * @features: device feature bits to offer besides VDS_CORE_FEATURES; constant
 *	from now on, no prerequisite may be missing (BASE-02)
 *
 * Until vds_device_register() succeeds, drop it with vds_device_put().
 *
 * Return: the device or an ERR_PTR.
 */
struct vds_device *vds_device_alloc(const struct vds_device_type *type,
				    size_t size, struct vdpa_mgmt_dev *mdev,
				    const char *name, u64 features);

/**
 * vds_device_set_endpoint() - put a device behind an IOMMU
 * @vds: not yet registered, ready for its type's revoke()
 * @iommu: name of the IOMMU's device, which may come later and go earlier
 * @id: number of the endpoint that the device is there
 *
 * From now on every address of its driver is translated, and none leads
 * anywhere while there is no such IOMMU.
 *
 * Return: 0 or a negative errno.
 */
int vds_device_set_endpoint(struct vds_device *vds, const char *iommu, u32 id);

/**
 * vds_driver_is_valid() - can a device be for that bus driver only?
 * @driver: "vhost_vdpa", "virtio_vdpa", or "" for any
 *
 * Return: true if so.
 */
bool vds_driver_is_valid(const char *driver);

/**
 * vds_device_choose_features() - what of a configuration is to be offered
 * @can: device feature bits that the configuration allows
 * @attrs: of a mgmtdev's dev_add; "device_features" of the vdpa tool may narrow
 *	the offer, but not that of VDS_CORE_FEATURES
 * @out_features: for vds_device_alloc()
 *
 * Return: 0, or -EINVAL if bits are asked for that there are not.
 */
int vds_device_choose_features(u64 can, const struct vdpa_dev_set_config *attrs,
			       u64 *out_features);

/**
 * vds_device_register() - put a finished device on the vdpa bus
 * @vds: from vds_device_alloc(), everything of the type in place
 * @driver: name of the only bus driver that may bind ("vhost_vdpa",
 *	"virtio_vdpa"), or NULL for the first that comes
 *
 * Drivers probe, and so call into the type, before it returns. The caller is
 * a mgmtdev's dev_add, which holds the bus's lock.
 *
 * Return: 0, -EEXIST for a used name, or another negative errno.
 */
int vds_device_register(struct vds_device *vds, const char *driver);

/**
 * vds_device_unregister() - take a device off the bus
 * @vds: a registered device; gone for the caller afterwards
 *
 * Waits until the VMM has closed it. The caller is a mgmtdev's dev_del.
 */
void vds_device_unregister(struct vds_device *vds);

/**
 * vds_device_put() - drop a device that was never registered
 * @vds: from vds_device_alloc(); freed on return, through @type->release
 */
void vds_device_put(struct vds_device *vds);

/**
 * vds_device_name() - name on the vdpa bus
 * @vds: any device
 */
const char *vds_device_name(const struct vds_device *vds);

/**
 * vds_device_features() - what the driver accepted
 * @vds: any device
 *
 * Any context. 0 before the driver has said and after reset.
 */
u64 vds_device_features(const struct vds_device *vds);

/**
 * vds_device_driver_ok() - is a driver at work
 * @vds: any device
 *
 * Any context.
 */
bool vds_device_driver_ok(const struct vds_device *vds);

/**
 * vds_device_dma() - the device's door to guest memory, see dma.h
 * @vds: any device
 */
struct vds_dma *vds_device_dma(struct vds_device *vds);

/**
 * vds_device_config_changed() - tell the driver that config space changed
 * @vds: any device
 *
 * Bumps the generation (BASE-08) and raises a config interrupt if DRIVER_OK is
 * set. Any context: the interrupt leaves through irq_work.
 */
void vds_device_config_changed(struct vds_device *vds);

/**
 * vds_device_fail() - the device cannot go on without a reset
 * @vds: any device
 * @why: one line for the log, what the user can do about it
 *
 * Sets DEVICE_NEEDS_RESET, stops all queues and raises a config interrupt
 * (BASE-06). Any context. Logged once until the next reset.
 */
void vds_device_fail(struct vds_device *vds, const char *why);

#endif /* _VDS_H */
