// SPDX-License-Identifier: GPL-2.0-only
/* A device IOTLB's other side: see iotlb.h for what happens to a piece. */
#include "iotlb.h"

#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/interval_tree_generic.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/vhost_types.h>
#include <linux/virtio_iommu.h>

#include <linux/vdpa_iommu.h>

#include "domain.h"
#include "endpoint.h"
#include "iotlb_mem.h"

enum state {
	ANSWER,		/* in pieces and answers */
	HANDED,		/* in pieces and handed */
	REVOKED,	/* in revoked */
	SENT,		/* in sent */
	FAILURE,	/* in answers: there is nothing at @start */
};

/**
 * struct piece - a part of the address space as the device sees it
 * @link: in the list of its state
 * @rb: in vdiommu_iotlb.pieces
 * @subtree_last: of the tree
 * @start: first address
 * @last: last address
 * @uaddr: where @start is for the device's owner
 * @perm: VHOST_ACCESS_*
 * @state: says where it is
 * @known: the device has been told
 * @serial: of REVOKED and SENT
 */
struct piece {
	struct list_head link;
	struct rb_node rb;
	u64 subtree_last;
	u64 start;
	u64 last;
	u64 uaddr;
	u8 perm;
	enum state state;
	bool known;
	u64 serial;
};

#define START(piece)	((piece)->start)
#define LAST(piece)	((piece)->last)

INTERVAL_TREE_DEFINE(struct piece, rb, u64, subtree_last, START, LAST,
		     static inline __maybe_unused, tree)

static struct piece *oldest(struct list_head *list)
{
	return list_first_entry_or_null(list, struct piece, link);
}

static void wake_readers(struct irq_work *work)
{
	struct vdiommu_iotlb *iotlb = container_of(work, struct vdiommu_iotlb,
						   work);

	/* Those who wait for an error only, too. */
	wake_up_interruptible(&iotlb->readers);
}

/*
 * Taking away
 */

static void forget(struct vdiommu_iotlb *iotlb, struct piece *piece)
{
	lockdep_assert_held(&iotlb->lock);
	list_del(&piece->link);
	iotlb->count--;
	kfree(piece);
	/* There is room again. */
	irq_work_queue(&iotlb->work);
}

/* It is in @pieces. */
static void revoke_piece(struct vdiommu_iotlb *iotlb, struct piece *piece)
{
	lockdep_assert_held(&iotlb->lock);
	tree_remove(piece, &iotlb->pieces);
	if (!piece->known) {
		forget(iotlb, piece);
		return;
	}
	piece->state = REVOKED;
	piece->serial = ++iotlb->serial;
	iotlb->since = jiffies;
	list_move_tail(&piece->link, &iotlb->revoked);
	irq_work_queue(&iotlb->work);
}

static void revoke_range(struct vdiommu_iotlb *iotlb, u64 start, u64 last)
{
	struct piece *piece;

	lockdep_assert_held(&iotlb->lock);
	if (start <= iotlb->asked && iotlb->asked <= last)
		iotlb->stale = true;
	while ((piece = tree_iter_first(&iotlb->pieces, start, last)))
		revoke_piece(iotlb, piece);
}

/* Is there nothing up to @serial that the device may still use? */
static bool has_let_go(struct vdiommu_iotlb *iotlb, u64 serial)
{
	const struct piece *revoked = oldest(&iotlb->revoked);
	const struct piece *sent = oldest(&iotlb->sent);

	lockdep_assert_held(&iotlb->lock);
	return (!revoked || revoked->serial > serial) &&
	       (!sent || sent->serial > serial);
}

static bool try_revoke(struct vds_endpoint_user *user, u64 iova, u64 last)
{
	struct vdiommu_iotlb *iotlb = container_of(user, struct vdiommu_iotlb,
						   user);
	unsigned long flags;
	bool done;

	spin_lock_irqsave(&iotlb->lock, flags);
	revoke_range(iotlb, iova, last);
	done = has_let_go(iotlb, iotlb->serial);
	spin_unlock_irqrestore(&iotlb->lock, flags);
	return done;
}

static bool is_over(struct vdiommu_iotlb *iotlb, u64 serial)
{
	bool over;

	spin_lock_irq(&iotlb->lock);
	over = has_let_go(iotlb, serial);
	spin_unlock_irq(&iotlb->lock);
	return over;
}

/*
 * Nothing goes through it any more, and nothing is waited for. Returns how
 * many pieces the device may still be using that it was told not to.
 */
