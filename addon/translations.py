# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panels say in other languages, for Blender's own translation of its interface.

A language is a dictionary from (context, English text as it stands in the code) to its text, under Blender's code for
the language. Texts of buttons have the context "Operator", all others "*". Blender looks up by itself whatever is the
whole text of a label, button, property or panel; texts with values in them go through ``pgettext_iface`` before
``format``. What is neither here nor in Blender's own catalog is shown in English.
"""

from bpy.app import translations

GERMAN_LABELS = {
    # Rig
    "Rig": "Rig",
    "Options": "Optionen",
    "Result": "Ergebnis",
    "{} and {} more": "{} und {} weitere",
    "{:.0%} sure": "zu {:.0%} sicher",
    "{} bones": "{} Knochen",
    "Automatic": "Automatisch",
    "Quadruped": "Vierbeiner",
    "Biped": "Zweibeiner",
    "Bird": "Vogel",
    "Fish": "Fisch",
    "Serpent": "Schlange",
    "Anything Else": "Etwas anderes",
    "Head at Other End": "Kopf am anderen Ende",
    "Shape": "Form",
    "Symmetric": "Symmetrisch",
    "Ears and Fins": "Ohren und Flossen",
    "Spine Bones": "Wirbelknochen",
    "Neck": "Hals",
    "Tail": "Schwanz",
    "Seed": "Startwert",
    # Jobs
    "Jobs": "Aufträge",
    "No jobs yet": "Noch keine Aufträge",
    "and {} older": "und {} ältere",
    "{}, {} left": "{}, noch {}",
    "Waiting": "Wartet",
    "Running": "Läuft",
    "Cancelling": "Wird abgebrochen",
    "Ready: Apply": "Fertig: anwenden",
    "Done": "Erledigt",
    "Failed": "Fehlgeschlagen",
    "Cancelled": "Abgebrochen",
    "Unfinished": "Unvollendet",
    # Environment
    "Environment": "Umgebung",
    "Not installed": "Nicht installiert",
    "Installing": "Wird installiert",
    "Incomplete": "Unvollständig",
    "Outdated": "Veraltet",
    "Stopped": "Angehalten",
    "Starting": "Startet",
    "Ready": "Bereit",
    "Busy": "Beschäftigt",
    "Crashed": "Abgestürzt",
}
GERMAN_BUTTONS = {
    "Rig": "Rig erzeugen",
    "Place Skeleton": "Skelett einsetzen",
    "Bind": "Binden",
    "Re-bind": "Neu binden",
    "Test Bend": "Probebewegung",
    "Clear Test Bend": "Probebewegung löschen",
    "Rigify Controls": "Rigify-Steuerung",
    "Head at Other End": "Kopf am anderen Ende",
    "Re-run": "Wiederholen",
    "Vary...": "Variieren...",
    "Earlier Jobs": "Frühere",
    "Log": "Protokoll",
    "Apply": "Anwenden",
    "Resume": "Fortsetzen",
    "Install...": "Installieren...",
    "Allow Online Access": "Online-Zugriff erlauben",
}
CATALOG = {
    "de": {("*", english): text for english, text in GERMAN_LABELS.items()}
    | {("Operator", english): text for english, text in GERMAN_BUTTONS.items()}
}


def register() -> None:
    """Gives Blender the catalog."""
    translations.register(__name__, CATALOG)


def unregister() -> None:
    """The reverse."""
    translations.unregister(__name__)
