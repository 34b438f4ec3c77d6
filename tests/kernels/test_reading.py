"""What holds of every kernel that reads a matrix, wherever the matrix lies."""

import importlib
from typing import Any

import dask.array as da
import numpy as np
import pytest
import xarray as xr

from sitewright.kernels import ascent, cover, gains, knapsack, nearest, order, reduced, served, upload
from sitewright.kernels._backends import why_no_cuda
from sitewright.optimizer.errors import InvalidProblem, TooLarge
from tests.kernels.calls import READING
from tests.kernels.places import Place, tiles

MATRIX = np.random.default_rng(7).uniform(0, 1000, (12, 7))
needs_cuda = pytest.mark.skipif(bool(why_no_cuda()), reason="no card, and NUMBA_ENABLE_CUDASIM is not set")


@pytest.mark.parametrize("name", READING)
def test_chunks_that_split_sites_are_refused(name: str) -> None:
    """Fails if a kernel rechunks, which moves the whole matrix, or answers for half the sites."""
    for matrix, options in (
        (da.from_array(MATRIX, chunks=(12, 4)), {"backend": "dask"}),
        (tiles(MATRIX, (12, 4)), {}),
    ):
        with pytest.raises(InvalidProblem, match=r"hold all sites in each chunk.*chunks=\(rows, all sites\)"):
            READING[name](matrix, **options)


@pytest.mark.parametrize("name", READING)
def test_a_matrix_that_lies_elsewhere_is_refused_with_the_way(name: str) -> None:
    """Fails if a backend silently fetches a matrix from where it lies, or sends it there for one pass."""
    for matrix, backend, says in (
        (MATRIX, "dask", r"found a NumPy array. Fix: use backend='cpu', or dask.array.from_array"),
        (da.from_array(MATRIX, chunks=(5, 7)), "cpu", r"found a dask array. Fix: use backend='dask'"),
        (tiles(MATRIX, (5, 7)), "dask", r"found tiles. Fix: use backend='cpu'"),
    ):
        with pytest.raises(InvalidProblem, match=says):
            READING[name](matrix, backend=backend)


@pytest.mark.parametrize("name", READING)
def test_integers_on_dask_or_in_tiles_are_refused(name: str) -> None:
    """Fails if they are computed into memory to be converted."""
    whole = MATRIX.astype(np.int64)
    for matrix, options in ((da.from_array(whole, chunks=(5, 7)), {"backend": "dask"}), (tiles(whole, (5, 7)), {})):
        with pytest.raises(InvalidProblem, match=r"must be a matrix of float32 or float64, found shape \(12, 7\) of i"):
            READING[name](matrix, **options)


@pytest.mark.parametrize("name", READING)
def test_lists_integers_transposes_and_labelled_arrays_are_taken_as_the_matrix(name: str) -> None:
    """Fails if another layout is read as if it were rows, or an xarray.DataArray is taken for tiles or for Dask."""
    whole = MATRIX.round()
    right = READING[name](whole)
    labelled = xr.DataArray(whole, dims=("customer", "site"))
    on_dask = xr.DataArray(da.from_array(whole, chunks=(12, 7)), dims=("customer", "site"))
    same: list[tuple[Any, dict[str, Any]]] = [(whole.astype(np.int32), {}), (np.asfortranarray(whole), {})]
    frozen = whole.copy()
    frozen.setflags(write=False)
    same += [(frozen, {}), (labelled, {}), (on_dask, {"backend": "dask"})]
    for matrix, options in same:
        for one, other in zip(READING[name](matrix, **options), right, strict=True):
            assert np.array_equal(one, other)


@pytest.mark.parametrize("n", [0, 3])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_matrix_without_sites_has_empty_answers(n: int, dtype: str, place: Place) -> None:
    """Fails if a kernel is launched on nothing, or an answer's shape is lost where there is nothing to answer."""
    at, options = place.put(np.zeros((n, 0), dtype)), place.options
    near = nearest(at, [], **options)
    assert near.site.tolist() == near.second_site.tolist() == [-1] * n and np.isinf(near.cost).all()
    assert reduced(at, np.ones(n), **options).value.shape == (0,)
    assert served(at, np.ones(n), [], **options).tolist() == [0] * n
    assert knapsack(at, np.ones(n), np.ones(n), [], **options).value.shape == (0,)
    assert cover(at, 1.0, **options).bits.shape == (0, 1 if n else 0)
    assert order(at, **options).shape == (n, 0)
    if n:
        for call in (lambda: gains(at, [], **options), lambda: ascent(at, [], **options)):
            with pytest.raises(InvalidProblem, match="customer 0"):
                call()
    else:
        assert gains(at, [], **options).loss.shape == (0, 0)
        assert ascent(at, [], **options).bound == 0.0


@needs_cuda
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", [name for name in READING if name != "whole knapsack"])
def test_a_matrix_that_is_uploaded_once_serves_every_kernel(name: str, dtype: str) -> None:
    """Fails if a kernel does not take a matrix on the card, changes it, or takes it to the CPU without a word."""
    matrix = MATRIX.astype(dtype)
    card = upload(matrix)
    for one, other in zip(READING[name](card, backend="cuda"), READING[name](matrix), strict=True):
        assert np.allclose(one, other, rtol=1e-6 if dtype == "float32" else 1e-12)
    assert np.array_equal(card.copy_to_host(), matrix)
    with pytest.raises(InvalidProblem, match="found an array on a card"):
        READING[name](card)


def test_an_answer_as_large_as_the_matrix_is_refused_where_it_does_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if a full order, or who is taken where, is begun although it cannot be held."""
    for kernel in ("order", "knapsack"):
        monkeypatch.setattr(importlib.import_module(f"sitewright.kernels.{kernel}"), "available", lambda: 80.0)
    with pytest.raises(TooLarge, match=r"12 x 7 int32 needs 336 bytes, but there are 80 bytes.*use k, for"):
        READING["order"](MATRIX)
    with pytest.raises(TooLarge, match=r"7 x 12 bool needs 84 bytes, but there are 80 bytes.*use whole=False"):
        READING["whole knapsack"](MATRIX)


@needs_cuda
def test_a_matrix_that_the_card_cannot_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if the driver's error is all that a user gets, or tiles are read as a whole to be uploaded."""
    monkeypatch.setattr("sitewright.kernels._card.free", lambda: 100.0)
    with pytest.raises(TooLarge, match=r"12 x 7 float64 needs 672 bytes, but there are 100 bytes.*np.float32"):
        upload(MATRIX)
    with pytest.raises(InvalidProblem, match="found tiles"):
        upload(tiles(MATRIX, (5, 7)))


def test_uploading_without_a_card_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails if the matrix stays where it is without a word."""
    monkeypatch.setattr("numba.cuda.is_available", lambda: False)
    with pytest.raises(InvalidProblem, match=r"no CUDA card.*sitewright\[cuda\]"):
        upload(MATRIX)
