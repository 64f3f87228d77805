# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Download, choose and remove models."""

import bpy
from bpy.app.translations import pgettext_iface as iface

from ..addon import models, session
from ..backend.models.registry import MODELS, Card
from ..panels.environment import offline_message
from ..panels.text import paragraph
from .environment import DIALOG_WIDTH, size
from .rig import ACTION_OPTIONS, JobOperator

OWN = "OWN"
"""Choice of Galatea's own model, or of no other."""


def draw_card(layout: bpy.types.UILayout, context: bpy.types.Context, card: Card) -> None:
    """What the artist has to know before a download."""

    def line(icon: str, *sentences: str, alert: bool = False) -> None:
        paragraph(layout, context, *sentences, icon=icon, alert=alert, width=DIALOG_WIDTH)

    line("INFO", f"{card.kind}. {iface(card.purpose)}")
    licence = card.licence
    line("COPY_ID", f"License: {licence.name or 'unknown'}.", licence.terms, alert=licence.commercial is None)
    line("IMPORT", f"Download: {size(card.megabytes)}, into {models.folder() / card.id}.")
    revision = f"commit {card.revision[:12]}" if card.revision else "its newest commit"
    line("URL", f"From {card.page}, {revision}.")
    row = layout.row(align=True)
    row.operator("wm.url_open", text="Model's Page", icon="URL").url = card.page
    row.operator("wm.url_open", text="License", icon="URL").url = licence.link


class GALATEA_OT_download_model(JobOperator, bpy.types.Operator):
    bl_idname = "galatea.download_model"
    bl_label = "Download Model"
    bl_description = (
        "Download a model into Galatea's data folder. Its license, size and origin are shown first; "
        "nothing is downloaded at any other time"
    )
    bl_options = ACTION_OPTIONS

    model: bpy.props.EnumProperty(
        name="Model",
        items=[(card.id, card.title, f"{card.kind}: {card.purpose}".rstrip(".")) for card in MODELS],
        description="What to download",
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_props_dialog(self, width=DIALOG_WIDTH, confirm_text="Download")

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        layout.prop(self, "model")
        card = models.CARDS[self.model]
        draw_card(layout, context, card)
        if models.is_there(card):
            paragraph(layout, context, "It is downloaded already.", icon="CHECKMARK", width=DIALOG_WIDTH)
        elif not bpy.app.online_access:
            paragraph(layout, context, offline_message(), icon="ERROR", alert=True, width=DIALOG_WIDTH)
            if not bpy.app.online_access_override:
                layout.operator("extensions.userpref_allow_online", text="Allow Online Access", icon="CHECKMARK")

    def execute(self, context: bpy.types.Context) -> set[str]:
        card = models.CARDS[self.model]
        if models.is_there(card):
            self.report({"INFO"}, f"{card.title} is downloaded already")
            return {"CANCELLED"}
        if not bpy.app.online_access:
            self.report({"ERROR"}, offline_message())
            return {"CANCELLED"}
        current = session.get()
        if not current.queue.busy:
            current.stop_worker()  # it may have been started when Blender was offline
        return self.run(lambda: models.create_job(current.queue, card))


_shown: list[tuple[str, str, str]] = []
"""Blender does not keep the texts of a dynamic list alive."""


def choices(self, context: bpy.types.Context) -> list[tuple[str, str, str]]:
    """Galatea's own or none, and the downloaded models that fit."""
    first = "Galatea's Own" if self.field == "model" else "None"
    there = models.fitting(context.scene.galatea.texture, self.field)
    _shown[:] = [(OWN, first, ""), *((card.id, card.title, card.purpose.rstrip(".")) for card in there)]
    return _shown


class GALATEA_OT_choose_model(bpy.types.Operator):
    bl_idname = "galatea.choose_model"
    bl_label = "Choose Model"
    bl_description = "Take one of the downloaded models; a base model brings a ControlNet that fits it"
    bl_options = {"REGISTER", "UNDO", "INTERNAL"}

    field: bpy.props.EnumProperty(
        items=[(field, field, "") for field in models.FIELDS], options={"SKIP_SAVE", "HIDDEN"}
    )
    choice: bpy.props.EnumProperty(name="Model", items=choices)

    def execute(self, context: bpy.types.Context) -> set[str]:
        chosen = models.CARDS.get(self.choice)
        models.choose(context.scene.galatea.texture, self.field, chosen)
        return {"FINISHED"}


class GALATEA_OT_remove_model(bpy.types.Operator):
    bl_idname = "galatea.remove_model"
    bl_label = "Remove Model"
    bl_description = "Delete a downloaded model from the disk. It can be downloaded again"
    bl_options = {"REGISTER", "INTERNAL"}

    model: bpy.props.EnumProperty(
        name="Model", items=[(card.id, card.title, "") for card in MODELS], options={"SKIP_SAVE"}
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return context.window_manager.invoke_confirm(self, event)

    def execute(self, context: bpy.types.Context) -> set[str]:
        if session.get().queue.busy:
            self.report({"ERROR"}, "A job is running, perhaps with this model: wait for its end or cancel it")
            return {"CANCELLED"}
        session.get().stop_worker()  # it may hold the files open
        models.remove(models.CARDS[self.model])
        return {"FINISHED"}


CLASSES = (GALATEA_OT_download_model, GALATEA_OT_choose_model, GALATEA_OT_remove_model)
