#include "forgetful.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// What a disk never tears: everything smaller is there or not.
enum { sector = 512 };

typedef struct {
    unsigned char *bytes;
    size_t size;
} content;

// Something that was done to a file since it was synchronised: a write, or, without bytes, a truncation to `offset`.
typedef struct operation {
    struct operation *next;
    sqlite3_int64 offset;
    size_t size;
    unsigned char *bytes;
} operation;

typedef struct file_state {
    struct file_state *next;
    char *path;
    // What a disk certainly shows under this name, if it shows anything.
    content durable;
    int is_durable;
    // Whether the file that programs see is there, and whether it is another one than the durable one of this name.
    int exists;
    int is_new;
    operation *pending;
    operation **last;
} file_state;

struct forgetful_disk {
    forgetful_disk *next;
    char *folder;
    file_state *files;
    int64_t operations;
    // The numbers of the operations at which the power is cut and the disk is full; below zero for never.
    int64_t cut_at;
    int64_t full_at;
    int is_cut;
};

typedef struct {
    sqlite3_file base;
    forgetful_disk *disk;
    file_state *state;
    // Whether the next synchronisation is one of the folder, too.
    int syncs_folder;
    // The file of the system's own layer lies behind this.
    sqlite3_file *real;
} forgetful_file;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static forgetful_disk *disks;
static sqlite3_vfs *system_vfs;
static sqlite3_vfs layer;

static void *checked(void *memory) {
    if (memory == NULL) abort();
    return memory;
}

// Content

static void resize(content *content, size_t size) {
    content->bytes = checked(realloc(content->bytes, size + 1));
    if (size > content->size) memset(content->bytes + content->size, 0, size - content->size);
    content->size = size;
}

static void put(content *content, const unsigned char *bytes, size_t size, size_t offset) {
    if (size == 0) return;
    if (offset + size > content->size) resize(content, offset + size);
    memcpy(content->bytes + offset, bytes, size);
}

static void clear(content *content) {
    free(content->bytes);
    content->bytes = NULL;
    content->size = 0;
}

static int load(content *content, const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) return 0;
    clear(content);
    resize(content, 0);
    unsigned char buffer[1 << 16];
    size_t count;
    while ((count = fread(buffer, 1, sizeof buffer, file)) > 0) put(content, buffer, count, content->size);
    fclose(file);
    return 1;
}

static int store(const content *content, const char *path) {
    FILE *file = fopen(path, "wb");
    if (file == NULL) return -1;
    size_t written = content->size == 0 ? 0 : fwrite(content->bytes, 1, content->size, file);
    int closed = fclose(file);
    return written == content->size && closed == 0 ? 0 : -1;
}

// Operations

static void note(file_state *state, sqlite3_int64 offset, const void *bytes, size_t size) {
    operation *new = checked(calloc(1, sizeof *new));
    new->offset = offset;
    if (bytes != NULL) {
        new->size = size;
        new->bytes = checked(malloc(size + 1));
        memcpy(new->bytes, bytes, size);
    }
    *state->last = new;
    state->last = &new->next;
}

static void forget_pending(file_state *state) {
    operation *each = state->pending;
    while (each != NULL) {
        operation *next = each->next;
        free(each->bytes);
        free(each);
        each = next;
    }
    state->pending = NULL;
    state->last = &state->pending;
}

static void apply(content *content, const operation *operation) {
    if (operation->bytes == NULL) {
        resize(content, (size_t)operation->offset);
    } else {
        put(content, operation->bytes, operation->size, (size_t)operation->offset);
    }
}

static void synchronise(file_state *state) {
    if (state->is_new) clear(&state->durable);
    for (operation *each = state->pending; each != NULL; each = each->next) apply(&state->durable, each);
    forget_pending(state);
    state->is_durable = 1;
    state->is_new = 0;
}

// What was deleted does not come back.
static void synchronise_folder(forgetful_disk *disk) {
    for (file_state *state = disk->files; state != NULL; state = state->next) {
        if (state->exists && !state->is_new) continue;
        state->is_durable = 0;
        clear(&state->durable);
    }
}

