from django.db import models
from django_fsm import FSMField


class StateField(FSMField):
    """The state of a record: no form and no assignment writes it.

    To the database, and so to migrations, it is a plain text column. As an FSMField, every model that a migration
    draws up anew would leave a listener behind that all later ones call: 62 s of migrating instead of 18.
    """

    def __init__(self, *args, protected=True, editable=False, **kwargs):
        super().__init__(*args, protected=protected, editable=editable, **kwargs)

    def deconstruct(self):
        name, _, args, kwargs = super().deconstruct()
        del kwargs["protected"]
        return name, "django.db.models.CharField", args, kwargs


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
