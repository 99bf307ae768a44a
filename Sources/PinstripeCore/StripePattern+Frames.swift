// The one switch of the core: firmware for tracks without frame maps is built with
// -D PINSTRIPE_EVERY_ONLY (build-decoder.sh --every-only). All that reads maps hangs on it, and goes.

#if PINSTRIPE_EVERY_ONLY
  extension StripePattern {
    /// Whether framed patterns are read; without, they are refused as ``TrackError/pattern``.
    static var knowsFrames: Bool { false }
  }
#else
  extension StripePattern {
    /// Whether framed patterns are read; without, they are refused as ``TrackError/pattern``.
    static var knowsFrames: Bool { true }
  }
#endif
