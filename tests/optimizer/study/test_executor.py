"""Many questions at once: the same answers from threads and a cluster, whatever dies or is stopped on the way."""

import os
import signal
import threading
import time

import pytest
from distributed import Client, LocalCluster

import sitewright as sw
from sitewright.instances import generate
from sitewright.optimizer.study.executor import Cluster, Threads


@pytest.fixture(scope="module")
def cluster():
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster:
        yield cluster


def slow(shared, item, stop):
    """Count to a second in steps, or end early; says who did it."""
    for _ in range(20):
        if stop():
            return ("stopped", item, os.getpid())
        time.sleep(0.05)
    return (shared["name"], item, os.getpid())


def failing(shared, item, stop):
    raise ValueError(f"no answer to {item}")


def never():
    return False


def test_a_killed_worker_loses_nothing(cluster):
    """Killed in the middle of a question: it is asked again, of a worker that has what is shared."""
    seen = []
    with Client(cluster) as client:
        victim = next(iter(client.run(os.getpid).values()))
    killer = threading.Timer(1.5, os.kill, (victim, signal.SIGKILL))
    killer.start()
    answers = Cluster(cluster.scheduler_address).map(
        slow, {"name": "shared"}, list(range(6)), stop=never, on_done=lambda done, of: seen.append((done, of))
    )
    killer.join()
    assert [(name, item) for name, item, _ in answers] == [("shared", k) for k in range(6)]
    assert seen == [(k, 6) for k in range(1, 7)]
    with Client(cluster) as client:
        assert victim not in client.run(os.getpid).values()


@pytest.mark.parametrize("where", ["threads", "cluster"])
def test_a_stop_reaches_those_who_work_and_those_who_wait(where, cluster):
    """A cancel must not wait for hours of questions; what is answered so far comes back."""
    executor = Threads(2) if where == "threads" else Cluster(cluster.scheduler_address)
    started = time.monotonic()
    answers = executor.map(
        slow,
        {"name": "shared"},
        list(range(20)),
        stop=lambda: time.monotonic() - started > 0.3,
        on_done=lambda *_: None,
    )
    assert time.monotonic() - started < 6
    assert [item for _, item, _ in answers] == list(range(20))
    assert sum(name == "stopped" for name, *_ in answers) >= 16


@pytest.mark.parametrize("where", ["threads", "cluster"])
def test_an_error_ends_all_and_is_raised_here(where, cluster):
    executor = Threads(2) if where == "threads" else Cluster(cluster.scheduler_address)
    with pytest.raises(ValueError, match="no answer to"):
        executor.map(failing, None, [1, 2, 3], stop=never, on_done=lambda *_: None)


def test_an_explanation_is_the_same_on_a_cluster(cluster):
    """Fails if what is shared cannot travel, or workers answer another question than threads do."""
    problem, stages = generate("cornuejols", seed=3, customers=10, sites=5, r=2.0), []
    here = sw.explain(problem)
    there = sw.explain(problem, cluster=cluster.scheduler_address, on_progress=lambda e: stages.append(e.stage))
    assert [(r.name, r.high) for r in there.regrets] == [(r.name, pytest.approx(r.high)) for r in here.regrets]
    assert [(b.rule, b.high) for b in there.bindings] == [(b.rule, pytest.approx(b.high)) for b in here.bindings]
    assert any(stage.startswith("regrets") for stage in stages)


def test_a_cluster_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr("sitewright.optimizer.study.executor.PATIENCE", 1)
    with pytest.raises(sw.InvalidProblem, match="cluster"):
        sw.explain(generate("euclidean_ufl", seed=1, n=5), cluster="tcp://127.0.0.1:9")
