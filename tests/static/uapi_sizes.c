// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sizes and offsets of the userspace interface, and the numbers of its ioctls.
 * Programs that were built long ago depend on them: a line here is added, never
 * changed.
 */
#include <stddef.h>

#include <linux/vdpa_gpu.h>
#include <linux/vdpa_iommu.h>

#ifdef __cplusplus
#define ASSERT(condition) static_assert(condition, #condition)
#else
#define ASSERT(condition) _Static_assert(condition, #condition)
#endif

#define SIZE(type, bytes) ASSERT(sizeof(struct type) == (bytes))
#define OFFSET(type, field, byte) ASSERT(offsetof(struct type, field) == (byte))
#define NUMBER(ioctl, value) ASSERT((ioctl) == (value))

SIZE(vdpa_gpu_rect, 16);
SIZE(vdpa_gpu_mode, 24);

SIZE(vdpa_gpu_view_info, 80);
OFFSET(vdpa_gpu_view_info, name, 16);

SIZE(vdpa_gpu_view_scanout, 104);
OFFSET(vdpa_gpu_view_scanout, image_id, 16);
OFFSET(vdpa_gpu_view_scanout, stride, 40);
OFFSET(vdpa_gpu_view_scanout, shown, 56);
OFFSET(vdpa_gpu_view_scanout, mode, 72);
OFFSET(vdpa_gpu_view_scanout, frames, 96);

SIZE(vdpa_gpu_view_damage, 40);
OFFSET(vdpa_gpu_view_damage, rect, 16);
OFFSET(vdpa_gpu_view_damage, frames, 32);

SIZE(vdpa_gpu_view_export, 120);
OFFSET(vdpa_gpu_view_export, fd, 8);
OFFSET(vdpa_gpu_view_export, layout, 16);

SIZE(vdpa_gpu_view_cursor, 48);
OFFSET(vdpa_gpu_view_cursor, serial, 32);
OFFSET(vdpa_gpu_view_cursor, pixels, 40);

SIZE(vdpa_gpu_view_set_mode, 32);
OFFSET(vdpa_gpu_view_set_mode, mode, 8);

SIZE(vdpa_iommu_info, 112);
OFFSET(vdpa_iommu_info, flags, 12);
OFFSET(vdpa_iommu_info, domains, 16);
OFFSET(vdpa_iommu_info, faults_dropped, 40);
OFFSET(vdpa_iommu_info, name, 48);

SIZE(vdpa_iommu_translate, 32);
OFFSET(vdpa_iommu_translate, result, 12);
OFFSET(vdpa_iommu_translate, iova, 16);
OFFSET(vdpa_iommu_translate, gpa, 24);

SIZE(vdpa_iommu_test_access, 40);
OFFSET(vdpa_iommu_test_access, iova, 16);
OFFSET(vdpa_iommu_test_access, data, 24);
OFFSET(vdpa_iommu_test_access, result, 32);

SIZE(vdpa_iommu_iotlb, 16);
OFFSET(vdpa_iommu_iotlb, fd, 12);

SIZE(vdpa_iommu_mem_region, 32);
OFFSET(vdpa_iommu_mem_region, uaddr, 16);

SIZE(vdpa_iommu_set_mem, 16);
OFFSET(vdpa_iommu_set_mem, regions, 8);

/* As on x86; architectures that cut ioctl numbers otherwise are not tested. */
#if defined(__x86_64__) || defined(__i386__)
NUMBER(VDPA_GPU_VIEW_INFO, 0xc050bd00);
NUMBER(VDPA_GPU_VIEW_SCANOUT, 0xc068bd01);
NUMBER(VDPA_GPU_VIEW_DAMAGE, 0xc028bd02);
NUMBER(VDPA_GPU_VIEW_EXPORT, 0xc078bd03);
NUMBER(VDPA_GPU_VIEW_CURSOR, 0xc030bd04);
NUMBER(VDPA_GPU_VIEW_SET_MODE, 0x4020bd05);
NUMBER(VDPA_IOMMU_INFO, 0xc070b900);
NUMBER(VDPA_IOMMU_TRANSLATE, 0xc020b901);
NUMBER(VDPA_IOMMU_TEST_ACCESS, 0xc028b902);
NUMBER(VDPA_IOMMU_IOTLB, 0xc010b903);
NUMBER(VDPA_IOMMU_IOTLB_SET_MEM, 0x4010b904);
#endif
