"""Proofs that are recomputed: growing one, and checking it."""

from dataclasses import replace

import sitewright as sw


class Proof:
    """The smallest bundled case: a mean latency, a budget, a quota, partners, residency, capacities."""

    def setup(self):
        self.problem = sw.load("southeast-asia-2015")
        self.plan = sw.solve(self.problem, ties=False)
        self.proved = sw.prove(self.problem, self.plan, gap=0.0)  # compiles
        self.bare = replace(self.plan, certificate=replace(self.plan.certificate, proof=None))

    def time_prove(self):
        sw.prove(self.problem, self.bare, gap=0.0)

    def time_verify(self):
        self.proved.verify(self.problem)

    def track_nodes(self):
        """How large the tree is."""
        return self.proved.certificate.proof.nodes
