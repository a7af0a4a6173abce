// libpq, PostgreSQL's C client; Debian's package is libpq-dev. pkg-config tells where its header lies, and where there is no
// pkg-config, Debian's folder is tried.
#if __has_include(<libpq-fe.h>)
#include <libpq-fe.h>
#else
#include <postgresql/libpq-fe.h>
#endif
