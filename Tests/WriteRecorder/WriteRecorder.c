#define _GNU_SOURCE
#include "WriteRecorder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static int watching;
static char watched_file[PATH_MAX], watched_directory[PATH_MAX], watched_parent[PATH_MAX];
static int record = -1;
static uint64_t calls;
static int reached;
static struct {
    int fate;
    uint64_t call;
    int code;
    int kinds;
    int persists;
} plan;

// The calls themselves, not through libc's names, which are the ones below.

static ssize_t raw_write(int file, const void *bytes, size_t count, off_t offset) {
    return offset < 0 ? syscall(SYS_write, file, bytes, count)
                      : syscall(SYS_pwrite64, file, bytes, count, offset);
}

static ssize_t raw_write_parts(int file, const struct iovec *parts, int count, off_t offset) {
    return offset < 0 ? syscall(SYS_writev, file, parts, count)
                      : syscall(SYS_pwritev, file, parts, count, offset, 0L);
}

static int raw_sync(int file, int data_only) {
    return (int)syscall(data_only ? SYS_fdatasync : SYS_fsync, file);
}

/// A file is recognised by what it is, not by the name or the descriptor it was opened under.
static int is_same(int file, const char *path) {
    struct stat open_file, named;
    int code = errno;
    int same = path[0] && fstat(file, &open_file) == 0 && stat(path, &named) == 0
        && open_file.st_dev == named.st_dev && open_file.st_ino == named.st_ino;
    errno = code;
    return same;
}

static void note(uint32_t kind, uint64_t offset, const struct iovec *parts, int count) {
    if (record < 0) return;
    int code = errno;
    uint64_t length = 0;
    for (int part = 0; part < count; part++) length += parts[part].iov_len;
    struct {
        uint32_t kind, zero;
        uint64_t offset, length;
    } entry = {kind, 0, offset, length};
    // A record with a hole proves nothing: better none at all.
    if (raw_write(record, &entry, sizeof entry, -1) != (ssize_t)sizeof entry) abort();
    if (count > 0 && raw_write_parts(record, parts, count, -1) != (ssize_t)length) abort();
    errno = code;
}

