/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * reference FILE [SECONDS] > out.raw
 *
 * What this architecture's libsndfile makes of a file on its own: the sound that the player must
 * equal. (Between architectures samples differ by one step, so each is its own judge.)
 */
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>

int main(int count, char **arguments) {
  static short pcm[65536];
  SF_INFO info = {0};
  SNDFILE *file;
  sf_count_t got;
  if (count < 2) return 64;
  file = sf_open(arguments[1], SFM_READ, &info);
  if (file == NULL || info.channels < 1 || info.channels > 8) return 66;
  sf_command(file, SFC_SET_CLIPPING, NULL, SF_TRUE);
  if (count > 2 && sf_seek(file, atol(arguments[2]) * (sf_count_t)info.samplerate, SEEK_SET) < 0)
    return 65;
  while ((got = sf_readf_short(file, pcm, 65536 / info.channels)) > 0)
    if (fwrite(pcm, sizeof *pcm * (size_t)info.channels, (size_t)got, stdout) != (size_t)got)
      return 74;
  return sf_close(file) == 0 && fflush(stdout) == 0 ? 0 : 65;
}
