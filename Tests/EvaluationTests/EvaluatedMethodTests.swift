import TestDevices
import Testing

@testable import Evaluation
@testable import RelevancePropagation

/// Maps of methods, and maps that are known to be wrong.
@Suite struct EvaluatedMethodTests {
  @Test("a map without another image to take it from, or that cannot be judged, is that image's own failure")
  func failures() throws {
    let test = TestNetwork.chain
    let (low, high) = test.bounds
    let method = Method.composite(try .named("epsilon_plus"))
    let runner = try MethodRunner(method, of: test.network, low: low, high: high, on: TestDevice.engine)
    let tensor = test.images(1, seed: 1)[0]
    let image = EvaluatedImage(tensor, key: 1, target: 0)
    #expect(throws: EvaluationError.self) {
      try EvaluatedMethod.otherImage(method).maps(of: [image], with: runner)[0].get()
    }
    // An image of zeros has no relevance under gradient x input.
    let black = EvaluatedImage(Tensor(repeating: 0, shape: tensor.shape), key: 2, target: 0)
    let product = Method.baseline(GradientInputMethod())
    let maps = try EvaluatedMethod.method(product).maps(
      of: [image, black],
      with: MethodRunner(product, of: test.network, low: low, high: high, on: TestDevice.engine))
    #expect((try? maps[0].get()) != nil)
    #expect(throws: EvaluationError.self) { try maps[1].get() }
    let random = try EvaluatedMethod.random(seed: 1).maps(of: [image, black], with: nil).map { try $0.get() }
    #expect(random[0] != random[1])
    #expect(random == (try EvaluatedMethod.random(seed: 1).maps(of: [image, black], with: nil).map { try $0.get() }))
  }
}
