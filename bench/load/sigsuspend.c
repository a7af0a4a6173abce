// Preloaded into a gateway under valgrind. Its system call layer (3.19) writes into the signal set that sigsuspend is given, and
// libdispatch's set is in read-only memory, so that valgrind ends. Here it gets a copy.

#define _GNU_SOURCE
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

int sigsuspend(const sigset_t *set) {
    sigset_t copy = *set;
    return syscall(SYS_rt_sigsuspend, &copy, 8);
}
