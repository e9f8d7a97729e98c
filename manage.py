#!/usr/bin/env python
"""Django's command line for the clinical hub."""

import os
import sys
from importlib.util import find_spec

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.config.settings")
    if find_spec("hub.demo"):  # the image for real use holds no demo
        from hub.demo.running import speak_to_running_demo

        speak_to_running_demo()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
