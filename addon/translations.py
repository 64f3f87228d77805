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
    # Texture
    "Texture": "Textur",
    "What the surface looks like": "Wie die Oberfläche aussieht",
    "Not this": "Das nicht",
    "Draft": "Entwurf",
    "Standard": "Standard",
    "High": "Hoch",
    "Resolution": "Auflösung",
    "Only Selected Faces": "Nur Auswahl",
    "About {}": "Etwa {}",
    "Advanced": "Erweitert",
    "Surface": "Oberfläche",
    "Refine Existing": "Vorhandene verfeinern",
    "Change": "Änderung",
    "Style": "Stil",
    "Steps": "Schritte",
    "Guidance": "Führung",
    "Shape and Light": "Form und Licht",
    "Method": "Verfahren",
    "Denoised Views": "Entrauschte Ansichten",
    "Score Distillation": "Score-Destillation",
    "Views Around": "Ansichten ringsum",
    "Even Surface": "Gleichmäßige Oberfläche",
    "Detail": "Details",
    "Model": "Modell",
    "ControlNet": "ControlNet",
    "Autoencoder": "Autoencoder",
    "Style Adapter": "Stiladapter",
    "LoRA": "LoRA",
    "Strength": "Stärke",
    "Galatea's own": "Galateas eigenes",
    "The model's own": "Der des Modells",
    "None": "Keiner",
    "License: {}": "Lizenz: {}",
    "unknown": "unbekannt",
    "{} has no license: ask its makers before you publish or sell": "{} hat keine Lizenz: vor Verkauf und Verbreitung "
    "die Urheber fragen",
    "About {:.1f} GB of graphics memory, at least {:.1f} GB": "Etwa {:.1f} GB Grafikspeicher, mindestens {:.1f} GB",
    "Files": "Dateien",
    "Format": "Format",
    "PNG": "PNG",
    "OpenEXR": "OpenEXR",
    "Pack ORM": "ORM packen",
    "Mark as Asset": "Als Asset markieren",
    "Detail worth {} px": "Details für {} px",
    "Relight check is rendering": "Lichtprobe rendert",
    "Base color clean of light: {:.0%}": "Grundfarbe frei von Licht: {:.0%}",
    "Light in base color: {:.0%}": "Licht in der Grundfarbe: {:.0%}",
    # Finish
    "Finish": "Fertigstellen",
    "{}: {:,} faces": "{}: {:,} Flächen",
    "Faces": "Flächen",
    "Height": "Höhe",
    "Origin at Base": "Ursprung am Boden",
    "Join to Quads": "Zu Vierecken verbinden",
    "Smallest Part": "Kleinster Teil",
    "Largest Hole": "Größtes Loch",
    "Closed and manifold": "Geschlossen und mannigfaltig",
    "Open or not manifold": "Offen oder nicht mannigfaltig",
    "{:,} of {:,} faces": "{:,} von {:,} Flächen",
    "UV overlap {:.1%}": "UV-Überlappung {:.1%}",
    "No UV overlap": "Keine UV-Überlappung",
    "{:,.0f} px per meter": "{:,.0f} px je Meter",
    # Reconstruct
    "Reconstruct": "Rekonstruieren",
    "Folder of pictures": "Ordner mit Bildern",
    "In the Folder": "Im Ordner",
    "Of the Scene": "Der Szene",
    "{} pictures, {}": "{} Bilder, {}",
    "Picture Size": "Bildgröße",
    "Steps of the Shape": "Schritte der Form",
    "of the Mesh": "des Netzes",
    "{:,} faces from {} pictures": "{:,} Flächen aus {} Bildern",
    # Gaussian splats
    "Gaussian Splats": "Gauß-Splats",
    "{}: {:,} splats": "{}: {:,} Splats",
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
    "Download": "Herunterladen",
    "Download Models...": "Modelle herunterladen...",
    "Texture": "Texturieren",
    "Preview Seeds": "Startwerte zeigen",
    "More Seeds": "Weitere Startwerte",
    "Next Seed": "Nächster Startwert",
    "Relight Check": "Lichtprobe",
    "Restore Old Material": "Altes Material zurück",
    "Finish": "Fertigstellen",
    "Use These Settings": "Diese Einstellungen nehmen",
    "Reconstruct": "Rekonstruieren",
    "Import": "Importieren",
    "Export": "Exportieren",
    "Splats from Pictures": "Splats aus Bildern",
    "Mesh from Splats": "Netz aus Splats",
    "Earlier Jobs": "Frühere",
    "Log": "Protokoll",
    "Apply": "Anwenden",
    "Resume": "Fortsetzen",
    "Install...": "Installieren...",
    "Allow Online Access": "Online-Zugriff erlauben",
    "Open Galatea's Log": "Galateas Protokoll öffnen",
    "Open Galatea's Preferences": "Galateas Einstellungen öffnen",
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
