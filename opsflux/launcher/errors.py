"""What the launcher says when it cannot go on."""


class LauncherError(Exception):
    """`what` went wrong and what to do about it, both printed as they are."""

    def __init__(self, what: str, advice: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.advice = advice
