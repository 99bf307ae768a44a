#include <jansson.h>

/* json_error_code(3) under another name: in Swift the enumeration of that name hides the function. */
static inline int pinstripe_json_error_code(const json_error_t *error) {
  return (int)json_error_code(error);
}
