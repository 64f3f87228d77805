# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cards of the models that can be downloaded. Standard library only: the panels show them, too.

What could not be read on a model's own page, or on a page that copies it, is left unknown. An unknown revision is
looked up when the model is downloaded, and kept with it. Nobody has run Galatea on the real weights yet.
"""

from __future__ import annotations

import dataclasses
import enum

HUB = "https://huggingface.co"


class Family(enum.Enum):
    """Whose latents, prompts and networks fit together. The value is what artists call it."""

    SD15 = "SD 1.5"
    SDXL = "SDXL"


class Role(enum.Enum):
    """What a model is in a job."""

    BASE = "Text to image"
    LIGHT = "ControlNet for light"
    DEPTH = "ControlNet for depth"
    STYLE = "Style picture"
    AUTOENCODER = "Small autoencoder"
    ENGINE = "Picture or text to mesh"
    VIDEO = "Depth and text to video"


@dataclasses.dataclass(frozen=True)
class Licence:
    """Of a model's weights."""

    name: str
    """"" if its page shows none."""
    link: str
    terms: str
    """What it allows, commercially too, in one or two sentences."""
    commercial: bool | None
    """Whether results may be sold, within its terms; None if unknown."""


@dataclasses.dataclass(frozen=True)
class File:
    """One file of a repository."""

    local: str
    """Path in the model's folder."""
    remote: tuple[str, ...]
    """Paths in the repository, the first that is there counts: half precision before single."""
    sha256: str = ""
    """Of the first of these, where it was read somewhere else than on the server it comes from."""
    optional: bool = False
    """Some repositories do without."""


@dataclasses.dataclass(frozen=True)
class Card:
    """A model that can be downloaded."""

    id: str
    title: str
    family: Family | None
    """None for what is no part of a pipeline that paints, such as an engine that makes meshes."""
    role: Role
    purpose: str
    licence: Licence
    repository: str
    """owner/name on the Hugging Face Hub."""
    revision: str | None
    """Commit; None if none was ever read."""
    megabytes: int
    """Of the download, about."""
    files: tuple[File, ...]

    @property
    def page(self) -> str:
        """Where the model describes itself."""
        return f"{HUB}/{self.repository}"

    @property
    def kind(self) -> str:
        """Role and family in words."""
        return f"{self.role.value}, {self.family.value}" if self.family else self.role.value


def weights(folder: str, name: str = "diffusion_pytorch_model", sha256: str = "") -> File:
    """Of a network: half precision if there is any, under the name that needs no word for it."""
    path = f"{folder}/{name}" if folder else name
    return File(f"{path}.safetensors", (f"{path}.fp16.safetensors", f"{path}.safetensors"), sha256)


def plain(*names: str) -> tuple[File, ...]:
    """Files that keep their names."""
    return tuple(File(name, (name,)) for name in names)


def tokenizer(folder: str) -> tuple[File, ...]:
    special = f"{folder}/special_tokens_map.json"
    names = (f"{folder}/{name}" for name in ("merges.txt", "vocab.json", "tokenizer_config.json"))
    return (*plain(*names), File(special, (special,), optional=True))


RAIL_TERMS = (
    "The makers claim no rights in what you make, and you may sell it. A list of harmful uses is forbidden, and "
    "whoever passes the model on must pass on that list."
)
OPENRAIL_M = Licence(
    "CreativeML OpenRAIL-M",
    "https://huggingface.co/spaces/CompVis/stable-diffusion-license",
    RAIL_TERMS,
    commercial=True,
)
OPENRAIL_PLUS = Licence(
    "CreativeML Open RAIL++-M",
    "https://huggingface.co/stabilityai/stable-diffusion-xl-base-1.0/blob/main/LICENSE.md",
    RAIL_TERMS,
    commercial=True,
)
OPENRAIL = Licence(
    "OpenRAIL",
    "https://huggingface.co/lllyasviel/control_v11f1p_sd15_depth",
    "Its page names OpenRAIL without a text. Licenses of that name allow commercial use and forbid a list of harmful "
    "uses.",
    commercial=True,
)
APACHE = Licence(
    "Apache-2.0",
    "https://www.apache.org/licenses/LICENSE-2.0",
    "Any use, commercial too. Whoever passes the model on keeps its notices.",
    commercial=True,
)
APACHE_ON_RAIL = Licence(
    "Apache-2.0, and SDXL's",
    "https://huggingface.co/huanngzh/mv-adapter",
    "The adapter is Apache-2.0. It works on Stable Diffusion XL, whose license forbids a list of harmful uses.",
    commercial=True,
)
MIT = Licence(
    "MIT",
    "https://opensource.org/license/mit",
    "Any use, commercial too. Whoever passes the model on keeps its notice.",
    commercial=True,
)
UNKNOWN = Licence(
    "",
    "https://huggingface.co/kangled/lightcontrolnet",
    "Its page shows no license, so nothing is allowed beyond what its authors tell you. Ask them before you publish or "
    "sell what you make with it.",
    commercial=None,
)

