internal import Compute

/// The size and life of a tensor of the backward pass.
struct TensorPlan {
  /// Elements of one entry.
  var count: Int
  /// One entry an image, or one a target.
  let perTarget: Bool
  /// First and last step that touch it.
  var firstStep: Int
  var lastStep: Int
}

/// Memory of the backward pass: tensors whose lives do not overlap share a slot.
struct Arena {
  /// Slot of every tensor.
  private(set) var slot: [Int]
  /// Elements of every slot.
  private(set) var sizes: [Int] = []

  /// Assigns slots in the order of birth: the smallest free slot that is large enough, else the largest, grown, else a
  /// new one.
  init(_ tensors: [TensorPlan], images: Int, targets: Int) {
    slot = [Int](repeating: -1, count: tensors.count)
    var busyUntil: [Int] = []
    for id in tensors.indices.sorted(by: { (tensors[$0].firstStep, $0) < (tensors[$1].firstStep, $1) }) {
      let tensor = tensors[id]
      let size = tensor.count * images * (tensor.perTarget ? targets : 1)
      let free = sizes.indices.filter { busyUntil[$0] < tensor.firstStep }
      let chosen =
        free.filter { sizes[$0] >= size }.min { sizes[$0] < sizes[$1] } ?? free.max { sizes[$0] < sizes[$1] }
      if let chosen {
        sizes[chosen] = max(sizes[chosen], size)
        busyUntil[chosen] = tensor.lastStep
        slot[id] = chosen
      } else {
        slot[id] = sizes.count
        sizes.append(size)
        busyUntil.append(tensor.lastStep)
      }
    }
  }

  var bytes: Int { sizes.reduce(0, +) * MemoryLayout<Float>.stride }
}