static file_state *find(forgetful_disk *disk, const char *path) {
    file_state *state = disk->files;
    while (state != NULL && strcmp(state->path, path) != 0) state = state->next;
    return state;
}

static file_state *find_or_add(forgetful_disk *disk, const char *path) {
    file_state *state = find(disk, path);
    if (state != NULL) return state;
    state = checked(calloc(1, sizeof *state));
    state->path = checked(strdup(path));
    state->last = &state->pending;
    state->exists = state->is_durable = load(&state->durable, path);
    state->next = disk->files;
    disk->files = state;
    return state;
}

static forgetful_disk *disk_of(const char *path) {
    if (path == NULL) return NULL;
    for (forgetful_disk *disk = disks; disk != NULL; disk = disk->next) {
        size_t length = strlen(disk->folder);
        if (strncmp(path, disk->folder, length) == 0 && path[length] == '/') return disk;
    }
    return NULL;
}

// Counts an operation that is about to happen. Nonzero if it does not: SQLITE_FULL, or `failure` if the power is cut. An
// operation during which it is cut may still leave something behind.
static int count(forgetful_disk *disk, int failure, int takes_room) {
    if (disk->is_cut) return failure;
    int64_t number = disk->operations++;
    if (disk->cut_at >= 0 && number >= disk->cut_at) disk->is_cut = 1;
    if (disk->is_cut) return failure;
    return takes_room && disk->full_at >= 0 && number >= disk->full_at ? SQLITE_FULL : SQLITE_OK;
}

// Files

static forgetful_file *ours(sqlite3_file *file) { return (forgetful_file *)file; }

static sqlite3_file *real(sqlite3_file *file) { return ours(file)->real; }

static int close_file(sqlite3_file *file) { return real(file)->pMethods->xClose(real(file)); }

static int read_file(sqlite3_file *file, void *bytes, int size, sqlite3_int64 offset) {
    pthread_mutex_lock(&mutex);
    int is_cut = ours(file)->disk->is_cut;
    pthread_mutex_unlock(&mutex);
    return is_cut ? SQLITE_IOERR_READ : real(file)->pMethods->xRead(real(file), bytes, size, offset);
}

static int write_file(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset) {
    pthread_mutex_lock(&mutex);
    int was_cut = ours(file)->disk->is_cut;
    int result = count(ours(file)->disk, SQLITE_IOERR_WRITE, 1);
    if (!was_cut && result != SQLITE_FULL) note(ours(file)->state, offset, bytes, (size_t)size);
    if (result == SQLITE_OK) result = real(file)->pMethods->xWrite(real(file), bytes, size, offset);
    pthread_mutex_unlock(&mutex);
    return result;
}

static int truncate_file(sqlite3_file *file, sqlite3_int64 size) {
    pthread_mutex_lock(&mutex);
    int was_cut = ours(file)->disk->is_cut;
    int result = count(ours(file)->disk, SQLITE_IOERR_TRUNCATE, 0);
    if (!was_cut) note(ours(file)->state, size, NULL, 0);
    if (result == SQLITE_OK) result = real(file)->pMethods->xTruncate(real(file), size);
    pthread_mutex_unlock(&mutex);
    return result;
}

// The system is not asked: nothing here outlives the process anyway, and this is quicker.
static int sync_file(sqlite3_file *file, int flags) {
    (void)flags;
    pthread_mutex_lock(&mutex);
    int result = count(ours(file)->disk, SQLITE_IOERR_FSYNC, 0);
    if (result == SQLITE_OK) {
        synchronise(ours(file)->state);
        if (ours(file)->syncs_folder) synchronise_folder(ours(file)->disk);
        ours(file)->syncs_folder = 0;
    }
    pthread_mutex_unlock(&mutex);
    return result;
}

static int size_of_file(sqlite3_file *file, sqlite3_int64 *size) {
    return real(file)->pMethods->xFileSize(real(file), size);
}

static int lock_file(sqlite3_file *file, int level) { return real(file)->pMethods->xLock(real(file), level); }

