from .institution import Department, Institution, InstitutionVersion, StaffMember
from .people import Role, User
from .region import Agency, AgencyVersion, Level, Region

__all__ = [
    "Agency",
    "AgencyVersion",
    "Department",
    "Institution",
    "InstitutionVersion",
    "Level",
    "Region",
    "Role",
    "StaffMember",
    "User",
]
