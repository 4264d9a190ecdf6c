"""THE WORDS: the closed lists that all funnels share. What differs from product to product stands in `statuses/`."""

from __future__ import annotations

from enum import Enum, StrEnum, auto, unique
from typing import Final

# fmt: off


@unique
class Role(StrEnum):
    """Who acts. A host maps its own staff to these; with several hats, the strongest one of this act."""

    SYSTEM = auto()         # no person: a clock, a web hook, a rule
    OWNER = auto()          # the account holder
    ADMIN = auto()          # runs the account for the owner
    COACH = auto()          # any plain user: coach, tutor, franchisee, photographer
    SPECIAL_DESK = auto()   # a central desk beside the franchisee (BANG: the Care Center)
    CLIENT = auto()         # the contact; never changes a status
    VIEWER = auto()         # reads only


STAFF: Final = (Role.OWNER, Role.ADMIN, Role.COACH)
"""Members who can be given clients; a viewer only reads. Source: DL8."""

STAFF_OR_DESK: Final = (*STAFF, Role.SPECIAL_DESK)
"""People who work for the account. A client never changes a status."""

HANDS: Final = (*STAFF_OR_DESK, Role.SYSTEM)
"""The same, and what runs without anybody."""

HEADS: Final = (Role.OWNER, Role.ADMIN, Role.SYSTEM)
"""Who runs the account, and answers for what it keeps. Source: DL8."""


@unique
class Right(StrEnum):
    """What a status may open or do. Each funnel has some of these columns; a host may bring its own enum."""

    LOG_IN = auto()             # reach the private portal at all; the other portal rights need it
    CREDENTIALS = auto()        # hold a user name and a password
    CHANGE_PASSWORD = auto()
    PAGES = auto()              # private web pages
    FORMS = auto()
    DOCUMENTS = auto()
    PRODUCTS = auto()           # the contents of what was bought
    CALENDAR = auto()           # see the calendar and schedule inside the portal
    GENERAL_INVOICE = auto()    # be sent an invoice that is not for coaching
    COACHING_INVOICE = auto()   # be billed for coaching
    MATERIAL = auto()           # private sales and promotional material
    MESSAGES = auto()           # private messages
    ESTIMATES = auto()
    PROPOSALS = auto()
    INVOICES = auto()
    PROJECTS = auto()
    CONTRACTS = auto()
    WORK_REQUESTS = auto()
    DASHBOARD = auto()
    PACKAGE = auto()            # see and use the package
    SESSION_REQUESTS = auto()
    TASKS = auto()
    NOTES = auto()


@unique
class Grant(Enum):
    """One cell of a table: the answer that a status gets."""

    YES = "yes"
    NO = "no"
    PERMITTED = "permitted"   # only what this contact was given permission for, in person or by group
    OWNED = "owned"           # only what this contact bought
    UNSTATED = "unstated"     # the source is silent: refused, and the finding says so


SHUT: Final = (Grant.NO, Grant.UNSTATED)
"""Grants that open nothing."""


@unique
class Reach(Enum):
    """How a right is reached: through the portal (then log-in is needed too), or in public."""

    PORTAL = "portal"
    DASHBOARD = "dashboard"   # through the portal, once onboarding is complete
    PUBLIC = "public"


@unique
class Kind(StrEnum):
    """What an appointment is."""

    SAMPLE = auto()         # a sample session, to get to know each other
    SESSION = auto()        # the paid or free work itself
    CONSULTATION = auto()   # a talk about what to buy


@unique
class Where(Enum):
    """Where a booking is made."""

    STAFF = "staff"     # somebody of the account enters it
    PORTAL = "portal"   # the contact books, logged in
    PUBLIC = "public"   # the contact books on the public calendar, without an account


@unique
class Standing(StrEnum):
    """Whether the account still works with the contact. Beside the status, and independent of it."""

    ACTIVE = auto()     # visible
    HIDDEN = auto()     # kept out of the lists: a spouse, a child
    ARCHIVED = auto()   # no longer worked with (agency says "Inactive"); no portal, history stays


@unique
class Portal(StrEnum):
    """Whether the contact can have credentials for the portal yet."""

    NOT_INVITED = auto()
    INVITED = auto()   # the invitation is out, there are no credentials yet
    ACTIVE = auto()    # credentials exist


@unique
class Category(StrEnum):
    """What a lead counts as in the conversion figures (franchise). Source: BG3."""

    PENDING = auto()           # not sorted yet; does not count
    LEAD = auto()              # really wants it; counts
    NON_CLIENT_LEAD = auto()   # spam, job seekers; does not count
    CLIENT = auto()            # bought an enrollment


@unique
class Channel(StrEnum):
    """A way to reach a person."""

    EMAIL = auto()
    PHONE = auto()
    TEXT = auto()
    POST = auto()


@unique
class Ties(Enum):
    """Whether anything hangs on a contact that is to be deleted."""

    FREE = "free"
    TIED = "tied"


@unique
class Removal(Enum):
    """What deleting comes to."""

    DELETED = "deleted"     # gone for good
    ARCHIVED = "archived"   # kept, out of sight
    REFUSED = "refused"
    UNSTATED = "unstated"   # the source is silent: refused, and the finding says so


@unique
class Axis(StrEnum):
    """What stands beside the status and can be set by something that happens."""

    PORTAL = auto()
    CATEGORY = auto()
    OWNED = auto()            # products bought
    AGREEMENTS = auto()       # agreements accepted
    ENROLLMENTS = auto()      # enrollments completed
    DO_NOT_CONTACT = auto()   # do-not-contact of the person