static int unlock_file(sqlite3_file *file, int level) { return real(file)->pMethods->xUnlock(real(file), level); }

static int check_reserved(sqlite3_file *file, int *result) {
    return real(file)->pMethods->xCheckReservedLock(real(file), result);
}

static int control_file(sqlite3_file *file, int operation, void *argument) {
    return real(file)->pMethods->xFileControl(real(file), operation, argument);
}

static int sector_size(sqlite3_file *file) {
    (void)file;
    return sector;
}

static int characteristics(sqlite3_file *file) {
    return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

static int map_shared(sqlite3_file *file, int page, int size, int extend, void volatile **memory) {
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, memory);
}

static int lock_shared(sqlite3_file *file, int offset, int count, int flags) {
    return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}

static void barrier(sqlite3_file *file) { real(file)->pMethods->xShmBarrier(real(file)); }

static int unmap_shared(sqlite3_file *file, int delete) {
    return real(file)->pMethods->xShmUnmap(real(file), delete);
}

// Version 2: without memory mapped files, which would pass by this layer.
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = size_of_file,
    .xLock = lock_file,
    .xUnlock = unlock_file,
    .xCheckReservedLock = check_reserved,
    .xFileControl = control_file,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = map_shared,
    .xShmLock = lock_shared,
    .xShmBarrier = barrier,
    .xShmUnmap = unmap_shared,
};

static int open_file(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *result) {
    (void)vfs;
    pthread_mutex_lock(&mutex);
    forgetful_disk *disk = disk_of(path);
    if (disk == NULL) {
        pthread_mutex_unlock(&mutex);
        return system_vfs->xOpen(system_vfs, path, file, flags, result);
    }
    memset(file, 0, sizeof(forgetful_file));
    int code = SQLITE_CANTOPEN;
    if (!disk->is_cut) {
        file_state *state = find_or_add(disk, path);
        forgetful_file *opened = ours(file);
        opened->disk = disk;
        opened->state = state;
        opened->real = (sqlite3_file *)(opened + 1);
        code = system_vfs->xOpen(system_vfs, path, opened->real, flags, result);
        if (code == SQLITE_OK) {
            if (!state->exists) {
                state->exists = 1;
                state->is_new = 1;
            }
            // As the system's own layer has it: the first synchronisation of a journal is one of its folder.
            int journals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
            opened->syncs_folder = (flags & SQLITE_OPEN_CREATE) != 0 && (flags & journals) != 0;
            file->pMethods = &methods;
        }
    }
    pthread_mutex_unlock(&mutex);
    return code;
}

static int delete_file(sqlite3_vfs *vfs, const char *path, int sync_folder) {
    (void)vfs;
    pthread_mutex_lock(&mutex);
    forgetful_disk *disk = disk_of(path);
    int code = disk == NULL ? SQLITE_OK : count(disk, SQLITE_IOERR_DELETE, 0);
    if (code == SQLITE_OK) code = system_vfs->xDelete(system_vfs, path, sync_folder);
    if (code == SQLITE_OK && disk != NULL) {
        file_state *state = find_or_add(disk, path);
        state->exists = 0;
        forget_pending(state);
        if (sync_folder) {
            state->is_durable = 0;
            clear(&state->durable);
        }
    }
    pthread_mutex_unlock(&mutex);
    return code;
}

int forgetful_install(void) {
    pthread_mutex_lock(&mutex);
    int code = SQLITE_OK;
    if (system_vfs == NULL) {
        system_vfs = sqlite3_vfs_find(NULL);
        layer = *system_vfs;
        layer.zName = "forgetful";
        layer.pNext = NULL;
        layer.szOsFile = system_vfs->szOsFile + (int)sizeof(forgetful_file);
        layer.xOpen = open_file;
        layer.xDelete = delete_file;
        code = sqlite3_vfs_register(&layer, 1);
    }
    pthread_mutex_unlock(&mutex);
    return code;
}

// Disks

