// What C does with the same work: the yardsticks of the benchmarks, not part of the product.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// Labels `count` candles by a literal scan: for each entry the first later candle that reaches
/// the deadline (reason 3), else touches the upper barrier (1), else the lower one (2).
///
/// All arrays hold `count` elements. The barriers are `close * factor`, the deadline `time +
/// timeout` in milliseconds. An entry that no candle decides gets the exit index -1 and reason 0.
void mr_scan(const int64_t *time, const double *high, const double *low, const double *close,
             size_t count, double take_profit_factor, double stop_loss_factor, int64_t timeout,
             int32_t *exit_index, uint8_t *reason);
