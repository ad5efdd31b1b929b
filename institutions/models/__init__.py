from .contact import Contact
from .holidays import CalendarDay, HolidayNotice
from .institution import Department, Institution, InstitutionVersion, StaffMember
from .people import Role, User
from .region import Agency, AgencyVersion, Level, Region

__all__ = [
    "Agency",
    "AgencyVersion",
    "CalendarDay",
    "Contact",
    "Department",
    "HolidayNotice",
    "Institution",
    "InstitutionVersion",
    "Level",
    "Region",
    "Role",
    "StaffMember",
    "User",
]
