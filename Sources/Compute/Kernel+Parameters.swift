internal import COpenCL

extension Kernel {
  /// What a kernel takes at one position.
  public enum Parameter: Sendable, Hashable {
    case globalMemory
    case localMemory
    /// A number or a structure, by its type's name in the source.
    case value(type: String)
  }

  /// What it takes, in order.
  ///
  /// - Throws: `ComputeError` where the driver does not know; PoCL always does, others where a program was compiled for it.
  public func parameters() throws -> [Parameter] {
    try withHandle { kernel, count throws in
      try (0..<count).map { position throws in
        var space: cl_kernel_arg_address_qualifier = 0
        try check(
          "clGetKernelArgInfo",
          clGetKernelArgInfo(
            kernel, cl_uint(position), cl_kernel_arg_info(CL_KERNEL_ARG_ADDRESS_QUALIFIER),
            MemoryLayout.size(ofValue: space),
            &space, nil), "kernel \(name), argument \(position)")
        switch Int32(bitPattern: space) {
        case CL_KERNEL_ARG_ADDRESS_GLOBAL, CL_KERNEL_ARG_ADDRESS_CONSTANT: return .globalMemory
        case CL_KERNEL_ARG_ADDRESS_LOCAL: return .localMemory
        default:
          return .value(
            type: infoText {
              clGetKernelArgInfo(kernel, cl_uint(position), cl_kernel_arg_info(CL_KERNEL_ARG_TYPE_NAME), $0, $1, $2)
            })
        }
      }
    }
  }
}