CONTROLNET = (*plain("config.json"), weights(""))
IMAGE_ENCODER = (
    *plain("models/image_encoder/config.json"),
    File("models/image_encoder/model.safetensors", ("models/image_encoder/model.safetensors",)),
)

MODELS = (
    Card(
        "sd15", "Stable Diffusion 1.5", Family.SD15, Role.BASE,
        "Paints at 512 pixels. The family with a public ControlNet for light.",
        OPENRAIL_M, "stable-diffusion-v1-5/stable-diffusion-v1-5", None, 2140,
        (
            *plain("model_index.json", "scheduler/scheduler_config.json", "text_encoder/config.json"),
            *tokenizer("tokenizer"), *plain("unet/config.json", "vae/config.json"),
            weights("text_encoder", "model"), weights("unet"), weights("vae"),
        ),
    ),
    Card(
        "sd15-light", "LightControlNet (FlashTex)", Family.SD15, Role.LIGHT,
        "Keeps to the light of each picture, so that little light stays in the base color.",
        UNKNOWN, "kangled/lightcontrolnet", None, 723, CONTROLNET,
    ),
    Card(
        "sd15-depth", "ControlNet 1.1 Depth", Family.SD15, Role.DEPTH,
        "Keeps to the shape, not to the light: expect light in the base color.",
        OPENRAIL, "lllyasviel/control_v11f1p_sd15_depth", "539f99181d33db39cf1af2e517cd8056785f0a87", 723, CONTROLNET,
    ),
    Card(
        "sd15-style", "IP-Adapter SD 1.5", Family.SD15, Role.STYLE,
        "Takes over the style of a picture.",
        APACHE, "h94/IP-Adapter", None, 2575,
        (*plain("models/ip-adapter_sd15.safetensors"), *IMAGE_ENCODER),
    ),
    Card(
        "sd15-tiny-vae", "TAESD", Family.SD15, Role.AUTOENCODER,
        "Encodes and decodes faster and in less memory, a little less faithfully.",
        MIT, "madebyollin/taesd", None, 10, CONTROLNET,
    ),
    Card(
        "sdxl", "Stable Diffusion XL", Family.SDXL, Role.BASE,
        "Paints at 1024 pixels, with finer detail. There is no public ControlNet for light.",
        OPENRAIL_PLUS, "stabilityai/stable-diffusion-xl-base-1.0", "462165984030d82259a11f4367a4eed129e94a7b", 6950,
        (
            *plain("model_index.json", "scheduler/scheduler_config.json"),
            *plain("text_encoder/config.json", "text_encoder_2/config.json"),
            *tokenizer("tokenizer"), *tokenizer("tokenizer_2"), *plain("unet/config.json", "vae/config.json"),
            weights("text_encoder", "model"), weights("text_encoder_2", "model"),
            weights("unet", sha256="83e012a805b84c7ca28e5646747c90a243c65c8ba4f070e2d7ddc9d74661e139"), weights("vae"),
        ),
    ),
    Card(
        "sdxl-depth-small", "ControlNet Depth SDXL, small", Family.SDXL, Role.DEPTH,
        "Keeps to the shape, not to the light: expect light in the base color. Small enough for 8 GB.",
        OPENRAIL_PLUS, "diffusers/controlnet-depth-sdxl-1.0-small", "ad70c57a4c2739fe75391c10e620787dc90721aa", 320,
        CONTROLNET,
    ),
    Card(
        "sdxl-depth", "ControlNet Depth SDXL", Family.SDXL, Role.DEPTH,
        "Keeps to the shape, not to the light: expect light in the base color.",
        OPENRAIL_PLUS, "diffusers/controlnet-depth-sdxl-1.0", "26144a77791daea774e4761cb6e5bf19d11c822f", 2500,
        CONTROLNET,
    ),
    Card(
        "sdxl-style", "IP-Adapter SDXL", Family.SDXL, Role.STYLE,
        "Takes over the style of a picture.",
        APACHE, "h94/IP-Adapter", None, 3230,
        (*plain("sdxl_models/ip-adapter_sdxl_vit-h.safetensors"), *IMAGE_ENCODER),
    ),
    Card(
        "sdxl-tiny-vae", "TAESDXL", Family.SDXL, Role.AUTOENCODER,
        "Encodes and decodes faster and in less memory, a little less faithfully.",
        MIT, "madebyollin/taesdxl", None, 10, CONTROLNET,
    ),
    Card(
        "wan-vace", "Wan 2.1 VACE 1.3B", None, Role.VIDEO,
        "For Render: paints 81 frames at a time from their depth. It knows neither the scene's light nor prompts of "
        "objects.",
        APACHE, "Wan-AI/Wan2.1-VACE-1.3B-diffusers", None, 19000,
        (
            *plain("model_index.json", "scheduler/scheduler_config.json", "tokenizer/tokenizer_config.json"),
            *plain("tokenizer/tokenizer.json", "text_encoder/config.json", "transformer/config.json"),
            *plain("vae/config.json", "text_encoder/model.safetensors.index.json"),
            *plain(*(f"text_encoder/model-0000{part}-of-00003.safetensors" for part in (1, 2, 3))),
            # In one file or in two: its page could not be read.
            File(
                "transformer/diffusion_pytorch_model.safetensors",
                (
                    "transformer/diffusion_pytorch_model.safetensors",
                    "transformer/diffusion_pytorch_model-00001-of-00002.safetensors",
                ),
            ),
            File(
                "transformer/diffusion_pytorch_model-2.safetensors",
                ("transformer/diffusion_pytorch_model-00002-of-00002.safetensors",), optional=True,
            ),
            File(
                "vae/diffusion_pytorch_model.safetensors", ("vae/diffusion_pytorch_model.safetensors",),
                "d6e524b3fffede1787a74e81b30976dce5400c4439ba64222168e607ed19e793",
            ),
        ),
    ),
    Card(
        "triposr", "TripoSR", None, Role.ENGINE,
        "A picture becomes a mesh in one pass of a network: also bearable without a graphics card. Backs are soft.",
        MIT, "stabilityai/TripoSR", "5b521936b01fbe1890f6f9baed0254ab6351c04a", 1677,
        # The only format there is. It is converted once, in a process of its own that may not run what is in it.
        (
            File(
                "model.ckpt", ("model.ckpt",), "429e2c6b22a0923967459de24d67f05962b235f79cde6b032aa7ed2ffcd970ee",
            ),
        ),
    ),
    Card(
        "triposg", "TripoSG", None, Role.ENGINE,
        "A picture becomes a fine shape without colors, by a diffusion model of 1.4 billion weights.",
        MIT, "VAST-AI/TripoSG", None, 7950,
        (
            *plain("transformer/config.json", "vae/config.json", "image_encoder_dinov2/config.json"),
            weights("transformer"), weights("vae"), weights("image_encoder_dinov2", "model"),
        ),
    ),
    Card(
        "mv-adapter", "MV-Adapter", None, Role.ENGINE,
        "Makes Stable Diffusion XL paint six views of what a picture shows. Needs that model, too.",
        APACHE_ON_RAIL, "huanngzh/mv-adapter", None, 3590, plain("mvadapter_i2mv_sdxl.safetensors"),
    ),
    Card(
        "shap-e", "Shap-E, text", None, Role.ENGINE,
        "A sentence becomes a rough mesh with colors.",
        MIT, "openai/shap-e", "7bd337afdea1c17842e1c3cc45c4e268356dba40", 1335,
        (
            *plain("model_index.json", "scheduler/scheduler_config.json", "prior/config.json", "renderer/config.json"),
            *plain("text_encoder/config.json"), *tokenizer("tokenizer"),
            weights("prior"), weights("renderer"), weights("text_encoder", "model"),
        ),
    ),
    Card(
        "shap-e-picture", "Shap-E, picture", None, Role.ENGINE,
        "A picture becomes a rough mesh with colors; the picture is a hint more than a view of it.",
        MIT, "openai/shap-e-img2img", None, 1691,
        (
            *plain("model_index.json", "scheduler/scheduler_config.json", "prior/config.json", "renderer/config.json"),
            *plain("image_encoder/config.json", "image_processor/preprocessor_config.json"),
            weights("prior", sha256="a6d92d12597b298dfb84b32ccfc74a94d2f25d7600f330b39722bd0f0835862e"),
            weights("renderer", sha256="394d52e159447b2bfb944d3bfa4f438180b72ba40644dc4c730282e7a9b62c65"),
            weights(
                "image_encoder", "model", "4523175837d6342fd2d3ca38ce84912dbc722b556747c883b2842157e9a0f035",
            ),
        ),
    ),
)  # fmt: skip


def card(id: str) -> Card:
    """The card of this id. KeyError when there is none."""
    return {card.id: card for card in MODELS}[id]


def of(role: Role, family: Family | None = None) -> list[Card]:
    """The cards of a role, of one family or all."""
    return [card for card in MODELS if card.role is role and family in (None, card.family)]