static int next_fate(int kind) {
    if (plan.fate == RECORDER_NOTHING || !(plan.kinds & kind)) return RECORDER_NOTHING;
    calls++;
    if (calls != plan.call && !(plan.persists && calls > plan.call)) return RECORDER_NOTHING;
    reached = 1;
    return plan.fate;
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

/// Writes the first half of the parts; half a page or half of several.
static ssize_t write_half(int file, const struct iovec *parts, int count, off_t offset) {
    size_t length = 0;
    for (int part = 0; part < count; part++) length += parts[part].iov_len;
    char *bytes = malloc(length + 1);
    size_t end = 0;
    for (int part = 0; part < count; part++) {
        memcpy(bytes + end, parts[part].iov_base, parts[part].iov_len);
        end += parts[part].iov_len;
    }
    ssize_t written = raw_write(file, bytes, length / 2, offset);
    free(bytes);
    return written;
}

/// Every writing call; an `offset` below zero is the file's own.
static ssize_t put(int file, const struct iovec *parts, int count, off_t offset) {
    if (!watching || !is_same(file, watched_file))
        return raw_write_parts(file, parts, count, offset);
    off_t place = offset < 0 ? lseek(file, 0, SEEK_CUR) : offset;
    int through = (fcntl(file, F_GETFL) & O_DSYNC) != 0;
    int fate = next_fate(through ? RECORDER_WRITES_THROUGH : RECORDER_WRITES);
    switch (fate) {
    case RECORDER_FAILS:
        errno = plan.code;
        return -1;
    case RECORDER_WRITES_HALF:
        return write_half(file, parts, count, offset);
    case RECORDER_DIES_HALFWAY:
        write_half(file, parts, count, offset);
        die();
        break;
    case RECORDER_DIES_BEFORE:
        die();
    }
    ssize_t written = raw_write_parts(file, parts, count, offset);
    if (fate == RECORDER_DIES_AFTER) die();
    if (fate == RECORDER_DOES_AND_FAILS) {
        errno = plan.code;
        return -1;
    }
    if (written >= 0)
        note(through ? RECORDER_WROTE_THROUGH : RECORDER_WROTE, (uint64_t)place, parts, count);
    return written;
}

static int synchronize(int file, int data_only) {
    if (!watching) return raw_sync(file, data_only);
    if (is_same(file, watched_directory) || is_same(file, watched_parent)) {
        int result = raw_sync(file, data_only);
        if (result == 0)
            note(
                is_same(file, watched_directory) ? RECORDER_SYNCED_DIRECTORY
                                                 : RECORDER_SYNCED_PARENT,
                0, NULL, 0);
        return result;
    }
    if (!is_same(file, watched_file)) return raw_sync(file, data_only);
    int fate = next_fate(RECORDER_SYNCS);
    if (fate == RECORDER_DIES_BEFORE || fate == RECORDER_DIES_HALFWAY) die();
    if (fate == RECORDER_FAILS || fate == RECORDER_WRITES_HALF) {
        errno = plan.code;
        return -1;
    }
    int result = raw_sync(file, data_only);
    if (fate == RECORDER_DIES_AFTER) die();
    if (fate == RECORDER_DOES_AND_FAILS) {
        errno = plan.code;
        return -1;
    }
    if (result == 0) note(RECORDER_SYNCED, 0, NULL, 0);
    return result;
}

// What the linker finds before libc's.

ssize_t write(int file, const void *bytes, size_t count) {
    struct iovec part = {(void *)bytes, count};
    return put(file, &part, 1, -1);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
    struct iovec part = {(void *)bytes, count};
    return put(file, &part, 1, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off_t offset) {
    return pwrite(file, bytes, count, offset);
}

ssize_t writev(int file, const struct iovec *parts, int count) { return put(file, parts, count, -1); }

ssize_t pwritev(int file, const struct iovec *parts, int count, off_t offset) {
    return put(file, parts, count, offset);
}

ssize_t pwritev64(int file, const struct iovec *parts, int count, off_t offset) {
    return put(file, parts, count, offset);
}

int fsync(int file) { return synchronize(file, 0); }

int fdatasync(int file) { return synchronize(file, 1); }

int msync(void *start, size_t length, int flags) {
    // LMDB maps read-only here: a written map would pass the recorder unseen.
    if (watching) note(RECORDER_UNKNOWN, 0, NULL, 0);
    return (int)syscall(SYS_msync, start, length, flags);
}

int ftruncate(int file, off_t length) {
    if (watching && is_same(file, watched_file))
        note(RECORDER_UNKNOWN, 0, NULL, 0);
    return (int)syscall(SYS_ftruncate, file, length);
}

int ftruncate64(int file, off_t length) { return ftruncate(file, length); }

static int keep(char *target, const char *path) {
    size_t length = path ? strlen(path) : 0;
    if (length >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(target, path ? path : "", length + 1);
    return 0;
}

int write_recorder_watch(
    const char *file, const char *directory, const char *parent, const char *path) {
    write_recorder_stop();
    if (keep(watched_file, file) || keep(watched_directory, directory)
        || keep(watched_parent, parent))
        return -1;
    if (path) {
        record = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (record < 0) return -1;
    }
    watching = 1;
    return 0;
}

void write_recorder_plan(int fate, uint64_t call, int code, int kinds, int persists) {
    plan.fate = fate;
    plan.call = call;
    plan.code = code;
    plan.kinds = kinds;
    plan.persists = persists;
    calls = 0;
    reached = 0;
}

int write_recorder_reached(void) { return reached; }

void write_recorder_mark(uint64_t number) { note(RECORDER_MARKED, number, NULL, 0); }

void write_recorder_stop(void) {
    if (record >= 0) close(record);
    record = -1;
    watching = 0;
    plan.fate = RECORDER_NOTHING;
}