static unsigned int cut_off(struct vdiommu_iotlb *iotlb)
{
	struct piece *piece, *next;
	unsigned int left = 0;
	LIST_HEAD(all);

	spin_lock_irq(&iotlb->lock);
	list_splice_init(&iotlb->revoked, &all);
	list_splice_init(&iotlb->sent, &all);
	list_for_each_entry(piece, &all, link)
		left++;
	list_splice_init(&iotlb->answers, &all);
	list_splice_init(&iotlb->handed, &all);
	iotlb->pieces = RB_ROOT_CACHED;
	iotlb->count = 0;
	iotlb->broken = true;
	if (left && iotlb->unconfirmed)
		atomic64_inc(iotlb->unconfirmed);
	spin_unlock_irq(&iotlb->lock);

	wake_up_all(&iotlb->revokers);
	irq_work_queue(&iotlb->work);
	list_for_each_entry_safe(piece, next, &all, link)
		kfree(piece);
	return left;
}

static void revoke(struct vds_endpoint_user *user, u64 iova, u64 last)
{
	struct vdiommu_iotlb *iotlb = container_of(user, struct vdiommu_iotlb,
						   user);
	unsigned long until, now = jiffies;
	unsigned int left;
	u64 serial;

	spin_lock_irq(&iotlb->lock);
	revoke_range(iotlb, iova, last);
	serial = iotlb->serial;
	until = iotlb->since + iotlb->patience;
	spin_unlock_irq(&iotlb->lock);

	if (wait_event_timeout(iotlb->revokers, is_over(iotlb, serial),
			       time_after(until, now) ? until - now : 1))
		return;
	left = cut_off(iotlb);
	if (left)
		dev_warn_ratelimited(iotlb->dev, "endpoint %u: cut off, %u invalidations were not acknowledged\n",
				     iotlb->id, left);
}

/*
 * Answering
 */

static void ask(struct vdiommu_iotlb *iotlb, u64 iova)
{
	spin_lock_irq(&iotlb->lock);
	iotlb->asked = iova;
	iotlb->stale = false;
	spin_unlock_irq(&iotlb->lock);
}

static u8 perm_of(u32 flags)
{
	return (flags & VIRTIO_IOMMU_MAP_F_READ ? VHOST_ACCESS_RO : 0) |
	       (flags & VIRTIO_IOMMU_MAP_F_WRITE ? VHOST_ACCESS_WO : 0);
}

/* As much of what was found around @iova as lies in one region. */
static void fit(struct piece *piece, u64 iova,
		const struct vdiommu_piece *found,
		const struct vdpa_iommu_mem_region *region)
{
	u64 gpa = found->gpa + (iova - found->range.start);
	u64 before = min(iova - found->range.start, gpa - region->gpa);
	u64 after = min(found->range.last - iova,
			region->size - 1 - (gpa - region->gpa));

	piece->state = ANSWER;
	piece->start = iova - before;
	piece->last = iova + after;
	piece->uaddr = region->uaddr + (gpa - before - region->gpa);
	piece->perm = perm_of(found->flags);
}

/* A failure, if there is nothing, or not what it is to be used for. */
static void translate(struct vdiommu_iotlb *iotlb, struct vdiommu_endpoint *ep,
		      u64 iova, u8 perm, struct piece *piece)
{
	const struct vdpa_iommu_mem_region *region;
	struct vdiommu_piece found;

	lockdep_assert_held(&iotlb->asking);
	piece->state = FAILURE;
	piece->start = iova;
	piece->last = iova;
	piece->perm = perm;
	if (perm & VHOST_ACCESS_RO &&
	    vdiommu_endpoint_look(ep, iova, false, &found))
		return;
	if (perm & VHOST_ACCESS_WO &&
	    vdiommu_endpoint_look(ep, iova, true, &found))
		return;
	region = vdiommu_iotlb_mem_find(iotlb->mem, found.gpa +
					(iova - found.range.start));
	if (region)
		fit(piece, iova, &found, region);
}

/* The device asks again for what it has, or will find in the stream. */
static bool answer_again(struct vdiommu_iotlb *iotlb, u64 iova)
{
	struct piece *piece = tree_iter_first(&iotlb->pieces, iova, iova);

	lockdep_assert_held(&iotlb->lock);
	if (!piece)
		return false;
	if (piece->state == HANDED) {
		piece->state = ANSWER;
		list_move_tail(&piece->link, &iotlb->answers);
	}
	return true;
}

