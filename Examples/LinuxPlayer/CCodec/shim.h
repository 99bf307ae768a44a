/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * Codec units, and how they are loaded.
 */
#include <dlfcn.h>

#include "../Codecs/codec_unit.h"

/* The unit in a shared object, or NULL; then dlerror() has the reason, or says nothing because the
 * table is of another version. A unit stays loaded. */
static inline const codec_unit *codec_load(const char *path) {
  const codec_unit *unit;
  void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (object == NULL) return NULL;
  unit = (const codec_unit *)dlsym(object, "pinstripe_codec_unit");
  if (unit == NULL) return NULL;
  return unit->struct_size == sizeof *unit && unit->version == CODEC_UNIT_VERSION ? unit : NULL;
}
