"""What a new process pays for its kernels, the import included, where the machine code is cached."""

from sitewright.kernels import warmup


class FirstCall:
    def setup(self):
        warmup()

    def timeraw_warmup(self):
        return "from sitewright.kernels import warmup; warmup()"
