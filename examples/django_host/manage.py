"""A practice that has a Django site already, and adopts funnelkit beside its own contacts.

`python manage.py migrate`, then `tick` every few minutes; `runserver` answers under `/contacts/1/`.
"""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "host.settings")
    execute_from_command_line(sys.argv)
