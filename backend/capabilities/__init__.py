# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the worker can do. A capability is a plain function of its parameters and a job."""

from __future__ import annotations

import typing

from ..job import Job, JobError


def run(capability: str, params: dict[str, typing.Any], job: Job) -> tuple[dict[str, str], dict[str, typing.Any]]:
    """Runs a capability by its name in the protocol; returns (files relative to the job's folder, report).

    Imports come late: a job must not pay for what another one needs. Raises JobError for parameters that do not exist.
    """
    try:
        match capability:
            case "rig":
                from .rig import RigParams, rig

                return rig(RigParams(**params), job)
            case "bind":
                from .rig import BindParams, bind

                return bind(BindParams(**params), job)
            case "rig_sequence":
                from .rig_sequence import RigSequenceParams, rig_sequence

                return rig_sequence(RigSequenceParams(**params), job)
            case "rig_photos":
                from .rig_photos import RigPhotosParams, rig_photos

                return rig_photos(RigPhotosParams(**params), job)
            case "photo_masks":
                from .photo_masks import PhotoMasksParams, photo_masks

                return photo_masks(PhotoMasksParams(**params), job)
            case "rig_clip":
                from .rig_clip import RigClipParams, rig_clip

                return rig_clip(RigClipParams(**params), job)
            case "match":
                from .match import MatchParams, match

                return match(MatchParams(**params), job)
            case "match_picture":
                from .match_picture import MatchPictureParams, match_picture

                return match_picture(MatchPictureParams(**params), job)
            case "image":
                from .image import ImageParams, image

                return image(ImageParams(**params), job)
            case "texture":
                from .texture import TextureParams, texture

                return texture(TextureParams(**params), job)
            case "texture_seeds":
                from .texture import SeedsParams, texture_seeds

                return texture_seeds(SeedsParams(**params), job)
            case "finish":
                from .finish import FinishParams, finish

                return finish(FinishParams(**params), job)
            case "splats":
                from .splats import SplatsParams, splats

                return splats(SplatsParams(**params), job)
            case "download":
                from .download import DownloadParams, download

                return download(DownloadParams(**params), job)
            case "fit_splats":
                from .fit_splats import FitSplatsParams, fit_splats

                return fit_splats(FitSplatsParams(**params), job)
            case "reconstruct":
                from .reconstruct import ReconstructParams, reconstruct

                return reconstruct(ReconstructParams(**params), job)
            case "generate":
                from .generate import GenerateParams, generate

                return generate(GenerateParams(**params), job)
            case "generate_seeds":
                from .generate_seeds import GenerateSeedsParams, generate_seeds

                return generate_seeds(GenerateSeedsParams(**params), job)
            case "render":
                from .render import RenderParams, render

                return render(RenderParams(**params), job)
            case "render_window":
                from .render_window import RenderWindowParams, render_window

                return render_window(RenderWindowParams(**params), job)
    except TypeError as error:
        if "unexpected keyword" in str(error) or "required positional" in str(error):
            raise JobError(
                "bad_input",
                f"Wrong parameters for {capability}: {error}.",
                "Update the extension and its environment together.",
            ) from error
        raise
    raise JobError(
        "bad_input", f'There is no capability "{capability}".', "Update the extension and its environment together."
    )
