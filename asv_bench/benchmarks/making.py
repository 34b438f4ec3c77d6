"""Kernels that make a matrix, checks and allocation included."""

from benchmarks.subjects.kernel import _Kernel


class GreatCircle(_Kernel):
    subject = "great_circle"


class Latency(_Kernel):
    subject = "latency"


class Cost(_Kernel):
    subject = "cost"