/* Takes *@piece if it returns 0 and sets it to NULL. */
static int put(struct vdiommu_iotlb *iotlb, u64 iova, struct piece **piece)
{
	struct piece *old;

	lockdep_assert_held(&iotlb->lock);
	if (iotlb->broken)
		return -EPIPE;
	if ((*piece)->state == ANSWER) {
		if (iotlb->stale)
			return -EAGAIN;
		if (answer_again(iotlb, iova))
			return 0;
	}
	if (iotlb->count >= VDIOMMU_IOTLB_MAX) {
		old = oldest(&iotlb->handed);
		if (old && list_empty(&iotlb->revoked) &&
		    list_empty(&iotlb->sent))
			revoke_piece(iotlb, old);
		return -EAGAIN;
	}
	if ((*piece)->state == ANSWER)
		tree_insert(*piece, &iotlb->pieces);
	list_add_tail(&(*piece)->link, &iotlb->answers);
	iotlb->count++;
	*piece = NULL;
	return 0;
}

int vdiommu_iotlb_miss(struct vdiommu_iotlb *iotlb, struct vdiommu_endpoint *ep,
		       u64 iova, u8 perm)
{
	struct piece *piece;
	int err;

	if (!perm || perm & ~VHOST_ACCESS_RW)
		return -EINVAL;
	piece = kzalloc(sizeof(*piece), GFP_KERNEL_ACCOUNT);
	if (!piece)
		return -ENOMEM;

	mutex_lock(&iotlb->asking);
	ask(iotlb, iova);
	translate(iotlb, ep, iova, perm, piece);
	spin_lock_irq(&iotlb->lock);
	err = put(iotlb, iova, &piece);
	spin_unlock_irq(&iotlb->lock);
	mutex_unlock(&iotlb->asking);

	if (!err)
		irq_work_queue(&iotlb->work);
	kfree(piece);
	return err;
}

int vdiommu_iotlb_set_mem(struct vdiommu_iotlb *iotlb,
			  struct vdiommu_iotlb_mem *mem)
{
	int err = 0;

	guard(mutex)(&iotlb->asking);
	spin_lock_irq(&iotlb->lock);
	if (iotlb->broken)
		err = -EPIPE;
	else if (!list_empty(&iotlb->answers))
		err = -EBUSY; /* the device waits for them */
	else
		revoke_range(iotlb, 0, U64_MAX);
	spin_unlock_irq(&iotlb->lock);
	if (err)
		return err;
	vdiommu_iotlb_mem_destroy(iotlb->mem);
	iotlb->mem = mem;
	return 0;
}

/*
 * Reading and acknowledging
 */

static void fill(const struct piece *piece, struct vhost_iotlb_msg *out_msg)
{
	static const u8 types[] = {
		[ANSWER] = VHOST_IOTLB_UPDATE,
		[REVOKED] = VHOST_IOTLB_INVALIDATE,
		[FAILURE] = VHOST_IOTLB_ACCESS_FAIL,
	};

	/* It goes to user space: no byte of it is left out. */
	memset(out_msg, 0, sizeof(*out_msg));
	out_msg->iova = piece->start;
	out_msg->size = piece->last - piece->start + 1;
	out_msg->type = types[piece->state];
	if (piece->state != REVOKED)
		out_msg->perm = piece->perm;
	if (piece->state == ANSWER)
		out_msg->uaddr = piece->uaddr;
}

static void take(struct vdiommu_iotlb *iotlb, struct piece *piece)
{
	lockdep_assert_held(&iotlb->lock);
	switch (piece->state) {
	case ANSWER:
		piece->state = HANDED;
		piece->known = true;
		list_move_tail(&piece->link, &iotlb->handed);
		break;
	case REVOKED:
		piece->state = SENT;
		list_move_tail(&piece->link, &iotlb->sent);
		break;
	default:
		forget(iotlb, piece);
		break;
	}
}

/* What was revoked comes first: an answer may be about the same addresses. */
static struct piece *first_to_read(struct vdiommu_iotlb *iotlb)
{
	lockdep_assert_held(&iotlb->lock);
	return oldest(&iotlb->revoked) ?: oldest(&iotlb->answers);
}

int vdiommu_iotlb_next(struct vdiommu_iotlb *iotlb,
		       struct vhost_iotlb_msg *out_msg)
{
	struct piece *piece;
	int err = 0;

