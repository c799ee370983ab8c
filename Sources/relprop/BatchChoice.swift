import Compute
import Foundation
import RelevancePropagation

/// How many images the device explains at once, and why.
struct BatchChoice: Equatable {
  let batch: Int
  let reason: String

  /// On two cores the demo network (96 × 96) gave 30.6 images/s at batch 1, 42.4 at 8, 42.6 at 16, 40.2 at 32; larger
  /// networks fill a device sooner. Wider devices were not at hand to find their number.
  private static let most: [Device.Kind: Int] = [.cpu: 8]
  private static let mostElsewhere = 32

  /// Kept layers come down for a whole batch: no more than this, in bytes of the host.
  private static let hostLimit = 512 << 20

  /// A baseline's variants of one image.
  init(baseline requested: Int?) {
    (batch, reason) = (requested ?? 8, requested.map { "--batch \($0)" } ?? "a baseline's variants of one image")
  }

  /// - Parameters:
  ///   - requested: `--batch`.
  ///   - bytes: device memory for a batch of this size.
  ///   - hostBytes: host memory for the results of one image.
  init(
    requested: Int?, images: Int, kind: Device.Kind, deviceMemory: Int, hostBytes: Int, bytes: (Int) -> Int
  ) {
    if let requested {
      (batch, reason) = (min(requested, max(images, 1)), "--batch \(requested)")
      return
    }
    // Two batches at least, so that one is read while another is computed.
    let limit = min(Self.most[kind] ?? Self.mostElsewhere, max((images + 1) / 2, 1))
    // Beside the batch the device holds what other programs have there; a CPU's memory is the host's.
    let memory = deviceMemory == 0 ? Int.max : kind == .cpu ? deviceMemory / 2 : deviceMemory / 10 * 8
    let fitting = (1...limit).last { bytes($0) <= memory } ?? 1
    let batch = max(min(fitting, hostBytes == 0 ? limit : Self.hostLimit / hostBytes), 1)
    self.batch = batch
    let size = Self.mebibytes(bytes(batch))
    reason =
      if batch < fitting {
        "the layers kept of each image take \(Self.mebibytes(hostBytes)) of memory"
      } else if batch < limit {
        "more would not leave room on the device: \(size) of \(Self.mebibytes(deviceMemory))"
      } else {
        "\(images) images, \(size) on the device"
      }
  }

  private static func mebibytes(_ bytes: Int) -> String { "\((bytes + (1 << 20) - 1) >> 20) MiB" }
}
