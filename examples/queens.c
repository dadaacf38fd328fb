/* In how many ways do ten queens stand on a board of ten by ten without threatening each other? */
#include <stdio.h>

enum { SIZE = 10, ALL = (1 << SIZE) - 1 };

static int place(int columns, int falling, int rising) {
    if (columns == ALL) return 1;
    int ways = 0;
    for (int free = ALL & ~(columns | falling | rising); free != 0; free &= free - 1) {
        int queen = free & -free;
        ways += place(columns | queen, (falling | queen) << 1, (rising | queen) >> 1);
    }
    return ways;
}

int main(void) {
    printf("%d ways to place %d queens\n", place(0, 0, 0), SIZE);
    return 0;
}