	spin_lock_irq(&iotlb->lock);
	piece = first_to_read(iotlb);
	if (piece) {
		fill(piece, out_msg);
		take(iotlb, piece);
	} else if (iotlb->broken) {
		err = -EPIPE;
	} else {
		err = iotlb->gone ? -ENODEV : -EAGAIN;
	}
	spin_unlock_irq(&iotlb->lock);
	return err;
}

__poll_t vdiommu_iotlb_poll(struct vdiommu_iotlb *iotlb)
{
	__poll_t events = 0;

	spin_lock_irq(&iotlb->lock);
	if (iotlb->broken)
		events = EPOLLERR | EPOLLIN;
	else if (first_to_read(iotlb))
		events = EPOLLIN;
	else if (iotlb->gone)
		events = EPOLLHUP | EPOLLIN;
	if (!iotlb->gone && iotlb->count < VDIOMMU_IOTLB_MAX)
		events |= EPOLLOUT;
	spin_unlock_irq(&iotlb->lock);
	return events;
}

/* They come in the order that they were read in, so this looks at one. */
static struct piece *find_sent(struct vdiommu_iotlb *iotlb, u64 iova, u64 size)
{
	struct piece *piece;

	lockdep_assert_held(&iotlb->lock);
	list_for_each_entry(piece, &iotlb->sent, link)
		if (piece->start == iova &&
		    piece->last - piece->start + 1 == size)
			return piece;
	return NULL;
}

int vdiommu_iotlb_acknowledge(struct vdiommu_iotlb *iotlb, u64 iova, u64 size)
{
	struct piece *piece;
	int err = 0;

	spin_lock_irq(&iotlb->lock);
	piece = find_sent(iotlb, iova, size);
	if (piece)
		forget(iotlb, piece);
	else
		err = iotlb->broken ? -EPIPE : -EINVAL;
	spin_unlock_irq(&iotlb->lock);
	if (!err)
		wake_up_all(&iotlb->revokers);
	return err;
}

/*
 * Life
 */

int vdiommu_iotlb_init(struct vdiommu_iotlb *iotlb, const char *iommu, u32 id,
		       const struct device *dev, atomic64_t *unconfirmed)
{
	*iotlb = (struct vdiommu_iotlb) {
		.user = { .try_revoke = try_revoke, .revoke = revoke },
		.dev = dev,
		.id = id,
		.patience = VDIOMMU_IOTLB_PATIENCE,
		.pieces = RB_ROOT_CACHED,
		.unconfirmed = unconfirmed,
	};
	mutex_init(&iotlb->asking);
	spin_lock_init(&iotlb->lock);
	INIT_LIST_HEAD(&iotlb->answers);
	INIT_LIST_HEAD(&iotlb->handed);
	INIT_LIST_HEAD(&iotlb->revoked);
	INIT_LIST_HEAD(&iotlb->sent);
	init_waitqueue_head(&iotlb->readers);
	init_waitqueue_head(&iotlb->revokers);
	init_irq_work(&iotlb->work, wake_readers);
	iotlb->handle = vds_endpoint_get(iommu, id);
	if (IS_ERR(iotlb->handle))
		return PTR_ERR(iotlb->handle);
	vds_endpoint_join(iotlb->handle, &iotlb->user);
	return 0;
}

/*
 * Whoever revokes may be waiting for us with the endpoint's mutex held, which
 * leaving takes: so let him go first.
 */
void vdiommu_iotlb_finish(struct vdiommu_iotlb *iotlb)
{
	unsigned int left = cut_off(iotlb);

	if (left)
		dev_warn_ratelimited(iotlb->dev, "endpoint %u: closed, %u invalidations were not acknowledged\n",
				     iotlb->id, left);
	vds_endpoint_leave(iotlb->handle, &iotlb->user);
	vds_endpoint_put(iotlb->handle);
	irq_work_sync(&iotlb->work);
	vdiommu_iotlb_mem_destroy(iotlb->mem);
	mutex_destroy(&iotlb->asking);
}

void vdiommu_iotlb_end(struct vdiommu_iotlb *iotlb)
{
	spin_lock_irq(&iotlb->lock);
	iotlb->gone = true;
	iotlb->unconfirmed = NULL;
	revoke_range(iotlb, 0, U64_MAX);
	spin_unlock_irq(&iotlb->lock);
	irq_work_queue(&iotlb->work);
}
