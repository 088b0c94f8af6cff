/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints of the core: /sys/kernel/tracing/events/vdpa_soft/. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vdpa_soft

#if !defined(_VDS_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _VDS_TRACE_H

#include <linux/tracepoint.h>

#include "chain_private.h"
#include "core.h"

TRACE_EVENT(vds_kick,
	TP_PROTO(const struct vds_vq *vq, bool begin),
	TP_ARGS(vq, begin),
	TP_STRUCT__entry(
		__string(name, vds_device_name(vq->core->vds))
		__field(u16, index)
		__field(bool, begin)
	),
	TP_fast_assign(
		__assign_str(name);
		__entry->index = vq->index;
		__entry->begin = begin;
	),
	TP_printk("%s vq=%u %s", __get_str(name), __entry->index,
		  __entry->begin ? "serve" : "already serving")
);

TRACE_EVENT(vds_take,
	TP_PROTO(const struct vds_vq *vq, const struct vds_chain *chain),
	TP_ARGS(vq, chain),
	TP_STRUCT__entry(
		__string(name, vds_device_name(vq->core->vds))
		__field(u16, index)
		__field(u16, head)
		__field(u32, segs)
		__field(u64, readable)
		__field(u64, writable)
	),
	TP_fast_assign(
		__assign_str(name);
		__entry->index = vq->index;
		__entry->head = chain->head;
		__entry->segs = chain->nr_segs;
		__entry->readable = chain->readable;
		__entry->writable = chain->writable;
	),
	TP_printk("%s vq=%u head=%u segs=%u readable=%llu writable=%llu",
		  __get_str(name), __entry->index, __entry->head,
		  __entry->segs, __entry->readable, __entry->writable)
);

TRACE_EVENT(vds_complete,
	TP_PROTO(const struct vds_vq *vq, const struct vds_chain *chain,
		 u64 latency),
	TP_ARGS(vq, chain, latency),
	TP_STRUCT__entry(
		__string(name, vds_device_name(vq->core->vds))
		__field(u16, index)
		__field(u16, head)
		__field(u32, pushed)
		__field(bool, inlined)
		__field(u64, latency)
	),
	TP_fast_assign(
		__assign_str(name);
		__entry->index = vq->index;
		__entry->head = chain->head;
		__entry->pushed = chain->pushed;
		__entry->inlined = chain->context == VDS_ATOMIC;
		__entry->latency = latency;
	),
	TP_printk("%s vq=%u head=%u len=%u %s latency_ns=%llu",
		  __get_str(name), __entry->index, __entry->head,
		  __entry->pushed, __entry->inlined ? "inline" : "thread",
		  __entry->latency)
);

TRACE_EVENT(vds_signal,
	TP_PROTO(const struct vds_vq *vq),
	TP_ARGS(vq),
	TP_STRUCT__entry(
		__string(name, vds_device_name(vq->core->vds))
		__field(u16, index)
	),
	TP_fast_assign(
		__assign_str(name);
		__entry->index = vq->index;
	),
	TP_printk("%s vq=%u", __get_str(name), __entry->index)
);

TRACE_EVENT(vds_status,
	TP_PROTO(const char *name, u8 status),
	TP_ARGS(name, status),
	TP_STRUCT__entry(
		__string(name, name)
		__field(u8, status)
	),
	TP_fast_assign(
		__assign_str(name);
		__entry->status = status;
	),
	TP_printk("%s status=%#x", __get_str(name), __entry->status)
);

TRACE_EVENT(vds_fail,
	TP_PROTO(const char *name, const char *why),
	TP_ARGS(name, why),
	TP_STRUCT__entry(
		__string(name, name)
		__string(why, why)
	),
	TP_fast_assign(
		__assign_str(name);
		__assign_str(why);
	),
	TP_printk("%s %s", __get_str(name), __get_str(why))
);

TRACE_EVENT(vds_map,
	TP_PROTO(const char *name, u64 iova, u64 size, u32 perm),
	TP_ARGS(name, iova, size, perm),
	TP_STRUCT__entry(
		__string(name, name)
		__field(u64, iova)
		__field(u64, size)
		__field(u32, perm)
	),
	TP_fast_assign(
		__assign_str(name);
		__entry->iova = iova;
		__entry->size = size;
		__entry->perm = perm;
	),
	TP_printk("%s iova=%#llx size=%#llx perm=%u", __get_str(name),
		  __entry->iova, __entry->size, __entry->perm)
);

TRACE_EVENT(vds_unmap,
	TP_PROTO(const char *name, u64 iova, u64 size),
	TP_ARGS(name, iova, size),
	TP_STRUCT__entry(
		__string(name, name)
		__field(u64, iova)
		__field(u64, size)
	),
	TP_fast_assign(
		__assign_str(name);
		__entry->iova = iova;
		__entry->size = size;
	),
	TP_printk("%s iova=%#llx size=%#llx", __get_str(name), __entry->iova,
		  __entry->size)
);

#endif /* _VDS_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
