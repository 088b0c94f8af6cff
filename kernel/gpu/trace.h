/* SPDX-License-Identifier: GPL-2.0-only */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vdpa_gpu

#if !defined(_VDGPU_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _VDGPU_TRACE_H

#include <linux/tracepoint.h>

#include "cmd.h"
#include "vdgpu.h"

#define show_queue(queue)				\
	__print_symbolic(queue,				\
			 { VDGPU_QUEUE_CONTROL, "control" },	\
			 { VDGPU_QUEUE_CURSOR, "cursor" })

/*
 * A command that turns out not to be one for VDS_ATOMIC begins a second time,
 * in the thread, before it ends.
 */
TRACE_EVENT(vdgpu_cmd_begin,
	TP_PROTO(const struct vdgpu_call *call),
	TP_ARGS(call),
	TP_STRUCT__entry(
		__string(device, vds_device_name(&call->gpu->vds))
		__field(unsigned int, queue)
		__field(bool, atomic)
		__field(u32, type)
		__field(u32, flags)
		__field(u64, fence)
	),
	TP_fast_assign(
		__assign_str(device);
		__entry->queue = call->queue;
		__entry->atomic = call->context == VDS_ATOMIC;
		__entry->type = le32_to_cpu(call->request.hdr.type);
		__entry->flags = le32_to_cpu(call->request.hdr.flags);
		__entry->fence = le64_to_cpu(call->request.hdr.fence_id);
	),
	TP_printk("%s %s type=0x%04x flags=0x%x fence=%llu%s",
		  __get_str(device), show_queue(__entry->queue),
		  __entry->type, __entry->flags, __entry->fence,
		  __entry->atomic ? " inline" : "")
);

TRACE_EVENT(vdgpu_cmd_end,
	TP_PROTO(const struct vdgpu_call *call, u32 response),
	TP_ARGS(call, response),
	TP_STRUCT__entry(
		__string(device, vds_device_name(&call->gpu->vds))
		__field(unsigned int, queue)
		__field(u32, type)
		__field(u32, response)
		__field(u64, fence)
	),
	TP_fast_assign(
		__assign_str(device);
		__entry->queue = call->queue;
		__entry->type = le32_to_cpu(call->request.hdr.type);
		__entry->response = response;
		__entry->fence = le64_to_cpu(call->request.hdr.fence_id);
	),
	TP_printk("%s %s type=0x%04x response=0x%04x fence=%llu",
		  __get_str(device), show_queue(__entry->queue),
		  __entry->type, __entry->response, __entry->fence)
);

#endif /* _VDGPU_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
