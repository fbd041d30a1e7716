#ifndef FORGETFUL_H
#define FORGETFUL_H

#include <stdint.h>

/// A layer between SQLite and the files of one folder, which behaves as a disk does when the power is cut: what was
/// written and not yet synchronised may be there afterwards, or not, or in part, in any order.
///
/// The layer is SQLite's default file system once it is installed, and leaves alone whatever lies outside of the folders
/// that are watched.
typedef struct forgetful_disk forgetful_disk;

/// Installs the layer for this process. Any number of calls is as good as one.
///
/// - Returns: 0, or SQLite's error code.
int forgetful_install(void);

/// Begins to watch the files of a folder: those that are there now count as durable.
///
/// - Parameter folder: an absolute path without links.
forgetful_disk *forgetful_watch(const char *folder);

/// Cuts the power in the middle of the operation of that number, counted from now on: writes, truncations,
/// synchronisations and deletions. From then on everything fails.
void forgetful_cut_after(forgetful_disk *disk, int64_t operations);

/// Lets the disk be full at the operation of that number, counted from now on, and after it; or, below zero, no more.
void forgetful_fill_after(forgetful_disk *disk, int64_t operations);

/// Whether the power was cut.
int forgetful_is_cut(const forgetful_disk *disk);

/// How many operations there were so far.
int64_t forgetful_operations(const forgetful_disk *disk);

/// Gives the files the content that a disk might show after the power was cut at this moment, and lets them be used
/// again. No connection may be open.
///
/// - Parameter seed: what was kept, lost and torn follows from it.
/// - Returns: 0, or -1 if a file cannot be written.
int forgetful_restart(forgetful_disk *disk, uint64_t seed);

/// Ends watching.
void forgetful_end(forgetful_disk *disk);

#endif
