from ..forms import TodayReasonForm


class KeepDespiteRepeatForm(TodayReasonForm):
    """第六十七条（一）：the decision stands for the suspensions there are on the day it is asked for."""

    def details(self):
        return {**super().details(), "times": self.agreement.times_suspended}
