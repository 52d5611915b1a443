"""Clusters that cost no new process."""

from functools import partial

from distributed import LocalCluster

#: Its tasks see monkeypatches; give ``n_workers=1, threads_per_worker=1`` for one that works.
in_this_process = partial(LocalCluster, processes=False, dashboard_address="127.0.0.1:0")
