// SPDX-License-Identifier: GPL-2.0-only
/*
 * One request: descriptors in, bytes out.
 *
 * The ring layout adds the descriptors, each copied from guest memory exactly
 * once, and the rules that hold for any layout are checked here: readable
 * before writable, no wrap-around, not too many. After that a chain is two
 * streams of bytes with a cursor each.
 */
#include "chain_private.h"

#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "dma.h"

static struct kmem_cache *chain_cache;

int vds_chain_cache_init(void)
{
	chain_cache = KMEM_CACHE(vds_chain, SLAB_ACCOUNT);
	return chain_cache ? 0 : -ENOMEM;
}

void vds_chain_cache_exit(void)
{
	kmem_cache_destroy(chain_cache);
}

struct vds_chain *vds_chain_alloc(struct vds_dma *dma,
				  enum vds_context context)
{
	gfp_t gfp = context == VDS_ATOMIC ? GFP_NOWAIT | __GFP_NOWARN :
					    GFP_KERNEL;
	struct vds_chain *chain;

	chain = kmem_cache_alloc(chain_cache, gfp);
	if (!chain)
		return NULL;
	/* Not the inline segments: most of the struct, written before read. */
	memset(chain, 0, offsetof(struct vds_chain, inline_segs));
	chain->dma = dma;
	chain->context = context;
	chain->segs = chain->inline_segs;
	chain->max_segs = VDS_CHAIN_INLINE_SEGS;
	return chain;
}

void vds_chain_free(struct vds_chain *chain)
{
	if (!chain)
		return;
	/* kfree(), not kvfree(): the last user may be atomic. */
	if (chain->segs != chain->inline_segs)
		kfree(chain->segs);
	kmem_cache_free(chain_cache, chain);
}

static int grow(struct vds_chain *chain)
{
	struct vds_seg *segs;

	if (chain->max_segs >= VDS_CHAIN_MAX_SEGS)
		return -EINVAL;
	if (chain->context == VDS_ATOMIC)
		return -EAGAIN;

	segs = kmalloc_array(chain->max_segs * 4, sizeof(*segs),
			     GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!segs)
		return -ENOMEM;
	memcpy(segs, chain->segs, chain->nr_segs * sizeof(*segs));
	if (chain->segs != chain->inline_segs)
		kfree(chain->segs);
	chain->segs = segs;
	chain->max_segs *= 4;
	return 0;
}

int vds_chain_add(struct vds_chain *chain, u64 iova, u32 len, bool writable)
{
	u64 end;
	int ret;

	if (!writable && chain->nr_segs != chain->nr_readable)
		return -EINVAL;
	/* The last byte of the address space may be used, not the one after. */
	if (len && check_add_overflow(iova, (u64)len - 1, &end))
		return -EINVAL;
	if (chain->nr_segs == chain->max_segs) {
		ret = grow(chain);
		if (ret)
			return ret;
	}

	chain->segs[chain->nr_segs++] = (struct vds_seg){ iova, len };
	if (writable) {
		chain->writable += len;
	} else {
		chain->nr_readable++;
		chain->readable += len;
	}
	return 0;
}

void vds_chain_rewind(struct vds_chain *chain)
{
	chain->in = (struct vds_cursor){ .left = chain->readable };
	chain->out = (struct vds_cursor){
		.seg = chain->nr_readable,
		.left = chain->writable,
	};
	chain->pushed = 0;
	chain->torn = false;
}

size_t vds_chain_readable(const struct vds_chain *chain)
{
	return chain->in.left;
}
EXPORT_SYMBOL_GPL(vds_chain_readable);

size_t vds_chain_writable(const struct vds_chain *chain)
{
	return chain->out.left;
}
EXPORT_SYMBOL_GPL(vds_chain_writable);

/* The bytes that the cursor can give in one piece, at most @len, not 0. */
static u32 front(const struct vds_chain *chain, struct vds_cursor *cursor,
		 size_t len, u64 *out_iova)
{
	while (cursor->offset == chain->segs[cursor->seg].len) {
		cursor->seg++;
		cursor->offset = 0;
	}
	*out_iova = chain->segs[cursor->seg].iova + cursor->offset;
	return min_t(size_t, len, chain->segs[cursor->seg].len - cursor->offset);
}

static void advance(struct vds_cursor *cursor, u32 n)
{
	cursor->offset += n;
	cursor->left -= n;
}

int vds_chain_pull(struct vds_chain *chain, void *buf, size_t len)
{
	if (len > chain->in.left)
		return -EMSGSIZE;

	while (len) {
		u64 iova;
		u32 n = front(chain, &chain->in, len, &iova);
		int ret = vds_dma_read(chain->dma, iova, buf, n);

		if (ret)
			return ret;
		advance(&chain->in, n);
		buf += n;
		len -= n;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(vds_chain_pull);

int vds_chain_push(struct vds_chain *chain, const void *buf, size_t len)
{
	if (len > chain->out.left)
		return -EMSGSIZE;
	/* Nothing counts behind a hole, see @pushed. */
	if (chain->torn)
		return -EFAULT;

	while (len) {
		u64 iova;
		u32 n = front(chain, &chain->out, len, &iova);
		int ret = vds_dma_write(chain->dma, iova, buf, n);

		if (ret) {
			chain->torn = true;
			return ret;
		}
		advance(&chain->out, n);
		chain->pushed += n;
		buf += n;
		len -= n;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(vds_chain_push);
