/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * capture DEVICE RATE SECONDS > out.raw
 *
 * What a sound card hears, as it is: 16 bits, two channels. Says "listening" on stderr when it does.
 * At most 6 seconds: when the other end stops, snd-aloop leaves what was in a shorter buffer before for
 * a moment.
 */
#include <alsa/asoundlib.h>
#include <stdio.h>
#include <stdlib.h>

int main(int count, char **arguments) {
  static short pcm[2 * 1024];
  snd_pcm_t *card;
  long left, rate;
  if (count < 4) return 64;
  rate = atol(arguments[2]);
  if (snd_pcm_open(&card, arguments[1], SND_PCM_STREAM_CAPTURE, 0) < 0 ||
      snd_pcm_set_params(card, SND_PCM_FORMAT_S16, SND_PCM_ACCESS_RW_INTERLEAVED, 2,
                         (unsigned)rate, 0, 6000000) < 0 ||
      snd_pcm_start(card) < 0)
    return 74;
  fputs("listening\n", stderr);
  for (left = (long)(atof(arguments[3]) * (double)rate); left > 0;) {
    snd_pcm_sframes_t got = snd_pcm_readi(card, pcm, 1024);
    if (got < 0) {
      fprintf(stderr, "overrun: %s\n", snd_strerror((int)got));
      return 65;
    }
    if (fwrite(pcm, 4, (size_t)got, stdout) != (size_t)got) return 74;
    left -= got;
  }
  snd_pcm_close(card);
  return fflush(stdout) == 0 ? 0 : 74;
}
