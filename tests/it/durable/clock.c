/* Moves the wall clock of one process by as many seconds as a file says, or stops it at "=seconds"; for the stories of
   clocks that jump or stand still. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *at) {
    int failed = (int)syscall(SYS_clock_gettime, clock, at);
    const char *path = getenv("CLOCK_FILE");
    if (failed || clock != CLOCK_REALTIME || path == NULL) {
        return failed;
    }
    FILE *file = fopen(path, "r");
    long jump = 0;
    if (file != NULL) {
        int stands = fgetc(file) == '=';
        if (!stands) {
            rewind(file);
        }
        if (fscanf(file, "%ld", &jump) == 1) {
            at->tv_nsec = stands ? 0 : at->tv_nsec;
            at->tv_sec = stands ? jump : at->tv_sec + jump;
        }
        fclose(file);
    }
    return 0;
}
