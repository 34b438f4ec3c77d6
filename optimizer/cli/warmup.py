"""`sitewright warmup`: compile every kernel once, for container images."""


def warmup() -> int:
    """Compile all CPU kernels into the cache, so that the first solve need not."""
    from sitewright import kernels

    for name, seconds in kernels.warmup():
        print(f"{name:<28} {seconds:6.2f} s")
    return 0
