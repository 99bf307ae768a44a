/* What of Mbed TLS the provider needs (pinstripe_mbedtls.h). */
#define MBEDTLS_AES_C
#define MBEDTLS_CIPHER_MODE_CTR
#define MBEDTLS_CHACHA20_C
#define MBEDTLS_HKDF_C
#define MBEDTLS_MD_C
#define MBEDTLS_SHA256_C
/* Tables in ROM, and one of 1 KiB for each direction instead of four. */
#define MBEDTLS_AES_ROM_TABLES
#define MBEDTLS_AES_FEWER_TABLES
