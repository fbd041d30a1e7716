#pragma once

/// Prints `load: ` and the message on standard error and ends the process with status 1: a measurement in which
/// anything was not as expected is no measurement.
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
