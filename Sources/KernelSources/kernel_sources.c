#include "kernel_sources.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

// One block and one line below a file of Kernels/; a test compares the list with the folder.
static const char arithmetic_h[] = {
#embed "../../Kernels/arithmetic.h"
};
static const char geometry_h[] = {
#embed "../../Kernels/geometry.h"
};
static const char common_h[] = {
#embed "../../Kernels/common.h"
};
static const char convolution_naive_cl[] = {
#embed "../../Kernels/convolution/naive.cl"
};
static const char convolution_gather_h[] = {
#embed "../../Kernels/convolution/gather.h"
};
static const char convolution_tiled_cl[] = {
#embed "../../Kernels/convolution/tiled.cl"
};
static const char convolution_depthwise_cl[] = {
#embed "../../Kernels/convolution/depthwise.cl"
};
static const char convolution_pack_cl[] = {
#embed "../../Kernels/convolution/pack.cl"
};
static const char dense_naive_cl[] = {
#embed "../../Kernels/dense/naive.cl"
};
static const char dense_vector_cl[] = {
#embed "../../Kernels/dense/vector.cl"
};
static const char pooling_maximum_cl[] = {
#embed "../../Kernels/pooling/maximum.cl"
};
static const char pooling_average_cl[] = {
#embed "../../Kernels/pooling/average.cl"
};
static const char elementwise_rectifier_cl[] = {
#embed "../../Kernels/elementwise/rectifier.cl"
};
static const char elementwise_addition_cl[] = {
#embed "../../Kernels/elementwise/addition.cl"
};
static const char elementwise_slice_cl[] = {
#embed "../../Kernels/elementwise/slice.cl"
};
static const char elementwise_normalization_cl[] = {
#embed "../../Kernels/elementwise/normalization.cl"
};
static const char relevance_rho_cl[] = {
#embed "../../Kernels/relevance/rho.cl"
};
static const char relevance_quotient_cl[] = {
#embed "../../Kernels/relevance/quotient.cl"
};
static const char relevance_product_cl[] = {
#embed "../../Kernels/relevance/product.cl"
};
static const char relevance_bias_cl[] = {
#embed "../../Kernels/relevance/bias.cl"
};
static const char relevance_ledger_h[] = {
#embed "../../Kernels/relevance/ledger.h"
};
static const char relevance_ledger_cl[] = {
#embed "../../Kernels/relevance/ledger.cl"
};
static const char relevance_reductions_cl[] = {
#embed "../../Kernels/relevance/reductions.cl"
};
static const char relevance_start_cl[] = {
#embed "../../Kernels/relevance/start.cl"
};
static const char relevance_filter_cl[] = {
#embed "../../Kernels/relevance/filter.cl"
};
static const char translation_copies_cl[] = {
#embed "../../Kernels/translation/copies.cl"
};
static const char translation_average_cl[] = {
#embed "../../Kernels/translation/average.cl"
};
static const char epilogue_h[] = {
#embed "../../Kernels/epilogue.h"
};
static const char cpu_tile_h[] = {
#embed "../../Kernels/cpu/tile.h"
};
static const char cpu_registers_cl[] = {
#embed "../../Kernels/cpu/registers.cl"
};
static const char cpu_filters_cl[] = {
#embed "../../Kernels/cpu/filters.cl"
};
static const char cpu_winograd_tiles_h[] = {
#embed "../../Kernels/cpu/winograd_tiles.h"
};
static const char cpu_winograd_ahead_h[] = {
#embed "../../Kernels/cpu/winograd_ahead.h"
};
static const char cpu_winograd_transforms_h[] = {
#embed "../../Kernels/cpu/winograd_transforms.h"
};
static const char cpu_winograd_h[] = {
#embed "../../Kernels/cpu/winograd.h"
};
static const char cpu_winograd_cl[] = {
#embed "../../Kernels/cpu/winograd.cl"
};
static const char cpu_gather_cl[] = {
#embed "../../Kernels/cpu/gather.cl"
};
static const char cpu_depthwise_cl[] = {
#embed "../../Kernels/cpu/depthwise.cl"
};
static const char cpu_dense_h[] = {
#embed "../../Kernels/cpu/dense.h"
};
static const char cpu_dense_backward_cl[] = {
#embed "../../Kernels/cpu/dense_backward.cl"
};
static const char cpu_dense_forward_cl[] = {
#embed "../../Kernels/cpu/dense_forward.cl"
};
static const char cpu_pooling_cl[] = {
#embed "../../Kernels/cpu/pooling.cl"
};
static const char cpu_moments_cl[] = {
#embed "../../Kernels/cpu/moments.cl"
};
static const char cpu_ledger_cl[] = {
#embed "../../Kernels/cpu/ledger.cl"
};
static const char cpu_direct_cl[] = {
#embed "../../Kernels/cpu/direct.cl"
};
static const char cpu_scatter_cl[] = {
#embed "../../Kernels/cpu/scatter.cl"
};
static const char evaluation_replacement_cl[] = {
#embed "../../Kernels/evaluation/replacement.cl"
};
static const char evaluation_removal_cl[] = {
#embed "../../Kernels/evaluation/removal.cl"
};
static const char evaluation_distances_cl[] = {
#embed "../../Kernels/evaluation/distances.cl"
};
static const char evaluation_windows_cl[] = {
#embed "../../Kernels/evaluation/windows.cl"
};
static const char windows_cut_cl[] = {
#embed "../../Kernels/windows/cut.cl"
};
static const char windows_place_cl[] = {
#embed "../../Kernels/windows/place.cl"
};

