// Counts what the whole process asks malloc for.
#pragma once

/// Calls of malloc, calloc, realloc and the aligned forms since the start.
unsigned long allocation_count(void);

/// Bytes that are in use now, as the allocator rounds them.
long allocated_bytes(void);
