import CPinstripe
import CStripeKernels

/// One of the instruction sets that the stripe is written in.
struct InstructionSet {
  /// Its name in figures.
  let name: String
  let number: UInt32
  /// The stripe as a provider takes it, in this set alone.
  let stripe:
    @convention(c) (
      UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>, Int, Int, Int, UnsafePointer<UInt8>,
      UInt32
    ) -> Void

  /// Those of every architecture, the scalar code first.
  static let all = [
    InstructionSet(name: "scalar", number: STRIPE_SCALAR) {
      _ = stripe_xor_with(STRIPE_SCALAR, $0, $1, $2, $3, $4, $5, $6)
    },
    InstructionSet(name: "ssse3", number: STRIPE_SSSE3) {
      _ = stripe_xor_with(STRIPE_SSSE3, $0, $1, $2, $3, $4, $5, $6)
    },
    InstructionSet(name: "avx2", number: STRIPE_AVX2) {
      _ = stripe_xor_with(STRIPE_AVX2, $0, $1, $2, $3, $4, $5, $6)
    },
    InstructionSet(name: "avx512", number: STRIPE_AVX512) {
      _ = stripe_xor_with(STRIPE_AVX512, $0, $1, $2, $3, $4, $5, $6)
    },
    InstructionSet(name: "neon", number: STRIPE_NEON) {
      _ = stripe_xor_with(STRIPE_NEON, $0, $1, $2, $3, $4, $5, $6)
    },
  ]

  /// Whether this CPU and this build have it.
  var isHere: Bool {
    var byte: UInt8 = 0
    return withUnsafeMutablePointer(to: &byte) {
      stripe_xor_with(number, $0, $0, 0, 0, 1, $0, 0) == 0
    }
  }
}
