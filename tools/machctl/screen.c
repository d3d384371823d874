/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/machctl/screen.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum { CONTROL_C = 3 };

static struct termios before;
static bool is_begun;
static volatile sig_atomic_t is_ended;

static void on_end(int signal)
{
    (void)signal;
    is_ended = 1;
}

/* Only to end the wait for a key. */
static void on_resize(int signal)
{
    (void)signal;
}

static void set_signals(void)
{
    struct sigaction end = { .sa_handler = on_end }, resize = { .sa_handler = on_resize };

    sigaction(SIGTERM, &end, NULL);
    sigaction(SIGHUP, &end, NULL);
    sigaction(SIGINT, &end, NULL);
    sigaction(SIGWINCH, &resize, NULL);
}

bool screen_begin(void)
{
    struct termios raw;

    if (!isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &before) != 0)
        return false;
    raw = before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) != 0)
        return false;
    is_begun = true;
    atexit(screen_end);
    set_signals();
    fputs("\033[?1049h\033[?25l", stdout);
    return true;
}

void screen_end(void)
{
    if (!is_begun)
        return;
    is_begun = false;
    fputs("\033[?25h\033[?1049l", stdout);
    fflush(stdout);
    tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

void screen_size(int *lines_p, int *columns_p)
{
    struct winsize size;
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0;

    *lines_p = known ? size.ws_row : 24;
    *columns_p = known ? size.ws_col : 80;
}

void screen_home(void)
{
    fputs("\033[H", stdout);
}

void screen_shown(void)
{
    fputs("\033[J", stdout);
    fflush(stdout);
}

int screen_key(int milliseconds)
{
    struct pollfd wait = { .fd = STDIN_FILENO, .events = POLLIN };
    unsigned char key = 0;

    if (poll(&wait, 1, milliseconds) == 1 && read(STDIN_FILENO, &key, 1) != 1)
        return 'q';
    return is_ended || key == CONTROL_C ? 'q' : key;
}