#define SOURCE(name, text) {name, text, sizeof text}
static const KernelSource sources[] = {
    SOURCE("arithmetic.h", arithmetic_h),
    SOURCE("geometry.h", geometry_h),
    SOURCE("common.h", common_h),
    SOURCE("cpu/pooling.cl", cpu_pooling_cl),
    SOURCE("cpu/direct.cl", cpu_direct_cl),
    SOURCE("cpu/moments.cl", cpu_moments_cl),
    SOURCE("cpu/ledger.cl", cpu_ledger_cl),
    SOURCE("cpu/scatter.cl", cpu_scatter_cl),
    SOURCE("cpu/dense.h", cpu_dense_h),
    SOURCE("cpu/dense_backward.cl", cpu_dense_backward_cl),
    SOURCE("cpu/dense_forward.cl", cpu_dense_forward_cl),
    SOURCE("cpu/depthwise.cl", cpu_depthwise_cl),
    SOURCE("cpu/gather.cl", cpu_gather_cl),
    SOURCE("cpu/winograd.cl", cpu_winograd_cl),
    SOURCE("cpu/winograd.h", cpu_winograd_h),
    SOURCE("cpu/winograd_tiles.h", cpu_winograd_tiles_h),
    SOURCE("cpu/winograd_ahead.h", cpu_winograd_ahead_h),
    SOURCE("cpu/winograd_transforms.h", cpu_winograd_transforms_h),
    SOURCE("cpu/registers.cl", cpu_registers_cl),
    SOURCE("cpu/filters.cl", cpu_filters_cl),
    SOURCE("cpu/tile.h", cpu_tile_h),
    SOURCE("epilogue.h", epilogue_h),
    SOURCE("convolution/naive.cl", convolution_naive_cl),
    SOURCE("convolution/gather.h", convolution_gather_h),
    SOURCE("convolution/tiled.cl", convolution_tiled_cl),
    SOURCE("convolution/depthwise.cl", convolution_depthwise_cl),
    SOURCE("convolution/pack.cl", convolution_pack_cl),
    SOURCE("dense/naive.cl", dense_naive_cl),
    SOURCE("dense/vector.cl", dense_vector_cl),
    SOURCE("pooling/maximum.cl", pooling_maximum_cl),
    SOURCE("pooling/average.cl", pooling_average_cl),
    SOURCE("elementwise/rectifier.cl", elementwise_rectifier_cl),
    SOURCE("elementwise/addition.cl", elementwise_addition_cl),
    SOURCE("elementwise/slice.cl", elementwise_slice_cl),
    SOURCE("elementwise/normalization.cl", elementwise_normalization_cl),
    SOURCE("relevance/rho.cl", relevance_rho_cl),
    SOURCE("relevance/quotient.cl", relevance_quotient_cl),
    SOURCE("relevance/product.cl", relevance_product_cl),
    SOURCE("relevance/bias.cl", relevance_bias_cl),
    SOURCE("relevance/ledger.h", relevance_ledger_h),
    SOURCE("relevance/ledger.cl", relevance_ledger_cl),
    SOURCE("relevance/reductions.cl", relevance_reductions_cl),
    SOURCE("relevance/start.cl", relevance_start_cl),
    SOURCE("relevance/filter.cl", relevance_filter_cl),
    SOURCE("evaluation/replacement.cl", evaluation_replacement_cl),
    SOURCE("evaluation/removal.cl", evaluation_removal_cl),
    SOURCE("evaluation/windows.cl", evaluation_windows_cl),
    SOURCE("evaluation/distances.cl", evaluation_distances_cl),
    SOURCE("windows/cut.cl", windows_cut_cl),
    SOURCE("windows/place.cl", windows_place_cl),
    SOURCE("translation/copies.cl", translation_copies_cl),
    SOURCE("translation/average.cl", translation_average_cl),
};

size_t kernel_source_count(void) { return sizeof sources / sizeof *sources; }
KernelSource kernel_source_at(size_t index) { return sources[index]; }
