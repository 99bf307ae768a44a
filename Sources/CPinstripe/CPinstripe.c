/* SPDX-License-Identifier: Apache-2.0 OR MIT */
/* Makes every C build prove that the contract is plain C99 with the sizes it states. */
#include "pinstripe_decoder.h"

typedef char pinstripe_decoder_has_its_size
    [sizeof(pinstripe_decoder) == PINSTRIPE_DECODER_SIZE ? 1 : -1];
