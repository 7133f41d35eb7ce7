// Stands between a program and the disk, for one file: records what is written to it and synced,
// makes the n-th of these calls fail as a kernel would, or kills the process there.
//
// Linked into the simulator, its functions come before those of libc, for liblmdb too. Calls on
// other files pass untouched. Not for several threads: the simulator's workers have one.
#ifndef WRITE_RECORDER_H
#define WRITE_RECORDER_H

#include <stdint.h>

/// What befalls the call that a plan names.
enum write_recorder_fate {
    RECORDER_NOTHING = 0,
    /// Fails and does nothing.
    RECORDER_FAILS = 1,
    /// Does its work and reports failure all the same: an O_DSYNC write whose sync failed.
    RECORDER_DOES_AND_FAILS = 2,
    /// Writes the first half, as a disk that just became full; a sync fails.
    RECORDER_WRITES_HALF = 3,
    /// SIGKILL before the call.
    RECORDER_DIES_BEFORE = 4,
    /// SIGKILL when half is written; a sync is not made.
    RECORDER_DIES_HALFWAY = 5,
    /// SIGKILL after the call.
    RECORDER_DIES_AFTER = 6,
};

/// Kinds of calls that a plan counts; they may be added.
enum write_recorder_calls {
    /// Writes that wait for no disk.
    RECORDER_WRITES = 1,
    /// Syncs.
    RECORDER_SYNCS = 2,
    /// Writes through O_DSYNC.
    RECORDER_WRITES_THROUGH = 4,
};

/// Kinds of entries in a record.
enum write_recorder_entry {
    /// Bytes written; durable after the next sync.
    RECORDER_WROTE = 1,
    /// Bytes written through O_DSYNC; durable when the call returns.
    RECORDER_WROTE_THROUGH = 2,
    /// Everything written is durable.
    RECORDER_SYNCED = 3,
    /// A call that LMDB does not make as it is opened here, and that no replay knows: `ftruncate`
    /// of the file, or `msync`.
    RECORDER_UNKNOWN = 4,
    /// The names in the watched directory are durable.
    RECORDER_SYNCED_DIRECTORY = 5,
    /// The worker's own mark, its number in `offset`.
    RECORDER_MARKED = 6,
    /// The names in the directory that holds the watched one are durable.
    RECORDER_SYNCED_PARENT = 7,
};

// An entry: kind (4), zero (4), offset (8), length (8), in the machine's byte order; `length` bytes.

/// Watches a file, which need not exist yet. Calls on its directory and the one above are recorded.
///
/// Returns 0, or −1 with errno if the record cannot be made. `record` may be NULL.
int write_recorder_watch(
    const char *file, const char *directory, const char *parent, const char *record);

/// Plans what befalls the `call`-th call from now, counted from 1, among those of `kinds`.
/// `persists`: and every later one.
void write_recorder_plan(int fate, uint64_t call, int code, int kinds, int persists);

/// Whether the planned call was reached.
int write_recorder_reached(void);

/// Adds a mark to the record.
void write_recorder_mark(uint64_t number);

/// Ends watching and closes the record.
void write_recorder_stop(void);

#endif
