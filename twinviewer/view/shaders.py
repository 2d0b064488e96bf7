"""The GLSL that replaces parts of VTK's own shaders: colour by table row, hiding and ghosting by its alpha, light.

Light is worked out per vertex for both sides of a face: flat faces look the same as with light per pixel, and a
software rasteriser spends its time on pixels.
"""

from dataclasses import dataclass

import numpy as np
from vtkmodules.vtkRenderingCore import vtkActor, vtkTexture
from vtkmodules.vtkRenderingOpenGL2 import vtkOpenGLPolyDataMapper

from twinviewer.view.colour_table import WIDTH
from twinviewer.view.ground import FloorLook
from twinviewer.view.lights import AMBIENT, DIFFUSE, lamp_vectors

_SHIFT = WIDTH.bit_length() - 1
_AWAY = "gl_Position = vec4(2.0, 2.0, 2.0, 1.0);\n"  # out of the clip volume: costs no pixels
SOLID = "if (state.a < 0.998) { " + _AWAY + "}\n"
GHOST = "if (state.a > 0.998 || state.a < 0.002) { " + _AWAY + "}\n"

# About a pixel towards the camera, whose near plane is at a fiftieth of the way to its target. A shader that writes
# depth itself would be slower.
_FORWARD = "gl_Position.z -= 4e-5 * gl_Position.w;\n"

_FETCH = f"""
int row = int(surface + 0.5);
state = texelFetch(stateTable, ivec2(row & {WIDTH - 1}, row >> {_SHIFT}), 0);
"""
# Lamps stand still in the world, and so do most things: their normals need no turning.
_LAMP = "shine = dot(facing, vec3({0:.6f}, {1:.6f}, {2:.6f})); lit += max(vec2(shine, -shine), 0.0);\n"
_SHINE = (
    "float shine; lit = vec2(0.0);\n"
    + "".join(_LAMP.format(*lamp) for lamp in lamp_vectors())
    + f"lit = {AMBIENT:.6f} + {DIFFUSE:.6f} * lit;\n"
)
_STILL = "vec3 facing = normalMC;\n"
_TURNED = "vec3 facing = normalize(worldTurn * normalMC);\n"
_PLAIN = "vec3 base = state.rgb;\n"
_TEXTURED = "vec4 texel = texture(picture, uvOut);\nvec3 base = texel.rgb * state.rgb;\n"
# The texture's light and dark stay readable under the state's colour.
_TEXTURED_SKIN = """
vec4 texel = texture(picture, uvOut);
float light = dot(texel.rgb, vec3(0.2126, 0.7152, 0.0722));
vec3 base = mix(texel.rgb, state.rgb * (0.45 + 0.75 * light), 0.62);
"""
# Shadows from the map; grid lines a pixel or 2 cm wide, which fade out before they would shimmer.
_GROUND = """
vec2 pixel = max(fwidth(floorXy), 0.02);
vec2 offMetre = abs(fract(floorXy - 0.5) - 0.5);
vec2 offFive = abs(fract(floorXy * 0.2 - 0.5) - 0.5) * 5.0;
vec2 line = max({fine:.4f} * clamp(1.0 - offMetre / pixel, 0.0, 1.0) * clamp(1.4 - 5.0 * pixel, 0.0, 1.0),
    {coarse:.4f} * clamp(1.5 - offFive / pixel, 0.0, 1.0) * clamp(1.4 - pixel, 0.0, 1.0));
vec4 ground = texture(groundMap, groundUv);
base = mix(base, vec3({red:.4f}, {green:.4f}, {blue:.4f}), max(line.x, line.y));
base *= max(1.0 - {wide:.4f} * ground.r - {near:.4f} * ground.g, 0.25);
"""


@dataclass(frozen=True)
class Ground:
    """A map of shadows laid over world x, y by (origin x, y, scale x, y), and how the theme wants the floor."""

    shadows: vtkTexture
    mapping: tuple[float, float, float, float]
    look: FloorLook
    gain: float = 1.0  # by which a floor's texture is brightened to let the theme's colour show


def _ground_code(look: FloorLook) -> str:
    red, green, blue = look.grid
    return _GROUND.format(
        fine=look.fine, coarse=look.coarse, red=red, green=green, blue=blue, wide=look.wide, near=look.near
    )