@unique
class Recipient(Enum):
    """Who a message of a table goes to."""

    COACH = "coach"       # the contact's coach; without one, the account
    CONTACT = "contact"


@unique
class Origin(StrEnum):
    """Who asked that somebody is not contacted."""

    PERSON = auto()   # the person; the staff cannot lift it
    STAFF = auto()
    SYSTEM = auto()   # a status, an import, a mail that bounced


@unique
class Purpose(StrEnum):
    """What a message is for."""

    TRANSACTIONAL = auto()   # what the person asked for just now: account details, a link, a receipt
    ALERT = auto()           # what the account sends by itself: a reminder, a stage of a pipeline
    MARKETING = auto()       # a campaign


@unique
class Direction(StrEnum):
    """Which way a contact that is logged went."""

    OUT = auto()   # we called, wrote or met
    IN = auto()    # the person answered, or got in touch


@unique
class Ending(StrEnum):
    """As what a follow-up ends. Source: BG-A4."""

    DONE = auto()
    SUPERSEDED = auto()   # something else took its place
    DROPPED = auto()      # it will not be done


@unique
class Because(StrEnum):
    """Why a follow-up ended."""

    NEXT_ATTEMPT = auto()     # the next one was set
    TOUCHED = auto()          # we got in touch, where follow-ups are no statuses
    REPLIED = auto()
    BOOKED = auto()
    EXHAUSTED = auto()        # it was the last one, and its time has passed
    CONVERTED = auto()        # the status changed in another way
    MOVED = auto()            # it got another date
    DO_NOT_CONTACT = auto()
    REMOVED = auto()          # the contact was archived or deleted
    CALLED_OFF = auto()       # by hand


@unique
class Progress(StrEnum):
    """How it stands with a contact that is worked on: one of these."""

    DUE = auto()                 # a follow-up is due
    MOVING = auto()              # there is a next step
    STALLED = auto()             # no step ahead, and nothing has happened for too long
    WITHOUT_NEXT_STEP = auto()


@unique
class StageMove(StrEnum):
    """How a contact came to a stage of a pipeline, or left it. Source: SC2, SC3."""

    ASSIGNED = auto()    # by itself: a new lead comes to the default pipeline
    ENTERED = auto()     # by hand
    COMPLETED = auto()
    SKIPPED = auto()
    SWITCHED = auto()    # from one whole pipeline to another
    TAKEN_OFF = auto()   # by hand
    CLOSED = auto()      # the contact left the status in which the pipeline runs, was archived or deleted


@unique
class Sender(StrEnum):
    """In whose name an invitation goes out. Source: S4."""

    ACCOUNT = auto()   # from the team portal, in the account's name: for any member, or for nobody yet
    MEMBER = auto()    # from one's own portal, in one's own name


@unique
class Shape(StrEnum):
    """Whom a package is for. Source: DL4, DL5."""

    INDIVIDUAL = auto()   # one-to-one sessions
    GROUP = auto()        # a seat in group sessions


@unique
class Payment(StrEnum):
    """How a package is paid. Source: S4, DL-A3."""

    PREPAID = auto()      # paid already, or by somebody else
    FREE = auto()
    TO_BE_PAID = auto()   # by its payment link


@unique
class Activity(StrEnum):
    """What was done in a session, for a log of hours. Source: IC5."""

    COACHING = auto()         # with somebody who engaged the person as coach
    SAMPLE = auto()           # to get to know each other
    CONSULTATION = auto()     # a talk about what to buy
    MENTOR_COACHING = auto()  # of a coach, towards a credential
    SUPERVISION = auto()
    ASSESSMENT = auto()       # going through the results of one
    TEACHING = auto()
    TRAINING = auto()
    WORKSHOP = auto()
    CLASS = auto()            # coaching inside a training class


@unique
class Setting(StrEnum):
    """With whom a session was. Source: IC4, IC5."""

    INDIVIDUAL = auto()
    GROUP = auto()
    TEAM = auto()


@unique
class Pay(StrEnum):
    """What the coach got for a session. Source: IC7, IC10, IC14, IC-A2."""

    PAID = auto()             # any amount
    BARTER = auto()
    INTERNAL = auto()         # coaching as a part of one's employment
    THIRD_PARTY = auto()      # somebody else paid, an employer perhaps
    PEER_EXCHANGE = auto()    # with another coach; only the time spent as coach
    PRO_BONO = auto()         # voluntary, without a return


@unique
class Acquired(StrEnum):
    """How a client came by a package. Source: S4, DL-A6."""

    ASSIGNED = auto()
    BOUGHT = auto()


@unique
class Posting(StrEnum):
    """What an entry of a package's ledger says."""

    GRANTED = auto()
    RESERVED = auto()   # a session is booked
    USED = auto()       # the reserved session was held
    RELEASED = auto()   # the reserved session was called off in time
    BURNED = auto()     # the reserved session was called off too late, or nobody came
    RETURNED = auto()   # what was used or burned is given back: it was marked by mistake
    EXPIRED = auto()    # what was left when the term ended


@unique
class PackageStanding(StrEnum):
    """How it stands with a package at a moment; time alone makes the last two true."""

    ASSIGNED = auto()   # on the record, not usable yet
    USABLE = auto()
    USED_UP = auto()
    EXPIRED = auto()
    REMOVED = auto()
