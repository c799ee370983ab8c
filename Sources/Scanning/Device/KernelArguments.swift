public import Compute
public import KernelSources

// Here, not beside those of the library: swiftc 6.3 fails when it optimises across modules and looks for them there.
extension CutGeometry: KernelArgument {}
extension PlaceGeometry: KernelArgument {}
