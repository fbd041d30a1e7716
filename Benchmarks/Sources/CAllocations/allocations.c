// Stands in front of the C library's allocator: the program's own definitions go before those of shared libraries.
#include "allocations.h"

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *pointer, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *pointer);

static atomic_ulong count;
static atomic_long bytes;

static void *counted(void *pointer) {
    atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
    if (pointer) atomic_fetch_add_explicit(&bytes, (long)malloc_usable_size(pointer), memory_order_relaxed);
    return pointer;
}

static void uncount(void *pointer) {
    if (pointer) atomic_fetch_sub_explicit(&bytes, (long)malloc_usable_size(pointer), memory_order_relaxed);
}

void *malloc(size_t size) { return counted(__libc_malloc(size)); }
void *calloc(size_t number, size_t size) { return counted(__libc_calloc(number, size)); }
void *memalign(size_t alignment, size_t size) { return counted(__libc_memalign(alignment, size)); }
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **pointer, size_t alignment, size_t size) {
    void *made = memalign(alignment, size);
    if (!made) return ENOMEM;
    *pointer = made;
    return 0;
}

void *realloc(void *pointer, size_t size) {
    uncount(pointer);
    return counted(__libc_realloc(pointer, size));
}

void free(void *pointer) {
    uncount(pointer);
    __libc_free(pointer);
}

unsigned long allocation_count(void) { return atomic_load(&count); }
long allocated_bytes(void) { return atomic_load(&bytes); }
