/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/screen.h - a terminal that is redrawn and asked for keys, and put back as it was at the end */
#pragma once

#include <stdbool.h>

/* False: standard input or output is no terminal. The terminal is put back at exit too. */
bool screen_begin(void);
void screen_end(void);

/* 24 x 80 where the terminal does not say. */
void screen_size(int *lines_p, int *columns_p);

/* Drawing begins at the top; what is left of the former picture goes with screen_shown. */
void screen_home(void);
void screen_shown(void);

/* The next key, 0 after that time or when the picture should be drawn again, 'q' when the program is to end. */
int screen_key(int milliseconds);
