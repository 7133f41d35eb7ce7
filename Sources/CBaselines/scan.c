#include "CBaselines.h"

void mr_scan(const int64_t *time, const double *high, const double *low, const double *close,
             size_t count, double take_profit_factor, double stop_loss_factor, int64_t timeout,
             int32_t *exit_index, uint8_t *reason) {
    for (size_t i = 0; i < count; i++) {
        const double take_profit = close[i] * take_profit_factor;
        const double stop_loss = close[i] * stop_loss_factor;
        const int64_t deadline = time[i] + timeout;
        int32_t exit = -1;
        uint8_t why = 0;
        for (size_t j = i + 1; j < count; j++) {
            if (time[j] >= deadline) {
                exit = (int32_t)j;
                why = 3;
                break;
            }
            if (high[j] >= take_profit) {
                exit = (int32_t)j;
                why = 1;
                break;
            }
            if (low[j] <= stop_loss) {
                exit = (int32_t)j;
                why = 2;
                break;
            }
        }
        exit_index[i] = exit;
        reason[i] = why;
    }
}
