public import Compute
internal import KernelSources

// Here and not beside the library's own: the optimizing compiler (6.3.1) stops at conformances of another module's C types.
extension CutGeometry: KernelArgument {}
extension PlaceGeometry: KernelArgument {}
