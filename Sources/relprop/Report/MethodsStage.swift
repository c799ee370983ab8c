import Compute
import Imaging
import Pipelines
import RelevancePropagation

/// Explains a batch by several methods, one after the other, on the thread that owns the device.
struct MethodsStage {
  let stages: [ExplainingStage]

  /// - Throws: as `ExplainingStage`; what is wrong with one image or one method is a failure in its place.
  func explain(_ images: [StagedImage<ReadImage>]) throws -> [StagedImage<ManyExplanations>] {
    let results = try stages.map { try $0.explain(images) }
    return images.indices.map { index in
      images[index].next(bytes: \.bytes) { read in
        let explained = results.map { $0[index].content }
        let all = ManyExplanations(image: read, byMethod: explained)
        if case .failure(let error) = explained[0], all.count == 0 { throw error }
        return all
      }
    }
  }
}

/// An image with the explanations of each method, or why one has none.
struct ManyExplanations: Sendable {
  var image: ReadImage
  var byMethod: [Result<ExplainedImage, any Error>]

  /// Methods that explained it.
  var count: Int { byMethod.count { (try? $0.get()) != nil } }

  var bytes: Int {
    image.bytes + byMethod.reduce(0) { sum, result in sum + ((try? result.get()).map { $0.bytes - image.bytes } ?? 0) }
  }
}
