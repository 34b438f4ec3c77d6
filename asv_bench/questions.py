"""What questions after the first plan cost, in times one solve of the same case in the same run.

python asv_bench/questions.py [CASE] [--points 20] [--against mean-latency carbon risk]
"""

import argparse
import time

import sitewright as sw
from sitewright.optimizer.explain.regret import Asked, chunks, questions, regrets
from sitewright.optimizer.study.executor import Threads
from sitewright.optimizer.study.frontier import frontier

THREADS = 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", nargs="?", default="europe-2015")
    parser.add_argument("--against", nargs="*", default=["mean-latency", "carbon", "risk"])
    parser.add_argument("--points", type=int, default=20)
    args = parser.parse_args()
    problem = sw.load(args.case)
    sw.solve(problem, ties=False)
    started = time.perf_counter()
    plan = sw.solve(problem, ties=False)
    one = time.perf_counter() - started
    print(f"one solve: {one:.2f} s")

    started = time.perf_counter()
    which = chunks(questions(problem), 2 * THREADS)
    parts = Threads(THREADS).map(
        regrets, Asked(problem, plan, 1e-6), which, stop=lambda: False, on_done=lambda done, of: None
    )
    found = [r for part in parts for r in part]
    spent = time.perf_counter() - started
    exact = sum(r.low == r.high for r in found)
    print(f"regret of {len(found)} sites and partners, {exact} exact: {spent:.1f} s, {spent / one:.1f} x one solve")

    for against in args.against:
        started = time.perf_counter()
        answer = frontier(problem, against, points=args.points, threads=THREADS)
        spent = time.perf_counter() - started
        done, n = sum(p.settled for p in answer.points), len(answer.points)
        print(f"frontier of {n} points against {against}, {done} proved: {spent:.1f} s, {spent / one:.1f} x one solve")
        wide = max((1 - p.bound / p.cost for p in answer.points if p.reached is not None), default=0.0)
        print(f"widest gap of a point with a plan: {wide:.2%}")


if __name__ == "__main__":
    main()
