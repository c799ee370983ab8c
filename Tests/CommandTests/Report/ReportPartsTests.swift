import Imaging
import RelevancePropagation
import Testing

@testable import relprop

@Suite("Parts of a report")
struct ReportPartsTests {
  @Test(
    "composites are separated by commas that are not their parameters'",
    arguments: [
      (["seed"], ["seed"]), (["seed,epsilon_plus"], ["seed", "epsilon_plus"]),
      (["a:x=1,y=2,b,c:z=3"], ["a:x=1,y=2", "b", "c:z=3"]),
      (["box:low=[-1,-2],high=[1,2],seed"], ["box:low=[-1,-2],high=[1,2]", "seed"]),
      (["a", "b,c"], ["a", "b", "c"]), ([], []), ([",a,,b,"], ["a", "b"]), (["x=1"], ["x=1"]),
    ])
  func composites(_ texts: [String], _ expected: [String]) { #expect(CompositeList.split(texts) == expected) }

  @Test(
    "images are called by as much of their paths as tells them apart",
    arguments: [
      (["a/x.png", "b/y.png"], ["x.png", "y.png"]),
      (["a/x.png", "b/x.png", "c.png"], ["a/x.png", "b/x.png", "c.png"]),
      (["/p/a/x.png", "/q/a/x.png"], ["p/a/x.png", "q/a/x.png"]), (["x.png", "x.png"], ["x.png", "x.png"]),
      (["x.png", "a/x.png"], ["x.png", "a/x.png"]),
    ])
  func names(_ paths: [String], _ expected: [String]) { #expect(ReportNames.distinct(paths) == expected) }

  @Test("a heatmap in words")
  func words() throws {
    func words(_ values: [Float], _ shape: [Int]) throws -> String {
      HeatmapText.places(try Heatmap(Tensor(shape: Shape(shape), scalars: values)))
    }
    var values = [Float](repeating: 0, count: 36)
    values[0] = -1  // at the upper left of 6 by 6
    (values[14], values[15], values[35]) = (4, 2, 1)  // two in the middle, one at the lower right
    #expect(
      try words(values, [6, 6])
        == "88 % of the relevance is positive, most of it in the middle (86 % in that ninth of the image); "
        + "of the negative most of it at the upper left (100 % in that ninth of the image).")
    #expect(try words([0, 0], [1, 2]) == "All relevance is zero.")
    #expect(
      try words([1], [1, 1])
        == "100 % of the relevance is positive, most of it at the upper left (100 % in that ninth of the image).")
  }
}
