/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints of the IOMMU: /sys/kernel/tracing/events/vdpa_iommu/. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vdpa_iommu

#if !defined(_VDIOMMU_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _VDIOMMU_TRACE_H

#include <linux/tracepoint.h>
#include <linux/virtio_iommu.h>

#include "fault.h"
#include "request.h"
#include "vdiommu.h"

#define show_request(type)					\
	__print_symbolic(type,					\
			 { VIRTIO_IOMMU_T_ATTACH, "ATTACH" },	\
			 { VIRTIO_IOMMU_T_DETACH, "DETACH" },	\
			 { VIRTIO_IOMMU_T_MAP, "MAP" },		\
			 { VIRTIO_IOMMU_T_UNMAP, "UNMAP" },	\
			 { VIRTIO_IOMMU_T_PROBE, "PROBE" })

#define show_status(status)					\
	__print_symbolic(status,				\
			 { VDIOMMU_TOO_MUCH, "deferred" },	\
			 { VIRTIO_IOMMU_S_OK, "OK" },		\
			 { VIRTIO_IOMMU_S_IOERR, "IOERR" },	\
			 { VIRTIO_IOMMU_S_UNSUPP, "UNSUPP" },	\
			 { VIRTIO_IOMMU_S_DEVERR, "DEVERR" },	\
			 { VIRTIO_IOMMU_S_INVAL, "INVAL" },	\
			 { VIRTIO_IOMMU_S_RANGE, "RANGE" },	\
			 { VIRTIO_IOMMU_S_NOENT, "NOENT" },	\
			 { VIRTIO_IOMMU_S_FAULT, "FAULT" },	\
			 { VIRTIO_IOMMU_S_NOMEM, "NOMEM" })

/*
 * A request that is left to the thread is traced twice, first as deferred. What
 * it has no field for is zero.
 */
TRACE_EVENT(vdiommu_request,
	TP_PROTO(const struct vdiommu_device *iommu,
		 const union vdiommu_request *request, bool atomic, int status),
	TP_ARGS(iommu, request, atomic, status),
	TP_STRUCT__entry(
		__string(device, vds_device_name(&iommu->vds))
		__field(u8, type)
		__field(bool, atomic)
		__field(int, status)
		__field(u32, domain)
		__field(u32, endpoint)
		__field(u64, start)
		__field(u64, last)
		__field(u64, gpa)
		__field(u32, flags)
	),
	TP_fast_assign(
		__assign_str(device);
		__entry->type = request->head.type;
		__entry->atomic = atomic;
		__entry->status = status;
		__entry->domain = 0;
		__entry->endpoint = 0;
		__entry->start = 0;
		__entry->last = 0;
		__entry->gpa = 0;
		__entry->flags = 0;
		switch (request->head.type) {
		case VIRTIO_IOMMU_T_ATTACH:
			__entry->domain = le32_to_cpu(request->attach.domain);
			__entry->endpoint =
				le32_to_cpu(request->attach.endpoint);
			__entry->flags = le32_to_cpu(request->attach.flags);
			break;
		case VIRTIO_IOMMU_T_DETACH:
			__entry->domain = le32_to_cpu(request->detach.domain);
			__entry->endpoint =
				le32_to_cpu(request->detach.endpoint);
			break;
		case VIRTIO_IOMMU_T_MAP:
			__entry->domain = le32_to_cpu(request->map.domain);
			__entry->start = le64_to_cpu(request->map.virt_start);
			__entry->last = le64_to_cpu(request->map.virt_end);
			__entry->gpa = le64_to_cpu(request->map.phys_start);
			__entry->flags = le32_to_cpu(request->map.flags);
			break;
		case VIRTIO_IOMMU_T_UNMAP:
			__entry->domain = le32_to_cpu(request->unmap.domain);
			__entry->start = le64_to_cpu(request->unmap.virt_start);
			__entry->last = le64_to_cpu(request->unmap.virt_end);
			break;
		case VIRTIO_IOMMU_T_PROBE:
			__entry->endpoint =
				le32_to_cpu(request->probe.endpoint);
			break;
		}
	),
	TP_printk("%s %s domain=%u endpoint=%u iova=0x%llx-0x%llx gpa=0x%llx flags=0x%x %s%s",
		  __get_str(device), show_request(__entry->type),
		  __entry->domain, __entry->endpoint, __entry->start,
		  __entry->last, __entry->gpa, __entry->flags,
		  show_status(__entry->status), __entry->atomic ? " inline" : "")
);

TRACE_EVENT(vdiommu_fault,
	TP_PROTO(const struct vdiommu_device *iommu,
		 const struct vdiommu_fault *fault, bool dropped),
	TP_ARGS(iommu, fault, dropped),
	TP_STRUCT__entry(
		__string(device, vds_device_name(&iommu->vds))
		__field(u32, endpoint)
		__field(u64, iova)
		__field(bool, write)
		__field(u8, reason)
		__field(bool, dropped)
	),
	TP_fast_assign(
		__assign_str(device);
		__entry->endpoint = fault->endpoint;
		__entry->iova = fault->iova;
		__entry->write = fault->write;
		__entry->reason = fault->reason;
		__entry->dropped = dropped;
	),
	TP_printk("%s endpoint=%u iova=0x%llx %s %s%s", __get_str(device),
		  __entry->endpoint, __entry->iova,
		  __entry->write ? "write" : "read",
		  __print_symbolic(__entry->reason,
				   { VIRTIO_IOMMU_FAULT_R_UNKNOWN, "unknown" },
				   { VIRTIO_IOMMU_FAULT_R_DOMAIN, "domain" },
				   { VIRTIO_IOMMU_FAULT_R_MAPPING, "mapping" }),
		  __entry->dropped ? " dropped" : "")
);

#endif /* _VDIOMMU_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
