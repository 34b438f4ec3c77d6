"""`sitewright warmup`: compile everything once, for container images."""


def warmup() -> int:
    """Compile all CPU kernels and the loops of the exact engine into the cache, so that the first solve need not."""
    from sitewright import kernels
    from sitewright.optimizer.engine.warmup import warmup as engine

    for stage in (kernels.warmup, engine):
        for name, seconds in stage():
            print(f"{name:<28} {seconds:6.2f} s")
    return 0
