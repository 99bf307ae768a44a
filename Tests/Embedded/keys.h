/* SPDX-License-Identifier: Apache-2.0 OR MIT
 *
 * The provider that a test program is built with: OpenSSL unless WITH_MBEDTLS or WITH_AFALG is defined.
 */
#ifndef KEYS_H
#define KEYS_H

#if defined(WITH_MBEDTLS)
#include "pinstripe_mbedtls.h"
typedef pinstripe_mbedtls_state keys_state;
#define keys_open pinstripe_mbedtls_provider
#define keys_load pinstripe_mbedtls_load_key
#define keys_close pinstripe_mbedtls_destroy
#elif defined(WITH_AFALG)
#include "pinstripe_afalg.h"
typedef pinstripe_afalg_state keys_state;
#define keys_open pinstripe_afalg_provider
#define keys_load pinstripe_afalg_load_key
#define keys_close pinstripe_afalg_destroy
#else
#include "pinstripe_openssl.h"
typedef pinstripe_openssl_state keys_state;
#define keys_open pinstripe_openssl_provider
#define keys_load pinstripe_openssl_load_key
#define keys_close pinstripe_openssl_destroy
#endif

#endif
