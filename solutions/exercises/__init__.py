"""Every exercise, declared once: cases, points and misconceptions.

``ps1.py``, ``ps2.py`` ... list the exercises of a problem set; each exercise has a file
of its own, in a folder named after the module that students complete.
"""
