/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * libasound, of which Swift cannot import the alloca macros.
 */
#include <alsa/asoundlib.h>
#include <stdint.h>

static inline void alsa_be_quiet(const char *file, int line, const char *function, int error,
                                 const char *format, ...) {
  (void)file, (void)line, (void)function, (void)error, (void)format;
}

/* Opens a card by name; one that is in use is not waited for. The player says itself what went wrong.
 * 0 or a negative errno. */
static inline int32_t alsa_open(snd_pcm_t **card, const char *name) {
  int status;
  snd_lib_error_set_handler(alsa_be_quiet);
  status = snd_pcm_open(card, name, SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK);
  return status < 0 ? status : snd_pcm_nonblock(*card, 0);
}

/* Sound comes as it is: where the card does not take its rate, "plughw:…" converts. */
static inline int32_t alsa_prepare(snd_pcm_t *card, uint32_t rate, uint32_t channels,
                                   uint32_t milliseconds) {
  return snd_pcm_set_params(card, SND_PCM_FORMAT_S16, SND_PCM_ACCESS_RW_INTERLEAVED, channels, rate,
                            1, milliseconds * 1000);
}

/* Frames until silence; 0 when nothing sounds. */
static inline uint32_t alsa_pending(snd_pcm_t *card) {
  snd_pcm_sframes_t frames;
  if (snd_pcm_state(card) != SND_PCM_STATE_RUNNING && snd_pcm_state(card) != SND_PCM_STATE_PREPARED &&
      snd_pcm_state(card) != SND_PCM_STATE_PAUSED)
    return 0;
  return snd_pcm_delay(card, &frames) < 0 || frames < 0 ? 0 : (uint32_t)frames;
}
