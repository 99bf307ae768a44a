import CALSA
import PinstripePlayer

/// A sound card, through libasound.
struct SoundCard: DeviceOutput, ~Copyable {
  /// Half a second: longer than it takes to open a track, so that none is late for its turn.
  private static var milliseconds: UInt32 { 500 }

  private let name: UnsafePointer<CChar>
  private let card: OpaquePointer
  private var format = PCMFormat(rate: 0, channels: 0)
  /// The frames that the card takes at once: 4 KiB, or half of its buffer where that is less, because
  /// more than the whole would never be free.
  private var portion: snd_pcm_sframes_t = 0

  init(name: UnsafePointer<CChar>) throws(PlayerError) {
    var card: OpaquePointer?
    let status = alsa_open(&card, name)
    guard status >= 0, let card else { throw .output(-status) }
    self.name = name
    self.card = card
  }

  mutating func begin(_ format: PCMFormat) throws(PlayerError) {
    self.format = format
    try check(alsa_prepare(card, format.rate, format.channels, Self.milliseconds))
    var total: snd_pcm_uframes_t = 0
    var period: snd_pcm_uframes_t = 0
    try check(snd_pcm_get_params(card, &total, &period))
    portion = snd_pcm_sframes_t(max(1, min(4096 / UInt(format.frameSize), UInt(total) / 2)))
  }

  mutating func write(_ pcm: Span<UInt8>) throws(PlayerError) {
    let frameSize = Int(format.frameSize)
    var done = 0
    while done + frameSize <= pcm.count {
      let count = pcm.withUnsafeBytes { bytes in
        snd_pcm_writei(
          card, bytes.baseAddress?.advanced(by: done),
          snd_pcm_uframes_t((bytes.count - done) / frameSize))
      }
      if count < 0 {
        // The card ran dry or was asleep; what it had is lost, what comes plays.
        try check(snd_pcm_recover(card, Int32(truncatingIfNeeded: count), 1))
      } else {
        done += Int(count) * frameSize
      }
    }
  }

  mutating func finish() throws(PlayerError) {
    // A paused card would let the silence below wait for ever, with nobody listening to signals; whoever
    // ends there does not want the rest.
    guard snd_pcm_state(card) != SND_PCM_STATE_PAUSED else { return try discard() }
    // Some cards stop before their last period is out.
    var total: snd_pcm_uframes_t = 0
    var period: snd_pcm_uframes_t = 0
    try check(snd_pcm_get_params(card, &total, &period))
    let silence = InlineArray<1024, UInt8>(repeating: 0)
    let portion = 1024 / Int(format.frameSize)
    var left = Int(period)
    while left > 0 {
      try write(silence.span.extracting(first: min(left, portion) * Int(format.frameSize)))
      left -= portion
    }
    try check(snd_pcm_drain(card))
  }

  var pending: UInt32 { alsa_pending(card) }

  mutating func readiness() throws(PlayerError) -> Readiness {
    let free = snd_pcm_avail(card)
    guard free >= 0 else {
      try check(snd_pcm_recover(card, Int32(truncatingIfNeeded: free), 1))
      return .ready
    }
    guard free < portion else { return .ready }
    // The card starts by itself when its buffer is full to the last frame, which it may never be.
    if snd_pcm_state(card) == SND_PCM_STATE_PREPARED { try check(snd_pcm_start(card)) }
    return .milliseconds(Int32((portion - free) * 1000 / snd_pcm_sframes_t(format.rate)) + 1)
  }

  mutating func pause() throws(PlayerError) -> UInt32 {
    guard snd_pcm_state(card) == SND_PCM_STATE_RUNNING else { return 0 }
    if snd_pcm_pause(card, 1) >= 0 { return 0 }
    let lost = pending
    try discard()
    return lost
  }

  mutating func resume() throws(PlayerError) {
    guard snd_pcm_state(card) == SND_PCM_STATE_PAUSED else { return }
    try check(snd_pcm_pause(card, 0))
  }

  mutating func discard() throws(PlayerError) {
    // Before its first sound there is nothing that a card would take.
    guard snd_pcm_state(card) != SND_PCM_STATE_OPEN else { return }
    try check(snd_pcm_drop(card))
    try check(snd_pcm_prepare(card))
  }

  private func check(_ status: Int32) throws(PlayerError) {
    guard status >= 0 else { throw .output(-status) }
  }

  deinit {
    snd_pcm_close(card)
  }
}
