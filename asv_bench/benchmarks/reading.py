"""Kernels that read a matrix."""

from benchmarks.subjects.kernel import _Kernel


class Nearest(_Kernel):
    subject = "nearest"


class Gains(_Kernel):
    subject = "gains"


class Reduced(_Kernel):
    subject = "reduced"


class Served(_Kernel):
    subject = "served"


class Knapsack(_Kernel):
    subject = "knapsack"


class Ascent(_Kernel):
    subject = "ascent"


class Cover(_Kernel):
    subject = "cover"


class Order(_Kernel):
    subject = "order"


class NearEnds(_Kernel):
    subject = "near_ends"


class Survey(_Kernel):
    subject = "survey"
