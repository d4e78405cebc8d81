"""Small matrix work on one core."""

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def on_one_core(compute: Callable[P, T]) -> Callable[P, T]:
    """Let NumPy and SciPy use one core while a function runs.

    Their threads wait for each other by spinning. The eigenvectors of 768 examples' products take 0.11 s of one core,
    and 1.0 to 1.3 s of two cores that have other work as well.
    """

    @functools.wraps(compute)
    def limited(*args: P.args, **kwargs: P.kwargs) -> T:
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1, user_api="blas"):
            return compute(*args, **kwargs)

    return limited
