/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * reference FILE.mp3 [SECONDS] > out.raw
 *
 * What this architecture's libmpg123 makes of a file on its own: the sound that the player must equal.
 * (Between architectures the samples differ by one step, so each is its own judge.)
 */
#include <mpg123.h>
#include <stdio.h>
#include <stdlib.h>

int main(int count, char **arguments) {
  static unsigned char pcm[65536];
  const long *rates;
  size_t rate_count, index, got;
  long rate;
  int channels, encoding, status;
  mpg123_handle *codec;
  if (count < 2 || mpg123_init() != MPG123_OK) return 64;
  codec = mpg123_new(NULL, &status);
  if (codec == NULL) return 70;
  mpg123_param(codec, MPG123_ADD_FLAGS, MPG123_QUIET, 0);
  mpg123_format_none(codec);
  mpg123_rates(&rates, &rate_count);
  for (index = 0; index < rate_count; index++)
    mpg123_format(codec, rates[index], MPG123_MONO | MPG123_STEREO, MPG123_ENC_SIGNED_16);
  if (mpg123_open(codec, arguments[1]) != MPG123_OK ||
      mpg123_getformat(codec, &rate, &channels, &encoding) != MPG123_OK)
    return 66;
  if (count > 2 && mpg123_seek(codec, atol(arguments[2]) * rate, SEEK_SET) < 0) return 65;
  do {
    status = mpg123_read(codec, pcm, sizeof pcm, &got);
    if (fwrite(pcm, 1, got, stdout) != got) return 74;
  } while (status == MPG123_OK || status == MPG123_NEW_FORMAT);
  mpg123_delete(codec);
  return status == MPG123_DONE && fflush(stdout) == 0 ? 0 : 65;
}
