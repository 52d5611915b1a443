"""What Max and Live need of a device's file, as sentences that say what is wrong."""

from collections import Counter
from collections.abc import Callable, Iterator

from amxd import (
    DEVICE_FLAG,
    FROZEN_FLAGS,
    UNFROZEN_FLAGS,
    Container,
    DeviceError,
    join_entries,
    pack,
    unpack,
)
from contract import FROM_VIEWS, RECORDER, TO_PATCH, to_script
from controls import DEVICES
from layout import STATUS, VIEWS
from objects import ports
from patcher_file import Attributes, PatcherFile, label, words

#: Of a macOS external in a frozen device, beside the bundle's own name.
EXTERNAL_PARTS = ("zipfile", "executable", "plist")
_NAMED = ("s", "r", "buffer~", "dict", "play~", "info~", "record~", "coll", "pattrstorage")


def file_faults(data: bytes) -> list[str]:
    """What is wrong with the file of a device, whatever it does."""
    try:
        container = unpack(data)
        patcher = PatcherFile.read(container.patcher_text)
    except DeviceError as error:
        return [str(error)]
    return [*_container_faults(container, data), *patcher_faults(patcher)]


def patcher_faults(patcher: PatcherFile) -> list[str]:
    """What is wrong within the patcher."""
    rules: tuple[Callable[[PatcherFile], Iterator[str]], ...] = (
        _id_faults,
        _port_faults,
        _cord_faults,
        _fan_faults,
        _registry_faults,
        _bank_faults,
        _name_faults,
        _page_faults,
    )
    return [fault for rule in rules for fault in rule(patcher)]


def message_faults(patcher: PatcherFile, device: str) -> list[str]:
    """Selectors that a device sends to its script or routes from it, and should not, or should."""
    script = next(patcher.objects("v8"), None)
    if script is None:
        return [f"{device} has no script"]
    faults = [*_faults_of_sets(set(_sent_to(patcher, script)), set(to_script(device)), "sends")]
    shown = [each.id for each in DEVICES[device] if not each.is_in_patch]
    for outlet, expected in ((1, {STATUS, *shown}), (2, set(VIEWS)), (4, set(TO_PATCH))):
        routed = {
            word
            for cord in patcher.cords
            if (cord.source, cord.outlet) == (script["id"], outlet)
            for word in words(patcher.by_id[cord.target])[1:]
        }
        faults += _faults_of_sets(routed, expected, f"routes from outlet {outlet}")
    return faults


def _container_faults(container: Container, data: bytes) -> Iterator[str]:
    expected = FROZEN_FLAGS if container.is_frozen else UNFROZEN_FLAGS
    if container.flags != expected:
        yield f"meta is {container.flags}, and should be {expected}"
    if pack(container) != data or (
        container.is_frozen and join_entries(container.entries) != container.body
    ):
        yield "the file packed again is another; save the device again"
    text = container.patcher_text
    if text.count(b"\0") != 1 or not text.endswith(b"\0"):
        yield "the patcher does not end with its one NUL"
    patcher = PatcherFile.read(text)
    number = patcher.patcher.get("project", {}).get("amxdtype")
    if number != container.kind.number:
        yield f"project.amxdtype is {number}, and should be {container.kind.number} as the header"
    if container.is_frozen:
        yield from _directory_faults(container, patcher)


def _directory_faults(container: Container, patcher: PatcherFile) -> Iterator[str]:
    first, *others = container.entries
    if first.flag != DEVICE_FLAG or any(each.flag for each in others):
        yield f"the first file of a frozen device, and it alone, has the flag {DEVICE_FLAG:#x}"
    names = {each.name for each in others}
    needed = {str(each["name"]) for each in patcher.patcher["dependency_cache"]}
    needed |= {str(box["filename"]) for box in patcher.boxes if "filename" in box}
    for name in sorted(needed - names):
        yield f"the frozen device needs '{name}', which is not in it"
    for name in sorted(names - needed):
        if not _is_external_part(name, needed):
            yield f"'{name}' is in the frozen device, and nothing needs it"
    yield from _external_faults(names)


def _is_external_part(name: str, needed: set[str]) -> bool:
    base = name.removesuffix(".mxe64").split("/")[0]
    return name != base and f"{base}.mxo" in needed


def _external_faults(names: set[str]) -> Iterator[str]:
    for bundle in sorted(name for name in names if name.endswith(".mxo")):
        base = bundle.removesuffix(".mxo")
        parts = {f"{base}.mxe64", *(f"{base}/{part}" for part in EXTERNAL_PARTS)}
        for part in sorted(parts - names):
            yield f"the external '{base}' is frozen without its part '{part}'"


def _id_faults(patcher: PatcherFile) -> Iterator[str]:
    for what in ("id", "varname"):
        counts = Counter(str(box[what]) for box in patcher.boxes if what in box)
        for name, count in counts.items():
            if count > 1:
                yield f"{count} boxes have the {what} '{name}'; give each its own"


def _port_faults(patcher: PatcherFile) -> Iterator[str]:
    for box in patcher.boxes:
        try:
            inlets, outlets = ports(str(box["maxclass"]), str(box.get("text", "")))
        except DeviceError as error:
            yield str(error)
            continue
        found = (box["numinlets"], box["numoutlets"], box.get("outlettype", []))
        if found != (inlets, len(outlets), list(outlets)):
            yield (
                f"'{label(box)}' says {found[0]} inlets and {found[1]} outlets {found[2]}; "
                f"it has {inlets} and {len(outlets)} {list(outlets)}"
            )


