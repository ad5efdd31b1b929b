from django.db import models


class Stateful(models.Model):
    """A record whose state only a declared act can change.

    A protected state must be dropped before Django may reload it; doing so on this one instance, and not by
    lifting the protection of the whole class, is what keeps two threads out of each other's way.
    """

    class Meta:
        abstract = True

    def refresh_from_db(self, *args, **kwargs):
        self.__dict__.pop("status", None)
        super().refresh_from_db(*args, **kwargs)
