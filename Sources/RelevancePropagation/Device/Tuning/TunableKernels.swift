extension TunableKernel {
  /// Every kernel with parameters.
  public static let all: [TunableKernel] = [
    tiledWide, tiledSquare, tiledFlat, tiledNarrow, depthwise, vector, reductions, tile,
  ]

  /// The tiled kernel's sizes, for a choice by shape.
  static let tiles: [TunableKernel] = [tiledWide, tiledSquare, tiledFlat, tiledNarrow]

  static let tiledWide = tiled(
    "wide", "convolutions with many positions and channels", positions: 128, channels: 128, item: 8, slab: 8,
    otherPositions: [64, 256], otherChannels: [64])
  static let tiledSquare = tiled(
    "square", "convolutions with fewer positions or channels", positions: 64, channels: 64, item: 4, slab: 16,
    otherPositions: [32, 128], otherChannels: [32, 128])
  static let tiledFlat = tiled(
    "flat", "dense layers of several images, and convolutions of few positions", positions: 16, channels: 64, item: 4,
    slab: 32, otherPositions: [8, 32], otherChannels: [32, 128])
  static let tiledNarrow = tiled(
    "narrow", "few channels, as towards the image", positions: 256, channels: 4, item: 4, slab: 8,
    otherPositions: [128, 512], otherChannels: [8, 16])

  private static func tiled(
    _ name: String, _ purpose: String, positions: Int, channels: Int, item: Int, slab: Int, otherPositions: [Int],
    otherChannels: [Int]
  ) -> TunableKernel {
    TunableKernel(
      name: "tiled.\(name)", purpose: purpose, family: .gpu, files: ["convolution/tiled.cl"], prefix: "TILED",
      parameters: [
        Parameter("POSITIONS", positions, others: otherPositions),
        Parameter("CHANNELS", channels, others: otherChannels),
        Parameter("ITEM_POSITIONS", item, others: [item == 4 ? 8 : 4]),
        Parameter("ITEM_CHANNELS", item, others: [item == 4 ? 8 : 4]),
        Parameter("SLAB", slab, others: [8, 16, 32].filter { $0 != slab }),
        Parameter("BUFFERS", 2, others: [1]),
        Parameter("PADDING", 1, others: [0]),
      ],
      inconsistency: { values in
        let (positions, channels) = (values["POSITIONS"]!, values["CHANNELS"]!)
        let (itemPositions, itemChannels) = (values["ITEM_POSITIONS"]!, values["ITEM_CHANNELS"]!)
        let slab = values["SLAB"]!
        guard [4, 8].contains(itemPositions), [4, 8].contains(itemChannels) else {
          return "ITEM_POSITIONS \(itemPositions) and ITEM_CHANNELS \(itemChannels): each is 4 or 8"
        }
        guard positions > 0, channels > 0, positions % itemPositions == 0, channels % itemChannels == 0 else {
          return "POSITIONS and CHANNELS are multiples of what a work-item makes of them"
        }
        guard [8, 16, 32].contains(slab) else { return "SLAB \(slab): 8, 16 or 32" }
        guard [1, 2].contains(values["BUFFERS"]!) else { return "BUFFERS: 1 or 2" }
        guard values["PADDING"]! <= 1 else { return "PADDING: 0 or 1" }
        // A work-item fetches the same four terms of every position it fetches.
        guard (positions / itemPositions * (channels / itemChannels)) % (slab / 4) == 0 else {
          return "the work-items of a group are a multiple of SLAB / 4"
        }
        return nil
      },
      needs: { values in
        let items =
          values["POSITIONS"]! / values["ITEM_POSITIONS"]! * (values["CHANNELS"]! / values["ITEM_CHANNELS"]!)
        let row = values["POSITIONS"]! + values["CHANNELS"]! + 8 * values["PADDING"]!
        return (items, values["BUFFERS"]! * values["SLAB"]! * row * MemoryLayout<Float>.stride)
      })
  }

  static let depthwise = TunableKernel(
    name: "depthwise", purpose: "convolutions whose filters read one channel", family: .gpu,
    files: ["convolution/depthwise.cl"], prefix: "DEPTHWISE",
    parameters: [Parameter("COLUMNS", 4, others: [1, 2, 8]), Parameter("ITEMS", 64, others: [128, 256])],
    inconsistency: { $0["COLUMNS"]! > 0 && $0["ITEMS"]! > 0 ? nil : "COLUMNS and ITEMS are at least 1" },
    needs: { ($0["ITEMS"]!, 0) })

  static let vector = TunableKernel(
    name: "vector", purpose: "dense layers of one image", family: .gpu, files: ["dense/vector.cl"], prefix: "VECTOR",
    parameters: [
      Parameter("ROWS", 4, others: [2, 8]), Parameter("ROW_SHARES", 32, others: [16, 64]),
      Parameter("COLUMNS", 32, others: [16, 64]), Parameter("COLUMN_SHARES", 8, others: [4, 16]),
    ],
    inconsistency: { values in
      values.values.contains(0) ? "rows, columns and their shares are at least 1" : nil
    },
    needs: { values in
      let items = max(values["ROWS"]! * values["ROW_SHARES"]!, values["COLUMNS"]! * values["COLUMN_SHARES"]!)
      return (items, items * MemoryLayout<Float>.stride)
    })

  static let reductions = TunableKernel(
    name: "reductions", purpose: "sums for the ledger and for stabilizers", family: .gpu,
    files: ["relevance/reductions.cl"], prefix: "REDUCTION",
    parameters: [Parameter("ITEMS", 128, others: [32, 64, 256])],
    inconsistency: { isPowerOfTwo($0["ITEMS"]!) ? nil : "ITEMS is a power of 2: the group adds in pairs" },
    needs: { values in
      let items = max(values["ITEMS"]!, Engine.chunks)
      return (items, 2 * items * MemoryLayout<Float>.stride)
    })

  /// The CPU's matrix product and what is made of it. ROWS x VECTORS sums stay in registers: 14 x 2 of 16 numbers fill the
  /// 32 of AVX-512; `TuningTable` has those for smaller ones.
  static let tile = TunableKernel(
    name: "tile", purpose: "convolutions and dense layers on a CPU", family: .cpu,
    files: [
      "cpu/filters.cl", "cpu/winograd.cl", "cpu/gather.cl", "cpu/direct.cl", "cpu/scatter.cl", "cpu/depthwise.cl",
      "cpu/dense_forward.cl", "cpu/dense_backward.cl", "cpu/pooling.cl", "cpu/moments.cl", "cpu/ledger.cl",
    ], prefix: "TILE",
    parameters: [
      Parameter("VECTORS", 2, others: [1]), Parameter("ROWS", 14, others: [2, 3, 4, 6, 12]),
      Parameter("FEW_ROWS", 8, others: [1, 2, 3, 4, 6]), Parameter("IDLE_GROUPS", 2, others: [0, 4]),
      Parameter("CACHE_KIB", 768, others: [256, 512]),
    ],
    inconsistency: { values in
      let (rows, few) = (values["ROWS"]!, values["FEW_ROWS"]!)
      guard rows > 0, few > 0, few <= rows, 2 * few >= rows else { return "FEW_ROWS is from half of ROWS to ROWS" }
      guard [1, 2].contains(values["VECTORS"]!) else { return "VECTORS: 1 or 2" }
      return values["CACHE_KIB"]! > 0 ? nil : "CACHE_KIB is positive"
    },
    needs: { (1, $0["CACHE_KIB"]! << 10) })

  private static func isPowerOfTwo(_ value: Int) -> Bool { value > 0 && value & (value - 1) == 0 }
}