def colour_by_table(
    actor: vtkActor,
    table: vtkTexture,
    *,
    where: str = SOLID,
    picture: vtkTexture | None = None,
    skin: bool = True,
    ground: Ground | None = None,
    lit: bool = True,
    moving: bool = False,
    tint: tuple[tuple[float, float, float], float] | None = None,
    forward: bool = False,
) -> None:
    """Let `actor` take its colours from `table` by its point attribute "surface".

    `where` is SOLID or GHOST: which rows it shows. `picture` is a texture at the point attribute "uv",
    tinted by the state where it is `skin`. `ground` makes it a floor: shadows and grid. `tint` mixes a colour in by a
    share. `moving` actors need their turn told (`tell_turn`). `forward` brings lines before the faces that they bound.
    VTK itself declares the samplers for pixels.
    """
    mapper = actor.GetMapper()
    assert isinstance(mapper, vtkOpenGLPolyDataMapper)
    mapper.MapDataArrayToVertexAttribute("surface", "surface", 0, -1)
    actor.GetProperty().SetTexture("stateTable", table)
    declare, code = ["in float surface;", "uniform sampler2D stateTable;", "flat out vec4 state;"], [_FETCH]
    declare_pixel, pixel = ["flat in vec4 state;"], [_PLAIN]
    if picture is not None:
        mapper.MapDataArrayToVertexAttribute("uv", "uv", 0, -1)
        actor.GetProperty().SetTexture("picture", picture)
        declare += ["in vec2 uv;", "out vec2 uvOut;"]
        code.append("uvOut = uv;\n")
        declare_pixel.append("in vec2 uvOut;")
        pixel = [_TEXTURED_SKIN if skin else _TEXTURED]
    if ground is not None:
        x, y, scale_x, scale_y = ground.mapping
        actor.GetProperty().SetTexture("groundMap", ground.shadows)
        declare.append("out vec2 groundUv; out vec2 floorXy;")
        code.append("floorXy = vertexMC.xy;\n")
        code.append(f"groundUv = (floorXy - vec2({x:.6f}, {y:.6f})) * vec2({scale_x:.9f}, {scale_y:.9f});\n")
        declare_pixel.append("in vec2 groundUv; in vec2 floorXy;")
        pixel.append(f"base *= {ground.gain:.4f};\n" + _ground_code(ground.look))
    if tint is not None:
        (red, green, blue), share = tint
        pixel.append(f"base = mix(base, vec3({red:.4f}, {green:.4f}, {blue:.4f}), {share:.4f});\n")
    if lit:
        declare.append("out vec2 lit;")
        code.append((_TURNED if moving else _STILL) + _SHINE)
        declare_pixel.append("in vec2 lit;")
        pixel.append("base *= gl_FrontFacing ? lit.x : lit.y;\n")
    if forward:
        code.append(_FORWARD)
    pixel.append("gl_FragData[0] = vec4(base, state.a);\n")
    _replace(actor, "\n".join(declare), "".join(code), where, "\n".join(declare_pixel), "".join(pixel))


def depth_by_table(actor: vtkActor, table: vtkTexture) -> None:
    """Let `actor` leave no colour but its depth, where the table has ghosts: VTK blends opaque things too, so alpha 0
    changes nothing. Drawn after all that is solid, it lets only the front of a ghost be seen."""
    mapper = actor.GetMapper()
    assert isinstance(mapper, vtkOpenGLPolyDataMapper)
    mapper.MapDataArrayToVertexAttribute("surface", "surface", 0, -1)
    actor.GetProperty().SetTexture("stateTable", table)
    declare = "in float surface;\nuniform sampler2D stateTable;\nflat out vec4 state;"
    _replace(actor, declare, _FETCH, GHOST, "flat in vec4 state;", "gl_FragData[0] = vec4(0.0);\n")


def tell_turn(actor: vtkActor, matrix: np.ndarray) -> None:
    """Tell a moving actor's light how it is turned: the upper left of its transform, float64 (4, 4)."""
    values = np.asarray(matrix, np.float64)[:3, :3].T.reshape(-1).tolist()
    actor.GetShaderProperty().GetVertexCustomUniforms().SetUniformMatrix3x3("worldTurn", values)


def _replace(actor: vtkActor, declare: str, code: str, where: str, declare_pixel: str, pixel: str) -> None:
    shader = actor.GetShaderProperty()
    shader.ClearAllShaderReplacements()
    vertex, fragment = shader.AddVertexShaderReplacement, shader.AddFragmentShaderReplacement
    vertex("//VTK::Color::Dec", True, f"//VTK::Color::Dec\n{declare}\n", False)
    vertex("//VTK::CustomEnd::Impl", True, f"{code}{where}", False)
    fragment("//VTK::Color::Dec", True, f"//VTK::Color::Dec\n{declare_pixel}\n", False)
    fragment("//VTK::Light::Impl", True, pixel, False)
    # Nothing here is drawn with alpha 0, and a shader without `discard` is tested for depth earlier.
    fragment("if (gl_FragData[0].a <= 0.0)", True, "if (false)", False)
