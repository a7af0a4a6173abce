#ifdef __linux__
#define _GNU_SOURCE
#include "SoakClock.h"

#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const int64_t none = 0;
static const volatile int64_t *offset = &none;

/// Without the variable or the file, the time is the machine's.
__attribute__((constructor)) static void open_offset(void) {
    const char *path = getenv("SOAK_CLOCK");
    if (path == NULL) return;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    void *page = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (page != MAP_FAILED) offset = page;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = (int)syscall(SYS_clock_gettime, clock, time);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += *offset;
    return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    (void)zone;
    struct timespec now;
    int result = clock_gettime(CLOCK_REALTIME, &now);
    if (result == 0) *time = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    return result;
}

time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result != NULL) *result = now.tv_sec;
    return now.tv_sec;
}

/// The kernel waits by the machine's clock. Times since the start of the machine are small numbers, and are left as they are.
static int is_calendar(const struct timespec *time) { return time->tv_sec > 1000000000; }

static struct timespec real(const struct timespec *time) {
    return (struct timespec){.tv_sec = time->tv_sec - *offset, .tv_nsec = time->tv_nsec};
}

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, const struct timespec *restrict time) {
    if (!is_calendar(time)) return pthread_cond_clockwait(condition, mutex, CLOCK_MONOTONIC, time);
    struct timespec until = real(time);
    return pthread_cond_clockwait(condition, mutex, CLOCK_REALTIME, &until);
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict time) {
    struct timespec until = real(time);
    return sem_clockwait(semaphore, CLOCK_REALTIME, &until);
}
#endif