def _cord_faults(patcher: PatcherFile) -> Iterator[str]:
    for cord in patcher.cords:
        source, target = patcher.by_id.get(cord.source), patcher.by_id.get(cord.target)
        if source is None or target is None:
            yield f"a cord goes from {cord.source} to {cord.target}, and one of them is not there"
        elif not 0 <= cord.outlet < source["numoutlets"]:
            yield f"a cord leaves outlet {cord.outlet} of '{label(source)}', which it has not"
        elif not 0 <= cord.inlet < target["numinlets"]:
            yield f"a cord enters inlet {cord.inlet} of '{label(target)}', which it has not"


def _fan_faults(patcher: PatcherFile) -> Iterator[str]:
    """Where boxes lie on the screen would decide which of two listeners hears first."""
    counts = Counter((cord.source, cord.outlet) for cord in patcher.cords)
    for (id, outlet), count in counts.items():
        box = patcher.by_id.get(id)
        if box is None or outlet >= len(box.get("outlettype", [])):
            continue
        if count > 1 and box["outlettype"][outlet] != "signal":
            yield (
                f"outlet {outlet} of '{label(box)}' has {count} listeners in no order; "
                "put a trigger between"
            )


def _registry_faults(patcher: PatcherFile) -> Iterator[str]:
    registry = {
        id: value for id, value in patcher.patcher["parameters"].items() if id.startswith("obj-")
    }
    for id, parameter in patcher.parameters.items():
        names = [parameter["parameter_longname"], parameter["parameter_shortname"], 0]
        if registry.get(id) != names:
            yield f"parameter '{names[0]}' is registered as {registry.get(id)}, not {names}"
    for id in registry.keys() - patcher.parameters.keys():
        yield f"{id} is registered as {registry[id]}, and no box is this parameter"


def _bank_faults(patcher: PatcherFile) -> Iterator[str]:
    banks = patcher.patcher["parameters"].get("parameterbanks", {})
    banked: Counter[str] = Counter()
    for key, bank in banks.items():
        if len(bank["parameters"]) != 8 or int(key) != bank["index"]:
            yield f"bank '{bank['name']}' has {len(bank['parameters'])} places, and needs eight"
        banked.update(name for name in bank["parameters"] if name != "-")
    automated = {
        str(each["parameter_longname"])
        for each in patcher.parameters.values()
        if each.get("parameter_invisible", 0) == 0
    }
    known = {str(each["parameter_longname"]) for each in patcher.parameters.values()}
    for name in sorted(banked.keys() - known):
        yield f"a bank names '{name}', which is no parameter"
    for name in sorted(automated):
        if banked[name] != 1:
            yield f"'{name}' is in {banked[name]} banks, and should be in one"


def _name_faults(patcher: PatcherFile) -> Iterator[str]:
    sent, received = set(), set()
    for box in patcher.objects(*_NAMED):
        kind, name, *_ = [*words(box), ""]
        if not name.startswith("---") and name != RECORDER:
            yield f"'{box['text']}' is shared by all devices of a Set; begin its name with ---"
        if kind == "s":
            sent.add(name)
        if kind == "r":
            received.add(name)
    for name in sorted((sent ^ received) - {RECORDER}):
        yield f"'{name}' is sent and not received, or received and not sent"


def _page_faults(patcher: PatcherFile) -> Iterator[str]:
    names = {str(box["varname"]): box for box in patcher.boxes if "varname" in box}
    if not patcher.pages:
        for box in patcher.boxes:
            if box.get("hidden"):
                yield f"'{label(box)}' is hidden, and no page shows it"
        return
    first = patcher.pages[0]
    for number, page in enumerate(patcher.pages):
        for name in sorted(page.keys() - names.keys()):
            yield f"page {number} shows or hides '{name}', and there is no such box"
        if page.keys() != first.keys():
            yield f"page {number} does not say of every box whether it shows it"
    for name, box in names.items():
        if bool(box.get("hidden")) == first.get(name, True):
            yield f"'{name}' should be {'seen' if first.get(name, True) else 'hidden'} at first"


def _sent_to(patcher: PatcherFile, script: Attributes) -> Iterator[str]:
    for box, _ in patcher.onto(script):
        if box["maxclass"] == "v8ui":
            yield from (each for each in FROM_VIEWS if _belongs(each, box))
        elif box["maxclass"] == "message":
            yield str(box["text"]).split()[0]
        elif words(box)[0] == "prepend":
            yield words(box)[1]
        else:
            yield from _joined(patcher, box)


def _belongs(selector: str, view: Attributes) -> bool:
    return selector.startswith(f"{str(view['varname']).removesuffix('_view')}_")


def _joined(patcher: PatcherFile, box: Attributes) -> Iterator[str]:
    """A list that a message box begins."""
    for source, _ in patcher.onto(box):
        if source["maxclass"] == "message":
            yield str(source["text"]).split()[0]


def _faults_of_sets(found: set[str], expected: set[str], verb: str) -> Iterator[str]:
    for name in sorted(found - expected):
        yield f"the device {verb} '{name}', of which nothing is known"
    for name in sorted(expected - found):
        yield f"nowhere the device {verb} '{name}'"
