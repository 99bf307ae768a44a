/// The files of DeviceProfiles/, compiled in.
#ifndef PINSTRIPE_DEVICE_PROFILES_H
#define PINSTRIPE_DEVICE_PROFILES_H

#include <stddef.h>

/// The files one after the other, each followed by a zero byte; valid for ever.
const unsigned char *_Nonnull pinstripe_device_profiles(void);

/// The bytes of all, zero bytes included.
size_t pinstripe_device_profiles_size(void);

#endif
