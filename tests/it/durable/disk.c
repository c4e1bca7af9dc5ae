/* A disk that fails: while a file names them, writing ("w"), syncing ("s") or reading ("r") files under a folder ends with
   EIO, as a dying disk has it; for the stories of such disks. Cut writes ("c") take half of what they are given. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fails(int file, char what) {
    const char *orders = getenv("DISK_FILE"), *under = getenv("DISK_UNDER");
    if (orders == NULL || under == NULL) {
        return 0;
    }
    char words[8] = {0}, link[64], path[4096];
    int order = (int)syscall(SYS_openat, AT_FDCWD, orders, O_RDONLY | O_CLOEXEC, 0);
    if (order < 0) {
        return 0;
    }
    long read = syscall(SYS_read, order, words, sizeof words - 1);
    syscall(SYS_close, order);
    if (read <= 0 || strchr(words, what) == NULL) {
        return 0;
    }
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) {
        return 0;
    }
    path[length] = 0;
    return strncmp(path, under, strlen(under)) == 0;
}

#define FAILING(file, what, call) \
    if (fails(file, what)) {      \
        errno = EIO;              \
        return -1;                \
    }                             \
    return call

ssize_t pwrite64(int file, const void *bytes, size_t many, off64_t at) {
    if (many > 1 && fails(file, 'c')) {
        return syscall(SYS_pwrite64, file, bytes, many / 2, at);
    }
    FAILING(file, 'w', syscall(SYS_pwrite64, file, bytes, many, at));
}

ssize_t write(int file, const void *bytes, size_t many) {
    FAILING(file, 'w', syscall(SYS_write, file, bytes, many));
}

ssize_t pread64(int file, void *bytes, size_t many, off64_t at) {
    FAILING(file, 'r', syscall(SYS_pread64, file, bytes, many, at));
}

ssize_t read(int file, void *bytes, size_t many) {
    FAILING(file, 'r', syscall(SYS_read, file, bytes, many));
}

int fdatasync(int file) {
    FAILING(file, 's', (int)syscall(SYS_fdatasync, file));
}

int fsync(int file) {
    FAILING(file, 's', (int)syscall(SYS_fsync, file));
}

int sync_file_range(int file, off64_t from, off64_t many, unsigned flags) {
    FAILING(file, 's', (int)syscall(SYS_sync_file_range, file, from, many, flags));
}
