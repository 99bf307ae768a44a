// swift-tools-version: 6.2
import PackageDescription

// Floors of Sources (an arrow only goes down, siblings never import each other):
//   4  PinstripeCommand
//   3  Pinstripe, PinstripeTestSupport
//   2  host: PinstripeUSB, PinstripeMTP, PinstripeKeys, PinstripeProfiles   device: PinstripePlayer
//   1  PinstripeCore (Embedded-clean)
//      host: PinstripePipe, PinstripeProfile, PinstripeFiles, PinstripeFrames, PinstripeTags
//   0  CPinstripe, CStripeKernels, CProviderOpenSSL, system libraries

let common: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
let memorySafe: [SwiftSetting] = common + [.strictMemorySafety()]
let embeddable: [SwiftSetting] =
  memorySafe + [.treatWarning("EmbeddedRestrictions", as: .error)]

// The tool's own dependency. Without the trait a client checks out nothing but Pinstripe.
let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser", condition: .when(traits: ["Tool"]))

let package = Package(
  name: "pinstripe",
  products: [
    .library(name: "Pinstripe", targets: ["Pinstripe"]),
    .library(name: "PinstripeCore", targets: ["PinstripeCore"]),
    .library(
      name: "PinstripeMTP", targets: ["PinstripeMTP", "PinstripePipe", "PinstripeProfile"]),
    .library(name: "PinstripePlayer", targets: ["PinstripePlayer"]),
    .library(name: "PinstripeTestSupport", targets: ["PinstripeTestSupport"]),
    .executable(name: "pinstripe", targets: ["PinstripeCommand"]),
    // Parts of Pinstripe, for those who need one of them only; Tests/Fuzz attacks each by itself.
    .library(name: "PinstripeFrames", targets: ["PinstripeFrames"]),
    .library(name: "PinstripeKeys", targets: ["PinstripeKeys"]),
    .library(name: "PinstripeProfiles", targets: ["PinstripeProfiles", "PinstripeProfile"]),
    .library(
      name: "PinstripeUSB", targets: ["PinstripeUSB", "PinstripePipe", "PinstripeProfile"]),
  ],
  traits: [
    .default(enabledTraits: ["Tool"]),
    .trait(name: "Tool", description: "The command-line tool, which needs argument-parser."),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // Floor 0
    .target(name: "CPinstripe"),
    .target(name: "CStripeKernels"),
    .target(name: "CProviderOpenSSL", dependencies: ["CPinstripe", "CLibCrypto"]),
    .target(name: "CDeviceProfiles"),
    .systemLibrary(
      name: "CLibUSB", pkgConfig: "libusb-1.0", providers: [.apt(["libusb-1.0-0-dev"])]),
    .systemLibrary(
      name: "CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
      name: "CJansson", pkgConfig: "jansson", providers: [.apt(["libjansson-dev"])]),
    .systemLibrary(
      name: "CTagLib", pkgConfig: "taglib_c", providers: [.apt(["libtagc0-dev"])]),
    .systemLibrary(
      name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CLinux"),

    // Floor 1
    .target(name: "PinstripeCore", dependencies: ["CPinstripe"], swiftSettings: embeddable),
    .target(name: "PinstripePipe", swiftSettings: common),
    .target(name: "PinstripeProfile", swiftSettings: common),
    .target(name: "PinstripeFiles", dependencies: ["CLinux"], swiftSettings: common),
    .target(name: "PinstripeFrames", swiftSettings: common),
    .target(name: "PinstripeTags", swiftSettings: common),

    // Floor 2, device
    .target(
      name: "PinstripePlayer", dependencies: ["CPinstripe", "PinstripeCore"],
      swiftSettings: embeddable),

    // Floor 2, host
    .target(
      name: "PinstripeUSB", dependencies: ["PinstripePipe", "PinstripeProfile", "CLibUSB"],
      swiftSettings: memorySafe),
    .target(
      name: "PinstripeMTP", dependencies: ["PinstripePipe", "PinstripeProfile"],
      swiftSettings: common),
    .target(
      name: "PinstripeKeys",
      dependencies: [
        "PinstripeCore", "CPinstripe", "CProviderOpenSSL", "CStripeKernels", "CLibCrypto", "CLinux",
      ],
      swiftSettings: memorySafe),
    .target(
      name: "PinstripeProfiles",
      dependencies: ["PinstripeProfile", "PinstripeFiles", "CDeviceProfiles", "CJansson"],
      swiftSettings: common),

    // Floor 3
    .target(
      name: "Pinstripe",
      dependencies: [
        "PinstripeCore", "PinstripeFiles", "PinstripeFrames", "PinstripeKeys", "PinstripeMTP",
        "PinstripePipe", "PinstripeProfile", "PinstripeProfiles", "PinstripeTags", "PinstripeUSB",
        "CPinstripe", "CLibCrypto", "CPNG", "CTagLib", "CTurboJPEG",
      ],
      swiftSettings: common),
    .target(
      name: "PinstripeTestSupport",
      dependencies: [
        "PinstripeMTP", "PinstripePipe", "PinstripeProfile", "PinstripeProfiles", "PinstripeTags",
      ],
      swiftSettings: common),

    // Floor 4
    .executableTarget(
      name: "PinstripeCommand",
      dependencies: [
        "Pinstripe", "PinstripeCore", "PinstripeKeys", "PinstripeProfile", "PinstripeProfiles",
        "CJansson", argumentParser,
      ],
      swiftSettings: common),

    // Tests
    .executableTarget(
      name: "LabWatcher", dependencies: ["Pinstripe", "PinstripeMTP"], path: "Tests/Lab/Watcher",
      swiftSettings: common),
    .executableTarget(
      name: "SyncKills",
      dependencies: [
        "Pinstripe", "PinstripeCore", "PinstripeKeys", "PinstripeMTP", "PinstripePipe",
        "PinstripeProfile", "PinstripeTestSupport", "TestTools",
      ],
      path: "Tests/Kills/Sources", swiftSettings: common),
    .executableTarget(
      name: "LabCases", dependencies: ["Pinstripe", "PinstripeMTP", "PinstripeProfile"],
      path: "Tests/Lab/Cases",
      swiftSettings: common),
    .executableTarget(
      name: "LabPlayer",
      dependencies: [
        "PinstripeFiles", "PinstripeMTP", "PinstripePipe", "PinstripeProfile", "PinstripeProfiles",
        "PinstripeTestSupport",
      ],
      path: "Tests/Lab/Player", swiftSettings: common),
    .executableTarget(
      name: "TransferBenchmark",
      dependencies: [
        "Pinstripe", "PinstripeCore", "PinstripeKeys", "PinstripeMTP", "PinstripeProfile",
        "PinstripeUSB",
      ],
      path: "Tests/Benchmarks/Transfer/Sources", swiftSettings: common),
    .target(name: "TestTools", path: "Tests/TestTools", swiftSettings: common),
    // Only a header: the library behind it is built by Tests/FastTier/run.sh.
    .systemLibrary(name: "CUSBNode", path: "Tests/FastTier/Node"),
    .testTarget(
      name: "FastTierTests",
      dependencies: [
        "Pinstripe", "PinstripeMTP", "PinstripePipe", "PinstripeProfile", "PinstripeTestSupport",
        "PinstripeUSB", "TestTools", "CUSBNode",
      ],
      path: "Tests/FastTier/Tests", swiftSettings: common),
    .testTarget(
      name: "PinstripeFilesTests", dependencies: ["PinstripeFiles", "TestTools"],
      swiftSettings: common),
    .testTarget(
      name: "PinstripeProfilesTests",
      dependencies: ["PinstripeProfiles", "PinstripeProfile", "TestTools"], swiftSettings: common),
    .testTarget(
      name: "PinstripeTests",
      dependencies: [
        "Pinstripe", "PinstripeCore", "PinstripeFiles", "PinstripeFrames", "PinstripeKeys",
        "PinstripeMTP", "PinstripePipe", "PinstripeProfile", "PinstripeProfiles", "PinstripeTags",
        "PinstripeTestSupport", "TestTools", "CLibCrypto",
      ],
      swiftSettings: common),
    .testTarget(
      name: "PinstripeCommandTests",
      dependencies: ["PinstripeCommand", "Pinstripe", "TestTools", "CJansson"],
      swiftSettings: common),
    .testTarget(
      name: "CStripeKernelsTests", dependencies: ["CStripeKernels"], swiftSettings: common),
    .testTarget(
      name: "PinstripeCoreTests",
      dependencies: [
        "PinstripeCore", "CPinstripe", "CProviderOpenSSL", "CStripeKernels", "CLibCrypto",
        "TestTools",
      ],
      swiftSettings: common),
    .testTarget(
      name: "PinstripeFramesTests", dependencies: ["PinstripeFrames", "TestTools"],
      swiftSettings: common),
    .testTarget(
      name: "PinstripeTagsTests", dependencies: ["PinstripeTags", "TestTools"],
      swiftSettings: common),
    .testTarget(
      name: "PinstripeKeysTests",
      dependencies: [
        "PinstripeKeys", "PinstripeCore", "PinstripePlayer", "CPinstripe", "CProviderOpenSSL",
        "CLibCrypto", "CLinux",
      ],
      swiftSettings: common),
    .testTarget(
      name: "PinstripeMTPTests",
      dependencies: ["PinstripeMTP", "PinstripePipe", "PinstripeProfile", "PinstripeTestSupport"],
      swiftSettings: common),
    .testTarget(
      name: "PinstripeUSBTests",
      dependencies: ["PinstripePipe", "PinstripeProfile", "PinstripeUSB"],
      swiftSettings: common),
    .testTarget(
      name: "PinstripePlayerTests",
      dependencies: ["PinstripePlayer", "PinstripeCore", "CPinstripe"],
      swiftSettings: common),
    .testTarget(
      name: "PinstripeTestSupportTests",
      dependencies: ["PinstripeMTP", "PinstripePipe", "PinstripeProfile", "PinstripeTestSupport"],
      swiftSettings: common),
  ],
  swiftLanguageModes: [.v6]
)
