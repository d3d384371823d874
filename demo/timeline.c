/* SPDX-License-Identifier: Apache-2.0 */
#include "demo/timeline.h"

enum { LEFT = 90, WIDTH = 720, LANE = 34, PANEL = 3 * LANE + 58, FOOT = 46 };

static const char *const words[N_STEPS] = {
    [STEP_CALL] = "client   sends its call, and waits; nobody serves it",
    [STEP_START] = "launchd  has noticed, and makes the process",
    [STEP_FIRST] = "process  its first constructor; it has not asked for anything yet",
    [STEP_MAIN] = "process  main()",
    [STEP_CHECK_IN] = "process  has checked in: the receive right, and the call queued on it",
    [STEP_RECEIVE] = "process  has received the call",
    [STEP_ANSWER] = "client   has the answer",
    [STEP_AFTER] = "process  has answered, and goes on by itself",
};

void timeline_tell(const struct launch *launch)
{
    printf("           ms  priority\n");
    for (enum step step = 0; step < N_STEPS; step++)
        printf("     %8.3f  %4d      %s\n", launch_ms(launch, step), launch->at[step].priority, words[step]);
}

/* ---- the picture ---- */

struct panel {
    FILE *out;
    const struct launch *launch;
    int y;
    double per_ms;
};

static const char *colour(int priority)
{
    return priority > 37 ? "#d1495b" : priority > 31 ? "#edae49" : "#8da9c4";
}

static double x_of(const struct panel *p, enum step step)
{
    return LEFT + launch_ms(p->launch, step) * p->per_ms;
}

static void draw_bar(const struct panel *p, int lane, enum step from, enum step to, int priority,
                     const char *style)
{
    double x = x_of(p, from), width = x_of(p, to) - x;

    fprintf(p->out, "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\" %s/>\n", x,
            p->y + 30 + lane * LANE, width > 1 ? width : 1, LANE - 10, colour(priority), style);
}

static void draw_lane(const struct panel *p, int lane, const char *name)
{
    int y = p->y + 30 + lane * LANE;

    fprintf(p->out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", LEFT - 10, y + 17, name);
    fprintf(p->out, "<line x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\" stroke=\"#ddd\"/>\n", LEFT, LEFT + WIDTH,
            y + LANE - 5, y + LANE - 5);
}

/* What a process does until it has the right is one bar, its service another. */
static void draw_panel(const struct panel *p, const char *title)
{
    const struct moment *at = p->launch->at;

    fprintf(p->out, "<text x=\"%d\" y=\"%d\" class=\"title\">%s: %.1f ms</text>\n", LEFT, p->y + 18, title,
            launch_ms(p->launch, STEP_ANSWER));
    draw_lane(p, 0, "client");
    draw_lane(p, 1, "launchd");
    draw_lane(p, 2, "process");
    draw_bar(p, 0, STEP_CALL, STEP_ANSWER, at[STEP_CALL].priority, "fill-opacity=\"0.35\"");
    draw_bar(p, 1, STEP_START, STEP_FIRST, at[STEP_START].priority, "");
    draw_bar(p, 2, STEP_FIRST, STEP_CHECK_IN, at[STEP_FIRST].priority, "");
    draw_bar(p, 2, STEP_CHECK_IN, STEP_RECEIVE, at[STEP_CHECK_IN].priority, "fill-opacity=\"0.75\"");
    draw_bar(p, 2, STEP_RECEIVE, STEP_AFTER, at[STEP_RECEIVE].priority, "");
}

static void draw_scale(FILE *out, int y, double per_ms, double max_ms)
{
    double step = max_ms > 60 ? 20 : max_ms > 25 ? 10 : max_ms > 10 ? 5 : max_ms > 4 ? 2 : 1;

    for (double ms = 0; ms <= max_ms; ms += step)
        fprintf(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" class=\"scale\">%g ms</text>\n",
                LEFT + ms * per_ms, y, ms);
}

static void draw_legend(FILE *out, int y)
{
    static const struct {
        int priority;
        const char *text;
    } entries[] = { { 47, "47, user-interactive" }, { 31, "31, what the process has by itself" } };

    for (int i = 0; i < 2; i++) {
        int x = LEFT + i * 220;
        fprintf(out, "<rect x=\"%d\" y=\"%d\" width=\"14\" height=\"14\" fill=\"%s\"/>", x, y,
                colour(entries[i].priority));
        fprintf(out, "<text x=\"%d\" y=\"%d\" class=\"scale\">priority %s</text>\n", x + 20, y + 12,
                entries[i].text);
    }
}

/* The process may be done before the client runs again, or after. */
static double last_ms(const struct launch *launch)
{
    double answer = launch_ms(launch, STEP_ANSWER), after = launch_ms(launch, STEP_AFTER);

    return answer > after ? answer : after;
}

void timeline_draw(FILE *out, const struct launch *with, const struct launch *without)
{
    double a = last_ms(with), b = last_ms(without), max_ms = a > b ? a : b;
    struct panel panel = { .out = out, .launch = with, .y = 8, .per_ms = WIDTH / max_ms };
    int height = 2 * PANEL + FOOT;

    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n"
            "<style>text{font:13px "
            "sans-serif;fill:#222}.title{font-weight:bold}.scale{font-size:11px;fill:#555}</style>\n"
            "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
            LEFT + WIDTH + 40, height, LEFT + WIDTH + 40, height);
    draw_panel(&panel, "The caller's priority travels with the call");
    panel.launch = without;
    panel.y += PANEL;
    draw_panel(&panel, "The same call without it");
    draw_scale(out, 2 * PANEL + 4, panel.per_ms, max_ms);
    draw_legend(out, 2 * PANEL + 18);
    fputs("</svg>\n", out);
}
