#pragma once
#include <zlib.h>
// Swift's Glibc module leaves statfs(2) out; only SystemIO, which imports this module, needs it.
#include <sys/statfs.h>
