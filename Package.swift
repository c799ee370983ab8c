// swift-tools-version: 6.2
import PackageDescription

// Imports run one way; every arrow is a target dependency, so the package manager enforces it:
//   relprop, relprop-bench -> Imaging, ModelFormats, Scenes -> RelevancePropagation -> Compute -> COpenCL
let package = Package(
  name: "relprop",
  products: [
    .library(
      name: "RelevancePropagation",
      targets: ["RelevancePropagation", "ModelFormats", "Imaging", "Compute"]),
    .executable(name: "relprop", targets: ["relprop"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // C libraries, as Debian ships them.
    // OpenCL's calls, forwarded to the loader, which is opened at run time.
    .target(name: "COpenCL", linkerSettings: [.linkedLibrary("dl")]),
    .systemLibrary(
      name: "CLibcrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
      name: "CMinizip", pkgConfig: "minizip", providers: [.apt(["libminizip-dev"])]),
    // Not pkgConfig "vips": it asks for -pthread, which the package manager refuses with a warning.
    .systemLibrary(name: "CVips", pkgConfig: "gobject-2.0", providers: [.apt(["libvips-dev"])]),

    // OpenCL as four nouns: Device, Queue, Buffer, Program. Knows no network.
    .target(name: "Compute", dependencies: ["COpenCL", "CLibcrypto"]),

    // The text of Kernels/*.cl, carried inside the binary.
    .target(name: "KernelSources"),

    // The library: tensors, the network graph, rules, composites, propagation.
    .target(name: "RelevancePropagation", dependencies: ["Compute", "KernelSources"]),

    // Model files to networks: safetensors, PyTorch, ONNX. Never imports Compute.
    .target(name: "ModelFormats", dependencies: ["RelevancePropagation", "CMinizip"]),

    // Photographs to tensors, relevance to pictures, through libvips behind a small C shim.
    // A C target does not act on the module map's `link`, so the libraries are named here.
    .target(
      name: "VipsShim", dependencies: ["CVips"],
      linkerSettings: [
        .linkedLibrary("vips"), .linkedLibrary("gobject-2.0"), .linkedLibrary("glib-2.0"), .linkedLibrary("png16"),
      ]),
    .target(name: "Imaging", dependencies: ["RelevancePropagation", "VipsShim"]),

    // Generated scenes with class and mask, and the demo network trained on them (weights carried inside the binary).
    .target(name: "Scenes", dependencies: ["Imaging", "RelevancePropagation", "VipsShim"]),
    .target(name: "DemoModel"),

    // Results as text tables, SVG charts and pages, whose style sheet and programs are carried inside the binary. Knows
    // nothing of what they show.
    .target(name: "ReportAssets", exclude: ["page.css", "page.js", "index.js"]),
    .target(name: "Reporting", dependencies: ["ReportAssets"]),

    // Bounded queues between threads, and stages that run at the same time. Knows no network and no image.
    .target(name: "Pipelines"),

    // The command, a file a subcommand.
    .executableTarget(
      name: "relprop",
      dependencies: [
        "RelevancePropagation", "ModelFormats", "Imaging", "Scenes", "DemoModel", "Compute", "Reporting",
        "Pipelines",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // Runs independent reference cases (networks, inputs, relevance at every layer) and writes results to compare.
    .target(
      name: "ReferenceCaseSupport", dependencies: ["RelevancePropagation", "ModelFormats", "Compute"],
      path: "Tests/ReferenceCaseSupport"),
    .executableTarget(
      name: "reference-cases",
      dependencies: ["ReferenceCaseSupport", "RelevancePropagation", "ModelFormats", "Compute"],
      path: "Tests/ReferenceCases"),

    // Measurements: named layer shapes and random networks (shared with the tests), loops at the device's limits, the command.
    .target(name: "BenchmarkNetworks", dependencies: ["RelevancePropagation"], path: "Benchmarks/Networks"),
    .target(name: "BenchmarkKernels", path: "Benchmarks/Kernels", exclude: ["peak.cl"]),
    .executableTarget(
      name: "relprop-bench",
      dependencies: [
        "BenchmarkNetworks", "BenchmarkKernels", "RelevancePropagation", "ModelFormats", "Imaging", "Compute",
        "Reporting", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Benchmarks/Bench"),

    .testTarget(name: "ComputeTests", dependencies: ["Compute"]),
    .testTarget(name: "PipelinesTests", dependencies: ["Pipelines"]),
    .testTarget(
      name: "RelevancePropagationTests",
      dependencies: ["ReferenceCaseSupport", "RelevancePropagation", "ModelFormats", "Compute"]),
    .testTarget(
      name: "ModelFormatsTests", dependencies: ["ModelFormats", "RelevancePropagation"],
      exclude: ["Fixtures", "make_fixtures.py"]),
    .testTarget(
      name: "ImagingTests", dependencies: ["Imaging", "RelevancePropagation"],
      exclude: ["Fixtures", "make_fixtures.py"]),
    .testTarget(
      name: "ScenesTests",
      dependencies: ["Scenes", "Imaging", "DemoModel", "ModelFormats", "RelevancePropagation", "Compute"]),
    .testTarget(name: "ReportingTests", dependencies: ["Reporting"]),
    .testTarget(
      name: "BenchmarkTests",
      dependencies: [
        "relprop-bench", "BenchmarkNetworks", "BenchmarkKernels", "RelevancePropagation", "Imaging", "Compute",
      ]),
    .testTarget(
      name: "CommandTests",
      dependencies: ["relprop", "Imaging", "Scenes", "ModelFormats", "RelevancePropagation", "Compute"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)
