// zlib; Debian's package is zlib1g-dev.
#include <zlib.h>
