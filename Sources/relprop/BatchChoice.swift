import Compute
import Foundation
import RelevancePropagation

/// How many images, or moved copies of them, the device explains at once, and why.
struct BatchChoice: Equatable {
  let batch: Int
  /// Images handed to the device together.
  let images: Int
  let reason: String

  /// On two cores the demo network (96 × 96) gave 30.6 images/s at batch 1, 42.4 at 8, 42.6 at 16, 40.2 at 32; larger
  /// networks fill a device sooner. Wider devices were not at hand to find their number.
  private static let most: [Device.Kind: Int] = [.cpu: 8]
  private static let mostElsewhere = 32

  /// Kept layers come down for a whole batch: no more than this, in bytes of the host.
  private static let hostLimit = 512 << 20

  /// A baseline's variants of one image.
  init(baseline requested: Int?) {
    (batch, images) = (requested ?? 8, 1)
    reason = requested.map { "--batch \($0)" } ?? "a baseline's variants of one image"
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
      self.images = batch
      return
    }
    // Two batches at least, so that one is read while another is computed.
    let limit = min(Self.most[kind] ?? Self.mostElsewhere, max((images + 1) / 2, 1))
    let fitting = Self.fitting(limit, kind, deviceMemory, bytes)
    let batch = max(min(fitting, hostBytes == 0 ? limit : Self.hostLimit / hostBytes), 1)
    (self.batch, self.images) = (batch, batch)
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

  /// Moved copies of images. Where an image has more than fit, its passes are of one size, so that the last does not run
  /// nearly empty; where it has fewer, several images share a pass.
  ///
  /// - Parameters:
  ///   - copies: of each image.
  ///   - bytes: device memory for a batch of so many copies.
  init(
    requested: Int?, copies: Int, images: Int, kind: Device.Kind, deviceMemory: Int, bytes: (Int) -> Int
  ) {
    let all = copies.multipliedReportingOverflow(by: max(images, 1))
    let total = all.overflow ? Int.max : all.partialValue
    let most = min(requested ?? Self.most[kind] ?? Self.mostElsewhere, total)
    let fitting = requested == nil ? Self.fitting(most, kind, deviceMemory, bytes) : most
    self.images = max(fitting / copies, 1)
    let passes = (copies + fitting - 1) / fitting
    batch = requested == nil ? (passes > 1 ? (copies + passes - 1) / passes : self.images * copies) : fitting
    reason =
      requested.map { "--batch \($0)" }
      ?? "\(copies) copies of each image" + (passes > 1 ? " in \(passes) passes" : "")
      + ", \(Self.mebibytes(bytes(batch))) on the device"
  }

  /// The most up to `limit` that leave room on the device, one at least.
  private static func fitting(_ limit: Int, _ kind: Device.Kind, _ deviceMemory: Int, _ bytes: (Int) -> Int) -> Int {
    // Beside the batch the device holds what other programs have there; a CPU's memory is the host's.
    let memory = deviceMemory == 0 ? Int.max : kind == .cpu ? deviceMemory / 2 : deviceMemory / 10 * 8
    return (1...limit).last { bytes($0) <= memory } ?? 1
  }

  private static func mebibytes(_ bytes: Int) -> String { "\((bytes + (1 << 20) - 1) >> 20) MiB" }
}
