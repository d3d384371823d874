#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws what ./dev bench measured.

    bench_chart.py FILE.svg < OBJECT       OBJECT: the one line that ./dev bench --json ends with

Figures that the object does not have are left out; ratios that stand in no other panel have one of their own.
"""

import json
import sys

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot  # noqa: E402  (the backend is chosen first)

OURS, OTHERS = "#b5402a", "#8a9199"
PEERS = [("pipe", "pipe"), ("POSIX mq", "mq"), ("AF_UNIX seqpacket", "unix"), ("D-Bus", "dbus"), ("machd", "rpc")]
NOT_OURS = {label for label, key in PEERS if key != "rpc"} | {"AF_UNIX"}
SIZES = ("64k", "1m", "16m", "64m")
PANELS = [
    ("64-byte round trip, hot (us, less is better)", [(label, key + "_hot_us") for label, key in PEERS]),
    ("64-byte round trip after 2 ms of rest (us)", [(label, key + "_idle_us") for label, key in PEERS]),
    ("64-byte messages a second, one way (more is better)",
     [("pipe", "pipe_oneway_per_s"), ("AF_UNIX seqpacket", "unix_oneway_per_s"), ("machd", "oneway_per_s")]),
    ("out-of-line memory there and back, machd / AF_UNIX stream", [(s, f"ool_{s}_over_unix") for s in SIZES]),
    ("cost beside that of the smallest size (1 is flat)",
     [("send, 100,000 ports", "send_100k_ports_over_10"), ("allocate, 100,000 ports", "allocate_100k_ports_over_10"),
      ("round trip, 1,000 tasks", "rpc_1k_tasks_over_1")]),
    ("an urgent call to a background server beside hogs, p99 / unloaded",
     [("workloop", "inversion_p99_over_unloaded"), ("plain server", "inversion_p99_over_unloaded_plain"),
      ("4 servers", "inversion_p99_over_unloaded_4hops"), ("sessions", "inversion_p99_over_unloaded_sessions"),
      ("4, sessions", "inversion_p99_over_unloaded_4hops_sessions"), ("AF_UNIX", "inversion_unix_p99_over_unloaded"),
      ("POSIX mq", "inversion_mq_p99_over_unloaded"), ("D-Bus", "inversion_dbus_p99_over_unloaded")]),
    ("another pair's call, p99 (us)",
     [("alone", "abuse_quiet_p99_us"), ("while a million ports die", "ports_die_p99_us"),
      ("while 10,000 rights in transit are toggled", "chain_p99_us")]),
]


def panels_of(figures):
    shown = [(title, [(label, figures[key]) for label, key in bars if key in figures]) for title, bars in PANELS]
    used = {key for _, bars in PANELS for _, key in bars} | {f"rpc_idle_over_{p}" for p in ("unix", "dbus")}
    rest = [(key, value) for key, value in figures.items()
            if "_over_" in key and key not in used and not key.startswith(("rpc_hot", "oneway_over", "ool_", "inversion_"))]
    return [(title, bars) for title, bars in shown + [("other ratios", rest)] if bars]


def draw(axes, title, bars):
    labels = [label for label, _ in bars]
    values = [value for _, value in bars]
    ours = [label not in NOT_OURS for label in labels]
    places = range(len(bars))
    axes.barh(places, values, color=[OURS if mine else OTHERS for mine in ours], height=0.62)
    axes.set_yticks(places, labels)
    axes.invert_yaxis()
    axes.set_title(title, loc="left", fontsize=9)
    axes.set_xlim(0, max(values) * 1.18)
    axes.xaxis.set_visible(False)
    for place, value in zip(places, values):
        axes.text(value, place, f" {value:,.0f}" if value >= 1000 else f" {value:.3g}", va="center", fontsize=8)
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)


def main():
    panels = panels_of(json.loads(sys.stdin.read()))
    if len(sys.argv) != 2 or not panels:
        sys.exit(__doc__)
    pyplot.rcParams.update({"svg.hashsalt": "machd", "font.size": 8})
    heights = [len(bars) + 1.2 for _, bars in panels]
    figure, rows = pyplot.subplots(len(panels), 1, figsize=(7.2, 0.27 * sum(heights)), squeeze=False,
                                   gridspec_kw={"height_ratios": heights})
    for axes, (title, bars) in zip(rows[:, 0], panels):
        draw(axes, title, bars)
    figure.tight_layout()
    figure.savefig(sys.argv[1], metadata={"Date": None})


main()
