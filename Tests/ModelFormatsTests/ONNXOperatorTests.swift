import ModelFormats
import RelevancePropagation
import Testing

@Suite("ONNX operators")
struct ONNXOperatorTests {
  private typealias Attribute = GraphBuilder.Attribute

  /// The layer that one operator becomes, by hand-made graph.
  private func layer<L: Layer>(_: L.Type, _ graph: GraphBuilder, _ index: Int = 0) throws -> (L, Network) {
    let network = try graph.load().network
    return (try #require(network.nodes[index].layer as? L, "\(network.nodes.map(\.layer.typeName))"), network)
  }

  @Test("SAME padding puts the odd pixel at the end or at the beginning")
  func same() throws {
    for (mode, padding) in [
      ("SAME_UPPER", Padding(top: 0, left: 0, bottom: 1, right: 1)),
      ("SAME_LOWER", Padding(top: 1, left: 1, bottom: 0, right: 0)),
    ] {
      var graph = GraphBuilder()
      graph.floats("w", [1, 2, 3, 3])
      graph.node("Conv", ["x", "w"], ["y"], [("auto_pad", .text(mode)), ("strides", .integers([2, 2]))])
      let (convolution, network) = try layer(Convolution.self, graph)
      // 4 pixels, stride 2: 2 outputs, which need (2 − 1)·2 + 3 = 5 pixels.
      #expect(convolution.padding == padding)
      #expect(network.outputShape == [1, 2, 2])
    }
    var graph = GraphBuilder()
    graph.node("MaxPool", ["x"], ["y"], [("auto_pad", .text("VALID")), ("kernel_shape", .integers([3, 3]))])
    #expect(try layer(MaxPooling.self, graph).1.outputShape == [2, 2, 2])
  }

  @Test("Pads, strides, dilations and groups keep their order")
  func convolution() throws {
    var graph = GraphBuilder(inputShape: [0, 2, 9, 8])
    graph.floats("w", [4, 1, 2, 3])
    graph.floats("b", [4])
    graph.node(
      "Conv", ["x", "w", "b"], ["y"], name: "c",
      [
        ("pads", .integers([1, 2, 3, 4])), ("strides", .integers([1, 2])), ("dilations", .integers([2, 1])),
        ("group", .integer(2)),
      ])
    let (convolution, network) = try layer(Convolution.self, graph)
    #expect(convolution.padding == Padding(top: 1, left: 2, bottom: 3, right: 4))
    #expect(convolution.stride == Extent(1, 2) && convolution.dilation == Extent(2, 1) && convolution.groups == 2)
    // Rows: 9 + 4 − 2·1 − 1 + 1 = 11; columns: (8 + 6 − 3) / 2 + 1 = 6.
    #expect(network.outputShape == [4, 11, 6])
    #expect(network.nodes[0].name == "c")
  }

  @Test("Gemm in all four readings of its weights, with alpha, beta and a broadcast C")
  func gemm() throws {
    var graph = GraphBuilder(inputShape: [1, 2])
    graph.floats("w", [2, 3], [1, 2, 3, 4, 5, 6])
    graph.floats("c", [1], [10])
    graph.node("Gemm", ["x", "w", "c"], ["y"], [("alpha", .float(2)), ("beta", .float(0.5))])
    let (dense, _) = try layer(Dense.self, graph)
    #expect(dense.weight == Tensor(shape: [3, 2], scalars: [2, 8, 4, 10, 6, 12]))
    #expect(dense.bias?.scalars == [5, 5, 5])

    var transposed = GraphBuilder(inputShape: [1, 2])
    transposed.floats("w", [3, 2])
    transposed.floats("c", [1, 3])
    transposed.node("Gemm", ["x", "w", "c"], ["y"], [("transB", .integer(1))])
    #expect(try layer(Dense.self, transposed).0.weight.scalars == [1, 2, 3, 4, 5, 6])
    #expect(try layer(Dense.self, transposed).0.bias == Tensor(shape: [3], scalars: [1, 2, 3]))
    var wrong = GraphBuilder(inputShape: [1, 2])
    wrong.floats("w", [3, 2])
    wrong.floats("c", [2])
    wrong.node("Gemm", ["x", "w", "c"], ["y"], name: "fc", [("transB", .integer(1))])
    #expect(wrong.refusal() == "m.onnx: node \"fc\": expected C of Gemm to be [3], found [2]")
  }

  @Test("MatMul and Add of a constant are one dense layer")
  func matMul() throws {
    var graph = GraphBuilder(inputShape: [1, 2])
    graph.floats("w", [2, 3], [1, 2, 3, 4, 5, 6])
    graph.floats("b", [3], [7, 8, 9])
    graph.node("MatMul", ["x", "w"], ["m"])
    graph.node("Add", ["b", "m"], ["y"])
    let (dense, network) = try layer(Dense.self, graph)
    #expect(network.nodes.map(\.name) == ["m"])
    #expect(dense.weight.scalars == [1, 4, 2, 5, 3, 6])
    #expect(dense.bias?.scalars == [7, 8, 9])
  }

  @Test("A constant per channel is a batch norm, except where it can join a bias")
  func perChannel() throws {
    // ((3 − x)·[2, 4]) / 2: factors −1, then [2, 4], then ½.
    var graph = GraphBuilder()
    graph.floats("three", [], [3])
    graph.floats("k", [2, 1, 1], [2, 4])
    graph.floats("half", [1], [2])
    graph.node("Sub", ["three", "x"], ["a"])
    graph.node("Mul", ["a", "k"], ["b"])
    graph.node("Div", ["b", "half"], ["c"])
    let network = try graph.load().network
    let maps = try network.nodes.map { try #require($0.layer as? BatchNormalization).affine }
    #expect(maps.map(\.factor) == [[-1, -1], [2, 4], [0.5, 0.5]])
    #expect(maps.map(\.offset) == [[3, 3], [0, 0], [0, 0]])

    // A convolution that something else reads too keeps its bias.
    var shared = GraphBuilder()
    shared.floats("w", [2, 2, 1, 1])
    shared.floats("b", [1, 2, 1, 1])
    shared.node("Conv", ["x", "w"], ["a"])
    shared.node("Add", ["a", "b"], ["c"])
    shared.node("Add", ["a", "c"], ["d"])
    let layers = try shared.load().network.nodes.map(\.layer.typeName)
    #expect(layers == ["convolution", "batch normalization", "addition"])
    var wrong = GraphBuilder()
    wrong.floats("row", [4])
    wrong.node("Mul", ["x", "row"], ["y"], name: "mask")
    #expect(wrong.refusal().contains("node \"mask\": Mul of [1, 2, 4, 4] and a constant [4] is not supported"))
    var zero = GraphBuilder()
    zero.floats("zero", [], [0])
    zero.node("Div", ["x", "zero"], ["y"])
    #expect(zero.refusal().contains("Div of the constant 0.0 is not supported"))
  }

  @Test("Zeros padded around an image become the padding of what reads it")
  func pad() throws {
    var graph = GraphBuilder()
    graph.integers("pads", [0, 0, 1, 2, 0, 0, 3, 4])
    graph.floats("w", [1, 2, 3, 3])
    graph.node("Pad", ["x", "pads"], ["p"])
    graph.node("Conv", ["p", "w"], ["y"], [("pads", .integers([1, 1, 1, 1]))])
    #expect(try layer(Convolution.self, graph).0.padding == Padding(top: 2, left: 3, bottom: 4, right: 5))

    var pool = GraphBuilder()
    pool.integers("pads", [0, 0, 1, 1, 0, 0, 1, 1])
    pool.node("Pad", ["x", "pads"], ["p"])
    pool.node("AveragePool", ["p"], ["y"], [("kernel_shape", .integers([3, 3]))])
    #expect(try layer(AveragePooling.self, pool).0.countsPadding)

    var maximum = GraphBuilder()
    maximum.integers("pads", [0, 0, 1, 1, 0, 0, 1, 1])
    maximum.node("Pad", ["x", "pads"], ["p"])
    maximum.node("MaxPool", ["p"], ["y"], [("kernel_shape", .integers([3, 3]))])
    #expect(maximum.refusal().contains("MaxPool after Pad, unless a Relu precedes it is not supported"))
    var loose = GraphBuilder()
    loose.integers("pads", [0, 0, 1, 1, 0, 0, 1, 1])
    loose.node("Pad", ["x", "pads"], ["p"])
    loose.node("Relu", ["p"], ["y"])
    #expect(loose.refusal().contains("Pad is only supported before a convolution or pool"))
  }

  @Test("Pools: ceiling, counted padding, global, and the mean over rows and columns")
  func pools() throws {
    var graph = GraphBuilder(inputShape: [1, 2, 5, 5])
    graph.integers("axes", [-1, -2])
    graph.node(
      "MaxPool", ["x"], ["a"],
      [("kernel_shape", .integers([2, 2])), ("strides", .integers([2, 2])), ("ceil_mode", .integer(1))])
    graph.node(
      "AveragePool", ["a"], ["b"],
      [
        ("kernel_shape", .integers([3, 3])), ("pads", .integers([1, 1, 1, 1])), ("count_include_pad", .integer(1)),
      ])
    graph.node("ReduceMean", ["b", "axes"], ["c"], [("keepdims", .integer(0))])
    let network = try graph.load().network
    #expect(network.nodes.map { network.shapes[$0.name]! } == [[2, 3, 3], [2, 3, 3], [2, 1, 1], [2]])
    #expect((network.nodes[1].layer as? AveragePooling)?.countsPadding == true)
    var global = GraphBuilder()
    global.node("GlobalMaxPool", ["x"], ["a"])
    #expect(try layer(MaxPooling.self, global).0.window.kernel == Extent(4))
    var mean = GraphBuilder()
    mean.node("ReduceMean", ["x"], ["y"], [("axes", .integers([1]))])
    #expect(mean.refusal().contains("ReduceMean over axes [1] is not supported; only the mean over rows and columns"))
  }

  @Test("Shapes that the graph computes are worked out: Shape, Gather, Unsqueeze, Concat, Reshape")
  func computedShapes() throws {
    // What torch.onnx writes for x.view(x.size(0), -1).
    var graph = GraphBuilder(inputShape: [0, 2, 4, 4])
    graph.scalar("zero", 0)
    graph.integers("first", [0])
    graph.integers("rest", [-1])
    graph.node("Shape", ["x"], ["s"])
    graph.node("Gather", ["s", "zero"], ["n"])
    graph.node("Unsqueeze", ["n", "first"], ["n1"])
    graph.node("Concat", ["n1", "rest"], ["target"], [("axis", .integer(0))])
    graph.node("Reshape", ["x", "target"], ["y"])
    let network = try graph.load().network
    #expect(network.nodes.count == 1)
    #expect(network.outputShape == [32])

    // A bias of zeros, as unoptimised exports write it.
    var zeros = GraphBuilder()
    zeros.floats("w", [3, 2, 1, 1])
    zeros.floats("zero", [], [0])
    zeros.node("Shape", ["w"], ["k"], [("start", .integer(0)), ("end", .integer(1))])
    zeros.integers("one", [1])
    zeros.node("Expand", ["k", "one"], ["k1"])
    zeros.node("Expand", ["zero", "k1"], ["b0"])
    zeros.node("CastLike", ["b0", "w"], ["b"])
    zeros.node("Conv", ["x", "w", "b"], ["y"])
    #expect(try layer(Convolution.self, zeros).0.bias?.scalars == [0, 0, 0])

    // A table of integers is refused, not read as a list: [[1, 32], [0, 0]][0] is no number.
    var table = GraphBuilder()
    table.tensor("t", [2, 2], type: 7, Wire.bytes(7, [1, 32, 0, 0]))
    table.scalar("zero", 0)
    table.node("Gather", ["t", "zero"], ["row"])
    table.node("Reshape", ["x", "row"], ["y"])
    #expect(table.refusal().contains("Gather of a table of integers [2, 2] is not supported"))

    // Halves of the shape: Slice, Mul, Cast; [1, 4, 2, 4] = [1, 2·2, 4/2, 4].
    var sliced = GraphBuilder()
    sliced.integers("one", [1])
    sliced.integers("two", [2])
    sliced.integers("three", [3])
    sliced.integers("end", [Int.max])
    sliced.node("Shape", ["x"], ["s"])
    sliced.node("Slice", ["s", "one", "two"], ["c"])
    sliced.node("Slice", ["s", "two", "three"], ["h"])
    sliced.node("Slice", ["s", "three", "end"], ["w"])
    sliced.node("Mul", ["c", "two"], ["c2"])
    sliced.node("Div", ["h", "two"], ["h2"])
    sliced.node("Cast", ["h2"], ["h3"], [("to", .integer(7))])
    sliced.node("Concat", ["one", "c2", "h3", "w"], ["target"], [("axis", .integer(0))])
    sliced.node("Reshape", ["x", "target"], ["y"])
    #expect(try sliced.load().network.outputShape == [4, 2, 4])
  }

  @Test("Reshape drops the batch axis, which must stay in front")
  func reshape() throws {
    for (target, shape) in [
      ([1, 32], Shape([32])), ([-1, 32], [32]), ([1, -1], [32]), ([0, 0, 16], [2, 16]), ([1, 8, 2, 2], [8, 2, 2]),
    ] {
      var graph = GraphBuilder()
      graph.integers("t", target)
      graph.node("Reshape", ["x", "t"], ["y"])
      #expect(try graph.load().network.outputShape == shape, "\(target)")
    }
    for (target, message) in [
      ([32], "the batch axis must stay in front"), ([2, 16], "the batch axis must stay in front"),
      ([1, 31], "cannot reshape"),
      ([-1, -1], "is not supported"), ([1, -5], "is not supported"), ([1, Int.max], "cannot reshape"),
      ([-1, 7], "cannot reshape"),
      ([0, 0, 0, 0, 0], "is not supported"), ([Int.max, Int.max, 4], "is not supported"),
    ] {
      var graph = GraphBuilder()
      graph.integers("t", target)
      graph.node("Reshape", ["x", "t"], ["y"], name: "view")
      #expect(graph.refusal().contains("node \"view\""))
      #expect(graph.refusal().contains(message), "\(target): \(graph.refusal())")
    }
  }

  @Test("Squeeze, Unsqueeze and Flatten of images")
  func squeeze() throws {
    var graph = GraphBuilder(inputShape: [1, 3, 2, 2])
    graph.integers("axes", [2, 3])
    graph.node("GlobalAveragePool", ["x"], ["a"])
    graph.node("Squeeze", ["a", "axes"], ["b"])
    graph.node("Unsqueeze", ["b", "axes"], ["c"])
    graph.node("Flatten", ["c"], ["d"])
    graph.node("Softmax", ["d"], ["e"])
    let network = try graph.load().network
    #expect(network.nodes.map { network.shapes[$0.name]! } == [[3, 1, 1], [3], [3, 1, 1], [3], [3]])
  }

  @Test("Clip to 0 and above is a ReLU, LogSoftmax at the end a Softmax, casts are identities")
  func small() throws {
    var graph = GraphBuilder(opset: 7, inputShape: [1, 3])
    graph.node("Clip", ["x"], ["a"], [("min", .float(0))])
    graph.node("Cast", ["a"], ["b"], [("to", .integer(10))])
    graph.node("Dropout", ["b"], ["c", "mask"])
    graph.node("LogSoftmax", ["c"], ["d"])
    // The builder takes the last node's first output.
    let model = try graph.load()
    #expect(model.network.nodes.map(\.layer.typeName) == ["ReLU", "identity", "dropout", "softmax"])
    #expect(model.notes.count == 1)
    var six = GraphBuilder()
    six.floats("zero", [], [0])
    six.floats("six", [], [6])
    six.node("Clip", ["x", "zero", "six"], ["y"])
    #expect(six.refusal().contains("Clip to 0.0 ... 6.0 is not supported; only to 0 and above, which is Relu"))
    var training = GraphBuilder()
    training.tensor("ratio", [], type: 1, Wire.bytes(9, [0, 0, 0, 0x3F]))
    training.tensor("yes", [], type: 9, Wire.bytes(9, [1]))
    training.node("Dropout", ["x", "ratio", "yes"], ["y"])
    #expect(training.refusal().contains("Dropout in training mode is not supported"))
    var inner = GraphBuilder(inputShape: [1, 3])
    inner.node("LogSoftmax", ["x"], ["a"])
    inner.node("Relu", ["a"], ["b"])
    #expect(inner.refusal().contains("LogSoftmax before the output is not supported"))
  }

  @Test("Branches: sums, concatenations, and nodes that share a name")
  func branches() throws {
    var graph = GraphBuilder()
    graph.node("Relu", ["x"], ["a"], name: "same")
    graph.node("Relu", ["a"], ["b"], name: "same")
    graph.node("Relu", ["b"], ["c"], name: "x")
    graph.node("Sum", ["a", "b", "c"], ["d"])
    graph.node("Concat", ["d", "a"], ["e"], [("axis", .integer(-3))])
    graph.node("LRN", ["e"], ["f"], [("size", .integer(5)), ("alpha", .float(0.5))])
    let network = try graph.load().network
    #expect(network.nodes.map(\.name) == ["same", "b", "c", "d", "e", "f"])
    #expect(network.outputShape == [4, 4, 4])
  }

  @Test("PyTorch's names survive both exporters")
  func names() throws {
    var graph = GraphBuilder()
    graph.floats("features.0.weight", [2, 2, 1, 1])
    graph.node("Conv", ["x", "features.0.weight"], ["a"], name: "node_conv2d")
    graph.node("Relu", ["a"], ["b"], name: "/features/features.1/Relu")
    graph.node("Relu", ["b"], ["c"], name: "/layer2/layer2.0/downsample/downsample.0/Relu")
    graph.node("Relu", ["c"], ["d"], name: "/layer2/layer2.0/relu/Relu_1")
    #expect(
      try graph.load().network.nodes.map(\.name)
        == ["features.0", "features.1", "layer2.0.downsample.0", "/layer2/layer2.0/relu/Relu_1"])
    let scoped = try ModelFile.load(path: Fixture.path("opset18.onnx")).network
    #expect(scoped.nodes.prefix(3).map(\.name) == ["features.0", "features.1", "features.2"])
  }

  @Test("Unknown operators are refused with the node's name and the list of known ones")
  func unknown() throws {
    var graph = GraphBuilder()
    graph.node("LSTM", ["x"], ["y"], name: "rnn/lstm")
    #expect(
      graph.refusal().hasPrefix(
        "m.onnx: operator not supported: LSTM (node \"rnn/lstm\"); supported: Add, AveragePool, "))
    var foreign = GraphBuilder()
    foreign.node("Relu", ["x"], ["y"], domain: "com.example")
    #expect(foreign.refusal().contains("operator not supported: com.example.Relu (node \"y\")"))
  }

