// swift-tools-version: 6.2
import PackageDescription

// Imports run one way; every arrow is a target dependency, so the package manager enforces it:
//   relprop, relprop-bench -> Evaluation, Imaging, ModelFormats, Scenes, Scanning -> RelevancePropagation -> Compute
//   -> COpenCL
let package = Package(
  name: "relprop",
  products: [
    .library(
      name: "RelevancePropagation",
      targets: ["RelevancePropagation", "ModelFormats", "Imaging", "Scanning", "Compute"]),
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
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CTIFF", pkgConfig: "libtiff-4", providers: [.apt(["libtiff-dev"])]),
    .systemLibrary(
      name: "CMinizip", pkgConfig: "minizip", providers: [.apt(["libminizip-dev"])]),
    // Not pkgConfig "vips": it asks for -pthread, which the package manager refuses with a warning.
    .systemLibrary(name: "CVips", pkgConfig: "gobject-2.0", providers: [.apt(["libvips-dev", "libtiff-dev"])]),

    // OpenCL as four nouns: Device, Queue, Buffer, Program. Knows no network.
    .target(name: "Compute", dependencies: ["COpenCL", "CLibcrypto"]),

    // The text of Kernels/*.cl, carried inside the binary.
    .target(name: "KernelSources"),

    // Calls of the system that Swift's view of the C library leaves out.
    .target(name: "FileSystemShim"),

    // The library: tensors, the network graph, rules, composites, propagation.
    .target(name: "RelevancePropagation", dependencies: ["Compute", "KernelSources", "FileSystemShim"]),

    // Model files to networks: safetensors, PyTorch, ONNX. Never imports Compute.
    .target(name: "ModelFormats", dependencies: ["RelevancePropagation", "CMinizip"]),

    // Photographs to tensors, relevance to pictures, through libvips behind a small C shim.
    // A C target does not act on the module map's `link`, so the libraries are named here.
    .target(
      name: "VipsShim", dependencies: ["CVips"],
      linkerSettings: [
        .linkedLibrary("vips"), .linkedLibrary("tiff"), .linkedLibrary("png16"), .linkedLibrary("gobject-2.0"),
        .linkedLibrary("glib-2.0"),
      ]),
    .target(name: "Imaging", dependencies: ["RelevancePropagation", "VipsShim"]),

    // Generated scenes with class and mask, and the demo network trained on them (weights carried inside the binary).
    .target(name: "Scenes", dependencies: ["Imaging", "RelevancePropagation", "VipsShim"]),
    .target(name: "DemoModel"),

    // Scores of explanations: removals, localisation, sparsity, continuity, randomised weights.
    .target(name: "Evaluation", dependencies: ["RelevancePropagation", "Compute"]),

    // Text inside XML, SVG and HTML.
    .target(name: "Markup"),

    // Results as text tables, SVG charts and pages, whose style sheet and programs are carried inside the binary. Knows
    // nothing of what they show.
    .target(name: "ReportAssets", exclude: ["page.css", "page.js", "index.js"]),
    .target(name: "Reporting", dependencies: ["Markup", "ReportAssets"]),

    // Bounded queues between threads, and stages that run at the same time. Knows no network and no image.
    .target(name: "Pipelines"),

    // Windows over images of any size: grids, strips, sums on the device. Knows no file format.
    .target(name: "Scanning", dependencies: ["RelevancePropagation", "Compute", "Pipelines", "KernelSources"]),

    // Maps of any size on the disk: OME-Zarr, zlib's streams inside. Knows no network and no picture.
    .target(name: "OMEZarr", dependencies: ["RelevancePropagation", "Pipelines", "CZlib"]),

    // Tiled TIFF through libtiff. A page for the browser, carried inside the binary.
    .target(name: "TIFFShim", dependencies: ["CTIFF"], linkerSettings: [.linkedLibrary("tiff")]),
    .target(name: "ViewerSources", exclude: ["viewer.html", "viewer.js"]),

    // Maps in the formats of other programs. Knows no network.
    .target(
      name: "Exporting",
      dependencies: ["OMEZarr", "Imaging", "Markup", "RelevancePropagation", "Pipelines", "TIFFShim", "ViewerSources"]),

    // How a command's process ends: without destructors of libraries whose threads are at work.
    .target(
      name: "ProcessEnd", dependencies: [.product(name: "ArgumentParser", package: "swift-argument-parser")]),

    // The command, a file a subcommand.
    .executableTarget(
      name: "relprop",
      dependencies: [
        "RelevancePropagation", "ModelFormats", "Imaging", "Scenes", "DemoModel", "Compute", "Reporting",
        "Pipelines", "ProcessEnd", "Scanning", "OMEZarr", "Exporting", "Evaluation",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // Runs independent reference cases (networks, inputs, relevance at every layer) and writes results to compare.
    .target(
      name: "ReferenceCaseSupport",
      dependencies: ["RelevancePropagation", "Evaluation", "ModelFormats", "Scanning", "Compute"],
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
        "BenchmarkNetworks", "BenchmarkKernels", "RelevancePropagation", "Evaluation", "ModelFormats", "Imaging",
        "Scenes", "Scanning", "DemoModel", "Compute", "ProcessEnd", "Reporting",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Benchmarks/Bench"),

    // The engines that tests of several targets share.
    .target(name: "TestDevices", dependencies: ["RelevancePropagation", "Compute"], path: "Tests/TestDevices"),
    .testTarget(name: "ComputeTests", dependencies: ["Compute"]),
    .testTarget(name: "PipelinesTests", dependencies: ["Pipelines"]),
    .testTarget(
      name: "RelevancePropagationTests",
      dependencies: ["ReferenceCaseSupport", "TestDevices", "RelevancePropagation", "ModelFormats", "Compute"]),
    .testTarget(
      name: "ScanningTests",
      dependencies: [
        "ReferenceCaseSupport", "TestDevices", "Scanning", "RelevancePropagation", "ModelFormats", "Imaging", "Compute",
      ]),
    .testTarget(
      name: "ModelFormatsTests", dependencies: ["ModelFormats", "RelevancePropagation"],
      exclude: ["Fixtures", "make_fixtures.py"]),
    .testTarget(
      name: "ImagingTests", dependencies: ["Imaging", "RelevancePropagation", "VipsShim"],
      exclude: ["Fixtures", "make_fixtures.py"]),
    .testTarget(
      name: "ScenesTests",
      dependencies: ["Scenes", "Imaging", "DemoModel", "ModelFormats", "RelevancePropagation", "Compute"]),
    .testTarget(name: "ReportingTests", dependencies: ["Markup", "Reporting"]),
    // Generated maps, and folders and small disks for tests.
    .target(name: "MapSupport", dependencies: ["OMEZarr", "RelevancePropagation"], path: "Tests/MapSupport"),
    .testTarget(
      name: "OMEZarrTests", dependencies: ["OMEZarr", "MapSupport", "RelevancePropagation", "CZlib"]),
    .testTarget(
      name: "ExportingTests",
      dependencies: ["Exporting", "OMEZarr", "Imaging", "CTIFF", "MapSupport", "RelevancePropagation"]),
    .testTarget(
      name: "EvaluationTests",
      dependencies: [
        "Evaluation", "ReferenceCaseSupport", "TestDevices", "RelevancePropagation", "ModelFormats", "Compute",
      ]),
    .testTarget(
      name: "BenchmarkTests",
      dependencies: [
        "relprop-bench", "BenchmarkNetworks", "BenchmarkKernels", "RelevancePropagation", "Evaluation", "Imaging",
        "Scanning",
        "Compute",
      ]),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "relprop", "Imaging", "Scenes", "ModelFormats", "RelevancePropagation", "Compute", "Scanning", "OMEZarr",
        "MapSupport",
      ]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)