forgetful_disk *forgetful_watch(const char *folder) {
    forgetful_disk *disk = checked(calloc(1, sizeof *disk));
    disk->folder = checked(strdup(folder));
    disk->cut_at = disk->full_at = -1;
    pthread_mutex_lock(&mutex);
    disk->next = disks;
    disks = disk;
    pthread_mutex_unlock(&mutex);
    return disk;
}

void forgetful_cut_after(forgetful_disk *disk, int64_t operations) {
    pthread_mutex_lock(&mutex);
    disk->cut_at = disk->operations + operations;
    pthread_mutex_unlock(&mutex);
}

void forgetful_fill_after(forgetful_disk *disk, int64_t operations) {
    pthread_mutex_lock(&mutex);
    disk->full_at = operations < 0 ? -1 : disk->operations + operations;
    pthread_mutex_unlock(&mutex);
}

int forgetful_is_cut(const forgetful_disk *disk) {
    pthread_mutex_lock(&mutex);
    int is_cut = disk->is_cut;
    pthread_mutex_unlock(&mutex);
    return is_cut;
}

int64_t forgetful_operations(const forgetful_disk *disk) {
    pthread_mutex_lock(&mutex);
    int64_t operations = disk->operations;
    pthread_mutex_unlock(&mutex);
    return operations;
}

// splitmix64
static uint64_t dice(uint64_t *state) {
    uint64_t value = *state += 0x9E3779B97F4A7C15u;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
    return value ^ (value >> 31);
}

// Applies some of the sectors of a write.
static void tear(content *content, const operation *operation, uint64_t *random) {
    size_t done = 0;
    while (done < operation->size) {
        size_t offset = (size_t)operation->offset + done;
        size_t room = sector - offset % sector;
        size_t size = operation->size - done < room ? operation->size - done : room;
        if (dice(random) % 2 == 0) put(content, operation->bytes + done, size, offset);
        done += size;
    }
}

// What is left of a file: 0 for nothing.
static int survive(file_state *state, content *left, uint64_t *random) {
    int keeps_old = state->is_durable && (!state->exists || state->is_new) && dice(random) % 2 == 0;
    int is_gone = !keeps_old && (!state->exists || (state->is_new && dice(random) % 4 == 0));
    if (is_gone) return 0;
    if (keeps_old || !state->is_new) put(left, state->durable.bytes, state->durable.size, 0);
    if (keeps_old) return 1;
    // Sometimes everything arrived, sometimes nothing, mostly something.
    uint64_t mood = dice(random) % 8;
    for (operation *each = state->pending; each != NULL; each = each->next) {
        uint64_t fate = mood == 0 ? 0 : mood == 1 ? 1 : dice(random) % 3;
        if (fate == 0) apply(left, each);
        if (fate == 2 && each->bytes != NULL) tear(left, each, random);
    }
    return 1;
}

int forgetful_restart(forgetful_disk *disk, uint64_t seed) {
    pthread_mutex_lock(&mutex);
    int result = 0;
    for (file_state *state = disk->files; state != NULL; state = state->next) {
        content left = {NULL, 0};
        int exists = survive(state, &left, &seed);
        if (exists) {
            if (store(&left, state->path) != 0) result = -1;
        } else {
            unlink(state->path);
        }
        forget_pending(state);
        clear(&state->durable);
        state->durable = left;
        state->exists = state->is_durable = exists;
        state->is_new = 0;
        // Shared memory is memory.
        char shared[4096];
        if (snprintf(shared, sizeof shared, "%s-shm", state->path) < (int)sizeof shared) unlink(shared);
    }
    disk->cut_at = disk->full_at = -1;
    disk->is_cut = 0;
    pthread_mutex_unlock(&mutex);
    return result;
}

void forgetful_end(forgetful_disk *disk) {
    pthread_mutex_lock(&mutex);
    forgetful_disk **link = &disks;
    while (*link != disk) link = &(*link)->next;
    *link = disk->next;
    pthread_mutex_unlock(&mutex);
    while (disk->files != NULL) {
        file_state *state = disk->files;
        disk->files = state->next;
        forget_pending(state);
        clear(&state->durable);
        free(state->path);
        free(state);
    }
    free(disk->folder);
    free(disk);
}