  @Test("Damaged graphs are refused: missing values, huge attributes, two writers of one value")
  func damage() throws {
    var missing = GraphBuilder()
    missing.node("Relu", ["nothing"], ["y"])
    #expect(missing.refusal().contains("reads \"nothing\", which nothing before it writes"))
    var twice = GraphBuilder()
    twice.node("Relu", ["x"], ["y"])
    twice.node("Relu", ["x"], ["y"])
    #expect(twice.refusal().contains("writes \"y\", which exists already"))
    for (name, value) in [
      ("pads", [Int.max, 0, 0, 0]), ("pads", [-1, 0, 0, 0]), ("strides", [0, 1]), ("dilations", [1 << 40, 1]),
      ("strides", [1]), ("pads", [1, 1]), ("kernel_shape", [Int.min, 3]),
    ] {
      var graph = GraphBuilder()
      graph.floats("w", [1, 2, 3, 3])
      graph.node("Conv", ["x", "w"], ["y"], [(name, .integers(value))])
      #expect(graph.refusal().hasPrefix("m.onnx: node \"y\""), "\(name) \(value)")
    }
    var short = GraphBuilder()
    short.tensor("w", [1, 2, 3, 3], type: 1, Wire.bytes(9, Array(repeating: 0, count: 8)))
    short.node("Conv", ["x", "w"], ["y"])
    #expect(short.refusal() == "m.onnx: w: 8 bytes do not hold a tensor [1, 2, 3, 3] of float32; is the file complete?")
    var nan = GraphBuilder()
    nan.floats("w", [1, 2, 1, 1], [1, .nan])
    nan.node("Conv", ["x", "w"], ["y"])
    #expect(nan.refusal().hasPrefix("m.onnx: w: nan at [0, 1, 0, 0]"))
    var empty = GraphBuilder()
    empty.tensor("w", [0, 1 << 50, 3, 3], type: 1, Wire.bytes(9, []))
    empty.node("Conv", ["x", "w"], ["y"], [("group", .integer(1 << 20))])
    #expect(empty.refusal() == "m.onnx: w: impossible weights [0, 1125899906842624, 3, 3]; is the file damaged?")
    // Every Pad doubles nothing but sums up; the image must not grow without end.
    var growing = GraphBuilder()
    growing.floats("w", [1, 2, 1, 1])
    growing.integers("pads", [0, 0, 65536, 65536, 0, 0, 65536, 65536])
    growing.node("Pad", ["x", "pads"], ["p0"])
    for index in 0..<40 { growing.node("Pad", ["p\(index)", "pads"], ["p\(index + 1)"]) }
    growing.node("Conv", ["p40", "w"], ["y"])
    #expect(growing.refusal().contains("Pad so often is not supported"))
    var doubling = GraphBuilder()
    doubling.integers("i0", [1, 2, 3, 4])
    for index in 0..<60 {
      doubling.node("Concat", ["i\(index)", "i\(index)"], ["i\(index + 1)"], [("axis", .integer(0))])
    }
    doubling.node("Reshape", ["x", "i60"], ["y"])
    #expect(doubling.refusal().contains("Concat of so many integers is not supported"))
  }

  @Test("Old operator sets are refused, input sizes asked for or assumed with a note")
  func sizes() throws {
    var old = GraphBuilder(opset: 6)
    old.node("Relu", ["x"], ["y"])
    #expect(old.refusal().contains("expected operator set 7 or newer, found 6"))
    var open = GraphBuilder(inputShape: [0, 3, 0, 0])
    open.node("Relu", ["x"], ["y"])
    #expect(try open.load().network.inputShape == [3, 224, 224])
    #expect(try open.load().notes.count == 1)
    #expect(try open.load(inputSize: Extent(64, 48)).network.inputShape == [3, 64, 48])
    #expect(try open.load(inputSize: Extent(64, 48)).notes.isEmpty)
    var fixed = GraphBuilder(inputShape: [1, 1, 4, 4])
    fixed.integers("t", [1, 16])
    fixed.node("Reshape", ["x", "t"], ["y"])
    #expect(fixed.refusal(inputSize: Extent(5)).contains("the file was written for 4x4"))
    #expect(try fixed.load().preprocessing.channelOrder == .grey)
    for hostile in [Extent(0), Extent(Int.min), Extent(Int.max)] {
      #expect(fixed.refusal(inputSize: hostile).contains("pixels a side"))
    }
  }
}
